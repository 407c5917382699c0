"""Keeps the lines of the events of a compressed log, and those around each: there is no way back in it but from its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ha_report.kept_lines import LONGEST, KeptLines
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
            text, before = bytes(block), self._size
            owed, self._owed = self._owed, 0
            self._add(text, before, self._next + owed)
            for event, first, behind in _stretches(self._noted):
                self._add_around(text, before, event, first, behind)
            self._noted.clear()
        self._size += len(block)
        tail = bytes(block[-_TAIL:]) if len(block) >= _TAIL else self._tail + bytes(block)
        # A line that may have begun before it is left out.
        self._tail = tail if len(tail) <= _TAIL and len(block) <= _TAIL else tail[-_TAIL:].partition(b"\n")[2]

    def _add_around(self, text: bytes, before: int, event: _Event, first: int, behind: int) -> None:
        """Keep the lines from `first` to `behind` that are not kept yet; `event` is the first among them.

        So many bytes are `before` the text.
        """
        if self._since <= first <= self._next and self._end >= before:
            self._add(text, before, behind)
            return
        at, line = _back(text, event.begin - before, event.line, first)
        if line > first:
            text, before = self._tail + text, before - len(self._tail)
            at, line = _back(text, at + len(self._tail), line, first)
        if not self._since <= line <= self._next:
            self._left += self._kept.cut(line)  # what is kept has gaps, or ends before it
            behind = max(behind, self._next)
            self._since = self._next = line
            self._end = before + at
        self._add(text, before, behind)

    def _add(self, text: bytes, before: int, behind: int) -> None:
        """Keep the lines from the next to the one `behind`; what of them is not in the text is owed."""
        begin = end = max(self._end - before, 0)
        line, longest = self._next, 0
        while line < behind and end < len(text):
            start, end = end, text.find(b"\n", end) + 1 or len(text)
            longest = max(longest, end - start)
            line += 1
        if line > self._next:
            self._left -= self._kept.add(self._next, text[begin:end], overlong=longest > LONGEST)
            self._next, self._end = line, before + end
        self._owed = max(self._owed, behind - line)


def _back(text: bytes, at: int, line: int, first: int) -> tuple[int, int]:
    """Return where the line `first` begins, or the first of the text, and its number; `line` begins at the byte `at`."""
    while at > 0 and line > first:
        at = text.rfind(b"\n", 0, at - 1) + 1
        line -= 1
    return at, line


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
