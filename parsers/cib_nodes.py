"""Reads what a CIB knows of nodes: names, roles, attributes, and whether each was up.

Whether a node is up stands in no single place.  It is told as crm_mon would tell it, after
determine_online_status in Pacemaker's lib/pengine/unpack.c; what the scheduler finds out besides
(a failed stop makes a node unclean) is not.  A remote node is up while its connection is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ha_report.model import NodeState
from parsers.xml_tree import Element

TRUE = frozenset({"true", "yes", "on", "y", "1"})


def told(element: Element, name: str) -> str | None:
    """Return an attribute, also by the name that heartbeat 2 gave it."""
    return element.get(name) or element.get(name.replace("-", "_"))


def number(text: str | None) -> int | None:
    """Return an integer of decent length, else None."""
    return int(text) if text and re.fullmatch(r"[+-]?\d{1,15}", text) else None


def is_true(text: str | None) -> bool:
    """Read a boolean as the cluster does."""
    return (text or "").lower() in TRUE


@dataclass(frozen=True)
class Nodes:
    """The nodes of a CIB."""

    root: Element
    names: dict[str, str]  # id -> uname
    roles: dict[str, str]  # uname -> "remote" or "guest", of nodes that are resources
    attributes: dict[str, dict[str, str]]  # uname -> name -> value
    properties: dict[str, str]

    @property
    def dc(self) -> str | None:
        """Return the DC, if the CIB knows the node that it names."""
        return self.names.get(told(self.root, "dc-uuid") or "")

    def name_of(self, element: Element) -> str | None:
        """Return the uname of a `node_state` or `node`."""
        return element.get("uname") or self.names.get(element.get("id") or "")

    def states(self) -> list[NodeState]:
        """Return each node that is configured or has a state."""
        entries = {name: entry for entry in self.root.iter("node_state") if (name := self.name_of(entry))}
        configured = [
            name
            for section in self.root.iter("nodes")
            for node in section.findall("node")
            if (name := self.name_of(node))
        ]
        connected = _connections(self.root)
        return [self._node(name, entries.get(name), connected) for name in dict.fromkeys([*configured, *entries])]

    def _node(self, name: str, entry: Element | None, connected: dict[str, bool]) -> NodeState:
        role = self.roles.get(name) or ("remote" if entry and is_true(entry.get("remote_node")) else None)
        state = _CONNECTED.get(connected.get(name)) if role else self._membership(entry, self.attributes.get(name, {}))
        roles = [part for part in ("DC" if name == self.dc else None, role) if part]
        return NodeState(name, _as_asked(state, self.attributes.get(name, {})), tuple(roles))

    def _membership(self, entry: Element | None, attributes: dict[str, str]) -> str:
        fencing = is_true(self.properties.get("stonith-enabled") or self.properties.get("fencing-enabled") or "true")
        if entry is None:
            return (
                "UNCLEAN (offline)"
                if fencing and is_true(self.properties.get("startup-fencing", "true"))
                else "offline"
            )
        leaving = (number(attributes.get("shutdown") or entry.get("shutdown")) or 0) > 0
        return _state_with_fencing(entry, leaving=leaving) if fencing else _state_without_fencing(entry)


def read_nodes(root: Element, roles: dict[str, str], properties: dict[str, str]) -> Nodes:
    """Return the nodes; `roles` are of those that are resources."""
    names = {
        entry.attrib["id"]: entry.get("uname") or entry.attrib["id"]
        for entry in root.iter("node_state")
        if entry.get("id")
    }
    names |= {
        node.attrib["id"]: node.attrib["uname"] for node in root.iter("node") if node.get("id") and node.get("uname")
    }
    remote = {
        node.attrib["uname"]: "remote"
        for node in root.iter("node")
        if node.get("type") == "remote" and node.get("uname")
    }
    return Nodes(root, names, remote | roles, _attributes(root, names), properties)


def _attributes(root: Element, names: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return uname -> name -> value: what is set for a node's lifetime beats what is configured."""
    found: dict[str, dict[str, str]] = {}
    for element, holder in (
        *_holders(root, "node", "instance_attributes"),
        *_holders(root, "node_state", "transient_attributes"),
    ):
        name = element.get("uname") or names.get(element.get("id") or "")
        pairs = {pair.attrib["name"]: pair.get("value") or "" for pair in holder.iter("nvpair") if pair.get("name")}
        if name and pairs:
            found.setdefault(name, {}).update(pairs)
    return found


def _holders(root: Element, tag: str, holder: str) -> Iterator[tuple[Element, Element]]:
    return ((element, child) for element in root.iter(tag) for child in element.findall(holder))


def _as_asked(state: str | None, attributes: dict[str, str]) -> str | None:
    """Add what an operator asked of a node: standby or maintenance."""
    for flag in ("standby", "maintenance"):
        if state in ("online", "offline") and is_true(attributes.get(flag)):
            return flag if state == "online" else f"offline ({flag})"
    return state


def _is_up(text: str | None) -> bool:
    """Read `in_ccm` or `crmd`: a word, or since 2.1.7 the time from which on it holds."""
    return is_true(text) or text == "online" or (number(text) or 0) > 0


def _state_without_fencing(entry: Element) -> str:
    member, controller = _is_up(entry.get("in_ccm")), _is_up(entry.get("crmd"))
    if member and not controller and entry.get("expected") == "member":
        return "UNCLEAN (offline)"
    return "online" if member and controller and entry.get("join") == "member" else "offline"


def _state_with_fencing(entry: Element, *, leaving: bool) -> str:
    member, controller = _is_up(entry.get("in_ccm")), _is_up(entry.get("crmd"))
    join = entry.get("join")
    if leaving:
        return "online" if controller else "offline"
    if entry.get("in_ccm") is not None and join != "nack" and entry.get("expected") in (None, "down"):
        return "pending" if member or controller else "offline"
    if not member:
        return "UNCLEAN (offline)"
    if not controller or join not in ("member", "pending", "down"):
        return "UNCLEAN (online)"
    return "online" if join == "member" else "pending"


_CONNECTED = {True: "online", False: "offline", None: None}


def _connections(root: Element) -> dict[str, bool]:
    """Return resource id -> whether it runs on a node that is up, for those of which any node tells."""
    running: dict[str, bool] = {}
    for state in root.iter("node_state"):
        up = _is_up(state.get("in_ccm"))
        for entry in state.iter("lrm_resource"):
            name, operation = entry.get("id"), _last_result(entry)
            if name and operation:
                running[name] = running.get(name, False) or (up and operation in ("start", "monitor", "migrate_from"))
    return running


def _last_result(resource: Element) -> str | None:
    """Return the last operation that went well: a monitor that found nothing counts as a stop."""
    good = [entry for entry in resource.findall("lrm_rsc_op") if told(entry, "rc-code") in ("0", "7")]
    last = max(good, key=lambda entry: number(told(entry, "call-id")) or 0, default=None)
    if last is None:
        return None
    return "stop" if told(last, "rc-code") == "7" else last.get("operation")
