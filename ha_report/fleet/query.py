"""Questions to the index, by DuckDB on the Parquet files: ready-made ones, files in queries/, and any SELECT.

DuckDB may read the index and nothing else: SQL that came by mail cannot look at other files, nor write any
(https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from ha_report.errors import UserError
from ha_report.fleet.extras import extra
from ha_report.fleet.layout import ROWS, column_types, require
from ha_report.fleet.rows import TABLES

QUERIES = Path(__file__).with_name("queries")
SQL_TYPES = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", datetime: "TIMESTAMP", tuple[str, ...]: "VARCHAR[]"}


@dataclass(frozen=True)
class Chosen:
    """What the ready-made questions look at; None is everything."""

    cluster: str | None = None  # a pattern: web*
    agent: str | None = None  # IPaddr2, or ocf:heartbeat:IPaddr2
    operation: str | None = None
    since: datetime | None = None  # of what failed, aware
    until: datetime | None = None


class Answer(NamedTuple):
    """A table: times are naive and in UTC."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


EVERYTHING = Chosen()
# What happened at an unknown time is left out as soon as a time is asked for.
_IN_TIME = (
    "(getvariable('since') IS NULL OR {time} >= getvariable('since'))"
    " AND (getvariable('until') IS NULL OR {time} <= getvariable('until'))"
)
_OF_AGENT = "(getvariable('agent') IS NULL OR agent = getvariable('agent') OR split_part(agent, ':', -1) = getvariable('agent'))"
_OF_OPERATION = "(getvariable('operation') IS NULL OR operation = getvariable('operation'))"
_OF_CLUSTER = "(getvariable('cluster') IS NULL OR cluster GLOB getvariable('cluster'))"
# By table: the view of the rows that are chosen, and which those are.
CHOSEN = {
    "failed_operations": (
        "chosen_failures",
        f"{_OF_CLUSTER} AND {_OF_AGENT} AND {_OF_OPERATION} AND {_IN_TIME.format(time='time')}",
    ),
    "findings": ("chosen_findings", f"{_OF_CLUSTER} AND {_OF_AGENT} AND {_IN_TIME.format(time='time')}"),
    "bundles": ("chosen_bundles", f"{_OF_CLUSTER} AND {_IN_TIME.format(time='last_time')}"),
}


class Ready(NamedTuple):
    """A ready-made question."""

    name: str
    about: str  # one sentence
    sql: str


def ready() -> dict[str, Ready]:
    """Return the ready-made questions by their names."""
    return {path.stem: _ready(path) for path in sorted(QUERIES.glob("*.sql"))}


def _ready(path: Path) -> Ready:
    sql = path.read_text(encoding="utf-8")
    return Ready(path.stem, sql.partition("\n")[0].removeprefix("-- "), sql)


@contextmanager
def asked(folder: Path, chosen: Chosen = EVERYTHING, sql: str = "") -> Iterator[Any]:
    """Give a connection that sees the tables of an index as views, and the rows that are chosen as chosen_*.

    For each view DuckDB looks for its files: with `sql`, there are the tables alone that are named in it.
    """
    require(folder)
    duckdb = extra("duckdb")
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        for name, value in vars(chosen).items():
            connection.execute(f"SET VARIABLE {name} = ?", [_naive(value)])
        for table in named(sql):
            _create_views(connection, folder, table)
        # It compares patterns as they are written.
        allowed = [str(folder.absolute()), _without_magic(str(folder.absolute()))]
        connection.execute("SET allowed_directories = ?", [allowed])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _create_views(connection: Any, folder: Path, table: str) -> None:
    try:
        connection.execute(f"CREATE VIEW {table} AS {_select(folder.absolute(), table)}")
        if table in CHOSEN:
            view, condition = CHOSEN[table]
            connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {table} WHERE {condition}")  # noqa: S608 - of constants of this module
    except extra("duckdb").Error as problem:
        raise UserError(
            f"{folder / table} cannot be read: a file in it is damaged.\nMake the index anew, into another folder."
        ) from problem


def named(sql: str) -> list[str]:
    """Return the tables that are named anywhere in an SQL text, also by what is chosen of them; all where none is."""
    words = set(re.findall(r"\w+", sql.lower()))
    found = [table for table in TABLES if words.intersection((table, *CHOSEN.get(table, ())))]
    return found or list(TABLES)


def _naive(value: Any) -> Any:
    """Return a time as the views have it."""
    return value.astimezone(timezone.utc).replace(tzinfo=None) if isinstance(value, datetime) else value


def _select(folder: Path, table: str) -> str:
    """Return the SELECT that reads a table; one without any row yet has its columns all the same."""
    types = column_types(TABLES[table])
    if next((folder / table).glob(f"*/*/{ROWS}"), None) is None:
        columns = ", ".join(f'NULL::{SQL_TYPES[told]} AS "{name}"' for name, told in types.items())
        return f"SELECT {columns}, NULL::VARCHAR AS cluster, NULL::VARCHAR AS month WHERE false"
    times = [f'"{name}" AT TIME ZONE \'UTC\' AS "{name}"' for name, told in types.items() if told is datetime]
    replaced = f" REPLACE ({', '.join(times)})" if times else ""
    files = _literal(f"{_without_magic(str(folder))}/{table}/*/*/{ROWS}")
    return f"SELECT *{replaced} FROM read_parquet({files}, hive_partitioning = true, hive_types_autocast = false)"  # noqa: S608 - the path is quoted


def _without_magic(path: str) -> str:
    """Return a path that means itself as a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def answer(connection: Any, sql: str, parameters: dict[str, Any] | None = None) -> Answer:
    """Return what a SELECT gives; raises UserError with what DuckDB says against it."""
    duckdb = extra("duckdb")
    try:
        statements = connection.extract_statements(sql)
        kinds = {statement.type.name for statement in statements}
        if len(statements) != 1 or not kinds <= {"SELECT", "EXPLAIN"}:
            raise UserError("--sql takes one SELECT.\nThe tables and their columns are in docs/fleet.md.")
        if kinds == {"EXPLAIN"}:
            return Answer(("kind", "plan"), connection.execute(sql).fetchall())
        relation = connection.sql(sql, params=_used(sql, parameters or {}))
        columns = tuple(relation.columns)
        return Answer(columns, _naive_times(relation).fetchall())
    except duckdb.Error as problem:
        raise UserError(f"DuckDB: {problem}\nThe tables and their columns are in docs/fleet.md.") from problem


def _used(sql: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
    """Return the parameters that a question has; DuckDB refuses others."""
    return {name: value for name, value in parameters.items() if f"${name}" in sql} or None


def _naive_times(relation: Any) -> Any:
    """Return a relation whose times DuckDB can give to Python without another package; the zone is UTC."""
    if not any("TIME ZONE" in str(told) for told in relation.types):
        return relation
    names = [f"c{number}" for number in range(len(relation.columns))]
    listed = ", ".join(
        f"{name}::TIMESTAMP" if "TIME ZONE" in str(told) else name
        for name, told in zip(names, relation.types, strict=True)
    )
    return relation.query("aware", f"SELECT {listed} FROM aware AS renamed({', '.join(names)})")  # noqa: S608 - of names made here


def plain(value: Any) -> Any:
    """Return a value as JSON has it: times in ISO 8601, in UTC."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=timezone.utc).isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def bundle_named(connection: Any, given: str) -> tuple[str, Sequence[str]] | None:
    """Return hash and features of the bundle that `given` means: its hash or the begin of it, its source, or its end."""
    found = connection.execute(
        "SELECT bundle, features, source FROM bundles"
        " WHERE starts_with(bundle, $given) OR source = $given OR ends_with(source, '/' || $given) ORDER BY bundle",
        {"given": given},
    ).fetchall()
    if len(found) > 1:
        raise UserError(f"{given!r} is any of {len(found)} bundles of the index: {found[0][2]}, {found[1][2]}, ...")
    return (found[0][0], found[0][1]) if found else None
