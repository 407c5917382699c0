"""What logs alone tell of the cluster: its nodes, DC, stack and versions.  A snapshot, where there is one, knows better."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ha_report.model import ClusterFacts, Event, NodeState, OcfRc, ResourceState

_SCHEDULERS = {"pengine", "pacemaker-schedulerd"}
_CONTROLLERS = {"crmd", "pacemaker-controld"}
_CLUSTER_LAYERS = {"heartbeat": "Heartbeat", "ccm": "Heartbeat", "corosync": "corosync", "openais": "openais"}
_ON_EACH_NODE = _CONTROLLERS | _CLUSTER_LAYERS.keys()
_ONLY_ON_DC = {"dc-takeover", "transition-ended", "transition-calculated", "action-failed"}
_OFFLINE = {"lost", "dead"}
_PING = "ping"  # a host outside the cluster that Heartbeat watches


def cluster_of(events: Sequence[Event], programs: Collection[str] = ()) -> ClusterFacts:
    """Return what `events`, in order, and the daemons that wrote other lines tell of the cluster as a whole."""
    return ClusterFacts(
        stack=_stack(events, programs), dc=_dc(events), quorum=_quorum(events), versions=_versions(events)
    )


def nodes_of(events: Sequence[Event], dc: str | None) -> list[NodeState]:
    """Return the nodes that wrote cluster messages or that one speaks of, each in its last known state; `events` are in order.

    A node is online whose own daemons write, until another calls it lost or its cluster stopped.
    """
    states: dict[str, str] = {}
    for event in events:
        if event.writer is not None and event.program in _ON_EACH_NODE:
            states[event.writer] = "offline" if event.kind == "stack-stopped" else "online"
        if event.kind == "operation-result" and event.node is not None:
            states.setdefault(event.node, "online")
        if event.kind == "node-state" and event.node is not None and event.node != event.writer:
            states[event.node] = "offline" if event.value in _OFFLINE else "online"
        if event.kind == "ping-node" and event.reason is not None:
            states[event.reason] = _PING
    roles = {dc: ("DC",)} | {name: (_PING,) for name, state in states.items() if state == _PING}
    return [NodeState(name, state, roles.get(name, ())) for name, state in sorted(states.items())]


_ROLE_AFTER = {
    "start": "Started",
    "promote": "Promoted",
    "demote": "Unpromoted",
    "stop": None,
    "migrate_from": "Started",
}
_PROBED = {OcfRc.OK: "Started", OcfRc.NOT_RUNNING: None, OcfRc.RUNNING_PROMOTED: "Promoted"}


def resources_of(events: Sequence[Event], agents: Mapping[str, str]) -> list[ResourceState]:
    """Return where resources run at the end of what `events`, in order, tell by the results of their operations."""
    roles: dict[str, dict[str, str]] = {}
    for event in events:
        if event.kind != "operation-result" or event.resource is None or event.node is None or event.rc is None:
            continue
        places = roles.setdefault(event.resource, {})
        probe = event.operation == "monitor" and event.interval_ms == 0
        if probe and event.rc in _PROBED:
            role = _PROBED[OcfRc(event.rc)]
        elif event.operation in _ROLE_AFTER and event.rc == OcfRc.OK:
            role = _ROLE_AFTER[event.operation]
        else:
            continue
        if role is None:
            places.pop(event.node, None)
        else:
            places[event.node] = role
    states: list[ResourceState] = []
    for resource, places in sorted(roles.items()):
        agent = agents.get(resource)
        states += [ResourceState(resource, agent, role, node) for node, role in sorted(places.items())]
        if not places:
            states.append(ResourceState(resource, agent, "Stopped"))
    return states


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events in order of time, those without one first."""
    return sorted(events, key=lambda event: (event.time_us is not None, event.time_us or 0))


def _dc(events: Sequence[Event]) -> str | None:
    """Return the last DC: as a node says, or as only a DC can write."""
    for event in reversed(events):
        if event.kind == "dc-set":
            return event.node
        if event.writer and (
            event.program in _SCHEDULERS or event.kind in _ONLY_ON_DC or event.kind == "action-requested"
        ):
            return event.writer
    return None


def _stack(events: Sequence[Event], programs: Collection[str]) -> str | None:
    wrote = {event.program for event in events} | set(programs)
    found = {layer for program, layer in _CLUSTER_LAYERS.items() if program in wrote}
    found |= {event.value for event in events if event.kind == "stack-detected" and event.value is not None}
    return found.pop() if len(found) == 1 else None


def _quorum(events: Sequence[Event]) -> bool | None:
    told = [event.value for event in events if event.kind == "quorum"]
    return told[-1] in ("acquired", "primary", "(re)attained") if told else None


def _versions(events: Sequence[Event]) -> dict[str, str]:
    names = {"corosync": "corosync", "heartbeat": "heartbeat"}
    return {
        names.get(event.program or "", "pacemaker"): event.value
        for event in events
        if event.kind == "stack-started" and event.value is not None
    }
