"""How times, intervals, results and numbers are worded, the same in every output.

What is more than a number or a name is a Phrase, so that every output can say it in its language.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from functools import reduce
from typing import TYPE_CHECKING

from ha_report.model import COMPLETE, FailedOperation, OcfRc
from ha_report.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from reports.shape import Repeat

# Words for codes whose line told none; Pacemaker's own differ by version (lib/common/results.c).
RC_WORDS = {rc.value: rc.name.lower().replace("_", " ") for rc in OcfRc} | {OcfRc.UNKNOWN_ERROR.value: "error"}
UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
TWO_DIGITS = 10
FAILED = {
    "start": "{resource} failed to start on {node}",
    "stop": "{resource} failed to stop on {node}",
    "promote": "{resource} failed to promote on {node}",
    "demote": "{resource} failed to demote on {node}",
    "migrate_to": "{resource} failed to migrate away from {node}",
    "migrate_from": "{resource} failed to migrate to {node}",
    "reload": "{resource} failed to reload on {node}",
}
FAILED_OTHERWISE = "{resource} failed its {operation} on {node}"


def utc(time_us: int | None) -> datetime | None:
    """Return microseconds since 1970 as a datetime; None stays None."""
    return None if time_us is None else instant(time_us)


def instant(time_us: int) -> datetime:
    """Return microseconds since 1970 as a datetime."""
    return datetime.fromtimestamp(time_us // 1_000_000, timezone.utc).replace(microsecond=time_us % 1_000_000)


def count_of(number: int, noun: str) -> str:
    """Return "1 file", "2,000 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def list_of(items: Sequence[str], most: int = 3) -> str:
    """Return "a", "a and b", "a, b, c and 4 more"."""
    if len(items) > most:
        return Phrase("{items} and {count} more", items=_commas(items[:most]), count=f"{len(items) - most:,}")
    if len(items) > 1:
        return Phrase("{items} and {last}", items=_commas(items[:-1]), last=items[-1])
    return items[0] if items else ""


def _commas(items: Sequence[str]) -> str:
    """Return "a, b, c"; those that are phrases stay such."""
    return reduce(lambda before, item: Phrase("{items}, {item}", items=before, item=item), items)


def size_of(number: int) -> str:
    """Return bytes as "812 B", "78 kB", "1.2 GB" (decimal, as `ls --si` has it)."""
    unit = next((unit for unit in UNITS if number >= unit[0]), (1, "B"))
    size = number / unit[0]
    return f"{size:.1f} {unit[1]}" if unit[0] > 1 and size < TWO_DIGITS else f"{size:.0f} {unit[1]}"


def interval_of(interval_ms: int) -> str:
    """Return "10 s", "1.5 s", "5 min"."""
    minutes, rest = divmod(interval_ms, 60_000)
    if rest or not minutes:
        return Phrase("{count} s", count=f"{interval_ms / 1000:g}")
    return Phrase("{count} min", count=str(minutes))


def operation_of(operation: str, interval_ms: int | None) -> str:
    """Return "start", "probe", "monitor every 10 s"."""
    if interval_ms:
        return Phrase("{operation} every {interval}", operation=operation, interval=interval_of(interval_ms))
    return "probe" if operation == "monitor" and interval_ms == 0 else operation


def result_of(failed: FailedOperation) -> str:
    """Return "error (rc 1)", "Timed Out (rc 1)", "result unknown"; the words are the cluster's own."""
    told = failed.status if failed.status and failed.status.lower() != COMPLETE else None
    known = RC_WORDS.get(failed.rc) if failed.rc is not None else None
    words = told or failed.rc_text or known or Phrase("result unknown")
    return words if failed.rc is None else Phrase("{result} (rc {rc})", result=words, rc=str(failed.rc))


def failure_of(repeat: Repeat) -> str:
    """Return "r_ip failed to start on node02 3 times: error (rc 1), exit reason: no nic"."""
    failed = repeat.first
    what = Phrase(
        FAILED.get(failed.operation, FAILED_OTHERWISE),
        resource=failed.resource,
        operation=operation_of(failed.operation, failed.interval_ms),
        node=failed.node or Phrase("an unknown node"),
    )
    if repeat.count > 1:
        what = Phrase("{failure} {count} times", failure=what, count=f"{repeat.count:,}")
    if not repeat.exit_reasons:
        return Phrase("{failure}: {result}", failure=what, result=result_of(failed))
    reason = repeat.exit_reasons[0]
    return Phrase("{failure}: {result}, exit reason: {reason}", failure=what, result=result_of(failed), reason=reason)


def message_of(text: str) -> str:
    """Return a message less what Pacemaker adds for programs, after "|"."""
    return re.split(r"\s*\|\s", text, maxsplit=1)[0].strip() if "|" in text else text.strip()


def clock_of(time: datetime | None, day: date | None) -> str:
    """Return "02:01:35.575"; with its date, unless that is `day`, which stands elsewhere."""
    if time is None:
        return Phrase("no time")
    fraction = f".{time.microsecond // 1000:03d}" if time.microsecond else ""
    return f"{time:%H:%M:%S}{fraction}" if time.date() == day else f"{time:%Y-%m-%d %H:%M:%S}{fraction}"


def day_of(window: tuple[datetime | None, datetime | None]) -> date | None:
    """Return the one day that the window lies in, None if there is no such day."""
    begin, end = window
    return begin.date() if begin and end and begin.date() == end.date() else None


def window_of(window: tuple[datetime | None, datetime | None]) -> str:
    """Return "2026-11-23 02:01:26 - 02:01:42 UTC", or why there is none."""
    begin, end = window
    if begin is None or end is None:
        return Phrase("no times known")
    if begin.replace(microsecond=0) == end.replace(microsecond=0):
        return f"{begin:%Y-%m-%d %H:%M:%S} UTC"
    until = f"{end:%H:%M:%S}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S}"
    return f"{begin:%Y-%m-%d %H:%M:%S} – {until} UTC"
