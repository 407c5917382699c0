"""What the outside saw: pings that were lost while the cluster moved an address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.facts import NetworkFacts, Ping
from ha_report.model import Evidence, Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.attempts import addresses
from ha_report.questions.knowledge import listed, plural, quotes
from ha_report.questions.node_network import ip_of
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_USUAL_INTERVAL_S = 1.0  # of ping, where it is not told


def ping_outage(incident: Incident) -> Iterator[Finding]:
    """Say for how long pings from outside went unanswered, by the sequence numbers that are missing.

    One lost echo is an outage of about the interval between two pings; sessions may break even so.
    """
    for one in incident.facts:
        if isinstance(one.facts, NetworkFacts):
            yield from (_outage(incident, one.node, ping) for ping in one.facts.pings if ping.lost_sequence)


def _outage(incident: Incident, node: str | None, ping: Ping) -> Finding:
    interval = ping.interval_s or _USUAL_INTERVAL_S
    owner = next((one.id for one, address in addresses(incident) if ip_of(address) == ip_of(ping.target)), None)
    of = Phrase(" of {owner}", owner=owner) if owner else ""
    lost = listed(str(number) for number in ping.lost_sequence[:8])
    late = [
        Phrase("icmp_seq {sequence} ({time_ms} ms)", sequence=reply.sequence, time_ms=f"{reply.time_ms:g}")
        for reply in ping.late
        if reply.time_ms is not None
    ]
    return Finding(
        rule="ping-outage",
        severity="notice",
        confidence="certain",
        title=Phrase(
            "Seen from {node}, {target}{of} did not answer for about {seconds} s: {pings} lost (icmp_seq {numbers})",
            node=node or Phrase("outside"),
            target=ping.target,
            of=of,
            seconds=f"{_longest(ping) * interval:g}",
            pings=plural(len(ping.lost_sequence), "ping"),
            numbers=lost,
        ),
        cause=(Phrase("Late, but answered: {late}. ", late=listed(late)) if late else "")
        + Phrase(
            "The address was on no node meanwhile, or the others had not yet learnt its new hardware address (ARP)."
        ),
        resource=owner,
        node=node,
        evidence=_lines(incident, ping),
        remedy=(
            Phrase(
                "Nothing to mend where such an outage is allowed. Sessions may break when MAC and ARP tables change."
            ),
        ),
        verify=(Phrase("Watch it over the next move:"), f"$ ping -D {ping.target}"),
    )


def _longest(ping: Ping) -> int:
    """Return how many pings in a row were lost at most."""
    longest = run = 0
    before = None
    for number in sorted(ping.lost_sequence):
        run = run + 1 if before is not None and number == before + 1 else 1
        longest, before = max(longest, run), number
    return longest


def _lines(incident: Incident, ping: Ping) -> tuple[Evidence, ...]:
    """Return the answers before and behind what is lost, those that were late, and where the series begins."""
    beside = {number + step for number in ping.lost_sequence[:4] for step in (-1, 1)}
    sources: list[Source] = [reply.source for reply in ping.replies if reply.sequence in beside]
    return quotes(incident, [*sources, *(reply.source for reply in ping.late), ping.source])


RULES = (
    Rule(
        id="ping-outage",
        find=ping_outage,
        looks_at=(
            "the output of ping: sequence numbers that are missing, answers that were late",
            "the interval between two pings",
        ),
        example="64 bytes from 192.168.200.200: icmp_seq=17 ttl=64 time=0.163 ms",
    ),
)
