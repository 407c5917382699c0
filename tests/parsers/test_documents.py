"""Texts of several documents are read piece by piece, and neither many pieces nor long lines hold up the reading."""

import time
from datetime import timezone

import pytest

from parsers import documents
from parsers.documents import LONGEST, read_document

SNAPSHOT = """\
Stack: corosync
Current DC: node01 (version 2.1.5-a3f44794f94) - partition with quorum
Last updated: Mon Nov 23 02:01:35 2026
2 nodes configured
1 resource instance configured
Online: [ node01 node02 ]

Full list of resources:

r_ip\t(ocf::heartbeat:IPaddr2):\t Started node02
what nobody knows"""
SECTION = f"#==[ Command ]======================================#\n# /usr/sbin/crm_mon -r -1\n{SNAPSHOT}\n\n"


def document_of(text):
    return read_document(text.encode(), None, "crm.txt", timezone.utc)


def test_each_section_is_a_document_whose_lines_are_those_of_the_file():
    document = document_of("#==[ Verification ]=#\n" + SECTION * 3)
    assert [node.name for snapshot in document.snapshots for node in snapshot.nodes] == ["node01", "node02"] * 3
    assert [source.line for source in document.undecoded] == [14, 28, 42]
    assert document.damage is None


def test_of_too_many_sections_it_is_said_where_the_rest_begins(monkeypatch):
    monkeypatch.setattr(documents, "_MOST_EMPTY", 30)
    document = document_of(SECTION * 10)
    assert len(document.snapshots) == 2
    assert document.damage == "it has more sections than are read; the rest begins on line 29"


def test_a_file_of_nothing_but_sections_is_read_in_no_time():
    begin = time.process_time()
    assert document_of("#==[ x ]=#\n" * 200_000).damage
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    "line",
    ["Stack: corosync (Pacemaker", "Stack: corosync (Pacemaker (", "Online: [", "\t* Online: [ [", "  * r_ip 'x"],
)
@pytest.mark.parametrize("filler", ["a", " ", "[", "a-", "(a", "1:", "='", "Current DC: "])
def test_a_line_without_end_holds_nobody_up(line, filler):
    begin = time.process_time()
    document = document_of(f"{SNAPSHOT}\n\n{line}{filler * (200_000 // len(filler))}")
    assert time.process_time() - begin < 1
    assert len(document.snapshots) == 1


def test_empty_lines_cost_next_to_nothing():
    begin = time.process_time()
    assert len(document_of(SNAPSHOT + "\n" * 200_000).snapshots) == 1
    assert time.process_time() - begin < 2


def test_of_a_setting_no_part_is_taken_for_the_whole():
    name = "x" * LONGEST
    [configuration] = document_of(f"primitive r_ip IPaddr2 params ip={name}24 nic=eth0\n").facts
    assert configuration.resources[0].parameters == {"ip": f"{name}24", "nic": "eth0"}


def test_a_line_of_usual_length_is_read_whole():
    nodes = " ".join(f"node{number:03}" for number in range(900))
    document = document_of(SNAPSHOT.replace("node01 node02", nodes))
    assert len(nodes) < LONGEST
    assert len(document.snapshots[0].nodes) == 900
