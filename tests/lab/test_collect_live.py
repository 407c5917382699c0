"""`ha-report collect` on a real cluster, over a real sshd: what is broken, gone, frozen, huge, and nothing left behind.

The cluster is corosync and Pacemaker as Debian ships them, in namespaces of this machine (see `halab`).
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).resolve().parents[2]
HALAB = Path(__file__).with_name("halab")
COLLECT = "from ha_report.collect_command import collect; collect(prog_name='ha-report collect')"
SSH_TIMEOUT_S = 6


class Lab:
    """A cluster, and a workstation in its network."""

    def __init__(self, folder, nodes):
        self.folder = folder
        self.nodes = nodes
        self.environment = os.environ | {"HALAB_DIR": folder, "PYTHONPATH": str(ROOT)}

    def __call__(self, *command, check=True, data=None):
        done = subprocess.run(
            [HALAB, *map(str, command)],
            check=False,
            capture_output=True,
            timeout=240,
            env=self.environment,
            input=data or b"",
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout.decode()

    def collect_command(self, *arguments):
        """Return the command line on the workstation, over the lab's network."""
        ssh = ["-F", f"{self.folder}/ssh_config.ws"]
        return [HALAB, "exec", "ws", sys.executable, "-c", COLLECT, *ssh, *map(str, arguments)]

    def collect(self, *arguments):
        """Run it, and return how it ended and how long it took."""
        begin = time.monotonic()
        done = subprocess.run(
            self.collect_command(*arguments), check=False, capture_output=True, text=True, timeout=240,
            env=self.environment, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done, time.monotonic() - begin


def up(name, nodes):
    lab = Lab(f"/run/halab-{name}-{os.getpid()}", nodes)
    lab("up", "--nodes", nodes)
    return lab


@pytest.fixture(scope="module")
def two():
    lab = up("two", 2)
    yield lab
    lab("down")


@pytest.fixture(scope="module")
def three():
    lab = up("three", 3)
    yield lab
    lab("down")


@pytest.fixture
def pair(two):
    two("wait", 40)
    return two


def nodes_of(folder):
    return {node["name"]: node for node in json.loads((folder / "manifest.json").read_text())["nodes"]}


def failures_of(folder):
    keys = ("resource", "operation", "node", "rc")
    report = json.loads((folder / "report.json").read_text())
    return {tuple(failed[key] for key in keys) for failed in report["failed_operations"]}


FAILURES = {  # scenario: resource, operation, node and rc of what failed
    "nic-none-one": {("r_ip", "start", "node02", 1)},
    "nic-missing": {("r_ip", "start", "node02", 6)},
    "monitor-ip": {("r_ip", "monitor", "node01", 7)},
    "stop-block": {("r_app", "stop", "node02", 1)},
    "promote-fail": {("p_state", "promote", "node01", 1)},
}


def check_scenario(lab, scenario, dest):
    lab("fail", scenario)
    begin = json.loads(Path(lab.folder, "meta").read_text())["begin"].replace(
        ",", "."
    )  # after what was before is mended
    done, _ = lab.collect("--from-node", "node01", "-f", begin, dest)
    assert done.returncode == 0, done.stderr
    assert list(nodes_of(dest)) == [f"node{number:02d}" for number in range(1, lab.nodes + 1)]
    failed = {(resource.partition(":")[0], *rest) for resource, *rest in failures_of(dest)}
    assert failed == FAILURES[scenario]
    page = (dest / "index.html").read_text()
    assert all(resource in page for resource, *_ in failed)


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


def test_a_node_without_power_costs_the_timeout_and_no_more(pair, tmp_path):
    pair("power", "node02", "off")
    try:
        done, seconds = pair.collect("-n", "node01 node02", tmp_path / "got")
    finally:
        pair("power", "node02", "on")
    assert done.returncode == 3
    assert "node02" in done.stderr
    nodes = nodes_of(tmp_path / "got")
    assert (nodes["node01"]["state"], nodes["node02"]["state"]) == ("complete", "unreachable")
    assert seconds < SSH_TIMEOUT_S + 5

    pair("wait", 60)
    done, _ = pair.collect("--retry", tmp_path / "got")
    assert done.returncode == 0, done.stderr
    assert nodes_of(tmp_path / "got")["node02"]["state"] == "complete"


@pytest.mark.parametrize("how", ["sshd is stopped", "the link is a black hole"])
def test_a_frozen_node_of_three_does_not_hold_up_the_others(three, how, tmp_path):
    pid = three("exec", "node02", "cat", "/run/sshd.pid").strip()
    freeze, thaw = {
        "sshd is stopped": (("exec", "node02", "kill", "-STOP", pid), ("exec", "node02", "kill", "-CONT", pid)),
        "the link is a black hole": (("link", "node02", "down"), ("link", "node02", "up")),
    }[how]
    three(*freeze)
    try:
        done, seconds = three.collect("-n", "node01 node02 node03", tmp_path / "got")
    finally:
        three(*thaw)
        three("wait", 60)
    assert done.returncode == 3
    assert {name: node["state"] for name, node in nodes_of(tmp_path / "got").items()} == {
        "node01": "complete", "node02": "unreachable", "node03": "complete",
    }  # fmt: skip
    assert seconds < SSH_TIMEOUT_S + 5


def test_a_cluster_that_is_down_gives_what_is_on_the_disk(pair, tmp_path):
    pair("cluster", "node02", "stop")
    try:
        done, _ = pair.collect("-n", "node02", "-d", tmp_path / "got")
    finally:
        pair("cluster", "node02", "start")
        pair("wait", 60)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "got/node02/cib.xml").read_text().lstrip().startswith("<")
    assert (tmp_path / "got/node02/STOPPED").exists()
    assert "pacemaker-controld" in (tmp_path / "got/node02/pacemaker.log").read_text()


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
    try:
        done, seconds = pair.collect(
            "-n", "node01", "-Q", "-f", "10M", "-E", "/var/log/huge.log", "-d", "--no-report", tmp_path / "got"
        )
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


def leftovers(lab, node):
    """Return what a login could leave there: files less the system's own logs and the cluster's, and processes.

    The checkout is the same on all nodes, and may be worked in.
    """
    script = rf"""
find / -xdev \( -path {ROOT} -o -path /proc -o -path /sys -o -path /var/log -o -path /var/lib/pacemaker \) -prune -o -type f -printf '%p %s %T@\n' -o -printf '%p\n'
for place in /dev/shm /tmp /run /root; do find $place -printf '%p\n'; done | grep -v -e '/dev/shm/qb-' -e utmp
for one in /proc/[0-9]*; do tr '\0' ' ' <$one/cmdline; echo; done | grep -v -e '^sshd: root' -e '^find' -e '^tr ' -e '^sh -c' -e '^grep' -e '^sort' | sort"""
    return [
        line
        for line in lab("exec", node, "sh", "-c", script, check=False).splitlines()
        if "qb-" not in line and line.strip()
    ]


def assert_same(lab, node, before, within_s=10):
    deadline = time.monotonic() + within_s
    while (after := leftovers(lab, node)) != before and time.monotonic() < deadline:
        time.sleep(0.5)
    assert sorted(set(after) ^ set(before)) == []


def test_nothing_is_left_on_a_node(pair, tmp_path):
    before = leftovers(pair, "node02")
    done, _ = pair.collect("-n", "node02", tmp_path / "got")
    assert done.returncode == 0, done.stderr
    assert_same(pair, "node02", before)


@pytest.mark.parametrize("how", ["Ctrl-C", "the ssh is killed"])
def test_nothing_is_left_when_it_is_broken_off(pair, how, tmp_path):
    before = leftovers(pair, "node02")
    # A wait that cannot end keeps the node busy.
    command = pair.collect_command("-n", "node02", "--wait", "60", "-v", tmp_path / "got")
    pair(
        "exec",
        "node02",
        "sh",
        "-c",
        "mv /usr/sbin/crm_resource /usr/sbin/crm_resource.real; printf '#!/bin/sh\necho --wait; sleep 100\n' >/usr/sbin/crm_resource; chmod 755 /usr/sbin/crm_resource",
    )
    before = leftovers(pair, "node02")
    try:
        with subprocess.Popen(
            command, env=pair.environment, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            deadline = time.monotonic() + 10
            while "sleep 100" not in "\n".join(leftovers(pair, "node02")) and time.monotonic() < deadline:
                time.sleep(0.2)
            if how == "Ctrl-C":
                os.killpg(process.pid, signal.SIGINT)
            else:
                ssh = [
                    pid
                    for pid in descendants(process.pid)
                    if b"ssh" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
                ]
                assert ssh
                for pid in ssh:
                    os.kill(pid, signal.SIGKILL)
            process.wait(30)
        assert_same(pair, "node02", before)
    finally:
        pair("exec", "node02", "mv", "/usr/sbin/crm_resource.real", "/usr/sbin/crm_resource")


def descendants(pid):
    """Yield the processes below `pid`; a thread has children of its own."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            yield child
            yield from descendants(child)
