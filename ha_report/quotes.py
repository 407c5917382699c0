"""Quotes lines of the inputs, as long as they can be read: the proof of a finding, and what stands around it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from ha_report.compressed import DAMAGE, opened
from ha_report.kept_lines import KeptLines
from ha_report.model import Evidence, Source

LONGEST = 2000  # characters of a line that are quoted
AROUND = 3  # lines before and behind a proof that are quoted with it
BESIDE = 120  # lines before and behind that of a failure in which others may tell of its cause
_BLOCK, _FEW_LINES = 1 << 16, 1 << 12  # bytes that are read at once, and where it is known where a line begins
_BACK = 300  # lines: so far it is worth to go back from a known place


@dataclass
class Places:
    """Where lines of one file are, so that a quote need not read all that stands before it."""

    # In order: bytes of the file, and how many lines they hold; whole lines.  Empty for a file that is compressed.
    passed: list[tuple[int, int]] = field(default_factory=list)
    # The lines of events, in order, and the bytes before each, where `passed` tells something.
    lines: array[int] = field(default_factory=lambda: array("q"))
    begins: array[int] = field(default_factory=lambda: array("q"))
    # Of a file that is compressed, the lines of events and some around them: there is no way back in it but from its
    # beginning.
    kept: KeptLines = field(default_factory=KeptLines)
    total: int = 0  # lines of the file

    def at_hand(self, first: int, last: int) -> list[bytes] | None:
        """Return the lines from `first` to `last`, as far as the file goes; None unless all of them are kept."""
        return self.kept.lines(first, min(last, self.total)) if self.kept else None

    def before(self, line: int) -> tuple[int, int]:
        """Return the last known place at or before `line` where a line begins: the bytes and the lines before it."""
        passed, event = bisect_right(self.passed, line - 1, key=lambda place: place[1]), bisect_right(self.lines, line)
        known = self.passed[passed - 1] if passed else (0, 0)
        return max(known, (self.begins[event - 1], self.lines[event - 1] - 1)) if event else known

    def behind(self, line: int) -> tuple[int, int] | None:
        """Return the first known place at or behind `line` where a line begins, as `before` does; None if there is none."""
        event = bisect_left(self.lines, line)
        return (self.begins[event], self.lines[event] - 1) if event < len(self.lines) else None


class Quotes:
    """The lines of the files that were read, by the names that the report gives them."""

    def __init__(self, paths: Mapping[str, Path], places: Mapping[str, Places] | None = None) -> None:
        self._paths = paths
        self._places = defaultdict(Places, places or {})
        self._passed: dict[str, list[tuple[int, int]]] = {}  # of files without places, as far as they were read
        self._ahead: dict[tuple[str, int, int], tuple[str, ...]] = {}
        self._lines = lru_cache(maxsize=4096)(self._read)
        self._matched: dict[Source, Evidence] = {}  # what was found last is quoted next

    def evidence(self, source: Source) -> Evidence:
        """Return the line at `source` as proof; with an empty text where it can no longer be read."""
        if source in self._matched:
            return self._matched[source]
        lines = self._lines(source.file, source.line, source.line)
        return Evidence(source.file, source.line, lines[0] if lines else "")

    def around(self, source: Source, before: int, after: int) -> list[Evidence]:
        """Return the line at `source` with `before` lines before it and `after` behind it."""
        first = max(source.line - before, 1)
        lines = self._lines(source.file, first, source.line + after)
        return [Evidence(source.file, first + number, text) for number, text in enumerate(lines)]

    def matching(self, source: Source, reach: int, pattern: re.Pattern[str]) -> list[Evidence]:
        """Return those of the `reach` lines on either side of `source`, and of itself, that match."""
        first = max(source.line - reach, 1)
        lines = self._lines(source.file, first, source.line + reach)
        found = [(first + number, text) for number, text in enumerate(lines) if pattern.search(text)]
        self._matched = {Source(source.file, line): Evidence(source.file, line, text) for line, text in found}
        return list(self._matched.values())

    def distance(self, file: str, line: int) -> int:
        """Return how many lines must be read to come to `line`."""
        return line - 1 - self._places[file].before(line)[1]

    def is_at_hand(self, file: str, first: int, last: int) -> bool:
        """Say whether the lines from `first` to `last` are there without reading the file."""
        return (file, first, last) in self._ahead or self._places[file].at_hand(first, last) is not None

    def only_from_the_beginning(self, file: str, wanted: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return those of the stretches of a file that cannot be read without all that stands before them."""
        seekable = bool(self._places[file].passed)
        return [] if seekable else [stretch for stretch in wanted if not self.is_at_hand(file, *stretch)]

    def read_ahead(self, file: str, wanted: Iterable[tuple[int, int]]) -> None:
        """Read stretches of a file, first and last line of each, in one pass, to have them at hand.

        Those that it can no longer be read to are empty.
        """
        stretches = sorted(wanted)
        self._ahead |= {(file, first, last): () for first, last in stretches}
        path = self._paths.get(file)
        if path is None:
            return
        with suppress(*DAMAGE), opened(path) as stream:
            lines = _Lines(stream, 1, _BLOCK)
            for first, last in stretches:
                self._ahead[file, first, last] = lines.stretch(first, last)

    def _read(self, file: str, first: int, last: int) -> tuple[str, ...]:
        """Return the lines from `first` to `last`."""
        if (file, first, last) in self._ahead:
            return self._ahead[file, first, last]
        path, places = self._paths.get(file), self._places[file]
        kept = places.at_hand(first, last)
        if kept is not None:
            return tuple(map(_shown, kept))
        if path is None:
            return ()
        try:
            with opened(path) as stream:
                passed = self._passed.setdefault(file, [(0, 0)])
                begin, before = max(places.before(first), _last_before(passed, first))
                behind = places.behind(first)
                if behind is not None and behind[1] + 1 - first < min(first - 1 - before, _BACK):
                    begin, before = _back(stream, behind[0], behind[1] + 1 - first), first - 1
                stream.seek(begin)
                block = _FEW_LINES if before + 1 == first else _BLOCK
                lines = _Lines(stream, before + 1, block, begin)
                found = lines.stretch(first, last)
                passed.extend(place for place in lines.passed if place > passed[-1])
                return found
        except DAMAGE:
            return ()


def _last_before(passed: list[tuple[int, int]], line: int) -> tuple[int, int]:
    return passed[bisect_right(passed, line - 1, key=lambda place: place[1]) - 1]


def _back(stream: BinaryIO, begin: int, lines: int) -> int:
    """Return where the line begins that stands `lines` before the one that begins at `begin`."""
    size = _FEW_LINES
    while True:
        start = max(begin - size, 0)
        stream.seek(start)
        block = stream.read(begin - start)
        if block.count(b"\n") > lines:
            return start + len(block.rsplit(b"\n", lines + 1)[0]) + 1
        if not start:
            return 0
        size *= 4


class _Lines:
    """The lines of a stream, forwards, read in blocks: a log may have a gigabyte."""

    def __init__(self, stream: BinaryIO, number: int, at_once: int, begin: int = 0) -> None:
        self._stream, self._at_once = stream, at_once
        self._begin = begin  # of the block in the file
        self.passed: list[tuple[int, int]] = []  # where blocks began: bytes and lines of the file before them
        self._number, self._block = number, b""  # the block, and the number of the line that it begins with

    def stretch(self, first: int, last: int) -> tuple[str, ...]:
        """Return the lines from `first`, which is not before that of the last time, to `last`."""
        self._skip(first)
        while self._block.count(b"\n") <= last - self._number and (more := self._stream.read(self._at_once)):
            self._block += more
        begin, end = first - self._number, last - self._number + 1
        return tuple(_shown(line) for line in self._block.split(b"\n", end)[begin:end])

    def _skip(self, first: int) -> None:
        """Go on to a block in which line `first` begins."""
        while (lines := self._block.count(b"\n")) < first - self._number and (more := self._stream.read(self._at_once)):
            whole = self._block.rfind(b"\n") + 1
            self._number += lines
            self._begin += whole
            self._block = self._block[whole:] + more
            if lines:
                self.passed.append((self._begin, self._number - 1))


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")[:LONGEST]
