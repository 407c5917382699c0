"""Takes log lines apart, remembering them: of a long log few headers differ but in their time, and of a dense one few lines.

A line is cut by one regular expression into the header, the second, its fraction and the message; what the header says
is found out once, by the format's own regular expression.  Of a line that is known but for its time only that is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from parsers.lines import FORMATS, MONTHS, STAMPS, YEARS, Line, LineFormat, Stamp

_TIME_OF_DAY = re.compile(r"\d\d:\d\d:\d\d")
_TIMELESS = tuple(row for row in FORMATS if not row.stamp)  # spares all others where there is no time
_FITTING_MUCH = ("dated", "headless")  # lines of other formats fit these, too: they are tried last, each time
_LEVELS = {"emerg": "crit", "alert": "crit", "err": "error", "warn": "warning", "trace": "debug"}
_NAMED_ZONES = {"Z": 0, "UTC": 0, "GMT": 0}
_MOST_KEPT = 10_000  # headers, and lines; a log of connections has a new pid in each
_LONGEST_KEPT = 2000  # characters of a line


@dataclass(frozen=True, eq=False)
class Header:
    """What stands before a message, less the time; each is one object, however many lines begin with it."""

    format: str  # name of the row that matched
    host: str | None = None
    program: str | None = None
    instance: str | None = None
    level: str | None = None
    pid: int | None = None
    offset_s: int | None = None  # of the time's zone, seconds east of UTC


UNKNOWN = Header("unknown")
Parts = tuple[Header, str | None, str | None, str]  # header, time to the second, its fraction, message


class LineReader:
    """Takes lines apart, trying first the format that fitted the line before."""

    def __init__(self) -> None:
        self._last = FORMATS[0]
        self._headers: dict[tuple[str, str, str], Header] = {}
        self._lines: dict[tuple[str, str, str], tuple[Header, str]] = {}  # by format, and what stands around the time

    def split(self, text: str) -> Parts:
        """Return the parts of `text`; a line of no known format is all message."""
        row = self._last
        if row.name in _FITTING_MUCH or (found := row.time.match(text)) is None:
            return self._taken_apart(text)
        before, second, fraction = found.groups()
        around = row.name, before, text[found.end() :]
        known = self._lines.get(around)
        if known is not None:
            return known[0], second, fraction, known[1]
        parts = self._taken_apart(text)
        if self._last is row and parts[1:3] == (second, fraction) and len(text) <= _LONGEST_KEPT:
            self._remember(around, parts)
        return parts

    def _remember(self, around: tuple[str, str, str], parts: Parts) -> None:
        if len(self._lines) >= _MOST_KEPT:
            self._lines.clear()
        self._lines[around] = parts[0], parts[3]

    def _taken_apart(self, text: str) -> Parts:
        row = self._last
        found = row.parts.match(text)
        if found is None or row.name in _FITTING_MUCH:
            for row in FORMATS if _TIME_OF_DAY.search(text) else _TIMELESS:
                found = row.parts.match(text)
                if found is not None:
                    self._last = row
                    break
            else:
                return UNKNOWN, None, None, text
        before, second, fraction, between, message = found.groups()
        header = self._headers.get((row.name, before, between)) or self._header(row, text, before, between)
        return header, second or None, fraction, message.strip()

    def _header(self, row: LineFormat, text: str, before: str, between: str) -> Header:
        if len(self._headers) >= _MOST_KEPT:
            self._headers.clear()
        header = self._headers[row.name, before, between] = _header_of(row, text)
        return header

    def read(self, text: str) -> Line:
        """Return all that a line says."""
        header, second, fraction, message = self.split(text)
        time = second_of(second) if second else None
        stamp = time and time._replace(microsecond=microseconds(fraction), offset_s=header.offset_s)
        return Line(
            stamp, header.host, header.program, header.instance, header.level, message, header.format, header.pid
        )


def _header_of(row: LineFormat, text: str) -> Header:
    found = row.compiled.match(text)
    part = found.groupdict() if found else {}
    level = (part.get("level") or "").lower()
    return Header(
        format=row.name,
        host=part.get("host"),
        program=part.get("program"),
        instance=part.get("instance"),
        level=_LEVELS.get(level, level) or None,
        pid=_number(part.get("pid")),
        offset_s=_offset(part.get("zone")),
    )


_SECONDS = tuple(re.compile(stamp) for stamp in STAMPS)


def second_of(text: str) -> Stamp | None:
    """Return the time in "Nov 23 02:01:35" or the like; None for one that no clock shows."""
    found = next((match for row in _SECONDS if (match := row.fullmatch(text))), None)
    if found is None:
        return None
    part = found.groupdict()
    month = int(part["month"]) if "month" in part else MONTHS.get(part["mon"].rstrip("."), 0)
    day, hms = int(part["day"]), part["hms"]
    hour, minute, second = int(hms[:2]), int(hms[3:5]), int(hms[6:])
    if not (month in range(1, 13) and day in range(1, 32)):
        return None
    if not (hour in range(24) and minute in range(60) and second in range(61)):  # 60 is a leap second
        return None
    year = int(part["year"] or 0)
    return Stamp(year, month, day, hour * 3600 + minute * 60 + second, 0, None) if year in YEARS or not year else None


@lru_cache(maxsize=4096)
def microseconds(fraction: str | None) -> int:
    """Return what the digits behind a second mean."""
    return int(fraction[:6].ljust(6, "0")) if fraction else 0


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) <= 9 else None  # noqa: PLR2004 - no pid is longer


def _offset(zone: str | None) -> int | None:
    """Return the seconds east of UTC that "Z", "+0800" or "+08:00" mean; None for a name that means several."""
    if zone is None or zone in _NAMED_ZONES:
        return None if zone is None else 0
    if zone[0] not in "+-":
        return None
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds
