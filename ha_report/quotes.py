"""Quotes lines of the inputs, as long as they can be read: the proof of a finding, and what stands around it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from ha_report.compressed import DAMAGE, opened
from ha_report.model import Evidence, Source

LONGEST = 2000  # characters of a line that are quoted
_BLOCK = 1 << 16


@dataclass
class Places:
    """Where lines of one file are, so that a quote need not read all that stands before it."""

    # In order: bytes of the file, and how many lines they hold; whole lines.  Empty for a file that is compressed.
    passed: list[tuple[int, int]] = field(default_factory=list)
    # The lines of events, of a file that is compressed: there is no way back in it but from its beginning.
    texts: dict[int, bytes] = field(default_factory=dict)

    def before(self, line: int) -> tuple[int, int]:
        """Return a place at or before `line` where a line begins: the bytes and the lines before it."""
        found = bisect_right(self.passed, line - 1, key=lambda place: place[1])
        return self.passed[found - 1] if found else (0, 0)


class Quotes:
    """The lines of the files that were read, by the names that the report gives them."""

    def __init__(self, paths: Mapping[str, Path], places: Mapping[str, Places] | None = None) -> None:
        self._paths = paths
        self._places = places or {}
        self._lines = lru_cache(maxsize=4096)(self._read)

    def evidence(self, source: Source) -> Evidence:
        """Return the line at `source` as proof; with an empty text where it can no longer be read."""
        lines = self._lines(source.file, source.line, source.line)
        return Evidence(source.file, source.line, lines[0] if lines else "")

    def around(self, source: Source, before: int, after: int) -> list[Evidence]:
        """Return the line at `source` with `before` lines before it and `after` behind it."""
        first = max(source.line - before, 1)
        lines = self._lines(source.file, first, source.line + after)
        return [Evidence(source.file, first + number, text) for number, text in enumerate(lines)]

    def _read(self, file: str, first: int, last: int) -> tuple[str, ...]:
        """Return the lines from `first` to `last`, read in blocks: a log may have a gigabyte."""
        path, places = self._paths.get(file), self._places.get(file, Places())
        if first == last and first in places.texts:
            return (_shown(places.texts[first]),)
        if path is None:
            return ()
        try:
            with opened(path) as stream:
                begin, before = places.before(first)
                stream.seek(begin)
                number, block = _skip(stream, first - before)
                number += before
                while block.count(b"\n") <= last - number and (more := stream.read(_BLOCK)):
                    block += more
        except DAMAGE:
            return ()
        lines = block.split(b"\n", last - number + 1)[first - number : last - number + 1]
        return tuple(_shown(line) for line in lines)


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")[:LONGEST]


def _skip(stream: BinaryIO, first: int) -> tuple[int, bytes]:
    """Return a block in which line `first` begins, and the number of the line that the block begins with."""
    number, block = 1, stream.read(_BLOCK)
    while number + block.count(b"\n") < first and (more := stream.read(_BLOCK)):
        number += block.count(b"\n")
        block = block[block.rfind(b"\n") + 1 :] + more
    return number, block
