"""What already ran when the cluster looked for the first time: something else starts it, too.

Sources: Pacemaker Explained, on probes and multiple-active; `abort_transition_graph()` of the controller for what was created;
`native_add_running()` and `pcmk__primitive_create_actions()` of the scheduler for what is active twice.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import Event, Finding, OcfRc
from ha_report.phrase import Phrase
from ha_report.questions.apart import apart_now
from ha_report.questions.attempts import ADDRESS_AGENTS
from ha_report.questions.commands import watch
from ha_report.questions.daemon_deaths import deaths
from ha_report.questions.knowledge import (
    SECOND,
    agent_of,
    agent_type,
    best_file,
    between,
    events_of,
    instant,
    listed,
    parameters_of,
    parents_of,
    quotes,
    results_of,
)
from ha_report.questions.partitions import partitions
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_SOON = 60 * SECOND
_UP = (OcfRc.OK, OcfRc.RUNNING_PROMOTED)
_CREATED = re.compile(r"(?:primitive|group|clone|master)\.(\S+) 'create'")
_TWO = 2


@dataclass(frozen=True)
class _Found:
    """A resource that probes found up though the cluster had not started it, one probe a node."""

    resource: str
    probes: tuple[Event, ...]
    created: Event | None  # the change that added it to the configuration
    twice: Event | None  # the scheduler's word

    @property
    def nodes(self) -> list[str]:
        return [probe.node or "" for probe in self.probes]


def started_outside(incident: Incident) -> Iterator[Finding]:
    """Say that something other than the cluster starts a resource: it ran before the cluster started it.

    A probe that finds a resource up proves nothing by itself, as after a refresh.  It does where the resource had just been
    added to the configuration, or was up on two nodes at once and no split explains that.
    """
    if partitions(incident) or apart_now(incident) is not None or deaths(incident):
        return
    names = dict.fromkeys(base_name(one.resource) for one in events_of(incident, "probe-found", "operation-result")
                          if one.resource and _is_up(one))  # fmt: skip
    for name in names:
        found = _found(incident, name)
        if found is not None and (found.created is not None or found.twice is not None):
            yield _finding(incident, found)


def _is_up(event: Event) -> bool:
    return event.operation == "monitor" and event.interval_ms == 0 and event.rc in _UP


def _found(incident: Incident, name: str) -> _Found | None:
    probes: dict[str, Event] = {}
    started: set[str | None] = set()
    for event in sorted(results_of(incident, name), key=lambda one: (one.time_us or 0, best_file(one.file))):
        if event.operation in ("start", "promote", "migrate_from") and event.rc == OcfRc.OK:
            started.add(event.node)
        elif event.node and _is_up(event) and not started:
            probes.setdefault(event.node, event)
    if not probes:
        return None
    first, last = next(iter(probes.values())), [*probes.values()][-1]
    return _Found(
        name,
        tuple(probes.values()),
        _created(incident, name, first.time_us or 0),
        _twice(incident, name, last.time_us or 0) if len(probes) >= _TWO and not _is_clone(incident, name) else None,
    )


def _is_clone(incident: Incident, name: str) -> bool:
    return any(one.kind in ("clone", "master", "bundle") for one in parents_of(incident, name))


def _created(incident: Incident, name: str, time_us: int) -> Event | None:
    """Return the line that tells that the resource, or what holds it, had just been configured."""
    names = {name, *(one.id for one in parents_of(incident, name))}
    for event in between(events_of(incident, "transition-aborted"), time_us - _SOON, time_us):
        made = _CREATED.search(event.reason or "")
        if made is not None and made[1] in names:
            return event
    return None


def _twice(incident: Incident, name: str, time_us: int) -> Event | None:
    near = between(events_of(incident, "active-twice"), time_us - SECOND, time_us + _SOON)
    return next((one for one in near if base_name((one.resource or "").rpartition(":")[2]) == name), None)


def _finding(incident: Incident, found: _Found) -> Finding:
    agent = agent_of(incident, found.resource)
    address = (parameters_of(incident, found.resource) or {}).get("ip")
    own = agent_type(agent) in ADDRESS_AGENTS
    nodes = listed(found.nodes)
    return Finding(
        rule="started-outside",
        severity="error" if found.twice is not None else "warning",
        confidence="certain" if found.created is not None else "likely",
        title=Phrase(
            "{resource} was up on {nodes} before the cluster started it{twice}",
            resource=found.resource,
            nodes=nodes,
            twice=Phrase(", so it was active twice") if found.twice is not None else "",
        ),
        cause=Phrase(
            "The address {address} is in the network configuration of {nodes} itself. When the cluster stops or moves the"
            " resource, the node loses it.",
            address=address or found.resource,
            nodes=nodes,
        )
        if own
        else Phrase(
            "Something else starts it on {nodes}, most often systemd at boot. The cluster takes it for its own: it stops it where"
            " it does not want it, and stops and starts it everywhere where it is active twice.",
            nodes=nodes,
        ),
        resource=found.resource,
        node=found.nodes[0],
        time=instant(found.probes[0].time_us),
        evidence=quotes(incident, [*found.probes, found.created, found.twice]),
        remedy=tuple(_address_remedy(address, nodes) if own else _service_remedy(agent, nodes)),
        verify=(Phrase("After a reboot, before the cluster starts, it must not run:"), watch(incident)),
        references=("Pacemaker Explained: services of the cluster must not be started by the system; multiple-active",),
    )


def _address_remedy(address: str | None, nodes: str) -> Iterator[str]:
    yield Phrase(
        "Give the resource an address that no host has; or take it out of the network configuration of {nodes}"
        " (NetworkManager, systemd-networkd, /etc/network/interfaces), if it is meant to move:",
        nodes=nodes,
    )
    yield f"$ grep -rl {shlex.quote(address or 'ADDRESS')} /etc/network /etc/netplan /etc/systemd/network /etc/NetworkManager /etc/sysconfig"


def _service_remedy(agent: str | None, nodes: str) -> Iterator[str]:
    kind, _, unit = (agent or "").partition(":")
    if kind in ("systemd", "lsb", "service"):
        yield Phrase("On {nodes}, let only the cluster start it:", nodes=nodes)
        yield f"$ systemctl disable {shlex.quote(unit)}"
    else:
        yield Phrase("Find on {nodes} what starts it at boot, and let only the cluster do so:", nodes=nodes)
        yield "$ systemctl list-unit-files --state=enabled"
        yield "$ systemctl disable UNIT"


RULES = (
    Rule(
        id="started-outside",
        find=started_outside,
        looks_at=(
            "probes that found a resource up which the cluster had not started",
            "that the resource had just been added to the configuration, or was active twice",
            "that no split and no death of a daemon explains it",
        ),
        example="Nov 23 14:36:00.865 node01 pacemaker-controld  [92] (log_executor_event) \tnotice: Result of probe operation for r_app on"
        " node01: ok | CIB update 350, graph action confirmed; call=114 key=r_app_monitor_0 rc=0",
    ),
)
