"""Says whether a text is, or holds, what crm_mon, `crm status`, `pcs status` or crm_simulate print."""

import re
from functools import cache

from ahocorasick_rs import AhoCorasick

from parsers.crm_mon_lines import AGENT, cleaned, is_dirty
from parsers.crm_mon_sections import HEADINGS, Section, section_of
from parsers.failed_actions import ENTRY_START

# Each says by itself that crm_mon spoke; two kinds of the weaker ones are needed.
_STRONG = (Section.FAILED, Section.HISTORY, Section.ATTRIBUTES)
_WEAK = {
    "dc": re.compile(r"Current DC: \S"),
    "nodes": re.compile(r"(?:Online|OFFLINE|RemoteOnline|GuestOnline) ?: \["),
    "node": re.compile(
        r"(?:Node|RemoteNode|GuestNode) \S+(?: \([^()]*\))?: (?:online|OFFLINE|UNCLEAN|standby|pending|maintenance)"
    ),
    "updated": re.compile(r"(?:Last updated|Stack): \S"),
    "set": re.compile(r"Resource Group: \S|(?:Clone|Master/Slave) Set: \S|\w+ (?:container|bundle)(?: set)?: \S+ \["),
    "resource": re.compile(
        rf"\S+(?: \([0-9A-Fa-f.:]+\))?\s+\({AGENT}(?: ORPHANED)?\):?\s+(?:ORPHANED |FAILED |[A-Z][a-z]+)"
    ),
    "members": re.compile(r"(?:Started|Stopped|Masters|Slaves|Promoted|Unpromoted)[\w ()]*: \["),
    "counts": re.compile(r"\d+ (?:[Rr]esources?(?: instances?)?|[Nn]odes?) configured"),
}
# In small letters, what stands in every line of a kind.
_HINTS = {
    "dc": ("current dc: ",),
    "nodes": ("online: [", "offline: [", "online : [", "offline : ["),
    "node": (": online", ": offline", ": unclean", ": standby", ": pending", ": maintenance"),
    "updated": ("last updated: ", "stack: "),
    "set": ("resource group: ", "clone set: ", "master/slave set: ", "container: ", "container set: ", "bundle: ", "bundle set: "),
    "resource": ("(ocf:", "(lsb:", "(stonith:", "(systemd:", "(upstart:", "(service:", "(heartbeat:", "(nagios:"),
    "members": ("started: [", "stopped: [", "masters: [", "slaves: [", "promoted: [", "): ["),
    "counts": (
        "resource configured", "resources configured", "node configured", "nodes configured", "instance configured",
        "instances configured",
    ),
}  # fmt: skip
_STRONG_HINTS = ("(node=", "' (", " returned '", " could not be executed (")
_HEADING = "heading"


@cache
def _hints() -> tuple[AhoCorasick, list[str | None]]:
    """Return what finds the hints, and the kind of each; None for those that are enough by themselves."""
    hints: list[tuple[str, str | None]] = [(hint, kind) for kind, those in _HINTS.items() for hint in those]
    hints += [(hint, None) for hint in _STRONG_HINTS]
    hints += [(f"{heading}{colon}", _HEADING) for heading in HEADINGS for colon in (":", " :")]
    return AhoCorasick([hint for hint, _ in hints]), [kind for _, kind in hints]


def looks_like(text: str) -> bool:
    """Say whether the beginning of a file is, or holds, output that `read` understands."""
    return hinted(text) and speaks(text)


def hinted(text: str) -> bool:
    """Say whether it may be worth a look: taking lines apart costs more than all else where there are many small files."""
    if is_dirty(text):
        return True
    small = text.replace("\u00a0", " ").replace("\t", " ").lower()
    automaton, kinds = _hints()
    seen: set[str] = set()
    for hint, _, end in automaton.find_matches_as_indexes(small, overlapping=True):
        kind = kinds[hint]
        # A heading stands alone on its line.
        if kind is None or (kind == _HEADING and not small[end : end + 200].partition("\n")[0].strip()):
            return True
        seen.update({kind} - {_HEADING})
    return len(seen) > 1


def speaks(text: str) -> bool:
    """Say whether crm_mon spoke, from every line of a text."""
    kinds: set[str] = set()
    for line in cleaned(text.splitlines()):
        section = section_of(line.bare)
        if ENTRY_START.match(line.bare) or section in _STRONG:
            return True
        kinds.update({"heading"} if section else ())
        kinds.update(kind for kind, pattern in _WEAK.items() if pattern.match(line.bare))
        if len(kinds) > 1:
            return True
    return False
