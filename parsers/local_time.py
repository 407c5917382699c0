"""Times and durations as status tools print them.

`crm_mon` prints C's ctime() in the zone of the node ("Mon Nov 23 03:04:11 2026"); failed
actions of Pacemaker 2.0.3 to 2.1.1, and XML, ISO 8601 with a zone ("2022-04-20 14:28:02 +01:00",
"2026-11-23 02:50:50.815041Z").  Intervals are "10s", "1m40s", "4.908s", "35ms"
(Pacemaker's lib/common/iso8601.c, pcmk__readable_interval).
"""

import re
from datetime import datetime, timedelta, timezone, tzinfo

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# The weekday is not read: people who make names and dates unrecognisable forget it.
CTIME = r"(?:\w{3},?\s+)?(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+(?P<clock>\d{1,2}:\d\d:\d\d)(?:\s+(?P<word>UTC|GMT|[A-Z]{3,5}))?\s+(?P<year>\d{4})"
ISO = r"(?P<date>\d{4}-\d\d-\d\d)[ T](?P<iso_clock>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?\s*(?P<offset>Z|[+-]\d\d:?\d\d)?"
ANY_TIME = re.compile(rf"\s*(?:{CTIME}|{ISO})")

UNIT_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "min": 60_000, "s": 1000, "ms": 1}
DURATION = re.compile(
    r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|min|[dhms])(?![a-z])|(\d{1,9}(?:\.\d{1,9})?)(ms|min|[dhms])(?=\d)"
)

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)


def read_time(text: str | None, zone: tzinfo) -> int | None:
    """Return microseconds since 1970; a time that names no zone is in `zone`.  None: not readable."""
    found = ANY_TIME.match(text or "")
    if found is None:
        return None
    try:
        moment = _ctime(found, zone) if found["month"] else _iso(found, zone)
        return (moment - EPOCH) // MICROSECOND
    except (ValueError, OverflowError):  # the 31st of June, or the last hour of the year 9999
        return None


def epoch_us(text: str | None) -> int | None:
    """Return microseconds of seconds since 1970 ("1795402886"); 0 and less mean that no time is known."""
    if text is None or not re.fullmatch(r"\d{1,11}", text.strip()):
        return None
    return int(text) * 1_000_000 or None


def duration_ms(text: str | None) -> int | None:
    """Return the milliseconds of "1m40s", "10s", "4.908s", "35ms", "10min"; None if it is none."""
    if not text or not DURATION.sub("", text + " ").isspace():
        return None
    parts = ((number or before, unit or next_) for number, unit, before, next_ in DURATION.findall(text))
    return round(sum(float(number) * UNIT_MS[unit] for number, unit in parts))


def _ctime(found: re.Match[str], zone: tzinfo) -> datetime:
    hour, minute, second = map(int, found["clock"].split(":"))
    month = MONTHS.index(found["month"].lower()) + 1
    named = timezone.utc if found["word"] in ("UTC", "GMT") else zone
    return datetime(int(found["year"]), month, int(found["day"]), hour, minute, second, tzinfo=named)


def _iso(found: re.Match[str], zone: tzinfo) -> datetime:
    moment = datetime.fromisoformat(f"{found['date']} {found['iso_clock']}")
    microsecond = int((found["fraction"] or "0").ljust(6, "0")[:6])
    return moment.replace(microsecond=microsecond, tzinfo=_offset(found["offset"], zone))


def _offset(text: str | None, zone: tzinfo) -> tzinfo:
    if text is None:
        return zone
    if text == "Z":
        return timezone.utc
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
