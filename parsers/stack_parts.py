"""What the readers of the layer below Pacemaker share."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ha_report.facts import StackFacts
from ha_report.model import Source
from ha_report.numerals import whole_number

_DIGITS = 12  # of a number at most
_YES = frozenset({"yes", "on", "true", "1", "y"})
_NO = frozenset({"no", "off", "false", "0", "n"})


class Line(NamedTuple):
    """A line that is not blank, without what surrounds its text."""

    number: int  # 1 is the first
    text: str


@dataclass
class Telling:
    """Facts under construction: what is told, and where."""

    file: str
    told: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    undecoded: list[Source] = field(default_factory=list)

    def source(self, line: Line) -> Source:
        """Return the place of a line."""
        return Source(self.file, line.number)

    def tell(self, name: str, value: object, line: Line) -> None:
        """Note a field of the facts; None is nothing told, and the last that is told counts, as for the programs."""
        if value is not None:
            self.told[name] = value
            self.sources[name] = self.source(line)

    def finished(self, first: Line) -> StackFacts:
        """Return the facts."""
        return StackFacts(self.source(first), **self.told, sources=self.sources, undecoded=tuple(self.undecoded))


def number(text: str) -> int | None:
    """Return an integer of decent length, else None."""
    return whole_number(text, _DIGITS)


def boolean(text: str) -> bool | None:
    """Return what yes or no means, None for anything else."""
    return True if text.lower() in _YES else False if text.lower() in _NO else None
