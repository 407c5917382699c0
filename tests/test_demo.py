"""The sample incidents: ordinary files, small, and telling what their README says."""

import re

import pytest

from ha_report import demo


@pytest.mark.parametrize("name", demo.SAMPLES)
def test_a_sample_has_two_nodes_with_logs_and_a_snapshot(name):
    nodes = sorted(folder.name for folder in demo.path(name).iterdir())
    assert nodes == ["node01", "node02"]
    for node in nodes:
        held = {file.name for file in (demo.path(name) / node).iterdir()}
        assert {"ha-log", "crm_mon.txt", "cib.xml", "ip_addr.txt", "date.txt", "versions.txt"} <= held


def test_every_folder_is_a_sample_and_the_default_is_one():
    folders = {entry.name for entry in demo.path("nic").parent.iterdir() if entry.is_dir() and entry.name[0] != "_"}
    assert folders == set(demo.SAMPLES)
    assert demo.DEFAULT in demo.SAMPLES


def test_the_samples_are_small_enough_to_ship():
    files = [file for name in demo.SAMPLES for file in demo.path(name).rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 2_000_000


def test_the_samples_tell_nothing_of_the_machine_that_made_them():
    machine = re.compile(rb"/work/|/home/|\d+\.\d+\.\d+-fc-|BEGIN [A-Z ]*PRIVATE KEY|password")
    for name in demo.SAMPLES:
        for file in demo.path(name).rglob("*"):
            assert not (file.is_file() and machine.search(file.read_bytes())), file


def test_the_nic_sample_holds_the_failed_start_of_r_ip_on_node02():
    log = (demo.path("nic") / "node02/pacemaker.log").read_text()
    [line] = [line for line in log.splitlines() if "Result of start operation for r_ip" in line]
    assert "rc=1" in line


def test_the_heartbeat_sample_holds_a_failure_that_its_snapshot_forgot():
    folder = demo.path("heartbeat") / "node01"
    assert "r_ip_monitor_5000 (call=5, rc=7" in (folder / "ha-log").read_text()
    assert "r_ip_monitor" not in (folder / "crm_mon.txt").read_text()
