"""A log that is entered in the middle gives of a window what it gives when it is read from its beginning."""

import os
from datetime import datetime, timedelta, timezone

import pytest
from dateutil import tz

from ha_report.incident import Window
from parsers import window
from parsers.read import Reading, read
from parsers.window import Times, cut_of, lines_before
from tests.parsers.logs_made import make

UTC = timezone.utc
NEVER = 1 << 60


@pytest.fixture(autouse=True)
def small_logs_count(monkeypatch):
    monkeypatch.setattr(window, "WORTH", 0)
    monkeypatch.setattr(window, "_NEAR", 1 << 10)


@pytest.fixture(params=["syslog", "syslog-iso", "detail"])
def log(request, tmp_path):
    """A log of two days and more, and when it begins and ends."""
    path = tmp_path / "log"
    options = {} if request.param == "detail" else {"cluster_lines": 2000}
    begin, end = make(request.param, 4_000_000, path, a_second=0.2, **options)
    return path, begin, end


def us(moment):
    return None if moment is None else int(moment.timestamp()) * 1_000_000


def events_of(path, begin, end, zone=UTC, local=UTC):
    """Return the events of a window, and the entry of the file."""
    readings = read([(path, "log")], zone, local, Reading(Window(us(begin), us(end))))
    return [event for event in readings.events if Window(us(begin), us(end)).holds(event.time_us)], readings.inputs[0]


def in_whole(monkeypatch, *arguments):
    with monkeypatch.context() as patched:
        patched.setattr(window, "WORTH", NEVER)
        return events_of(*arguments)


@pytest.mark.parametrize(
    "hours", [(10, 11), (30, 40), (0, 1), (-5, -3), (None, 4), (40, None), (2000, 2001), (-30, 2000)]
)
def test_a_window_holds_what_it_holds_of_the_whole(log, monkeypatch, hours):
    path, begin, _ = log
    span = [None if hour is None else begin + timedelta(hours=hour) for hour in hours]
    found, entry = events_of(path, *span)
    expected, whole = in_whole(monkeypatch, path, *span)
    assert found == expected
    assert (entry.first_time_us, entry.last_time_us) == (whole.first_time_us, whole.last_time_us)
    assert entry.bytes == whole.bytes
    assert entry.gaps_us == []


def test_little_more_than_the_window_is_read(log):
    path, begin, _ = log
    cut = cut_of(
        path, Times(us(begin + timedelta(hours=20)), us(begin + timedelta(hours=21)), UTC), us(datetime.now(UTC))
    )
    assert 0 < cut.begin < cut.end < path.stat().st_size
    assert cut.end - cut.begin < path.stat().st_size / 4


def test_a_zone_that_nobody_tells_leaves_nothing_out(log, monkeypatch):
    path, begin, _ = log
    span = begin + timedelta(hours=20), begin + timedelta(hours=21)
    for zone in (tz.gettz("Asia/Tokyo"), tz.gettz("America/Los_Angeles")):
        assert events_of(path, *span, None, zone)[0] == in_whole(monkeypatch, path, *span, None, zone)[0]


def test_a_year_that_another_file_tells_is_believed_though_the_log_seems_younger(tmp_path, monkeypatch):
    make("syslog", 2_000_000, tmp_path / "log", a_second=0.2, cluster_lines=800)
    now = datetime(2031, 5, 1, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "log", (now, now))
    (tmp_path / "date.txt").write_text("Mon Nov 23 02:01:35 UTC 2026\n")
    span = datetime(2026, 9, 1, 8, tzinfo=UTC), datetime(2026, 9, 1, 9, tzinfo=UTC)
    found = events_of(tmp_path, *span)[0]
    assert found == in_whole(monkeypatch, tmp_path, *span)[0]
    assert len(found) > 5


def lines_at(moments, form="%b %e %H:%M:%S", text="node01 crmd[7]:   error: The moon is full"):
    return "".join(f"{moment.strftime(form)} {text}\n" for moment in moments)


@pytest.mark.parametrize("end", [datetime(2027, 1, 9, tzinfo=UTC), datetime(2024, 3, 9, tzinfo=UTC)])
def test_a_log_without_years_runs_over_new_year_and_the_leap_day(tmp_path, monkeypatch, end):
    path = tmp_path / "log"
    moments = [end - timedelta(minutes=5 * number) for number in range(12 * 24 * 20)]
    path.write_text(lines_at(reversed(moments)))
    os.utime(path, (end.timestamp(), end.timestamp()))
    for days in (1, 7, 8, 9, 10, 15):
        span = end - timedelta(days=days), end - timedelta(days=days - 0.5)
        found = events_of(path, *span)[0]
        assert found == in_whole(monkeypatch, path, *span)[0]
        assert len(found) == 145


def test_lines_in_disorder_make_it_read_the_whole(tmp_path):
    path, begin = tmp_path / "log", datetime(2026, 9, 1, tzinfo=UTC)
    two = [begin + timedelta(minutes=number) for number in range(9000)]
    path.write_text(lines_at(two) + lines_at(two))
    assert cut_of(path, Times(us(two[100]), us(two[200]), UTC), us(datetime(2026, 12, 1, tzinfo=UTC))) is None


def test_a_little_disorder_and_lines_without_time_hide_nothing(tmp_path, monkeypatch):
    path, begin = tmp_path / "log", datetime(2026, 9, 1, tzinfo=UTC)
    moments = [begin + timedelta(seconds=30 * number - 200 * (number % 3)) for number in range(30_000)]
    path.write_text(lines_at(moments).replace(":30 ", ":30 node01 x: torn\n<xml>\n" + "y" * 3000 + "\n"))
    os.utime(path, (moments[-1].timestamp(),) * 2)
    span = begin + timedelta(days=4), begin + timedelta(days=4, hours=2)
    found = events_of(path, *span)[0]
    assert found == in_whole(monkeypatch, path, *span)[0]
    assert len(found) > 50


@pytest.mark.parametrize("threads", [1, 3])
def test_lines_are_counted_up_to_any_place(tmp_path, threads):
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n\nfour" * 1000)
    for place in (0, 1, 4, 5000, 13_000):
        assert lines_before(path, place, threads) == path.read_bytes()[:place].count(b"\n")
