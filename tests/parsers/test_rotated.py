"""Logs that were rotated and compressed are unpacked only when they may hold something of the window."""

import gzip
import os
from datetime import datetime, timedelta, timezone

import pytest

from ha_report.incident import Window
from parsers.read import Reading, read
from parsers.rotated import OUTSIDE

UTC = timezone.utc
BEGIN = datetime(2026, 9, 6, tzinfo=UTC)
NAMES = ("messages-{}.gz", "messages.{}.gz", "syslog.{}.gz")


def weeks(folder, form, name="messages-{}.gz", count=5, begin=BEGIN):
    """Write a log of some weeks, of which all but the last are compressed, a file each."""
    for week in range(count):
        first = begin + timedelta(weeks=week)
        moments = [first + timedelta(minutes=30 * number) for number in range(7 * 48)]
        text = "".join(f"{one.strftime(form)} node01 crmd[7]:   error: The moon is full\n" for one in moments)
        last = week == count - 1
        path = folder / (name.partition("{")[0].rstrip("-.") if last else name.format(count - week))
        path.write_bytes(text.encode() if last else gzip.compress(text.encode()))
        os.utime(path, (moments[-1].timestamp(),) * 2)


def us(moment):
    return None if moment is None else int(moment.timestamp()) * 1_000_000


def read_window(folder, begin, end):
    window = Window(us(begin), us(end))
    readings = read([(folder, "")], None, UTC, Reading(window))
    events = sorted(event.time_us for event in readings.events if window.holds(event.time_us))
    return events, sum(entry.skipped == OUTSIDE for entry in readings.inputs)


def expected(begin, end, count=5, first=BEGIN):
    moments = [us(first + timedelta(minutes=30 * number)) for number in range(count * 7 * 48)]
    return [one for one in moments if Window(us(begin), us(end)).holds(one)]


@pytest.mark.parametrize("form", ["%b %e %H:%M:%S", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("days", "passed_over"), [((10, 10.5), 3), ((6.9, 7.1), 2), ((30, None), 4), ((None, 1), 3), ((-9, -8), 4)]
)
def test_what_lies_outside_is_passed_over_and_nothing_else(tmp_path, form, name, days, passed_over):
    weeks(tmp_path, form, name)
    span = [None if day is None else BEGIN + timedelta(days=day) for day in days]
    events, skipped = read_window(tmp_path, *span)
    assert events == expected(*span)
    year_matters = form.startswith("%b") and days[0] is None  # only the beginning tells which year may be meant
    assert skipped == (0 if year_matters else passed_over)


def test_a_log_without_years_over_new_year(tmp_path):
    first = datetime(2026, 12, 13, tzinfo=UTC)
    weeks(tmp_path, "%b %e %H:%M:%S", begin=first)
    for day in (1, 16, 18, 20, 23, 30):
        span = first + timedelta(days=day), first + timedelta(days=day, hours=5)
        events, skipped = read_window(tmp_path, *span)
        assert events == expected(*span, first=first)
        assert skipped >= 2


def test_times_of_files_that_tell_no_order_are_not_trusted(tmp_path):
    weeks(tmp_path, "%b %e %H:%M:%S")
    for path in tmp_path.iterdir():
        os.utime(path, (1.8e9, 1.8e9))
    assert read_window(tmp_path, BEGIN + timedelta(days=10), BEGIN + timedelta(days=11))[1] == 0


def test_without_a_window_all_is_read(tmp_path):
    weeks(tmp_path, "%b %e %H:%M:%S")
    events, skipped = read_window(tmp_path, None, None)
    assert (len(events), skipped) == (5 * 7 * 48, 0)
