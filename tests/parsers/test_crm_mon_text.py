"""What crm_mon, crm status and pcs status print of nodes, resources and failures, of every era."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ha_report.model import FailCount, NodeState
from parsers.crm_mon_hints import hinted, looks_like, speaks
from parsers.crm_mon_text import read

DATA = Path(__file__).parents[1] / "data" / "crm_mon"
SHARED = Path(__file__).resolve().parents[3] / "shared"  # may be absent
ERA_1_0 = (DATA / "heartbeat-1.0.txt").read_text()  # pieces of outputs of Pacemaker 1.0.12
ERA_2_0 = (DATA / "pcs-2.0.txt").read_text()  # and of 2.0.5
TOKYO = timezone(timedelta(hours=9))


BY_NODE = """
Node List:
  * Node node01: online:
    * Resources:
      * r_ip	(ocf::heartbeat:IPaddr2):	 Started
  * Node node02: UNCLEAN (offline):
    * Resources:
      * r_app	(lsb:badapp):	 FAILED (blocked)

Inactive Resources:
  * r_off	(ocf::heartbeat:MailTo):	 Stopped
"""


def snapshot(text, zone=timezone.utc):
    return read(text.strip("\n").split("\n"), "node01/crm_mon.txt", zone)


def states(text):
    return {(state.id, state.node): state for state in snapshot(text).resources}


def failures(text):
    return [
        (each.resource, each.operation, each.node, each.call, each.exit_reason) for each in snapshot(text).operations
    ]


@pytest.mark.parametrize("text", [ERA_1_0, ERA_2_0, BY_NODE])
def test_every_line_of_an_output_is_understood_and_the_output_recognised(text):
    assert snapshot(text).undecoded == []
    assert looks_like(text)


def test_the_header_tells_stack_dc_quorum_version_and_time():
    old, new = snapshot(ERA_1_0), snapshot(ERA_2_0)
    assert (old.cluster.stack, old.cluster.dc, old.cluster.quorum) == ("heartbeat", "node01", False)
    assert old.cluster.versions == {"pacemaker": "1.0.12-unknown"}
    assert (new.cluster.name, new.cluster.dc, new.cluster.quorum) == ("alpha", "node02", True)
    assert new.cluster.versions == {"pacemaker": "2.0.5-ba59be7122"}


def test_times_without_a_zone_are_in_the_readers_zone_and_others_are_not():
    here, tokyo = snapshot(ERA_2_0), snapshot(ERA_2_0, TOKYO)
    assert here.time_us - tokyo.time_us == 9 * 3600 * 1_000_000
    assert here.operations[0].time_us == tokyo.operations[0].time_us
    assert here.time_us == datetime(2026, 11, 23, 2, 51, 29, tzinfo=timezone.utc).timestamp() * 1_000_000


@pytest.mark.parametrize(
    ("line", "stack", "dc", "version"),
    [
        ("Stack: classic openais (with plugin)", "classic openais (with plugin)", None, None),
        ("  * Stack: corosync (Pacemaker is running)", "corosync", None, None),
        ("Current DC: NONE", None, None, None),
        (
            "Current DC: quorum1 (version 1.1.18-11.el7_5.3-2b07d5c5a9) - partition with quorum",
            None,
            "quorum1",
            "1.1.18-11.el7_5.3-2b07d5c5a9",
        ),
        ("  * Current DC: n2 (2) (version unknown) - MIXED-VERSION partition with quorum", None, "n2", None),
        ("Current DC: xen02 (22222222-2222-2222-2222-222222222222) - partition with quorum", None, "xen02", None),
    ],
)
def test_header_lines_of_all_eras(line, stack, dc, version):
    cluster = snapshot(line).cluster
    assert (cluster.stack, cluster.dc, cluster.versions.get("pacemaker")) == (stack, dc, version)


def test_nodes_have_the_state_of_their_list_or_of_their_line():
    assert snapshot(ERA_1_0).nodes == [
        NodeState("node02", "UNCLEAN (offline)"),
        NodeState("node01", "online", ("DC",)),
        NodeState("node03", "offline"),
    ]
    assert snapshot(ERA_2_0).nodes == [
        NodeState("node02", "standby", ("DC",)),
        NodeState("rem01", "maintenance", ("remote",)),
        NodeState("node01", "online"),
        NodeState("rem02", "offline", ("remote",)),
        NodeState("web-bundle-0", "online", ("guest",)),
    ]


@pytest.mark.parametrize(
    ("line", "node"),
    [
        ("ContainerNode lxc1:container1: online", NodeState("lxc1", "online", ("guest",))),
        ("Containers: [ lxc1:container1 ]", NodeState("lxc1", "online", ("guest",))),
        ("  * GuestNode web-bundle-2@: OFFLINE", NodeState("web-bundle-2", "offline", ("guest",))),
        ("  * Node cluster01 (1): online, feature set <3.15.1", NodeState("cluster01", "online")),
        ("  * Node n1: standby (health is RED)", NodeState("n1", "standby")),
        ("Node n1: OFFLINE (standby)", NodeState("n1", "offline (standby)")),
        ("Node node-1: ", NodeState("node-1", None)),
        ("  * Online: [ @CENTRAL_MASTER_NAME@ ]", NodeState("@CENTRAL_MASTER_NAME@", "online")),
    ],
)
def test_node_lines_of_all_eras(line, node):
    assert snapshot(line).nodes == [node]


def test_a_resource_has_an_agent_in_one_spelling_a_role_a_node_a_parent_and_flags():
    old = states(ERA_1_0)
    assert old["st_node02", "node01"].failed is True
    assert old["st_node02", "node01"].agent == "stonith:external/labpower"
    ip = old["r_ip", "node02"]
    assert (ip.agent, ip.role, ip.parent, ip.managed, ip.failed) == (
        "ocf:heartbeat:IPaddr2",
        "Started",
        "g_svc",
        False,
        True,
    )
    assert (old["r_app", None].role, old["r_app", None].managed) == ("Stopped", True)
    assert old["r_old", "node01"].orphaned is True
    assert (old["p_state:1", None].role, old["p_state:1", None].parent) == ("Stopped", "ms_state")


def test_a_resource_on_two_nodes_is_two_rows():
    assert {node for name, node in states(ERA_1_0) if name == "r_two"} == {"node01", "node02"}


def test_clones_bundles_and_groups_in_clones_hold_what_stands_below_them():
    new = states(ERA_2_0)
    assert [(new["p_state", node].role, new["p_state", node].parent) for node in ("node02", "node01", "rem01")] == [
        ("Slave", "c_state"),
        ("Master", "c_state"),
        ("Stopped", "c_state"),
    ]
    assert new["web-bundle-0", "node01"].parent == "web-bundle"
    assert new["r_web", "node01"].parent == "g_web:0"
    assert new["g_web", "node02"].parent == "c_web"


def test_blocked_and_disabled_resources():
    new = states(ERA_2_0)
    assert (new["r_app", "node02"].failed, new["r_app", "node02"].blocked, new["r_app", "node02"].managed) == (
        True,
        True,
        False,
    )
    assert (new["r_off", None].role, new["r_off", None].blocked, new["r_off", None].managed) == (
        "Stopped",
        False,
        False,
    )


def test_failed_stands_in_the_place_of_a_role_which_is_not_guessed_for_a_promotable_clone():
    plain = states(" r_app	(lsb:badapp):	FAILED node02")
    clone = states(
        " Master/Slave Set: ms [p]\n     p	(ocf::halab:Stateful):	FAILED node02\n     p	(ocf::halab:Stateful):	FAILED Master node01"
    )
    assert plain["r_app", "node02"].role == "Started"
    assert [clone["p", node].role for node in ("node02", "node01")] == [None, "Master"]


def test_grouped_by_node_the_heading_tells_where_a_resource_is():
    found = states(BY_NODE)
    assert (found["r_ip", "node01"].role, found["r_app", "node02"].failed, found["r_off", None].role) == (
        "Started",
        True,
        "Stopped",
    )


def test_attributes_and_fail_counts_belong_to_the_node_above_them():
    assert snapshot(ERA_1_0).attributes == {"node01": {"default_ping_set": "0", "master-p_state:0": "10"}}
    assert snapshot(ERA_2_0).attributes == {"node01": {"pgsql-status": "HS:alone"}}
    assert snapshot(ERA_1_0).fail_counts == [FailCount("st_node02", "node01", "INFINITY", "1")]
    assert snapshot(ERA_2_0).fail_counts == [FailCount("r_app", "node02", "3", "5000", "Mon Nov 23 02:51:26 2026")]


def test_failed_actions_are_operations_and_failed_fencing_is_not():
    assert failures(ERA_1_0) == [("st_node02", "monitor", "node01", 7, None)]
    assert failures(ERA_2_0) == [("r_app", "stop", "node02", 9, None)]


def test_an_operation_names_the_line_that_tells_it():
    [record] = snapshot(ERA_2_0).operations
    assert ERA_2_0.strip("\n").split("\n")[record.source.line - 1].startswith("  * r_app_stop_0")


def test_a_failure_that_1_1_12_shows_twice_is_told_twice():
    line = "    r_app_stop_0 on node02 'unknown error' (1): call=9, status=complete, last-rc-change='Mon Nov 23 03:07:32 2026', queued=0ms, exec=5ms"
    assert failures(f"Failed actions:\n{line}\n{line}") == [("r_app", "stop", "node02", 9, None)] * 2


def test_the_history_gives_a_friendly_entry_its_call():
    text = """
Operations:
  * Node: node02:
    * r_ip: migration-threshold=1000000:
      * (12) start: last-rc-change="Mon Nov 23 02:47:43 2026" exec-time="30ms" queue-time="0ms" rc=1 (Error occurred)

Failed Resource Actions:
  * r_ip start on node02 returned 'Error occurred' ([findif] failed) at Mon Nov 23 02:47:43 2026 after 30ms
"""
    assert failures(text) == [("r_ip", "start", "node02", 12, "[findif] failed")]


def test_a_failure_that_only_the_history_tells_is_told_too():
    text = """
Operations:
* Node node02:
   r_ip: migration-threshold=1
    + (5) start: exec-time=20ms queue-time=0ms rc=1 (unknown error)
    + (6) stop: exec-time=20ms queue-time=0ms rc=0 (ok)
    + (7) monitor: interval=30000ms exec-time=20ms queue-time=0ms rc=7 (not running)
    + (8) probe: exec-time=20ms queue-time=0ms rc=8 (master)
"""
    # Of the monitor nobody says what it should have found: with role=Stopped, just that.
    assert failures(text) == [("r_ip", "start", "node02", 5, None)]


def test_what_crm_simulate_foresees_is_not_the_state():
    text = """
Current cluster status:
  * Node List:
    * Online: [ node01 ]

  * Full List of Resources:
    * r_ip	(ocf:heartbeat:IPaddr2):	 Started node01

Transition Summary:
  * Stop       r_ip     ( node01 )  due to node availability

Revised Cluster Status:
  * Full List of Resources:
    * r_ip	(ocf:heartbeat:IPaddr2):	 Stopped
"""
    assert list(states(text)) == [("r_ip", "node01")]


def test_remarks_at_the_ends_of_lines_are_no_nodes():
    found = states(
        " Resource Group: Active\n     r_a	(lsb:r_a):	Started n2   ## 전환\n     r_b	(lsb:r_b):	Stopped  ## off\n     r_c	(lsb:r_c):	Stopped 停止中"
    )
    assert set(found) == {("r_a", "n2"), ("r_b", None), ("r_c", None)}
    assert {state.parent for state in found.values()} == {"Active"}


def test_the_quick_look_passes_over_nothing_that_the_thorough_one_takes():
    """Of a bundle's hundred files a few are crm_mon's; the others must cost next to nothing, and none be lost."""
    files = [path for root in (DATA.parent, SHARED) for path in root.rglob("*") if path.is_file()]
    heads = {path: path.read_bytes()[: 1 << 16].decode("utf-8", "replace") for path in files}
    passed_over = [path for path, head in heads.items() if not hinted(head)]
    assert passed_over
    assert [path for path in passed_over if speaks(heads[path])] == []
