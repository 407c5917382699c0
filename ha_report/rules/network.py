"""The cluster's own network: parts that did not see each other, links that went down, pauses of a host.

Sources: exec/totemsrp.c and totemknet.c of corosync, heartbeat.c, `crmd_ha_msg_filter()` of the controller,
the ping agent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Event, Finding, Source
from ha_report.questions.attempts import ADDRESS_AGENTS
from ha_report.questions.commands import set_property, watch
from ha_report.questions.departures import departures
from ha_report.questions.fencings import Fencing, fencings
from ha_report.questions.knowledge import (
    SECOND,
    agent_of,
    agent_type,
    between,
    clock,
    events_of,
    instant,
    listed,
    plural,
    property_source,
    quotes,
    told_once,
)
from ha_report.questions.partitions import Partition, partitions, stops_without_quorum
from ha_report.questions.placement import downtime
from ha_report.rule import Rule
from ha_report.rules.fencing import fencing_is_off

if TYPE_CHECKING:
    from ha_report.incident import Incident

_NEAR = 20 * SECOND
_PAUSE_MS = 1000
SECOND_MS = 1000


def _is_split(incident: Incident, one: Partition) -> bool:
    """Say whether both parts went on running resources: something ran twice, or nothing held either back."""
    if one.twice or one.told_twice:
        return not (one.without_quorum and stops_without_quorum(incident))
    fenced = {fencing.node for fencing in fencings(incident) if fencing.done and fencing.begin_us >= one.begin_us}
    return (
        not one.without_quorum
        and not fenced
        and any(event.kind == "second-dc" for gone in one.departures for event in gone.proof)
    )


def split_brain(incident: Incident) -> Iterator[Finding]:
    """Say that parts of the cluster ran alone, each with its own DC, and what ran twice and for how long."""
    for one in partitions(incident):
        if _is_split(incident, one):
            yield _split(incident, one)


def _twice(incident: Incident, one: Partition) -> tuple[list[str], float]:
    """Return what ran twice, addresses first, as two hosts answer for them; and for how many seconds at most."""
    names = sorted(
        dict.fromkeys(pair[0].resource for pair in one.twice),
        key=lambda name: (agent_type(agent_of(incident, name)) not in ADDRESS_AGENTS, name),
    )
    spans = [
        min(stay.end_us or one.end_us or stay.begin_us for stay in pair) - max(stay.begin_us for stay in pair)
        for pair in one.twice
    ]
    return names, max(spans, default=0) / SECOND


def _split(incident: Incident, one: Partition) -> Finding:
    names, seconds = _twice(incident, one)
    sides = " and ".join(listed(side) for side in one.sides)
    until = f" to {clock(one.end_us)}" if one.end_us is not None else ""
    ran = f", and both ran {listed(names)} for {seconds:.0f} s" if names else ""
    return Finding(
        rule="split-brain",
        severity="error",
        confidence="certain" if one.twice or one.told_twice else "likely",
        title=f"Split brain: {sides} ran as separate clusters from {clock(one.begin_us)}{until}{ran}",
        cause=" ".join(_split_cause(incident, one)),
        resource=names[0] if names else None,
        time=instant(one.begin_us),
        evidence=quotes(incident, _split_sources(incident, one)),
        remedy=(
            (
                "Mend the cluster's network and give it a second path. So that it cannot happen again, have nodes fenced that are"
                " not seen, and let a part without quorum stop:"
            ),
            *set_property(incident, "stonith-enabled", "true"),
            *(() if stops_without_quorum(incident) else set_property(incident, "no-quorum-policy", "stop")),
            f"Then check the data of {listed(names)} for writes on both sides."
            if names
            else "Check data for writes on both sides.",
        ),
        verify=(
            "All links must be connected:",
            "$ cl_status listhblinks NODE" if incident.cluster.stack == "heartbeat" else "$ corosync-cfgtool -s",
        ),
        references=("Clusters from Scratch: fencing; corosync votequorum(5): two_node",),
    )


def _split_cause(incident: Incident, one: Partition) -> Iterator[str]:
    down = _links(incident, one.begin_us)
    yield "The nodes lost sight of each other, though none of them was down: each kept writing its log."
    if down:
        yield f"Links went down first, at {clock(down[0].time_us)}."
    yield from [
        f"{event.writer} had stood still for {_milliseconds(event) / SECOND_MS:.1f} s."
        for event in _paused(incident, one)
    ]
    if fencing_is_off(incident):
        yield "Fencing is off, so neither part made sure that the other was down."
    if not stops_without_quorum(incident):
        yield "no-quorum-policy=ignore let each part go on without quorum."
    if one.end_us is not None and one.twice:
        yield "When they saw each other again, what was active twice was stopped and started on one node."


def _paused(incident: Incident, one: Partition) -> list[Event]:
    """Return the pauses of hosts that the partition began with, one a host."""
    near = between(events_of(incident, "process-paused"), one.begin_us - _NEAR, (one.end_us or one.begin_us) + _NEAR)
    return list({event.writer: event for event in near if _milliseconds(event) >= _PAUSE_MS}.values())


def _split_sources(incident: Incident, one: Partition) -> Iterator[Source | Event | None]:
    yield from _links(incident, one.begin_us)[:2]
    yield from [gone.told[0] for gone in one.departures][:3]
    yield from told_once(
        [event for gone in one.departures for event in gone.proof if event.kind in ("second-dc", "node-returned")]
    )[:2]
    yield from _paused(incident, one)[:1]
    yield from one.told_twice[:2]
    yield from [stay.source for pair in one.twice[:1] for stay in pair]
    yield property_source(incident, "stonith-enabled", "fencing-enabled")
    yield property_source(incident, "no-quorum-policy")


def _links(incident: Incident, time_us: int) -> list[Event]:
    """Return the links that went down just before `time_us`."""
    near = between(events_of(incident, "link-state", "nic-link", "link-lost"), time_us - _NEAR, time_us + SECOND)
    return [
        one
        for one in told_once(near)
        if (one.value or "").lower() in ("down", "dead", "faulty", "lost", "unavailable") and one.kind != "link-lost"
    ]


def network_link_lost(incident: Incident) -> Iterator[Finding]:
    """Say that a node was cut off, lost a link or its way to a ping target, or a host paused.

    The node goes on meanwhile: a part without quorum stops its resources, or is fenced.
    """
    for one in partitions(incident):
        if not _is_split(incident, one):
            yield _cut_off(incident, one)
    yield from _unreachable(incident)
    yield from _links_alone(incident)
    yield from _pauses(incident)


def _cut_off(incident: Incident, one: Partition) -> Finding:
    fenced = [
        fencing
        for fencing in fencings(incident)
        if fencing.done and one.begin_us <= fencing.end_us and fencing.node in _nodes(one)
    ]
    nodes = one.cut_off or tuple(dict.fromkeys(fencing.node for fencing in fenced)) or _nodes(one)
    sides = len(nodes) < len(_nodes(one))
    quorum = set(nodes) & set(one.without_quorum)
    until = f" until {clock(one.end_us)}" if one.end_us is not None else ""
    what = f"{_were(nodes)} cut off from the cluster's network" if sides else f"{listed(nodes)} did not see each other"
    return Finding(
        rule="network-link-lost",
        severity="error",
        confidence="certain" if one.cut_off else "likely",
        title=f"{what} from {clock(one.begin_us)}{until}"
        + (", and lost quorum" if quorum else "")
        + (f", and {_were(tuple(one.node for one in fenced))} fenced" if fenced else ""),
        cause=" ".join(_cut_off_cause(incident, one, nodes, fenced)),
        node=nodes[0] if sides else None,
        time=instant(one.begin_us),
        evidence=quotes(incident, _cut_off_sources(incident, one, nodes, fenced)),
        remedy=(
            f"Look at the network between {listed(nodes)} and the others: cable, switch, VLAN, firewall; a second link keeps the"
            " cluster together."
            if sides
            else "Look at the network between the nodes: cable, switch, VLAN, firewall; a second link keeps the cluster together.",
            "$ corosync-cfgtool -s",
            "$ ip -s link show",
        ),
        verify=("All links must be connected, and no node lost:", "$ corosync-quorumtool -s"),
        references=("corosync.conf(5): interface, link_mode, token",),
    )


def _nodes(one: Partition) -> tuple[str, ...]:
    return tuple(name for side in one.sides for name in side)


def _were(nodes: tuple[str, ...]) -> str:
    return f"{listed(nodes)} {'was' if len(nodes) == 1 else 'were'}"


def _cut_off_cause(incident: Incident, one: Partition, nodes: tuple[str, ...], fenced: list[Fencing]) -> Iterator[str]:
    others = [name for name in _nodes(one) if name not in nodes]
    gaps = [gap for gap in downtime(incident) if one.begin_us <= gap.begin_us <= (one.end_us or gap.begin_us)]
    if others:
        yield f"{listed(nodes)} kept running and lost sight of {listed(others)}."
    if set(nodes) & set(one.without_quorum) and gaps:
        yield f"Without quorum it stopped what it ran, at {clock(gaps[0].begin_us)}."
    yield from [f"{fencing.node} was fenced at {clock(fencing.end_us)}." for fencing in fenced]
    yield from [
        f"{event.writer} had stood still for {_milliseconds(event) / SECOND_MS:.1f} s."
        for event in _paused(incident, one)
    ]
    if gaps:
        yield f"{listed(gap.resource for gap in gaps)} moved."


def _cut_off_sources(
    incident: Incident, one: Partition, nodes: tuple[str, ...], fenced: list[Fencing]
) -> Iterator[Source | Event | None]:
    near = told_once(between(events_of(incident, "quorum"), one.begin_us - _NEAR, one.begin_us + _NEAR))
    yield from _links(incident, one.begin_us)[:2]
    yield from _paused(incident, one)[:1]
    yield from [gone.told[0] for gone in one.departures][:3]
    yield from [event for event in near if event.writer in nodes and event.value in ("lost", "non-primary")][:2]
    yield from [event for fencing in fenced for event in fencing.told[:1]]
    yield property_source(incident, "no-quorum-policy")


def _unreachable(incident: Incident) -> Iterator[Finding]:
    """Yield nodes whose ping attribute fell to 0."""
    changes = [one for one in told_once(events_of(incident, "attribute-changed")) if "ping" in (one.reason or "")]
    up: set[tuple[str | None, str | None]] = set()
    for one in changes:
        place = one.node, one.reason
        if one.value not in (None, "0", "(null)"):
            up.add(place)
        elif one.value == "0" and (place in up or _had_more(one, changes)):
            up.discard(place)
            yield _no_ping(incident, one)


def _had_more(one: Event, changes: list[Event]) -> bool:
    """Say whether the attribute was above 0: told by the change itself, or of another node."""
    return (" -> 0" in one.text and "(unset)" not in one.text and "(null)" not in one.text) or any(
        other.reason == one.reason and other.node != one.node and other.value not in (None, "0") for other in changes
    ) or "Sent update" in one.text  # fmt: skip


def _no_ping(incident: Incident, one: Event) -> Finding:
    time_us = one.time_us or 0
    links = [event for event in _links(incident, time_us) if one.node in (event.writer, event.node)]
    gaps = [gap for gap in downtime(incident) if time_us <= gap.begin_us <= time_us + 3 * _NEAR]
    moved = list(dict.fromkeys(gap.resource for gap in gaps))
    moved += [event.resource for event in told_once(between(events_of(incident, "action-planned"), time_us, time_us + _NEAR))
              if event.operation == "Move" and event.resource and "#" not in event.resource and event.resource not in moved]  # fmt: skip
    link = f" Its link {listed(event.reason or '' for event in links)} went down in the same seconds." if links else ""
    return Finding(
        rule="network-link-lost",
        severity="error" if moved else "warning",
        confidence="certain" if links else "likely",
        title=f"{one.node} lost its way to the ping target at {clock(one.time_us)}: {one.reason} fell to 0"
        + (f", so {listed(moved)} moved" if moved else ""),
        cause=f"The ping resource on {one.node} reaches none of its hosts any more, and a location rule keeps resources away from there.{link}",
        node=one.node,
        time=instant(one.time_us),
        evidence=quotes(incident, [one, *links[:2], *(gaps[0].ended_by for _ in gaps[:1])]),
        remedy=(f"Look at the network of {one.node}: interface, cable, switch, and the hosts that are pinged.", "$ ip -s link show", "$ crm_mon -1 -A"),
        verify=("The attribute must be above 0 on every node:", "$ crm_mon -1 -A"),
        references=("ocf:pacemaker:ping; Pacemaker Explained: moving resources due to connectivity changes",),
    )  # fmt: skip


def _links_alone(incident: Incident) -> Iterator[Finding]:
    """Yield links that went down and took no node with them."""
    went = [one.time_us for one in departures(incident)]
    pinged = [
        one.time_us or 0
        for one in events_of(incident, "attribute-changed")
        if "ping" in (one.reason or "") and one.value == "0"
    ]
    shut = [one.time_us or 0 for one in events_of(incident, "stack-stopping", "stack-stopped", "stack-started")]
    down = [one for one in told_once(events_of(incident, "link-state"))
            if (one.value or "") in ("down", "dead", "FAULTY") and one.time_us is not None
            and not any(abs(one.time_us - time) <= 3 * _NEAR for time in [*went, *pinged, *shut])]  # fmt: skip
    if down:
        yield Finding(
            rule="network-link-lost",
            severity="warning",
            confidence="certain",
            title=f"A link of the cluster's network went down {plural(len(down), 'time')}, first at {clock(down[0].time_us)}",
            cause="No node was lost by it: another link, or the time that the cluster allows, held the cluster together.",
            node=down[0].writer,
            time=instant(down[0].time_us),
            evidence=quotes(incident, down[:4]),
            remedy=("Look at the interface, its cable and switch.", "$ ip -s link show"),
            verify=("$ corosync-cfgtool -s",),
        )


def _pauses(incident: Incident) -> Iterator[Finding]:
    """Yield hosts that stood still for a second or more, which the cluster takes for a lost network."""
    long = [one for one in told_once(events_of(incident, "process-paused")) if _milliseconds(one) >= _PAUSE_MS]
    for node in dict.fromkeys(one.writer for one in long):
        own = [one for one in long if one.writer == node]
        yield Finding(
            rule="network-link-lost",
            severity="warning",
            confidence="certain",
            title=f"{node or 'The host'} stood still for up to {max(map(_milliseconds, own)) / 1000:.1f} s, {plural(len(own), 'time')}, first at {clock(own[0].time_us)}",
            cause="The cluster's own process did not run meanwhile: the host was overloaded, or its virtual machine was paused or moved."
            " To the other nodes that looks like a lost network.",
            node=node,
            time=instant(own[0].time_us),
            evidence=quotes(incident, own[:4]),
            remedy=(
                "Give the host more air (CPU, memory, no snapshots of the running machine), or the cluster a longer token.",
            ),
            verify=(watch(incident),),
            references=("corosync.conf(5): token",),
        )


def _milliseconds(event: Event) -> float:
    try:
        return float(event.value or 0)
    except ValueError:
        return 0.0


RULES = (
    Rule(
        id="split-brain",
        find=split_brain,
        looks_at=(
            "nodes that called each other lost at the same time, while each went on writing its log",
            '"Another DC detected", "returning after partition"',
            'resources that ran on both sides at once; "active on 2 nodes" when they met again',
            "stonith-enabled and no-quorum-policy",
        ),
        example="Nov 23 02:04:40.047 node01 pacemaker-controld  [95] (crmd_ha_msg_filter) \twarning: Another DC detected: node02"
        " (op=noop)",
        repeats=True,
    ),
    Rule(
        id="network-link-lost",
        find=network_link_lost,
        looks_at=(
            "a node that was cut off: it and the others called each other lost, and it lost quorum or was fenced",
            "links of corosync or Heartbeat that went down",
            "a ping attribute that fell to 0",
            "pauses of a process or a virtual machine",
        ),
        example="Nov 23 02:09:06.623 node03 pacemaker-controld  [95] (quorum_notification_cb) \twarning: Quorum lost |"
        " membership=13 members=1",
        repeats=True,
    ),
)
