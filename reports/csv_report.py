"""`events.csv`: every event with every column, for spreadsheets and scripts.

A cell that begins like a formula gets an apostrophe in front (OWASP, "CSV Injection"): log
lines are written by strangers, and a spreadsheet runs what it takes for a formula.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reports.visible import one_line

if TYPE_CHECKING:
    import pandas as pd

# The full-width signs are formulas too, to a Japanese spreadsheet.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
SPECIAL = re.compile(r'[,"\r\n]')  # what a cell can hold in quotes only


def render(events: pd.DataFrame) -> str:
    """Return the text of events.csv, with a header, in the order of `events`."""
    columns = [cells_of(events[name]) for name in events.columns]
    lines = [",".join(map(quoted, events.columns)), *map(",".join, zip(*columns, strict=True))]
    return "\n".join([*lines, ""])


def cells_of(column: pd.Series[Any]) -> list[str]:
    """Return a column as it is written: times in ISO 8601, text made harmless, numbers as they are."""
    if column.dtype.kind == "M":
        return times_of(column)
    values = column.astype(object).tolist()
    known = {value for value, gone in zip(values, column.isna().tolist(), strict=True) if not gone}
    written = {value: quoted(guarded(value)) for value in known}  # most values repeat: each is looked at once
    return [written.get(value, "") for value in values]


def times_of(column: pd.Series[Any]) -> list[str]:
    """Return times in ISO 8601, to the microsecond; pandas' own date_format is four times slower."""
    import numpy as np  # noqa: PLC0415 - takes a third of a second: only where it is needed

    written = np.datetime_as_string(column.to_numpy(dtype="datetime64[us]")).tolist()
    return [f"{time}+00:00" if known else "" for time, known in zip(written, column.notna().tolist(), strict=True)]


def guarded(cell: Any) -> str:
    """Return text that no spreadsheet takes for a formula."""
    if not isinstance(cell, str):
        return str(cell)
    shown = one_line(cell)
    return f"'{shown}" if FORMULA.match(shown) else shown


def quoted(cell: str) -> str:
    """Return a cell in quotes if it needs them (RFC 4180)."""
    return '"' + cell.replace('"', '""') + '"' if SPECIAL.search(cell) else cell
