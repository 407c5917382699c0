"""How many events the logs have per bin of time, from coarse to fine: the strip under the lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.shape import Density

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd

BINS = (180, 1_080, 6_480)  # each a multiple of the one before


def density_of(
    times: pd.Series[pd.Timestamp], errors: Sequence[bool], begin: datetime, end: datetime
) -> tuple[Density, ...]:
    """Return the events between `begin` and `end` as counts, one Density for each of BINS; `errors` go with `times`."""
    finest = BINS[-1]
    inside = (times >= begin) & (times <= end)
    bins = ((times[inside] - begin) // ((end - begin) / finest)).clip(upper=finest - 1)
    grave = bins[[bad for bad, here in zip(errors, inside, strict=True) if here]]
    return tuple(_level(_counted(bins), _counted(grave), number) for number in BINS)


def _counted(bins: pd.Series[int]) -> list[int]:
    """Return how many events are in each of the finest bins."""
    known = bins.value_counts().to_dict()
    return [known.get(number, 0) for number in range(BINS[-1])]


def _level(lines: list[int], errors: list[int], bins: int) -> Density:
    """Return the counts of the finest bins added up to `bins`."""
    each = len(lines) // bins
    starts = range(0, len(lines), each)
    counts = [
        (number, sum(lines[start : start + each]), sum(errors[start : start + each]))
        for number, start in enumerate(starts)
    ]
    return Density(bins, max(count for _, count, _ in counts), tuple(one for one in counts if one[1]))
