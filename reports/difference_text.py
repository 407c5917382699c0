"""The differences of two incidents in a terminal, as Markdown, and as JSON.

No control character of a log reaches the terminal, and no pipe or line end ends a cell of a table.
"""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from reports.difference import CHANGED, GONE, NEW
from reports.visible import encodable, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.difference import Change, Difference

WIDTH = 80
SIGNS = {NEW: "+", GONE: "-", CHANGED: "~"}
COLOURS = {NEW: "32", GONE: "31", CHANGED: "33"}


def lines(difference: Difference, *, colour: bool) -> Iterator[str]:
    """Yield the lines to print."""
    yield from wrapped(difference.sentence, "")
    yield ""
    for title, side in (("before", difference.before), ("after", difference.after)):
        yield from wrapped(f"{title:<7} {side.source} ({side.window})", "  ")
    for note in difference.notes:
        yield from wrapped(note, "  ! ")
    for part in difference.parts:
        yield ""
        yield f"\x1b[1m{part.title}\x1b[0m" if colour else part.title
        for change in part.changes:
            yield from painted(change, colour)
    if difference.still:
        yield ""
        yield from (line for title in ("Still found:", *difference.still) for line in wrapped(title, "  "))


def painted(change: Change, colour: bool) -> Iterator[str]:
    """Yield one change in its colour."""
    for line in wrapped(sentence_of(change), f"  {SIGNS[change.kind]} "):
        yield f"\x1b[{COLOURS[change.kind]}m{line}\x1b[0m" if colour else line


def sentence_of(change: Change) -> str:
    """Return "r_ip parameter nic: eth0 -> eth1"."""
    value = " -> ".join(one for one in (change.before, change.after) if one is not None)
    return f"{change.subject} {change.name}: {value}"


def wrapped(text: str, first: str) -> list[str]:
    """Return safe lines of at most WIDTH columns."""
    return textwrap.wrap(one_line(text), WIDTH, initial_indent=first, subsequent_indent=" " * len(first) + "  ")


def markdown(difference: Difference) -> str:
    """Return what can be pasted into a bug tracker."""
    told = [f"## {escaped(difference.sentence)}", ""]
    for title, side in (("Before", difference.before), ("After", difference.after)):
        told.append(f"- {title}: {code(side.source)}, {escaped(side.window)}")
    told += [f"- {escaped(note)}" for note in difference.notes]
    for part in difference.parts:
        told += ["", f"### {part.title}", "", "| | subject | what | before | after |", "|---|---|---|---|---|"]
        told += [row(change) for change in part.changes]
    if difference.still:
        told += ["", "### Still found", "", *(f"- {escaped(title)}" for title in difference.still)]
    return encodable("\n".join(told) + "\n")


def row(change: Change) -> str:
    """Return a change as a row of a table."""
    cells = [code(change.subject), escaped(change.name), *map(value_of, (change.before, change.after))]
    return f"| {SIGNS[change.kind]} | {' | '.join(cells)} |"


def value_of(value: str | None) -> str:
    """Return a value as code; nothing for what is not there."""
    return code(value) if value else ""


def code(text: str) -> str:
    """Return text as code, with the backquotes and pipes in it made harmless."""
    plain = one_line(text).replace("|", "\\|")
    fence = "``" if "`" in plain else "`"
    pad = " " if "`" in plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}" if "``" not in plain else escaped(text)


def escaped(text: str) -> str:
    """Return text that Markdown takes for nothing else."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#&" else letter for letter in one_line(text))


def as_json(difference: Difference) -> str:
    """Return the differences for programs."""
    told = {
        "schema": "ha-report-diff/1",
        "generator": {"name": "ha-report", "version": difference.version},
        "before": difference.before._asdict(),
        "after": difference.after._asdict(),
        "parts": [
            {"title": part.title, "changes": [{"kind": one.kind, **one._asdict()} for one in part.changes]}
            for part in difference.parts
        ],
        "still_found": list(difference.still),
    }
    return json.dumps(told, ensure_ascii=True, indent=1) + "\n"
