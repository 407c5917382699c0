"""Times as hb_report and crm report take them at -f and -t."""

from datetime import datetime, timezone

import pytest
from dateutil import tz

from ha_report.times import parse_time

TOKYO = tz.gettz("Asia/Tokyo")
NOW = datetime(2026, 11, 23, 3, 30, tzinfo=timezone.utc)  # 12:30 in Tokyo

MEANINGS = {
    "2:00": "2026-11-23T02:00:00+09:00",
    "2am": "2026-11-23T02:00:00+09:00",
    "2pm": "2026-11-22T14:00:00+09:00",  # today's is still to come
    "14:00": "2026-11-22T14:00:00+09:00",
    "12:30:00": "2026-11-23T12:30:00+09:00",
    "2007/9/5 12:30": "2007-09-05T12:30:00+09:00",
    "2007-09-05": "2007-09-05T00:00:00+09:00",
    "20070905": "2007-09-05T00:00:00+09:00",
    "09sep07 2:00": "2007-09-09T02:00:00+09:00",
    "Nov 23 02:01:35": "2026-11-23T02:01:35+09:00",
    "2d": "2026-11-21T12:30:00+09:00",
    "75H": "2026-11-20T09:30:00+09:00",
    "-12H": "2026-11-23T00:30:00+09:00",
    "10M": "2026-11-23T12:20:00+09:00",
    "1m": "2026-10-23T12:30:00+09:00",
    "1Y": "2025-11-23T12:30:00+09:00",
    "now": "2026-11-23T12:30:00+09:00",
    "0": "2026-11-23T12:30:00+09:00",
    "2026-11-23T01:23:20+01:00": "2026-11-23T01:23:20+01:00",
    "2026-11-23T01:23:20Z": "2026-11-23T01:23:20+00:00",
    "2026-11-23T01:23:20": "2026-11-23T01:23:20+09:00",
    "@1795410056": "2026-11-23T14:00:56+09:00",
}


@pytest.mark.parametrize(("text", "meant"), MEANINGS.items(), ids=MEANINGS)
def test_a_time_means(text, meant):
    assert parse_time(text, NOW, TOKYO).isoformat() == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("foo", "is no time"),
        ("", "is no time"),
        ("25:00", "is no time"),
        ("05/09/2007", "two ways"),
        ("3", "without a unit"),
        ("cts:7", "CTS"),
        ("99999999Y", "too long ago"),
        ("999999999999H", "too long ago"),
    ],
)
def test_what_is_no_time_is_told_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        parse_time(text, NOW, TOKYO)


def test_a_day_and_a_month_that_cannot_be_mixed_up_are_read():
    assert parse_time("23/11/2026", NOW, TOKYO).isoformat() == "2026-11-23T00:00:00+09:00"


def test_hours_ago_are_real_hours_where_clocks_change():
    """At 3:00 summer time two hours ago it was 0:59:59 and a second, winter time."""
    berlin = tz.gettz("Europe/Berlin")
    now = datetime(2026, 3, 29, 2, 0, tzinfo=timezone.utc)
    assert parse_time("2H", now, berlin).astimezone(timezone.utc).hour == 0
