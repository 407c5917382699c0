"""Gives the agents' own lines to the operations that they belong to.

An agent logs with its own pid, which the executor names when it starts the agent ("rsc:r_ip start[4] (pid 212)",
"r_ip start (call 6, PID 158) exited"); cluster-glue up to 1.0.8 names none, so there the operation of a resource of
that agent counts that was started last.  From resource-agents 3.9.6 on the line names its resource: "IPaddr2(r_ip)[158]".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ha_report.model import Event, Source

_SECOND = 1_000_000
_LONGEST = 3600 * _SECOND  # pids come round again


class _Run(NamedTuple):
    time_us: int
    resource: str
    operation: str | None
    interval_ms: int | None
    call: int | None
    source: Source


def attributed(events: Sequence[Event], agents: Mapping[str, str]) -> list[Event]:
    """Return the events, those of agents with resource, operation and call where these can be told.

    `agents` gives the agent of a resource, such as "ocf:heartbeat:IPaddr2".
    """
    by_pid, by_agent = _runs(events, agents)
    return [
        _with_operation(event, by_pid, by_agent) if event.kind == "agent-error" and event.time_us is not None else event
        for event in events
    ]


_Runs = dict[tuple[str | None, str], list[_Run]]


def _runs(events: Sequence[Event], agents: Mapping[str, str]) -> tuple[_Runs, _Runs]:
    """Return the operations that were run, by node and pid, and by node and agent, each in order of time."""
    by_pid: _Runs = defaultdict(list)
    by_agent: _Runs = defaultdict(list)
    for event in events:
        if (
            event.kind not in ("operation-started", "operation-ended")
            or event.time_us is None
            or event.resource is None
        ):
            continue
        run = _Run(
            event.time_us,
            event.resource,
            event.operation,
            event.interval_ms,
            event.call,
            Source(event.file, event.line),
        )
        if event.value is not None:
            by_pid[event.node, event.value].append(run)
        if event.kind == "operation-started" and event.resource in agents:
            by_agent[event.node, agents[event.resource].rpartition(":")[2]].append(run)
    for runs in (*by_pid.values(), *by_agent.values()):
        runs.sort(key=lambda run: run.time_us)
    return by_pid, by_agent


def _with_operation(event: Event, by_pid: _Runs, by_agent: _Runs) -> Event:
    time_us = event.time_us or 0
    run = _nearest(by_pid.get((event.node, str(event.pid)), []), time_us)
    if run is None and event.program is not None and event.resource is None:
        run = _started_last(by_agent.get((event.node, event.program), []), event)
    if run is None or event.resource not in (None, run.resource):
        return event
    return event._replace(
        resource=run.resource, operation=run.operation, interval_ms=run.interval_ms, call=event.call or run.call
    )


def _nearest(runs: list[_Run], time_us: int) -> _Run | None:
    """Return the run with the event's pid that is nearest in time: the executor names it at its start or its end."""
    near = [run for run in runs if abs(run.time_us - time_us) <= _LONGEST]
    return min(near, key=lambda run: abs(run.time_us - time_us), default=None)


def _started_last(runs: list[_Run], event: Event) -> _Run | None:
    """Return the run that was started last before the event: by the order of lines in one file, else by time."""
    time_us = event.time_us or 0
    near = [run for run in runs if abs(run.time_us - time_us) <= _LONGEST]
    before = [run for run in near if run.source.file == event.file and run.source.line < event.line]
    if before:
        return max(before, key=lambda run: run.source.line)
    return max((run for run in near if run.time_us <= time_us), key=lambda run: run.time_us, default=None)
