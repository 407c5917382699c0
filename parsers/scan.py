"""Finds the lines that may matter, fast: all anchors at once, over raw bytes, in large blocks.

A hit tells which anchor stands on a line; only those lines are cut out.  Aho-Corasick (ahocorasick_rs) scans
3 to 5 GB/s while it has at most 64 literals, and 4 times slower from the 65th on: so the anchors are spread
over several automata (docs: PERFORMANCE).  Memory does not grow with the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, MatchKind

BLOCK = 1 << 20
LITERALS = 64
LONGEST_LINE = 1 << 20  # bytes of a line that are kept; the rest is passed over


class Candidate(NamedTuple):
    """A line on which at least one anchor stands."""

    number: int  # 1 is the first line
    text: bytes  # without its newline
    anchors: frozenset[int]  # numbers of the anchors that may stand on it


class Scanner:
    """Scans files for `anchors`; a candidate names them by their place in that list."""

    def __init__(self, anchors: list[bytes]) -> None:
        self._anchors = anchors
        self._hidden = overlaps(anchors)
        self._automata = [
            (start, BytesAhoCorasick(anchors[start : start + LITERALS], matchkind=MatchKind.LeftmostFirst))
            for start in range(0, len(anchors), LITERALS)
        ]

    def candidates(self, blocks: Iterator[bytes]) -> Iterator[Candidate]:
        """Yield the candidate lines of `blocks`, in order; each block ends with a whole line."""
        number = 1  # of the first line in the block
        for block in blocks:
            yield from self._in_block(block, number)
            number += block.count(b"\n")

    def _in_block(self, block: bytes, number: int) -> Iterator[Candidate]:
        hits = sorted(
            (begin, start + anchor)
            for start, automaton in self._automata
            for anchor, begin, _ in automaton.find_matches_as_indexes(block)
        )
        counted = 0  # the block's bytes whose newlines are in `number`
        place = 0
        while place < len(hits):
            first = block.rfind(b"\n", 0, hits[place][0]) + 1
            end = block.find(b"\n", hits[place][0])
            end = len(block) if end < 0 else end
            anchors: set[int] = set()
            while place < len(hits) and hits[place][0] < end:
                anchors |= self._hidden[hits[place][1]]
                place += 1
            number += block.count(b"\n", counted, first)
            counted = first
            yield Candidate(number, block[first : min(end, first + LONGEST_LINE)], frozenset(anchors))


def overlaps(anchors: list[bytes]) -> list[frozenset[int]]:
    """Return for each anchor those that a hit of it may hide, itself among them: the scan reports no two that overlap."""
    beginning: dict[bytes, set[int]] = defaultdict(set)  # prefix -> the anchors that begin with it
    for number, anchor in enumerate(anchors):
        for size in range(1, len(anchor) + 1):
            beginning[anchor[:size]].add(number)
    whole = {anchor: number for number, anchor in enumerate(anchors)}
    found: list[set[int]] = [{number} for number in range(len(anchors))]
    for number, anchor in enumerate(anchors):
        others = {other for place in range(len(anchor)) for other in beginning.get(anchor[place:], ())}
        others |= {
            whole[inside]
            for place in range(len(anchor))
            for end in range(place + 1, len(anchor) + 1)
            if (inside := anchor[place:end]) in whole
        }
        for other in others:
            found[number].add(other)
            found[other].add(number)
    return [frozenset(numbers) for numbers in found]


def blocks_of(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield what `read` gives in blocks that end with a whole line (the last one as it is).

    A line longer than a block is kept up to LONGEST_LINE; what follows of it is replaced by nothing,
    but its newline stays, so that line numbers are true.
    """
    rest = b""
    skipping = False
    while chunk := read(BLOCK):
        if skipping:
            end = chunk.find(b"\n")
            if end < 0:
                continue
            chunk, skipping = chunk[end:], False
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield rest + chunk[:cut]
            rest = chunk[cut:]
        else:
            rest += chunk
        if len(rest) > LONGEST_LINE:
            rest, skipping = rest[:LONGEST_LINE], True
    if rest:
        yield rest
