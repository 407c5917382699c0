"""Lines of crm_mon's output as a person pasted them, brought back to what the tool printed.

What happens to them on the way: colours, CRLF, "> " of a quoting mail, and above all a terminal
that cut each line at its width.  A cut line is joined again where that is certain: an open list or
quote, or a line of full width followed by one that is the beginning of nothing.

A line cut at a blank has lost it, so it is one column short of the width.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from parsers.failed_actions import BULLET, ENTRY_START

NARROWEST_TERMINAL = 80  # below that it was rather a mail program, which breaks between words
LONGEST_CUT = 6  # lines that one printed line may have become

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\u200b]")
_DIRT = re.compile(
    r"(?:\x1b|\^\[)\[[0-9;?]*[ -/]*[@-~]"  # colours and other escape sequences, also as ^[
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[()][A-Z0-9]|" + _CONTROL.pattern
)
_QUOTED = re.compile(r"(?:> ?)+")

AGENT = r"(?:ocf|lsb|stonith|systemd|upstart|service|heartbeat|nagios)::?[^\s()]+"
# What crm_mon begins a line with, so that a line with none of it may be the rest of the one before.
_BEGINNING = re.compile(
    r"[*+•·-]\s|=====|\*\*\*|$"
    r"|[A-Za-z][\w ()/-]*:\s*(?:\[|$)"  # headings, and lists of nodes
    r"|(?:Stack|Current DC|Version|Last updated|Last change|Cluster name|Status of pacemakerd|Node|Resource Group|WARNING)\b[^:]*:"
    r"|(?:Node|RemoteNode|GuestNode|ContainerNode) \S+"
    r"|(?:Clone|Master/Slave) Set:|\w+ (?:container|bundle)(?: set)?:|Replica\[|Using the original"
    r"|\d+ (?:of \d+ )?(?:[Nn]odes?|[Rr]esources?)\b|No (?:in)?active resources|Resource management is"
    rf"|\S.*\({AGENT}(?: ORPHANED)?\)|\S+: (?:migration-threshold=|orphan)|\S+ +:\s"
    rf"|(?:{ENTRY_START.pattern})|\S+_\d+ (?:on |\(node=)"
)
_OPEN = re.compile(rf"\[[^\[\]]*$|='[^']*$|\({AGENT}\):$|Current DC: (?!NONE)(?!.*(?:quorum|NONE)).*$")
_ENTRY = re.compile(r"\S+_\d+ (?:on|\(node=)|\S+ (?:\S+-interval )?[a-z_-]+ on \S+ (?:returned|could)")


class Line(NamedTuple):
    """One line as printed, whatever number of lines it came in."""

    number: int  # of its first line; 1 is the first
    indent: int  # columns before the bullet or the text
    bare: str  # without indentation and bullet
    bullet: bool
    width: int  # of the last line it came in
    begins: bool  # whether this is the beginning of something that crm_mon prints
    joint: str | None = None  # what stood where a terminal cut it: nothing, or a blank; None: it is not cut

    @property
    def blank(self) -> bool:
        """Say whether nothing is printed."""
        return not self.bare


def is_dirty(text: str) -> bool:
    """Say whether something was put between the characters of a line on the way here."""
    return _CONTROL.search(text) is not None or ("^[" in text and _DIRT.search(text) is not None)


def cleaned(lines: Sequence[str]) -> list[Line]:
    """Return the lines without what the way here added."""
    raw = [_line(number, text) for number, text in enumerate(lines, start=1)]
    width = _cut_width(raw)
    if width:
        joints = {width: "", width - 1: " "}
        raw = [line._replace(joint=joints.get(line.width)) for line in raw]
    return list(_joined(raw))


def _cut_width(lines: Sequence[Line]) -> int | None:
    """Return the width of the terminal that cut lines; None if none did."""
    widths = [
        line.width for line, following in itertools.pairwise(lines) if line.bare and line.begins and _is_rest(following)
    ]
    widest = max(widths, default=0)
    if widest + 1 in (80, 100, 120, 132):
        widest += 1  # usual widths: all that were cut were cut at a blank
    return widest if widest >= NARROWEST_TERMINAL else None


def _is_rest(line: Line) -> bool:
    return not line.blank and not line.begins and line.indent <= 1


def _line(number: int, raw: str) -> Line:
    if not raw or raw.isspace():
        return Line(number, 0, "", bullet=False, width=0, begins=True)
    if not raw.isprintable() or "^[" in raw:
        raw = _DIRT.sub("", raw.replace("\u00a0", " ")).expandtabs()
    text = raw.rstrip()
    if text.startswith(">"):
        text = _QUOTED.sub("", text, count=1)
    bare = text.lstrip()
    without = BULLET.sub("", bare, count=1)
    bullet = without != bare
    return Line(number, len(text) - len(bare), without, bullet, len(text), _begins(without, bullet=bullet))


def _begins(bare: str, *, bullet: bool) -> bool:
    return bullet or _BEGINNING.match(bare) is not None


def _joined(lines: list[Line]) -> Iterator[Line]:
    position = 0
    while position < len(lines):
        line, taken = lines[position], 1
        while taken < LONGEST_CUT and position + taken < len(lines) and _goes_on(line, lines[position + taken]):
            line = _join(line, lines[position + taken])
            taken += 1
        yield line
        position += taken


def _goes_on(line: Line, following: Line) -> bool:
    if line.blank or following.blank or following.begins or _ENTRY.match(line.bare) or not line.begins:
        return False  # entries of failed actions are joined where their grammar is known
    return _OPEN.search(line.bare) is not None or (line.joint is not None and following.indent <= 1)


def _join(line: Line, following: Line) -> Line:
    """Join a line with its rest, with the blank that the cut may have eaten."""
    inside_number = line.bare[-1].isdigit() and following.bare[0].isdigit()
    joint = line.joint if line.joint is not None else "" if inside_number else " "
    bare = line.bare + (" " if following.indent else joint) + following.bare
    begins = _begins(bare, bullet=line.bullet)
    return following._replace(number=line.number, indent=line.indent, bare=bare, bullet=line.bullet, begins=begins)
