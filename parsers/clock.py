"""Makes instants of the times in logs, which often lack the year and nearly always the zone.

While a file is read its times are `naive`: microseconds since 1970 as if the clock on the wall stood
in UTC, in a year that is right relative to the lines before (a log runs over New Year).  When all files
are read, `settle` moves them to the true year and zone, which other files of the same node may tell.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from parsers.lines import Stamp

SECOND = 1_000_000
DAY = 86_400 * SECOND
HALF_A_YEAR = 6  # months
_BASE_YEAR = 2000  # a leap year, so that Feb 29 exists until the true year is known
_SLACK = DAY  # clocks and zones differ: a line may seem to be this much younger than its file


@lru_cache(maxsize=4096)
def _day_us(year: int, month: int, day: int) -> int:
    """Return the first microsecond of a day; of the month's last day when it has fewer."""
    day = min(day, calendar.monthrange(year, month)[1])
    return calendar.timegm((year, month, day, 0, 0, 0)) * SECOND


@dataclass
class FileClock:
    """Reads the times of one file, in the order of its lines."""

    years: bool = False  # some line told its year
    latest_us: int | None = None  # youngest time with a year, naive: dates the lines that have none
    offsets: list[int] = field(default_factory=list)  # seconds east of UTC, from lines that tell them
    _turns: int = 0  # how often a New Year went by since the first line
    _month: int | None = None

    def read(self, stamp: Stamp) -> tuple[int, bool, bool]:
        """Return the time of `stamp` in microseconds, whether it is absolute (zone known), and whether dated."""
        within = stamp.second * SECOND + stamp.microsecond
        if not stamp.year:
            self._turn(stamp.month)
            return _day_us(_BASE_YEAR + self._turns, stamp.month, stamp.day) + within, False, False
        time_us = _day_us(stamp.year, stamp.month, stamp.day) + within
        self.years = True
        self.latest_us = max(self.latest_us or time_us, time_us)
        if stamp.offset_s is None:
            return time_us, False, True
        if stamp.offset_s not in self.offsets:
            self.offsets.append(stamp.offset_s)
        return time_us - stamp.offset_s * SECOND, True, True

    def _turn(self, month: int) -> None:
        """Count a New Year when the month falls by half a year or more; lines of several hosts may step back."""
        if self._month is not None:
            if month - self._month <= -HALF_A_YEAR:
                self._turns += 1
            elif month - self._month >= HALF_A_YEAR:
                self._turns -= 1
        self._month = month


def to_year(naive_us: int, years: int) -> int:
    """Return `naive_us` moved by whole years, on the same day of the calendar."""
    moment = datetime(1970, 1, 1) + timedelta(microseconds=naive_us)  # noqa: DTZ001 - the zone comes later
    within = naive_us % DAY
    return _day_us(moment.year + years, moment.month, moment.day) + within


def years_to(last_naive_us: int, collected_us: int) -> int:
    """Return by how many years a file's times are to move.

    Its last line must not be younger than `collected_us`, the time at which the file was gathered,
    and is as young as that allows.
    """
    base = datetime(1970, 1, 1) + timedelta(microseconds=last_naive_us)  # noqa: DTZ001
    gathered = datetime(1970, 1, 1) + timedelta(microseconds=collected_us)  # noqa: DTZ001
    years = gathered.year - base.year
    return years if to_year(last_naive_us, years) <= collected_us + _SLACK else years - 1


class Zone:
    """A zone, remembering its offsets: zones change them at quarters of an hour, so one look-up serves all lines of it."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[int, int] = {}

    def to_utc(self, naive_us: int) -> int:
        """Return the instant at which a clock in this zone shows `naive_us`.

        An hour that the end of summer time repeats is taken as the first one.
        """
        quarter = naive_us // (900 * SECOND)
        if quarter not in self._offsets:
            moment = datetime(1970, 1, 1) + timedelta(seconds=quarter * 900)  # noqa: DTZ001 - the zone is set next
            offset = moment.replace(tzinfo=self._zone).utcoffset() or timedelta(0)
            self._offsets[quarter] = int(offset.total_seconds())
        return naive_us - self._offsets[quarter] * SECOND


def fixed(offset_s: int) -> tzinfo:
    """Return the zone that is always `offset_s` seconds east of UTC."""
    return timezone(timedelta(seconds=offset_s))
