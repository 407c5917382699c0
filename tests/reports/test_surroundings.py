"""Surroundings of proofs in files that are really there: two nodes, a few seconds."""

import gzip

import pandas as pd
import pytest

from ha_report.model import Evidence, InputFile
from ha_report.quotes import Places, Quotes
from reports import surroundings
from reports.surroundings import NEIGHBOUR_LONGEST, SECONDS_MOST, around_each
from tests.reports.incidents import BEGIN_US, event, incident

LOGS = {
    "node01/pacemaker.log": [
        "Nov 23 02:01:30.000 node01 controld: quiet",
        "Nov 23 02:01:35.100 node01 controld: Initiating start",
        "Nov 23 02:01:35.600 node01 controld: Event failed",
        "Nov 23 02:01:50.000 node01 controld: idle",
    ],
    "node02/pacemaker.log": [
        "Nov 23 02:01:34.900 node02 based: before",
        "",
        "Nov 23 02:01:35  IPaddr2(r_ip)[158]: ERROR: Unable to find nic",
        "Nov 23 02:01:35.575 node02 controld: Result of start",
        "Nov 23 02:01:36.000 node02 based: behind",
    ],
    "node02/ip_route.txt": ["192.168.100.0/24 dev eth0", "default via 192.168.100.1"],
}
HOUR = pd.Timedelta(hours=1)
KNOWN = {("node01", 2): 35.1, ("node01", 3): 35.6, ("node02", 4): 35.575}


@pytest.fixture
def told(tmp_path):
    """An incident whose files can be read again."""
    paths = {}
    for name, lines in LOGS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
        paths[name] = path
    events = [
        event(second, "x", writer=node, node=node, file=f"{node}/pacemaker.log", line=line)
        for (node, line), second in KNOWN.items()
    ]
    inputs = [InputFile(name, name[:6], "x", 900, len(lines)) for name, lines in LOGS.items()]
    return incident(sorted(events, key=lambda one: one.time_us), inputs=inputs, quotes=Quotes(paths))


def evidence(file, line):
    return Evidence(file, line, LOGS[file][line - 1])


RESULT = evidence("node02/pacemaker.log", 4)


def around(told, *proof):
    return around_each(told, [proof])[proof]


def texts(found):
    """Return second -> node -> line numbers."""
    return {
        f"{second.time:%S}": {
            node: [near.line.line for near in cell] for node, cell in zip(found.nodes, second.cells, strict=True)
        }
        for second in found.seconds
    }


def test_the_same_second_of_all_nodes_stands_side_by_side(told):
    found = around(told, RESULT)
    assert found.nodes == ("node01", "node02")
    assert texts(found) == {
        "34": {"node01": [], "node02": [1]},
        "35": {"node01": [2, 3], "node02": [3, 4]},
        "36": {"node01": [], "node02": [5]},
    }


def test_only_what_is_proof_is_quoted(told):
    found = around(told, RESULT)
    quoted = [near.line for second in found.seconds for cell in second.cells for near in cell if near.quoted]
    assert quoted == [RESULT]


def test_a_neighbour_is_corrected_as_the_known_line_is(told):
    """The clock of node02 is an hour ahead of what its lines are corrected to."""
    told.events["time"] = told.events["time"].where(told.events["writer"] != "node02", told.events["time"] - HOUR)
    assert "34" in texts(around(told, RESULT))
    [second] = [second for second in around(told, RESULT).seconds if f"{second.time:%S}" == "34"]
    assert second.time.timestamp() * 1_000_000 == BEGIN_US - 3_600_000_000 + 34_000_000


def test_files_that_are_no_logs_stand_by_themselves(told):
    found = around(told, evidence("node02/ip_route.txt", 1))
    assert (found.nodes, found.seconds) == ((), ())
    assert [[(near.line.line, near.quoted) for near in lines] for lines in found.files] == [[(1, True), (2, False)]]


def test_what_can_no_longer_be_read_has_no_surroundings(told):
    told.quotes = Quotes({})
    found = around(told, RESULT)
    assert (found.seconds, found.files) == ((), ())


def test_a_proof_of_a_hundred_moments_keeps_its_size(tmp_path):
    lines = [f"Nov 23 02:{number // 60:02}:{number % 60:02} node01 crmd: {number} {'x' * 900}" for number in range(900)]
    (tmp_path / "log").write_text("\n".join(lines) + "\n")
    events = [event(60 * 9 + number, "x", file="log", line=number + 1) for number in range(900)]
    many = incident(
        events, inputs=[InputFile("log", "node01", "x", 900_000, 900)], quotes=Quotes({"log": tmp_path / "log"})
    )
    proof = tuple(Evidence("log", line, lines[line - 1]) for line in range(1, 900, 9))
    found = around(many, *proof)
    assert len(found.seconds) == SECONDS_MOST
    assert found.left_out > 0
    near = [near for second in found.seconds for cell in second.cells for near in cell]
    assert max(len(one.line.text) for one in near if not one.quoted) <= NEIGHBOUR_LONGEST + 2


def test_compressed_logs_are_quoted_as_plain_ones_are(told, tmp_path):
    proofs = [(RESULT,), (evidence("node01/pacemaker.log", 2), RESULT), (evidence("node02/ip_route.txt", 1),)]
    plain = around_each(told, proofs)
    paths = {name: tmp_path / f"{name}.gz" for name in LOGS}
    for name, path in paths.items():
        path.write_bytes(gzip.compress((tmp_path / name).read_bytes()))
    told.quotes = Quotes(paths)
    assert around_each(told, proofs) == plain


@pytest.mark.parametrize(("passed", "lines"), [([(800 * 50, 800)], 7), ([], 0)])
def test_a_budget_is_spent_on_what_must_be_read_alone(tmp_path, monkeypatch, passed, lines):
    """Of a log of 900 lines a tenth may be read: enough where reading may begin at line 801."""
    monkeypatch.setattr(surroundings, "SCANNED_MOST", 90 * 50)
    told = [f"Nov 23 02:{number // 60:02}:{number % 60:02} node01 crmd: {number}".ljust(49) for number in range(900)]
    (tmp_path / "log").write_text("\n".join(told) + "\n")
    proof = (Evidence("log", 850, told[849]),)
    one = incident(
        [event(849, "x", file="log", line=850)],
        inputs=[InputFile("log", "node01", "x", 900 * 50, 900)],
        quotes=Quotes({"log": tmp_path / "log"}, {"log": Places(passed)}),
    )
    assert sum(len(cell) for second in around_each(one, [proof])[proof].seconds for cell in second.cells) == lines
