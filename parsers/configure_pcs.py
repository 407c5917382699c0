"""Reads what `pcs config`, `pcs resource config` and `pcs constraint config` print, of pcs 0.9 to 0.12.

What belongs to what is told by indentation, and what a line means by the heading above it.  Fencing levels,
alerts, tags and quorum options are understood and not kept.  What pcs keeps to itself is not told: passwords, and
of several sets of a resource's parameters all but the first (from 0.11.3 on); before, a value that a rule chooses
looks like any other.
Sources: pcs 0.9.100, 0.9.169, 0.10.8, 0.11.1 config.py and resource.py; 0.11.9, 0.12.3 pcs/cli/resource/output.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ha_report.facts import Configuration
from parsers.configure_parts import Draft, Gathered, Settings, operation
from parsers.configure_pcs_constraints import ConstraintSection
from parsers.configure_pcs_text import Line, OpenSet, agent_of, lines_of, pair, pairs

FORMAT = "pcs"

_RESOURCES, _DEFAULTS, _PROPERTIES, _NODES, _ATTRIBUTES, _NOT_KEPT = (
    "resources",
    "defaults",
    "properties",
    "nodes",
    "attributes",
    "",
)
_SECTIONS = {
    "Resources": _RESOURCES,
    "Stonith Devices": _RESOURCES,
    "Resources Defaults": _DEFAULTS,
    "Operations Defaults": _DEFAULTS,
    "Cluster Properties": _PROPERTIES,
    "Pacemaker Nodes": _NODES,
    "Node Attributes": _ATTRIBUTES,
    **dict.fromkeys(("Fencing Levels", "Corosync Nodes", "Alerts", "Tags", "Quorum", "Cluster UIDs/GIDs"), _NOT_KEPT),
}
_HEADING = re.compile(r"(?P<name>[A-Z][A-Za-z/]*(?: [A-Z][A-Za-z/]*)*):(?: (?P<id>\S+))?")
_CONSTRAINTS = re.compile(r"(?P<kind>Location|Ordering|Order|Colocation|Ticket)(?: Set)? Constraints:")
_KINDS = {"Resource": "primitive", "Group": "group", "Clone": "clone", "Master": "master", "Bundle": "bundle"}
_RESOURCE = re.compile(rf"(?P<kind>{'|'.join(_KINDS)}): (?P<id>\S+)(?: \((?P<more>.*)\))?")
_BLOCK = re.compile(
    r"(?P<name>Attributes|Meta Attrs|Meta Attributes|Operations|Utilization|Description|Docker|Podman|Rkt|Network"
    r"|Port Mapping|Storage Mapping|Secret \w[\w ]*):(?: (?P<rest>.*))?"
)
_OLDER_OPERATION = re.compile(r"(?P<name>[\w-]+)(?P<told>(?: .*)?) \([^()]*\)")
_LATER_OPERATION = re.compile(r"(?P<name>[\w-]+):(?: \S+)?")
_OLDER_SETTING = re.compile(r"(?P<name>[^\s:=]+): (?P<value>.*)")
_SAYS_NOTHING = ("No defaults set", "No alerts defined", "No tags defined")
_CHATTER = re.compile(r"(?:Deprecation )?Warning: |CIB has been upgraded to ")


@dataclass
class _Reading:
    """A configuration under construction."""

    gathered: Gathered
    section: str | None = None  # None: nothing of pcs so far
    constraints: ConstraintSection | None = None
    holders: list[tuple[int, Draft]] = field(default_factory=list)  # indentation, and resource: the outermost first
    block: str = ""  # what the lines below a heading inside a resource are
    settings: Settings | None = None  # where the lines of this section put what they tell
    open_set: OpenSet | None = None
    operation: tuple[Line, str, dict[str, str]] | None = None  # whose settings stand on the lines below


def read(lines: Sequence[str], file: str) -> Configuration:
    """Return what the lines tell."""
    reading = _Reading(Gathered(FORMAT, file))
    for line in lines_of(lines):
        if line.text not in _SAYS_NOTHING and not _CHATTER.match(line.text) and not _take(line, reading):
            reading.gathered.undecoded.append(reading.gathered.source(line.number))
    _leave_section(reading)
    return reading.gathered.finished()


def _take(line: Line, reading: _Reading) -> bool:
    """Read a line; say whether it could be read."""
    if _enter(line, reading):
        return True
    if reading.constraints is not None:
        return reading.constraints.take(line)
    if reading.section in (None, _RESOURCES) and _take_resource(line, reading):
        reading.section = _RESOURCES
        return True
    match reading.section:
        case "resources":
            return _take_inside(line, reading)
        case "defaults" | "properties":
            return _take_setting(line, reading)
        case "nodes":
            reading.gathered.nodes |= {name: {} for name in line.text.split() if name not in reading.gathered.nodes}
            return True
        case "attributes":
            return _take_attributes(line, reading)
        case _:
            return reading.section == _NOT_KEPT


def _enter(line: Line, reading: _Reading) -> bool:
    """Read the heading of a section, or the cluster's name."""
    found = _HEADING.fullmatch(line.text)
    constraints = _CONSTRAINTS.fullmatch(line.text)
    if line.text.startswith("Cluster Name:"):
        reading.gathered.cluster_name = line.text.partition(":")[2].strip() or None
    elif constraints is not None:
        _leave_section(reading)
        kind = "order" if constraints["kind"] == "Ordering" else constraints["kind"].lower()
        reading.constraints = ConstraintSection(kind, reading.gathered.file)
    elif found is not None and found["name"] in _SECTIONS and line.indent == 0:
        _leave_section(reading)
        _enter_section(found["name"], line, reading)
    else:
        return False
    return True


def _enter_section(name: str, line: Line, reading: _Reading) -> None:
    reading.section = _SECTIONS[name]
    if reading.section == _DEFAULTS:
        gathered = reading.gathered
        reading.settings = gathered.rsc_defaults if name.startswith("Resources") else gathered.op_defaults
    elif reading.section == _PROPERTIES:
        reading.settings = Settings()
        reading.gathered.property_sets.append(("", reading.settings))
    if reading.settings is not None:
        reading.open_set = OpenSet(reading.settings, line.indent)


def _leave_section(reading: _Reading) -> None:
    _leave_block(reading)
    if reading.constraints is not None:
        reading.gathered.constraints += reading.constraints.close()
    reading.constraints, reading.settings, reading.section = None, None, None
    reading.holders.clear()


def _leave_block(reading: _Reading) -> None:
    if reading.open_set is not None:
        reading.open_set.close()
    _leave_operation(reading)
    reading.open_set, reading.block = None, ""


def _leave_operation(reading: _Reading) -> None:
    if reading.operation is not None and reading.holders:
        line, name, told = reading.operation
        reading.holders[-1][1].operations.append(operation(name, told, reading.gathered.source(line.number)))
    reading.operation = None


def _take_resource(line: Line, reading: _Reading) -> bool:
    """Read the first line of a resource."""
    found = _RESOURCE.fullmatch(line.text)
    if found is None:
        return False
    _leave_block(reading)
    while reading.holders and reading.holders[-1][0] >= line.indent:
        reading.holders.pop()
    draft = reading.gathered.add(Draft(found["id"], _KINDS[found["kind"]], reading.gathered.source(line.number)))
    draft.agent = agent_of(found["more"] or "")
    if reading.holders:
        reading.holders[-1][1].children.append(draft.id)
    reading.holders.append((line.indent, draft))
    return True


def _take_inside(line: Line, reading: _Reading) -> bool:
    """Read a line about the last resource."""
    if not reading.holders:
        return False
    while len(reading.holders) > 1 and line.indent <= reading.holders[-1][0]:
        reading.holders.pop()
    found = _BLOCK.fullmatch(line.text)
    if found is not None and (reading.open_set is None or found["name"][:6] != "Secret"):
        _leave_block(reading)
        reading.block = found["name"]
        return _take_block(line, found["rest"] or "", reading)
    if reading.block == "Operations":
        return _take_operation(line, reading)
    if reading.open_set is not None:
        return _take_setting(line, reading)
    return reading.block != ""


def _take_block(line: Line, rest: str, reading: _Reading) -> bool:
    """Read the heading of a part of a resource, and what stands beside it."""
    draft = reading.holders[-1][1]
    if reading.block == "Operations":
        return not rest or _take_operation(line._replace(text=rest), reading)
    if reading.block in ("Attributes", "Docker", "Podman", "Rkt", "Network"):
        reading.open_set = OpenSet(draft.parameters, line.indent)
    elif reading.block in ("Meta Attrs", "Meta Attributes"):
        reading.open_set = OpenSet(draft.meta, line.indent)
    if reading.open_set is not None and "=" in rest.split(" ", 1)[0]:
        source = reading.gathered.source(line.number)
        reading.open_set.pairs += [(name, value, source) for name, value in pairs(rest)]
    return True


def _take_operation(line: Line, reading: _Reading) -> bool:
    """Read `monitor interval=10s (id)`, or `monitor: id` whose settings stand below."""
    if found := _LATER_OPERATION.fullmatch(line.text):
        _leave_operation(reading)
        reading.operation = (line, found["name"], {})
        return True
    if reading.operation is not None and line.indent > reading.operation[0].indent:
        reading.operation[2].update(pairs(line.text))
        return True
    found = _OLDER_OPERATION.fullmatch(line.text)
    if found is not None:
        told = dict(pairs(found["told"]))
        reading.holders[-1][1].operations.append(operation(found["name"], told, reading.gathered.source(line.number)))
    return found is not None


def _take_setting(line: Line, reading: _Reading) -> bool:
    """Read a setting of the set that is open, or what tells more of that set."""
    if reading.open_set is None:
        return False
    if (
        line.text.startswith(("Meta Attrs", "Meta Attributes", "Attributes", "Options Set"))
        and "=" not in line.text.split(":")[0]
    ):
        reading.open_set.close()
        reading.open_set = OpenSet(reading.open_set.settings, line.indent)
        return True
    if line.text.startswith(("Rule", "Expression:", "Duration:", "Date Spec:")):
        reading.open_set.ruled = True
        return True
    found = pair(line.text) or _older_pair(line.text)
    if found is not None and not line.text.endswith(" (default)"):
        reading.open_set.pairs.append((*found, reading.gathered.source(line.number)))
    return True


def _older_pair(text: str) -> tuple[str, str] | None:
    found = _OLDER_SETTING.fullmatch(text)
    return (found["name"], found["value"]) if found else None


def _take_attributes(line: Line, reading: _Reading) -> bool:
    """Read `node01: standby=on`."""
    name, _, rest = line.text.partition(":")
    reading.gathered.nodes.setdefault(name, {}).update(pairs(rest))
    return True
