"""Writes the index: what came of bundles, in place of what was known of them.

All files that change are written before the first of them gets its name, and if one cannot get it, those before it go
back (`replacing.py`).  The list of sources comes last: whatever ends a run, what it had written before is whole, and
the bundles whose source is not named there are read again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ha_report.errors import DestinationInTheWay, UserError
from ha_report.fleet.extras import extra
from ha_report.fleet.layout import MARKER, SCHEMA, SOURCES, Place, arrow_schema, require
from ha_report.fleet.replacing import Change, replacing
from ha_report.fleet.rows import TABLES, SourceRow

if TYPE_CHECKING:
    from ha_report.fleet.analysis import Analysed
    from ha_report.fleet.sources import Found


class Index:
    """An index that may be written to; `opened_for_writing` makes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rows = _read(folder / SOURCES, SourceRow)
        self.sources: dict[str, SourceRow] = {row["source"]: SourceRow(**row) for row in rows}
        self._by_size: dict[int | None, set[str]] = defaultdict(set)
        for row in self.sources.values():
            if row.stamp is not None:
                self._by_size[row.size_bytes].add(row.bundle)

    def is_current(self, found: Found) -> bool:
        """Say whether nothing changed at a source since it was indexed."""
        row = self.sources.get(found.name)
        return row is not None and row.stamp is not None and row.stamp == found.stamp

    def alike(self, found: Found) -> tuple[str, ...]:
        """Return the bundles that may lie at a source, as far as its size tells."""
        row = self.sources.get(found.name)
        same_size = self._by_size.get(found.size_bytes, set()) if found.size_bytes is not None else set()
        return tuple(sorted(same_size | ({row.bundle} if row else set())))

    def add(self, batch: Sequence[Analysed]) -> None:
        """Write what came of some sources, in place of what was known of them."""
        if not batch:
            return
        placed = {row.bundle: Place(row.cluster, row.month) for row in self.sources.values()}
        before = [self.sources[one.name] for one in batch if one.name in self.sources]
        for one in batch:
            place = placed.get(one.bundle) if one.known else None
            self.sources[one.name] = _source_row(one, place or Place(one.cluster, one.month))
        # A newer program may put a bundle to another cluster: then its rows are gone from where they were.
        wanted = {(row.bundle, row.cluster, row.month) for row in self.sources.values()}
        gone: dict[Place, set[str]] = defaultdict(set)
        for row in before:
            if (row.bundle, row.cluster, row.month) not in wanted:
                gone[Place(row.cluster, row.month)].add(row.bundle)
        try:
            with replacing() as change:
                self._merge([one for one in batch if not one.known], gone, change)
                change(self.folder / SOURCES, _table(sorted(self.sources.values()), SourceRow))
        except OSError as problem:
            raise _cannot_write(self.folder, problem) from problem

    def _merge(self, new: Iterable[Analysed], gone: dict[Place, set[str]], change: Change) -> None:
        by_place: dict[Place, dict[str, Analysed]] = defaultdict(dict)
        for one in new:
            by_place[Place(one.cluster, one.month)][one.bundle] = one  # of two copies of a bundle, the last counts
        for place in sorted(by_place.keys() | gone.keys()):
            fresh = by_place[place]
            for table, row_type in TABLES.items():
                rows = [row for bundle in sorted(fresh) for row in fresh[bundle].rows.get(table, [])]
                path, replaced = place.file(self.folder, table), fresh.keys() | gone.get(place, set())
                change(path, _merged(path, _table(rows, row_type), replaced))


def _source_row(one: Analysed, place: Place) -> SourceRow:
    return SourceRow(one.name, one.stamp, one.bundle, place.cluster, place.month, one.size_bytes, one.files)


def _merged(path: Path, table: Any, replaced: Iterable[str]) -> Any:
    """Return what a file holds with a table in place of the rows of the bundles `replaced`, in order of the bundles."""
    if not path.exists():
        return table
    pa, compute = extra("pyarrow"), extra("pyarrow.compute")
    old = _table_in(path)
    kept = old.filter(compute.invert(compute.is_in(old["bundle"], pa.array(sorted(replaced), pa.string()))))
    table = pa.concat_tables([kept.cast(table.schema), table]).combine_chunks()
    # A stable order, so that the same bundles make the same file, in whatever order they came.
    return table.take(pa.array(_order(table["bundle"].to_pylist()), pa.int64()))


def _order(bundles: list[str]) -> list[int]:
    return sorted(range(len(bundles)), key=bundles.__getitem__)


def _read(path: Path, row_type: type[NamedTuple]) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    rows: list[dict[str, Any]] = _table_in(path, list(row_type._fields)).to_pylist()
    return rows


def _table_in(path: Path, columns: list[str] | None = None) -> Any:
    try:
        return extra("pyarrow.parquet").read_table(path, columns=columns, partitioning=None)
    except (OSError, extra("pyarrow").ArrowInvalid) as problem:
        raise UserError(
            f"{path} cannot be read: it is damaged.\nMake the index anew, into another folder."
        ) from problem


def _table(rows: Iterable[NamedTuple], row_type: type[NamedTuple]) -> Any:
    pa = extra("pyarrow")
    schema = arrow_schema(row_type)
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(map(_storable, column), field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def _storable(value: Any) -> Any:
    r"""Return a value that Parquet can hold: a byte of a log that is no UTF-8 as \xff, and text without NUL."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    return [_storable(one) for one in value] if isinstance(value, tuple) else value


@contextmanager
def opened_for_writing(folder: Path) -> Iterator[Index]:
    """Give the index in `folder`, made if it is not there; nobody else may write to it meanwhile."""
    _prepare(folder)
    with (folder / MARKER).open(encoding="utf-8") as marker:
        try:
            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise UserError(f"{folder} is being written to by another ha-report.\nWait until it is done.") from problem
        yield Index(folder)


def _prepare(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise DestinationInTheWay(f"{folder} is a file.\nAn index is a folder: choose another name.")
    try:
        if not folder.exists() or not any(folder.iterdir()):
            # It quotes logs, which may hold secrets: only the user may look into it.
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / MARKER).write_text(json.dumps({"schema": SCHEMA}) + "\n", encoding="utf-8")
    except OSError as problem:
        raise _cannot_write(folder, problem) from problem
    require(folder)
    if not os.access(folder, os.W_OK):
        raise UserError(f"{folder} may not be written to.\nChoose another folder, or make it yours.")


def _cannot_write(folder: Path, error: OSError) -> UserError:
    reason = os.strerror(error.errno) if error.errno else error  # what Parquet's library words is longer than a line
    return UserError(f"{folder} could not be written: {reason}.\nWhat it holds is whole; make room, or choose another.")
