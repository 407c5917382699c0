"""Time zones by name, and the reader's own."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo

from dateutil import tz

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")


def named_zone(name: str) -> tzinfo | None:
    """Return the zone that `name` means: "Asia/Tokyo", "UTC", "+09:00"; None where there is none."""
    found = _OFFSET.match(name)
    if found:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-offset if found[1] == "-" else offset) if offset < timedelta(days=1) else None
    return tz.gettz(name) if re.match(r"[A-Za-z]", name) else None


def local_zone() -> tzinfo:
    """Return the zone of the reader's own machine."""
    return tz.tzlocal()
