"""Finds the lines that may matter, fast: all anchors at once, over raw bytes, in blocks that fit the processor's cache.

Lines are cut out only around hits, and line numbers come from one vectorised look for newlines.  Memory does not
grow with the file.  What finds the anchors is in parsers.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from parsers.engine import Finder, Hits, finder

BLOCK = 1 << 18  # bytes read at a time
LONGEST_LINE = 1 << 20  # bytes of a line that are kept; the rest is passed over
Buffer = bytes | bytearray | memoryview
Mask = npt.NDArray[np.bool_]
_NEWLINE = ord("\n")
_STEP = 1 << 18  # bytes between places that are remembered
_MANY = 64  # hits in a block, from which on the places of all its lines are worth finding
_WIDTH = 512  # bytes before and behind a hit in which most lines begin and end


class Candidate(NamedTuple):
    """A line on which at least one anchor stands."""

    number: int  # 1 is the first line
    text: bytes  # without its newline
    anchors: tuple[int, ...]  # numbers of the anchors that may stand on it, in order
    begin: int  # bytes of all blocks before it


class Scanner:
    """Scans files for `anchors`; a candidate names them by their place in that list."""

    def __init__(self, anchors: list[bytes], find: Finder | None = None) -> None:
        self._find = find or finder(anchors)
        self.lines = 0  # of the blocks that were scanned
        self.passed: list[tuple[int, int]] = []  # bytes and lines before some lines

    def candidates(self, blocks: Iterable[Buffer], first: int = 0) -> Iterator[Candidate]:
        """Yield the candidate lines of `blocks`, in order; each block ends with a whole line.

        `first` is where in their file the blocks begin.
        """
        self.lines, self.passed, size = 0, [(0, 0)], 0
        room = np.empty(BLOCK, np.bool_)  # for each block anew, memory would be mapped, and given back
        for block in blocks:
            hits = self._find(block)
            room = room if len(room) >= len(block) else np.empty(len(block), np.bool_)
            newlines = np.equal(np.frombuffer(block, np.uint8), _NEWLINE, out=room[: len(block)])
            self._pass(newlines, size, first)
            size += len(block)
            if hits:
                cut = _cut if len(hits) > _MANY else _cut_few
                yield from cut(block, hits, newlines, self.lines + 1, size - len(block))
            self.lines += int(np.count_nonzero(newlines)) + (not _ends_whole(block))

    def _pass(self, newlines: Mask, size: int, first: int) -> None:
        """Remember the line that begins behind each _STEP bytes of the file, so that it does not matter who read what."""
        begin = first + size
        for place in range((begin // _STEP + 1) * _STEP, begin + len(newlines) + 1, _STEP):
            end = place - begin + int(newlines[place - begin - 1 :].argmax())
            if newlines[end - 1]:
                self.passed.append((size + end, self.lines + int(np.count_nonzero(newlines[:end]))))

    def anchors_in(self, text: bytes) -> tuple[int, ...]:
        """Return the numbers of the anchors that may stand in `text`."""
        return tuple(sorted({anchor for _, anchor in self._find(text)}))


def _cut(block: Buffer, hits: Hits, newlines: Mask, number: int, before: int) -> Iterator[Candidate]:
    """Yield the lines of a block on which `hits` stand; `number` is that of its first line, `before` it are so many bytes."""
    data, ends = bytes(block), np.flatnonzero(newlines)
    behind, anchors = zip(*hits, strict=True)
    hit_lines = np.searchsorted(ends, np.array(behind) - 1)
    hit = np.flatnonzero(np.diff(hit_lines, prepend=-1))  # the first one of each line
    lines = hit_lines[hit]
    firsts = np.concatenate(([0], ends + 1))[lines]
    lasts = np.minimum(np.append(ends, len(data))[lines], firsts + LONGEST_LINE)
    columns = lines + number, firsts, lasts, firsts + before, hit, np.append(hit[1:], len(hits))
    for line, first, last, begin, own, others in zip(*(column.tolist() for column in columns), strict=True):
        yield Candidate(line, data[first:last], _in_order(anchors[own:others]), begin)


def _cut_few(block: Buffer, hits: Hits, newlines: Mask, number: int, before: int) -> Iterator[Candidate]:
    """Do the same without the places of all newlines."""
    view, counted, hit = memoryview(block), 0, 0
    while hit < len(hits):
        first, end = _begin_of_line(view, hits[hit][0] - 1), _end_of_line(view, hits[hit][0] - 1)
        number += int(np.count_nonzero(newlines[counted:first]))
        counted, anchors = first, []
        while hit < len(hits) and hits[hit][0] <= end:
            anchors.append(hits[hit][1])
            hit += 1
        text = bytes(view[first : min(end, first + LONGEST_LINE)])
        yield Candidate(number, text, _in_order(tuple(anchors)), before + first)


def _begin_of_line(view: memoryview, place: int) -> int:
    """Return where the line with that byte begins."""
    width = _WIDTH
    while True:
        begin = max(place - width, 0)
        found = bytes(view[begin:place]).rfind(b"\n")
        if found >= 0 or begin == 0:
            return begin + found + 1
        width *= 8


def _end_of_line(view: memoryview, place: int) -> int:
    """Return where its newline is, or the end of the block."""
    width = _WIDTH
    while True:
        found = bytes(view[place : place + width]).find(b"\n")
        if found >= 0 or place + width >= len(view):
            return place + found if found >= 0 else len(view)
        width *= 8


def _in_order(anchors: tuple[int, ...]) -> tuple[int, ...]:
    return anchors if len(anchors) == 1 else tuple(sorted(set(anchors)))


def count_lines(block: Buffer) -> int:
    """Return how many newlines are in `block`."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == _NEWLINE))


def _ends_whole(block: Buffer) -> bool:
    return not len(block) or block[-1] == _NEWLINE


def blocks_of(readinto: Callable[[memoryview], int | None], most: int | None = None) -> Iterator[memoryview]:
    """Yield what is read, at most `most` bytes, in blocks that end with a whole line (the last one as it is).

    A block is good until the next one is asked for: all lie in one buffer.  A line longer than LONGEST_LINE is
    kept so far; what follows of it is replaced by nothing, but its newline stays, so that line numbers are true.
    """
    buffer = bytearray(LONGEST_LINE + BLOCK)
    view, kept, skipping, left = memoryview(buffer), 0, False, most
    while left != 0 and (got := readinto(view[kept : kept + (BLOCK if left is None else min(BLOCK, left))])):
        end = kept + got
        left = None if left is None else left - got
        if skipping:
            newline = buffer.find(b"\n", kept, end)
            if newline < 0:
                continue
            view[kept : kept + end - newline] = bytes(view[newline:end])
            end, skipping = kept + end - newline, False
        cut = buffer.rfind(b"\n", kept, end) + 1
        if cut:
            yield view[:cut]
            view[: end - cut] = bytes(view[cut:end])
        kept = end - cut
        if kept > LONGEST_LINE - 1:
            kept, skipping = min(kept, LONGEST_LINE), True
    if kept:
        yield view[:kept]
