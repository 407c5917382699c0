import pytest

from ha_report.facts import Configuration, ConfiguredResource
from ha_report.incident import FileFacts
from ha_report.model import InputFile, NodeState, ResourceState, Snapshot, Source
from tests.reports.incidents import (
    BEGIN,
    BEGIN_US,
    NO_ROUTE,
    event,
    incident,
    nic_none,
    result,
)
from tests.reports.lanes import kinds, node, picture, second, start, states, stop


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


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (("online", "offline"), [(0, 0, "online"), (60, 60, "offline")]),
        (("online", "online", "offline"), [(0, 60, "online"), (120, 120, "offline")]),
        (("online", "offline", "online", "online"), [(0, 0, "online"), (60, 120, "offline"), (120, 180, "online")]),
    ],
)
def test_a_node_was_online_only_as_long_as_snapshots_show_it_so(shown, told):
    snapshots = [
        Snapshot(f"{number}.txt", "crm_mon-text", BEGIN_US + number * 60_000_000, nodes=[NodeState("node01", state)])
        for number, state in enumerate(shown)
    ]
    [lane] = picture(incident(snapshots=snapshots, nodes=snapshots[0].nodes)).nodes
    times = [((bar.begin - BEGIN).total_seconds(), (bar.end - BEGIN).total_seconds(), bar.state) for bar in lane.bars]
    assert times == told


def test_a_node_that_a_log_tells_to_be_up_is_not_offline_because_a_snapshot_of_another_says_so():
    up = event(1, "Taking over DC status", kind="dc-takeover", node="node01", writer="node01")
    shown = Snapshot("a.txt", "crm_mon-text", BEGIN_US + 30_000_000, nodes=[NodeState("node01", "OFFLINE")])
    made = incident([up, event(60, "x", kind="quorum")], snapshots=[shown], nodes=shown.nodes)
    [lane] = picture(made).nodes
    assert {bar.state for bar in lane.bars} == {"online"}
