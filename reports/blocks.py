"""The report's data within the page, for its scripts: JSON, and packed where it is long.

An event is an entry in each of a few columns, and words that repeat stand once: so a hundred thousand of them
take some megabytes in the page, and are filtered by comparing small numbers.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from reports.json_report import without_events
from reports.visible import encodable

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from datetime import datetime

    from reports.shape import Report

LONG = 60_000  # characters; shorter ones stay readable, and need nothing of the browser
LEVEL = 6  # of gzip: 9 takes three times as long and saves a hundredth
JSON, PACKED = "application/json", "application/gzip+base64"
SEVERITIES = ("notice", "warning", "error")


class Block(NamedTuple):
    """A `<script>` that holds data: its type says how, and browsers run only scripts of their own types."""

    id: str
    type: str
    text: Markup


def block(name: str, value: object) -> Block:
    """Return data as it stands in the page."""
    text = encodable(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    if len(text) <= LONG:
        # Neither "</script" nor "<!--" may stand in a script (HTML, "Restrictions for contents of script elements").
        return Block(name, JSON, Markup(text.replace("<", "\\u003c")))  # noqa: S704 -- JSON, its one danger taken out
    packed = base64.b64encode(gzip.compress(text.encode(), LEVEL, mtime=0)).decode()
    return Block(name, PACKED, Markup(packed))  # noqa: S704 -- letters, digits, "+", "/" and "="


def blocks(report: Report) -> list[Block]:
    """Return what the scripts read: the events, and the rest of report.json."""
    return [
        block("events-data", events(report)),
        block("report-data", without_events(report)),
    ]


def events(report: Report) -> dict[str, Any]:
    """Return the timeline in columns; the order of rows is that of report.json.

    `same` tells of a row which other one says it for it, and `key` which are the few that matter most.
    """
    rows = report.timeline
    moments = report.excerpt.moments
    return {
        "time": times(row.time for row in rows),
        "node": column(row.node for row in rows),
        "kind": column(row.kind for row in rows),
        "severity": [SEVERITIES.index(row.severity) for row in rows],
        "text": column(row.text for row in rows),
        "resource": column(row.resource for row in rows),
        "operation": column(row.operation for row in rows),
        "file": column(row.source.file for row in rows),
        "line": [row.source.line for row in rows],
        "same": {number: moment.numbers[0] for moment in moments for number in moment.numbers[1:]},
        "graver": {
            moment.numbers[0]: SEVERITIES.index(moment.row.severity)
            for moment in moments
            if moment.row.severity != rows[moment.numbers[0]].severity
        },
        "key": [moment.numbers[0] for moment in report.excerpt.key],
    }


def column(values: Iterable[Hashable]) -> dict[str, list[Any]]:
    """Return distinct values, and for each row the number of its own."""
    numbers: dict[Hashable, int] = {}
    codes = [numbers.setdefault(value, len(numbers)) for value in values]
    return {"values": list(numbers), "codes": codes}


def times(moments: Iterable[datetime | None]) -> list[int | None]:
    """Return microseconds since 1970, each as its distance from the one before; null where there is none."""
    before, steps = 0, list[int | None]()
    for moment in moments:
        now = None if moment is None else microseconds(moment)
        steps.append(None if now is None else now - before)
        before = before if now is None else now
    return steps


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970, exactly."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
