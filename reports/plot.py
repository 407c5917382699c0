"""The picture in a terminal: a line for each node and resource, a character for each stretch of time.

Eighty columns, whatever the incident lasts: a column shows the gravest of what happened in its time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from reports.language import ENGLISH, Language
from reports.visible import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from reports.shape import Lane, Picture

COLUMNS, NAMES = 60, 16
MOST_NODES, MOST_RESOURCES = 8, 10  # lines
# What a column shows for a state, from the least to the most grave.  Nodes are capital letters, so signs are not.
STATES = {
    "online": "▒",
    "starting": "░",
    "shutdown": "░",
    "offline": "░",
    "clone": "+",
    "standby": "s",
    "maintenance": "m",
    "busy": "~",
    "lost": " ",
    "fenced": " ",
    "cut-off": "p",
    "unclean": "u",
    "down": "_",
    "apart": "+",
    "twice": "2",
    "promoted-twice": "2",
}
DC = "█"
MARKS = {"cleaned": "c", "quorum-lost": "q", "fenced": "f", "lost": "l", "not-fenced": "!", "failed": "×"}
MEANING = {
    "█": "DC",
    "▒": "online",
    "░": "starting or shut down",
    "s": "standby",
    "m": "maintenance",
    "p": "cut off",
    "u": "unclean",
    "l": "lost",
    "f": "fenced",
    "q": "quorum lost",
    "!": "fencing failed",
    "_": "runs nowhere",
    "+": "on several nodes",
    "2": "runs twice",
    "~": "many changes",
    "c": "clean-up",
    "×": "failed",
}
BLOCKS = " ▁▂▃▄▅▆▇█"
PLAIN = str.maketrans({"▒": "-", "░": ".", "█": "#", "×": "x", **dict(zip("▁▂▃▄▅▆▇", "..::||#", strict=True))})
GRAVE = frozenset("×!lfq2_x")
GRAVE_SIGNS = "[×!lfq2_x]+"


class Row(NamedTuple):
    """A lane as a line."""

    name: str
    cells: str
    grave: bool  # something went wrong in it


def rows(picture: Picture, encoding: str = "utf-8", say: Language = ENGLISH) -> list[Row]:
    """Return the lines of the picture, in ASCII where `encoding` lacks the blocks."""
    found = [
        *_some([_row(lane, picture) for lane in opened(picture.nodes)], MOST_NODES),
        *_some([_row(lane, picture) for lane in opened(picture.resources)], MOST_RESOURCES),
        _density(picture, say),
    ]
    return found if can(encoding) else [row._replace(cells=row.cells.translate(PLAIN)) for row in found]


def left_out(picture: Picture) -> list[int]:
    """Return how many nodes and resources the lines have no room for."""
    lanes = ((picture.nodes, MOST_NODES), (picture.resources, MOST_RESOURCES))
    return [max(len(list(opened(own))) - most, 0) for own, most in lanes]


def can(encoding: str) -> bool:
    """Say whether an encoding has the characters of the plot."""
    try:
        "".join((*BLOCKS, *STATES.values(), *MARKS.values())).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def opened(lanes: Sequence[Lane]) -> Iterator[Lane]:
    """Yield the lanes, those in which nothing happened behind the others; groups stay folded."""
    for lane in lanes:
        yield from lane.members if lane.kind.startswith("more-") else (lane,)


def _some(found: list[Row], most: int) -> list[Row]:
    """Return at most `most` lines: those in which something went wrong stay."""
    if len(found) <= most:
        return found
    kept = sorted(sorted(range(len(found)), key=lambda number: not found[number].grave)[:most])
    return [found[number] for number in kept]


def _row(lane: Lane, picture: Picture) -> Row:
    cells = [" "] * COLUMNS
    rank = [-1] * COLUMNS
    order = [*STATES]
    for bar in lane.bars:
        sign = DC if bar.dc and bar.state == "online" else STATES.get(bar.state) or _letter(bar.node, picture.letters)
        if bar.state == "silent":
            continue
        grave = order.index(bar.state) if bar.state in STATES else 0
        for column in range(_column(bar.begin, picture), _column(bar.end, picture, last=True) + 1):
            if grave >= rank[column]:
                cells[column], rank[column] = sign, grave
    marks = [*MARKS]
    for mark in sorted((mark for mark in lane.marks if mark.kind in MARKS), key=lambda mark: marks.index(mark.kind)):
        cells[_column(mark.time, picture)] = MARKS[mark.kind]
    text = "".join(cells)
    letter = picture.letters.get(lane.name) if lane.kind == "node" else None
    name = one_line(lane.name)
    return Row(f"{letter} {name}" if letter else name, text, bool(GRAVE & set(text)))


def _letter(node: str | None, letters: Mapping[str, str]) -> str:
    """Return the sign of a node; those after the 26th share one."""
    letter = letters.get(node or "", "*")
    return letter if len(letter) == 1 else "*"


def _column(time: datetime, picture: Picture, *, last: bool = False) -> int:
    """Return the column of a moment; `last`: of a stretch that ends there, without the moment itself."""
    part = (time - (timedelta(microseconds=1) if last else timedelta(0)) - picture.begin) / (
        picture.end - picture.begin
    )
    return min(max(int(part * COLUMNS), 0), COLUMNS - 1)


def _density(picture: Picture, say: Language) -> Row:
    """Return how many lines the logs have over time."""
    coarse = picture.density[0]
    sums = [0] * COLUMNS
    for number, count, _errors in coarse.counts:
        sums[number * COLUMNS // coarse.bins] += count
    most = max(sums)
    cells = "".join(BLOCKS[-(-count * (len(BLOCKS) - 1) // most)] if most else " " for count in sums)
    return Row(say("log lines"), cells, grave=False)


def legend(found: Sequence[Row], picture: Picture, encoding: str = "utf-8", say: Language = ENGLISH) -> str:
    """Return what the signs mean, of those that stand in the lines."""
    shown = set("".join(row.cells for row in found[:-1]))
    signs = {sign if can(encoding) else sign.translate(PLAIN): word for sign, word in MEANING.items()}
    letters = sorted({letter for letter in picture.letters.values() if letter in shown})
    told = [f"{sign} {say(word)}" for sign, word in signs.items() if sign in shown]
    if len(letters) > 1:
        told.append(say("{first} to {last} runs on that node", first=letters[0], last=letters[-1]))
    elif letters:
        told.append(say("{node} runs on that node", node=letters[0]))
    return ", ".join(told)


def short(name: str) -> str:
    """Return a name with its middle left out where it is too long: the end tells numbered ones apart."""
    most = NAMES - 1
    half = most // 2
    return name if len(name) <= most else f"{name[: half - 1]}..{name[-half:]}"
