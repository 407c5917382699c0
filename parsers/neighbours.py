"""Keeps the lines of the events of a compressed log, and those around each: there is no way back in it but from its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ha_report.kept_lines import KeptLines
from ha_report.quotes import AROUND
from parsers.scan import Buffer

_TAIL = 1 << 15  # bytes of what passed that are at hand for the lines before an event


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
        self._owed = 0  # lines that follow the last that is kept, and stand in the next block
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
        if self._noted or self._owed:
            text, before = self._tail + bytes(block), self._size - len(self._tail)
            owed, self._owed = self._owed, 0
            self._add(text, before, owed)
            for event in self._noted:
                self._add_around(text, before, event)
            self._noted.clear()
        self._size += len(block)
        tail = bytes(block[-_TAIL:]) if len(block) >= _TAIL else self._tail + bytes(block)
        # A line that may have begun before it is left out.
        self._tail = tail if len(tail) <= _TAIL and len(block) <= _TAIL else tail[-_TAIL:].partition(b"\n")[2]

    def _add_around(self, text: bytes, before: int, event: _Event) -> None:
        """Keep what is not kept yet of the lines around an event; so many bytes are `before` the text."""
        first, behind = max(event.line - event.reach, 1), max(event.line + event.reach + 1, self._next)
        if first < self._since or first > self._next or self._end < before:
            at, line = event.begin - before, event.line
            while at > 0 and line > first:
                at = text.rfind(b"\n", 0, at - 1) + 1
                line -= 1
            if line < self._since or line > self._next:
                self._left += self._kept.cut(line)  # what is kept has gaps, or ends before it
                self._since = self._next = line
                self._end = before + at
        self._add(text, before, behind - self._next)

    def _add(self, text: bytes, before: int, lines: int) -> None:
        """Keep so many lines from the next on; what of them is not in the text is owed."""
        begin = end = max(self._end - before, 0)
        added = 0
        while added < lines and end < len(text):
            end = text.find(b"\n", end) + 1 or len(text)
            added += 1
        if added:
            self._left -= self._kept.add(self._next, text[begin:end])
            self._next, self._end = self._next + added, before + end
        self._owed = max(self._owed, lines - added)
