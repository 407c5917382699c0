"""Reads times as hb_report and crm report take them at -f and -t.

    14:00   2pm   "2007/9/5 12:30"   "09sep07 2:00"   1:00      a moment, in the reader's zone
    2d   75H   10M   1m   1Y                                    so long ago: days, hours, Minutes, months, Years
    2026-11-23T01:23:20+09:00   @1795410056   now               ISO 8601, seconds since 1970, now

Source: hb_report(8) and crm(8), "report".
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

from dateutil import parser
from dateutil.relativedelta import relativedelta

_AGO = re.compile(r"-?(?P<number>\d+)\s*(?P<unit>[YymdHhMS])")
_CLOCK = re.compile(r"\d{1,2}(?::\d\d){1,2}(?:\.\d+)?\s*(?:[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?", re.IGNORECASE)
_TWO_WAYS = re.compile(r"(?<!\d)(?P<one>\d{1,2})[/.-](?P<other>\d{1,2})[/.-](?:\d{4}|\d\d)(?!\d)")
_UNITS = {
    "Y": "years",
    "y": "years",
    "m": "months",
    "d": "days",
    "H": "hours",
    "h": "hours",
    "M": "minutes",
    "S": "seconds",
}
MONTHS = 12


def parse_time(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment that `text` means, aware; a time without a zone is in `zone`.

    A clock time without a date is the latest that is not after `now`.  Raises ValueError, in words for the user.
    """
    text = text.strip()
    local = now.astimezone(zone)
    if text in ("now", "0"):
        return local
    if found := _AGO.fullmatch(text):
        return _ago(local, int(found["number"]), found["unit"], text)
    if text.startswith("@") and text[1:].isdigit():
        return datetime.fromtimestamp(int(text[1:]), timezone.utc).astimezone(zone)
    if text.startswith("cts:"):
        raise ValueError("a test of the CTS by its number is not known here; give its time")
    return _moment(text, local)


def _ago(now: datetime, number: int, unit: str, text: str) -> datetime:
    """Return `number` units before `now`; hours and less are counted in real time, also where clocks change."""
    try:
        if unit in "HhMS":
            return (now.astimezone(timezone.utc) - timedelta(**{_UNITS[unit]: number})).astimezone(now.tzinfo)
        return now - relativedelta(**{_UNITS[unit]: number})  # type: ignore[arg-type]
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{text!r} is too long ago") from error


def _moment(text: str, now: datetime) -> datetime:
    found = _TWO_WAYS.search(text)
    if found and int(found["one"]) <= MONTHS and int(found["other"]) <= MONTHS and found["one"] != found["other"]:
        raise ValueError(f"{text!r} can be read in two ways; write the year first, as in 2007/9/5")
    if text.isdigit() and len(text) < len("20070905"):
        raise ValueError(f"{text!r} is a number without a unit; 2d are two days, 10M ten minutes ago")
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        moment = parser.parse(text, default=midnight)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f'{text!r} is no time; give one such as 14:00, 2pm, "2007/9/5 12:30", 2d (days ago) or 10M (minutes ago)'
        ) from error
    if _CLOCK.fullmatch(text) and moment > now:
        moment = (moment.replace(tzinfo=None) - timedelta(days=1)).replace(tzinfo=now.tzinfo)
    return moment
