"""The page of messages is what the rows say."""

import runpy
from pathlib import Path

import pytest

import parsers.messages
from ha_report.tables import rows_of
from parsers.pattern import Pattern

DOCS = runpy.run_path(str(Path(__file__).resolve().parent.parent / "docs/messages.py"))
PATTERNS = rows_of(parsers.messages, "PATTERNS")


def row(era):
    return Pattern(kind="k", era=era, anchor="text", regex="text", example="text")


def test_the_page_of_messages_is_current():
    assert DOCS["PAGE"].read_text(encoding="utf-8") == DOCS["page"](), "write it anew: python docs/messages.py"


def test_every_row_is_on_the_page_with_its_example():
    page = DOCS["page"]()
    assert [one.example for one in PATTERNS if DOCS["_code"](one.example) not in page] == []


@pytest.mark.parametrize(
    ("era", "covered"),
    [
        ("1.0 - 1.1.7", ["1.0.12", "1.1.7"]),
        ("1.1.15 - 2.0.3", ["1.1.16", "1.1.24"]),
        ("1.1.8 - 2.1", ["1.1.12", "1.1.16", "1.1.24", "2.0.5", "2.1.5"]),
        ("3.0.1 and later", ["3.0.2"]),
        ("1.0, ccm", ["1.0.12"]),
        ("corosync 1 - 3", []),
    ],
)
def test_an_era_covers_the_versions_it_names(era, covered):
    """An end without its last number means the whole series."""
    assert [version for version in DOCS["VERSIONS"] if DOCS["covers"](row(era), version)] == covered


@pytest.mark.parametrize(
    ("era", "program"),
    [
        ("1.0 - 3.0", "Pacemaker"),
        ("corosync 3 (knet)", "corosync"),
        ("cluster-glue up to 1.0.8", "cluster-glue"),
        ("Linux, drbd", "Linux"),
    ],
)
def test_a_program_is_named_by_the_era(era, program):
    assert DOCS["program_of"](row(era)) == program


def test_every_row_of_pacemaker_is_for_a_version():
    """An era that cannot be read would leave its row out of the table."""
    versions = [*DOCS["VERSIONS"], "1.0.1", "1.1.3", "1.1.9", "2.0.2", "2.1.0", "2.1.9", "3.0.0"]
    ours = [one for one in PATTERNS if DOCS["program_of"](one) == "Pacemaker"]
    assert [one.era for one in ours if not any(DOCS["covers"](one, version) for version in versions)] == []
