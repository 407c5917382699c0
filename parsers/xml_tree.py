"""XML as a tree that remembers the line of every element, so that a report can point at it.

Bundles hold XML that nobody vouches for: cut off by a full disk, with bytes that are no UTF-8,
below a line of a shell.  What can be read is kept, and what stopped the reading is told.
Entities declared in a DTD are refused: Pacemaker writes none, and they are how a small file
grows without end or reads other files (https://docs.python.org/3/library/xml.html#xml-security).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from xml.parsers import expat

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class Element:
    """An element: its text is not kept, as Pacemaker says everything in attributes."""

    tag: str
    attrib: dict[str, str]
    line: int  # of its start tag; 1 is the first
    children: list["Element"] = field(default_factory=list, repr=False)

    def get(self, name: str) -> str | None:
        """Return the attribute `name`, or None."""
        return self.attrib.get(name)

    def find(self, tag: str) -> "Element | None":
        """Return the first child `tag`, or None."""
        return next(self.findall(tag), None)

    def findall(self, tag: str) -> Iterator["Element"]:
        """Yield the children `tag`."""
        return (child for child in self.children if child.tag == tag)

    def as_standard(self) -> "ET.Element":
        """Return this element and all below it as the standard library has them."""
        import xml.etree.ElementTree as ET  # noqa: PLC0415 - reading needs none of it

        made = ET.Element(self.tag, self.attrib)
        waiting = [(self, made)]
        while waiting:
            element, copy = waiting.pop()
            waiting.extend((child, ET.SubElement(copy, child.tag, child.attrib)) for child in element.children)
        return made

    def iter(self, *tags: str) -> Iterator["Element"]:
        """Yield this element and all below it in the order of the document; with `tags`, only those."""
        waiting = [self]  # and no recursion: nesting is up to the file
        while waiting:
            element = waiting.pop()
            if not tags or element.tag in tags:
                yield element
            waiting.extend(reversed(element.children))


class Document(NamedTuple):
    """What could be read, and what stopped the reading."""

    root: Element | None
    error: str | None


class _Refused(Exception):
    """An entity declaration: nothing of the document is used."""


def parse(source: bytes | BinaryIO) -> Document:
    """Return the tree of a document; a broken one gives what stands before the damage."""
    data = source if isinstance(source, bytes) else source.read()
    skipped = _before_markup(data)
    document = _parse(data[skipped:], data.count(b"\n", 0, skipped), None)
    if document.error is None or _is_utf_8(data):
        return document
    return _parse_damaged(data[skipped:], data.count(b"\n", 0, skipped), document)


def _before_markup(data: bytes) -> int:
    """Return how many bytes stand before the first tag: a blank line, or what a shell printed."""
    return 0 if data.startswith(UTF_16_MARKS) else max(data.find(b"<"), 0)


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _parse_damaged(data: bytes, lines_before: int, first: Document) -> Document:
    """Read once more, with U+FFFD for every byte that is no UTF-8, if that leads further."""
    second = _parse(data.decode(errors="replace").encode(), lines_before, "UTF-8")
    if second.root is None:
        return first
    return Document(second.root, second.error or "bytes that are no UTF-8 were replaced")


def _parse(data: bytes, lines_before: int, encoding: str | None) -> Document:
    parser = expat.ParserCreate(encoding)
    opened: list[Element] = []
    roots: list[Element] = []

    def start(tag: str, attrib: dict[str, str]) -> None:
        element = Element(tag, attrib, parser.CurrentLineNumber + lines_before)
        (opened[-1].children if opened else roots).append(element)
        opened.append(element)

    def end(_tag: str) -> None:
        opened.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except _Refused:
        return Document(None, "the document declares entities, which are not read")
    except (expat.ExpatError, ValueError) as problem:
        return Document(roots[0] if roots else None, _told(problem, lines_before))
    return Document(roots[0] if roots else None, None)


def _refuse(*_declaration: object) -> None:
    raise _Refused


def _told(problem: Exception, lines_before: int) -> str:
    if isinstance(problem, expat.ExpatError):
        return f"line {problem.lineno + lines_before}: {expat.ErrorString(problem.code)}"
    return str(problem)
