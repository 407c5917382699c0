"""Where each resource ran and when, how long it ran nowhere, and how long it ran twice.

Times come from results of operations; where no log tells any, from snapshots, which show a state and not
when it began.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ha_report.executions import base_name
from ha_report.model import Event, OcfRc, Source
from ha_report.questions.departures import departures
from ha_report.questions.fencings import fencings
from ha_report.questions.knowledge import ByIdentity, agent_of, configurations, events_of, instant, told_once

if TYPE_CHECKING:
    from ha_report.incident import Incident

_RUNNING = ("Started", "Promoted", "Unpromoted", "Master", "Slave")
_MANY = ("clone", "master", "bundle")
_ROLES = {"Master": "Promoted", "Slave": "Unpromoted"}


@dataclass(frozen=True)
class Stay:
    """A time that a resource spent on a node in one role."""

    resource: str
    node: str
    role: str  # "Started", "Promoted", "Unpromoted"
    begin_us: int
    end_us: int | None  # None: it still ran there when the logs end
    source: Source  # what tells that it began

    @property
    def begin(self) -> datetime | None:
        """Return when it began."""
        return instant(self.begin_us)

    @property
    def end(self) -> datetime | None:
        """Return when it ended; None where it had not."""
        return instant(self.end_us)


class Gap(NamedTuple):
    """A time that a resource ran nowhere."""

    resource: str
    begin_us: int
    end_us: int | None  # None: it had not come back when the logs end
    ended_by: Source | None

    @property
    def begin(self) -> datetime | None:
        """Return when it stopped running."""
        return instant(self.begin_us)

    @property
    def end(self) -> datetime | None:
        """Return when it ran again; None where it did not."""
        return instant(self.end_us)


def stopped_everywhere(incident: Incident) -> list[str]:
    """Return the resources that the last state shows stopped, no instance of them in another role."""
    names = dict.fromkeys(base_name(one.id) for one in incident.resources if one.role == "Stopped")
    runs = {base_name(one.id) for one in incident.resources if one.role not in ("Stopped", None)}
    return [name for name in names if name not in runs]


def placement(incident: Incident) -> tuple[Stay, ...]:
    """Return where resources ran, in order of time, as logs tell; where they tell nothing, as snapshots do."""
    return _placement(ByIdentity(incident))


@lru_cache(maxsize=2)
def _placement(same: ByIdentity) -> tuple[Stay, ...]:
    stays = list(_logged(same))
    told = {stay.resource for stay in stays}
    stays += [stay for stay in _from_snapshots(same.incident) if stay.resource not in told]
    return tuple(sorted(stays, key=lambda stay: (stay.begin_us, stay.resource, stay.node)))


@lru_cache(maxsize=2)
def _logged(same: ByIdentity) -> tuple[Stay, ...]:
    return tuple(_from_logs(same.incident))


def _from_logs(incident: Incident) -> Iterator[Stay]:
    done: list[Stay] = []
    current: dict[tuple[str, str], Stay] = {}
    for time_us, change in _changes(incident):
        if isinstance(change, str):  # a node that is gone
            there = [place for place in current if place[1] == change]
            done.extend(replace(current.pop(place), end_us=time_us) for place in there)
        else:
            _apply(change, time_us, current, done)
    yield from done
    yield from current.values()


def _changes(incident: Incident) -> list[tuple[int, Event | str]]:
    """Return results of operations, and the names of nodes that went, in order of time."""
    results = [event for event in told_once(events_of(incident, "operation-result")) if event.time_us is not None]
    found: list[tuple[int, Event | str]] = [(event.time_us, event) for event in results if event.time_us is not None]
    found += [(gone.time_us, gone.node) for gone in departures(incident) if gone.ended]
    found += [(one.end_us, one.node) for one in fencings(incident) if one.done]
    started = told_once(events_of(incident, "stack-started"))
    found += [(one.time_us, one.writer) for one in started if one.time_us is not None and one.writer]
    return sorted(found, key=lambda change: change[0])


def _apply(event: Event, time_us: int, current: dict[tuple[str, str], Stay], done: list[Stay]) -> None:
    if event.resource is None or event.node is None:
        return
    place = base_name(event.resource), event.node
    role = _role_after(event, current.get(place))
    running = current.get(place)
    if role is None or (running is not None and running.role == role):
        return
    if running is not None:
        done.append(replace(current.pop(place), end_us=time_us))
    if role != "Stopped":
        current[place] = Stay(*place, role, time_us, None, Source(event.file, event.line))


def _role_after(event: Event, running: Stay | None) -> str | None:
    """Return the role of an instance once this result is there; None where it tells nothing of it."""
    operation, rc = event.operation, event.rc
    if operation == "monitor" and rc == OcfRc.NOT_RUNNING:
        return "Stopped"
    if operation == "monitor" and rc == OcfRc.RUNNING_PROMOTED:
        return "Promoted"
    if operation == "monitor" and rc == OcfRc.OK:
        return running.role if running is not None else "Started"
    if rc != OcfRc.OK:
        return None
    roles = {"start": "Started", "migrate_from": "Started", "promote": "Promoted", "demote": "Unpromoted"}
    return "Stopped" if operation in ("stop", "migrate_to") else roles.get(operation or "")


def _from_snapshots(incident: Incident) -> Iterator[Stay]:
    """Yield a stay for each place that snapshots in a row show: from the first to the last that does."""
    seen: dict[str, list[Stay]] = defaultdict(list)
    shown = [one for one in incident.snapshots if one.time_us is not None and one.resources and one.format != "cib"]
    for snapshot in shown:
        for state in snapshot.resources:
            if state.role not in _RUNNING or state.node is None or snapshot.time_us is None:
                continue
            own = seen[base_name(state.id)]
            role = _ROLES.get(state.role, state.role)
            if own and (own[-1].node, own[-1].role) == (state.node, role):
                own[-1] = replace(own[-1], end_us=snapshot.time_us)
            else:
                source = Source(snapshot.file, 1)
                own.append(Stay(base_name(state.id), state.node, role, snapshot.time_us, snapshot.time_us, source))
    yield from (stay for stays in seen.values() for stay in stays)


def seen_elsewhere(incident: Incident) -> tuple[tuple[Stay, Stay], ...]:
    """Return pairs of stays on different nodes that snapshots show one after the other, where no log tells of the move."""
    many = runs_many(incident)
    told = {stay.resource for stay in _logged(ByIdentity(incident))}
    seen: dict[str, list[Stay]] = defaultdict(list)
    for stay in placement(incident):
        if stay.resource not in told and stay.resource not in many:
            seen[stay.resource].append(stay)
    return tuple(pair for stays in seen.values() for pair in pairwise(stays) if pair[0].node != pair[1].node)


def runs_many(incident: Incident) -> frozenset[str]:
    """Return the resources that may run on several nodes at once: what a clone or bundle holds."""
    return _many(ByIdentity(incident))


@lru_cache(maxsize=2)
def _many(same: ByIdentity) -> frozenset[str]:
    many: set[str] = set()
    for configuration in configurations(same.incident):
        held = {one.id: one.children for one in configuration.resources}
        waiting = [name for one in configuration.resources if one.kind in _MANY for name in one.children]
        while waiting:
            name = waiting.pop()
            waiting += held.get(name, ()) if name not in many else ()
            many.add(name)
    many |= {base_name(one.id) for one in same.incident.resources if base_name(one.id) != one.id}
    return frozenset(many)


def downtime(incident: Incident) -> tuple[Gap, ...]:
    """Return the times that a resource ran nowhere, after it had run; clones are left out."""
    return _downtime(ByIdentity(incident))


@lru_cache(maxsize=2)
def _downtime(same: ByIdentity) -> tuple[Gap, ...]:
    found = [gap for own in _alone(same).values() for gap in _gaps(own) if _serves(same.incident, gap.resource)]
    return tuple(sorted(found, key=lambda gap: gap.begin_us))


def _alone(same: ByIdentity) -> dict[str, list[Stay]]:
    """Return the stays of each resource that runs on one node at a time, in order."""
    many = runs_many(same.incident)
    stays: dict[str, list[Stay]] = defaultdict(list)
    for stay in sorted(_logged(same), key=lambda stay: stay.begin_us):
        if stay.resource not in many:
            stays[stay.resource].append(stay)
    return stays


def _serves(incident: Incident, resource: str) -> bool:
    """Say whether anybody misses it: fence devices and connections to remote nodes serve the cluster alone."""
    agent = agent_of(incident, resource) or ""
    return not agent.startswith("stonith:") and agent != "ocf:pacemaker:remote"


def _gaps(stays: list[Stay]) -> Iterator[Gap]:
    end = stays[0].end_us
    for stay in stays[1:]:
        if end is not None and stay.begin_us > end:
            yield Gap(stay.resource, end, stay.begin_us, stay.source)
        if end is not None:
            end = None if stay.end_us is None else max(end, stay.end_us)
    if end is not None:
        yield Gap(stays[0].resource, end, None, None)


def doubles(incident: Incident) -> tuple[tuple[Stay, Stay], ...]:
    """Return pairs of stays of one resource on two nodes at once; clones are left out."""
    return _doubles(ByIdentity(incident))


@lru_cache(maxsize=2)
def _doubles(same: ByIdentity) -> tuple[tuple[Stay, Stay], ...]:
    served = [own for name, own in _alone(same).items() if _serves(same.incident, name)]
    return tuple(pair for own in served for pair in _overlapping(own))


def _overlapping(stays: list[Stay]) -> Iterator[tuple[Stay, Stay]]:
    """Yield those of `stays`, which are in order, that began on another node before one had ended."""
    open_stays: list[Stay] = []
    for stay in stays:
        open_stays = [one for one in open_stays if one.end_us is None or one.end_us > stay.begin_us]
        yield from ((one, stay) for one in open_stays if one.node != stay.node)
        open_stays.append(stay)
