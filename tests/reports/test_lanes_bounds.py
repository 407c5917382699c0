import dataclasses
from datetime import datetime, timedelta, timezone

import pytest

from ha_report.model import NodeState, Snapshot
from reports.lanes import MOST_BARS, MOST_MARKS, coarse_bars, every, is_quiet
from reports.lanes_marks import coarse
from reports.shape import Lane, Mark
from tests.reports.incidents import (
    BEGIN,
    BEGIN_US,
    FAILED_START,
    NO_ROUTE,
    event,
    incident,
    quiet,
    repeating,
)
from tests.reports.lanes import bar, node, picture, second, start, stop
from tests.reports.months import months


def test_where_nothing_has_a_time_there_is_no_picture():
    assert picture(incident()) is None
    assert picture(quiet()) is None


def test_every_node_has_a_letter_and_the_27th_two():
    letters = picture(months(nodes=28, resources=3, days=2)).letters
    assert [letters[name] for name in ("node001", "node026", "node027")] == ["A", "Z", "AA"]


def test_the_focus_is_about_what_the_page_is_about():
    made = picture(months(nodes=2, resources=1, days=30))
    assert made.focus[0] <= BEGIN + timedelta(days=1) <= made.focus[1]
    assert made.focus[1] - made.focus[0] < timedelta(minutes=1)
    assert picture(repeating()).focus is None


def test_a_few_failures_are_all_in_view_however_far_apart():
    far = dataclasses.replace(FAILED_START, time=BEGIN + timedelta(days=1))
    assert picture(incident(failed_operations=[FAILED_START, far]), NO_ROUTE).focus is None
    many = [
        dataclasses.replace(FAILED_START, time=BEGIN + timedelta(seconds=number), call=number) for number in range(20)
    ]
    assert picture(incident(failed_operations=[*many, far]), NO_ROUTE).focus is not None


def test_of_many_lanes_those_in_which_nothing_happened_are_folded():
    made = picture(months(nodes=32, resources=200, days=2))
    assert [lane.kind for lane in made.nodes] == ["more-nodes"]
    assert len(made.nodes[0].members) == 32
    assert made.resources[-1].kind == "more-resources"
    assert len(made.resources) - 1 + len(made.resources[-1].members) == 200
    assert not any(is_quiet(lane) for lane in made.resources[:-1])


@pytest.mark.parametrize(("nodes", "resources", "days"), [(2, 3, 1), (32, 200, 2), (32, 200, 90)])
def test_a_picture_is_bounded_whatever_it_shows(nodes, resources, days):
    made = picture(months(nodes, resources, days, events=10_000))
    lanes = list(every(made.lanes))
    assert sum(len(lane.bars) for lane in lanes) <= MOST_BARS
    assert sum(len(lane.marks) for lane in lanes) <= MOST_MARKS
    failures = sum(mark.times for lane in lanes for mark in lane.marks if mark.kind == "failed")
    assert failures == len(range(0, resources, 7)) * (days - 1)


def test_transitions_of_months_are_counted_each_once():
    made = picture(months(2, 1, 90, events=20_000))
    lane = next(lane for lane in made.cluster if lane.kind == "transitions")
    assert len(lane.marks) < MOST_MARKS
    assert sum(mark.times for mark in lane.marks) > 19_000


def test_short_bars_together_are_one_that_counts_them():
    made = coarse_bars([bar(0, 100), *(bar(100 + number, 101 + number) for number in range(5))], timedelta(seconds=10))
    assert [(one.state, one.many) for one in made] == [("started", 0), ("busy", 5)]


def test_a_short_bar_between_two_long_ones_is_left_out():
    made = coarse_bars([bar(0, 100), bar(100, 103, "down"), bar(103, 200)], timedelta(seconds=10))
    assert [one.state for one in made] == ["started", "started"]


def test_marks_of_a_kind_that_are_near_are_one_that_counts_them():
    marks = [
        Mark(second(number), kind, (), ())
        for number, kind in ((0, "failed"), (1, "change"), (2, "failed"), (50, "failed"))
    ]
    made = coarse(marks, timedelta(seconds=10))
    assert [(mark.kind, mark.times, mark.last) for mark in made] == [
        ("failed", 2, second(2)), ("change", 1, None), ("failed", 1, None),
    ]  # fmt: skip


def test_a_lane_is_quiet_only_if_nothing_happened_in_it():
    assert is_quiet(Lane("a", "resource", (bar(0, 9),)))
    assert not is_quiet(Lane("a", "resource", (bar(0, 9), bar(9, 12))))
    assert not is_quiet(Lane("a", "resource", (bar(0, 9),), (Mark(second(1), "failed", (), ()),)))
    assert not is_quiet(Lane("a", "node", (bar(0, 9, "lost"),)))


def test_a_snapshot_taken_soon_after_shows_how_it_ended():
    shown = Snapshot("crm_mon.txt", "crm_mon-text", BEGIN_US + 12_000_000)
    late = Snapshot("later.txt", "crm_mon-text", BEGIN_US + 3_600_000_000)
    made = picture(incident([start(0, "node01"), stop(8, "node01")], snapshots=[shown, late]))
    assert made.end == datetime(2026, 11, 23, 2, 1, 12, tzinfo=timezone.utc)


def test_letters_begin_with_the_nodes_that_have_a_lane():
    events = [node(0, "member", "zeta", "zeta"), event(30, "x", kind="controller-state", writer="zeta")]
    nodes = [NodeState("alpha", None), NodeState("zeta", "online"), NodeState("(null)", "online")]
    made = picture(incident(events, nodes=nodes))
    assert [lane.name for lane in made.nodes] == ["zeta"]
    assert made.letters == {"zeta": "A", "alpha": "B"}
