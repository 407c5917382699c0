"""Reads corosync.conf (and openais.conf), of corosync 1 to 3.

    totem {
        cluster_name: halab
        interface {
            ringnumber: 0
            bindnetaddr: 192.168.100.0
        }
    }
    nodelist {
        node {
            ring0_addr: 192.168.100.101
            name: node01
            nodeid: 1
        }
    }

`two_node: 1` sets wait_for_all, too, where nothing else is said of it.  Source: corosync.conf(5), votequorum(5).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ha_report.facts import Link, Member, StackFacts
from parsers.stack_parts import Line, Telling, boolean, number

_BLOCK = re.compile(r"(?P<name>[A-Za-z_]+)\s*\{")
_SETTING = re.compile(r"(?P<name>[A-Za-z0-9_.]+)\s*:\s*(?P<value>.*)")
_ADDRESS = re.compile(r"ring(?P<ring>[0-9]{1,2})_addr")
_FIRST = frozenset({"totem", "nodelist", "quorum", "logging", "amf", "aisexec"})


@dataclass
class _Block:
    """A block of settings in braces."""

    name: str
    line: Line
    told: dict[str, tuple[str, Line]] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """Return a setting, or None."""
        return self.told[name][0] if name in self.told else None


def looks_like_corosync_conf(text: str) -> bool:
    """Say whether a line is one by which corosync.conf is known."""
    found = _BLOCK.fullmatch(text)
    return found is not None and found["name"] in _FIRST


def read_corosync_conf(lines: Sequence[Line], file: str) -> StackFacts:
    """Return what the configuration tells."""
    telling = Telling(file)
    telling.told["stack"] = "corosync"
    blocks = _blocks(lines, telling)
    for block in blocks:
        _take(block, telling)
    nodes = [block for block in blocks if block.name in ("nodelist.node", "totem.interface.member")]
    interfaces = [block for block in blocks if block.name == "totem.interface"]
    if nodes:
        telling.tell("nodes", tuple(_member(block, telling) for block in nodes), nodes[0].line)
    if interfaces:
        telling.tell(
            "links", tuple(_link(block, at, telling) for at, block in enumerate(interfaces)), interfaces[0].line
        )
    return telling.finished(lines[0])


def _blocks(lines: Sequence[Line], telling: Telling) -> list[_Block]:
    """Return the blocks, each named with those around it: "totem.interface"."""
    found: list[_Block] = []
    opened: list[_Block] = []
    for line in lines:
        if line.text.startswith("#"):
            continue
        if begun := _BLOCK.fullmatch(line.text):
            name = f"{opened[-1].name}.{begun['name']}" if opened else begun["name"]
            opened.append(_Block(name, line))
            found.append(opened[-1])
        elif line.text == "}" and opened:
            opened.pop()
        elif opened and (setting := _SETTING.fullmatch(line.text)):
            opened[-1].told[setting["name"]] = (setting["value"], line)
        else:
            telling.undecoded.append(telling.source(line))
    return found


def _take(block: _Block, telling: Telling) -> None:
    """Take the settings of one block that are kept."""
    for name, (value, line) in block.told.items():
        match (block.name, name):
            case ("totem", "cluster_name" | "transport"):
                telling.tell(name, value or None, line)
            case ("totem", "token"):
                telling.tell("token_ms", number(value), line)
            case ("quorum", "expected_votes"):
                telling.tell(name, number(value), line)
            case ("quorum", "two_node" | "wait_for_all"):
                telling.tell(name, boolean(value), line)
            case ("logging", "logfile"):
                telling.tell(name, value or None, line)
    if block.name == "quorum" and telling.told.get("two_node"):
        telling.told.setdefault("wait_for_all", True)
        telling.sources.setdefault("wait_for_all", telling.sources["two_node"])


def _member(block: _Block, telling: Telling) -> Member:
    rings = {int(found["ring"]): block.told[name][0] for name in block.told if (found := _ADDRESS.fullmatch(name))}
    addresses = [rings[ring] for ring in sorted(rings)] or [value for value in [block.get("memberaddr")] if value]
    votes, node_id = block.get("quorum_votes"), block.get("nodeid")
    return Member(
        block.get("name"),
        number(node_id) if node_id else None,
        tuple(addresses),
        number(votes) if votes else None,
        telling.source(block.line),
    )


def _link(block: _Block, at: int, telling: Telling) -> Link:
    """Return an interface of totem: a ring until 2.4, a link from 3.0 on."""
    name = block.get("ringnumber") or block.get("linknumber") or str(at)
    address = block.get("bindnetaddr") or block.get("mcastaddr")
    return Link(name, None, address, None, telling.source(block.line))
