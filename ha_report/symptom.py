"""What a symptom is: words of an agent, what they mean, and what is to be done.

A row is data: `ha_report.questions.symptoms` finds it and fills in the names of the case at hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ha_report.expressions import from_run_start


@dataclass(frozen=True)
class Setting:
    """A setting that mends it; becomes a command for each shell that the cluster has."""

    of: str  # "parameter" or "meta" of the resource, or "clone": meta of what holds it
    name: str
    value: str


@dataclass(frozen=True)
class Symptom:
    """One thing that an agent says when an operation fails, complete without code elsewhere.

    In title, cause, remedy and verify stand names in braces: groups of `says`, parameters of the resource,
    `resource`, `node`, `nodes` (all on which it failed), and `operation`.  What nothing tells is "its NAME" in a sentence, and a command that
    needs it is left out; "{NAME|words}" gives other words, which may hold names themselves.
    """

    id: str  # stable: report.json names it
    agents: tuple[str, ...]  # as "ocf:heartbeat:Filesystem"; "stonith:fence_*" means all that begin so
    says: str  # regex for one line, or the exit reason, in the wording of every version
    title: str  # the cause, behind "fs_data could not start on node02: "
    cause: str
    remedy: tuple[str | Setting, ...]  # sentences, commands ("$ ..."), settings; the clean-up comes behind by itself
    verify: tuple[str, ...]
    versions: str  # that have the message
    example: str  # a line with it
    operations: tuple[str, ...] = ()  # that it holds for; empty: all
    rcs: tuple[int, ...] = ()  # answers that it holds for; empty: all
    beside: str | None = None  # regex for lines of the kernel and others in the same half minute that prove it
    waits: bool = False  # may be what an operation waited for that did not end in its time
    proof: str = "certain"  # how sure the cause is when the agent says this
    references: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return `says`, ready to be searched."""
        return re.compile(from_run_start(self.says))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything that it says in words: title, cause, and what is no command of remedy and verification."""
        steps = [step for step in (*self.remedy, *self.verify) if isinstance(step, str) and not step.startswith("$ ")]
        return (self.title, self.cause, *steps)
