"""The fast reading gives what a slow one gives, line by line: of real logs, and of any that can be made of their lines."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ha_report.model import InputFile
from parsers.clock import Moment, to_year, turns_of
from parsers.log import read_blocks
from parsers.log_reading import LogReading
from parsers.recognise import is_binary
from parsers.scan import blocks_of
from tests.parsers.slow_reader import Slow, read_slowly

DATA = Path(__file__).resolve().parents[1] / "data" / "rules"
DEMO = Path(__file__).resolve().parents[2] / "ha_report" / "demo"
LOGS = ("pacemaker.log", "corosync.log", "ha-log", "ha-log.txt", "syslog", "messages", "journal.log")


def columns(reading):
    """Return a fast reading in the shape of a slow one."""
    rows = zip(
        reading.times, reading.absolute, reading.dated, reading.lines, reading.headers, reading.told, strict=True
    )
    events = [
        (time, bool(absolute), bool(dated), line, head.host, head.program, head.level, head.pid, *told)
        for time, absolute, dated, line, head, told in rows
    ]
    return Slow(events, reading.records, reading.epochs, None)


def read_fast(data):
    reading = LogReading(InputFile("log"))
    read_blocks(blocks_of(io.BytesIO(data).readinto), reading)
    return reading


def without_years(slow):
    """Leave out the years that lines do not tell: lines that are no events count New Years, too."""
    events = [(in_2000(time, dated), absolute, dated, *rest) for time, absolute, dated, *rest in slow.events]
    records = [
        (index, record._replace(time_us=in_2000(record.time_us, own or slow.events[index][2])), own)
        for index, record, own in slow.records
    ]
    return slow._replace(events=events, records=records)


def in_2000(time_us, dated):
    return time_us if dated or time_us is None else to_year(time_us, -turns_of(Moment(time_us, False, False)))


def assert_agree(data, seen=lambda slow: slow):
    slow, reading = seen(read_slowly(data.split(b"\n"))), read_fast(data)
    fast = seen(columns(reading))
    assert fast.events == slow.events
    assert fast.records == slow.records
    assert fast.epochs == slow.epochs
    assert reading.input.undecoded_count == len(slow.undecoded)
    assert [one.line for one in reading.input.undecoded] == slow.undecoded[:20]
    assert reading.input.lines == data.count(b"\n") + (data[-1:] not in (b"", b"\n"))


def logs_below(folder):
    paths = sorted(path for path in folder.rglob("*") if path.name in LOGS and path.is_file())
    return [path for path in paths if not is_binary(path.read_bytes()[:4096])]


def test_of_the_rules_cases():
    for path in logs_below(DATA)[::3] + logs_below(DEMO):
        assert_agree(path.read_bytes())


@pytest.mark.lab
@pytest.mark.parametrize("number", range(4))
def test_of_the_labs_logs(lab_captures, lab_eras, number):
    for path in (logs_below(lab_captures) + logs_below(lab_eras))[number::16]:
        assert_agree(path.read_bytes())


@pytest.mark.corpus
def test_of_strangers_logs(corpus):
    for path in logs_below(corpus):
        assert_agree(path.read_bytes()[: 1 << 20])


LINES = sorted(
    {line for path in logs_below(DEMO) + logs_below(DATA)[::9] for line in path.read_bytes().split(b"\n")[::5]}
)
DAMAGE = [
    b"",
    b"\0\0\0",
    b"\xff\xfe",
    b"#011",
    b"\x1b[1m",
    b"Dec 31 23:59:59 n crmd[1]: error: x",
    b"Jan  1 00:00:01 n crmd[1]: ERROR: x",
]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.sampled_from(LINES), st.sampled_from(DAMAGE)), max_size=30), st.randoms())
def test_of_any_mixture_of_lines(lines, random):
    torn = [line[random.randrange(len(line)) :] if line and random.random() < 0.2 else line for line in lines]
    assert_agree(b"\n".join(torn), without_years)
