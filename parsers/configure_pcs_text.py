"""Takes the lines that pcs prints apart: headings, settings, agents.

Attributes: cidr_netmask=24 ip=192.168.200.50       0.9 to 0.11.2: all on the line of the heading
Attributes: r_ip-instance_attributes                later: the set's id, and a setting a line below
  cidr_netmask=24
  ip=192.168.200.50
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ha_report.model import Source
from parsers.configure_parts import Settings
from parsers.lines import plain

CUT_INDENT = 4

_WORD = re.compile(r"\S+")
_ID_BEHIND = re.compile(r"(?<!\s)\s*\(id: ?[^()]*\)$")
_QUOTES = "\"'"


class Line(NamedTuple):
    """A line without its indentation."""

    number: int  # 1 is the first
    indent: int
    text: str


@dataclass
class OpenSet:
    """A set of settings whose end, where its rule stands, is still to come."""

    settings: Settings
    indent: int  # of its heading
    pairs: list[tuple[str, str, Source]] = field(default_factory=list)
    ruled: bool = False

    def close(self) -> None:
        """Hand over what was read."""
        for name, value, source in self.pairs:
            self.settings.add(name, value, source, ruled=self.ruled)
        self.pairs.clear()


def lines_of(lines: Sequence[str]) -> Iterator[Line]:
    """Yield the lines that are not blank, as they were before a terminal cut them."""
    current: Line | None = None
    for number, raw in enumerate(lines, start=1):
        wide = raw.expandtabs()
        line = Line(number, len(wide) - len(wide.lstrip()), plain(wide).strip())
        if current is not None and _is_rest(line, current):
            current = current._replace(text=f"{current.text} {line.text}")
            continue
        if current is not None:
            yield current
        current = line if line.text else None
    if current is not None:
        yield current


def _is_rest(line: Line, before: Line) -> bool:
    heading = before.text.endswith(":") and not before.text.endswith("(id:")
    return line.text != "" and line.indent == before.indent + CUT_INDENT and not heading


def agent_of(told: str) -> str | None:
    """Return the agent in `class=ocf provider=heartbeat type=IPaddr2`, among which a description may stand."""
    if not told.startswith("class="):
        return None
    first, *others = told.split()
    last = dict(word.split("=", 1) for word in others if "=" in word)
    parts = [first.removeprefix("class="), last.get("provider"), last.get("type")]
    return ":".join(part for part in parts if part) if "type" in last else None


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the settings of a line that holds several; words without `=` belong to the value before them."""
    name, start, end, quoted = "", 0, 0, False
    for word in _WORD.finditer(text):
        before, equals, value = word[0].partition("=")
        if equals and before and not quoted:
            if name:
                yield name, unquoted(text[start:end])
            name, start = before, word.start() + len(before) + 1
            quoted = value.startswith('"') and not _is_closed(value)
        elif quoted:
            quoted = not word[0].endswith('"')
        end = word.end()
    if name:
        yield name, unquoted(text[start:end])


def _is_closed(value: str) -> bool:
    return len(value) > 1 and value.endswith('"')


def pair(text: str) -> tuple[str, str] | None:
    """Return the one setting of a line: `name=value`, in quotes where they hold a blank or `=`."""
    text = _ID_BEHIND.sub("", text)
    if text[:1] and text[0] in _QUOTES:
        end = text.find(f"{text[0]}=", 1)
        return (text[1:end], unquoted(text[end + 2 :])) if end > 0 else None
    name, equals, value = text.partition("=")
    return (name, unquoted(value)) if equals and name else None


def unquoted(value: str) -> str:
    """Return a value without the quotes that pcs put around it."""
    if len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]:
        return value[1:-1].replace('\\"', '"') if value[0] == '"' else value[1:-1]
    return value
