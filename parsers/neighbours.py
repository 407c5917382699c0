"""Keeps the lines of the events of a compressed log, and those around each: there is no way back in it but from its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ha_report.kept_lines import LONGEST, KeptLines
from ha_report.quotes import AROUND
from parsers.scan import Buffer

_TAIL = 1 << 15  # bytes of what passed that are at hand for the lines before an event
_USUAL, _WIDER = 160, 8  # bytes that are looked at for each line, and how many times as many where they do not do


class _Event(NamedTuple):
    line: int
    begin: int  # bytes of all blocks before it
    reach: int  # lines before and behind it that are to be kept


class Neighbours:
    """Looks at the blocks of one log on their way to the scan, which says on what lines events stand."""

    def __init__(self, kept: KeptLines, most: int) -> None:
        self._kept = kept
        self._left = most  # bytes that may still be kept
        self._few = most // 3  # from which on no more lines are kept around an event than any proof is quoted with
        self._noted: list[_Event] = []  # of this block
        self._tail = b""  # the last lines before this block
        self._size = 0  # bytes of all blocks before this one
        self._until = 1  # the line behind the last that is to be kept; it may stand in the next block
        # The last stretch that is kept: its first line, the one behind it, and the bytes before that.
        self._since, self._next, self._end = 1, 1, 0

    def note(self, line: int, begin: int, reach: int = AROUND) -> None:
        """Take note of an event on a line of the block that passes, behind `begin` bytes of all blocks."""
        if self._left > 0:
            self._noted.append(_Event(line, begin, reach if self._left > self._few else min(reach, AROUND)))

    def passing(self, blocks: Iterable[Buffer]) -> Iterator[Buffer]:
        """Pass the blocks on; once one has been scanned, keep of it what was noted."""
        for block in blocks:
            yield block
            self._keep(block)

    def _keep(self, block: Buffer) -> None:
        if self._noted or self._until > self._next:
            self._add(block, self._size)
            for event, first, behind in _stretches(self._noted):
                self._add_around(block, event, first, behind)
            self._noted.clear()
        self._size += len(block)
        tail = bytes(block[-_TAIL:]) if len(block) >= _TAIL else self._tail + bytes(block)
        # A line that may have begun before it is left out.
        self._tail = tail if len(tail) <= _TAIL and len(block) <= _TAIL else tail[-_TAIL:].partition(b"\n")[2]

    def _add_around(self, block: Buffer, event: _Event, first: int, behind: int) -> None:
        """Keep the lines from `first` to `behind` that are not kept yet; `event` is the first among them."""
        if not (self._since <= first <= self._next and self._end >= self._size):
            at, line = _back(block, event.begin - self._size, event.line, first)
            if line > first:
                at, line = _back(self._tail, len(self._tail), line, first)
                at -= len(self._tail)
            if not self._since <= line <= self._next:
                self._left += self._kept.cut(line)  # what is kept has gaps, or ends before it
                behind = max(behind, self._next)
                self._since = self._next = line
                self._end = self._size + at
        self._until = max(self._until, behind)
        if self._end < self._size:
            self._add(self._tail, self._size - len(self._tail))
        self._add(block, self._size)

    def _add(self, data: Buffer, before: int) -> None:
        """Keep what of the lines from the next one on is to be kept, and in the data, before which are so many bytes."""
        begin, wanted = max(self._end - before, 0), self._until - self._next
        if wanted > 0 and begin < len(data):
            text, count, longest = _on(data, begin, wanted)
            self._left -= self._kept.add(self._next, text, overlong=longest > LONGEST)
            self._next, self._end = self._next + count, before + begin + len(text)


def _back(data: Buffer, at: int, line: int, first: int) -> tuple[int, int]:
    """Return where the line `first` begins, or the first of the data, and its number; `line` begins at the byte `at`."""
    wanted = line - first
    if wanted <= 0:
        return at, line
    width = wanted * _USUAL
    while True:
        begin = max(at - width, 0)
        lines = bytes(data[begin:at]).rsplit(b"\n", wanted + 1)  # the last one is empty
        if len(lines) == wanted + 2:
            return begin + len(lines[0]) + 1, first
        if not begin:
            return 0, line - len(lines) + 1
        width *= _WIDER


def _on(data: Buffer, begin: int, wanted: int) -> tuple[bytes, int, int]:
    """Return so many lines from `begin` on, or as many as there are, with their number and the size of the longest."""
    width = wanted * _USUAL
    while True:
        text = bytes(data[begin : begin + width])
        lines = text.split(b"\n", wanted)
        if len(lines) > wanted or begin + width >= len(data):
            break
        width *= _WIDER
    rest = lines.pop() if len(lines) > wanted or not lines[-1] else b""
    return text[: len(text) - len(rest)], len(lines), max(map(len, lines))


def _stretches(events: list[_Event]) -> Iterator[tuple[_Event, int, int]]:
    """Yield the stretches of lines around `events`: the first event of each, its first line, and the one behind it."""
    stretches: list[tuple[_Event, int, int]] = []
    for event in events:
        first, behind = max(event.line - event.reach, 1), event.line + event.reach + 1
        head = event
        while stretches and stretches[-1][2] >= first:
            head, earlier, later = stretches.pop()
            first, behind = min(first, earlier), max(behind, later)
        stretches.append((head, first, behind))
    yield from stretches
