import io
import re

from hypothesis import given
from hypothesis import strategies as st

from parsers import scan
from parsers.scan import Scanner, blocks_of

ANCHORS = [b"Result of ", b"of start", b"ERROR:", b"lost", b"t lost"]


def found(data, anchors=ANCHORS):
    return list(Scanner(anchors).candidates(blocks_of(io.BytesIO(data).read)))


def naive(data, anchors=ANCHORS):
    return [
        (number, line)
        for number, line in enumerate(data.split(b"\n"), start=1)
        if any(anchor in line for anchor in anchors)
    ]


def test_candidates_have_their_line_numbers():
    data = b"x\nResult of a\n\ny\nERROR: b"
    assert [(one.number, one.text) for one in found(data)] == [(2, b"Result of a"), (5, b"ERROR: b")]


def test_an_anchor_hidden_by_one_that_overlaps_it_is_named_too():
    [one] = found(b"Result of start")
    assert {0, 1} <= one.anchors


@given(
    st.lists(st.sampled_from([b"Result of start", b"node lost", b"ERROR: x", b"", b"quiet", b"\xff\0", b"it lost"])),
    st.integers(1, 40),
)
def test_every_line_with_an_anchor_is_found_whatever_the_size_of_the_blocks(lines, size):
    data = b"\n".join(lines)
    file = io.BytesIO(data)
    blocks = blocks_of(lambda _: file.read(size))
    assert [(one.number, one.text) for one in Scanner(ANCHORS).candidates(blocks)] == naive(data)


def test_more_anchors_than_one_automaton_takes():
    anchors = [f"anchor-{number:03}-".encode() for number in range(scan.LITERALS * 2 + 5)]
    data = b"\n".join(b"a line with " + anchor for anchor in anchors)
    assert [one.number for one in found(data, anchors)] == list(range(1, len(anchors) + 1))


def test_a_line_longer_than_a_block_is_cut_and_the_lines_after_it_keep_their_numbers():
    long = b"ERROR: " + b"x" * (scan.LONGEST_LINE * 3)
    first, second = found(long + b"\nERROR: next\n")
    assert (first.number, len(first.text)) == (1, scan.LONGEST_LINE)
    assert (second.number, second.text) == (2, b"ERROR: next")


@given(st.binary(max_size=300))
def test_blocks_join_to_what_was_read(data):
    assert b"".join(blocks_of(io.BytesIO(data).read)) == data


def test_a_scan_agrees_with_regular_expressions_on_a_long_text():
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

    assert scan.overlaps(anchors) == [
        frozenset(number for number, other in enumerate(anchors) if meet(one, other)) for one in anchors
    ]
