"""What followed a failure: bars, where the resource went, what stopped with it.

These are consequences.  They end the sentence of their cause, with the lines that prove them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import Event, OcfRc, Source
from ha_report.phrase import Phrase
from ha_report.questions.failures import Failure, later
from ha_report.questions.knowledge import (
    SECOND,
    ByIdentity,
    best_file,
    clock,
    configurations,
    listed,
    microseconds,
    parents_of,
    properties_of,
    resource_of,
    results_of,
    states_of,
    told_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ha_report.incident import Incident

_INFINITY = {"INFINITY", "+INFINITY", "1000000"}
_RUNS = ("Started", "Promoted", "Master", "Unpromoted", "Slave")


@dataclass
class Aftermath:
    """What followed, as sentences, and the places that prove it."""

    sentences: list[str] = field(default_factory=list)
    sources: list[Source | Event] = field(default_factory=list)


def aftermath_of(incident: Incident, failures: list[Failure]) -> Aftermath:
    """Return what followed `failures`, which are of one resource and one cause."""
    told = Aftermath()
    _repeats(failures, told)
    _bars(incident, failures, told)
    _whereabouts(incident, failures[0], told)
    _company(incident, failures, told)
    return told


def _repeats(failures: list[Failure], told: Aftermath) -> None:
    for failure in failures:
        if failure.count > 1:
            begin, end = failure.time_us, failure.operations[-1].time
            until = (
                Phrase(", from {time} to {end}", time=clock(begin), end=f"{end:%H:%M:%S}") if end is not None else ""
            )
            told.sentences.append(
                Phrase(
                    "It failed {count} times on {node}{until}.",
                    count=failure.count,
                    node=failure.node or Phrase("its node"),
                    until=until,
                )
            )


def _bars(incident: Incident, failures: list[Failure], told: Aftermath) -> None:
    """Tell from which nodes the cluster keeps the resource away, and why."""
    names = {failures[0].resource, *(parent.id for parent in parents_of(incident, failures[0].resource))}
    since = failures[0].time_us
    fatal = _best(one for one in later(told_of(incident, names, "restart-prevented"), since) if one.value == "anywhere")
    if fatal is not None or _is_fatal(failures):
        told.sentences.append(Phrase("This answer counts for the whole cluster: no other node is tried."))
        told.sources += [fatal] if fatal is not None else []
        return
    _bars_on_nodes(incident, failures, names, told)


def _bars_on_nodes(incident: Incident, failures: list[Failure], names: set[str], told: Aftermath) -> None:
    """Tell which nodes are barred still: one that it was started on since is not, as failure-timeout ends a bar."""
    nodes = [one.node for one in failures if one.node and _barred(incident, names, one.node, failures[0].time_us, told)]
    free = {
        node: again
        for node in nodes
        if not _counted_out(incident, names, node) and (again := _again(incident, failures, node)) is not None
    }
    barred = [node for node in nodes if node not in free]
    expiry = expiry_of(incident, failures[0].resource)
    if barred:
        told.sentences.append(
            Phrase.counted(
                "{nodes} is barred from it until a clean-up{expiry}.",
                "{nodes} are barred from it until a clean-up{expiry}.",
                len(set(barred)),
                nodes=listed(barred),
                expiry=Phrase(", or until failure-timeout ({time}) has passed", time=expiry) if expiry else "",
            )
        )
    for node, again in free.items():
        told.sentences.append(Phrase("{node} was barred from it until {time}.", node=node, time=clock(again.time_us)))
        told.sources.append(again)


def expiry_of(incident: Incident, name: str) -> str | None:
    """Return the failure-timeout that counts for a resource; None where none is set."""
    holders = [one for one in (resource_of(incident, name), *parents_of(incident, name)) if one is not None]
    own = next((one.meta["failure-timeout"] for one in holders if "failure-timeout" in one.meta), None)
    default = next((one.rsc_defaults.get("failure-timeout") for one in configurations(incident)), None)
    told = own or default
    return told if told and told.strip("0smh") else None


def _is_fatal(failures: list[Failure]) -> bool:
    return any(failure.rc == OcfRc.NOT_CONFIGURED for failure in failures)


def _barred(incident: Incident, names: set[str], node: str, since: int | None, told: Aftermath) -> bool:
    """Say whether the resource is kept away from `node`, and keep the line that tells so."""
    bars = later(told_of(incident, names, "banned-by-failures", "restart-prevented"), since)
    line = _best(one for one in bars if one.node == node)
    if line is not None:
        told.sources.append(line)
        return True
    return _counted_out(incident, names, node)


def _counted_out(incident: Incident, names: set[str], node: str) -> bool:
    """Say whether the last snapshot has a fail count that bars the resource for ever."""
    barred = _for_ever(ByIdentity(incident))
    return any((name, node) in barred for name in names)


@lru_cache(maxsize=2)
def _for_ever(same: ByIdentity) -> frozenset[tuple[str, str]]:
    """Return the resources and nodes of which the last snapshot has a fail count that bars one from the other for ever."""
    return frozenset(
        (base_name(count.resource), count.node) for count in same.incident.fail_counts if count.value in _INFINITY
    )


def _unmanaged(incident: Incident, failure: Failure, told: Aftermath) -> None:
    """Tell that the cluster does not start it anew, as it was told to leave it alone."""
    resource = resource_of(incident, failure.resource)
    own = resource is not None and resource.meta.get("is-managed") == "false"
    whole = properties_of(incident).get("maintenance-mode") == "true"
    if own or whole:
        told.sentences.append(
            Phrase(
                "The cluster does not start it anew: {setting} is set.",
                setting="is-managed=false" if own else "maintenance-mode=true",
            )
        )


def _again(incident: Incident, failures: list[Failure], node: str) -> Event | None:
    """Return the start that worked on `node` after the last of the failures there."""
    ends = [microseconds(failure.operations[-1].time) for failure in failures if failure.node == node]
    last = max((end for end in ends if end is not None), default=None)
    return None if last is None else _started(incident, failures[0].resource, last + SECOND, node)


def _best(events: Iterable[Event]) -> Event | None:
    """Return the event in the log that tells most, the earliest of them."""
    return min(events, key=lambda one: (best_file(one.file), one.time_us or 0, one.line), default=None)


def _whereabouts(incident: Incident, failure: Failure, told: Aftermath) -> None:
    """Tell where the resource runs in the end."""
    if failure.operation in ("demote", "promote"):
        return
    shown = states_of(incident, failure.resource)
    runs = [one for one in shown if one.role in _RUNS and one.node]
    nodes = list(dict.fromkeys(one.node for one in runs if one.node and not one.failed))
    if nodes:
        started = _started(incident, failure.resource, failure.time_us, nodes[0])
        since = Phrase(" since {time}", time=clock(started.time_us)) if started is not None else ""
        told.sentences.append(
            Phrase("{resource} runs on {nodes}{since}.", resource=failure.resource, nodes=listed(nodes), since=since)
        )
        told.sources += [started] if started is not None else []
    elif any(one.role == "Stopped" for one in shown):
        told.sentences.append(Phrase("{resource} runs nowhere.", resource=failure.resource))
        _unmanaged(incident, failure, told)
    elif (
        nowhere := _best(later(told_of(incident, [failure.resource], "cannot-run"), failure.time_us))
    ) and not _started(incident, failure.resource, failure.time_us, None):
        told.sentences.append(Phrase("No node is left that {resource} may run on.", resource=failure.resource))
        told.sources.append(nowhere)


def _started(incident: Incident, resource: str, since: int | None, node: str | None) -> Event | None:
    """Return the start that worked from then on, on `node` or anywhere, where it is told best."""
    worked = (
        one
        for one in later(results_of(incident, resource), since)
        if one.operation == "start"
        and one.rc == OcfRc.OK
        and (node is None or one.node == node)
        and one.time_us is not None
    )
    first = next(worked, None)
    if first is None:
        return None
    end = (first.time_us or 0) + SECOND
    same = takewhile(lambda one: (one.time_us or 0) <= end, worked)
    return min((first, *same), key=lambda one: best_file(one.file))


def _company(incident: Incident, failures: list[Failure], told: Aftermath) -> None:
    """Tell which members of its group follow the resource, where it runs nowhere or moved."""
    group = next((one for one in parents_of(incident, failures[0].resource) if one.kind == "group"), None)
    if group is None:
        return
    after = (
        group.children[group.children.index(failures[0].resource) + 1 :]
        if failures[0].resource in group.children
        else ()
    )
    stopped = [name for name in after if _last_role(incident, name) == "Stopped"]
    if stopped:
        told.sentences.append(
            Phrase.counted(
                "With it {resources} of group {group} is stopped.",
                "With it {resources} of group {group} are stopped.",
                len(stopped),
                resources=listed(stopped),
                group=group.id,
            )
        )
    elif _last_role(incident, failures[0].resource) in _RUNS:
        told.sentences.append(Phrase("All of group {group} goes where it goes.", group=group.id))


def _last_role(incident: Incident, resource: str) -> str | None:
    shown = states_of(incident, resource)
    return shown[-1].role if shown else None
