"""Enters a big plain log where a window of time begins, by bisection, instead of reading all that stands before.

The times of some hundred lines tell whether the log is in order; if it is not, it is read as a whole.  A line may
have no zone: so the window is widened by as much as zones differ, unless the user tells the zone.  It may have no
year: then that which the file's own age tells is taken, and `Cut.years` lets the caller see whether it was right.
What is read is filtered exactly in the end, when all files have told what they know of year and zone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

from parsers.clock import SECOND, Moment, to_year, turns_of, years_to
from parsers.probing import Probe, Prober
from parsers.scan import count_lines

WORTH = 64 << 20  # bytes of a log that is entered so: a smaller one is read faster than anybody notices
SLACK = 3600 * SECOND  # what tells of a failure may stand before and behind it; clocks differ, lines are late
ZONES = 15 * 3600 * SECOND  # no zone is farther from UTC
_PROBES = 256
_NEAR = 1 << 14  # bytes; how near the border is looked for
_DISORDER = 300 * SECOND  # lines of several hosts or threads stand so far out of their order
_COUNTED = 1 << 20  # bytes in which lines are counted at a time


class Times(NamedTuple):
    """From when to when a report goes, microseconds since 1970; None is no bound."""

    begin_us: int | None
    end_us: int | None
    zone: tzinfo | None  # that of times without one, where the user tells it


@dataclass(frozen=True)
class Cut:
    """The part of a log that may tell of the window."""

    begin: int  # bytes; a line begins there
    end: int
    first: Moment  # times of the whole file, in years that fit those of the part
    last: Moment
    years: int | None  # by how many years its times are to move, as was assumed; None where lines tell their year


def cut_of(path: Path, window: Times, collected_us: int) -> Cut | None:
    """Return which part of a plain log to read; None if it is to be read as a whole.

    `collected_us` is when the file was last written, as a clock on the wall showed it.
    """
    size = path.stat().st_size
    if size < WORTH or (window.begin_us is None and window.end_us is None):
        return None
    with path.open("rb") as file:
        prober = Prober(file.fileno())
        probes = list(prober.spread(0, size, max(size // _PROBES, _NEAR)))
        if len({(probe.moment.absolute, probe.moment.dated) for probe in probes}) != 1:
            return None
        dated, last = probes[0].moment.dated, prober.last_before(size) or probes[-1].moment
        years = 0 if dated else years_to(last.time_us, collected_us)
        keys = [_moved(probe.moment, years).time_us for probe in probes]
        if not _in_order(keys):
            return None
        borders = _Borders(prober, probes, list(accumulate(keys, max)), years)
        begin_us, end_us = _widened(window, probes[0].moment)
        begin = 0 if begin_us is None else borders.begin(begin_us)
        end = max(begin, size if end_us is None else borders.end(end_us, size))
    turns = turns_of(next((probe for probe in reversed(probes) if probe.place <= begin), probes[0]).moment)
    return Cut(begin, end, _moved(probes[0].moment, -turns), _moved(last, -turns), None if dated else years + turns)


def _moved(moment: Moment, years: int) -> Moment:
    return moment if moment.dated else moment._replace(time_us=to_year(moment.time_us, years))


def lines_before(path: Path, end: int, threads: int) -> int:
    """Return how many lines stand before a place in a file."""
    borders = [end * part // threads for part in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(_count, [path] * threads, borders, borders[1:]))


def _count(path: Path, begin: int, end: int) -> int:
    buffer, lines = bytearray(_COUNTED), 0
    with path.open("rb", buffering=0) as file:
        file.seek(begin)
        view = memoryview(buffer)
        while begin < end and (got := file.readinto(view[: min(_COUNTED, end - begin)])):
            lines += count_lines(view[:got])
            begin += got
    return lines


def _in_order(keys: list[int]) -> bool:
    """Say whether the times only grow."""
    return len(keys) > _PROBES // 4 and all(later >= earlier - _DISORDER for earlier, later in pairwise(keys))


def _widened(window: Times, moment: Moment) -> tuple[int | None, int | None]:
    """Return the window as lines tell it, such as tells `moment`, with some slack."""
    told = moment.absolute or window.zone is not None
    slack = SLACK if told else SLACK + ZONES
    begin_us, end_us = window.begin_us, window.end_us
    if not moment.absolute and window.zone is not None:
        begin_us, end_us = _wall(begin_us, window.zone), _wall(end_us, window.zone)
    return None if begin_us is None else begin_us - slack, None if end_us is None else end_us + slack


def _wall(time_us: int | None, zone: tzinfo) -> int | None:
    """Return what a clock on the wall shows at an instant."""
    if time_us is None:
        return None
    offset = datetime.fromtimestamp(time_us / SECOND, timezone.utc).astimezone(zone).utcoffset() or timedelta(0)
    return time_us + int(offset.total_seconds()) * SECOND


class _Borders:
    """Finds where in a log times begin and end."""

    def __init__(self, prober: Prober, probes: list[Probe], keys: list[int], years: int) -> None:
        self._prober = prober
        self._probes = probes
        self._keys = keys
        self._years = years

    def begin(self, time_us: int) -> int:
        """Return a beginning of a line before which all is older."""
        after = bisect_left(self._keys, time_us)
        if after == 0:
            return 0
        return self._near(after, time_us)[0] if after < len(self._keys) else self._probes[-1].place

    def end(self, time_us: int, size: int) -> int:
        """Return a beginning of a line from which on all is younger."""
        after = bisect_right(self._keys, time_us)
        if after == len(self._keys):
            return size
        return self._near(after, time_us)[1] if after else 0

    def _near(self, after: int, time_us: int) -> tuple[int, int]:
        """Return two places near each other, between which a time begins: before the probe `after`."""
        low, high = self._probes[after - 1].place, self._probes[after].place
        while high - low > 2 * _NEAR:
            found = self._prober.at((low + high) // 2)
            if found is None or not low < found.place < high:
                break
            if _moved(found.moment, self._years).time_us >= time_us:
                high = found.place
            else:
                low = found.place
        return low, high
