"""For Python and notebooks: what a source tells, as DataFrames.

`ha_report.load` is the way in; docs/python.md has examples.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from html import escape
from os import PathLike
from typing import Any

import pandas as pd

from ha_report.diagnosis import findings_of
from ha_report.errors import UserError
from ha_report.incident import Incident, Window
from ha_report.model import FailedOperation, Finding, InputFile
from ha_report.questions.knowledge import instant
from ha_report.questions.placement import downtime, placement
from ha_report.reading import read_incident
from ha_report.times import parse_time
from ha_report.zones import local_zone, named_zone
from reports.visible import one_line

_WHOLE_NUMBERS = ("interval_ms", "call", "rc")


@dataclass(frozen=True)
class Loaded:
    """An incident with what was concluded from it; each table is a DataFrame, its times in UTC."""

    incident: Incident  # all that is known, as rules see it; its archives are closed
    conclusions: tuple[Finding, ...]  # the root cause first
    problems: tuple[str, ...]  # parts of the sources that could not be read

    @property
    def events(self) -> pd.DataFrame:
        """One row an event, in order of time, those without one last."""
        return self.incident.events

    @cached_property
    def failed_operations(self) -> pd.DataFrame:
        """One row a failed execution of an operation; `sources` has the lines that tell of it."""
        return _frame(FailedOperation, map(_plain, self.incident.failed_operations))

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row a finding, the root cause first; `evidence` has the lines that prove it."""
        return _frame(Finding, map(_plain, self.conclusions))

    @cached_property
    def placement(self) -> pd.DataFrame:
        """One row a time that a resource spent on a node; `to` is NaT where it still ran there at the end."""
        rows = [(one.resource, one.node, one.role, one.begin, one.end) for one in placement(self.incident)]
        return _timed(pd.DataFrame(rows, columns=["resource", "node", "role", "from", "to"]), "from", "to")

    @cached_property
    def downtime(self) -> pd.DataFrame:
        """One row a time that a resource ran nowhere; `seconds` is NaN where it did not come back."""
        rows = [(one.resource, one.begin, one.end) for one in downtime(self.incident)]
        frame = _timed(pd.DataFrame(rows, columns=["resource", "from", "to"]), "from", "to")
        frame["seconds"] = (frame["to"] - frame["from"]).dt.total_seconds()
        return frame

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """One row a file that was read, with how that went; `undecoded_count` tells the lines not understood."""
        frame = _frame(InputFile, map(_plain, self.incident.inputs)).drop(columns=["undecoded", "gaps_us"])
        for name in ("first_time_us", "last_time_us"):
            frame[name] = [instant(value) for value in (getattr(one, name) for one in self.incident.inputs)]
        return _timed(
            frame.rename(columns={"first_time_us": "first_time", "last_time_us": "last_time"}),
            "first_time",
            "last_time",
        )

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        cluster = escape(one_line(self.incident.cluster.name or "cluster"))
        told = "".join(
            f"<li><b>{escape(one.severity)}</b> {escape(one_line(one.title))}</li>" for one in self.conclusions
        )
        return f"<p><b>{cluster}</b>: {len(self.events):,} events, {len(self.failed_operations):,} failed operations</p><ol>{told}</ol>"


def load(
    *sources: str | PathLike[str], timezone: str | None = None, begin: str | None = None, end: str | None = None
) -> Loaded:
    """Return what sources of one incident tell: bundles, folders, logs, snapshots.

    `timezone` is that of times without one; `begin` and `end` are as --from and --to: "14:00", "2d", ISO 8601.
    Raises ha_report.errors.UserError for what cannot be read.
    """
    if not sources:
        raise UserError("load takes at least one source: the path of a bundle, a node's folder or a log.")
    zone = named_zone(timezone) if timezone else None
    if timezone and zone is None:
        raise UserError(f"{timezone!r} is no time zone; give one such as Asia/Tokyo, UTC or +09:00.")
    window = Window(_moment(begin, timezone), _moment(end, timezone))
    with read_incident([str(one) for one in sources], zone, lambda _line: None, window) as (incident, problems):
        return Loaded(incident, tuple(findings_of(incident)), tuple(problems))


def _moment(text: str | None, timezone: str | None) -> int | None:
    if text is None:
        return None
    zone = (named_zone(timezone) if timezone else None) or local_zone()
    try:
        return round(parse_time(text, datetime.now(zone), zone).timestamp() * 1_000_000)
    except ValueError as problem:
        raise UserError(f"{problem}.") from problem


def _plain(row: Any) -> dict[str, Any]:
    """Return a row as plain values, without going into the rows that it holds."""
    return {one.name: getattr(row, one.name) for one in fields(row)}


def _frame(row_type: Any, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=[one.name for one in fields(row_type)])
    for name in _WHOLE_NUMBERS:
        if name in frame.columns:
            frame[name] = frame[name].astype("Int64")
    return _timed(frame, "time") if "time" in frame.columns else frame


def _timed(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    for name in names:
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    return frame
