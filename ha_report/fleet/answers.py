"""Writes the answer to a question: as a table for a terminal, as CSV, as JSON.

Names come from strangers' logs: no control character reaches the terminal, no cell is a formula to a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ha_report.fleet.query import plain
from reports.visible import one_line

if TYPE_CHECKING:
    from ha_report.fleet.query import Answer

WIDEST = 60  # characters of a column; CSV and JSON have all


def written(answer: Answer, form: str) -> str:
    """Return an answer as "table", "csv" or "json"."""
    return {"table": table, "csv": as_csv, "json": as_json}[form](answer)


def table(answer: Answer) -> str:
    """Return columns that stand below their names; numbers stand to the right."""
    cells = [list(answer.columns), *([cell(value) for value in row] for row in answer.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [
        any(row[place] is not None for row in answer.rows)
        and all(isinstance(row[place], int | float | None) for row in answer.rows)
        for place in range(len(answer.columns))
    ]
    lines = (
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        )
        for row in cells
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def cell(value: Any) -> str:
    """Return a value as a terminal shows it."""
    if value is None:
        return "-"
    text = f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else one_line(str(plain(value)))
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def as_csv(answer: Answer) -> str:
    """Return CSV with a header; lists are JSON in their cell."""
    from reports.csv_report import guarded  # noqa: PLC0415 - loads pandas

    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(guarded, answer.columns))
    for row in answer.rows:
        values = map(plain, row)
        flat = (json.dumps(one, ensure_ascii=False) if isinstance(one, list | dict) else one for one in values)
        writer.writerow(map(guarded, flat))
    return file.getvalue()


def as_json(answer: Answer) -> str:
    """Return a list with an object for each row."""
    rows = [dict(zip(answer.columns, map(plain, row), strict=True)) for row in answer.rows]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
