"""What is kept of a compressed log is what stands there, wherever its blocks end."""

import gzip
from datetime import timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.incident import build
from ha_report.kept_lines import KeptLines
from ha_report.model import Source
from parsers.neighbours import AROUND, Neighbours
from parsers.read import read
from tests.parsers.logs_made import make


def blocks_of(lines, ends, newline_at_the_end):
    """Return the lines in blocks, each of whole lines."""
    cuts = [0, *sorted(ends), len(lines)]
    blocks = ["".join(f"{line}\n" for line in lines[begin:end]).encode() for begin, end in pairwise(cuts)]
    return blocks if newline_at_the_end else [*blocks[:-1], blocks[-1].removesuffix(b"\n")]


def kept_of(lines, kept):
    """Return the lines that are kept, by their numbers."""
    found = ((number, kept.lines(number, number)) for number in range(1, len(lines) + 1))
    return {number: line[0] for number, line in found if line is not None}


@pytest.mark.parametrize("tail", [9, 1 << 15])
@given(st.data())
def test_events_and_the_lines_around_them_are_kept(tail, data):
    lines = data.draw(st.lists(st.text("ab ", max_size=4), min_size=1, max_size=30))
    ends = data.draw(st.sets(st.integers(0, len(lines))))
    events = data.draw(st.dictionaries(st.integers(1, len(lines)), st.integers(0, 12)))
    blocks = blocks_of(lines, ends, data.draw(st.booleans()))
    begins = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    kept, size, line, at_hand = KeptLines(), 0, 0, {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parsers.neighbours._TAIL", tail)
        patch.setattr("ha_report.kept_lines._PIECE", 5)
        neighbours = Neighbours(kept, 1 << 20)
        for block in neighbours.passing(blocks):
            while line < len(lines) and begins[line] < size + len(block):
                line += 1
                if line in events:
                    at_hand[line] = max(begins[line - 1] - (size and max(size - tail, 0)), 0)
                    neighbours.note(line, begins[line - 1], events[line])
            size += len(block)
    events = {
        one: reach for one, reach in events.items() if one <= line
    }  # an empty last line without its newline is none
    near = {number for one, reach in events.items() for number in range(one - reach, one + reach + 1)}
    expected = {number: lines[number - 1].encode() for number in near & set(range(1, line + 1))}
    found = kept_of(lines, kept)
    assert found.items() <= expected.items()
    assert found.keys() >= events.keys() | {
        other for one in events for other in range(one, one + events[one] + 1) if other <= line
    }
    assert found == expected or tail == 9


def test_of_overlong_lines_the_beginning_is_kept_and_nothing_that_begins_in_their_middle(monkeypatch):
    for module in ("ha_report.kept_lines", "parsers.neighbours"):
        monkeypatch.setattr(f"{module}.LONGEST", 4)
    monkeypatch.setattr("parsers.neighbours._TAIL", 8)
    kept = KeptLines()
    neighbours = Neighbours(kept, 1000)
    for line, _ in enumerate(neighbours.passing([b"0123456789abcdef\n", b"event\n"]), 1):
        if line == 2:
            neighbours.note(2, 17)
    assert kept_of(range(2), kept) == {2: b"even"}


def test_no_more_is_kept_than_there_is_room_for():
    kept = KeptLines()
    neighbours = Neighbours(kept, 50)
    for number, _ in enumerate(neighbours.passing([b"0123456789\n" * 100] * 3)):
        for line in range(1, 101, 10):
            neighbours.note(line + number * 100, (line - 1 + number * 100) * 11)
    assert 5 <= len(kept_of(range(300), kept)) <= 70


def test_when_most_of_the_room_is_taken_only_what_is_quoted_is_kept():
    kept = KeptLines()
    neighbours = Neighbours(kept, 3000)
    for number, _ in enumerate(neighbours.passing([b"0123456789\n" * 1000] * 3)):
        neighbours.note(500 + number * 1000, (499 + number * 1000) * 11, 100)
    assert sorted(kept_of(range(3000), kept)) == [
        *range(400, 601), *range(1500 - AROUND, 1501 + AROUND), *range(2500 - AROUND, 2501 + AROUND)
    ]  # fmt: skip


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
