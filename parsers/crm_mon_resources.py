"""Resources in crm_mon's output: one a line, or the nodes of a whole clone in one list.

    r_ip	(ocf::heartbeat:IPaddr2):	Started node01 (unmanaged) FAILED       1.0 to 1.1.10
    r_ip	(ocf::heartbeat:IPaddr2):	FAILED Master node01 (blocked)          1.1.11 on
    r_ip	(ocf::heartbeat:IPaddr2):	Started (unmanaged)[ node01 node02 ]    active on several nodes

The node is missing where resources are grouped by node.  Sources: lib/pengine/native.c
(native_print, common_print, pcmk__native_output_string), clone.c, group.c, bundle.c.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from ha_report.model import ResourceState
from parsers.crm_mon_lines import AGENT

_RESOURCE = re.compile(
    rf"(?P<id>\S+)(?: \((?P<address>[0-9A-Fa-f.:]+)\))?\s+\((?P<agent>{AGENT})(?P<orphan> ORPHANED)?\):?(?P<rest>(?:\s.*)?)"
)
_BRIEF = re.compile(rf"\d+(?:/\d+)?\s+\({AGENT}\):\s+Active\b.*")
_NAME = r"(?!FAILED\b|ORPHANED\b)[A-Za-z0-9_@][A-Za-z0-9_@.:+-]*"  # and no remark in another script
_REST = re.compile(
    r"\s*(?P<orphan>ORPHANED\s+)?(?P<failed>FAILED\b\s*)?"
    r"(?P<role>(?:Started|Stopped|Master|Slave|Promoted|Unpromoted|Starting|Stopping|Migrating|Promoting|Demoting|Monitoring|Unknown)\b)?"
    rf"(?P<node>\s*(?<=\s){_NAME}(?![^\s(\[]))?(?P<more>.*)"
)
_NODES = re.compile(r"\[(?P<nodes>[^\]]*)\]?\s*$")
_FLAGS = re.compile(r"\(([^()]*)\)")

_SET = re.compile(
    r"(?P<kind>Resource Group|Clone Set|Master/Slave Set|Container bundle(?: set)?|[A-Za-z]+ container(?: set)?): (?P<id>\S+?)"
    r"(?: \[(?P<child>[^\]]*)\])?(?P<flags>(?: \([^()]*\))*):?"
)
_REPLICA = re.compile(r"Replica\[\d+\]:?")
_MEMBERS = re.compile(
    r"(?P<role>Started|Stopped|Masters|Slaves|Promoted|Unpromoted|Starting|Stopping)(?: \((?P<flags>[^()]*(?:\([^()]*\))?)\))?: *\[(?P<names>[^\]]*)\]?.*"
)
_ROLE = {"Masters": "Master", "Slaves": "Slave"}
_INSTANCE = re.compile(r".+:\d+")

UNMANAGED = frozenset({"unmanaged", "blocked", "maintenance"})  # each means that the cluster keeps its hands off


class Parent(NamedTuple):
    """A group, clone or bundle whose members follow."""

    indent: int
    id: str
    child: str | None  # what a clone is made of; 1.0 does not tell
    promotable: bool  # it, or what holds it; a bundle may hold anything
    flags: frozenset[str]


def read_parent(bare: str, indent: int, outer: Parent | None) -> Parent | None:
    """Read the line above the members of a group, clone or bundle, which may stand inside `outer`."""
    found = _SET.fullmatch(bare)
    if found is None:
        return None
    flags = _flags(found["flags"])
    bundle = "ontainer" in found["kind"]
    promotable = (
        bundle
        or found["kind"].startswith("Master")
        or "promotable" in flags
        or (outer is not None and outer.promotable)
    )
    return Parent(indent, found["id"], None if bundle else found["child"], promotable, flags)


def read_members(bare: str, parent: Parent) -> list[ResourceState] | None:
    """Read `Masters: [ node01 ]` below the line of a clone; None if it is no such line."""
    found = _MEMBERS.fullmatch(bare)
    if found is None:
        return None
    role = _ROLE.get(found["role"], found["role"])
    managed = not UNMANAGED & (parent.flags | _flags(f"({found['flags'] or ''})"))
    return [_member(name, role, parent, managed) for name in found["names"].split()]


def _member(name: str, role: str, parent: Parent, managed: bool) -> ResourceState:
    """Return one member: what stopped, older versions name by its instance (`p_state:1`), not by a node."""
    if role == "Stopped" and _INSTANCE.fullmatch(name):
        return ResourceState(name, None, role, None, parent.id, managed, failed=False, orphaned=False)
    if parent.child is None:  # 1.0 does not tell what the clone is made of
        return ResourceState(parent.id, None, role, name, None, managed, failed=False, orphaned=False)
    return ResourceState(parent.child, None, role, name, parent.id, managed, failed=False, orphaned=False)


def read_resource(bare: str, parent: Parent | None, node: str | None) -> list[ResourceState] | None:
    """Read the line of a resource, as one row for each node where it is active.

    `node` is the one under whose name the line stands, if resources are grouped by node.
    None if the line is none of a resource.
    """
    found = None if _BRIEF.fullmatch(bare) else _RESOURCE.fullmatch(bare)
    rest = _REST.fullmatch(found["rest"]) if found else None
    if found is None or rest is None:
        return None
    flags = _flags(rest["more"]) | (parent.flags if parent else frozenset())
    failed = bool(rest["failed"]) or re.search(r"(?:^|[\s)])FAILED\b", _FLAGS.sub(" ", rest["more"])) is not None
    nodes = _nodes(rest, node)
    state = ResourceState(
        id=found["id"], agent=_agent(found), role=_role(rest["role"], failed, nodes, parent), node=None,
        parent=parent.id if parent else None, managed=not UNMANAGED & flags, failed=failed, blocked="blocked" in flags,
        orphaned=bool(found["orphan"] or rest["orphan"]),
    )  # fmt: skip
    return [replace(state, node=name) for name in nodes]


def _agent(found: re.Match[str]) -> str | None:
    """Return the agent; a replica of a bundle, which has an address, shows that of what it holds."""
    agent: str = found["agent"]
    return None if found["address"] else agent.replace("::", ":")


def is_known(bare: str) -> bool:
    """Say whether a line about resources names none: counts by agent, replicas of a bundle."""
    return _BRIEF.fullmatch(bare) is not None or _REPLICA.fullmatch(bare) is not None


def once(states: Iterable[ResourceState]) -> list[ResourceState]:
    """Return each instance on each node once: views by node and of inactive resources tell some twice."""
    known: dict[tuple[str, str | None], ResourceState] = {}
    for state in states:
        before = known.setdefault((state.id, state.node), state)
        missing = {
            name: getattr(state, name)
            for name in ("agent", "role", "parent", "blocked")
            if getattr(before, name) is None
        }
        known[state.id, state.node] = replace(before, **missing)
    return list(known.values())


def _nodes(rest: re.Match[str], heading: str | None) -> list[str | None]:
    listed = _NODES.search(rest["more"])
    if listed:
        return list(listed["nodes"].split()) or [None]
    if heading is not None:
        return [heading]
    return [rest["node"].strip() if rest["node"] else None]


def _role(role: str | None, failed: bool, nodes: Iterable[str | None], parent: Parent | None) -> str | None:
    """Return the role; FAILED stands in its place for what is started, or a slave, or stopped."""
    if role or not failed:
        return role
    return "Started" if any(nodes) and not (parent and parent.promotable) else None


def _flags(text: str) -> frozenset[str]:
    return frozenset(flag.strip() for group in _FLAGS.findall(text) for flag in group.split(","))
