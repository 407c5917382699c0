"""Folds failed executions that repeat, and finds what was said around one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ha_report.model import Evidence, FailedOperation
from reports.shape import Repeat, TimelineRow
from reports.words import message_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEAR = timedelta(seconds=10)  # an agent complains within its operation, and that seldom takes longer to say
SECOND = timedelta(seconds=1)  # a failure may be known from a source that has no fractions
MOST_LINES = 4
RESULT = "operation-result"


def fold(failed_operations: Iterable[FailedOperation]) -> tuple[Repeat, ...]:
    """Return one row for each node, resource, operation and result, in order of their first failure.

    A monitor that fails every ten seconds for an hour is one fact, not 360.
    """
    groups: dict[tuple[object, ...], list[FailedOperation]] = {}
    for failed in failed_operations:
        key = (failed.node, failed.resource, failed.operation, failed.interval_ms, failed.rc, failed.status)
        groups.setdefault(key, []).append(failed)
    return tuple(repeat_of(group) for group in groups.values())


def repeat_of(group: list[FailedOperation]) -> Repeat:
    """Return the row of failures that have all but time, call and exit reason in common."""
    times = [failed.time for failed in group if failed.time]
    return Repeat(
        first=group[0],
        count=len(group),
        last_time=max(times, default=None),
        exit_reasons=tuple(dict.fromkeys(failed.exit_reason for failed in group if failed.exit_reason)),
        sources=tuple(dict.fromkeys(source for failed in group for source in failed.sources)),
    )


def lines_about(failed: FailedOperation, timeline: Sequence[TimelineRow]) -> tuple[Evidence, ...]:
    """Return what the agent complained of, then the lines that tell of the failure, the cluster's own result last.

    Where no rule knows the cause, these lines are the best answer there is.
    """
    wanted = set(failed.sources)
    said: dict[str, TimelineRow] = {}  # a line is often in several logs: the longest telling stays
    for row in timeline:
        if row.source in wanted or complains(row, failed):
            known = said.get(message_of(row.text), row)
            said[message_of(row.text)] = max(known, row, key=lambda row: len(row.text))
    rows = sorted(said.values(), key=nearness_to_cause)
    results = [row for row in rows if row.kind == RESULT][:1]
    rows = [*[row for row in rows if row.kind != RESULT][: MOST_LINES - len(results)], *results]
    return tuple(Evidence(row.source.file, row.source.line, row.text) for row in rows)


def nearness_to_cause(row: TimelineRow) -> int:
    """Return 0 for what the agent said, who knows why; 1 for what the cluster made of it."""
    return 0 if row.kind.startswith("agent") else 1


def complains(row: TimelineRow, failed: FailedOperation) -> bool:
    """Return whether the row is an error about the same resource on the same node, shortly before the failure."""
    if row.severity != "error" or row.resource != failed.resource or row.node != failed.node:
        return False
    return row.time is not None and failed.time is not None and -SECOND <= failed.time - row.time <= NEAR
