"""The logs that speed is measured on are what they are said to be."""

import pytest

from ha_report.model import InputFile
from parsers.log import read_log
from parsers.log_reading import LogReading
from parsers.settle import clues_of
from tests.parsers.logs_made import make


def reading_of(path):
    reading = LogReading(InputFile("log"))
    read_log(path, reading)
    return reading


def test_a_detail_log_is_as_dense_as_real_ones(tmp_path):
    make("detail", 12_000_000, tmp_path / "log")
    reading = reading_of(tmp_path / "log")
    assert 0.05 <= len(reading.times) / reading.input.lines <= 0.10
    assert reading.input.format == "pacemaker-2"
    assert len(reading.records) > 20


@pytest.mark.parametrize(("layout", "form"), [("syslog", "syslog-bsd"), ("syslog-iso", "syslog-iso")])
def test_a_machines_log_is_mostly_of_others(tmp_path, layout, form):
    make(layout, 3_000_000, tmp_path / "log", cluster_lines=300)
    reading = reading_of(tmp_path / "log")
    cluster = (tmp_path / "log").read_bytes().count(b" pacemaker")
    assert 250 <= cluster <= 350
    assert len(reading.times) > cluster / 2
    assert reading.input.format == form


def test_times_only_grow_and_calls_do_not_come_again(tmp_path):
    begin, end = make("detail", 12_000_000, tmp_path / "log")
    reading = reading_of(tmp_path / "log")
    assert reading.times == sorted(reading.times)
    assert (reading.last.time_us - reading.first.time_us) / 1e6 == pytest.approx(
        (end - begin).total_seconds(), rel=0.15
    )
    calls = [told.call for told in reading.told if told.call is not None]
    assert len(set(calls)) > 100
    assert clues_of(reading).offsets == []


def test_a_log_has_the_size_that_was_asked_for(tmp_path):
    for size in (50_000, 333_333):
        make("syslog", size, tmp_path / "log")
        data = (tmp_path / "log").read_bytes()
        assert 0 <= len(data) - size < 1000
        assert data.endswith(b"\n")
