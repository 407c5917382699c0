import dataclasses

from reports.failures import fold
from tests.reports.incidents import FAILED_START, repeating


def test_failures_that_differ_only_in_time_and_call_are_one_row():
    failures = repeating().failed_operations
    [row] = fold(failures)
    assert row.count == 334
    assert row.first is failures[0]
    assert row.last_time == failures[-1].time
    assert len(row.sources) == 334


def test_each_result_is_a_row_of_its_own():
    other = dataclasses.replace(FAILED_START, rc=5)
    assert [row.first.rc for row in fold([FAILED_START, other, FAILED_START])] == [1, 5]


def test_each_node_is_a_row_of_its_own():
    other = dataclasses.replace(FAILED_START, node="node01")
    assert [row.first.node for row in fold([FAILED_START, other])] == ["node02", "node01"]


def test_every_exit_reason_is_kept_once():
    reasons = ["no nic", None, "no route", "no nic"]
    [row] = fold(dataclasses.replace(FAILED_START, exit_reason=reason) for reason in reasons)
    assert row.exit_reasons == ("no nic", "no route")


def test_a_line_that_tells_of_two_failures_is_counted_once():
    [row] = fold([FAILED_START, FAILED_START])
    assert row.sources == FAILED_START.sources


def test_failures_without_a_time_have_no_last_one():
    [row] = fold([dataclasses.replace(FAILED_START, time=None)])
    assert row.last_time is None
