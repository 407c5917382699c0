"""Puts an entry of a list of failed actions together, which may stand on several lines.

Pacemaker itself broke it (before last-rc-change in 1.1.14 to 2.0.2; three times in 1.1.8 to 1.1.11,
by the newline of ctime()), a terminal at its width, inside words too, or a mail between words.
Both ways of joining are tried, and the one that tells more is taken; where both tell as much,
the widths of the lines decide.
"""

import itertools
from collections.abc import Iterator, Sequence

from parsers.crm_mon_lines import LONGEST_CUT, Line
from parsers.failed_actions import CONTINUATION, Failure, read_failure


def take_entry(lines: Sequence[Line], position: int) -> tuple[Failure | None, int]:
    """Return the failure that begins at `position`, and how many lines it takes."""
    parts = [lines[position]]
    failure, taken = read_failure(parts[0].bare), 1
    for index, line in _following(lines, position):
        if failure and failure.whole:
            break
        parts.append(line)
        joined = max(map(read_failure, _ways(parts)), key=_told)
        if _told(joined) > _told(failure):
            failure, taken = joined, index - position + 1
    return failure, taken


def _following(lines: Sequence[Line], position: int) -> Iterator[tuple[int, Line]]:
    """Yield the lines that may belong to the entry: a blank one only if what follows cannot stand alone."""
    after_blank = False
    for index, line in enumerate(lines[position + 1 : position + LONGEST_CUT], start=position + 1):
        if line.blank:
            after_blank = True
            continue
        goes_on = CONTINUATION.match(line.bare) is not None
        if not goes_on and (line.begins or after_blank):
            return
        yield index, line


def _ways(parts: Sequence[Line]) -> Iterator[str]:
    """Yield the lines as one, the likeliest way first."""
    orders = [_joints(part, after) for part, after in itertools.pairwise(parts)]
    for joints in itertools.product(*orders):
        yield parts[0].bare + "".join(joint + part.bare for joint, part in zip(joints, parts[1:], strict=True))


def _joints(part: Line, after: Line) -> tuple[str, str]:
    return ("", " ") if part.joint == "" and not after.indent else (" ", "")


def _told(failure: Failure | None) -> int:
    return failure.told if failure else -1
