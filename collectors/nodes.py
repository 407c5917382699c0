"""Finds out which nodes a cluster has, from what one of them holds.

Sources, most certain first: crm_node -l (Pacemaker's own list), the CIB (live or as it was
archived), corosync.conf(5) nodelist, ha.cf(5) `node`, and Heartbeat's hostcache.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from collectors import ssh, stream
from collectors.program import discovery
from collectors.taking import harmless
from ha_report.errors import UserError

LONGEST_BYTES = 64 << 20  # of what tells the nodes
ANSWER_S = 25  # that discovery may take, its items' limits included


@dataclass(frozen=True)
class Cluster:
    """The nodes of a cluster, and where they were read."""

    nodes: tuple[str, ...]
    told_by: str | None
    asked: str  # the uname of the node that was asked
    name: str | None = None


def discover(access: ssh.Access, node: str | None) -> Cluster:
    """Return the cluster of `node`, None for that of this machine; raises UserError if it cannot be asked."""
    session = ssh.start(access, node) if node else ssh.start_here()
    session.feed(discovery())
    wire = stream.Wire(session.output)
    problem: Exception | None = None
    texts = dict.fromkeys(READERS, "")
    try:
        greeting, begun = stream.greeting(wire, access.patience_s)
        for arrival in stream.arrivals(stream.Frames(wire, greeting.compressor, begun, ANSWER_S)):
            if arrival.kind == "out" and arrival.name in texts:
                texts[arrival.name] = arrival.read(LONGEST_BYTES).decode("utf-8", "replace")
    except (stream.Stalled, stream.Garbled, stream.TooMuch) as error:
        problem = error
    status, said = session.end(grace_s=0.0 if problem else 5.0)
    if problem or status:
        why = "it does not answer" if isinstance(problem, stream.Stalled) else ssh.meaning(said, status, node or "")
        raise UserError(
            f"{node or 'This machine'} could not be asked which nodes there are: {harmless(why)}.\nOr name them with -n."
        )
    return _cluster(texts, greeting.node)


def _cluster(texts: dict[str, str], asked: str) -> Cluster:
    found = ((name, unique(reader(texts[name]))) for name, reader in READERS.items())
    told_by, nodes = next(((name, nodes) for name, nodes in found if nodes), (None, ()))
    return Cluster(nodes, told_by, asked, _name(texts))


def _name(texts: dict[str, str]) -> str | None:
    found = re.search(r'name="cluster-name"[^>]*\bvalue="([^"]+)"', texts["cib.xml"]) or re.search(
        r"^\s*cluster_name:\s*(\S+)", texts["corosync.conf"], re.MULTILINE
    )
    return found[1] if found else None


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names in their order, each once."""
    return tuple(dict.fromkeys(names))


def of_crm_node(text: str) -> list[str]:
    """Return the nodes in the output of crm_node -l: "ID NAME STATE", in Pacemaker 1.0 "ID NAME"."""
    return re.findall(r"^\d+ (\S+)(?: \S+)?$", text, re.MULTILINE)


def of_cib(text: str) -> list[str]:
    """Return the cluster nodes of a CIB; remote nodes have no logs of their own to speak of, and often no ssh."""
    nodes = re.findall(r"<node\b([^>]*)>", text)
    return [found[1] for one in nodes if 'type="remote"' not in one and (found := re.search(r'\buname="([^"]+)"', one))]


def of_corosync(text: str) -> list[str]:
    """Return the nodes of corosync.conf: by name, or else by the address of their first ring."""
    nodes = re.findall(r"\bnode\s*\{([^}]*)\}", text)
    found = (
        re.search(r"^\s*name:\s*(\S+)", one, re.MULTILINE) or re.search(r"^\s*ring0_addr:\s*(\S+)", one, re.MULTILINE)
        for one in nodes
    )
    return [one[1] for one in found if one]


def of_ha_cf(text: str) -> list[str]:
    """Return the nodes of ha.cf: `node a b`, as often as one likes."""
    return [name for line in re.findall(r"^node\s+([^#\n]*)", text, re.MULTILINE) for name in line.split()]


def of_hostcache(text: str) -> list[str]:
    r"""Return the nodes of Heartbeat's hostcache: "NAME\tUUID\tWEIGHT"."""
    return re.findall(r"^(\S+)\s+[0-9a-f]{8}-", text, re.MULTILINE)


READERS = {
    "crm_node.txt": of_crm_node,
    "cib.xml": of_cib,
    "corosync.conf": of_corosync,
    "ha.cf": of_ha_cf,
    "hostcache": of_hostcache,
}
