"""Brings the tellings of failed operations together: one failed operation for each failed execution.

One failure is told by the node that ran the operation, by the DC, by the scheduler at every transition from
then on, in two or three logs each, by every crm_mon and CIB taken later.  What is the same execution: the
same node, resource, operation, interval and call; and where a telling has no call, the nearest in time.
Call numbers begin again when a node's cluster starts, so that equal calls far apart in time are two executions.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from ha_report.executions.execution import (
    RANK,
    SAME,
    SECOND,
    ByFailure,
    Execution,
    Nearby,
    base_name,
    farthest,
)
from ha_report.model import COMPLETE, Event, FailedOperation, OcfRc, OperationRecord, Source

__all__ = ["SECOND", "Signs", "base_name", "failed_operations", "signs_of"]

_T = TypeVar("_T")


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
        started = _any_from(self.starts.get(where, []), since_us, told - SAME - 1)
        return started and _any_from(self.recoveries.get(where, []), told - SAME, told + SAME)

    def in_order(self) -> Signs:
        """Return the same with all times in order."""
        return Signs(
            *({where: sorted(times) for where, times in told.items()} for told in (self.starts, self.recoveries))
        )


def _any_from(times: list[int], first: int, last: int) -> bool:
    """Say whether any of `times`, which are in order, is from `first` to `last`."""
    place = bisect_left(times, first)
    return place < len(times) and times[place] <= last


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


def failed_operations(
    records: Iterable[OperationRecord], agents: Mapping[str, str], signs: Signs | None = None
) -> list[FailedOperation]:
    """Return one failed operation for each failed execution that `records` tell of, in order of time.

    `agents` gives the agent of a resource.  Those without a time come last.
    """
    signs = (signs or Signs()).in_order()
    found = [
        _failed_operation(execution, agents)
        for group in _groups(records)
        for execution in _executions(group, signs)
        if any(record.teller != "agent" for record in execution.records)
    ]
    return sorted(found, key=lambda operation: (operation.time is None, operation.time, operation.resource))


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
    times = {node: sorted(own.time_us for own in records if own.time_us is not None) for node, records in nodes.items()}
    for record in nowhere:
        apart = {node: _distance(record.time_us, told) for node, told in times.items()}
        known = {node: distance for node, distance in apart.items() if distance is not None}
        node = min(known, key=lambda node: known[node]) if known else next(iter(nodes))
        nodes[node].append(record)
        if record.time_us is not None:
            insort(times[node], record.time_us)


def _distance(time_us: int | None, told: list[int]) -> int | None:
    """Return how far a time is from the nearest of `told`, which are in order."""
    if time_us is None or not told:
        return None
    after = bisect_left(told, time_us)
    return min(abs(time_us - near) for near in told[max(after - 1, 0) : after + 1])


class _Group:
    """Parts the records of one node, resource and operation into executions."""

    def __init__(self, records: list[OperationRecord], signs: Signs) -> None:
        self.executions: list[Execution] = []
        self._signs = signs
        reach_us, with_call_us = farthest(records)
        self._all = Nearby(reach_us)
        self._by_call: dict[int, Nearby] = defaultdict(lambda: Nearby(with_call_us))
        self._by_failure = ByFailure()

    def add_call(self, record: OperationRecord, call: int) -> None:
        """Add a record with a call to the execution with that call that is nearest, or begin a new one."""
        self._add(record, self._by_call[call].nearest(record) or self._new())

    def add_other(self, record: OperationRecord) -> None:
        """Add a record without a call to the nearest execution, or begin a new one."""
        self._add(record, self._all.nearest(record) or self._new())

    def add_repeat(self, record: OperationRecord) -> None:
        """Add a scheduler's line, which repeats the last failure at each transition, to that failure."""
        latest = self._by_failure.latest(record)
        if latest is None or self._signs.failed_again(record, latest.time_us):
            latest = self._new()
        self._add(record, latest)

    def add_reason(self, record: OperationRecord) -> None:
        """Add what the agent printed to the execution that it belongs to; alone it proves no failure."""
        best = self._all.nearest(record)
        if best is not None:
            self._add(record, best)

    def _new(self) -> Execution:
        self.executions.append(Execution(len(self.executions)))
        return self.executions[-1]

    def _add(self, record: OperationRecord, execution: Execution) -> None:
        execution.add(record)
        self._all.add(execution, record)
        if execution.call is not None:
            self._by_call[execution.call].add(execution, record)
        self._by_failure.place(execution)


def _executions(records: list[OperationRecord], signs: Signs) -> list[Execution]:
    """Part one group into executions: the records with a call first, then the others beside them."""
    group = _Group(records, signs)
    order = sorted(
        records, key=lambda record: (RANK[record.teller], record.time_us is None, record.time_us or 0, record.source)
    )
    for record in order:
        if record.teller != "agent" and record.call is not None:
            group.add_call(record, record.call)
    for record in order:
        if record.teller != "agent" and record.call is None:
            (group.add_repeat if record.moment == "told" else group.add_other)(record)
    for record in order:
        if record.teller == "agent":
            group.add_reason(record)
    return group.executions


def _failed_operation(execution: Execution, agents: Mapping[str, str]) -> FailedOperation:
    records = sorted(execution.records, key=lambda record: RANK[record.teller])
    best = records[0]
    time_us = execution.time_us
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
    return sorted(records, key=lambda record: (RANK[record.teller], record.time_us or 0, record.source))
