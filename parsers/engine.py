"""What finds many literals in bytes at once: Hyperscan, and where that has no wheel, Aho-Corasick.

Hyperscan (Vectorscan) finds all anchors in one pass, whatever their number.  ahocorasick_rs is faster up to
64 literals, but four times slower from the 65th on, so that the anchors are spread over several automata: with
some 190 of them it takes five times as long (docs/performance.md).  Both give the same hits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parsers.scan import Buffer

LITERALS = 64  # of one Aho-Corasick automaton
Hits = list[tuple[int, int]]  # where the anchor ends, and its number; in order
Finder = Callable[["Buffer"], Hits]


def finder(anchors: list[bytes]) -> Finder:
    """Return what finds `anchors`, and names them by their place in that list."""
    try:
        import hyperscan  # noqa: PLC0415 - there is not a wheel for every machine
    except ImportError:
        return aho_corasick(anchors)
    return _hyperscan(anchors, hyperscan)


def _hyperscan(anchors: list[bytes], hyperscan: Any) -> Finder:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=anchors, ids=list(range(len(anchors))), elements=len(anchors), literal=True)

    def find(block: Buffer) -> Hits:
        hits: Hits = []

        def note(anchor: int, _begin: int, end: int, _flags: int, _nothing: None) -> None:
            hits.append((end, anchor))

        database.scan(block, match_event_handler=note)
        hits.sort()
        return hits

    return find


def aho_corasick(anchors: list[bytes]) -> Finder:
    """Return a finder of several automata; it may name anchors that are not there, beside one that is."""
    from ahocorasick_rs import BytesAhoCorasick, MatchKind  # noqa: PLC0415 - only where it is needed

    hidden = overlaps(anchors)
    automata = [
        (start, BytesAhoCorasick(anchors[start : start + LITERALS], matchkind=MatchKind.LeftmostFirst))
        for start in range(0, len(anchors), LITERALS)
    ]

    def find(block: Buffer) -> Hits:
        return sorted(
            (end, other)
            for start, automaton in automata
            for anchor, _, end in automaton.find_matches_as_indexes(block)
            for other in hidden[start + anchor]
        )

    return find


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
