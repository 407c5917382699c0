"""How many lines the logs have per bin of time, and how many errors, from coarse to fine: the strip under the lanes.

Lines of every kind count, whether ha-report understands them or not: a burst of any of them is worth a look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.shape import Density

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ha_report.incident import Incident
    from ha_report.model import InputFile

    Counts = npt.NDArray[np.int64]

BINS = (180, 1_080, 6_480)  # each a multiple of the one before
FEW = 32  # logs in which every border is asked for
APART = 72  # borders; in more logs than that, one of so many is asked for


def density_of(incident: Incident, errors: Sequence[bool], begin: datetime, end: datetime) -> tuple[Density, ...]:
    """Return the lines and errors between `begin` and `end` as counts, one Density for each of BINS.

    `errors` go with the rows of the incident's events.
    """
    import numpy as np  # noqa: PLC0415 - with pandas, which is needed only where there is something to report

    first, last = (round(time.timestamp() * 1_000_000) for time in (begin, end))
    borders = np.linspace(first, last + 1, BINS[-1] + 1).astype(np.int64)
    lines = np.zeros(len(borders))
    for known in _lines_before(incident, borders):
        lines += known
    grave = incident.events["time"][list(errors)].dropna()
    times = grave.to_numpy(dtype="datetime64[us]").astype(np.int64)
    per_bin = np.diff(np.rint(lines).astype(np.int64)), np.histogram(times, borders)[0]
    return tuple(_level(*(one.reshape(bins, -1).sum(axis=1) for one in per_bin)) for bins in BINS)


def _level(lines: Counts, errors: Counts) -> Density:
    counts = zip(range(len(lines)), lines.tolist(), errors.tolist(), strict=True)
    return Density(len(lines), (int(lines.max()), int(errors.max())), tuple(one for one in counts if one[1] or one[2]))


def _lines_before(incident: Incident, borders: Counts) -> Iterator[npt.NDArray[np.float64]]:
    """Yield for each log about how many lines it has before each border."""
    import numpy as np  # noqa: PLC0415 - as above

    logs = [one for one in incident.inputs if one.path in incident.counters and _overlaps(one, borders)]
    asked = borders if len(logs) <= FEW else borders[::APART]
    known = {one.path: incident.counters[one.path](asked.tolist()) for one in logs}
    told = {path: lines for path, lines in known.items() if lines}
    yield from (np.interp(borders, asked, lines) for lines in told.values())
    others = incident.events[~incident.events["file"].isin(list(told))].dropna(subset=["time", "line"])
    inputs = {one.path: one for one in incident.inputs}
    for path, rows in others.groupby("file", observed=True):
        yield _by_events(rows, inputs.get(str(path)), borders)


def _overlaps(log: InputFile, borders: Counts) -> bool:
    """Say whether a log tells of the time between the borders."""
    first, last = log.first_time_us, log.last_time_us
    return first is not None and last is not None and first <= borders[-1] and last >= borders[0]


def _by_events(rows: pd.DataFrame, log: InputFile | None, borders: Counts) -> npt.NDArray[np.float64]:
    """Return about how many lines a log has before each border, as its events tell their numbers: one that is compressed."""
    import numpy as np  # noqa: PLC0415 - as above

    times = rows["time"].to_numpy(dtype="datetime64[us]").astype(np.int64)
    before = rows["line"].to_numpy(dtype=np.int64) - 1
    if log is None or log.first_time_us is None or log.last_time_us is None:
        return np.searchsorted(times, borders).astype(np.float64)
    times = np.concatenate([[log.first_time_us], times, [log.last_time_us + 1]])
    before = np.concatenate([[0], before, [log.lines]])
    order = np.lexsort((before, times))
    distinct, first = np.unique(times[order], return_index=True)
    return np.interp(borders, distinct, np.maximum.accumulate(before[order])[first])
