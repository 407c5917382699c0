"""Counts the lines that a plain log has before given instants.

A small log is read once more for it.  In a big one the places are found by bisection, since nobody reads a gigabyte
for a strip of bars, and the lines before them told by what the scan counted on its way (ha_report.quotes.Places).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from parsers.clock import FileClock, Moment
from parsers.headers import LineReader
from parsers.lines import plain
from parsers.probing import Prober

READ = 1 << 18  # bytes of a log that is read instead
_PROBES = 64  # in order at first, so that New Years are passed as in reading
_SOUGHT = 180  # instants that are looked for one by one; what is learnt on the way tells of those between
_PARTS = 4096  # of what is asked about, in which a border is found: less than a pixel of any strip


@dataclass(frozen=True)
class WrittenLog:
    """A plain log whose lines can be counted, as long as it can be read."""

    path: Path
    passed: Sequence[tuple[int, int]]  # bytes, and the lines before them; the last is where reading ended
    instant: Callable[[Moment], int]  # microseconds since 1970 of what a line tells

    def lines_before(self, times_us: Sequence[int]) -> list[int]:
        """Return how many lines stand before each of some instants, which are in order; none once the log is gone."""
        begin, end = self.passed[0][0], self.passed[-1][0]
        try:
            with self.path.open("rb") as file:
                if end - begin > READ:
                    prober = Prober(file.fileno())
                    return self._lines_at(_Timeline(prober, self).places(times_us))
                file.seek(begin)
                told = list(accumulate(self._times(file), max))
        except OSError:
            return []
        found: list[int] = (np.searchsorted(told, times_us) + self.passed[0][1]).tolist()
        return found

    def _times(self, file: BinaryIO) -> Iterator[int]:
        """Yield when each line was written, to the second; one without a time follows the line before it."""
        reader, clock = LineReader(), FileClock()
        now, before = 0, b""
        for raw in islice(file, self.passed[-1][1] - self.passed[0][1]):
            if before and raw.startswith(before):  # the same second once more
                yield now
                continue
            header, second, fraction, _ = reader.split(plain(raw.decode("utf-8", "replace")))
            moment = clock.told(second, fraction, header.offset_s) if second else None
            now = self.instant(moment) if moment is not None else now
            before = b"".join(raw.partition(second.encode())[:2]) if second else b""
            yield now

    def _lines_at(self, places: Sequence[float]) -> list[int]:
        """Return about how many lines stand before places: between two that are known, by their mean length."""
        begins, lines = ([one[which] for one in self.passed] for which in (0, 1))
        found: list[int] = np.rint(np.interp(places, begins, lines)).astype(np.int64).tolist()
        return found


class _Timeline:
    """Finds where in a log times begin; what it has learnt narrows what it looks for next."""

    def __init__(self, prober: Prober, log: WrittenLog) -> None:
        self._prober = prober
        self._instant = log.instant
        self._begin, self._end = log.passed[0][0], log.passed[-1][0]
        probes = list(prober.spread(self._begin, self._end, (self._end - self._begin) // _PROBES))
        self._places = [probe.place for probe in probes]
        self._times = list(accumulate((self._instant(probe.moment) for probe in probes), max))

    def places(self, times_us: Sequence[int]) -> list[float]:
        """Return about where the first line stands that is not before each of some instants, which are in order."""
        if not times_us or not self._times:
            return [self._end] * len(times_us)
        first, last = (self._place(edge, 1) for edge in (times_us[0], times_us[-1]))
        for time_us in times_us[:: max(len(times_us) // _SOUGHT, 1)]:
            self._place(time_us, max((last - first) // _PARTS, 1))
        found: list[float] = np.interp(times_us, self._times, self._places, self._begin, self._end).tolist()
        return found

    def _place(self, time_us: int, grain: int) -> int:
        after = bisect_left(self._times, time_us)
        if after == 0:
            return self._begin
        # What begins behind `low` is older until `high`, behind which stands the line that is looked for.
        low = self._places[after - 1] - 1
        found = self._places[after] if after < len(self._places) else self._end
        high = found - 1
        while high - low > grain:
            middle = (low + high) // 2
            probe = self._prober.at(middle)
            if probe is None or probe.place >= found:
                high = middle
            elif self._learnt(probe.place, self._instant(probe.moment)) < time_us:
                low = max(probe.place - 1, middle)
            else:
                high, found = middle, probe.place
        return found

    def _learnt(self, place: int, time_us: int) -> int:
        """Remember the time of a line, and return it as it fits between those around it: lines may step back a little."""
        after = bisect_left(self._places, place)
        if after < len(self._places) and self._places[after] == place:
            return self._times[after]
        fitting = max(time_us, self._times[after - 1]) if after else time_us
        fitting = min(fitting, self._times[after]) if after < len(self._times) else fitting
        self._places.insert(after, place)
        self._times.insert(after, fitting)
        return fitting
