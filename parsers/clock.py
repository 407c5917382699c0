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
from typing import NamedTuple

from parsers.headers import microseconds, second_of
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


class Moment(NamedTuple):
    """A time as one line tells it."""

    time_us: int
    absolute: bool  # its zone is known
    dated: bool  # its year is known


_Day = tuple[int, int, int]  # year (0: not told), month, its first microsecond
_NEVER_SEEN = (0, 0, 0)
_DAYS_KEPT = 10_000
_HMS = len("02:01:35")


# What clocks show: the minutes of a day in microseconds, and the seconds of a minute; the last one is a leap second.
_MINUTES = {f"{minute // 60:02}:{minute % 60:02}": minute * 60 * SECOND for minute in range(24 * 60)}
_SECONDS = {f":{second:02}": second * SECOND for second in range(61)}


def _within(clock: str) -> int | None:
    """Return the microsecond of the day at which a clock shows "02:01:35"; None for what none shows."""
    minute, second = _MINUTES.get(clock[:5]), _SECONDS.get(clock[5:])
    return None if minute is None or second is None else minute + second


@dataclass
class FileClock:
    """Reads the times of one file, in the order of its lines."""

    years: bool = False  # some line told its year
    latest_us: int | None = None  # youngest time with a year, naive: dates the lines that have none
    offsets: list[int] = field(default_factory=list)  # seconds east of UTC, from lines that tell them
    first_month: int | None = None  # of the lines without a year, and the last
    last_month: int | None = None
    turns: int = 0  # how often a New Year went by since the first line
    _days: dict[str, _Day | None] = field(default_factory=dict)  # by how lines tell them

    def read(self, stamp: Stamp) -> Moment:
        """Return the moment of `stamp`, which may have no year and no zone."""
        within = stamp.second * SECOND
        year = stamp.year or self._base_year(stamp.month)
        return self._moment(
            stamp.year, _day_us(year, stamp.month, stamp.day) + within + stamp.microsecond, stamp.offset_s
        )

    def told(self, second: str, fraction: str | None, offset_s: int | None) -> Moment | None:
        """Return the moment that a line tells (see parsers.headers); None for one that no clock shows."""
        date, clock = second[:-_HMS], second[-_HMS:]
        known = self._days.get(date, _NEVER_SEEN)
        if known is _NEVER_SEEN or (known is not None and not known[0] and known[1] != self.last_month):
            known = self._remember(date)
        within = _within(clock)
        if known is None or within is None:
            return None
        time_us = known[2] + within
        if fraction is not None:
            time_us += microseconds(fraction)
        return self._moment(known[0], time_us, offset_s) if known[0] else Moment(time_us, False, False)

    def _remember(self, date: str) -> _Day | None:
        stamp = second_of(f"{date}00:00:00")
        if len(self._days) >= _DAYS_KEPT:
            self._days.clear()
        known = None
        if stamp is not None:
            year = stamp.year or self._base_year(stamp.month)
            known = stamp.year, stamp.month, _day_us(year, stamp.month, stamp.day)
        self._days[date] = known
        return known

    def _moment(self, year: int, time_us: int, offset_s: int | None) -> Moment:
        if not year:
            return Moment(time_us, False, False)
        self.years = True
        if self.latest_us is None or time_us > self.latest_us:
            self.latest_us = time_us
        if offset_s is None:
            return Moment(time_us, False, True)
        if offset_s not in self.offsets:
            self.offsets.append(offset_s)
        return Moment(time_us - offset_s * SECOND, True, True)

    def _base_year(self, month: int) -> int:
        """Count a New Year when the month falls by half a year or more; lines of several hosts may step back."""
        if self.last_month is None:
            self.first_month = month
        else:
            self._turn(month - self.last_month)
        self.last_month = month
        return _BASE_YEAR + self.turns

    def _turn(self, months: int) -> None:
        turned = turns_between(months)
        if turned:
            self.turns += turned
            self._days.clear()  # of another year

    def follow(self, before: FileClock) -> int:
        """Become the clock of two parts of one file, of which `before` read the first; return the years to add here."""
        turns = before.turns
        if before.last_month is not None and self.first_month is not None:
            turns += turns_between(self.first_month - before.last_month)
        self.turns += turns
        self.first_month = self.first_month if before.first_month is None else before.first_month
        self.last_month = before.last_month if self.last_month is None else self.last_month
        self.years = self.years or before.years
        self.latest_us = max((time for time in (self.latest_us, before.latest_us) if time is not None), default=None)
        self.offsets = list(dict.fromkeys([*before.offsets, *self.offsets]))
        return turns


def turns_between(months: int) -> int:
    """Return how many New Years lie between two lines, the later one so many months farther in its year."""
    return (months <= -HALF_A_YEAR) - (months >= HALF_A_YEAR)


def turns_of(moment: Moment) -> int:
    """Return how many New Years lie between the first line of its file and a moment; 0 where lines tell their year."""
    return 0 if moment.dated else (datetime(1970, 1, 1) + timedelta(microseconds=moment.time_us)).year - _BASE_YEAR  # noqa: DTZ001


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
