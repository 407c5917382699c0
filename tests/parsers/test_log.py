"""One log becomes events and operation records."""

import json

import pytest

from ha_report.model import InputFile
from parsers.log import read_log
from parsers.log_reading import LogReading

RESULT = "Result of start operation for r_ip on node02: error ([findif] failed) | call=6 key=r_ip_start_0 rc=1"
DETAIL = f"Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: {RESULT}\n"


@pytest.fixture
def read(tmp_path):
    def reading_of(text, journal=None):
        path = tmp_path / "log"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        reading = LogReading(InputFile("node02/log"))
        read_log(path, reading, journal)
        return reading

    return reading_of


def test_a_result_line_is_an_event_and_a_record(read):
    reading = read("noise\n" + DETAIL)
    [event] = reading.events
    assert (event.kind, event.resource, event.rc, event.line) == ("operation-result", "r_ip", 1, 2)
    [(index, record, _)] = reading.records
    assert (index, record.call, record.exit_reason, record.teller) == (0, 6, "[findif] failed", "controller")


def test_a_result_that_is_ok_is_an_event_but_no_record(read):
    reading = read(DETAIL.replace("error ([findif] failed)", "ok").replace("rc=1", "rc=0"))
    assert [event.rc for event in reading.events] == [0]
    assert reading.records == []


def test_the_first_and_the_last_time_of_a_file_are_those_of_any_line(read):
    reading = read("Nov 23 01:00:00 node02 cron[1]: x\n" + DETAIL + "no time\nNov 23 03:00:00 node02 cron[1]: x\n")
    assert reading.last[0] - reading.first[0] == 2 * 3600 * 1_000_000


def test_one_line_is_first_and_last(read):
    reading = read(DETAIL)
    assert reading.first == reading.last


def test_a_daemons_line_of_no_row_is_counted_and_shown(read):
    reading = read("Nov 23 02:01:35 node02 pacemaker-controld[96]:  notice: Result of nothing that is known\n")
    assert reading.input.undecoded_count == 1
    assert reading.input.undecoded[0].text == "Result of nothing that is known"


def test_an_error_of_a_daemon_is_kept_though_no_row_knows_it(read):
    reading = read("Nov 23 02:01:35 node02 pacemaker-controld[96]:  error: The moon is full\n")
    assert [(event.kind, event.level) for event in reading.events] == [("unexplained", "error")]


def test_an_error_of_another_program_is_none_of_ours(read):
    assert read("Nov 23 02:01:35 node02 backup[96]:  error: tape torn\n").events == []


def test_an_agents_error_names_its_resource(read):
    [event] = read("Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: [findif] failed\n").events
    assert (event.kind, event.program, event.resource) == ("agent-error", "IPaddr2", "r_ip")


def test_a_node_name_with_dashes_is_told_from_the_resource_by_the_host(read):
    reading = read(
        "Mar 22 10:56:19 15sp1-2 pacemaker-controld  [1740] (process_lrm_event) \tnotice: "
        r"15sp1-2-mysql_start_0:46 [ ocf-exit-reason:Setup problem\n ]" + "\n"
    )
    assert [(event.node, event.resource, event.call) for event in reading.events] == [("15sp1-2", "mysql", 46)]


def test_a_monitor_that_answers_as_asked_is_no_failure(read):
    """A promoted instance answers 8; the target stands in the transition key of the line before."""
    asked = "crmd: [1]: info: do_lrm_rsc_op: Performing key=13:3:8:4863814a op=p:1_monitor_5000 )"
    told = "crmd: [1]: info: process_lrm_event: LRM operation p:1_monitor_5000 (call=8, rc={}, cib-update=7, confirmed=false) x"
    for rc, failures in ((8, 0), (0, 1), (7, 1)):
        reading = read("".join(f"Nov 23 03:04:01 n {text}\n" for text in (asked, told.format(rc))))
        assert len(reading.records) == failures


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"\0" * 4096, b"\x1b[32m"])
def test_bytes_that_are_no_text_hide_no_event(read, damage):
    assert [event.kind for event in read(damage + b"\n" + damage + DETAIL.encode()).events] == ["operation-result"]


ENTRY = {
    "__CURSOR": "s=1", "__REALTIME_TIMESTAMP": "1795399295575000", "_HOSTNAME": "node02", "PRIORITY": "5",
    "SYSLOG_IDENTIFIER": "pacemaker-controld", "_PID": "96", "MESSAGE": f" notice: {RESULT}",
}  # fmt: skip


@pytest.mark.parametrize("message", [ENTRY["MESSAGE"], [*ENTRY["MESSAGE"].encode(), 255]])
def test_the_journal_as_json(read, message):
    reading = read('{"torn": \n' + json.dumps(ENTRY | {"MESSAGE": message}) + "\n", "journal-json")
    assert [(event.time_us, event.writer, event.line) for event in reading.events] == [
        (1_795_399_295_575_000, "node02", 2)
    ]


def test_the_journal_as_export(read):
    reading = read("".join(f"{name}={value}\n" for name, value in ENTRY.items()) + "\n", "journal-export")
    assert [(event.time_us, event.level) for event in reading.events] == [(1_795_399_295_575_000, "notice")]
