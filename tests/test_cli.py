"""The commands, as a user calls them."""

import gzip
import json
import tarfile

import pytest
from click.testing import CliRunner

from ha_report.cli import main

FAILED_START = (
    "Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for r_ip on"
    " node02: error ([findif] failed) | CIB update 15, graph action confirmed; call=6 key=r_ip_start_0 rc=1\n"
)
CRM_MON = """\
Stack: corosync
Current DC: node01 (version 1.1.18-2b07d5c5a9) - partition with quorum
Last updated: Mon Nov 23 02:05:03 2026
Last change: Mon Nov 23 02:01:03 2026 by root via cibadmin on node01

2 nodes configured
1 resource configured

Online: [ node01 node02 ]

 r_ip\t(ocf::heartbeat:IPaddr2):\tStarted node01

Failed Actions:
* r_ip_start_0 on node02 'unknown error' (1): call=6, status=complete, exitreason='[findif] failed',
    last-rc-change='Mon Nov 23 02:01:35 2026', queued=0ms, exec=56ms
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


def report(dest):
    return json.loads((dest / "report.json").read_text())


def bundle(folder):
    (folder / "node02").mkdir(parents=True)
    (folder / "node02" / "pacemaker.log").write_text(FAILED_START)
    (folder / "crm_mon.txt").write_text(CRM_MON)
    return folder


def test_a_bundle_gives_one_failed_operation_with_all_its_sources(here):
    done = run("analyze", bundle(here / "bundle"), "-o", "out")
    assert done.exit_code == 0, done.output
    [one] = report(here / "out")["failed_operations"]
    assert (one["resource"], one["node"], one["rc"], one["exit_reason"]) == ("r_ip", "node02", 1, "[findif] failed")
    assert one["agent"] == "ocf:heartbeat:IPaddr2"
    assert {source["file"] for source in one["sources"]} == {"node02/pacemaker.log", "crm_mon.txt"}


def test_the_report_is_named_after_its_source_and_lands_in_the_current_folder(here):
    bundle(here / "elsewhere" / "hb_report-Mon")
    assert run("analyze", "elsewhere/hb_report-Mon").exit_code == 0
    assert sorted(path.name for path in (here / "hb_report-Mon-report").iterdir()) == [
        "events.csv", "index.html", "report.json", "report.md",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_tarball_gives_what_its_folder_gives(here, ending):
    folder = bundle(here / "bundle")
    with tarfile.open(here / f"bundle.{ending}", "w:" + ending.removeprefix("tar").lstrip(".")) as tar:
        tar.add(folder, "bundle")
    assert run("analyze", "bundle", "-o", "one").exit_code == 0
    assert run("analyze", f"bundle.{ending}", "-o", "two").exit_code == 0
    assert report(here / "one")["failed_operations"] == report(here / "two")["failed_operations"]


def test_any_mix_of_sources_is_one_incident(here):
    folder = bundle(here / "bundle")
    done = run("analyze", folder / "node02", folder / "crm_mon.txt", folder / "node02/pacemaker.log", "-o", "out")
    assert done.exit_code == 0, done.output
    assert len(report(here / "out")["failed_operations"]) == 1


def test_a_compressed_log_is_read(here):
    (here / "old.log").write_bytes(gzip.compress(FAILED_START.encode()))
    assert run("analyze", "old.log", "-o", "out").exit_code == 0
    assert len(report(here / "out")["failed_operations"]) == 1


def test_show_tells_it_in_80_columns_without_colour(here):
    done = run("show", bundle(here / "bundle"))
    assert done.exit_code == 0, done.output
    assert "r_ip" in done.output
    assert "\x1b" not in done.output
    assert max(len(line) for line in done.output.splitlines()) <= 80
    assert sorted(path.name for path in here.iterdir()) == ["bundle"]


def test_the_zone_of_the_user_counts_where_files_tell_none(here):
    (here / "pacemaker.log").write_text(FAILED_START)
    assert run("analyze", "pacemaker.log", "-o", "out", "--timezone", "Asia/Tokyo").exit_code == 0
    [one] = report(here / "out")["failed_operations"]
    assert one["time"].endswith("-22T17:01:35.575000+00:00")


# Bad input: one clear line, the right exit status, no traceback.


def test_a_missing_file_is_named_and_the_others_are_reported(here):
    done = run("analyze", bundle(here / "bundle"), "nowhere.log", "-o", "out")
    assert done.exit_code == 3
    assert "nowhere.log: no such file" in done.stderr
    assert len(report(here / "out")["failed_operations"]) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: None, "no such file"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(bytes(range(256)) * 50), "binary"),
        (lambda path: path.mkdir(), "nothing in it"),
        (lambda path: path.write_text("Dear colleague,\nall is well.\n"), "nothing in it"),
        (lambda path: path.write_text("<html><body>Cluster status</body></html>"), "crm_mon --output-as=xml"),
        (lambda path: path.write_bytes(gzip.compress(b"x" * 1000)[:20]), "damaged"),
        (lambda path: path.symlink_to("nowhere"), "no such file"),
    ],
)
def test_a_source_that_cannot_be_read_alone_is_an_error(here, make, said):
    make(here / "source")
    done = run("analyze", "source", "-o", "out")
    assert done.exit_code == 1, done.output
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert not (here / "out").exists()


def test_a_truncated_tarball_is_read_as_far_as_it_goes(here):
    folder = bundle(here / "bundle")
    with tarfile.open(here / "whole.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        tar.add(folder / "node02", "bundle/node02")
        tar.add(folder / "crm_mon.txt", "bundle/crm_mon.txt")
    (here / "cut.tar").write_bytes((here / "whole.tar").read_bytes()[:3500])
    done = run("analyze", "cut.tar", "-o", "out")
    assert done.exit_code == 3, done.output
    assert "cut.tar: " in done.stderr
    assert len(report(here / "out")["failed_operations"]) == 1


def test_an_unreadable_file_is_named(ordinary_user):
    folder = bundle(ordinary_user / "bundle")
    (folder / "node02" / "ha-log").write_text(FAILED_START)
    (folder / "node02" / "ha-log").chmod(0)
    done = run("analyze", folder, "-o", "out")
    assert done.exit_code == 3, done.output
    assert "ha-log: permission denied" in done.stderr
    assert len(report(ordinary_user / "out")["failed_operations"]) == 1


@pytest.mark.parametrize(
    "make", [lambda path: path.write_text("mine"), lambda path: (path.mkdir(), (path / "x").touch())]
)
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_what_is_in_the_way_stays_as_it_is(here, make, force):
    make(here / "out")
    done = run("analyze", bundle(here / "bundle"), "-o", "out", *force)
    assert done.exit_code == 1
    assert "out" in done.stderr
    assert (here / "out").is_file() or [path.name for path in (here / "out").iterdir()] == ["x"]


def test_force_replaces_an_earlier_report_and_nothing_else_does(here):
    bundle(here / "bundle")
    assert run("analyze", "bundle", "-o", "out").exit_code == 0
    assert run("analyze", "bundle", "-o", "out").exit_code == 1
    assert run("analyze", "bundle", "-o", "out", "-Z").exit_code == 0


@pytest.mark.parametrize(
    "args", [["analyze"], ["analyze", "x", "--timezone", "Mars/Base"], ["demo", "--sample", "nope"], ["nope"]]
)
@pytest.mark.usefixtures("here")
def test_a_wrong_command_line_exits_with_2(args):
    assert run(*args).exit_code == 2


def test_a_window_leaves_out_what_was_before_and_after(here):
    times = ("02:01:35", "04:00:00", "06:00:00")
    lines = [FAILED_START.replace("02:01:35", time).replace("call=6", f"call={6 + n}") for n, time in enumerate(times)]
    (here / "pacemaker.log").write_text("".join(lines))
    year = report_of(here, "pacemaker.log")[0]["time"][:4]
    window = ["-f", f"{year}-11-23 03:00", "-t", f"{year}-11-23T05:00:00Z", "--timezone", "UTC"]
    assert [one["call"] for one in report_of(here, "pacemaker.log", *window)] == [7]


def report_of(here, *args):
    assert run("analyze", *args, "-o", "out", "-Z").exit_code == 0
    return report(here / "out")["failed_operations"]


@pytest.mark.parametrize("window", [["-f", "yesteryear"], ["-f", "2026-11-24", "-t", "2026-11-23"]])
def test_a_window_that_makes_no_sense_is_a_wrong_command_line(here, window):
    (here / "pacemaker.log").write_text(FAILED_START)
    done = run("show", "pacemaker.log", *window)
    assert done.exit_code == 2
    assert "--from" in done.stderr


def test_check_tells_monitoring_by_the_exit_status_that_something_failed(here):
    bundle(here / "bundle")
    assert run("show", "--check", "bundle").exit_code == 4
    (here / "quiet.log").write_text(FAILED_START.replace("error ([findif] failed)", "ok").replace("rc=1", "rc=0"))
    assert run("show", "--check", "quiet.log").exit_code == 0
