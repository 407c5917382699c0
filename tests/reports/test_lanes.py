import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ha_report.facts import Configuration, ConfiguredResource
from ha_report.incident import FileFacts
from ha_report.model import InputFile, NodeState, ResourceState, Snapshot, Source
from reports.html import render
from reports.lanes import MOST_BARS, MOST_MARKS, coarse_bars, every, is_quiet
from reports.lanes_axis import ticks
from reports.lanes_drawing import Drawing, lasting
from reports.lanes_marks import GRAVITY, coarse
from reports.page import build
from reports.shape import Bar, Lane, Mark
from tests.reports.incidents import (
    BEGIN,
    BEGIN_US,
    NO_ROUTE,
    VERSION,
    event,
    incident,
    nic_none,
    quiet,
    repeating,
    result,
)
from tests.reports.months import months


def second(number):
    return BEGIN + timedelta(seconds=number)


def picture(made, *findings):
    return build(made, findings, version=VERSION).picture


def states(lane):
    return [((bar.begin - BEGIN).total_seconds(), bar.state, bar.dc) for bar in lane.bars]


def kinds(lane):
    return [mark.kind for mark in lane.marks]


def node(number, value, about, writer, **changes):
    told = {"kind": "node-state", "node": about, "writer": writer, "value": value}
    return event(number, f"Node {about} state is now {value}", **(told | changes))


def start(number, on, **changes):
    return result(number, on, "start", 0, int(number), **changes)


def stop(number, on, **changes):
    return result(number, on, "stop", 0, int(number), **changes)


def test_a_failed_start_is_a_mark_with_its_line_in_the_lane_of_its_resource():
    [lane] = picture(nic_none(), NO_ROUTE).resources
    [mark] = lane.marks
    words = dict(mark.words)
    assert (lane.name, mark.kind, words["operation"], words["node"]) == ("r_ip", "failed", "start", "node02")
    assert (mark.evidence[0].file, mark.evidence[0].line) == ("node02/pacemaker.log", 365)
    assert mark.evidence[0].text.startswith("Result of start operation for r_ip on node02: error")


def test_the_bar_of_a_resource_begins_with_the_start_that_worked_and_names_its_node():
    [lane] = picture(nic_none()).resources
    [bar] = lane.bars
    assert (bar.node, bar.state, bar.begin) == ("node01", "started", second(35.699))
    assert "r_ip on node01" in bar.evidence.text


def test_a_failure_known_to_the_second_stands_where_the_log_has_it_exactly():
    made = nic_none()
    [failed] = made.failed_operations
    made.failed_operations[:] = [type(failed)(**(vars(failed) | {"time": BEGIN.replace(second=35)}))]
    [lane] = picture(made).resources
    assert lane.marks[0].time == second(35.575)


def test_a_node_is_starting_then_online_then_the_dc():
    events = [
        event(1, "Starting Pacemaker", kind="stack-started"),
        node(2, "member", "node01", "node01"),
        event(3, "Taking over DC status", kind="dc-takeover"),
        event(9, "State transition", kind="controller-state"),
    ]
    [lane] = picture(incident(events, nodes=[NodeState("node01", "online")])).nodes
    assert states(lane) == [(1, "starting", False), (2, "online", False), (3, "online", True)]


def test_a_node_that_another_lost_is_lost_until_it_is_back():
    events = [
        node(0, "member", "node02", "node01"),
        node(10, "lost", "node02", "node01"),
        node(20, "member", "node02", "node01"),
        event(30, "State transition", kind="controller-state"),
    ]
    lanes = {lane.name: lane for lane in picture(incident(events, nodes=[NodeState("node02", "online")])).nodes}
    assert states(lanes["node02"]) == [(0, "online", False), (10, "lost", False), (20, "online", False)]
    assert kinds(lanes["node02"]) == ["lost"]


def test_standby_lasts_until_the_scheduler_sees_the_node_online():
    events = [
        node(0, "member", "node02", "node01"),
        *(
            event(number, f"node02 is {value}", kind="online-status", node="node02", value=value)
            for number, value in ((1, "online"), (5, "standby"), (6, "standby"), (8, "online"), (9, "online"))
        ),
    ]
    lanes = {lane.name: lane for lane in picture(incident(events, nodes=[NodeState("node02", "online")])).nodes}
    assert states(lanes["node02"]) == [(0, "online", False), (5, "standby", False), (8, "online", False)]


def test_quorum_is_marked_when_lost_and_when_back_but_not_as_the_cluster_starts():
    def quorum(number, value):
        return event(number, f"Quorum {value}", kind="quorum", value=value)

    events = [
        event(0, "Starting Pacemaker", kind="stack-started"),
        quorum(5, "lost"), quorum(9, "acquired"), quorum(40, "lost"), quorum(60, "acquired"), quorum(62, "acquired"),
    ]  # fmt: skip
    [lane] = picture(incident(events, nodes=[NodeState("node01", "online")])).nodes
    assert [(mark.kind, mark.time) for mark in lane.marks] == [("quorum-lost", second(40)), ("quorum", second(60))]


def test_a_fenced_node_is_marked_with_who_fenced_it():
    events = [
        node(0, "member", "node02", "node01"),
        event(10, "Operation 'reboot' targeting node02 by node01: OK", kind="fencing-result", node="node02", status="OK", value="node01"),
        event(30, "State transition", kind="controller-state"),
    ]  # fmt: skip
    lanes = {lane.name: lane for lane in picture(incident(events, nodes=[NodeState("node02", "online")])).nodes}
    [mark] = lanes["node02"].marks
    assert (mark.kind, dict(mark.words)["by"]) == ("fenced", "node01")
    assert states(lanes["node02"]) == [(0, "online", False), (10, "fenced", False)]


def test_a_resource_that_ran_nowhere_is_down_in_between():
    events = [start(0, "node01"), stop(10, "node01"), start(25, "node02"), event(30, "x", kind="controller-state")]
    [lane] = picture(incident(events)).resources
    assert [(bar.state, bar.node) for bar in lane.bars] == [
        ("started", "node01"),
        ("down", None),
        ("started", "node02"),
    ]


def test_a_resource_on_two_nodes_at_once_has_a_track_for_each():
    events = [start(0, "node01"), start(10, "node02"), stop(20, "node01"), event(30, "x", kind="controller-state")]
    [lane] = picture(incident(events)).resources
    assert [(bar.state, bar.node, bar.track, bar.tracks) for bar in lane.bars] == [
        ("started", "node01", 0, 2),
        ("started", "node02", 1, 2),
        ("twice", None, 0, 1),
    ]
    assert lane.bars[-1].end == second(20)


def configured(*resources):
    facts = Configuration(
        "crm",
        tuple(
            ConfiguredResource(name, None, kind, {}, {}, (), children, Source("cib", 1), {})
            for name, kind, children in resources
        ),
    )
    return [FileFacts("cib", "node01", None, facts)]


def test_a_group_is_one_lane_with_its_members_folded_in():
    events = [
        start(0, "node01", resource="a"), start(2, "node01", resource="b"), stop(10, "node01", resource="b"),
        stop(12, "node01", resource="a"), start(20, "node02", resource="a"), start(22, "node02", resource="b"),
        event(30, "x", kind="controller-state"),
    ]  # fmt: skip
    facts = configured(("g", "group", ("a", "b")), ("a", "primitive", ()), ("b", "primitive", ()))
    [lane] = picture(incident(events, facts=facts)).resources
    assert (lane.name, lane.kind, [member.name for member in lane.members]) == ("g", "group", ["a", "b"])
    told = [(bar.state, bar.node) for bar in lane.bars]
    assert told == [("part", "node01"), ("started", "node01"), ("part", "node01"), ("down", None),
                    ("part", "node02"), ("started", "node02")]  # fmt: skip


def test_a_clone_counts_its_nodes_and_names_the_promoted_one():
    events = [
        start(0, "node01", resource="r"), start(1, "node02", resource="r"),
        result(5, "node02", "promote", 0, 5, resource="r"), event(30, "x", kind="controller-state"),
    ]  # fmt: skip
    facts = configured(("c", "master", ("r",)), ("r", "primitive", ()))
    [lane] = picture(incident(events, facts=facts)).resources
    assert [(bar.state, bar.node, bar.many) for bar in lane.bars] == [
        ("clone", None, 1), ("clone", None, 2), ("promoted", "node02", 2),
    ]  # fmt: skip
    assert [(member.name, member.kind) for member in lane.members] == [("node01", "instance"), ("node02", "instance")]


def test_a_change_of_the_configuration_is_one_mark_however_many_nodes_tell_it():
    told = {"kind": "cib-changed", "operation": "cib_modify", "value": "crm_attribute", "reason": "nodes", "rc": 0}
    events = [event(0, "x", kind="controller-state")] + [
        event(10 + number / 10, "Completed cib_modify", writer=writer, **told)
        for number, writer in enumerate(("node01", "node02", "node03"))
    ]
    lanes = {lane.kind: lane for lane in picture(incident(events, nodes=[NodeState("node01", "online")])).cluster}
    [mark] = lanes["changes"].marks
    assert dict(mark.words)["tool"] == "crm_attribute"


def test_a_silent_log_is_a_bar_of_its_node():
    gap = (BEGIN_US + 5_000_000, BEGIN_US + 25_000_000)
    events = [event(0, "x", kind="controller-state"), event(30, "y", kind="controller-state")]
    files = [InputFile("node01/ha-log", "node01", gaps_us=[gap])]
    [lane] = picture(incident(events, inputs=files, nodes=[NodeState("node01", "online")])).nodes
    assert [(bar.state, bar.begin, bar.end) for bar in lane.bars if bar.state == "silent"] == [
        ("silent", second(5), second(25))
    ]


def test_where_no_log_tells_anything_snapshots_are_pictured():
    shown = [
        Snapshot(
            f"{number}.txt", "crm_mon-text", BEGIN_US + number * 60_000_000,
            nodes=[NodeState("node01", "online")], resources=[ResourceState("r", None, "Started", "node01")],
        )
        for number in (0, 10)
    ]  # fmt: skip
    made = picture(incident(snapshots=shown, nodes=shown[0].nodes, resources=shown[0].resources))
    assert (made.begin, made.end) == (BEGIN, second(600))
    assert states(made.nodes[0]) == [(0, "online", False)]
    assert [(bar.node, bar.end) for bar in made.resources[0].bars] == [("node01", second(600))]


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


def bar(begin, end, state="started"):
    return Bar(second(begin), second(end), state, "node01")


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


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (0.01, ["02:01:00.000", "02:01:00.002", "02:01:00.004"]),
        (13, ["02:01:00", "02:01:02", "02:01:04"]),
        (3 * 3600, ["02:30", "03:00", "03:30"]),
        (3 * 86_400, ["11-23 12:00", "11-24 00:00", "12:00"]),
        (90 * 86_400, ["2026-12-03", "2026-12-17", "2026-12-31"]),
    ],
)
def test_ticks_are_round_and_tell_the_date_where_it_is_new(seconds, labels):
    assert [tick.label for tick in ticks(BEGIN, second(seconds))][:3] == labels


def test_of_marks_that_would_cover_each_other_the_gravest_stands_for_all():
    made = picture(nic_none())
    marks = [
        Mark(second(30), "transition", (), ()),
        Mark(second(30.01), "stopped", (), (), 3),
        Mark(second(33), "change", (), ()),
    ]
    heads = list(Drawing(made, lambda _: None).heads(marks))
    assert [(head.mark.kind, head.times) for head in heads] == [("transition", 0), ("stopped", 4), ("change", 1)]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.084, "0.08 s"), (4.5, "4.5 s"), (12, "12 s"), (185, "3 min 5 s"), (7_800, "2 h 10 min"), (86_400, "1 d")],
)
def test_a_length_of_time_is_told_in_two_units_at_most(seconds, text):
    assert lasting(BEGIN, second(seconds)) == text


def test_words_from_logs_are_made_visible_in_the_picture():
    text = "r\u202e\x1b[2J<b>"
    events = [start(0, "node01", resource=text), event(30, "x", kind="controller-state")]
    html = render(build(incident(events), [], version=VERSION))
    begin = html.index('<section id="picture"')
    section = html[begin : html.index("</section>", begin)]
    assert "r\\u202e\\x1b[2J&lt;b&gt;" in section
    assert not {"\u202e", "\x1b"} & set(section)


def test_a_snapshot_taken_soon_after_shows_how_it_ended():
    shown = Snapshot("crm_mon.txt", "crm_mon-text", BEGIN_US + 12_000_000)
    late = Snapshot("later.txt", "crm_mon-text", BEGIN_US + 3_600_000_000)
    made = picture(incident([start(0, "node01"), stop(8, "node01")], snapshots=[shown, late]))
    assert made.end == datetime(2026, 11, 23, 2, 1, 12, tzinfo=timezone.utc)


def test_what_a_single_snapshot_shows_has_a_width_that_can_be_seen():
    shown = [
        Snapshot(
            f"{on}.txt", "crm_mon-text", BEGIN_US + number * 60_000_000,
            nodes=[NodeState(on, "online")], resources=[ResourceState("r", None, "Started", on)],
        )
        for number, on in enumerate(("node01", "node02"))
    ]  # fmt: skip
    made = picture(incident(snapshots=shown, nodes=shown[0].nodes, resources=shown[0].resources))
    [first, second_] = made.resources[0].bars
    assert (first.node, second_.node, first.begin == first.end) == ("node01", "node02", True)
    assert Drawing(made, lambda _: None).box(first).width == "16"


def test_letters_begin_with_the_nodes_that_have_a_lane():
    events = [node(0, "member", "zeta", "zeta"), event(30, "x", kind="controller-state", writer="zeta")]
    nodes = [NodeState("alpha", None), NodeState("zeta", "online"), NodeState("(null)", "online")]
    made = picture(incident(events, nodes=nodes))
    assert [lane.name for lane in made.nodes] == ["zeta"]
    assert made.letters == {"zeta": "A", "alpha": "B"}


def test_a_lane_that_shows_two_bars_at_once_is_higher_and_each_has_half_of_it():
    events = [start(0, "node01"), start(10, "node02"), stop(20, "node01"), event(30, "x", kind="controller-state")]
    made = picture(incident(events))
    drawing, [lane] = Drawing(made, lambda _: None), made.resources
    height = drawing.height(lane.bars)
    boxes = [drawing.box(one, height) for one in lane.bars]
    assert height > drawing.height(lane.bars[-1:])
    assert boxes[0].y + boxes[0].height <= boxes[1].y
    assert boxes[2].height == height


STATES = ("online", "starting", "standby", "maintenance", "shutdown", "offline", "lost", "unclean", "fenced", "cut-off",
          "silent", "started", "promoted", "unpromoted", "part", "apart", "clone", "promoted-twice", "down", "twice",
          "parted", "busy")  # fmt: skip


def pictured(*lanes):
    """Return the page of a picture with these lanes."""
    made = build(nic_none(), [], version=VERSION)
    return render(replace(made, picture=replace(made.picture, nodes=lanes, resources=(), cluster=())))


@pytest.mark.parametrize("dc", [False, True])
def test_every_state_is_worded(dc):
    html = pictured(
        *(Lane("n", "node", (Bar(second(30), second(40), one, "node01", dc=dc, many=2),)) for one in STATES)
    )
    titles = re.findall(r'<g class="bar .*?<title>(.*?)</title>', html)
    assert len(titles) == len(STATES)
    assert [title for title in titles if not re.fullmatch(r"\S.*, 02:01:30 – 02:01:40 \(10 s\)", title)] == []


def test_every_kind_of_mark_is_worded_drawn_and_explained():
    names = (
        "resource",
        "operation",
        "node",
        "result",
        "reason",
        "how",
        "by",
        "tries",
        "number",
        "status",
        "tool",
        "section",
    )
    words = tuple((name, f"<{name}>") for name in names)
    html = pictured(*(Lane("n", "node", (), (Mark(second(30), kind, words, (), 3, second(35)),)) for kind in GRAVITY))
    titles = re.findall(r'<a class="mark .*?<title>(.*?)</title>', html)
    assert len(titles) == len(GRAVITY)
    assert [title for title in titles if not re.fullmatch(r"02:01:30 .*&lt;.* · 3 in all until 02:01:35", title)] == []
    for kind in GRAVITY:
        assert html.count(f'id="glyph-{kind}"') == 1
        assert html.count(f'href="#glyph-{kind}"') == 2
