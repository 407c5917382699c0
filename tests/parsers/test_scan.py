import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import engine, scan
from parsers.scan import Scanner, blocks_of

ANCHORS = [b"Result of ", b"of start", b"ERROR:", b"lost", b"t lost"]


FINDERS = pytest.mark.parametrize("find", [engine.finder, engine.aho_corasick], ids=["best", "aho-corasick"])


@pytest.fixture(params=[engine.finder, engine.aho_corasick], ids=["best", "aho-corasick"])
def found(request):
    """Scan with each engine."""

    def candidates(data, anchors=ANCHORS):
        return list(Scanner(anchors, request.param(anchors)).candidates(blocks_of(io.BytesIO(data).readinto)))

    return candidates


def naive(data, anchors=ANCHORS):
    return [
        (number, line)
        for number, line in enumerate(data.split(b"\n"), start=1)
        if any(anchor in line for anchor in anchors)
    ]


def test_candidates_have_their_line_numbers(found):
    data = b"x\nResult of a\n\ny\nERROR: b"
    assert [(one.number, one.text) for one in found(data)] == [(2, b"Result of a"), (5, b"ERROR: b")]


def test_an_anchor_hidden_by_one_that_overlaps_it_is_named_too(found):
    [one] = found(b"Result of start")
    assert {0, 1} <= set(one.anchors)


@FINDERS
@given(
    lines=st.lists(
        st.sampled_from([b"Result of start", b"node lost", b"ERROR: x", b"", b"quiet", b"\xff\0", b"it lost"])
    ),
    size=st.integers(1, 40),
)
def test_every_line_with_an_anchor_is_found_whatever_the_size_of_the_blocks(find, lines, size):
    data = b"\n".join(lines)
    file = io.BytesIO(data)
    scanner = Scanner(ANCHORS, find(ANCHORS))
    found = scanner.candidates(blocks_of(lambda view: file.readinto(view[:size])))
    assert [(one.number, one.text) for one in found] == naive(data)
    assert scanner.lines == data.count(b"\n") + (data[-1:] not in (b"", b"\n"))


def test_more_anchors_than_one_automaton_takes(found):
    anchors = [f"anchor-{number:03}-".encode() for number in range(engine.LITERALS * 2 + 5)]
    data = b"\n".join(b"a line with " + anchor for anchor in anchors)
    assert [one.number for one in found(data, anchors)] == list(range(1, len(anchors) + 1))


def test_a_line_longer_than_a_block_is_cut_and_the_lines_after_it_keep_their_numbers(found):
    long = b"ERROR: " + b"x" * (scan.LONGEST_LINE * 3)
    first, second = found(long + b"\nERROR: next\n")
    assert (first.number, len(first.text)) == (1, scan.LONGEST_LINE)
    assert (second.number, second.text) == (2, b"ERROR: next")


@given(st.binary(max_size=300))
def test_blocks_join_to_what_was_read(data):
    assert b"".join(map(bytes, blocks_of(io.BytesIO(data).readinto))) == data


@given(st.binary(max_size=300), st.integers(0, 300))
def test_no_more_is_read_than_is_asked_for(data, most):
    assert b"".join(map(bytes, blocks_of(io.BytesIO(data).readinto, most))) == data[:most]


def test_a_scan_agrees_with_regular_expressions_on_a_long_text(found):
    data = b"".join(b"%d %s\n" % (n, b"node lost" if n % 97 == 0 else b"quiet") for n in range(50_000))
    assert len(found(data)) == len(re.findall(rb"lost", data))


@given(st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=8, unique=True))
def test_anchors_that_may_hide_one_another_are_known(words):
    anchors = [word.encode() for word in words]

    def meet(one, other):
        inside = one in other or other in one
        return inside or any(
            one[-n:] == other[:n] or other[-n:] == one[:n] for n in range(1, min(len(one), len(other)))
        )

    assert engine.overlaps(anchors) == [
        frozenset(number for number, other in enumerate(anchors) if meet(one, other)) for one in anchors
    ]
