"""Finds dates with a year, and zones, in texts that are no logs: they date and place the logs beside them.

Sources: coreutils date(1) in its several locales, hb_report's time.txt, crm_mon's "Last updated".
"""

from __future__ import annotations

import calendar
import re
import time

from parsers.lines import MONTHS

_SECOND = 1_000_000
# That a word begins here is asked behind its first letter: then the search leaps from one such letter to the next.
_CTIME = re.compile(r"([A-Z](?<!\w[A-Z])[a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?: ([A-Z]{3,5}))? ((?:19|20)\d\d)\b")
_ISO = re.compile(
    r"((?:1(?<!\w1)9|2(?<!\w2)0)\d\d)-(\d\d)-(\d\d)[T _](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?"
)
_JAPANESE = re.compile(r"((?:19|20)\d\d)年 *(\d{1,2})月 *(\d{1,2})日.*?(\d\d):(\d\d):(\d\d)(?: ([A-Z]{3,5}))?")

# Abbreviations that mean one zone wherever they stand; CST, IST, BST and the like mean several.
_ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "JST": 9 * 3600, "KST": 9 * 3600, "CET": 3600, "CEST": 7200, "EET": 7200, "EEST": 10800,
    "WET": 0, "WEST": 3600, "MSK": 10800, "EST": -18000, "EDT": -14400, "PST": -28800, "PDT": -25200, "MDT": -21600,
    "AEST": 36000, "AEDT": 39600, "NZST": 43200, "NZDT": 46800, "HKT": 28800, "SGT": 28800,
}  # fmt: skip


def latest_date(text: str) -> int | None:
    """Return the youngest time with a year in `text`, naive microseconds; None where there is none.

    Times in the future are passed over: certificates and licences speak of such.
    """
    horizon = (int(time.time()) + 2 * 86_400) * _SECOND
    found = [moment for moment, _ in _dates(text) if moment <= horizon]
    return max(found, default=None)


def zone_of(text: str) -> int | None:
    """Return the seconds east of UTC that the first zoned time of `text` tells; None where none does."""
    return next((offset for _, offset in _dates(text) if offset is not None), None)


def _dates(text: str) -> list[tuple[int, int | None]]:
    found: list[tuple[int, int | None]] = []
    if "19" not in text and "20" not in text:
        return found
    for mon, day, hour, minute, second, zone, year in _CTIME.findall(text):
        if mon in MONTHS:
            found.append((_naive(year, MONTHS[mon], day, hour, minute, second), _ZONES.get(zone)))
    for year, month, day, hour, minute, second, zone in _ISO.findall(text):
        found.append((_naive(year, month, day, hour, minute, second), _offset(zone)))
    for year, month, day, hour, minute, second, zone in _JAPANESE.findall(text) if "年" in text else ():
        found.append((_naive(year, month, day, hour, minute, second), _ZONES.get(zone)))
    return [(moment, offset) for moment, offset in found if moment is not None]


def _naive(*parts: str | int) -> int:
    year, month, day, hour, minute, second = (int(part) for part in parts)
    month, day = min(max(month, 1), 12), min(max(day, 1), 28 if month == 2 else 30)  # noqa: PLR2004 - a day more or less dates a year as well
    return calendar.timegm((year, month, day, hour, minute, second)) * _SECOND


def _offset(zone: str) -> int | None:
    if not zone or zone == "Z":
        return 0 if zone else None
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds
