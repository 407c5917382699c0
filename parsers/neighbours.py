"""Keeps the lines of the events of a compressed log, and a few around each: there is no way back in it but from its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ha_report import quotes
from ha_report.quotes import AROUND
from parsers.scan import Buffer

LONGEST = 4 * quotes.LONGEST  # bytes of a line that are kept: of UTF-8, what is quoted has no more


class Neighbours:
    """Looks at the blocks of one log on their way to the scan, which says on what lines events stand."""

    def __init__(self, texts: dict[int, bytes], most: int) -> None:
        self._texts = texts  # what is kept, by the numbers of the lines
        self._left = most  # bytes that may still be kept
        self._noted: list[tuple[int, int]] = []  # events of this block: their lines, and the bytes before them
        self._size = 0  # of the blocks before this one
        self._owed: range = range(0)  # lines that follow an event, and stand in the next block
        self._last: list[bytes] = []  # lines before this block

    def note(self, line: int, begin: int) -> None:
        """Take note of an event on a line of the block that passes, behind `begin` bytes of all blocks."""
        if self._left > 0:
            self._noted.append((line, begin))

    def passing(self, blocks: Iterable[Buffer]) -> Iterator[Buffer]:
        """Pass the blocks on; once one has been scanned, keep of it what was noted."""
        for block in blocks:
            yield block
            self._keep(bytes(block))

    def _keep(self, block: bytes) -> None:
        owed, self._owed = self._owed, range(0)
        if owed:
            self._keep_behind(block, 0, owed)
        for line, begin in self._noted:
            at = begin - self._size
            end = block.find(b"\n", at)
            self._add(line, block[at:end] if end >= 0 else block[at:])
            self._keep_before(block, at, line)
            self._keep_behind(block, end + 1 if end >= 0 else len(block), range(line + 1, line + 1 + AROUND))
        self._noted.clear()
        self._size += len(block)
        if block:
            lines = block[-AROUND * LONGEST :].removesuffix(b"\n").split(b"\n")
            # The first of a part may have begun before it.
            self._last = ([*self._last, *lines] if len(block) <= AROUND * LONGEST else lines[1:])[-AROUND:]

    def _keep_before(self, block: bytes, at: int, line: int) -> None:
        """Keep the lines that stand before the byte `at`, where `line` begins."""
        earlier = self._last[::-1]
        for number in range(line - 1, max(line - 1 - AROUND, 0), -1):
            if at > 0:
                begin = block.rfind(b"\n", 0, at - 1) + 1
                self._add(number, block[begin : at - 1])
                at = begin
            elif earlier:
                self._add(number, earlier.pop(0))

    def _keep_behind(self, block: bytes, at: int, lines: range) -> None:
        """Keep `lines`, the first of which begins at the byte `at`, or in the next block."""
        for number in lines:
            if at >= len(block):
                self._owed = range(number, max(lines.stop, self._owed.stop))  # whoever owes, the next line is the same
                return
            end = block.find(b"\n", at)
            self._add(number, block[at:end] if end >= 0 else block[at:])
            at = end + 1 if end >= 0 else len(block)

    def _add(self, line: int, text: bytes) -> None:
        if line not in self._texts:
            self._texts[line] = text[:LONGEST]
            self._left -= len(self._texts[line])
