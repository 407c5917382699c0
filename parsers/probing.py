"""Reads the times of lines at any place of a plain log: where a time is, and when nothing was written for long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from parsers.clock import SECOND, FileClock, Moment
from parsers.headers import LineReader
from parsers.lines import plain

PIECE = 1 << 12  # bytes read for a probe, at first
_LARGEST = 1 << 20  # and at most: a line may be that long, or there may be many without a time
LONG = 3600 * SECOND  # the scheduler alone writes every quarter of an hour (cluster-recheck-interval)
_TAIL = 1 << 15  # bytes in which the last time is looked for
_NEAR = 1 << 11  # bytes; lines nearer to each other than that are not looked at one by one
_MOST = 1 << 15  # probes of one file: a log of many years is long silent everywhere


class Probe(NamedTuple):
    """The time of a line."""

    place: int  # byte at which the line begins
    moment: Moment  # in the year that fits those of the probes before


class Prober:
    """Reads times of one log, in years that fit together."""

    def __init__(self, descriptor: int) -> None:
        self.programs: set[str] = set()  # that wrote the lines
        self._descriptor = descriptor
        self._lines = LineReader()
        self._clock = FileClock()
        self._left = _MOST

    def at(self, place: int) -> Probe | None:
        """Return the first line that begins behind `place` and tells its time; None if none is near."""
        size = PIECE
        while True:
            piece = os.pread(self._descriptor, size, place)
            found = self._first_in(piece, 0 if place == 0 else piece.find(b"\n") + 1)
            if found is not None or size >= _LARGEST or len(piece) < size:
                return found and Probe(place + found.place, found.moment)
            size *= 8

    def _first_in(self, piece: bytes, begin: int) -> Probe | None:
        while (end := piece.find(b"\n", begin)) >= 0:
            moment = self._time_in(piece[begin:end])
            if moment is not None:
                return Probe(begin, moment)
            begin = end + 1
        return None

    def last_before(self, end: int) -> Moment | None:
        """Return the time of the last line that tells it, of those just before a place."""
        begin = max(end - _TAIL, 0)
        for raw in os.pread(self._descriptor, end - begin, begin).split(b"\n")[::-1]:
            moment = self._time_in(raw)
            if moment is not None:
                return moment
        return None

    def _time_in(self, raw: bytes) -> Moment | None:
        header, second, fraction, _ = self._lines.split(plain(raw.decode("utf-8", "replace")))
        if header.program:
            self.programs.add(header.program)
        return self._clock.told(second, fraction, header.offset_s) if second else None

    def spread(self, begin: int, end: int, step: int) -> Iterator[Probe]:
        """Yield probes from one place to another, `step` bytes apart."""
        for place in range(begin, end, step):
            found = self.at(place)
            if found is not None and found.place < end:
                yield found

    def closely(self, low: Probe, high: Probe) -> Iterator[Probe]:
        """Yield probes between two, in order: as many as it takes to see where nothing was written for long."""
        if abs(high.moment.time_us - low.moment.time_us) < LONG or high.place - low.place < _NEAR or self._left <= 0:
            return
        self._left -= 1
        middle = self.at((low.place + high.place) // 2)
        if middle is None or not low.place < middle.place < high.place:
            # The rest is one long line, or has no times: the line behind `low` may still be nearer.
            return
        yield from self.closely(low, middle)
        yield middle
        yield from self.closely(middle, high)
