"""Where resources ran, how long nowhere, and how long twice: from results of operations, else from snapshots."""

import pytest

from ha_report.model import NodeState, ResourceState, Snapshot
from ha_report.questions.departures import departures
from ha_report.questions.partitions import partitions
from ha_report.questions.placement import doubles, downtime, placement
from tests.rules.incidents import DATA, copied, incident_of

SECOND = 1_000_000


def told(case, question):
    with copied(DATA / case) as folder, incident_of(folder) as incident:
        return question(incident)


def places(stays):
    return [(stay.resource, stay.node, stay.role, stay.end_us is None) for stay in stays]


def test_a_resource_that_moved_was_on_one_node_and_then_on_the_other():
    stays = [stay for stay in told("address-removed-outside/positive", placement) if stay.resource == "r_ip"]
    assert places(stays) == [("r_ip", "node01", "Started", False), ("r_ip", "node02", "Started", True)]


def test_it_was_down_from_the_failed_monitor_to_the_start_elsewhere():
    gaps = {gap.resource: gap for gap in told("address-removed-outside/positive", downtime)}
    assert (gaps["r_ip"].end_us - gaps["r_ip"].begin_us) / SECOND == pytest.approx(0.22, abs=0.01)


def test_what_ran_on_a_node_that_is_lost_and_not_fenced_runs_nowhere():
    gaps = told("fencing-failed/positive", downtime)
    assert {(gap.resource, gap.end_us) for gap in gaps} == {("r_ip", None), ("r_app", None)}


def test_what_both_parts_of_a_cluster_ran_is_told_with_its_time():
    pairs = told("split-brain/positive", doubles)
    assert {first.resource for first, _ in pairs} == {"r_ip", "r_app"}
    for first, second in pairs:
        both = (min(first.end_us, second.end_us) - max(first.begin_us, second.begin_us)) / SECOND
        assert 4 < both < 6


def test_a_fence_device_is_missed_by_nobody():
    assert "st_node01" not in {gap.resource for gap in told("fencing-failed/positive-heartbeat", downtime)}


def test_a_promotion_is_a_stay_in_another_role():
    roles = [stay.role for stay in told("demote-failed/positive", placement) if stay.node == "node01"]
    assert roles[:2] == ["Started", "Promoted"]


def snapshot(hour, node):
    state = ResourceState("p_ip", role="Started", node=node)
    return Snapshot(
        f"{hour}/crm_mon.txt",
        "crm_mon-text",
        hour * 3600 * SECOND,
        nodes=[NodeState(node, "online")],
        resources=[state],
    )


def test_without_logs_snapshots_tell_where_it_was_seen():
    with copied(DATA / "unexplained" / "positive") as folder, incident_of(folder) as incident:
        incident.snapshots = [snapshot(1, "node01"), snapshot(2, "node01"), snapshot(3, "node02")]
        stays = placement(incident)
    hour = 3600 * SECOND
    assert [(stay.node, stay.begin_us, stay.end_us) for stay in stays] == [
        ("node01", hour, 2 * hour),
        ("node02", 3 * hour, 3 * hour),
    ]


KINDS = {
    "node-lost/positive": "lost",
    "node-lost/positive-heartbeat": "lost",
    "node-shutdown/positive": "shutdown",
    "node-lost/near-miss-heartbeat": "shutdown",
    "split-brain/positive": "cut off",
    "network-link-lost/positive": "cut off",
}


@pytest.mark.parametrize(("case", "kind"), KINDS.items())
def test_how_a_node_went_is_told_apart(case, kind):
    assert {gone.kind for gone in told(case, departures)} == {kind}


def test_the_smaller_part_without_quorum_is_the_one_that_was_cut_off():
    [one] = told("network-link-lost/positive", partitions)
    assert one.sides == (("node01", "node02"), ("node03",))
    assert one.cut_off == ("node03",)


def test_of_two_equal_parts_none_was_cut_off_from_the_other():
    [one] = told("split-brain/positive", partitions)
    assert one.cut_off == ()
