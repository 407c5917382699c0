"""The time axis: sensible ticks in UTC for minutes as for months, and what is near on a screen."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Steps that people count time in, in seconds; picture_axis.js has the same.
STEPS_S = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * _DAY for days in (1, 2, 7, 14, 28, 91, 182, 364)),
)


class Tick(NamedTuple):
    """A moment of the axis with its label."""

    time: datetime
    label: str


def ticks(begin: datetime, end: datetime, most: int = 8) -> list[Tick]:
    """Return at most `most` round moments between `begin` and `end`; the date stands where it is new."""
    span = (end - begin).total_seconds()
    step = next((step for step in STEPS_S if span / step < most), STEPS_S[-1])
    width = timedelta(seconds=step)
    number = -((_EPOCH - begin) // width)  # the first tick not before the begin
    found: list[Tick] = []
    several_days = begin.date() != end.date()
    while (time := _EPOCH + number * width) <= end and len(found) < most:
        new = several_days and (not found or found[-1].time.date() != time.date())
        found.append(Tick(time, label(time, step, dated=new)))
        number += 1
    return found


def label(time: datetime, step_s: float, *, dated: bool) -> str:
    """Return "02:01:35", "02:01", "11-23 02:00", "2026-11-23" as the step between ticks asks for."""
    if step_s >= _DAY:
        return f"{time:%Y-%m-%d}"
    clock = f"{time:%H:%M}" if step_s >= _MINUTE else f"{time:%H:%M:%S}"
    if step_s < 1:
        clock += f".{time.microsecond // 1000:03d}"
    return f"{time:%m-%d} {clock}" if dated else clock
