"""Brings the tellings of failed operations together: one failed operation for each failed execution.

One failure is told by the node that ran the operation, by the DC, by the scheduler at every transition from
then on, in two or three logs each, by every crm_mon and CIB taken later.  What is the same execution: the
same node, resource, operation, interval and call; and where a telling has no call, the nearest in time.
Call numbers begin again when a node's cluster starts, so that equal calls far apart in time are two executions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from ha_report.model import COMPLETE, TIMED_OUT, Event, FailedOperation, OcfRc, OperationRecord, Source

_T = TypeVar("_T")

SECOND = 1_000_000
_SAME = SECOND  # two times of one thing, one of them in whole seconds
_NEAR = 5 * SECOND  # syslog and detail log, or two daemons, tell of one thing within this
_SNAPSHOT_LAG = 120 * SECOND  # a snapshot gives the start of an operation, in whole seconds; the log its end
_UNKNOWN_TIMEOUT = 1200 * SECOND  # how long a timed out operation may have run when nothing tells
_QUARTER = 900 * SECOND  # a zone that is not known puts tellings whole quarters of an hour apart
_FARTHEST_ZONE = 15 * 3600 * SECOND

# Whose word counts, field by field: the one that ran the operation first.
_RANK = {"controller": 0, "cib": 1, "crm_mon": 2, "transition": 3, "executor": 4, "scheduler": 5, "agent": 6}
_SNAPSHOTS = {"cib", "crm_mon"}


@dataclass
class Signs:
    """What events tell of failures that no record tells apart, by node and resource (without instance number).

    A resource that was started after its failure, and that the scheduler then wants to recover, failed again.
    """

    starts: dict[tuple[str | None, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    recoveries: dict[tuple[str | None, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def failed_again(self, record: OperationRecord, since_us: int | None) -> bool:
        """Say whether what a scheduler's `record` repeats is a failure later than the one at `since_us`."""
        if record.time_us is None or since_us is None:
            return False
        told, where = record.time_us, (record.node, base_name(record.resource))
        started = any(since_us <= start < told - _SAME for start in self.starts.get(where, ()))
        return started and any(abs(told - planned) <= _SAME for planned in self.recoveries.get(where, ()))


def signs_of(events: Iterable[Event]) -> Signs:
    """Return what `events` tell of resources that were started, and of those to be recovered."""
    signs = Signs()
    for event in events:
        if event.resource is None or event.time_us is None:
            continue
        name = base_name(event.resource)
        if event.kind == "operation-result" and event.operation == "start" and event.rc == OcfRc.OK:
            signs.starts[event.node, name].append(event.time_us)
        elif event.kind == "action-planned" and event.operation == "Recover":
            nodes = (event.value or "").replace("Started", "").split()
            signs.recoveries[nodes[0] if nodes else None, name].append(event.time_us)
    return signs


@dataclass
class _Execution:
    """The records of what seems to be one execution."""

    records: list[OperationRecord] = field(default_factory=list)

    @property
    def call(self) -> int | None:
        return next((record.call for record in self.records if record.call is not None), None)

    def distance(self, record: OperationRecord) -> int | None:
        """Return how far `record` is in time from the nearest record here; None where that cannot be told."""
        apart = [
            abs(record.time_us - own.time_us)
            for own in self.records
            if record.time_us is not None and own.time_us is not None
        ]
        return min(apart, default=None)

    def allowance(self, record: OperationRecord) -> int:
        """Return how far apart the times of one execution may be told, here and by `record`."""
        moments = {own.moment for own in self.records} | {record.moment}
        if len(moments) == 1:
            return _NEAR
        ran = [own.exec_ms for own in (*self.records, record) if own.exec_ms is not None]
        if ran:
            return _SNAPSHOT_LAG + max(ran) * 1000
        timed_out = any(own.status == TIMED_OUT for own in (*self.records, record))
        return _UNKNOWN_TIMEOUT if timed_out else _SNAPSHOT_LAG

    def agrees(self, record: OperationRecord) -> bool:
        """Say whether nothing that both tell is different."""
        for own in self.records:
            if None not in (own.call, record.call) and own.call != record.call:
                return False
            if None not in (own.interval_ms, record.interval_ms) and own.interval_ms != record.interval_ms:
                return False
            both_complete = own.status == record.status == COMPLETE
            if both_complete and None not in (own.rc, record.rc) and own.rc != record.rc:
                return False
            if _told_as_another(own, record):
                return False
        return True


def _told_as_another(one: OperationRecord, other: OperationRecord) -> bool:
    """Say whether one teller spoke of two failures: it tells each once, or gives it the same time each time."""
    if one.teller != other.teller or one.moment != other.moment or one.moment == "told" or one.teller == "agent":
        return False
    if one.moment == "end" and one.source.file != other.source.file:
        return False
    return one.time_us is not None and other.time_us is not None and abs(one.time_us - other.time_us) > _SAME


def failed_operations(
    records: Iterable[OperationRecord], agents: Mapping[str, str], signs: Signs | None = None
) -> list[FailedOperation]:
    """Return one failed operation for each failed execution that `records` tell of, in order of time.

    `agents` gives the agent of a resource.  Those without a time come last.
    """
    signs = signs or Signs()
    found = [
        _failed_operation(execution, agents)
        for group in _groups(records)
        for execution in _executions(group, signs)
        if any(record.teller != "agent" for record in execution.records)
    ]
    return sorted(found, key=lambda operation: (operation.time is None, operation.time, operation.resource))


def base_name(resource: str) -> str:
    """Return the name without the instance number: the scheduler writes "p_state:0" where the controller has "p_state"."""
    name, colon, number = resource.rpartition(":")
    return name if colon and number.isdigit() else resource


def _groups(records: Iterable[OperationRecord]) -> Iterator[list[OperationRecord]]:
    """Yield the records of each node, resource and operation, whatever they tell of call and time.

    A record that names no node goes to the only node that others tell of, or to the one nearest in time.
    """
    groups: dict[tuple[str, str], dict[str | None, list[OperationRecord]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        groups[base_name(record.resource), record.operation][record.node].append(record)
    for nodes in groups.values():
        nowhere = nodes.pop(None, [])
        if len(nodes) == 1:
            nodes[next(iter(nodes))].extend(nowhere)
        elif not nodes:
            nodes[None] = nowhere
        else:
            _spread(nowhere, nodes)
        yield from nodes.values()


def _spread(nowhere: list[OperationRecord], nodes: dict[str | None, list[OperationRecord]]) -> None:
    """Give each record without a node to the node whose records are nearest to it in time."""
    for record in nowhere:
        apart = {node: _Execution(own).distance(record) for node, own in nodes.items()}
        known = {node: distance for node, distance in apart.items() if distance is not None}
        nodes[min(known, key=lambda node: known[node]) if known else next(iter(nodes))].append(record)


def _executions(group: list[OperationRecord], signs: Signs) -> list[_Execution]:
    """Part one group into executions: the records with a call first, then the others beside them."""
    executions: list[_Execution] = []
    order = sorted(
        group, key=lambda record: (_RANK[record.teller], record.time_us is None, record.time_us or 0, record.source)
    )
    by_call: dict[int, list[_Execution]] = defaultdict(list)
    for record in order:
        if record.teller != "agent" and record.call is not None:
            own = _add(record, by_call[record.call], executions)
            if own not in by_call[record.call]:
                by_call[record.call].append(own)
    for record in order:
        if record.teller != "agent" and record.call is None:
            if record.moment == "told":
                _add_repeat(record, executions, signs)
            else:
                _add(record, executions, executions)
    for record in order:
        if record.teller == "agent":
            _add_reason(record, executions)
    return executions


def _add(record: OperationRecord, candidates: list[_Execution], executions: list[_Execution]) -> _Execution:
    """Add `record` to the nearest of `candidates` that can be the same execution, or begin a new one."""
    best = _nearest(record, candidates)
    if best is None:
        best = _Execution()
        executions.append(best)
    best.records.append(record)
    return best


def _add_reason(record: OperationRecord, executions: list[_Execution]) -> None:
    """Add what the agent printed to the execution that it belongs to; alone it proves no failure."""
    best = _nearest(record, executions)
    if best is not None:
        best.records.append(record)


def _nearest(record: OperationRecord, candidates: list[_Execution]) -> _Execution | None:
    """Return the execution nearest in time that `record` can tell of; one without times when no other fits."""
    best: _Execution | None = None
    least: int | None = None
    for execution in candidates:
        if not _same_instance(record, execution) or not execution.agrees(record):
            continue
        apart = execution.distance(record)
        if apart is None:
            best = best or execution
        elif (apart <= execution.allowance(record) or _other_zone(apart, execution, record)) and (
            least is None or apart < least
        ):
            best, least = execution, apart
    return best


def _add_repeat(record: OperationRecord, executions: list[_Execution], signs: Signs) -> None:
    """Add a scheduler's line, which repeats the last failure at each transition, to that failure."""
    before = [
        execution
        for execution in executions
        if execution.agrees(record) and _same_instance(record, execution) and _not_after(execution, record)
    ]
    latest = max(before, key=lambda execution: _time_of(execution) or 0, default=None)
    if latest is None or signs.failed_again(record, _time_of(latest)):
        executions.append(_Execution([record]))
    else:
        latest.records.append(record)


def _not_after(execution: _Execution, record: OperationRecord) -> bool:
    began = _time_of(execution)
    return began is None or record.time_us is None or began <= record.time_us + _NEAR


def _same_instance(record: OperationRecord, execution: _Execution) -> bool:
    """Say whether the names can mean one instance: equal, or one of them without a number."""
    names = {own.resource for own in execution.records} | {record.resource}
    return len(names) == 1 or base_name(record.resource) in names


def _other_zone(apart: int, execution: _Execution, record: OperationRecord) -> bool:
    """Say whether a snapshot's instant and a log's time on the wall are one, told in zones that differ."""
    kinds = {own.teller in _SNAPSHOTS for own in execution.records} | {record.teller in _SNAPSHOTS}
    if len(kinds) == 1 or record.call is None or execution.call is None:
        return False
    rest = min(apart % _QUARTER, _QUARTER - apart % _QUARTER)
    return apart <= _FARTHEST_ZONE and rest <= 10 * SECOND


def _time_of(execution: _Execution) -> int | None:
    """Return when the operation failed, as its best teller says."""
    timed = [record for record in execution.records if record.time_us is not None and record.teller != "agent"]
    if not timed:
        return None
    return min(timed, key=lambda record: (_RANK[record.teller], record.time_us or 0)).time_us


def _failed_operation(execution: _Execution, agents: Mapping[str, str]) -> FailedOperation:
    records = sorted(execution.records, key=lambda record: _RANK[record.teller])
    best = records[0]
    time_us = _time_of(execution)
    return FailedOperation(
        resource=best.resource,
        agent=agents.get(best.resource) or agents.get(base_name(best.resource)),
        operation=best.operation,
        interval_ms=_first(record.interval_ms for record in records),
        node=_first(record.node for record in records),
        call=execution.call,
        rc=_first(record.rc for record in records),
        rc_text=_first(record.rc_text for record in records),
        status=_status(records),
        exit_reason=_exit_reason(records),
        time=None if time_us is None else datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=time_us),
        sources=tuple(dict.fromkeys(Source(*record.source) for record in _in_order(records))),
    )


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)


def _status(records: list[OperationRecord]) -> str | None:
    """Return the status: that the agent did not finish, as anyone tells it, before what the rest imply."""
    told = [record.status for record in records if record.status is not None and record.teller != "agent"]
    return next((status for status in told if status != COMPLETE), told[0] if told else None)


def _exit_reason(records: list[OperationRecord]) -> str | None:
    """Return the exit reason; where only the agent's output has it, the last that it printed counts."""
    told = _first(record.exit_reason for record in records if record.teller != "agent")
    printed = [record for record in records if record.teller == "agent"]
    if told is None and printed:
        return max(printed, key=lambda record: (record.time_us or 0, record.source)).exit_reason
    return told


def _in_order(records: list[OperationRecord]) -> list[OperationRecord]:
    """Return the records so that the best proof comes first, then by time."""
    return sorted(records, key=lambda record: (_RANK[record.teller], record.time_us or 0, record.source))
