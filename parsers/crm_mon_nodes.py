"""Nodes in crm_mon's output: lists by state, and a line for each node that is in no plain state."""

import re
from typing import NamedTuple

from ha_report.model import NodeState

_LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "online": ("online", ()),
    "offline": ("offline", ()),
    "standby": ("standby", ()),
    "maintenance": ("maintenance", ()),
    "pending": ("pending", ()),
    "remoteonline": ("online", ("remote",)),
    "remoteoffline": ("offline", ("remote",)),
    "guestonline": ("online", ("guest",)),
    "guestoffline": ("offline", ("guest",)),
    "containers": ("online", ("guest",)),  # 1.1.11: name:resource of the container
    "standby with resource(s) running": ("standby", ()),
}
_LIST = re.compile(r"(?P<kind>[A-Z][A-Za-z ()]+?) ?:\s*\[(?P<names>[^\]]*)\]?.*")
_BARE_LIST = re.compile(
    r"(?P<kind>Online|Standby|Standby with resource\(s\) running|Maintenance|Offline):(?P<names>.*)"
)  # pcs status nodes

_ROLES: dict[str, tuple[str, ...]] = {
    "RemoteNode": ("remote",),
    "GuestNode": ("guest",),
    "ContainerNode": ("guest",),
    "Node": (),
}
_NODE = re.compile(
    r"(?P<kind>Node|RemoteNode|GuestNode|ContainerNode) (?P<name>\S+?)(?: \((?P<id>[^()]*)\))?:(?: +(?P<state>.*?):?)?"
)
_STATE = re.compile(
    r"(?P<state>online|OFFLINE(?: \((?:standby|maintenance)\))?|standby(?: \(on-fail\))?|maintenance|pending"
    r"|UNCLEAN \((?:online|offline|pending)\))(?: \(with active resources\))?(?: \(health is \w+\))?(?:, feature set .*)?",
    re.IGNORECASE,
)
# "* Node node01:" and "* Node: node01 (1):" above a node's attributes or history.
_HEADING = re.compile(r"Node:? (?P<name>\S+?)(?: \([^()]*\))?:?(?: +\w+=\S+)?")


class NodeLine(NamedTuple):
    """A line about one node; its resources may follow."""

    name: str
    state: str | None
    roles: tuple[str, ...]


def read_list(bare: str) -> list[NodeState] | None:
    """Read `Online: [ a b ]`; None if the line is no list of nodes."""
    found = _LIST.fullmatch(bare)
    kind = _LISTS.get(found["kind"].lower()) if found else None
    return _nodes(found["names"], *kind) if found and kind else None


def read_bare_list(bare: str) -> list[NodeState] | None:
    """Read `Online: a b` as `pcs status nodes` prints it; None if the line is no such list."""
    found = _BARE_LIST.fullmatch(bare)
    return _nodes(found["names"], *_LISTS[found["kind"].lower()]) if found else None


def _nodes(names: str, state: str, roles: tuple[str, ...]) -> list[NodeState]:
    return [NodeState(_own_name(name, roles), state, roles) for name in names.split()]


def read_node(bare: str) -> NodeLine | None:
    """Read `Node n (id): UNCLEAN (offline)`; the state is None where none is printed."""
    found = _NODE.fullmatch(bare)
    if found is None:
        return None
    roles = _ROLES[found["kind"]]
    name = _own_name(found["name"], roles)
    state = _STATE.fullmatch(found["state"] or "")
    if state is None and found["state"]:
        return None  # prose
    return NodeLine(name, normal_state(state["state"]) if state else None, roles)


def read_heading(bare: str, guests: set[str]) -> str | None:
    """Return the node that the lines below a heading are about."""
    found = _HEADING.fullmatch(bare)
    if found is None:
        return None
    name = found["name"]
    host = name.rpartition("@")[0]
    return host if host in guests else name


def normal_state(state: str) -> str:
    """Return the state as crm_mon words it, but with OFFLINE in the letters of its siblings."""
    return state.replace("OFFLINE", "offline")


def _own_name(name: str, roles: tuple[str, ...]) -> str:
    """Cut off where a guest runs: name@host, or name:container in 1.1.11."""
    if "guest" not in roles:
        return name
    return re.split(r"[@:](?=[^@:]*$)", name)[0] or name
