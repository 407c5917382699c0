"""`ha-report collect` on a real cluster, over a real sshd: what is broken is found, and nothing that peers gather is missing.

The cluster is corosync and Pacemaker as Debian ships them, in namespaces of this machine (see `halab`).
"""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.lab.live import nodes_of

pytestmark = pytest.mark.cluster


def failures_of(folder):
    keys = ("resource", "operation", "node", "rc")
    report = json.loads((folder / "report.json").read_text())
    return {tuple(failed[key] for key in keys) for failed in report["failed_operations"]}


# scenario: resource, operation, node and rc of what failed; rule, resource and node of the first finding
FAILURES = {
    "nic-none-one": (("r_ip", "start", "node02", 1), ("ipaddr2-no-route", "r_ip", "node02")),
    "nic-missing": (("r_ip", "start", "node02", 6), ("ipaddr2-nic-missing", "r_ip", "node02")),
    "monitor-ip": (("r_ip", "monitor", "node01", 7), ("address-removed-outside", "r_ip", "node01")),
    "stop-block": (("r_app", "stop", "node02", 1), ("stop-failed", "r_app", "node02")),
    "promote-fail": (("p_state", "promote", "node01", 1), ("promote-failed", "p_state", "node01")),
}


def check_scenario(lab, scenario, dest):
    lab("fail", scenario)
    # After what was before is mended.
    begin = json.loads(Path(lab.folder, "meta").read_text())["begin"].replace(",", ".")
    done, _ = lab.collect("--from-node", "node01", "-f", begin, dest)
    assert done.returncode == 0, done.stderr
    assert list(nodes_of(dest)) == [f"node{number:02d}" for number in range(1, lab.nodes + 1)]
    failure, cause = FAILURES[scenario]
    assert {(base(resource), *rest) for resource, *rest in failures_of(dest)} == {failure}
    assert first_finding(dest) == cause
    assert failure[0] in (dest / "index.html").read_text()


def base(resource):
    return resource.partition(":")[0]


def first_finding(folder):
    finding = json.loads((folder / "report.json").read_text())["findings"][0]
    assert finding["confidence"] in ("certain", "likely")
    return finding["rule"], base(finding["resource"]), finding["node"]


@pytest.mark.parametrize("scenario", FAILURES)
def test_with_two_nodes_the_page_tells_what_failed(two, scenario, tmp_path):
    check_scenario(two, scenario, tmp_path / "got")


@pytest.mark.parametrize("scenario", ["nic-none-one", "stop-block"])
def test_with_three_nodes_the_page_tells_what_failed(three, scenario, tmp_path):
    check_scenario(three, scenario, tmp_path / "got")


def test_all_that_crm_report_gathers_is_in_the_bundle(pair, tmp_path):
    """Its analysis and events are the report's business; .dot files can be made of the transition inputs."""
    pair(
        "exec",
        "node01",
        "crm",
        "report",
        "-d",
        "-Z",
        "-f",
        time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() - 3600)),
        "/root/got",
    )
    theirs = {
        Path(name).relative_to("/root/got")
        for name in pair("exec", "node01", "find", "/root/got", "-type", "f").split()
    }
    done, _ = pair.collect("--from-node", "node01", "-f", "1H", "-d", tmp_path / "got")
    assert done.returncode == 0, done.stderr
    ours = {path.relative_to(tmp_path / "got") for path in (tmp_path / "got").rglob("*") if path.is_file()}
    told_elsewhere = {
        "analysis.txt": "index.html", "events.txt": "events.csv", "ocfs2.txt": "disks.txt", "profiles.yml": "crm.conf",
    }  # fmt: skip
    for path in theirs:
        name = told_elsewhere.get(path.name, path.name)
        if (
            path.suffix in (".info", ".dot") or path.name == "journal.log"
        ):  # the lab has no journal; theirs is a message
            continue
        assert [one for one in ours if one.name == name and (len(path.parts) < 3 or one.parts[:2] == path.parts[:2])], (
            path
        )


def test_a_huge_log_is_cut_by_seeking(pair, tmp_path):
    """2 GB with ten minutes of it in the window; it is made sparse, of a few lines a block, so that making it is quick."""
    script = """
import os, time
now, size = int(time.time()), 2 << 30
with open("/var/log/huge.log", "wb") as log:
    step = 1 << 16
    for at in range(0, size, step):
        when = now - 86400 + 86400 * at // size
        line = time.strftime("%b %d %H:%M:%S", time.localtime(when)) + " node01 crmd: info: something\\n"
        log.write((line * (step // len(line) + 1)).encode()[: step - 1] + b"\\n")
"""
    free = [line.split() for line in pair("exec", "node01", "df", "-k", "/var/log").splitlines()][-1]
    if int(free[3]) < 3 << 20:
        pytest.skip("the lab's disk, in memory, has no room for 2 GB")
    pair("exec", "node01", "/usr/bin/python3", "-c", script)
    wanted = ("-n", "node01", "-Q", "-f", "10M", "-E", "/var/log/huge.log", "-d", "--no-report", "-Z", tmp_path / "got")
    try:
        # The best of three: what is read from the disk takes seconds however quiet the machine is.
        done, seconds = min((pair.collect(*wanted) for _ in range(3)), key=lambda one: one[1])
    finally:
        pair("exec", "node01", "rm", "/var/log/huge.log")
    assert done.returncode == 0, done.stderr
    node = nodes_of(tmp_path / "got")["node01"]
    [log] = [item for item in node["items"] if item["name"] == "huge.log"]
    assert 10e6 < log["bytes"] < 20e6
    assert node["received_bytes"] < 20e6
    assert seconds < 3


def test_a_password_goes_to_ssh_by_its_own_askpass(pair, tmp_path):
    pair("exec", "node01", "sh", "-c", "useradd -m admin && echo admin:a-long-w0rd | chpasswd")
    command = pair.collect_command(
        "-n", "node01", "-u", "admin", "-X", "-o PubkeyAuthentication=no", "-Q", "-d", tmp_path / "got"
    )
    without = subprocess.run(
        command, check=False, capture_output=True, text=True, env=pair.environment, stdin=subprocess.DEVNULL
    )
    assert without.returncode == 1
    assert "--ask-password" in without.stderr
    done = subprocess.run(
        [*command, "--ask-password"], check=False, capture_output=True, text=True, env=pair.environment,
        input="a-long-w0rd\n", start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "admin" in (tmp_path / "got/node01/sysstats.txt").read_text()
    told = done.stderr + "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())
    assert "a-long-w0rd" not in told


def test_a_user_who_is_not_root_gathers_by_sudo(pair, tmp_path):
    script = """
id gatherer 2>/dev/null || useradd -m -p "*" gatherer
mkdir -p /home/gatherer/.ssh
cp /root/.ssh/authorized_keys /home/gatherer/.ssh/
chown -R gatherer: /home/gatherer
rm -f /etc/sudoers.d/gatherer"""
    for node in ("node01", "node02"):
        pair("exec", node, "sh", "-c", script)
    wanted = ("-n", "node01 node02", "-u", "gatherer", "-Q", "-d", "--sudo")
    refused, _ = pair.collect(*wanted, tmp_path / "refused")
    assert refused.returncode == 1
    assert "sudo" in refused.stderr
    pair("exec", "node01", "sh", "-c", "echo 'gatherer ALL=(root) NOPASSWD: /bin/sh -s' >/etc/sudoers.d/gatherer")
    done, _ = pair.collect(*wanted, tmp_path / "got")
    assert done.returncode == 3
    assert nodes_of(tmp_path / "got")["node01"]["state"] == "complete"
    assert (tmp_path / "got/node01/cib.xml").read_text().lstrip().startswith("<")
    assert "sudo" in nodes_of(tmp_path / "got")["node02"]["problem"]


def test_a_transition_may_end_before_the_snapshot(pair, tmp_path):
    """Two resources that are stopped one after the other; the snapshot is to show them both stopped."""
    pair("reset")
    pair(
        "crm",
        "configure",
        "primitive",
        "slow",
        "ocf:heartbeat:Delay",
        "params",
        "startdelay=0",
        "stopdelay=6",
        "mondelay=0",
    )
    pair("wait", 60)
    try:
        pair("crm", "--wait", "resource", "start", "slow")
        pair("crm", "resource", "stop", "slow")
        done, seconds = pair.collect("-n", "node01", "-Q", "-d", "--wait", "40", tmp_path / "got")
        assert done.returncode == 0, done.stderr
        assert 3 < seconds < 30
        resources = json.loads((tmp_path / "got/report.json").read_text())["resources"]
        assert [(one["id"], one["role"]) for one in resources if one["id"] == "slow"] == [("slow", "Stopped")]
    finally:
        pair("reset")
