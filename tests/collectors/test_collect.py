"""`ha-report collect` end to end: what it asks, of whom, and what it leaves behind."""

import json
import os
import subprocess
import tarfile

import pytest

from tests.collectors.conftest import manifest_of, nodes_of


def test_bundle_report_and_archive_come_from_all_nodes(collect, log):
    done = collect("-n", "node01 node02", "-n", "node03", "-E", log, "incident")
    assert done.returncode == 0, done.stderr
    dest = collect.here / "incident"
    assert {"index.html", "report.json", "report.md", "events.csv", "description.txt"} <= {
        path.name for path in dest.iterdir()
    }
    assert [node["state"] for node in manifest_of(dest)["nodes"]] == ["complete"] * 3
    failed = json.loads((dest / "report.json").read_text())["failed_operations"]
    assert {(one["resource"], one["exit_reason"]) for one in failed} == {("r_ip", "No nic found")}
    with tarfile.open(collect.here / "incident.tar.xz") as tar:
        assert "incident/node02/hosts" in tar.getnames()
    assert sorted(path.name for path in collect.here.iterdir()) == ["incident", "incident.tar.xz"]


def test_every_item_is_in_the_manifest_with_its_hash(collect):
    assert collect("-n", "node01", "-d", "x").returncode == 0
    for item in nodes_of(collect.here / "x")["node01"]["items"]:
        path = collect.here / "x/node01" / item["name"]
        if path.is_file():
            done = subprocess.run(["sha256sum", path], check=True, capture_output=True, text=True)
            assert item["sha256"] == done.stdout.split()[0]
            assert item["bytes"] == path.stat().st_size > 0
        else:
            assert item["bytes"] == 0 or item["name"].endswith("/")
    assert abs(nodes_of(collect.here / "x")["node01"]["clock_offset_s"]) < 1


@pytest.mark.parametrize("name", ["-oProxyCommand=touch x", "a;b", "$(id)", "a/b", "..", "a b;c", "`id`", "user@-x"])
def test_names_that_mean_something_else_are_refused(collect, name):
    done = collect("-n", name, "x")
    assert done.returncode in (1, 2)
    assert not (collect.fake / "arguments").exists()


def test_the_users_ssh_is_asked_and_its_checks_stay(collect):
    collect(
        "-n", "node01", "-u", "admin", "-X", "-p 2222", "-X", "-o Compression=yes", "-F", "/etc/x", "--sudo", "-d", "x"
    )
    [line] = (collect.fake / "arguments").read_text().splitlines()
    words = line.split()
    assert words[:8] == ["-F", "/etc/x", "-p", "2222", "-o", "Compression=yes", "-l", "admin"]
    assert line.endswith("-- node01 exec sudo -n -- /bin/sh -s")
    assert "BatchMode=yes" in words
    assert "StrictHostKeyChecking" not in line


def test_what_is_in_the_way_is_refused_before_anybody_is_asked(collect):
    (collect.here / "mine").mkdir()
    (collect.here / "mine/notes").touch()
    (collect.here / "x.tar.xz").write_text("mine")
    for arguments in (["mine"], ["-Z", "mine"], ["x"], ["-Z", "x"]):
        assert collect("-n", "node01", *arguments).returncode == 1
    assert not (collect.fake / "arguments").exists()
    assert (collect.here / "x.tar.xz").read_text() == "mine"


@pytest.mark.parametrize("ending", ["xz", "gz", "zst"])
def test_a_bundle_is_replaced_only_when_told(collect, ending):
    arguments = ["-n", "node01", "--archive", ending, "x"]
    assert collect(*arguments).returncode == 0
    assert "-Z" in collect(*arguments).stderr
    assert collect("-Z", *arguments).returncode == 0
    (collect.here / "x/notes").touch()
    assert collect("-Z", *arguments).returncode == 1
    assert sorted(path.name for path in collect.here.iterdir()) == ["x", f"x.tar.{ending}"]


def test_the_program_is_shown_and_nothing_runs(collect):
    done = collect("-n", "node01 node02", "--dry-run", "x")
    assert done.returncode == 0
    assert done.stdout.startswith("# node01: over ssh\n# node02: over ssh\n#!/bin/sh\n")
    assert done.stdout.endswith("main\n")
    assert not (collect.fake / "arguments").exists()
    assert list(collect.here.iterdir()) == []


def test_this_machine_alone_needs_no_ssh(collect):
    assert collect("-S", "-d", "x").returncode == 0
    [node] = manifest_of(collect.here / "x")["nodes"]
    assert (node["name"], node["over"]) == (os.uname().nodename, "local")
    assert not (collect.fake / "arguments").exists()


def test_the_items_are_listed(collect):
    done = collect("--list-items")
    assert "crm_mon.txt" in done.stdout
    assert "pengine/" in done.stdout


@pytest.mark.parametrize(("begin", "end"), [("1H", "2H"), ("foo", "now"), ("05/09/2007", "now")])
def test_a_window_that_cannot_be_is_a_wrong_command_line(collect, begin, end):
    assert collect("-n", "node01", "-f", begin, "-t", end, "x").returncode == 2


def test_the_report_is_in_the_language_that_was_asked_for(collect, log):
    assert collect("-n", "node01", "-E", log, "-d", "--lang", "ja", "x").returncode == 0
    assert '<html lang="ja">' in (collect.here / "x/index.html").read_text()
