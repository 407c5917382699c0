"""Parts of the cluster that ran alone, each taking itself for the whole.

Sources: exec/totemsrp.c and totemknet.c of corosync, heartbeat.c, `crmd_ha_msg_filter()` of the controller.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Event, Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.apart import apart_now, goes_on_twice, told_apart
from ha_report.questions.attempts import ADDRESS_AGENTS
from ha_report.questions.commands import set_property
from ha_report.questions.fencings import fencings
from ha_report.questions.knowledge import (
    SECOND,
    agent_of,
    agent_type,
    between,
    clock,
    events_of,
    instant,
    listed,
    property_source,
    quotes,
    told_once,
)
from ha_report.questions.partitions import Partition, partitions, stops_without_quorum
from ha_report.rule import Rule
from ha_report.rules.fencing import fencing_is_off

if TYPE_CHECKING:
    from ha_report.incident import Incident

_NEAR = 20 * SECOND
PAUSE_MS = 1000  # what is shorter the cluster does not notice
SECOND_MS = 1000


def is_split(incident: Incident, one: Partition) -> bool:
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
        if is_split(incident, one):
            yield _split(incident, one)
    apart = apart_now(incident)
    if apart is not None and not partitions(incident) and goes_on_twice(incident, apart):
        yield told_apart(incident, apart, "split-brain")


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
    sides = listed(listed(side) for side in one.sides)
    until = Phrase(" to {time}", time=clock(one.end_us)) if one.end_us is not None else ""
    ran = (
        Phrase(", and both ran {names} for {seconds} s", names=listed(names), seconds=f"{seconds:.0f}") if names else ""
    )
    return Finding(
        rule="split-brain",
        severity="error",
        confidence="certain" if one.twice or one.told_twice else "likely",
        title=Phrase(
            "Split brain: {sides} ran as separate clusters from {time}{until}{ran}",
            sides=sides,
            time=clock(one.begin_us),
            until=until,
            ran=ran,
        ),
        cause=Phrase.joined(_split_cause(incident, one)),
        resource=names[0] if names else None,
        time=instant(one.begin_us),
        evidence=quotes(incident, _split_sources(incident, one)),
        remedy=(
            (
                Phrase(
                    "Mend the cluster's network and give it a second path. So that it cannot happen again, have nodes"
                    " fenced that are not seen, and let a part without quorum stop:"
                )
            ),
            *set_property(incident, "stonith-enabled", "true"),
            *(() if stops_without_quorum(incident) else set_property(incident, "no-quorum-policy", "stop")),
            Phrase("Then check the data of {names} for writes on both sides.", names=listed(names))
            if names
            else Phrase("Check data for writes on both sides."),
        ),
        verify=(
            Phrase("All links must be connected:"),
            "$ cl_status listhblinks NODE" if incident.cluster.stack == "heartbeat" else "$ corosync-cfgtool -s",
        ),
        references=("Clusters from Scratch: fencing; corosync votequorum(5): two_node",),
    )


def _split_cause(incident: Incident, one: Partition) -> Iterator[str]:
    down = links_lost(incident, one.begin_us)
    yield Phrase("The nodes lost sight of each other, though none of them was down: each kept writing its log.")
    if down:
        yield Phrase("Links went down first, at {time}.", time=clock(down[0].time_us))
    yield from stood_still(incident, one)
    if fencing_is_off(incident):
        yield Phrase("Fencing is off, so neither part made sure that the other was down.")
    if not stops_without_quorum(incident):
        yield Phrase("no-quorum-policy=ignore let each part go on without quorum.")
    if one.end_us is not None and one.twice:
        yield Phrase("When they saw each other again, what was active twice was stopped and started on one node.")


def paused(incident: Incident, one: Partition) -> list[Event]:
    """Return the pauses of hosts that the partition began with, one a host."""
    near = between(events_of(incident, "process-paused"), one.begin_us - _NEAR, (one.end_us or one.begin_us) + _NEAR)
    return list({event.writer: event for event in near if milliseconds(event) >= PAUSE_MS}.values())


def stood_still(incident: Incident, one: Partition) -> Iterator[str]:
    """Yield a sentence for each host of `paused`."""
    for event in paused(incident, one):
        yield Phrase(
            "{writer} had stood still for {seconds} s.",
            writer=event.writer,
            seconds=f"{milliseconds(event) / SECOND_MS:.1f}",
        )


def _split_sources(incident: Incident, one: Partition) -> Iterator[Source | Event | None]:
    yield from links_lost(incident, one.begin_us)[:2]
    yield from [gone.told[0] for gone in one.departures][:3]
    yield from told_once(
        [event for gone in one.departures for event in gone.proof if event.kind in ("second-dc", "node-returned")]
    )[:2]
    yield from paused(incident, one)[:1]
    yield from one.told_twice[:2]
    yield from [stay.source for pair in one.twice[:1] for stay in pair]
    yield property_source(incident, "stonith-enabled", "fencing-enabled")
    yield property_source(incident, "no-quorum-policy")


def links_lost(incident: Incident, time_us: int) -> list[Event]:
    """Return the links that went down just before `time_us`."""
    near = between(events_of(incident, "link-state", "nic-link", "link-lost"), time_us - _NEAR, time_us + SECOND)
    return [
        one
        for one in told_once(near)
        if (one.value or "").lower() in ("down", "dead", "faulty", "lost", "unavailable") and one.kind != "link-lost"
    ]


def milliseconds(event: Event) -> float:
    """Return how long a process stood still, 0 where that cannot be read."""
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
            "outputs of crm_mon of two nodes, made together, that each show the other offline; packets that corosync refused",
            "stonith-enabled and no-quorum-policy",
        ),
        example="Nov 23 02:04:40.047 node01 pacemaker-controld  [95] (crmd_ha_msg_filter) \twarning: Another DC detected: node02"
        " (op=noop)",
        repeats=True,
    ),
)
