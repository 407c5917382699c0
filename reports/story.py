"""A long story in brief: what went wrong and what stood near it, the rest folded between."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from reports.timeline import is_near

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.shape import StoryStep

WORTH_FOLDING = 3  # steps: fewer take no more room than to say that they are left out
OF_A_SORT = 3  # the fourth failure of the same monitor says nothing new


class Part(NamedTuple):
    """Steps that follow each other and are all told, or all folded."""

    steps: tuple[StoryStep, ...]
    folded: bool


def parts(story: Sequence[StoryStep], most: int) -> list[Part]:
    """Return the story in order of time, all but about `most` telling steps of it folded."""
    told = telling(story, most)
    runs = [(shown, tuple(run)) for shown, run in groupby(range(len(story)), key=told.__contains__)]
    shown = {number for is_told, run in runs if is_told or len(run) < WORTH_FOLDING for number in run}
    return [
        Part(tuple(story[number] for number in run), folded=not is_shown)
        for is_shown, run in groupby(range(len(story)), key=shown.__contains__)
    ]


def telling(story: Sequence[StoryStep], most: int) -> set[int]:
    """Return the numbers of the steps to tell: what went wrong first, then what stood near it."""
    if len(story) <= most:
        return set(range(len(story)))
    order = list(ranks(story))
    return set(sorted(range(len(story)), key=order.__getitem__)[:most])


def ranks(story: Sequence[StoryStep]) -> Iterator[tuple[bool, int, int]]:
    """Yield a sort key for each step, the least first: what repeats often stands behind all else."""
    wrong = sorted(step.time for step in story if step.severity == "error" and step.time)
    seen: Counter[tuple[str, str]] = Counter()
    for number, step in enumerate(story):
        sort = (step.kind, step.sentence)
        seen[sort] += 1
        yield seen[sort] > OF_A_SORT, 0 if step.severity == "error" else 2 - is_near(step.time, wrong), number
