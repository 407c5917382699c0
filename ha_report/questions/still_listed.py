"""Failures that the last crm_mon still lists although their resource has long run well again on the same node.

Sources: `unpack_rsc_op_failure()` of the scheduler; Pacemaker Explained, failure-timeout: the last failure of each operation
stays in the status until a clean-up, or until failure-timeout has passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ha_report.model import Event, OcfRc, OperationRecord, Snapshot, Source
from ha_report.questions.failures import Failure, failures
from ha_report.questions.knowledge import END_OF_TIME, SECOND, best_file, between, resource_of, results_of, states_of

if TYPE_CHECKING:
    from ha_report.incident import Incident

_OLD = 600 * SECOND  # a failure that is younger is what the report is about
_TOGETHER = 120 * SECOND  # one collection asks all nodes within this time
_RUNS = ("Started", "Promoted", "Master", "Unpromoted", "Slave")
_OVER_ONCE_IT_RUNS = ("start", "monitor", "reload", "reload-agent")  # a failed stop need not be


@dataclass(frozen=True)
class Listed:
    """A failure that is listed still, and what tells that it is over."""

    failure: Failure
    shown: Source  # the line of the last crm_mon
    shown_us: int | None  # when it failed, as that line says
    since: Event | None  # the start that worked; None: crm_mon alone shows that it runs
    only_shown: bool  # no log tells of the failure


def still_listed(incident: Incident) -> Iterator[Listed]:
    """Yield the failures that are old and over, and that the last crm_mon lists all the same."""
    shown = {record.source: record for snapshot in _last(incident) for record in _old_ones(snapshot)}
    files = {snapshot.file for snapshot in incident.snapshots}
    for failure in failures(incident):
        place = min(failure.sources & shown.keys(), default=None)
        if place is None or not _runs(incident, failure):
            continue
        since = _started_again(incident, failure, shown[place].time_us or 0)
        if since is not None or _is_over(incident, failure):
            yield Listed(
                failure,
                place,
                shown[place].time_us,
                since,
                only_shown=all(one.file in files for one in failure.sources),
            )


def _last(incident: Incident) -> list[Snapshot]:
    """Return the outputs of crm_mon that were made last."""
    timed = [one for one in incident.snapshots if one.format.startswith("crm_mon") and one.time_us is not None]
    end = max((one.time_us or 0 for one in timed), default=0)
    return [one for one in timed if end - (one.time_us or 0) <= _TOGETHER]


def _old_ones(snapshot: Snapshot) -> Iterator[OperationRecord]:
    for record in snapshot.operations:
        if record.time_us is not None and (snapshot.time_us or 0) - record.time_us >= _OLD:
            yield record


def _runs(incident: Incident, failure: Failure) -> bool:
    """Say whether the resource is shown up and well where it failed; after a failed promote it has to be promoted."""
    roles = ("Promoted", "Master") if failure.operation == "promote" else _RUNS
    return any(
        one.role in roles and not one.failed and not one.blocked
        for one in states_of(incident, failure.resource)
        if one.node is not None and one.node == failure.node
    )


def _started_again(incident: Incident, failure: Failure, since_us: int) -> Event | None:
    worked = [
        one
        for one in between(results_of(incident, failure.resource), since_us + 1, END_OF_TIME - 1)
        if one.node == failure.node and one.operation == "start" and one.rc == OcfRc.OK
    ]
    return min(worked, key=lambda one: (best_file(one.file), one.time_us or 0), default=None)


def _is_over(incident: Incident, failure: Failure) -> bool:
    """Say whether a resource that runs shows that it was started anew: not where on-fail=ignore let it be."""
    resource = resource_of(incident, failure.resource)
    ignored = resource is not None and any(
        one.name == failure.operation and one.on_fail == "ignore" for one in resource.operations
    )
    return failure.operation in _OVER_ONCE_IT_RUNS and not ignored
