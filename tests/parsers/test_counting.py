"""How many lines a log has before a time: exact of a small log, close to it of a big one."""

import gzip
from bisect import bisect_left
from datetime import datetime, timezone
from itertools import pairwise

import pytest

from ha_report.incident import ALL_TIMES, Window
from parsers import window
from parsers.counting import READ
from parsers.read import Reading, read
from tests.parsers.logs_made import make

UTC = timezone.utc
SECOND = 1_000_000
LINE = "2026-11-23T02:{:02}:{:02}+00:00 node01 daemon[7]: what {} said\n"


def counter_of(path, between=ALL_TIMES):
    readings = read([(path, "log")], UTC, UTC, Reading(between))
    (entry,) = readings.inputs
    return readings.counters.get(entry.path), entry


def truly_before(path, borders):
    """Return how many lines of a log with ISO times stand before each border: every line is looked at."""
    times, now = [], 0
    for line in path.read_text().split("\n")[:-1]:
        if line[:4].isdecimal():
            now = max(now, round(datetime.fromisoformat(line.split(" ")[0]).timestamp() * SECOND))
        times.append(now)
    return [bisect_left(times, border) for border in borders]


def written(path, text):
    path.write_text(text)
    return path


def us(hour, minute, second=0):
    return int(datetime(2026, 11, 23, hour, minute, second, tzinfo=UTC).timestamp()) * SECOND


def test_of_a_small_log_every_line_is_counted_where_it_stands(tmp_path):
    text = "".join(LINE.format(number // 60, number % 60, number) for number in (0, 1, 1, 1, 7, 7, 59, 600, 3599))
    path = written(tmp_path / "log", text + "\ta line without a time\n" + LINE.format(58, 0, "late"))
    counter, _ = counter_of(path)
    borders = [us(2, 0) + step * SECOND // 2 for step in range(-2, 7205)]
    assert counter(borders) == truly_before(path, borders)
    assert counter(borders)[-1] == 11


def test_a_log_of_syslog_is_counted_in_its_zone_and_year(tmp_path):
    path = written(tmp_path / "log", "Dec 31 23:59:58 node01 a: b\nJan  1 00:00:02 node01 a: c\n")
    counter, entry = counter_of(path)
    assert counter([entry.first_time_us, entry.first_time_us + 1, entry.last_time_us, entry.last_time_us + 1]) == [
        0, 1, 1, 2,
    ]  # fmt: skip
    assert entry.last_time_us - entry.first_time_us == 4 * SECOND


def test_of_a_big_log_the_count_of_any_time_is_nearly_right(tmp_path):
    path = tmp_path / "log"
    make("syslog-iso", 8_500_000, path, a_second=2, cluster_lines=2000)
    counter, entry = counter_of(path)
    assert entry.bytes > 8 << 20 > READ
    span = entry.last_time_us - entry.first_time_us
    borders = [entry.first_time_us + span * step // 6480 for step in range(6481)]
    truth = truly_before(path, borders)
    counted = counter(borders)
    assert counted == sorted(counted)
    assert max(abs(one - other) for one, other in zip(counted, truth, strict=True)) < entry.lines / 100
    coarse = [[after - before for before, after in pairwise(found[::36])] for found in (counted, truth)]
    assert sum(abs(one - other) for one, other in zip(*coarse, strict=True)) < entry.lines / 50


def test_the_lines_of_a_part_that_was_read_alone_are_those_of_the_whole(tmp_path, monkeypatch):
    path = tmp_path / "log"
    make("syslog-iso", 2_000_000, path, a_second=0.2, cluster_lines=2000)
    _, entry = counter_of(path)
    third = (entry.last_time_us - entry.first_time_us) // 3
    begin, end = entry.first_time_us + third, entry.first_time_us + 2 * third
    monkeypatch.setattr(window, "WORTH", 0)
    monkeypatch.setattr(window, "_NEAR", 1 << 10)
    counter, _ = counter_of(path, Window(begin, end))
    borders = [begin, (begin + end) // 2, end]
    truth = truly_before(path, borders)
    assert max(abs(one - other) for one, other in zip(counter(borders), truth, strict=True)) < entry.lines / 100


def test_a_log_that_is_gone_counts_nothing(tmp_path):
    path = written(tmp_path / "log", LINE.format(1, 2, "x"))
    counter, _ = counter_of(path)
    path.unlink()
    assert counter([0, us(3, 0)]) == []


@pytest.mark.parametrize("text", ["127.0.0.1 localhost\n::1 localhost\n", ""], ids=["hosts", "empty"])
def test_what_tells_no_time_is_not_counted(tmp_path, text):
    assert counter_of(written(tmp_path / "hosts", text))[0] is None


def test_a_compressed_log_has_no_places(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(LINE.format(1, 2, "x").encode()))
    assert counter_of(path)[0] is None
