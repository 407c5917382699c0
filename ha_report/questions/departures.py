"""Nodes that went away: shut down in order, lost at once, or only cut off.

What tells them apart: a shutdown is asked for, and the node's own log says that it stops; a node that was
cut off goes on writing its log and loses the others in its turn; one that crashed writes no more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ha_report.model import Event
from ha_report.questions.knowledge import SECOND, ByIdentity, between, events_of, told_once

if TYPE_CHECKING:
    from ha_report.incident import Incident

_GONE = ("lost", "dead")
_THERE = ("member", "active", "up")
_TOGETHER = 60 * SECOND  # what several nodes and daemons say of one departure
_LONGEST_SHUTDOWN = 1200 * SECOND  # shutdown-escalation
_SHUT = 90 * SECOND  # Heartbeat calls a node dead a deadtime after its shutdown
_ALIVE = 3 * SECOND
_RECENT = 10 * SECOND
_NODE_ID = re.compile(r"\bnodeid=([1-9]\d*)")


@dataclass(frozen=True)
class Departure:
    """One node that went away once."""

    node: str
    time_us: int
    kind: str  # "shutdown", "cut off", "fenced", "lost"
    told: tuple[Event, ...]  # that it went
    proof: tuple[Event, ...]  # of what kind of going it was
    back_us: int | None  # when it was seen again

    @property
    def ended(self) -> bool:
        """Say whether the node stopped running its resources."""
        return self.kind != "cut off"


def departures(incident: Incident) -> tuple[Departure, ...]:
    """Return the nodes that went away, in order of time."""
    return _departures(ByIdentity(incident))


@lru_cache(maxsize=2)
def _departures(same: ByIdentity) -> tuple[Departure, ...]:
    incident = same.incident
    found = [_departure(incident, told, back) for told, back in _goings(incident)]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.time_us))


def _goings(incident: Incident) -> Iterator[tuple[list[Event], int | None]]:
    """Yield for each time a node went what tells of it, and when it was seen again."""
    by_node: dict[str, list[Event]] = defaultdict(list)
    for event in told_once(events_of(incident, "node-state")):
        if event.node and event.node != event.writer and event.time_us is not None and "remote_cache" not in event.text:
            by_node[event.node].append(event)
    for events in by_node.values():
        told: list[Event] = []
        for event in events:
            if event.value in _GONE and "previous=unknown" not in event.text:
                if told and (event.time_us or 0) - (told[0].time_us or 0) > _LONGEST_SHUTDOWN:
                    yield told, None
                    told = []
                told.append(event)
            elif event.value in _THERE and told and (event.time_us or 0) - (told[-1].time_us or 0) > SECOND:
                yield told, event.time_us
                told = []
        if told:
            yield told, None


def _departure(incident: Incident, told: list[Event], back_us: int | None) -> Departure | None:
    node, time_us = told[0].node, told[0].time_us
    if node is None or time_us is None:
        return None
    asked = _shutdown(incident, node, time_us)
    if asked:
        return Departure(node, time_us, "shutdown", tuple(told), tuple(asked), back_us)
    if _left_remotely(incident, told):
        return Departure(node, time_us, "shutdown", tuple(told), tuple(told[:1]), back_us)
    apart = _alive(incident, node, time_us, back_us)
    if apart:
        return Departure(node, time_us, "cut off", tuple(told), tuple(apart), back_us)
    fenced = _fenced_alive(incident, node, time_us)
    if fenced:
        return Departure(node, time_us, "fenced", tuple(told), tuple(fenced), back_us)
    return Departure(node, time_us, "lost", tuple(told), tuple(_unclean(incident, told, time_us)), back_us)


def _shutdown(incident: Incident, node: str, time_us: int) -> list[Event]:
    """Return what tells that the node was shut down in order, since it last started."""
    begin, end = time_us - _LONGEST_SHUTDOWN, time_us + _SHUT
    started = [
        one.time_us
        for one in between(events_of(incident, "stack-started"), begin, time_us)
        if one.writer == node and one.time_us is not None
    ]
    begin = max([begin, *started])
    own = [
        one for one in between(events_of(incident, "stack-stopping", "stack-stopped"), begin, end) if one.writer == node
    ]
    asked = [
        one
        for one in between(
            events_of(incident, "node-shutdown-requested", "node-shutdown-planned"), begin, time_us + _ALIVE
        )
        if node in (one.node, one.writer) and (one.node == node or one.kind == "node-shutdown-requested")
    ]
    status = [
        one
        for one in between(events_of(incident, "online-status", "attribute-changed"), begin, time_us + _ALIVE)
        if one.node == node
        and (one.value == "shutting down" or (one.reason == "shutdown" and one.value not in (None, "0")))
    ]
    if own and not _restarted_between(incident, node, own[0].time_us or 0, time_us):
        return told_once([*own, *asked, *status])
    return told_once([*asked, *status]) if asked or status else []


def _left_remotely(incident: Incident, told: list[Event]) -> bool:
    """Say whether this is a Pacemaker Remote node whose connection was merely stopped: nobody lost it."""
    if not any("remote_node_down" in one.text or "nodeid=0 " in one.text for one in told):
        return False
    time_us = told[0].time_us or 0
    trouble = events_of(incident, "remote-node-lost", "fencing-requested", "fencing-scheduled")
    return not any(one.node == told[0].node for one in between(trouble, time_us - 2 * _TOGETHER, time_us + _TOGETHER))


def _restarted_between(incident: Incident, node: str, begin_us: int, end_us: int) -> bool:
    return any(
        one.writer == node for one in between(events_of(incident, "stack-started"), begin_us + SECOND, end_us - SECOND)
    )


def _alive(incident: Incident, node: str, time_us: int, back_us: int | None) -> list[Event]:
    """Return what tells that the node went on without the others: it lost them in its turn, or came back as it was."""
    end = time_us + _TOGETHER if back_us is None else back_us + _TOGETHER
    lost = [
        one
        for one in between(events_of(incident, "node-state"), time_us - _TOGETHER, end)
        if one.writer == node and one.node != node and one.value in _GONE
    ]
    returned = [
        one
        for one in between(events_of(incident, "node-returned", "second-dc", "late-heartbeat"), time_us, end)
        if one.node == node or (one.kind == "second-dc" and one.writer == node)
    ]
    return told_once([*lost, *returned])


def _fenced_alive(incident: Incident, node: str, time_us: int) -> list[Event]:
    """Return what tells that the node was a member until it was fenced."""
    if any(one.node == node for one in between(events_of(incident, "remote-node-lost"), time_us - _TOGETHER, time_us)):
        return []
    before = between(events_of(incident, "fencing-scheduled", "fencing-requested"), time_us - _TOGETHER, time_us - 1)
    return told_once([one for one in before if one.node == node])


def _unclean(incident: Incident, told: list[Event], time_us: int) -> list[Event]:
    """Return what tells that a node went without a word; corosync names nodes by their id, and several may go at once."""
    near = between(
        events_of(incident, "node-left-unclean", "token-lost", "remote-node-lost"), time_us - _RECENT, time_us + _RECENT
    )
    ids = {found[1] for event in told if (found := _NODE_ID.search(event.text))}
    own = [event for event in near if not ids or not (failed := _failed_ids(event)) or ids & failed]
    return sorted(told_once(own), key=lambda one: one.kind == "token-lost")


def _failed_ids(event: Event) -> set[str]:
    return set(event.text.partition("failed: ")[2].split()) if event.kind == "node-left-unclean" else set()
