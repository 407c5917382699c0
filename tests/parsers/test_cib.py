"""CIBs of heartbeat 2, and of Pacemaker 1.0 to 3.0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.model import FailCount, NodeState
from parsers import cib, xml_tree

CONFIGURATION = """
  <configuration>
    <crm_config>
      <cluster_property_set id="other" score="5"><nvpair id="o1" name="stonith-enabled" value="true"/></cluster_property_set>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="p1" name="stonith-enabled" value="false"/>
        <nvpair id="p2" name="dc-version" value="2.1.5-a3f44794f94"/>
        <nvpair id="p3" name="cluster-infrastructure" value="corosync"/>
        <nvpair id="p4" name="cluster-name" value="halab"/>
      </cluster_property_set>
    </crm_config>
    <rsc_defaults><meta_attributes id="d"><nvpair id="d1" name="migration-threshold" value="3"/></meta_attributes></rsc_defaults>
    <nodes>
      <node id="1" uname="node01"/>
      <node id="2" uname="node02"><instance_attributes id="n2"><nvpair id="n21" name="standby" value="on"/></instance_attributes></node>
      <node id="rem01" uname="rem01" type="remote"/>
    </nodes>
    <resources>
      <template id="t_ip" class="ocf" provider="heartbeat" type="IPaddr2">
        <instance_attributes id="t1"><nvpair id="t11" name="cidr_netmask" value="24"/><nvpair id="t12" name="nic" value="eth9"/></instance_attributes>
      </template>
      <group id="g_svc">
        <instance_attributes id="g1"><nvpair id="g11" name="iflabel" value="svc"/></instance_attributes>
        <primitive id="r_ip" template="t_ip">
          <instance_attributes id="i1"><nvpair id="i11" name="ip" value="192.168.200.200"/><nvpair id="i12" name="nic" value="eth1"/></instance_attributes>
          <meta_attributes id="m1"><nvpair id="m11" name="is-managed" value="false"/></meta_attributes>
        </primitive>
      </group>
      <primitive id="rem01" class="ocf" provider="pacemaker" type="remote"/>
      <master id="c_state"><primitive id="p_state" class="ocf" provider="halab" type="Stateful"/></master>
      <primitive id="st" class="stonith" type="fence_halab"/>
      <primitive id="r_app" class="lsb" type="badapp"/>
    </resources>
  </configuration>
"""

TRANSITION = 'transition-key="6:2:{0}:41bb7324-1b51" transition-magic="0:1;6:2:{0}:41bb7324-1b51"'


def entry(**changes):
    """Return one entry of the history: a failed start, with `changes`."""
    told = {
        "id": "r_ip_last_failure_0", "operation_key": "r_ip_start_0", "operation": "start", "expected": 0, "exit-reason": "[findif] failed",
        "call-id": "12", "rc-code": "1", "op-status": "0", "interval": "0", "last-rc-change": "1795399541", "exec-time": "34",
    } | {name.replace("_", "-") if name != "operation_key" else name: value for name, value in changes.items()}  # fmt: skip
    expected = told.pop("expected")
    pairs = " ".join(f'{name}="{value}"' for name, value in told.items() if value is not None)
    return f"<lrm_rsc_op {pairs} {'' if expected is None else TRANSITION.format(expected)}/>"


def document(*entries, resource='id="r_ip" class="ocf" provider="heartbeat" type="IPaddr2"', **states):
    node01 = states.get("node01", 'in_ccm="true" crmd="online" join="member" expected="member"')
    node02 = states.get("node02", 'in_ccm="true" crmd="online" join="member" expected="member"')
    return f"""<cib crm_feature_set="3.16.1" have-quorum="1" dc-uuid="2">{CONFIGURATION}<status>
    <node_state id="1" uname="node01" {node01}><lrm id="1"><lrm_resources><lrm_resource {resource}>
    {"".join(entries)}
    </lrm_resource></lrm_resources></lrm>
      <transient_attributes id="1"><instance_attributes id="s1">
        <nvpair id="s11" name="fail-count-r_ip#start_0" value="INFINITY"/>
        <nvpair id="s12" name="last-failure-r_ip#start_0" value="1795399541"/>
        <nvpair id="s13" name="fail-count-r_app#monitor_10000" value="2"/>
        <nvpair id="s14" name="fail-count-r_app#start_0" value="1"/>
        <nvpair id="s15" name="pingd" value="100"/>
      </instance_attributes></transient_attributes>
    </node_state>
    <node_state id="2" uname="node02" {node02}>
      <lrm id="2"><lrm_resources><lrm_resource id="rem01" class="ocf" provider="pacemaker" type="remote">{entry(id="x", operation_key="rem01_start_0", rc_code=0, exit_reason="")}</lrm_resource></lrm_resources></lrm>
    </node_state>
  </status></cib>"""


def snapshot(text):
    return cib.read(xml_tree.parse(text.encode()).root, "node01/cib.xml")


def failures(*entries, **kwargs):
    return snapshot(document(*entries, **kwargs)).operations


def test_the_cluster_is_told_by_the_root_and_the_properties():
    found = snapshot(document())
    cluster = found.cluster
    assert (cluster.name, cluster.stack, cluster.dc, cluster.quorum) == ("halab", "corosync", "node02", True)
    assert cluster.versions == {"pacemaker": "2.1.5-a3f44794f94"}


def test_the_bootstrap_options_beat_other_properties():
    assert snapshot(document()).properties["stonith-enabled"] == "false"


def test_resources_have_agents_and_what_holds_them():
    found = snapshot(document())
    assert found.agents == {
        "r_ip": "ocf:heartbeat:IPaddr2",
        "rem01": "ocf:pacemaker:remote",
        "p_state": "ocf:halab:Stateful",
        "st": "stonith:fence_halab",
        "r_app": "lsb:badapp",
    }
    assert {state.id: state.parent for state in found.resources if state.parent} == {
        "r_ip": "g_svc",
        "p_state": "c_state",
    }
    assert [state.id for state in found.resources if state.managed is False] == ["r_ip"]


def test_parameters_are_the_resources_own_then_its_templates_then_its_groups():
    parameters = snapshot(document()).parameters["r_ip"]
    assert parameters == {"ip": "192.168.200.200", "nic": "eth1", "cidr_netmask": "24", "iflabel": "svc"}


def test_a_resource_that_only_the_history_knows_is_an_orphan():
    found = snapshot(document(resource='id="r_gone:1" class="ocf" provider="pacemaker" type="Dummy"'))
    assert [(state.id, state.agent) for state in found.resources if state.orphaned] == [
        ("r_gone:1", "ocf:pacemaker:Dummy")
    ]


def test_nodes_have_states_and_a_remote_node_that_of_its_connection():
    assert snapshot(document()).nodes == [
        NodeState("node01", "online"),
        NodeState("node02", "standby", ("DC",)),
        NodeState("rem01", "online", ("remote",)),
    ]


@pytest.mark.parametrize(
    ("attributes", "fencing", "state"),
    [
        ('in_ccm="true" crmd="online" join="member" expected="member"', "true", "online"),
        ('in_ccm="1795402175" crmd="1795402176" join="member" expected="member"', "true", "online"),  # since 2.1.7
        ('in_ccm="0" crmd="0" join="down" expected="member"', "true", "UNCLEAN (offline)"),
        ('in_ccm="false" crmd="offline" join="down" expected="down"', "true", "offline"),
        ('in_ccm="false" crmd="offline" join="down" expected="member"', "false", "offline"),
        ('ha="active" in_ccm="true" crmd="online" join="pending" expected="member"', "true", "pending"),
        ('ha="active" in_ccm="true" crmd="offline" join="member" expected="member"', "true", "UNCLEAN (online)"),
        ('shutdown="1795402175" in_ccm="true" crmd="online" join="member" expected="member"', "true", "online"),
    ],
)
def test_membership_controller_and_join_make_a_nodes_state(attributes, fencing, state):
    text = document(node01=attributes).replace(
        'name="stonith-enabled" value="false"', f'name="stonith-enabled" value="{fencing}"'
    )
    assert snapshot(text).nodes[0] == NodeState("node01", state)


def test_attributes_of_a_node_are_the_configured_and_the_transient():
    found = snapshot(document()).attributes
    assert found["node02"] == {"standby": "on"}
    assert found["node01"]["pingd"] == "100"


def test_fail_counts_of_several_operations_add_up():
    assert snapshot(document()).fail_counts == [
        FailCount("r_ip", "node01", "INFINITY", "3", "1795399541"),
        FailCount("r_app", "node01", "3", "3"),
    ]


def test_a_failed_start_is_told_with_all_that_the_history_keeps():
    [record] = failures(entry())
    assert (record.resource, record.operation, record.interval_ms, record.node, record.call) == (
        "r_ip",
        "start",
        0,
        "node01",
        12,
    )
    assert (record.rc, record.rc_text, record.status, record.exit_reason, record.expected_rc) == (
        1,
        None,
        "complete",
        "[findif] failed",
        0,
    )
    assert (record.time_us, record.exec_ms, record.teller) == (1_795_399_541_000_000, 34, "cib")


def test_the_key_tells_the_operation_and_the_id_does_not():
    changes = {
        "id": "d_tomcat_last_failure_0",
        "operation_key": "d_tomcat_monitor_15000",
        "operation": "monitor",
        "interval": "15000",
    }
    [record] = failures(entry(**changes))
    assert (record.resource, record.operation, record.interval_ms) == ("d_tomcat", "monitor", 15_000)


def test_without_a_key_operation_and_interval_tell_and_the_resource_names_its_instance():
    changes = {"id": "evmsclone-0_monitor_0", "operation_key": None, "operation": "monitor", "expected": 7}
    [record] = failures(entry(**changes), resource='id="evmsclone:0"')
    assert (record.resource, record.operation, record.interval_ms, record.expected_rc) == (
        "evmsclone:0",
        "monitor",
        0,
        7,
    )


def test_one_execution_kept_twice_is_told_twice():
    assert [record.call for record in failures(entry(id="r_ip_last_0"), entry())] == [12, 12]


MONITOR = {"operation_key": "r_ip_monitor_10000", "operation": "monitor", "interval": "10000"}
PROBE = {"operation_key": "r_ip_monitor_0", "operation": "monitor", "expected": 7}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        (MONITOR | {"rc_code": 7}, "complete"),
        (MONITOR | {"rc_code": 1, "op_status": 2}, "Timed Out"),
        (MONITOR | {"rc_code": 1, "op_status": 4}, "Error"),
        (MONITOR | {"rc_code": 0, "expected": 8}, "complete"),
        (MONITOR | {"rc_code": 14}, "complete"),  # a fencing device of 1.0: "status: unknown"
        (PROBE | {"rc_code": 5, "op_status": 7}, "Not installed"),
        (PROBE | {"rc_code": 1}, "complete"),
        ({"rc_code": -2, "op_status": 2}, "Timed Out"),
        (
            {"operation_key": "A_asyncmon_0", "operation": "asyncmon", "last_rc_change": None},
            "complete",
        ),  # crm_resource --fail
    ],
)
def test_results_that_the_cluster_counts_as_failures(changes, status):
    assert [record.status for record in failures(entry(**changes))] == [status]


@pytest.mark.parametrize(
    "changes",
    [
        {"rc_code": 0},
        PROBE | {"rc_code": 7},
        PROBE | {"rc_code": 0},
        PROBE | {"rc_code": 8},
        PROBE | {"rc_code": 7, "op_status": 4},  # old executors called this an error
        MONITOR | {"rc_code": 8, "expected": 8},
        MONITOR | {"rc_code": 8, "expected": None},
        MONITOR | {"rc_code": 190},
        MONITOR | {"rc_code": 1, "op_status": 1},
        {"rc_code": 14, "op_status": -1, "call_id": -1},
        {"rc_code": 193, "op_status": -1},
        {"operation_key": "r_ip_notify_0", "operation": "notify"},
    ],
)
def test_results_that_are_no_failures(changes):
    assert failures(entry(**changes)) == []


def test_a_part_of_a_cib_is_read_as_far_as_it_goes():
    text = document(entry())
    status = text[text.index("<status>") : text.index("</status>") + len("</status>")]
    found = snapshot(status)
    assert [record.node for record in found.operations] == ["node01"]
    assert found.resources == []


HEARTBEAT_2 = """<cib have_quorum="true" dc_uuid="u2" crm_feature_set="2.0">
  <configuration><crm_config><cluster_property_set id="cib-bootstrap-options"><attributes>
    <nvpair id="v" name="dc-version" value="2.1.3-node: 552305612591183b1628baa5bc6e903e0f1e26a3"/>
  </attributes></cluster_property_set></crm_config>
  <nodes><node id="u1" uname="node1"/><node id="u2" uname="node2"/></nodes>
  <resources><master_slave id="ms"><primitive id="drbd" class="ocf" provider="heartbeat" type="drbd">
    <instance_attributes id="ia"><attributes><nvpair id="x" name="drbd_resource" value="r0"/></attributes></instance_attributes>
  </primitive></master_slave></resources></configuration>
  <status><node_state id="u1" uname="node1" ha="active" in_ccm="true" crmd="online" join="member" expected="member">
    <lrm id="u1"><lrm_resources><lrm_resource id="drbd:0" class="ocf" provider="heartbeat" type="drbd">
      <lrm_rsc_op id="drbd:0_start_0" operation="start" transition_key="5:1:0:e208d0dc" transition_magic="2:-2;5:1:0:e208d0dc" call_id="7" rc_code="-2" op_status="2" interval="0"/>
    </lrm_resource></lrm_resources></lrm></node_state></status></cib>"""


def test_heartbeat_2_wrote_underscores_and_an_element_more_and_is_no_pacemaker():
    found = snapshot(HEARTBEAT_2)
    assert (found.cluster.dc, found.cluster.quorum, list(found.cluster.versions)) == ("node2", True, ["heartbeat"])
    assert found.parameters == {"drbd": {"drbd_resource": "r0"}}
    [record] = found.operations
    assert (record.resource, record.call, record.rc, record.status) == ("drbd:0", 7, -2, "Timed Out")


@given(
    st.sampled_from(
        [
            "rc-code",
            "op-status",
            "interval",
            "call-id",
            "last-rc-change",
            "exec-time",
            "operation_key",
            "transition-key",
            "value",
            "id",
            "uname",
            "in_ccm",
        ]
    ),
    st.text("x0-:_ 9é", max_size=8),
)
def test_no_value_makes_it_raise(name, value):
    root = xml_tree.parse(document(entry()).encode()).root
    for element in root.iter():
        if name in element.attrib:
            element.attrib[name] = value
    cib.read(root, "x")
