"""What a rule is: a plain function from the incident to findings, and what people are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ha_report.incident import Incident
    from ha_report.model import Finding


@dataclass(frozen=True)
class Rule:
    """One thing that can be concluded, complete without code elsewhere.

    `docs/rules.md` and `ha-report rules` are made of these rows and the function's docstring.
    """

    id: str  # stable: report.json names it
    find: Callable[[Incident], Iterator[Finding]]
    looks_at: tuple[str, ...]  # what the conclusion needs, and how it is told from its neighbours
    example: str  # real lines
    advice: bool = False  # speaks of what may happen or cannot be known, so it stands behind what happened
    repeats: bool = False  # what it finds of one node or resource again and again is one finding with its count
    last_resort: bool = False  # gives way to every other rule that explains the same failure

    def __call__(self, incident: Incident) -> Iterator[Finding]:
        """Yield what the rule concludes."""
        return self.find(incident)
