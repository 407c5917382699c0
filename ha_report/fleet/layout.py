"""The index on disk: Parquet tables, a folder for each cluster and month, and what was looked at to make them.

INDEX/ha-report-fleet.json            says what the folder is
INDEX/sources.parquet                 every place that was looked at (rows.SourceRow)
INDEX/TABLE/cluster=NAME/month=2026-11/rows.parquet
"""

from __future__ import annotations

import json
import types
import typing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from ha_report.errors import UserError
from ha_report.fleet.extras import extra

SCHEMA = "ha-report-fleet/1"
MARKER = "ha-report-fleet.json"
SOURCES = "sources.parquet"
ROWS = "rows.parquet"


class Place(NamedTuple):
    """A part of the index: one cluster's rows of one month."""

    cluster: str
    month: str

    def file(self, folder: Path, table: str) -> Path:
        """Return where the rows of a table are."""
        # Hive's own word for null begins with an underscore: no cluster can be taken for it.
        cluster = quote(self.cluster, safe="").replace("_", "%5F")
        return folder / table / f"cluster={cluster}" / f"month={self.month}" / ROWS


def require(folder: Path) -> None:
    """Raise UserError unless there is an index of this version in `folder`."""
    try:
        told = json.loads((folder / MARKER).read_text("utf-8"))["schema"]
    except (OSError, ValueError, LookupError, TypeError) as problem:
        raise UserError(
            f"{folder} is no index: it has no {MARKER}.\nMake one: ha-report fleet index BUNDLES --into {folder}"
        ) from problem
    if told != SCHEMA:
        raise UserError(f"{folder} is an index of another kind: {told}.\nThis version knows {SCHEMA}: make it anew.")


def arrow_schema(row_type: type[NamedTuple]) -> Any:
    """Return the Parquet schema that the annotations of a row mean."""
    pa = extra("pyarrow")
    known = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        datetime: pa.timestamp("us", tz="UTC"),
        tuple[str, ...]: pa.list_(pa.string()),
    }
    return pa.schema([pa.field(name, known[told], nullable=True) for name, told in column_types(row_type).items()])


def column_types(row_type: type[NamedTuple]) -> dict[str, Any]:
    """Return the type of each column, None left aside."""
    return {name: _less_none(hint) for name, hint in typing.get_type_hints(row_type).items()}


def _less_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        [hint] = [one for one in typing.get_args(hint) if one is not type(None)]
    return hint
