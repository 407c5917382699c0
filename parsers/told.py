"""What messages tell, by the pattern rows of parsers.messages; equal messages are understood once.

A message is what a line holds behind its header.  Which rows are tried follows from the anchors that the scan
found on the line: the first row in their order that matches is the one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import parsers.messages
from ha_report.model import OperationRecord, Source
from ha_report.tables import rows_of
from parsers.pattern import Pattern
from parsers.records import TELLERS, operation_of, plausible, rc_of, record_of
from parsers.scan import Scanner

# Lines of these levels are kept even when no row knows them.
LEVEL_ANCHORS = (b"ERROR:", b"CRIT:", b" error:", b" crit:")
# Characters of a message that are looked at: libqb writes 4,096 at most, heartbeat's cl_log 5,120, rsyslog 8,192.
LONGEST = 8192
_MOST_KEPT = 20_000  # messages
_NOWHERE = Source("", 0)


class Told(NamedTuple):
    """What of an event its message tells; the fields are those of model.Event."""

    kind: str
    node: str | None
    resource: str | None
    operation: str | None
    interval_ms: int | None
    call: int | None
    rc: int | None
    status: str | None
    reason: str | None
    value: str | None
    text: str


class Message(NamedTuple):
    """A message that was understood."""

    told: Told
    fields: dict[str, str] | None  # what the row captured, where more than `told` is to come of it
    # The failed executions that it tells of, without node, time and source, by the code that was asked for.
    records: dict[int | None, OperationRecord | None]

    def record(self, expected: int | None) -> OperationRecord | None:
        """Return the failed execution that it tells of where that code was asked for; None: not known."""
        if expected not in self.records and self.fields is not None:
            self.records[expected] = record_of(self.told.kind, self.fields, self.told.node, None, _NOWHERE, expected)
        return self.records.get(expected)


@lru_cache(maxsize=1)
def table() -> tuple[tuple[bytes, ...], tuple[tuple[Pattern, ...], ...]]:
    """Return all anchors, and for each the rows that need it."""
    rows: tuple[Pattern, ...] = rows_of(parsers.messages, "PATTERNS")
    by_anchor: dict[bytes, list[Pattern]] = {anchor: [] for anchor in LEVEL_ANCHORS}
    for row in rows:
        by_anchor.setdefault(row.anchor.encode(), []).append(row)
    return tuple(by_anchor), tuple(tuple(found) for found in by_anchor.values())


@lru_cache(maxsize=1)
def scanner() -> Scanner:
    """Return the scanner of all anchors."""
    return Scanner(list(table()[0]))


class Understanding:
    """Understands messages, remembering the latest."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, ...], tuple[Pattern, ...]] = {
            (number,): rows for number, rows in enumerate(table()[1])
        }
        self._known: dict[str, Message | None] = {}

    def of(self, text: str, anchors: tuple[int, ...]) -> Message | None:
        """Return what a message tells; None when no row of its anchors matches it."""
        known = self._known
        if text in known:
            return known[text]
        if len(known) >= _MOST_KEPT:
            known.clear()
        message = known[text] = self._understood(text, anchors)
        return message

    def _understood(self, text: str, anchors: tuple[int, ...]) -> Message | None:
        # A blank before, so that an anchor that begins with one is found at the start, too; rsyslog writes a tab as #011.
        said = f" {text[:LONGEST]}".replace("#011", "\t")
        for row in self._rows.get(anchors) or self._rows_of(anchors):
            fields = row.match(said)
            if fields is not None and plausible(fields):
                return message_of(row.kind, fields, text)
        return None

    def _rows_of(self, anchors: tuple[int, ...]) -> tuple[Pattern, ...]:
        self._rows[anchors] = rows = tuple(row for anchor in anchors for row in self._rows[anchor,])
        return rows


def message_of(kind: str, fields: dict[str, str], text: str) -> Message:
    """Return what the fields of a row tell."""
    operation = operation_of(fields)
    get = fields.get
    call = get("call")
    told = Told(
        kind, get("node"), get("resource"), operation.name, operation.interval_ms, None if call is None else int(call),
        rc_of(fields), get("status"), get("reason"), get("value"), text,
    )  # fmt: skip
    if kind in TELLERS or kind == "operation-requested" or "epoch" in fields:
        return Message(told, fields, {})
    return Message(told, None, {})
