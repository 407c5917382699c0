"""Pattern rows prove themselves: each has a real example, matches it, and no other row does."""

import pytest

import parsers.messages
from ha_report.model import Event
from ha_report.tables import rows_of

PATTERNS = rows_of(parsers.messages, "PATTERNS")
BESIDE_EVENT = {"rc_text", "timeout", "timeout_ms", "exec", "exec_ms", "expected_rc", "failed_at", "epoch", "pid"}

each_row = pytest.mark.parametrize("row", PATTERNS, ids=lambda row: f"{row.kind} {row.era}")


@each_row
def test_a_row_matches_its_own_example_with_exactly_what_it_expects(row):
    assert row.match(row.example) == row.expect


@each_row
def test_no_other_row_claims_the_example(row):
    """Two rows on one line would make two events of one failure, or hide the later row."""
    assert [other for other in PATTERNS if other.match(row.example) is not None] == [row]


@each_row
def test_the_anchor_stands_in_the_example(row):
    assert row.anchor in row.example


@each_row
def test_groups_are_known_fields(row):
    assert set(row.compiled.groupindex) <= set(Event._fields) | BESIDE_EVENT


def test_an_anchor_is_long_enough_to_be_rare():
    assert min(len(row.anchor) for row in PATTERNS) >= 3
