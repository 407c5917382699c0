"""What a log gives does not depend on the number of parts in which it is read, nor on the processes."""

import dataclasses
import gzip
import os
import signal
import subprocess
import sys
import time
from datetime import timezone
from pathlib import Path

import pytest

from ha_report.model import InputFile
from parsers import log, parts
from parsers.clock import Moment
from parsers.parts import Log, read_logs
from parsers.read import Reading, read
from parsers.window import Cut
from tests.parsers.logs_made import make

ASKED = "node02 crmd: [1]: info: do_lrm_rsc_op: Performing key=13:3:8:4863814a op=p:1_monitor_5000 )"
TOLD = "node02 crmd: [1]: info: process_lrm_event: LRM operation p:1_monitor_5000 (call=8, rc={}, cib-update=7, confirmed=false) x"
NOON = Moment(0, absolute=True, dated=True)
NOISE = "node02 cron[7]: nothing\n"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(parts, "_PART", 1 << 14)
    monkeypatch.setattr(parts, "_WORTH", 0)
    monkeypatch.setattr(parts, "PROBED", 0)
    monkeypatch.setattr(log, "PROBED", 0)


def reading_of(path, jobs):
    [reading] = read_logs([Log(path, InputFile("log"), None)], jobs)
    return reading


def told(reading):
    """Return all that is the same however a file is read."""
    beside = ("formats", "places", "clock", "unasked")
    own = {name: value for name, value in vars(reading).items() if name not in beside}
    heads = [dataclasses.astuple(header) for header in reading.headers]
    return own | {"headers": heads, "clock": (reading.clock.offsets, reading.clock.latest_us, reading.clock.years)}


@pytest.mark.parametrize("layout", ["detail", "syslog", "syslog-iso"])
@pytest.mark.parametrize("jobs", [2, 5])
def test_many_parts_give_what_one_gives(tmp_path, layout, jobs):
    path = tmp_path / "log"
    make(layout, 300_000, path, **({} if layout == "detail" else {"cluster_lines": 500}))
    one, many = reading_of(path, 1), reading_of(path, jobs)
    assert len(one.times) > 100
    assert told(many) == told(one)


@pytest.mark.parametrize("rc", [0, 1, 8])
@pytest.mark.parametrize("expected", [0, 8])
def test_what_was_asked_for_in_an_earlier_part_is_known(tmp_path, rc, expected):
    """A promoted instance answers 8; the target stands in a line that may be megabytes before."""
    path = tmp_path / "log"
    asked, answered = ASKED.replace(":8:", f":{expected}:"), TOLD.format(rc)
    path.write_text("".join(f"Nov 23 03:04:01 {text}\n" for text in (asked, *[NOISE.strip()] * 3000, answered)))
    assert reading_of(path, 4).records == reading_of(path, 1).records
    assert bool(reading_of(path, 4).records) == (rc != expected)


@pytest.mark.parametrize("year", ["", "2026 "])
def test_a_new_year_in_an_earlier_part_is_known(tmp_path, year):
    path = tmp_path / "log"
    days = ["Dec 30 10:00:00", "Dec 31 23:59:59", "Jan  1 00:00:01", "Jan  5 10:00:00"]
    lines = [f"{day[:7]}{year}{day[7:]} {text}" for day in days for text in [NOISE] * 900 + [TOLD.format(1) + "\n"]]
    path.write_text("".join(lines))
    one, many = reading_of(path, 1), reading_of(path, 6)
    assert told(many) == told(one)
    assert (one.last.time_us > one.first.time_us) == (not year)


def test_lines_of_all_parts_can_be_quoted(tmp_path):
    path = tmp_path / "log"
    make("detail", 3_000_000, path)
    places = reading_of(path, 3).places
    lines = path.read_bytes().splitlines()
    for begin, before in places.passed:
        assert path.read_bytes()[begin:].splitlines()[:1] == lines[before : before + 1]
    assert len(places.passed) > 3
    assert places.passed == reading_of(path, 1).places.passed


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("cut", [0, 1000])
def test_it_is_known_where_the_lines_of_events_begin(tmp_path, jobs, cut):
    path = tmp_path / "log"
    make("syslog", 300_000, path, cluster_lines=500)
    written = path.read_bytes()
    begin = written.index(b"\n", cut) + 1 if cut else 0
    whole = Log(path, InputFile("log"), None, Cut(begin, len(written), NOON, NOON, None) if cut else None)
    [reading] = read_logs([whole], jobs)
    places, lines = reading.all_places(), written.split(b"\n")
    assert len(places.begins) > 100
    assert [written[begin:].partition(b"\n")[0] for begin in places.begins] == [
        lines[line - 1] for line in places.lines
    ]
    assert all(
        places.before(line) == (begin, line - 1) for line, begin in zip(places.lines, places.begins, strict=True)
    )


def test_files_are_read_in_processes_of_their_own_and_stay_in_order(tmp_path):
    for number in range(5):
        make("syslog", 40_000, tmp_path / f"log-{number}", cluster_lines=40, seed=number)
        (tmp_path / f"log-{number}.gz").write_bytes(gzip.compress((tmp_path / f"log-{number}").read_bytes()))
    one, many = (read([(tmp_path, "")], None, timezone.utc, Reading(jobs=jobs)) for jobs in (1, 3))
    assert many.events == one.events
    assert many.records == one.records
    assert many.inputs == one.inputs
    assert len({event.file for event in one.events}) == 10


def test_a_damaged_file_is_told_by_the_process_that_read_it(tmp_path):
    make("syslog", 900_000, tmp_path / "log", cluster_lines=40)
    whole = gzip.compress((tmp_path / "log").read_bytes())
    (tmp_path / "log.gz").write_bytes(whole[: len(whole) // 2])
    readings = read([(tmp_path, "")], None, timezone.utc, Reading(jobs=3))
    assert {entry.path: bool(entry.skipped) for entry in readings.inputs} == {"log": False, "log.gz": True}
    assert readings.inputs[1].events > 5


FIRST = os.getpid()


def read_unless_killed(task):
    """Read in the process of the tests; die in any other."""
    if os.getpid() != FIRST:
        os.kill(os.getpid(), signal.SIGKILL)
    return READ(task)


READ = parts._read  # noqa: SLF001 - what the processes run


def test_what_a_killed_process_leaves_undone_is_done_all_the_same(tmp_path, monkeypatch):
    path = tmp_path / "log"
    make("detail", 300_000, path)
    one = reading_of(path, 1)
    monkeypatch.setattr(parts, "_read", read_unless_killed)
    assert told(reading_of(path, 3)) == told(one)


READS = """
import os, time
from parsers import parts
with parts._processes(1) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 60).result()
"""


def ends(process, seconds):
    """Say whether a process, which need not be a child, is gone or dead in that time."""
    stat = Path(f"/proc/{process}/stat")
    for _ in range(seconds * 20):
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_who_reads_ends_with_the_first_process_also_when_that_is_killed():
    with subprocess.Popen([sys.executable, "-c", READS], stdout=subprocess.PIPE, text=True) as first:
        reader = int(first.stdout.readline())
        first.kill()
    assert ends(reader, 10)


def test_an_interrupt_waits_for_nobody_who_reads():
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", READS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as first:
        reader = int(first.stdout.readline())
        time.sleep(0.5)
        first.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in first.stderr.read()
    assert time.monotonic() - began < 20
    assert ends(reader, 10)
