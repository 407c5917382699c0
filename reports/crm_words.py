r"""Words of the crm shell's language, and the XML that it writes where it has no words.

    params ip=192.168.200.50 restore_command="cp /arc/%f \"%p\""

crmsh (observed: 4.4) reads back each statement that it is about to print.  Where that would not give the same
configuration, it prints the element itself, so nothing is lost: `xml <rsc_order ... score="0" .../>`.  Here
NotInWords says that a text is one of those.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

GOES_ON = " \\\n"
HOLDERS = ("group", "clone", "master", "bundle")
RESOURCES = ("primitive", *HOLDERS)
SCORES = {"INFINITY": "inf", "+INFINITY": "+inf", "-INFINITY": "-inf"}
# Attributes that say what holds without them: crmsh drops them, also from XML.
DEFAULTS = {
    "node": {"type": "normal"},
    "rule": {"boolean-op": "and"},
    "expression": {"type": "string"},
    "resource_set": {"sequential": "true", "require-all": "true"},
}

_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_READ_OTHERWISE = re.compile(r"\\\\|\\\"|\\$|[^\x20-\x7e]")  # by crmsh, even between quotes
_WORD = re.compile(r"[^\s\"'\\]+", re.ASCII)
_NAME = re.compile(r"[^\s\"'\\=$@][^\s\"'\\=]*", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SCORE = re.compile(r"[+-]?(?:INFINITY|[0-9]+)")
_CONTROLS = {code: f"\\{code:03o}" for code in (*range(0x20), 0x7F)}
_AS_CIBADMIN = str.maketrans(_CONTROLS | {ord("\t"): "    ", ord("\n"): r"\n", ord("\r"): r"\r"})
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


class NotInWords(Exception):
    """The language has no words for something that an element says."""


def told(text: str) -> str:
    """Return an attribute's text as cibadmin prints it, from which crmsh reads: on one line.

    cibadmin 2.1.5 stops at the first letter outside ASCII, which can break its XML; that is not followed.
    """
    return text if text.isprintable() else text.translate(_AS_CIBADMIN)


def word(text: str | None) -> str:
    """Return a text that stands without quotes, such as an id."""
    shown = told(text or "")
    if not (shown.isascii() and _WORD.fullmatch(shown)):
        raise NotInWords(text)
    return shown


def identifier(text: str | None) -> str:
    """Return a name that can only be a name."""
    if text is None or not _IDENTIFIER.fullmatch(text):
        raise NotInWords(text)
    return text


def before_colon(text: str | None) -> str:
    """Return a word that a colon follows, and so holds none."""
    shown = word(text)
    if ":" in shown:
        raise NotInWords(text)
    return shown


def value(text: str) -> str:
    """Return a text between quotes where it needs them."""
    if _PLAIN.fullmatch(text):
        return text
    shown = told(text)
    if _READ_OTHERWISE.search(shown):
        raise NotInWords(text)
    return '"' + shown.replace('"', r"\"") + '"'


def pair(name: str, text: str) -> str:
    """Return `name=value`."""
    if not (name.isascii() and _NAME.fullmatch(name)):
        raise NotInWords(name)
    return f"{name}={value(text)}"


def pairs(element: Element, *but: str) -> list[str]:
    """Return the attributes in their order, without those that are told elsewhere."""
    return [pair(name, text) for name, text in element.attrib.items() if name not in but]


def score(text: str | None) -> str:
    """Return a score with its colon."""
    if text is None or not _SCORE.fullmatch(text):
        raise NotInWords(text)
    return f"{SCORES.get(text, text)}:"


def only(element: Element, *known: str) -> None:
    """Raise NotInWords if an element has attributes that no word tells."""
    if not element.attrib.keys() <= set(known):
        raise NotInWords(element.tag)


def childless(element: Element) -> None:
    """Raise NotInWords if an element has children, which no word tells."""
    if len(element):
        raise NotInWords(element.tag)


def children(element: Element) -> list[Element]:
    """Return an element's children; what a resource holds stands last, wherever the file has it."""
    if element.tag in HOLDERS:
        return sorted(element, key=lambda child: child.tag in RESOURCES)
    return list(element)


def described(element: Element) -> list[str]:
    """Return the line of the description, if there is one."""
    text = element.get("description")
    return [] if text is None else [pair("description", text)]


def xml(element: Element) -> str:
    """Return the statement that holds an element as it is."""
    return "xml " + GOES_ON.join(_xml_lines(element))


def _xml_lines(element: Element) -> Iterator[str]:
    waiting: list[tuple[int, Element | str]] = [(0, element)]  # and no recursion: nesting is up to the file
    while waiting:
        depth, part = waiting.pop()
        margin = "  " * depth
        if isinstance(part, str):
            yield f"{margin}</{part}>"
        elif len(part):
            yield f"{margin}<{_start(part, depth)}>"
            waiting.append((depth, part.tag))
            waiting.extend((depth + 1, child) for child in reversed(children(part)))
        else:
            yield f"{margin}<{_start(part, depth)}/>"


def _start(element: Element, depth: int) -> str:
    left_out = DEFAULTS.get(element.tag, {})
    kept = ((name, text) for name, text in element.attrib.items() if left_out.get(name) != text)
    return " ".join([element.tag, *(f'{name}="{_escaped(text, depth)}"' for name, text in kept)])


def _escaped(text: str, depth: int) -> str:
    """Return an attribute's text in ASCII; at the top crmsh numbers characters in hexadecimal, below not."""
    escaped = told(text).translate(_ENTITIES)
    if escaped.isascii():
        return escaped
    form = "&#x{:X};" if depth == 0 else "&#{};"
    return "".join(letter if letter.isascii() else form.format(ord(letter)) for letter in escaped)
