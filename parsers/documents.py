"""Reads one text or XML document that is no log: snapshots, configurations, and what else stands beside logs.

supportconfig writes many documents into one file, each under a heading of its own; such a file is read piece by
piece, with empty lines for what stands before a piece, so that line numbers are those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo

from ha_report.model import Snapshot, Source
from parsers import beside, cib, configure_cib, crm_mon_text, crm_mon_xml, xml_tree
from parsers.crm_mon_hints import looks_like
from parsers.recognise import HEAD, text_format, xml_format

# "#==[ Command ]======================================#", then "# /usr/sbin/crm_mon -r -1"
_HEADING = re.compile(r"^#==\[ .* \]=+#$", re.MULTILINE)
_MOST_EMPTY = 5_000_000  # lines before all sections of one file; a real one has some hundred thousand
# Characters of a line of crm_mon that are looked at: some expressions take a time that grows with its square.  A beginning tells
# which operation failed; of a setting it would tell something else than was set, so that other lines are left whole.
LONGEST = 8192


@dataclass
class Document:
    """What one document gave."""

    snapshots: list[Snapshot] = field(default_factory=list)
    facts: list[beside.Facts] = field(default_factory=list)
    undecoded: list[Source] = field(default_factory=list)
    damage: str | None = None  # why it was not read to its end


def is_document(head: str, known_format: str | None) -> bool:
    """Say whether the file that begins so, or is of that format, holds a document other than a snapshot."""
    return known_format in beside.READERS or _has_sections(head)


def _has_sections(head: str) -> bool:
    """Say whether a file is made of sections, as supportconfig's are."""
    return _HEADING.search(head) is not None


def read_document(data: bytes, known_format: str | None, file: str, zone: tzinfo) -> Document:
    """Return the rows of a document; `known_format` is what `parsers.recognise` made of its head."""
    document = Document()
    if known_format in ("cib", "crm_mon-xml"):
        _read_xml(data, known_format, file, zone, document)
        return document
    text = data.decode("utf-8", "replace")
    for piece in _pieces(text, document) if _has_sections(text[:HEAD]) else (text,):
        _read_piece(piece, file, zone, document)
    return document


def _pieces(text: str, document: Document) -> Iterator[str]:
    """Yield each section with empty lines for all that stands before it."""
    headings = list(_HEADING.finditer(text))
    ends = [*[found.start() for found in headings[1:]], len(text)]
    lines, counted, empty = 0, 0, 0
    for heading, end in zip(headings, ends, strict=True):
        begin = heading.end()
        lines += text.count("\n", counted, begin)
        counted, empty = begin, empty + lines
        if empty > _MOST_EMPTY:
            document.damage = f"it has more sections than are read; the rest begins on line {lines + 1}"
            return
        yield "\n" * lines + text[begin:end]


def _read_piece(text: str, file: str, zone: tzinfo, document: Document) -> None:
    head = text.lstrip("\n")[:HEAD]
    body = re.sub(r"\A(?:#.*\n)+", "", head)  # a section's first lines name its command
    xml = xml_format(body)
    if xml in ("cib", "crm_mon-xml"):
        _read_xml(_without_comments(text).encode(), xml, file, zone, document)
        return
    lines = text.split("\n")
    shown = looks_like(body)
    if shown:
        document.snapshots.append(crm_mon_text.read([line[:LONGEST] for line in lines], file, zone))
        document.undecoded += document.snapshots[-1].undecoded
    facts = beside.read(text_format(body) or "", lines, file)
    if facts is not None:
        document.facts.append(facts)
        # In a mail that holds both, each reader knows only its own lines.
        document.undecoded += () if shown else beside.undecoded(facts)


def _without_comments(text: str) -> str:
    """Empty the lines that stand before a document's first element, which no XML parser would take."""
    begin = text.index("<")
    return "\n" * text.count("\n", 0, begin) + text[begin:]


def _read_xml(data: bytes, known_format: str, file: str, zone: tzinfo, document: Document) -> None:
    tree = xml_tree.parse(data)
    document.damage = tree.error
    if tree.root is None:
        return
    if known_format == "cib":
        document.snapshots.append(cib.read(tree.root, file))
        document.facts.append(configure_cib.read(tree.root, file))
    else:
        document.snapshots.append(crm_mon_xml.read(tree.root, file, zone))
    document.undecoded += document.snapshots[-1].undecoded
