"""Reads `crm configure show` and files in the crm shell's configuration language, of all versions.

An agent without class is ocf:heartbeat, which the shell leaves out from 2.0 on.  What the shell cannot say
in its language it prints as XML, and `parsers.configure_cib` reads that.  Fencing topology, tags, alerts and
access lists are understood and not kept.  Source: crmsh's parse.py, ra.py (disambiguate_ra_type).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ha_report.facts import Configuration
from ha_report.model import Source
from parsers import configure_cib, xml_tree
from parsers.configure_cib_place import Place
from parsers.configure_crm_constraints import CONSTRAINTS, constraint
from parsers.configure_crm_text import Section, Statement, Word, rule_end, sections, statements
from parsers.configure_parts import MOST_IMPORTANT_SET, Draft, Gathered, Settings, operation, role_less

FORMAT = "crm"

_KINDS = {"rsc_template": "template", "ms": "master"}
_CONTAINERS = ("docker", "podman", "rkt")


@dataclass
class _Known:
    """What statements may refer to, which may stand below them."""

    gathered: Gathered
    sets: dict[str, list[Word]] = field(default_factory=dict)  # $id= of a set -> its words
    operations: dict[str, list[Section]] = field(default_factory=dict)  # resource, or $id= of its operations
    pairs: dict[str, Word] = field(default_factory=dict)  # id of a single setting

    def source(self, line: int) -> Source:
        """Return a place in the file."""
        return self.gathered.source(line)


def read(lines: Sequence[str], file: str) -> Configuration:
    """Return what the lines tell."""
    gathered = Gathered(FORMAT, file)
    unknown: list[int] = []
    found = list(statements(lines, unknown))
    known = _Known(gathered)
    for statement in found:
        _remember(statement, known)
    for statement in found:
        if not _take(statement, known):
            unknown += [line for line, _ in statement.pieces]
    gathered.undecoded = [gathered.source(line) for line in sorted(unknown)]
    return gathered.finished()


def _remember(statement: Statement, known: _Known) -> None:
    """Note what other statements may refer to."""
    if statement.keyword == "xml":
        return
    parts = sections(statement.words)
    owner = parts[0].words[0].text if parts[0].words else ""
    operations = [part for part in parts if part.name in ("op", "op_params", "op_meta")]
    for name in (owner, *(_id(part) for part in parts if part.name == "operations")):
        if name and operations:
            known.operations.setdefault(name, operations)
    for part in parts[1:]:
        if name := _id(part):
            known.sets.setdefault(name, part.words)
        for word in part.words:
            before, colon, pair = word.text.partition(":")
            if before.startswith("$") and colon and "=" not in before:
                known.pairs[before[1:]] = word._replace(text=pair)


def _id(part: Section) -> str | None:
    return next((pair[1] for word in part.words if (pair := word.pair) and pair[0] == "$id"), None)


def _take(statement: Statement, known: _Known) -> bool:
    """Read a statement; say whether it could be read."""
    if statement.keyword == "xml":
        return _take_xml(statement, known.gathered)
    reader = _READERS.get(statement.keyword)
    if reader is None:
        return True
    words = statement.words
    return bool(words) and reader(statement, words, known)


def _take_xml(statement: Statement, gathered: Gathered) -> bool:
    """Read an element; its lines are put where they stand in the file."""
    text, at = "", statement.line
    for line, piece in statement.pieces:
        text += "\n" * (line - at) + (piece[len("xml") :] if line == statement.line else piece)
        at = line
    root = xml_tree.parse(text.lstrip(" ").encode(errors="replace")).root
    if root is None:
        return False
    by_id = {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}
    configure_cib.take(root, Place(gathered, by_id, statement.line - 1))
    return True


def _take_resource(statement: Statement, words: Sequence[Word], known: _Known) -> bool:
    """Read a primitive, a template, or what holds others."""
    parts = sections(words)
    head = [word for word in parts[0].words if word.pair is None]
    if not head:
        return False
    kind = _KINDS.get(statement.keyword, statement.keyword)
    draft = known.gathered.add(Draft(head[0].text, kind, known.source(statement.line)))
    if kind in ("primitive", "template"):
        _set_agent(draft, head[1].text if len(head) > 1 else None)
    else:
        draft.children = [word.text for word in head[1:]]
    _add_pairs(draft.parameters, [word for word in parts[0].words if word.pair], known)
    for part in parts[1:]:
        _add_section(part, draft, known)
    _add_operations(parts, draft, known)
    return True


def _set_agent(draft: Draft, told: str | None) -> None:
    if told is not None and told.startswith("@"):
        draft.template = told[1:]
    elif told is not None:
        draft.agent = full_agent(told)


def full_agent(told: str) -> str:
    """Return an agent with its class and provider, which the shell leaves out for those that are usual."""
    if ":" in told:
        parts = [part for part in told.split(":") if part]
        return ":".join(["ocf", "heartbeat", *parts[1:]] if len(parts) == 2 and parts[0] == "ocf" else parts)  # noqa: PLR2004 - class and type
    return f"stonith:{told}" if told.startswith("fence_") else f"ocf:heartbeat:{told}"


def _add_section(part: Section, draft: Draft, known: _Known) -> None:
    """Add what a section other than the operations tells."""
    if part.name == "params" or (draft.kind == "bundle" and part.name in (*_CONTAINERS, "network")):
        _add_pairs(draft.parameters, part.words, known)
    elif part.name == "meta":
        _add_pairs(draft.meta, part.words, known)
    if draft.kind == "bundle":
        bare = [word.text for word in part.words if word.pair is None]
        draft.children += [name for before, name in pairwise(bare) if before == "primitive"]


def _add_operations(parts: Sequence[Section], draft: Draft, known: _Known) -> None:
    """Add the operations; those of another resource where the statement refers to them."""
    for part in parts:
        if part.name == "operations":
            referred = next((pair[1] for word in part.words if (pair := word.pair) and pair[0] == "$id-ref"), None)
            _add_listed(known.operations.get(referred or "", []), draft, known)
    _add_listed(parts, draft, known)


def _add_listed(parts: Sequence[Section], draft: Draft, known: _Known) -> None:
    told: list[tuple[Section, Settings]] = []
    for part in parts:
        if part.name == "op" and part.words:
            told.append((part, Settings()))
            _add_pairs(told[-1][1], part.words[1:], known)
        elif part.name in ("op_params", "op_meta") and told:
            _add_pairs(told[-1][1], part.words, known)
    for part, settings in told:
        draft.operations.append(operation(part.words[0].text, settings.values, known.source(part.line)))


def _add_pairs(settings: Settings, words: Sequence[Word], known: _Known, *, ruled: bool = False) -> None:
    """Add the settings that the words tell, also those that they refer to."""
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word.text.lower() == "rule":
            position, ruled = rule_end(words, position), True
        elif word.text.startswith("@"):
            _add_pair(settings, known.pairs.get(role_less(word.text[1:])), known, ruled=ruled)
        elif word.pair and word.pair[0] == "$id-ref":
            _add_plain(settings, known.sets.get(word.pair[1], []), known)
        elif word.pair and word.pair[0] not in ("$id", "description"):
            _add_pair(settings, word, known, ruled=ruled)


def _add_plain(settings: Settings, words: Sequence[Word], known: _Known) -> None:
    """Add a set that is referred to, which itself refers to no other."""
    _add_pairs(settings, [word for word in words if not word.text.startswith(("@", "$id-ref"))], known)


def _add_pair(settings: Settings, word: Word | None, known: _Known, *, ruled: bool) -> None:
    pair = word.pair if word is not None else None
    if word is None or pair is None:
        return
    before, colon, after = pair[0].partition(":")
    name = after if colon and before.startswith("$") else pair[0]
    settings.add(name, pair[1], known.source(word.line), ruled=ruled)


def _take_constraint(statement: Statement, words: Sequence[Word], known: _Known) -> bool:
    found = constraint(statement, words, known.source(statement.line))
    known.gathered.constraints.append(found)
    return bool(found.resources or found.score)


def _take_properties(_statement: Statement, words: Sequence[Word], known: _Known) -> bool:
    """Read a set of cluster properties, named `id:` or `$id="id"`."""
    first = words[0].text
    name = first[:-1] if first.endswith(":") else _id(Section("", list(words), 0)) or MOST_IMPORTANT_SET
    settings = Settings()
    _add_pairs(settings, words, known)
    known.gathered.property_sets.append((name, settings))
    return True


def _take_defaults(statement: Statement, words: Sequence[Word], known: _Known) -> bool:
    gathered = known.gathered
    _add_pairs(gathered.rsc_defaults if statement.keyword == "rsc_defaults" else gathered.op_defaults, words, known)
    return True


def _take_node(_statement: Statement, words: Sequence[Word], known: _Known) -> bool:
    """Read `node 1: node01`, `node $id="uuid" node01` or `node node01:ping`, with its attributes."""
    parts = sections(words)
    head = [word.text for word in parts[0].words if word.pair is None and not word.text.endswith(":")]
    settings = Settings()
    for part in parts[1:]:
        if part.name == "attributes":
            _add_pairs(settings, part.words, known)
    if head:
        _add_pairs(settings, [word for word in parts[0].words if word.pair], known)
        known.gathered.nodes[role_less(head[0])] = settings.values
    return bool(head)


_Reader = Callable[[Statement, Sequence[Word], _Known], bool]
_READERS: dict[str, _Reader] = {
    **dict.fromkeys(("primitive", "rsc_template", "group", "clone", "ms", "master", "bundle"), _take_resource),
    **dict.fromkeys(CONSTRAINTS, _take_constraint),
    "property": _take_properties,
    "rsc_defaults": _take_defaults,
    "op_defaults": _take_defaults,
    "node": _take_node,
}
