import re

import pytest

from parsers.headers import LineReader
from parsers.lines import FORMATS, Stamp, plain


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_a_format_reads_its_own_example(row):
    line = LineReader().read(row.example)
    assert line.format == row.name
    assert {name: getattr(line, name) for name in row.expect} == row.expect


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("Feb 29 23:59:59 n crmd[1]: x", Stamp(0, 2, 29, 86399, 0, None)),
        ("Nov  3 02:01:35.5 n crmd[1]: x", Stamp(0, 11, 3, 7295, 500_000, None)),
        ("2019-03-22T10:57:27.930481+0800 n crmd[1]: x", Stamp(2019, 3, 22, 39447, 930_481, 28_800)),
        ("2019-03-22T10:57:27Z n crmd[1]: x", Stamp(2019, 3, 22, 39447, 0, 0)),
        ("2019-03-22 10:57:27,123-03:30 n crmd[1]: x", Stamp(2019, 3, 22, 39447, 123_000, -12_600)),
        ("crmd[1]: 2011/12/01_16:55:21 info: x", Stamp(2011, 12, 1, 60_921, 0, None)),
    ],
)
def test_times_are_read_as_written(text, stamp):
    assert LineReader().read(text).stamp == stamp


@pytest.mark.parametrize("text", ["Feb 30 25:00:00 n crmd[1]: x", "Foo 12 10:00:00 n crmd[1]: x"])
def test_a_time_that_no_clock_shows_is_none_and_never_invented(text):
    assert LineReader().read(text).stamp is None


def test_a_line_of_another_format_in_between_is_still_read():
    reader = LineReader()
    written = [
        "Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: one",
        "Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: two",
        "Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: three",
    ]
    assert [reader.read(text).format for text in written] == ["pacemaker-2", "agent", "pacemaker-2"]


@pytest.mark.parametrize("time", ["23:59:58", "23:59:61", "23:59:58.25"])
@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_a_line_that_is_known_but_for_its_time_is_read_as_a_new_one(row, time):
    reader, later = LineReader(), re.sub(r"\d\d:\d\d:\d\d", time, row.example, count=1)
    for _ in range(2):
        reader.read(row.example)
    assert reader.read(later) == LineReader().read(later)
    assert reader.split(later)[1:] == LineReader().split(later)[1:]


def test_levels_of_all_eras_are_named_alike():
    reader = LineReader()
    levels = [
        reader.read(f"Nov 23 02:59:03 n crmd: [1]: {word}: x").level
        for word in ("WARN", "warning", "ERROR", "err", "CRIT")
    ]
    assert levels == ["warning", "warning", "error", "error", "crit"]


def test_colours_carriage_returns_and_nuls_are_no_part_of_a_line():
    assert plain("\0\0\x1b[32mDec 16 11:53:23 n crmd[1]: x\x1b[0;10m\r") == "Dec 16 11:53:23 n crmd[1]: x"


def test_text_without_any_known_format_is_all_message():
    line = LineReader().read("Result of start operation for r on n: error")
    assert (line.format, line.stamp, line.message) == ("unknown", None, "Result of start operation for r on n: error")
