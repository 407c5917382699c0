from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.words import clock_of, count_of, day_of, interval_of, list_of, operation_of, size_of, utc, window_of

TIME = datetime(2026, 11, 23, 2, 1, 35, 575_000, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 B"), (812, "812 B"), (1_000, "1.0 kB"), (79_697, "80 kB"), (1_234_567_890, "1.2 GB")]
)
def test_sizes(number, words):
    assert size_of(number) == words


@pytest.mark.parametrize(
    ("interval_ms", "words"), [(10_000, "10 s"), (1_500, "1.5 s"), (300_000, "5 min"), (90_000, "90 s"), (100, "0.1 s")]
)
def test_intervals(interval_ms, words):
    assert interval_of(interval_ms) == words


def test_a_one_off_monitor_is_a_probe():
    assert operation_of("monitor", 0) == "probe"
    assert operation_of("monitor", None) == "monitor"
    assert operation_of("start", 0) == "start"


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcde"), "a, b, c and 2 more"),
    ],
)
def test_lists(items, words):
    assert list_of(items) == words


def test_numbers_agree_with_their_noun():
    assert [count_of(number, "file") for number in (0, 1, 2_000)] == ["0 files", "1 file", "2,000 files"]


def test_the_date_is_shown_where_the_window_spans_days():
    day = timedelta(days=1)
    assert clock_of(TIME, day_of((TIME, TIME + day))) == "2026-11-23 02:01:35.575"
    assert clock_of(TIME, day_of((TIME, TIME))) == "02:01:35.575"


def test_a_time_outside_the_one_day_of_the_window_has_its_date():
    assert clock_of(TIME - timedelta(days=1), TIME.date()) == "2026-11-22 02:01:35.575"


def test_a_window_names_its_date_once_or_twice():
    assert window_of((TIME, TIME + timedelta(hours=1))) == "2026-11-23 02:01:35 – 03:01:35 UTC"
    assert window_of((TIME, TIME + timedelta(days=1))) == "2026-11-23 02:01:35 – 2026-11-24 02:01:35 UTC"
    assert window_of((None, TIME)) == "no times known"


@given(st.integers(min_value=-62_135_596_800_000_000, max_value=253_402_300_799_999_999))
def test_microseconds_are_kept(time_us):
    since = utc(time_us) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    assert since // timedelta(microseconds=1) == time_us
