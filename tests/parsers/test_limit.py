"""Beyond a number of events the routine is left out, and said to be."""

from datetime import timezone

import pytest

from ha_report.model import InputFile
from parsers import limit
from parsers.limit import keep_most
from parsers.log import read_log
from parsers.log_reading import LogReading
from parsers.read import Reading, read

LINE = "Nov 23 02:{:02}:{:02} node02 pacemaker-controld[96]:  notice: {}\n"
MONITOR = (
    "Result of monitor operation for r_ip on node02: ok | graph action confirmed; call={} key=r_ip_monitor_10000 rc=0"
)
FAILED = "Result of start operation for r_ip on node02: error | graph action confirmed; call={} key=r_ip_start_0 rc=1"
RARE = "State transition S_IDLE -> S_POLICY_ENGINE | input=I_PE_CALC cause=C_FSA_INTERNAL origin=abort_transition_graph"
NOTE = (
    "1,610 events are left out, as no more than 200 are kept: operation-result 1,610. "
    "Failures and rare kinds stay; of the others the latest. Give --from and --to to see all of a shorter time."
)


@pytest.fixture
def log(tmp_path):
    """900 results, of which 30 are failures, and five changes of state, all at the beginning."""
    texts = [RARE] * 5 + [(FAILED if number % 30 == 0 else MONITOR).format(number) for number in range(900)]
    path = tmp_path / "log"
    path.write_text("".join(LINE.format(number // 60, number % 60, text) for number, text in enumerate(texts)))
    return path


def reading_of(path):
    reading = LogReading(InputFile("log"))
    read_log(path, reading)
    return reading


def test_failures_and_rare_kinds_stay_and_of_the_others_the_latest(log):
    reading, whole = reading_of(log), reading_of(log)
    keep_most([reading], 100)
    assert [record for _, record, _ in reading.records] == [record for _, record, _ in whole.records]
    assert len(reading.records) == 30
    assert [told.kind for told in reading.told].count("controller-state") == 5
    assert len(reading.times) == len(reading.events) == 100
    assert reading.lines[-30:] == list(range(876, 906))
    assert reading.left_out == {"operation-result": 805}


def test_records_still_stand_at_their_events(log):
    reading = reading_of(log)
    keep_most([reading], 50)
    assert all(reading.lines[index] == record.source.line for index, record, _ in reading.records)


def test_more_failures_than_there_is_room_for_are_cut_too(log):
    reading = reading_of(log)
    keep_most([reading], 10)
    assert len(reading.times) == len(reading.records) == 10


def test_what_has_room_stays_as_it_is(log):
    reading = reading_of(log)
    keep_most([reading], 905)
    assert (reading.events, reading.left_out) == (reading_of(log).events, {})


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_report_says_what_is_left_out(log, tmp_path, monkeypatch, jobs):
    monkeypatch.setattr(limit, "MOST_EVENTS", 200)
    (tmp_path / "other").write_text(log.read_text().replace("node02", "node03"))
    readings = read([(tmp_path, "")], None, timezone.utc, Reading(jobs=jobs))
    assert len(readings.events) == 200
    assert len(readings.records) == 60
    assert readings.notes == [NOTE]
