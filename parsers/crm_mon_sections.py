"""The parts of crm_mon's output, and the headings that begin them (tools/crm_mon.c, lib/pengine/pe_output.c; pcs adds some)."""

import re
from enum import Enum, auto


class Section(Enum):
    """What the lines below a heading are about."""

    HEADER = auto()
    NODES = auto()
    RESOURCES = auto()
    ATTRIBUTES = auto()
    HISTORY = auto()
    FAILED = auto()
    FENCING = auto()
    WARNINGS = auto()  # of pcs: sentences, up to the next blank line
    OTHER = auto()  # bans, tickets, daemons: nothing that the snapshot has a place for
    FORECAST = auto()  # crm_simulate: what would be done, and the state that it would lead to


_HEADINGS = {
    Section.HEADER: ("cluster summary", "current cluster status", "cluster status"),
    Section.NODES: ("node list", "pacemaker nodes", "pacemaker remote nodes"),
    Section.RESOURCES: (
        "full list of resources", "active resources", "inactive resources", "resource list", "list of resources",
    ),
    Section.ATTRIBUTES: ("node attributes",),
    Section.HISTORY: ("migration summary", "operations"),
    Section.FAILED: ("failed actions", "failed resource actions", "failed operations"),
    Section.FENCING: (
        "failed fencing actions", "pending fencing actions", "fencing history", "fencing actions", "failed stonith actions",
        "pending stonith actions", "stonith history",
    ),
    Section.WARNINGS: ("warnings", "warning"),
    Section.OTHER: (
        "negative location constraints", "tickets", "daemon status", "pcsd status", "quorum", "sbd status",
        "config options", "cluster options", "corosync nodes", "utilization information", "membership information",
    ),
    Section.FORECAST: (
        "transition summary", "executing cluster transition", "revised cluster status", "performing requested modifications",
        "allocation scores and utilization information", "allocation scores", "utilization information", "assignment scores",
        "performing requested modifications and injections",
    ),
}  # fmt: skip
_SECTION_OF = {heading: section for section, headings in _HEADINGS.items() for heading in headings}
HEADINGS = tuple(_SECTION_OF)  # in small letters
_HEADING = re.compile(r"([A-Za-z][A-Za-z ]+?) ?:")

# Lines that say nothing the snapshot keeps, but are crm_mon's or pcs' own.
_KNOWN = {
    Section.OTHER: re.compile(
        r"[\w.@-]+: +(?:active|inactive|failed|unknown|online|offline|activating|deactivating)\b.*"
        r"|\S+\s+prevents \S+ from running .*on .*|\S+\s+(?:granted|revoked)\b.*|(?:Fencing of failed nodes|STONITH of failed nodes|Cluster is"
        r"|No quorum policy|Resource management|Fencing|Stop all resources)\b.*",
        re.IGNORECASE,
    ),
    Section.FENCING: re.compile(
        r"(?:reboot|off|on|list|status|monitor|'?\w+'?) of \S+ (?:failed|successful|pending|by |for |last |is ).*"
        r"|(?:last-failed|last-successful|completed)='.*|Node \S+ last fenced at: .*|.*\bfenced\b.*|(?:delegate|client|origin)=.*"
    ),
}


def section_of(bare: str) -> Section | None:
    """Return the section that a heading begins; None for any other line."""
    found = _HEADING.fullmatch(bare)
    return _SECTION_OF.get(found[1].lower()) if found else None


def is_known(section: Section | None, bare: str) -> bool:
    """Say whether a line belongs to a section of which nothing is kept."""
    pattern = _KNOWN.get(section) if section else None
    return pattern is not None and pattern.fullmatch(bare) is not None
