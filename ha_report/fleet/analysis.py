"""The function that runs once for each bundle, on whatever machine: a source in, rows out.

Nothing here needs more than a plain install, so that a worker of a Dask cluster needs ha-report and Dask, no more.
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ha_report import __version__
from ha_report.diagnosis import findings_of
from ha_report.errors import UserError
from ha_report.fleet import tabulate
from ha_report.fleet.rows import BundleRow
from ha_report.fleet.sources import Contents, contents_of, opened
from ha_report.reading import read_incident
from ha_report.zones import named_zone

UNKNOWN = "unknown"  # cluster and month of what could not be read


@dataclass(frozen=True)
class Task:
    """A source that is to be analysed."""

    url: str  # may hold a password: it is never written down
    name: str  # the same without
    stamp: str | None  # of its files' names, sizes and times
    known: tuple[str, ...] = ()  # bundles of the index that it may be
    zone: str | None = None  # of times that have none


@dataclass
class Analysed:
    """What came of a source."""

    name: str
    stamp: str | None
    bundle: str
    size_bytes: int | None = None
    files: int | None = None
    cluster: str = UNKNOWN
    month: str = UNKNOWN
    known: bool = False  # its content is in the index already: there are no rows
    rows: dict[str, list[NamedTuple]] = field(default_factory=dict)  # by table

    @property
    def error(self) -> str | None:
        """Why it could not be analysed."""
        return next((row.error for row in self.rows.get("bundles", []) if isinstance(row, BundleRow)), None)


def analyse(task: Task) -> Analysed:
    """Return the rows of one bundle; whatever is wrong with it becomes a row with its error."""
    contents = None
    try:
        with opened(task.url) as path:
            contents = contents_of(path)
            if contents.sha256 in task.known:
                return _told_of(task, contents, known=True)
            return _rows(task, path, contents)
    except Exception as problem:  # noqa: BLE001 - a bundle that upsets the program must not end the run of a thousand others
        words = _words(problem).replace(task.url, task.name)
        return broken(task, re.sub(r"//[^/@\s]*@", "//", words), contents)


def broken(task: Task, error: str, contents: Contents | None = None) -> Analysed:
    """Return what tells that a source could not be analysed; without contents it is tried again the next time."""
    made = _told_of(task, contents)
    if contents is None:
        made.stamp = None
    made.rows["bundles"] = [
        BundleRow(
            bundle=made.bundle,
            source=task.name,
            size_bytes=made.size_bytes,
            files=made.files,
            first_time=None,
            last_time=None,
            nodes=(),
            stack=None,
            failed_operations=0,
            errors=0,
            warnings=0,
            downtime_s=None,
            verdict=None,
            verdict_rule=None,
            features=(),
            events=0,
            problems=(),
            error=error,
            program=__version__,
        )
    ]
    return made


def _told_of(task: Task, contents: Contents | None, *, known: bool = False) -> Analysed:
    if contents is None:
        return Analysed(task.name, task.stamp, bundle=f"not read: {task.name}")
    return Analysed(task.name, task.stamp, contents.sha256, contents.size_bytes, contents.files, known=known)


def _rows(task: Task, path: Path, contents: Contents) -> Analysed:
    zone = named_zone(task.zone) if task.zone else None
    # Its neighbours have the other cores.
    with read_incident([str(path)], zone, lambda _line: None, jobs=1) as (incident, problems):
        findings = findings_of(incident)
        made = _told_of(task, contents)
        made.cluster = tabulate.cluster_label(incident)
        made.month = tabulate.month_of(incident)
        made.rows = tabulate.rows_of(incident, findings, made.cluster, contents.sha256)
        plain_problems = tuple(line.replace(str(path), task.name) for line in problems)
        made.rows["bundles"] = [
            tabulate.bundle_row(incident, findings, contents)._replace(source=task.name, problems=plain_problems)
        ]
        # Caches of what rules asked hold the incident; what is in it need not stay.
        vars(incident).clear()
    return made


def _words(problem: Exception) -> str:
    """Return what went wrong; of a bug, also where."""
    if isinstance(problem, UserError):
        return problem.message
    place = traceback.extract_tb(problem.__traceback__)[-1:]
    where = "".join(f" ({Path(frame.filename).name}:{frame.lineno})" for frame in place)
    return f"{type(problem).__name__}: {problem}{where}"
