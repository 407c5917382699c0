"""What is kept of a compressed log is what stands there, wherever its blocks end."""

import gzip
from datetime import timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.incident import build
from ha_report.model import Source
from parsers.neighbours import AROUND, Neighbours
from parsers.read import read
from tests.parsers.logs_made import make


def blocks_of(lines, ends, newline_at_the_end):
    """Return the lines in blocks, each of whole lines."""
    cuts = [0, *sorted(ends), len(lines)]
    blocks = ["".join(f"{line}\n" for line in lines[begin:end]).encode() for begin, end in pairwise(cuts)]
    return blocks if newline_at_the_end else [*blocks[:-1], blocks[-1].removesuffix(b"\n")]


@given(st.data())
def test_events_and_the_lines_around_them_are_kept(data):
    lines = data.draw(st.lists(st.text("ab ", max_size=4), min_size=1, max_size=30))
    ends = data.draw(st.sets(st.integers(0, len(lines))))
    events = data.draw(st.sets(st.integers(1, len(lines))))
    blocks = blocks_of(lines, ends, data.draw(st.booleans()))
    begins = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    texts, size, line = {}, 0, 0
    neighbours = Neighbours(texts, 1 << 20)
    for block in neighbours.passing(blocks):
        while line < len(lines) and begins[line] < size + len(block):
            line += 1
            if line in events:
                neighbours.note(line, begins[line - 1])
        size += len(block)
    events = {one for one in events if one <= line}  # an empty last line without its newline is none
    near = {number for one in events for number in range(one - AROUND, one + AROUND + 1)} & set(range(1, line + 1))
    assert texts == {number: lines[number - 1].encode() for number in near}


def test_of_overlong_lines_nothing_is_kept_that_begins_in_their_middle(monkeypatch):
    texts = {}
    monkeypatch.setattr("parsers.neighbours.LONGEST", 4)
    neighbours = Neighbours(texts, 1000)
    for line, block in enumerate(neighbours.passing([b"0123456789abcdef\n", b"event\n"]), 1):
        if line == len([b"a long line", block]):
            neighbours.note(line, 17)
    assert texts == {2: b"even"}


def test_no_more_is_kept_than_there_is_room_for():
    texts = {}
    neighbours = Neighbours(texts, 50)
    for _ in neighbours.passing([b"0123456789\n" * 100] * 3):
        for line in range(1, 101, 10):
            neighbours.note(line, (line - 1) * 11)
    assert 5 <= len(texts) <= 70


@pytest.mark.parametrize("layout", ["syslog", "detail"])
def test_all_around_an_event_of_a_compressed_log_is_there_without_reading_it_again(tmp_path, layout):
    make(layout, 3_000_000, tmp_path / "log", **({} if layout == "detail" else {"cluster_lines": 300}))
    (tmp_path / "log.gz").write_bytes(gzip.compress((tmp_path / "log").read_bytes(), 1))
    plain, packed = (
        build([name], read([(tmp_path / name, name)], timezone.utc, timezone.utc)) for name in ("log", "log.gz")
    )
    (tmp_path / "log.gz").unlink()
    events = packed.events["line"].tolist()
    assert len(events) > 100
    for line in events[:: len(events) // 60]:
        expected = [one.text for one in plain.quotes.around(Source("log", line), AROUND, AROUND) if one.text]
        assert [one.text for one in packed.quotes.around(Source("log.gz", line), AROUND, AROUND)] == expected
