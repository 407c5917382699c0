"""docs/fleet.md tells each table and column of the index, and each question."""

import typing
from datetime import datetime
from pathlib import Path

import pytest

from ha_report.fleet.layout import column_types
from ha_report.fleet.query import ready
from ha_report.fleet.rows import TABLES, SourceRow

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs/fleet.md").read_text()
WORDS = {str: "text", int: "integer", float: "number", datetime: "time", tuple[str, ...]: "list of texts"}


@pytest.mark.parametrize(("name", "row_type"), {**TABLES, "sources": SourceRow}.items())
def test_the_columns_stand_there_as_the_rows_have_them(name, row_type):
    meanings = {
        field: hint.__metadata__[0] for field, hint in typing.get_type_hints(row_type, include_extras=True).items()
    }
    types = column_types(row_type)
    rows = "\n".join(f"| `{field}` | {WORDS[types[field]]} | {meanings[field]} |" for field in row_type._fields)
    assert f"### {name}\n\n{row_type.__doc__.strip()}\n\n| column | type | meaning |\n|---|---|---|\n{rows}\n" in PAGE


@pytest.mark.parametrize("name", ready())
def test_every_question_is_explained(name):
    assert f"| `{name}" in PAGE
