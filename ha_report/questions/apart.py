"""Nodes that are up and do not see each other now: outputs of crm_mon that were made together, and contradict each other.

Sources: crm_mon; libknet/threads_rx.c of kronosnet and exec/totemcrypto.c of corosync for packets that are refused.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import TYPE_CHECKING

from ha_report.model import Event, Evidence, Finding, Snapshot, Source
from ha_report.phrase import Phrase
from ha_report.questions.knowledge import SECOND, ByIdentity, clock, events_of, instant, listed, quotes
from ha_report.questions.partitions import stops_without_quorum

if TYPE_CHECKING:
    from ha_report.incident import Incident

_TOGETHER = 120 * SECOND
_AT_ONCE = 10 * SECOND  # a node that had only begun to join would be seen by then


@dataclass(frozen=True)
class View:
    """One output of crm_mon, and the node that it was made on: what this node sees of the cluster."""

    node: str
    shown: Snapshot


@dataclass(frozen=True)
class Apart:
    """Two nodes that are up and do not see each other, as their own outputs of crm_mon show."""

    views: tuple[View, View]
    mutual: bool  # each shows the other offline
    refused: tuple[Event, ...]  # packets that a node could not decrypt, one a node

    @property
    def nodes(self) -> tuple[str, str]:
        """Return the two nodes."""
        return self.views[0].node, self.views[1].node


def apart_now(incident: Incident) -> Apart | None:
    """Return two nodes that the last outputs of crm_mon show apart; None where they agree on who is there."""
    return _apart_now(ByIdentity(incident))


@lru_cache(maxsize=2)
def _apart_now(same: ByIdentity) -> Apart | None:
    incident = same.incident
    for one, other in permutations(_last_views(incident), 2):
        mutual = _takes_for_gone(one, other) and _takes_for_gone(other, one)
        if mutual or (_takes_for_gone(one, other) and 0 <= _later(one, other) <= _AT_ONCE):
            return Apart((one, other), mutual, tuple(_refused(incident)))
    return None


def _later(one: View, other: View) -> int:
    """Return how much later the other output was made: what a node showed before it went contradicts nothing."""
    return (other.shown.time_us or 0) - (one.shown.time_us or 0)


def _last_views(incident: Incident) -> list[View]:
    """Return the outputs of crm_mon that were made last, of which the node is known: its folder's, else the DC."""
    nodes = {one.path: one.node for one in incident.inputs}
    shown = [one for one in incident.snapshots if one.format.startswith("crm_mon") and one.time_us is not None]
    end = max((one.time_us or 0 for one in shown), default=0)
    last = [one for one in shown if end - (one.time_us or 0) <= _TOGETHER]
    return [View(node, one) for one in last if (node := nodes.get(one.file) or one.cluster.dc)]


def _takes_for_gone(one: View, other: View) -> bool:
    """Say whether a node shows another one offline that shows itself online."""
    states = {node.name: node.state or "" for node in one.shown.nodes}
    own = {node.name: node.state or "" for node in other.shown.nodes}
    return "offline" in states.get(other.node, "").lower() and own.get(other.node) == "online"


def _refused(incident: Incident) -> Iterator[Event]:
    """Yield the first packet that each node could not decrypt."""
    told: set[str | None] = set()
    for event in events_of(incident, "packets-refused"):
        if event.writer not in told:
            told.add(event.writer)
            yield event


def goes_on_twice(incident: Incident, apart: Apart) -> bool:
    """Say whether both parts may run resources: each has quorum, or none needs it."""
    quorate = all(view.shown.cluster.quorum is not False for view in apart.views)
    return quorate or not stops_without_quorum(incident)


def told_apart(incident: Incident, apart: Apart, rule: str) -> Finding:
    """Return that the parts run beside each other, and what keeps them apart as far as that is known."""
    nodes = listed(apart.nodes)
    return Finding(
        rule=rule,
        severity="error",
        confidence="certain" if apart.mutual else "likely",
        title=Phrase("{nodes} run as separate clusters: each takes the other for offline", nodes=nodes)
        + (Phrase(", and refuses its packets") if apart.refused else ""),
        cause=Phrase.joined(_cause(apart)),
        node=apart.nodes[1],
        time=instant(apart.refused[0].time_us if apart.refused else apart.views[0].shown.time_us),
        evidence=(*_lines(incident, apart), *quotes(incident, apart.refused)),
        remedy=tuple(_remedy(apart)),
        verify=(Phrase("On each node it must list all of them:"), "$ crm_mon -1", "$ corosync-cfgtool -s"),
        references=("corosync.conf(5): crypto_cipher, crypto_hash, keyfile",),
    )


def _cause(apart: Apart) -> Iterator[str]:
    yield Phrase(
        "Both are up: what crm_mon shows on {one} and on {other} contradicts itself.",
        one=apart.nodes[0],
        other=apart.nodes[1],
    )
    if apart.refused:
        yield Phrase(
            "From {time} on corosync cannot decrypt what the other sends: the key /etc/corosync/authkey, or the crypto"
            " settings of corosync.conf, differ.",
            time=clock(apart.refused[0].time_us),
        )
    else:
        yield Phrase(
            "The cluster's network between them does not carry (a firewall, a cable, a wrong address in corosync.conf), or"
            " their keys differ."
        )


def _remedy(apart: Apart) -> Iterator[str]:
    one, other = apart.nodes
    host = shlex.quote(one)
    if apart.refused:
        yield Phrase("Compare the keys and the settings; they must be the same on all nodes:")
        yield "$ sha256sum /etc/corosync/authkey /etc/corosync/corosync.conf"
        yield Phrase(
            "Then stop the cluster on {other}, copy both files from {one}, and start it again:", other=other, one=one
        )
        yield f"$ scp -p {host}:/etc/corosync/authkey {host}:/etc/corosync/corosync.conf /etc/corosync/"
        yield "$ systemctl restart corosync pacemaker"
    else:
        yield Phrase("See which links are down, and whether a firewall drops UDP 5404 to 5412 between the nodes:")
        yield "$ corosync-cfgtool -s"
        yield "$ nft list ruleset; iptables -S"
    yield Phrase("Check what ran on both sides: data may have been written twice.")


def _lines(incident: Incident, apart: Apart) -> list[Evidence]:
    """Return the lines of each part that name its DC, and who is offline."""
    found: list[Evidence] = []
    for view in apart.views:
        lines = incident.quotes.around(Source(view.shown.file, 1), 0, 60)
        found += [line for line in lines if "Online:" in line.text or f'name="{view.node}"' in line.text][:1]
        found += [line for line in lines if "OFFLINE:" in line.text or 'online="false"' in line.text][:1]
    return found
