"""The cluster's own network: nodes that were cut off, links that went down, pauses of a host.

Sources: exec/totemsrp.c and totemknet.c of corosync, heartbeat.c, `crmd_ha_msg_filter()` of the controller,
the ping agent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Event, Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.apart import apart_now, goes_on_twice, told_apart
from ha_report.questions.commands import watch
from ha_report.questions.departures import departures
from ha_report.questions.fencings import Fencing, fencings
from ha_report.questions.knowledge import (
    SECOND,
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
from ha_report.questions.partitions import Partition, partitions
from ha_report.questions.placement import downtime
from ha_report.rule import Rule
from ha_report.rules.split_brain import PAUSE_MS, SECOND_MS, is_split, links_lost, milliseconds, paused, stood_still

if TYPE_CHECKING:
    from ha_report.incident import Incident

_NEAR = 20 * SECOND


def network_link_lost(incident: Incident) -> Iterator[Finding]:
    """Say that a node was cut off, lost a link or its way to a ping target, or a host paused.

    The node goes on meanwhile: a part without quorum stops its resources, or is fenced.
    """
    for one in partitions(incident):
        if not is_split(incident, one):
            yield _cut_off(incident, one)
    apart = apart_now(incident)
    if apart is not None and not partitions(incident) and not goes_on_twice(incident, apart):
        yield told_apart(incident, apart, "network-link-lost")
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
    until = Phrase(" until {time}", time=clock(one.end_us)) if one.end_us is not None else ""
    what = (
        Phrase.counted(
            "{nodes} was cut off from the cluster's network",
            "{nodes} were cut off from the cluster's network",
            len(nodes),
            nodes=listed(nodes),
        )
        if sides
        else Phrase("{nodes} did not see each other", nodes=listed(nodes))
    )
    return Finding(
        rule="network-link-lost",
        severity="error",
        confidence="certain" if one.cut_off else "likely",
        title=Phrase("{what} from {time}{until}", what=what, time=clock(one.begin_us), until=until)
        + (Phrase(", and lost quorum") if quorum else "")
        + _and_fenced(fenced),
        cause=Phrase.joined(_cut_off_cause(incident, one, nodes, fenced)),
        node=nodes[0] if sides else None,
        time=instant(one.begin_us),
        evidence=quotes(incident, _cut_off_sources(incident, one, nodes, fenced)),
        remedy=(
            Phrase(
                "Look at the network between {nodes} and the others: cable, switch, VLAN, firewall; a second link"
                " keeps the cluster together.",
                nodes=listed(nodes),
            )
            if sides
            else Phrase(
                "Look at the network between the nodes: cable, switch, VLAN, firewall; a second link keeps the"
                " cluster together."
            ),
            "$ corosync-cfgtool -s",
            "$ ip -s link show",
        ),
        verify=(Phrase("All links must be connected, and no node lost:"), "$ corosync-quorumtool -s"),
        references=("corosync.conf(5): interface, link_mode, token",),
    )


def _nodes(one: Partition) -> tuple[str, ...]:
    return tuple(name for side in one.sides for name in side)


def _and_fenced(fenced: list[Fencing]) -> str:
    nodes = listed(one.node for one in fenced)
    return (
        Phrase.counted(", and {nodes} was fenced", ", and {nodes} were fenced", len(fenced), nodes=nodes)
        if fenced
        else ""
    )


def _cut_off_cause(incident: Incident, one: Partition, nodes: tuple[str, ...], fenced: list[Fencing]) -> Iterator[str]:
    others = [name for name in _nodes(one) if name not in nodes]
    gaps = [gap for gap in downtime(incident) if one.begin_us <= gap.begin_us <= (one.end_us or gap.begin_us)]
    if others:
        yield Phrase("{nodes} kept running and lost sight of {others}.", nodes=listed(nodes), others=listed(others))
    if set(nodes) & set(one.without_quorum) and gaps:
        yield Phrase("Without quorum it stopped what it ran, at {time}.", time=clock(gaps[0].begin_us))
    yield from [
        Phrase("{node} was fenced at {time}.", node=fencing.node, time=clock(fencing.end_us)) for fencing in fenced
    ]
    yield from stood_still(incident, one)
    if gaps:
        yield Phrase("{resources} moved.", resources=listed(gap.resource for gap in gaps))


def _cut_off_sources(
    incident: Incident, one: Partition, nodes: tuple[str, ...], fenced: list[Fencing]
) -> Iterator[Source | Event | None]:
    near = told_once(between(events_of(incident, "quorum"), one.begin_us - _NEAR, one.begin_us + _NEAR))
    yield from links_lost(incident, one.begin_us)[:2]
    yield from paused(incident, one)[:1]
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
    links = [event for event in links_lost(incident, time_us) if one.node in (event.writer, event.node)]
    gaps = [gap for gap in downtime(incident) if time_us <= gap.begin_us <= time_us + 3 * _NEAR]
    moved = list(dict.fromkeys(gap.resource for gap in gaps))
    moved += [event.resource for event in told_once(between(events_of(incident, "action-planned"), time_us, time_us + _NEAR))
              if event.operation == "Move" and event.resource and "#" not in event.resource and event.resource not in moved]  # fmt: skip
    link = (
        Phrase(
            " Its link {reasons} went down in the same seconds.",
            reasons=listed(event.reason or "" for event in links),
        )
        if links
        else ""
    )
    return Finding(
        rule="network-link-lost",
        severity="error" if moved else "warning",
        confidence="certain" if links else "likely",
        title=Phrase(
            "{node} lost its way to the ping target at {time}: {reason} fell to 0",
            node=one.node,
            time=clock(one.time_us),
            reason=one.reason,
        )
        + (Phrase(", so {moved} moved", moved=listed(moved)) if moved else ""),
        cause=Phrase(
            "The ping resource on {node} reaches none of its hosts any more, and a location rule keeps resources"
            " away from there.{link}",
            node=one.node,
            link=link,
        ),
        node=one.node,
        time=instant(one.time_us),
        evidence=quotes(incident, [one, *links[:2], *(gaps[0].ended_by for _ in gaps[:1])]),
        remedy=(
            Phrase(
                "Look at the network of {node}: interface, cable, switch, and the hosts that are pinged.", node=one.node
            ),
            "$ ip -s link show",
            "$ crm_mon -1 -A",
        ),
        verify=(Phrase("The attribute must be above 0 on every node:"), "$ crm_mon -1 -A"),
        references=("ocf:pacemaker:ping; Pacemaker Explained: moving resources due to connectivity changes",),
    )


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
            title=Phrase(
                "A link of the cluster's network went down {count}, first at {time}",
                count=plural(len(down), "time"),
                time=clock(down[0].time_us),
            ),
            cause=Phrase(
                "No node was lost by it: another link, or the time that the cluster allows, held the cluster together."
            ),
            node=down[0].writer,
            time=instant(down[0].time_us),
            evidence=quotes(incident, down[:4]),
            remedy=(Phrase("Look at the interface, its cable and switch."), "$ ip -s link show"),
            verify=("$ corosync-cfgtool -s",),
        )


def _pauses(incident: Incident) -> Iterator[Finding]:
    """Yield hosts that stood still for a second or more, which the cluster takes for a lost network."""
    long = [one for one in told_once(events_of(incident, "process-paused")) if milliseconds(one) >= PAUSE_MS]
    for node in dict.fromkeys(one.writer for one in long):
        own = [one for one in long if one.writer == node]
        yield Finding(
            rule="network-link-lost",
            severity="warning",
            confidence="certain",
            title=Phrase(
                "{node} stood still for up to {seconds} s, {times}, first at {time}",
                node=node or Phrase("The host"),
                seconds=f"{max(map(milliseconds, own)) / SECOND_MS:.1f}",
                times=plural(len(own), "time"),
                time=clock(own[0].time_us),
            ),
            cause=Phrase(
                "The cluster's own process did not run meanwhile: the host was overloaded, or its virtual machine"
                " was paused or moved. To the other nodes that looks like a lost network."
            ),
            node=node,
            time=instant(own[0].time_us),
            evidence=quotes(incident, own[:4]),
            remedy=(
                Phrase(
                    "Give the host more air (CPU, memory, no snapshots of the running machine), or the cluster a longer"
                    " token."
                ),
            ),
            verify=(watch(incident),),
            references=("corosync.conf(5): token",),
        )


RULES = (
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
