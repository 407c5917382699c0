"""Asks the incident: events of a kind, lines of an agent, a resource's parameters, a node's network.

Every answer comes with the place that tells it, so that a rule can quote it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from functools import lru_cache, reduce
from itertools import chain
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.facts import Configuration, ConfiguredResource
from ha_report.model import Event, Evidence, ResourceState, Source
from ha_report.phrase import Phrase

if TYPE_CHECKING:
    import pandas as pd

    from ha_report.incident import Incident

SECOND = 1_000_000
LONGEST = 4096  # characters of a text that rules look at: some expressions take a time that grows with its square
FEW = 100_000  # events that are taken out of their frame all at once: each column of each kind costs a look at it
END_OF_TIME = 1 << 62
# Where one thing is told in several files, the detail log tells most of it.
_BEST_FILES = ("pacemaker.log", "corosync.log", "ha-log", "messages", "syslog")


# Agents whose names in a log tell what they are; other writers of such lines may be daemons.
_KNOWN_WRITERS = (
    "IPaddr2",
    "IPaddr",
    "IPv6addr",
    "apache",
    "pgsql",
    "mysql",
    "Filesystem",
    "LVM",
    "LVM-activate",
    "VirtualDomain",
)
_TEXTS = ("reason", "value", "text")
MOST_LISTED = 100  # each makes a text that holds those before it: a crafted CIB names tens of thousands
_OF_RESOURCES = ("operation-result", "restart-prevented", "banned-by-failures", "cannot-run")


class ByIdentity:
    """An incident as a key: two are the same only if they are one object."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident

    def __hash__(self) -> int:
        return id(self.incident)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByIdentity) and other.incident is self.incident


class _EventsByKind(dict[tuple[str, ...], list[Event]]):
    """The events of kinds, in order of time, those without one last; made when first asked for."""

    def __init__(self, incident: Incident) -> None:
        super().__init__()
        self._frame = incident.events
        self._all = _plain_events(self._frame) if len(self._frame) <= FEW else None
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, event in enumerate(self._all or ()):
            self._places[event.kind].append(place)

    def __missing__(self, kinds: tuple[str, ...]) -> list[Event]:
        if self._all is not None:
            places = sorted(chain.from_iterable(self._places.get(kind, ()) for kind in set(kinds)))
            self[kinds] = [self._all[place] for place in places]
        else:
            self[kinds] = _plain_events(self._frame[self._frame["kind"].isin(kinds)])
        return self[kinds]


def _plain_events(rows: pd.DataFrame) -> list[Event]:
    columns = [_plain_values(rows, name) for name in Event._fields]
    return [Event(*values) for values in zip(*columns, strict=True)]


def _plain_values(rows: pd.DataFrame, name: str) -> list[object]:
    """Return a column as plain Python values, None where it tells nothing."""
    column = rows["time" if name == "time_us" else name]
    known = column.notna().tolist()
    values = (column.astype("int64") if name == "time_us" else column).tolist()
    if name in _TEXTS:
        return [value[:LONGEST] if there else None for value, there in zip(values, known, strict=True)]
    return [value if there else None for value, there in zip(values, known, strict=True)]


@lru_cache(maxsize=2)
def _by_kind(same: ByIdentity) -> _EventsByKind:
    return _EventsByKind(same.incident)


def events_of(incident: Incident, *kinds: str) -> list[Event]:
    """Return the events of `kinds` in order of time, those without one last."""
    return _by_kind(ByIdentity(incident))[kinds]


def written_by(incident: Incident, node: str) -> list[Event]:
    """Return what the node's own logs have of a few common kinds, in order of time."""
    return _written(ByIdentity(incident), node)


@lru_cache(maxsize=16)
def _written(same: ByIdentity, node: str) -> list[Event]:
    kinds = (
        "operation-result",
        "node-state",
        "controller-state",
        "transition-ended",
        "membership",
        "dc-set",
        "attribute-changed",
    )
    return [event for event in events_of(same.incident, *kinds) if event.writer == node]


def results_of(incident: Incident, resource: str) -> list[Event]:
    """Return the results of the operations of `resource`, a name without an instance number, in order of time."""
    return _of_resources(ByIdentity(incident)).get((resource, "operation-result"), [])


def told_of(incident: Incident, resources: Iterable[str], *kinds: str) -> list[Event]:
    """Return what lines of a few kinds tell of `resources`, names without an instance number, in order of time."""
    return _told_of(ByIdentity(incident), frozenset(resources), kinds)


@lru_cache(maxsize=256)
def _told_of(same: ByIdentity, resources: frozenset[str], kinds: tuple[str, ...]) -> list[Event]:
    every = _of_resources(same)
    found = [event for name in resources for kind in kinds for event in every.get((name, kind), ())]
    return sorted(found, key=lambda event: (_when(event), event.file, event.line))


@lru_cache(maxsize=2)
def _of_resources(same: ByIdentity) -> dict[tuple[str, str], list[Event]]:
    found: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events_of(same.incident, *_OF_RESOURCES):
        if event.resource is not None:
            found[base_name(event.resource), event.kind].append(event)
    return dict(found)


def _when(event: Event) -> int:
    return END_OF_TIME if event.time_us is None else event.time_us


def between(events: list[Event], begin_us: int, end_us: int) -> list[Event]:
    """Return those of `events`, which are in order of time, from `begin_us` to `end_us`."""
    return events[bisect_left(events, begin_us, key=_when) : bisect_right(events, end_us, key=_when)]


def instant(time_us: int | None) -> datetime | None:
    """Return microseconds since 1970 as a time in UTC."""
    return None if time_us is None else datetime.fromtimestamp(time_us / SECOND, timezone.utc)


def microseconds(time: datetime | None) -> int | None:
    """Return a time as microseconds since 1970."""
    return None if time is None else round(time.timestamp() * SECOND)


def clock(time_us: int | None) -> str:
    """Return the time of day, as sentences tell it: "02:01:35"."""
    time = instant(time_us)
    return Phrase("an unknown time") if time is None else time.strftime("%H:%M:%S")


def quote(incident: Incident, source: Source | Event) -> Evidence:
    """Return the line at `source` as proof."""
    return incident.quotes.evidence(Source(source.file, source.line))


def quotes(incident: Incident, sources: Iterable[Source | Event | None]) -> tuple[Evidence, ...]:
    """Return the lines at `sources` as proof: each once, and none that cannot be read."""
    found: dict[Source, Evidence] = {}
    for source in sources:
        if source is not None:
            place = Source(source.file, source.line)
            found.setdefault(place, incident.quotes.evidence(place))
    return tuple(evidence for evidence in found.values() if evidence.text)


@lru_cache(maxsize=1024)
def best_file(name: str) -> int:
    """Return the rank of a log by its name: the detail log before what syslog got of it."""
    base = name.rsplit("/", 1)[-1]
    return next((rank for rank, known in enumerate(_BEST_FILES) if known in base), len(_BEST_FILES))


def told_once(events: Iterable[Event]) -> list[Event]:
    """Return one event for each thing that several files tell, in order of time."""
    best: dict[tuple[object, int | None], Event] = {}
    for event in sorted(events, key=lambda one: (best_file(one.file), one.file, one.line)):
        second = None if event.time_us is None else round(event.time_us / SECOND)
        near = (None,) if second is None else (second - 1, second, second + 1)
        what = _what(event)
        if not any((what, one) in best for one in near):
            best[what, second] = event
    return sorted(best.values(), key=_when)


def _what(event: Event) -> tuple[object, ...]:
    """Return what an event tells, whatever file has it; an attribute's name stands in its reason."""
    own = event.writer, event.kind, event.node, event.resource, event.operation, event.value, event.rc
    return (*own, event.reason) if event.kind == "attribute-changed" else own


def configurations(incident: Incident) -> Iterator[Configuration]:
    """Yield what the files tell of the configuration, the latest first."""
    for one in reversed(incident.facts):
        if isinstance(one.facts, Configuration):
            yield one.facts


def resource_of(incident: Incident, name: str) -> ConfiguredResource | None:
    """Return how the resource `name`, whatever its instance number, is configured.

    Files that were gathered together tell of one configuration: what one of them lacks another may have.
    """
    return _resource(ByIdentity(incident), base_name(name))


@lru_cache(maxsize=1024)
def _resource(same: ByIdentity, wanted: str) -> ConfiguredResource | None:
    told = _configured(same).get(wanted)
    if not told:
        return None
    latest = told[0][0]
    together = [own for time_us, own in told if time_us == latest or _near(time_us, latest)]
    best = together[0]
    for other in together[1:]:
        best = replace(
            best,
            agent=best.agent or other.agent,
            parameters={**other.parameters, **best.parameters},
            parameter_sources={**other.parameter_sources, **best.parameter_sources},
            meta={**other.meta, **best.meta},
            operations=best.operations or other.operations,
        )
    return best


@lru_cache(maxsize=2)
def _configured(same: ByIdentity) -> dict[str, list[tuple[int | None, ConfiguredResource]]]:
    """Return each resource as the files have it and when they were gathered, the latest first."""
    found: dict[str, list[tuple[int | None, ConfiguredResource]]] = defaultdict(list)
    for one in reversed(same.incident.facts):
        if isinstance(one.facts, Configuration):
            for resource in one.facts.resources:
                found[resource.id].append((one.time_us, resource))
    return dict(found)


def _near(one_us: int | None, other_us: int | None) -> bool:
    return one_us is not None and other_us is not None and abs(one_us - other_us) <= SECOND


def parents_of(incident: Incident, name: str) -> tuple[ConfiguredResource, ...]:
    """Return the groups and clones that hold the resource `name`, the nearest first."""
    return _parents(ByIdentity(incident), base_name(name))


@lru_cache(maxsize=1024)
def _parents(same: ByIdentity, wanted: str) -> tuple[ConfiguredResource, ...]:
    for holders, names in _held(same):
        found: list[ConfiguredResource] = []
        inner = wanted
        while (outer := holders.get(inner)) is not None and outer not in found:  # a crafted one holds itself
            found.append(outer)
            inner = outer.id
        if found or inner in names:
            return tuple(found)
    return ()


@lru_cache(maxsize=2)
def _held(same: ByIdentity) -> list[tuple[dict[str, ConfiguredResource], frozenset[str]]]:
    """Return what holds each resource, and the names of all, of each configuration, the latest first."""
    found = []
    for configuration in configurations(same.incident):
        # The first that names it holds it: the last to be put into a dict stays.
        holders = {child: one for one in reversed(configuration.resources) for child in one.children}
        found.append((holders, frozenset(one.id for one in configuration.resources)))
    return found


def states_of(incident: Incident, name: str) -> list[ResourceState]:
    """Return how the last state shows the instances of a resource, `name` without an instance number, in its order."""
    return _states(ByIdentity(incident)).get(name, [])


@lru_cache(maxsize=2)
def _states(same: ByIdentity) -> dict[str, list[ResourceState]]:
    found: dict[str, list[ResourceState]] = defaultdict(list)
    for one in same.incident.resources:
        found[base_name(one.id)].append(one)
    return dict(found)


def properties_of(incident: Incident) -> dict[str, str]:
    """Return the cluster's properties, as the latest files tell them."""
    told: dict[str, str] = {}
    for configuration in configurations(incident):
        told = {**configuration.properties, **told}
    for snapshot in reversed(incident.snapshots):
        told = {**snapshot.properties, **told}
    return told


def property_source(incident: Incident, *names: str) -> Source | None:
    """Return the place that tells the first of the properties `names` that is set."""
    for configuration in configurations(incident):
        for name in names:
            if name in configuration.property_sources:
                return configuration.property_sources[name]
    return None


def parameters_of(incident: Incident, name: str) -> Mapping[str, str] | None:
    """Return the parameters of the resource `name`; None where nothing tells its configuration."""
    resource = resource_of(incident, name)
    if resource is not None:
        return resource.parameters
    wanted = base_name(name)
    for snapshot in reversed(incident.snapshots):
        if wanted in snapshot.parameters:
            return snapshot.parameters[wanted]
    return None


def agent_of(incident: Incident, name: str, told: str | None = None) -> str | None:
    """Return the agent of a resource, as `told` or as any file tells it."""
    if told:
        return told
    resource = resource_of(incident, name)
    if resource is not None and resource.agent:
        return resource.agent
    shown = next((one.agent for one in states_of(incident, base_name(name)) if one.agent), None)
    return shown or _writers(ByIdentity(incident)).get(base_name(name))


@lru_cache(maxsize=2)
def _writers(same: ByIdentity) -> dict[str, str]:
    """Return the agents that wrote lines in a resource's name: "IPaddr2(r_ip)[158]: ERROR: ...", less their class."""
    lines = events_of(same.incident, "agent-error", "agent-warning")
    return {base_name(one.resource): one.program for one in lines if one.resource and one.program in _KNOWN_WRITERS}


def agent_type(agent: str | None) -> str | None:
    """Return the last part of an agent's name: "IPaddr2"."""
    return agent.rsplit(":", 1)[-1] if agent else None


def known_nodes(incident: Incident) -> list[str]:
    """Return the names of the cluster's nodes, as snapshots, configuration and logs tell them."""
    names = [node.name for node in incident.nodes]
    for configuration in configurations(incident):
        names += configuration.nodes
    return list(dict.fromkeys(names))


def plural(number: int, noun: str) -> str:
    """Return "1 node", "2 nodes"."""
    return Phrase.counted(f"{{count}} {noun}", f"{{count}} {noun}s", number)


def listed(names: Iterable[str]) -> str:
    """Return "a", "a and b", "a, b and c"; of very many the first, and how many more there are."""
    every = list(dict.fromkeys(names))
    if len(every) < 2:  # noqa: PLR2004 - one needs no "and"
        return every[0] if every else ""
    if len(every) > MOST_LISTED:
        return Phrase(
            "{items} and {count} more", items=_commas(every[:MOST_LISTED]), count=f"{len(every) - MOST_LISTED:,}"
        )
    return Phrase("{items} and {last}", items=_commas(every[:-1]), last=every[-1])


def _commas(names: Iterable[str]) -> str:
    return reduce(lambda before, name: Phrase("{items}, {item}", items=before, item=name), names)


def clean(text: str) -> str:
    """Return what an agent printed, less the marks of the log around it."""
    # Cut first, and stripped then: one expression for both would try a long run of blanks from each of them.
    return "; ".join(filter(None, (piece.strip() for piece in re.split(r"\\n|#012", text))))
