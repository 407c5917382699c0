"""`ha-report collect` where nodes are gone, frozen, or go in the middle, on a real cluster; and nothing is left on them."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.lab.live import SSH_TIMEOUT_S, nodes_of

pytestmark = pytest.mark.cluster


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


def test_of_a_node_that_loses_power_in_the_middle_what_came_is_kept(pair, tmp_path):
    """Its CIB manager hangs, so that the cluster's tools wait; what came is whole, and a retry brings the rest."""
    pid = pair("exec", "node02", "pidof", "pacemaker-based").strip()
    pair("exec", "node02", "kill", "-STOP", pid)
    command = pair.collect_command("-n", "node01 node02", "-f", "1H", "-d", tmp_path / "got")
    try:
        with subprocess.Popen(command, env=pair.environment, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(4)
            pair("power", "node02", "off")
            _, said = process.communicate(timeout=60)
        assert process.returncode == 3, said
        assert "node02" in said
        nodes = nodes_of(tmp_path / "got")
        assert nodes["node01"]["state"] == "complete"
        assert nodes["node02"]["state"] in ("partial", "unreachable")
        assert nodes["node02"]["problem"]
        assert (tmp_path / "got/index.html").exists()
    finally:
        pair("power", "node02", "on")
        pair("wait", 60)
    done, _ = pair.collect("--retry", tmp_path / "got")
    assert done.returncode == 0, done.stderr
    assert nodes_of(tmp_path / "got")["node02"]["state"] == "complete"


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


def leftovers(lab, node):
    """Return what a login could leave on a node: what is written to its disk less the logs, and processes."""
    hub = Path(lab.folder, "pid/hub").read_text().split()[0]
    disk = Path(f"/proc/{hub}/root{lab.folder}/fs/{node}/upper")
    own = ("var/log", "var/lib/pacemaker")
    written = [
        f"{path.relative_to(disk)} {path.stat().st_size} {path.stat().st_mtime}"
        for path in disk.rglob("*")
        if path.is_file() and not str(path.relative_to(disk)).startswith(own)
    ]
    script = r"""
for place in /dev/shm /tmp /run /root; do find $place -printf '%p\n'; done | grep -v -e '/dev/shm/qb-' -e utmp
for one in /proc/[0-9]*; do tr '\0' ' ' <$one/cmdline; echo; done | grep -v -e '^sshd: root' -e '^find' -e '^tr ' -e '^sh -c' -e '^grep' -e '^sort' | sort"""
    found = lab("exec", node, "sh", "-c", script, check=False).splitlines()
    return sorted(written + [line for line in found if "qb-" not in line and line.strip()])


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
