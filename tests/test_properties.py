"""What holds for any input: nothing makes the reading raise, and damage changes only what it touches."""

import contextlib
import dataclasses
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ha_report import demo
from ha_report.errors import UserError
from ha_report.reading import read_incident
from parsers.headers import LineReader
from parsers.lines import plain

SLOW = settings(max_examples=40, suppress_health_check=list(HealthCheck))
PIECES = [
    b"Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: ", b"Result of start operation for r_ip on ",
    b"node02: error ([findif] failed) | call=6 key=r_ip_start_0 rc=1", b"<cib>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"Failed Actions:\n",
    b"* r_ip_start_0 on node02 'unknown error' (1): call=6, status=complete", b"\n", b"\0", b"\xff", b"\x1b[31m", b"Online: [ node01 ]",
    b'{"__REALTIME_TIMESTAMP"', b"__CURSOR=\n__REALTIME_TIMESTAMP=1\n", b"LRM operation r_start_0 (call=99999999999999999999, rc=1, x) e",
    b"Feb 30 99:99:99 ", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"PING 1.2.3.4", b"primitive a b \\\n",
]  # fmt: skip


def read(*sources):
    with read_incident([str(source) for source in sources], None, lambda _: None) as (incident, _):
        return incident


def failures(incident):
    """Return the failed operations less their sources, whose lines move when files do."""
    return [dataclasses.replace(one, sources=()) for one in incident.failed_operations]


@SLOW
@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(PIECES)), max_size=12))
def test_no_file_of_any_bytes_makes_the_reading_raise(pieces):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "file").write_bytes(b"".join(pieces))
        with contextlib.suppress(UserError):  # that nothing could be read is an answer
            read(folder)


@given(st.text())
def test_no_line_makes_a_line_reader_raise(text):
    assert LineReader().read(plain(text)).message is not None


def lines_of(sample, node):
    path = next(demo.path(sample).joinpath(node).glob("pacemaker.log"), None) or demo.path(sample) / node / "ha-log"
    return path.read_bytes().splitlines(keepends=True)


@pytest.fixture(scope="module", params=[("nic", "node02"), ("heartbeat", "node01")], ids=["2.1", "1.0"])
def log(request):
    return lines_of(*request.param)


def found(*logs):
    with tempfile.TemporaryDirectory() as folder:
        for number, lines in enumerate(logs):
            Path(folder, f"log-{number}").write_bytes(b"".join(lines))
        return read(folder)


@SLOW
@given(st.data())
def test_a_line_put_in_changes_no_failure(log, data):
    place = data.draw(st.integers(0, len(log)))
    line = data.draw(
        st.sampled_from([b"\n", b"\xff\xfe\n", b"Nov 23 02:01:35 node02 cron[1]: x\n", b"\0" * 300 + b"\n"])
    )
    assert failures(found([*log[:place], line, *log[place:]])) == failures(found(log))


@SLOW
@given(st.data())
def test_a_line_damaged_or_lost_touches_only_what_it_tells_of(log, data):
    whole = found(log)
    place = data.draw(st.integers(0, len(log) - 1))
    instead = data.draw(st.sampled_from([[], [log[place][: len(log[place]) // 2] + b"\n"], [b"#" + log[place]]]))
    told = {(source.file, source.line) for one in whole.failed_operations for source in one.sources}
    left = failures(found([*log[:place], *instead, *log[place + 1 :]]))
    if ("log-0", place + 1) in told:
        assert abs(len(left) - len(failures(whole))) <= 1
    else:
        assert [(one.resource, one.operation, one.call, one.rc) for one in left] == [
            (one.resource, one.operation, one.call, one.rc) for one in failures(whole)
        ]


@SLOW
@given(st.data())
def test_a_log_split_anywhere_gives_the_same_failures(log, data):
    place = data.draw(st.integers(0, len(log)))
    assert failures(found(log[:place], log[place:])) == failures(found(log))


def told(incident):
    """Return all that a report shows of an incident, but for the order of its inputs."""
    state = (incident.cluster, incident.nodes, incident.resources, incident.fail_counts, incident.attributes)
    events = incident.events.drop(columns=["text"]).astype("string").fillna("").values.tolist()
    return incident.failed_operations, state, incident.window_us, events


@SLOW
@given(st.randoms())
def test_files_in_any_order_give_the_same_report(random):
    files = sorted(path for path in demo.path("nic").rglob("*") if path.is_file() and path.name != "README.md")
    first = told(read(*files))
    random.shuffle(files)
    assert told(read(*files)) == first


def test_two_logs_in_one_file_give_what_they_give_apart():
    one, two = lines_of("nic", "node01"), lines_of("nic", "node02")
    assert failures(found(one + two)) == failures(found(one, two))
