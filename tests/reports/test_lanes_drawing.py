import re
from dataclasses import replace

import pytest

from ha_report.model import NodeState, ResourceState, Snapshot
from reports.html import render
from reports.lanes_axis import ticks
from reports.lanes_drawing import Drawing, lasting
from reports.lanes_marks import GRAVITY
from reports.page import build
from reports.shape import Bar, Lane, Mark
from tests.reports.incidents import (
    BEGIN,
    BEGIN_US,
    VERSION,
    event,
    incident,
    nic_none,
)
from tests.reports.lanes import picture, second, start, stop


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
    heads = Drawing(made, lambda _: None).heads(Lane("transitions", "transitions", (), tuple(marks)))
    assert [(head.mark.kind, head.times) for head in heads] == [("transition", 0), ("stopped", 4), ("change", 1)]


def test_lanes_with_long_names_have_the_room_for_them():
    short = [Lane("node01", "node", (Bar(BEGIN, second(40), "online"),))]
    assert 'class="card lanes"' in pictured(*short)
    assert 'class="card lanes long-names"' in pictured(*short, replace(short[0], name="database-01.example.com"))


def heads(marks, bars=()):
    """Return the marks of one lane as they show, in a picture of 60 seconds."""
    made = replace(picture(nic_none()), begin=BEGIN, end=second(60))
    return Drawing(made, lambda _: None).heads(Lane("r_ip", "resource", tuple(bars), tuple(marks)))


def failed(at, node="node01", times=1):
    return Mark(second(at), "failed", (("node", node),), (), times)


def test_a_mark_with_a_number_has_room_for_it_before_the_next():
    assert [head.times for head in heads([failed(10), failed(11.2)])] == [1, 1]
    assert [head.times for head in heads([failed(10, times=12), failed(11.2)])] == [13, 0]


def test_a_graver_mark_draws_in_those_that_it_would_cover():
    """The change joins the transition, and stands for it; the clean-up is far from the transition, and not from the change."""
    marks = [Mark(second(at), kind, (), ()) for at, kind in ((10, "transition"), (11, "change"), (11.5, "cleaned"))]
    assert [(head.mark.kind, head.times) for head in heads(marks)] == [("transition", 0), ("change", 3), ("cleaned", 0)]


def test_a_failure_tells_its_node_by_a_letter_unless_its_bar_does():
    [alone] = heads([failed(30)])
    assert (alone.letter, alone.lettered) == ("A", True)
    [told] = heads([failed(30)], [Bar(second(10), second(50), "started", "node01")])
    assert (told.letter, told.lettered) == ("A", False)
    [elsewhere] = heads([failed(30)], [Bar(second(10), second(50), "started", "node02")])
    assert elsewhere.lettered
    [short] = heads([failed(30)], [Bar(second(29.9), second(30.1), "started", "node01")])
    assert short.lettered


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
