"""Reads corosync-cfgtool -s (and -n), and corosync-quorumtool -s.

    LINK ID 0 udp                       RING ID 0                                          until 2.4
        addr    = 192.168.100.101           id      = 10.0.0.1
        status:                             status  = Marking ringid 0 interface 10.0.0.1 FAULTY
            nodeid:          2: connected

    Quorate:          Yes
    Flags:            2Node Quorate WaitForAll

Sources: corosync's tools/corosync-cfgtool.c and corosync-quorumtool.c of 1.4, 2.4, 3.0 and 3.1.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ha_report.facts import Link, Member, StackFacts
from parsers.stack_parts import Line, Telling, boolean, number

_LOCAL = re.compile(r"Local node ID (?P<id>\d{1,10})(?:, transport (?P<transport>\S+))?")
_LINK = re.compile(r"(?:RING|LINK) ID (?P<id>\d+)(?: .*)?")
_ADDRESS = re.compile(r"(?:id|addr)\s*=\s*(?P<address>\S+)")
_STATUS = re.compile(r"status\s*=\s*(?P<state>.*)")
_PEER = re.compile(r"(?:nodeid:?|node)\s+(?P<id>\d{1,10}):\s*(?P<state>.+)")
_PEER_HEAD = re.compile(r"nodeid: (?P<id>\d{1,10})(?: (?:reachable|remote|external).*)?")
_PEER_LINK = re.compile(r"LINK: (?P<id>\d+) \S+ \((?P<address>[^()]*?)->[^()]*\) ?(?P<state>.*?)(?: mtu: .*)?")
_RAW_STATE = re.compile(r"link enabled:(?P<enabled>\d)\s+link connected:(?P<connected>\d)")
_NOTHING = re.compile(r"Printing (?:ring|link) status\.|status:|onwire \(min/max/cur\).*")
_CFGTOOL = re.compile(r"Printing (?:ring|link) status\.|Local node ID \d.*")

_SETTING = re.compile(r"(?P<name>[A-Z][A-Za-z ]*?):\s*(?P<value>.*)")
_MEMBER = re.compile(
    r"(?P<id>\d{1,10}|0x[0-9a-fA-F]{1,8})\s+(?P<votes>\d{1,6})\s+(?:[A-Z,]+\s+)?(?P<name>\S+)(?P<local> \(local\))?"
)
_QUORUMTOOL = re.compile(r"Quorum provider:.*|Quorum information|Votequorum information|Quorum type:.*")
_NOT_KEPT = frozenset(
    {
        "Date",
        "Quorum provider",
        "Quorum type",
        "Nodes",
        "Ring ID",
        "Highest expected",
        "Quorum",
        "Version",
        "Node votes",
    }
)
_TABLE = re.compile(r"-+|(?:Quorum|Votequorum|Membership) information|Nodeid\s+Votes.*|\d+\s+\d+\s+Qdevice.*")


def looks_like_cfgtool(text: str) -> bool:
    """Say whether a line is one by which corosync-cfgtool's output is known."""
    return _CFGTOOL.fullmatch(text) is not None


def looks_like_quorumtool(text: str) -> bool:
    """Say whether a line is one by which corosync-quorumtool's output is known."""
    return _QUORUMTOOL.fullmatch(text) is not None


def read_cfgtool(lines: Sequence[Line], file: str) -> StackFacts:
    """Return the links with their state, towards each node where that is told."""
    reading = _LinkReading(Telling(file))
    reading.telling.told["stack"] = "corosync"
    for line in lines:
        if not reading.take_setting(line) and not reading.take_link(line) and not _NOTHING.fullmatch(line.text):
            reading.telling.undecoded.append(reading.telling.source(line))
    reading.telling.told["links"] = tuple(reading.links)
    return reading.telling.finished(lines[0])


@dataclass
class _LinkReading:
    """What was read so far, and what the next lines are about."""

    telling: Telling
    links: list[Link] = field(default_factory=list)
    name: str = ""
    address: str | None = None
    peer: str | None = None

    def take_setting(self, line: Line) -> bool:
        """Read a line that the lines below depend on."""
        if found := _LOCAL.fullmatch(line.text):
            self.telling.tell("local_id", int(found["id"]), line)
            self.telling.tell("transport", found["transport"], line)
        elif found := _LINK.fullmatch(line.text):
            self.name, self.address = found["id"], None
        elif found := _ADDRESS.fullmatch(line.text):
            self.address = found["address"]
        elif found := _PEER_HEAD.fullmatch(line.text):
            self.peer = found["id"]
        return found is not None

    def take_link(self, line: Line) -> bool:
        """Read the state of a link."""
        source = self.telling.source(line)
        if found := _STATUS.fullmatch(line.text):
            self.links.append(Link(self.name, None, self.address, found["state"] or None, source))
        elif found := _PEER.fullmatch(line.text):
            self.links.append(Link(self.name, found["id"], self.address, _state(found["state"]), source))
        elif found := _PEER_LINK.fullmatch(line.text):
            self.links.append(Link(found["id"], self.peer, found["address"], _later_state(found["state"]), source))
        return found is not None


def _state(told: str) -> str:
    """Return a link's state in 3.1's words, which 3.0 says in digits."""
    found = _RAW_STATE.match(told)
    return told if found is None else "connected" if found["connected"] == "1" else "disconnected"


def _later_state(told: str) -> str:
    """Return a link's state of `cfgtool -n`, which says nothing of one that is not connected."""
    return "connected" if "connected" in told.split() else "disconnected"


def read_quorumtool(lines: Sequence[Line], file: str) -> StackFacts:
    """Return what is told of votes and members."""
    telling = Telling(file)
    telling.told["stack"] = "corosync"
    members: list[Member] = []
    for line in lines:
        if found := _MEMBER.fullmatch(line.text):
            member = Member(found["name"], _node_id(found["id"]), (), int(found["votes"]), telling.source(line))
            members.append(member)
            telling.tell("local_id", member.id if found["local"] else None, line)
        elif (setting := _SETTING.fullmatch(line.text)) and _take(setting["name"], setting["value"], line, telling):
            continue
        elif not _TABLE.fullmatch(line.text):
            telling.undecoded.append(telling.source(line))
    telling.told["nodes"] = tuple(members)
    return telling.finished(lines[0])


def _node_id(text: str) -> int | None:
    """Return a node id, which -H writes in hexadecimal."""
    return int(text, 16) if re.fullmatch(r"0x[0-9a-fA-F]{1,8}", text) else number(text)


def _take(name: str, value: str, line: Line, telling: Telling) -> bool:
    """Take a setting; say whether there is one of that name."""
    match name:
        case "Quorate":
            telling.tell("quorate", boolean(value), line)
        case "Node ID":
            telling.tell("local_id", _node_id(value), line)
        case "Expected votes":
            telling.tell("expected_votes", number(value), line)
        case "Total votes":
            telling.tell("total_votes", number(value), line)
        case "Flags":
            flags = value.split()
            telling.tell("two_node", "2Node" in flags, line)
            telling.tell("wait_for_all", "WaitForAll" in flags, line)
        case _:
            return name in _NOT_KEPT
    return True
