"""Breaks text into lines of a terminal, where a character of Japanese takes two columns and may end a line.

What may not begin a line stays behind its character (JIS X 4051, kinsoku shori, in its plainest form).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from unicodedata import east_asian_width

NOT_FIRST = "、。，．：；？！）］｝」』】〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々"
NOT_LAST = "（［｛「『【〈《"
_WIDE = "[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6]"
_UNIT = re.compile(rf"\s+|[{NOT_LAST}]*{_WIDE}[{NOT_FIRST}]*|(?:(?!{_WIDE})\S)+[{NOT_FIRST}]*")


def wrapped(text: str, width: int, first: str, later: str) -> list[str]:
    """Return lines of at most `width` columns; a word that is longer has a line of its own or is cut."""
    if not re.search(_WIDE, text):
        return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=later)
    lines = [first]
    for unit in _units(text, width - max(columns(first), columns(later))):
        if columns(lines[-1]) + columns(unit.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append(later)
        lines[-1] += "" if unit.isspace() and lines[-1] in (first, later) else unit
    return [line.rstrip() for line in lines if line.strip()]


def _units(text: str, most: int) -> Iterator[str]:
    """Yield the pieces of a text that no line end may part."""
    for unit in _UNIT.findall(text):
        yield from (unit[at : at + most] for at in range(0, len(unit), most)) if columns(unit) > most else (unit,)


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, width: int) -> str:
    """Return a text with spaces behind it, so that it takes `width` columns."""
    return text + " " * (width - columns(text))
