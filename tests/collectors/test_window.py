"""The part of a log that is in the window, found on the node by seeking, in every shell that a node may have."""

import os
import random
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

WINDOW_SH = Path(__file__).resolve().parents[2] / "collectors/window.sh"
SHELLS = {"dash": ["dash"], "busybox ash": ["busybox", "ash"], "bash --posix": ["bash", "--posix"]}
ALL = [pytest.param(shell, id=name) for name, shell in SHELLS.items()]
END = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
FORMATS = {
    "syslog": lambda t: f"{t:%b} {t.day:2d} {t:%H:%M:%S} node01 pacemaker-controld[1]: notice: a state",
    "pacemaker 2": lambda t: (
        f"{t:%b %d %H:%M:%S}.{t.microsecond // 1000:03d} node01 pacemaker-execd [1] (log_op) info: x"
    ),
    "rsyslog": lambda t: f"{t.isoformat(timespec='microseconds')} node01 crmd[1]: notice: x",
    "zulu": lambda t: f"{t:%Y-%m-%dT%H:%M:%S}Z node01 crmd[1]: notice: x",
    "other zone": lambda t: f"{t.astimezone(timezone(timedelta(hours=9))).isoformat()} node01 crmd[1]: notice: x",
    "heartbeat": lambda t: f"node01 crmd: [1]: {t:%Y/%m/%d_%H:%M:%S} info: do_state_transition: x",
    "a blank for the T": lambda t: f"[1] {t:%Y-%m-%d %H:%M:%S}.5 node01 x",
}


@pytest.fixture
def cut(tmp_path):
    """Return a function that gives what of some lines is sent for a window, and whether that was all."""

    def part(shell, lines, begin, end, *, zone="UTC", cap=1 << 30, changed=END):
        log = tmp_path / "log"
        log.write_text("".join(line + "\n" for line in lines))
        script = (
            f". {WINDOW_SH}; LC_ALL=C; from={int(begin.timestamp())} to={int(end.timestamp())} cap={cap}\n"
            f"local_zone $to; last_changed {int(changed.timestamp())}; part_of {log} {log.stat().st_size}"
        )
        done = subprocess.run(
            [*shell, "-c", script], check=True, capture_output=True, text=True, env=os.environ | {"TZ": zone}
        )
        assert done.stderr == ""
        start, length, was_cut = map(int, done.stdout.split())
        return log.read_bytes()[start : start + length].decode().splitlines(), bool(was_cut)

    return part


def times(count, step_s=7):
    return [END - timedelta(seconds=step_s * (count - 1 - number)) for number in range(count)]


def within(moments, begin, end):
    return [moment for moment in moments if begin <= moment.replace(microsecond=0) <= end]


@pytest.mark.parametrize("shell", ALL)
@pytest.mark.parametrize("line", FORMATS.values(), ids=FORMATS)
def test_exactly_the_lines_of_the_window_are_sent(cut, shell, line):
    moments = times(3000)
    begin, end = END - timedelta(hours=3), END - timedelta(hours=2)
    got, _ = cut(shell, map(line, moments), begin, end)
    assert got == list(map(line, within(moments, begin, end)))


@pytest.mark.parametrize("shell", ALL)
def test_lines_without_a_year_are_in_the_year_of_the_last_change(cut, shell):
    """The log of a cluster that failed on New Year's Eve."""
    end = datetime(2027, 1, 1, 0, 30, tzinfo=timezone.utc)
    moments = [end - timedelta(seconds=20 * number) for number in reversed(range(1000))]
    begin = datetime(2026, 12, 31, 23, 50, tzinfo=timezone.utc)
    until = datetime(2027, 1, 1, 0, 10, tzinfo=timezone.utc)
    got, _ = cut(shell, map(FORMATS["syslog"], moments), begin, until, changed=end)
    assert got == list(map(FORMATS["syslog"], within(moments, begin, until)))


@pytest.mark.parametrize("shell", ALL)
@pytest.mark.parametrize(("zone", "hours"), [("JST-9", 9), ("EST5", -5), ("IST-5:30", 5.5)])
def test_times_without_a_zone_are_in_that_of_the_node(cut, shell, zone, hours):
    local = timezone(timedelta(hours=hours))
    moments = times(1000)
    begin, end = END - timedelta(hours=1), END - timedelta(minutes=30)
    got, _ = cut(shell, (FORMATS["syslog"](t.astimezone(local)) for t in moments), begin, end, zone=zone)
    assert got == [FORMATS["syslog"](t.astimezone(local)) for t in within(moments, begin, end)]


@pytest.mark.parametrize("shell", ALL)
def test_what_has_no_time_stays_with_the_line_before(cut, shell):
    """A trace of many lines; blanks and backslashes count as they are."""
    chance = random.Random(1)  # noqa: S311 - not for secrets
    lines, wanted = [], []
    begin, end = END - timedelta(hours=2), END - timedelta(hours=1)
    for moment in times(2000):
        entry = [FORMATS["syslog"](moment), *["   \\ at no time\t" + "x" * chance.randrange(300)] * chance.randrange(4)]
        lines += entry
        wanted += entry if begin <= moment <= end else []
    got, _ = cut(shell, lines, begin, end)
    assert got == wanted


@pytest.mark.parametrize("shell", ALL)
def test_a_long_part_without_times_loses_nothing_of_the_window(cut, shell):
    moments = times(600)
    lines = list(map(FORMATS["syslog"], moments))
    lines[300:300] = ["a dump " + "y" * 60] * 3000
    begin, end = moments[310], moments[-1]
    got, _ = cut(shell, lines, begin, end)
    assert got[-290:] == lines[-290:]


@pytest.mark.parametrize("shell", ALL)
def test_a_log_of_another_time_gives_nothing(cut, shell):
    lines = list(map(FORMATS["syslog"], times(3000)))
    day = timedelta(days=1)
    assert cut(shell, lines, END - 3 * day, END - 2 * day)[0] == []
    assert cut(shell, lines, END + timedelta(seconds=1), END + day)[0] == []


@pytest.mark.parametrize("shell", ALL)
def test_a_log_without_any_time_is_sent_whole(cut, shell):
    lines = [f"line {number}" for number in range(2000)]
    assert cut(shell, lines, END - timedelta(hours=1), END) == (lines, False)


@pytest.mark.parametrize("shell", ALL)
def test_of_too_much_the_end_is_sent_and_that_is_said(cut, shell):
    lines = list(map(FORMATS["syslog"], times(3000)))
    got, was_cut = cut(shell, lines, END - timedelta(days=1), END, cap=10_000)
    assert was_cut
    assert sum(len(line) + 1 for line in got) == 10_000
    assert got[-50:] == lines[-50:]


@pytest.mark.parametrize("shell", ALL)
def test_an_empty_log_is_no_error(cut, shell):
    assert cut(shell, [], END - timedelta(hours=1), END) == ([], False)
