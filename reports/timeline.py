"""Events as rows to read: how grave each is, which say the same, and which a page has room for."""

from __future__ import annotations

import heapq
from bisect import bisect
from collections import Counter
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ha_report.model import Source
from reports.shape import Excerpt, Moment, TimelineRow
from reports.words import message_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import pandas as pd

    from ha_report.model import FailedOperation

KEY_MOST = 40  # what a reader takes in at a glance
NEAR = timedelta(minutes=2)  # what belongs to a failure stands mostly this close
KEY_OF_A_SORT = 3  # the fourth failure of the same monitor says nothing new
SHOWN_MOST = 1_000  # of the plain table, read without a script; a script has them all

GRAVE_LEVELS = frozenset({"emerg", "alert", "crit", "critical", "fatal", "error", "err"})
WARNING_LEVELS = frozenset({"warning", "warn"})
ROUTINE_LEVELS = frozenset({"info", "debug", "trace"})
# A part of a kind's name says what it is about, so that a new kind seldom needs an entry here.
ALARMING = (
    "fencing-", "lost", "unclean", "died", "paused", "twice", "second-dc", "banned", "cannot-run", "restarted", "given-up",
)  # fmt: skip
TELLING = (
    "operation-result", "action-planned", "failed", "fail-count", "timeout", "quorum", "membership", "dc-", "node-", "stack-",
)  # fmt: skip

# Said at every start or at every transition, and nothing happened: how the machine and the cluster are set up.
HUMDRUM = ("setup-", "fencer-answer", "cib-unsigned")

OUTCOMES = ("operation-", "action-")  # kinds that tell a result; a fail count or an agent only speaks of one

NEVER = datetime.max.replace(tzinfo=timezone.utc)  # an event without a time stands last


class Cells(NamedTuple):
    """What of an event a row is made from; the names are columns of Incident.events."""

    time: datetime | None
    node: str | None
    writer: str | None
    level: str | None
    kind: str
    resource: str | None
    operation: str | None
    interval_ms: int | None
    text: str | None
    file: str
    line: int


def rows_of(events: pd.DataFrame, failures: Iterable[FailedOperation] = ()) -> tuple[TimelineRow, ...]:
    """Return every event as a row, in the order of `events`; those that tell of one of `failures` as errors."""
    failed = {source for one in failures for source in one.sources}
    columns = (plain(events, name) for name in Cells._fields)
    return tuple(row_of(cells, failed) for cells in map(Cells._make, zip(*columns, strict=True)))


def plain(events: pd.DataFrame, name: str) -> list[Any]:
    """Return a column as Python values, with None for what is missing."""
    column = events[name]
    values = column.array.to_pydatetime().tolist() if name == "time" else column.tolist()
    return [None if gone else value for value, gone in zip(values, column.isna().tolist(), strict=True)]


def row_of(cells: Cells, failed: Collection[Source]) -> TimelineRow:
    """Return one event as a row, with its severity and its weight; `failed` are the lines that tell of failures."""
    probe = cells.operation == "monitor" and cells.interval_ms == 0
    source = Source(cells.file, cells.line)
    told = cells.kind.startswith(OUTCOMES) and source in failed
    severity, weight = graded(cells.kind, cells.level, failed=told, probe=probe)
    return TimelineRow(
        time=cells.time,
        node=cells.node or cells.writer,
        kind=cells.kind,
        severity=severity,
        text=cells.text or "",
        resource=cells.resource,
        operation=cells.operation,
        source=source,
        weight=weight,
    )


@cache
def graded(kind: str, level: str | None, *, failed: bool, probe: bool) -> tuple[str, int]:
    """Return severity and weight; asked for every event, of few sorts."""
    severity = severity_of(kind, level, failed=failed)
    return severity, 3 if severity == "error" else weight_of(kind, level, severity, probe=probe)


@cache
def tells(kind: str, words: tuple[str, ...]) -> bool:
    """Return whether a kind is about one of `words`; asked for every event, of few kinds."""
    return any(word in kind for word in words)


def severity_of(kind: str, level: str | None, *, failed: bool) -> str:
    """Return "error", "warning" or "notice"."""
    if tells(kind, HUMDRUM):
        return "notice"
    if failed or level in GRAVE_LEVELS:
        return "error"
    return "warning" if level in WARNING_LEVELS or tells(kind, ALARMING) else "notice"


def weight_of(kind: str, level: str | None, severity: str, *, probe: bool) -> int:
    """Return how much an event that is no error matters to a reader: 2 much, 1 little, 0 routine."""
    if tells(kind, HUMDRUM):
        return 0
    if severity == "warning" or (not probe and tells(kind, TELLING)):
        return 2
    return 0 if level in ROUTINE_LEVELS else 1


def excerpt_of(rows: Sequence[TimelineRow], failures: Iterable[datetime] = ()) -> Excerpt:
    """Return the events that a page has room for: what is grave or near one of `failures`, then what is rare."""
    moments = merged(rows)
    order = ranks(moments, sorted(failures))
    best = heapq.nsmallest(SHOWN_MOST, range(len(moments)), key=order.__getitem__)
    key = [number for number in best if is_key(moments[number]) and order[number][1] < KEY_OF_A_SORT]
    return Excerpt(
        key=tuple(moments[number] for number in sorted(key[:KEY_MOST])),
        shown=tuple(moments[number] for number in sorted(best)),
        moments=tuple(moments),
    )


def is_key(moment: Moment) -> bool:
    """Return whether an event may be one of the few; without its time it does not tell what happened when."""
    return moment.row.weight > 1 and moment.row.time is not None


def ranks(moments: list[Moment], failures: list[datetime]) -> list[tuple[int, int]]:
    """Return a sort key for each moment: grave or near first, and the hundredth of a sort behind the first of another."""
    seen: Counter[tuple[object, ...]] = Counter()
    order = []
    for row in (moment.row for moment in moments):
        near = is_near(row.time, failures)
        sort = (near, row.kind, row.node, row.resource, row.operation, row.severity)
        order.append((-2 * row.weight - 3 * near, seen[sort]))  # what led to a failure outweighs an error far from it
        seen[sort] += 1
    return order


def is_near(time: datetime | None, failures: list[datetime]) -> bool:
    """Return whether one of `failures`, which are in order, happened around that time."""
    if time is None:
        return False
    following = bisect(failures, time - NEAR)
    return following < len(failures) and failures[following] <= time + NEAR


def merged(rows: Sequence[TimelineRow]) -> list[Moment]:
    """Return the rows with those that say the same in the same second made one.

    Pacemaker writes most messages to its own log and to syslog, there without what follows
    the "|", and without the fraction of the second.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, row in enumerate(rows):
        said = message_of(row.text) if "|" in row.text else row.text.strip()
        second = row.time.timestamp() // 1 if row.time else f"row {number}"  # without a time nothing is the same
        groups.setdefault((second, row.node, row.kind, row.resource, row.operation, said), []).append(number)
    moments = [moment_of(group, rows) for group in groups.values()]
    return sorted(moments, key=lambda moment: moment.row.time or NEVER)


def moment_of(group: list[int], rows: Sequence[TimelineRow]) -> Moment:
    """Return one moment of rows that say the same: told by the most precise, in its most severe reading."""
    if len(group) == 1:
        return Moment(rows[group[0]], (rows[group[0]].source,), tuple(group))
    best = max(group, key=lambda number: precision(rows[number]))
    numbers = tuple(dict.fromkeys([best, *group]))
    severest = max((rows[number] for number in group), key=lambda row: row.weight)
    row = rows[best]._replace(severity=severest.severity, weight=severest.weight)
    return Moment(row, tuple(dict.fromkeys(rows[number].source for number in numbers)), numbers)


def precision(row: TimelineRow) -> tuple[bool, int]:
    """Return how much a row tells: with a fraction of the second, then by length."""
    return row.time is not None and row.time.microsecond > 0, len(row.text)
