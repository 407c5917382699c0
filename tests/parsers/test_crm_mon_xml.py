"""crm_mon's XML, in the vocabulary of 1.1 to 2.0 and in that of 2.0.3 to 3.0."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.model import FailCount, NodeState
from parsers import crm_mon_xml, xml_tree

TOKYO = timezone(timedelta(hours=9))

OLD = """<?xml version="1.0"?>
<crm_mon version="1.1.24">
    <summary>
        <last_update time="Mon Nov 23 02:51:58 2026" />
        <stack type="corosync" />
        <current_dc present="true" version="1.1.24-3850484742" name="node01" id="1" with_quorum="false" />
    </summary>
    <nodes>
        <node name="node01" id="1" online="true" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="false" is_dc="true" type="member" />
        <node name="node02" id="2" online="false" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="true" is_dc="false" type="member" />
    </nodes>
    <resources>
        <clone id="c_state" multi_state="true" unique="false" managed="true" failed="false" failure_ignored="false" >
            <resource id="p_state" resource_agent="ocf::halab:Stateful" role="Master" active="true" orphaned="false" blocked="false" managed="true" failed="false" nodes_running_on="1" >
                <node name="node02" id="2" cached="false"/>
            </resource>
            <resource id="p_state" resource_agent="ocf::halab:Stateful" role="Stopped" active="false" orphaned="false" blocked="false" managed="true" failed="false" nodes_running_on="0" />
        </clone>
    </resources>
    <node_attributes>
        <node name="node02">
            <attribute name="master-p_state" value="10" />
        </node>
    </node_attributes>
    <node_history>
        <node name="node01">
            <resource_history id="p_state" orphan="false" migration-threshold="1" fail-count="1000000" last-failure="Mon Nov 23 02:51:56 2026">
                <operation_history call="8" task="promote" last-rc-change="Mon Nov 23 02:51:56 2026" exec-time="18ms" queue-time="0ms" rc="1" rc_text="unknown error" />
                <operation_history call="10" task="stop" last-rc-change="Mon Nov 23 02:51:56 2026" exec-time="38ms" queue-time="0ms" rc="0" rc_text="ok" />
                <operation_history call="11" task="monitor" interval="5000ms" rc="8" rc_text="master" />
            </resource_history>
        </node>
    </node_history>
    <failures>
        <failure op_key="p_state_promote_0" node="node01" exitstatus="unknown error" exitreason="couldn&apos;t &amp;lt;go&amp;gt;" exitcode="1" call="8" status="complete" last-rc-change="Mon Nov 23 02:51:56 2026" queued="0" exec="18" interval="0" task="promote" />
    </failures>
</crm_mon>
"""

NEW = """<pacemaker-result api-version="2.42" request="crm_mon -1 --output-as=xml -n">
  <summary>
    <stack type="corosync" pacemakerd-state="running"/>
    <current_dc present="false"/>
  </summary>
  <nodes>
    <node name="node02" id="2" online="true" standby="true" standby_onfail="false" maintenance="false" pending="false" unclean="false" is_dc="false" type="member">
      <resource id="r_app" resource_agent="lsb:badapp" role="Started" active="true" orphaned="false" removed="true" blocked="true" maintenance="false" managed="false" failed="true" nodes_running_on="1"/>
    </node>
    <node name="web-bundle-0" id="web-bundle-0" online="true" standby="false" maintenance="false" pending="false" unclean="false" is_dc="false" type="remote" id_as_resource="web-bundle-docker-0"/>
  </nodes>
  <resources>
    <bundle id="web-bundle" type="docker" image="pcmk:http" unique="false" managed="true" failed="false">
      <replica id="0">
        <resource id="web-bundle-docker-0" resource_agent="ocf:heartbeat:docker" role="Started" managed="true" failed="false" orphaned="false" blocked="false">
          <node name="node02" id="2" cached="true"/>
        </resource>
      </replica>
    </bundle>
  </resources>
  <failures>
    <failure op_key="r_app_stop_0" node="node02" exitstatus="Error occurred" exitreason="" exitcode="1" call="9" status="Done" last-rc-change="2026-11-23 02:48:46Z" queued="0" exec="8" interval="0" task="stop"/>
    <failure id="r_ip_last_failure_0" node="node02" exitstatus="Not running" exitreason="none" exitcode="7" call="12" status="Timed out" last-rc-change="2026-11-23 02:48:46Z" queued="0" exec="8" interval="10000" task="monitor"/>
  </failures>
  <status code="0" message="OK"/>
</pacemaker-result>
"""


def snapshot(text, zone=timezone.utc):
    return crm_mon_xml.read(xml_tree.parse(text.encode()).root, "node01/crm_mon.xml", zone)


def test_the_summary_tells_stack_dc_quorum_and_version():
    cluster = snapshot(OLD).cluster
    assert (cluster.stack, cluster.dc, cluster.quorum) == ("corosync", "node01", False)
    assert cluster.versions == {"pacemaker": "1.1.24-3850484742"}


def test_without_a_dc_neither_quorum_nor_version_are_known():
    cluster = snapshot(NEW).cluster
    assert (cluster.stack, cluster.dc, cluster.quorum, cluster.versions) == ("corosync", None, None, {})


def test_nodes_are_worded_as_in_text():
    assert snapshot(OLD).nodes == [NodeState("node01", "online", ("DC",)), NodeState("node02", "UNCLEAN (offline)")]
    assert snapshot(NEW).nodes == [NodeState("node02", "standby"), NodeState("web-bundle-0", "online", ("guest",))]


def test_resources_name_what_holds_them_and_where_they_are():
    found = {(state.id, state.node): state for state in snapshot(OLD).resources}
    master = found["p_state", "node02"]
    assert (master.agent, master.role, master.parent, master.managed) == (
        "ocf:halab:Stateful",
        "Master",
        "c_state",
        True,
    )
    assert found["p_state", None].role == "Stopped"


def test_resources_below_a_node_and_inside_a_bundle_are_found():
    found = {state.id: state for state in snapshot(NEW).resources}
    app = found["r_app"]
    assert (app.node, app.failed, app.blocked, app.managed, app.orphaned) == ("node02", True, True, False, True)
    assert (found["web-bundle-docker-0"].parent, found["web-bundle-docker-0"].node) == ("web-bundle", "node02")


def test_attributes_and_fail_counts():
    found = snapshot(OLD)
    assert found.attributes == {"node02": {"master-p_state": "10"}}
    assert found.fail_counts == [FailCount("p_state", "node01", "INFINITY", "1", "Mon Nov 23 02:51:56 2026")]


def test_a_failure_is_told_once_though_the_history_has_it_too():
    [record] = snapshot(OLD).operations
    assert (record.resource, record.operation, record.node, record.call, record.rc) == (
        "p_state",
        "promote",
        "node01",
        8,
        1,
    )
    assert (record.status, record.exec_ms, record.source.line) == ("complete", 18, 35)


def test_a_reason_escaped_twice_is_brought_back():
    [record] = snapshot(OLD).operations
    assert record.exit_reason == "couldn't <go>"


def test_the_words_of_3_0_are_brought_to_those_of_before():
    assert [(each.status, each.rc_text, each.exit_reason) for each in snapshot(NEW).operations] == [
        ("complete", "Error occurred", None),
        ("Timed Out", "Not running", None),
    ]


def test_without_a_key_task_and_interval_tell_the_operation():
    record = snapshot(NEW).operations[1]
    assert (record.resource, record.operation, record.interval_ms) == ("r_ip", "monitor", 10_000)


def test_times_without_a_zone_are_in_the_readers_zone_and_others_are_not():
    told = datetime(2026, 11, 23, 2, 48, 46, tzinfo=timezone.utc).timestamp() * 1_000_000
    assert snapshot(NEW, TOKYO).operations[0].time_us == told
    assert snapshot(OLD).time_us - snapshot(OLD, TOKYO).time_us == 9 * 3600 * 1_000_000


@pytest.mark.parametrize(
    "text", ["<crm_mon/>", '<pacemaker-result><status code="102" message="Not connected"/></pacemaker-result>']
)
def test_a_document_without_a_status_tells_nothing(text):
    found = snapshot(text)
    assert (found.nodes, found.resources, found.operations, found.cluster.dc) == ([], [], [], None)


@given(st.integers(0, len(OLD)))
def test_a_document_cut_off_anywhere_is_read_as_far_as_it_goes(place):
    root = xml_tree.parse(OLD[:place].encode()).root
    if root is not None:
        assert len(crm_mon_xml.read(root, "x", timezone.utc).nodes) <= 2


@given(
    st.sampled_from(
        ["online", "call", "exitcode", "interval", "exec", "time", "op_key", "fail-count", "rc", "name", "id"]
    ),
    st.text("x0-:_ 9é", max_size=8),
)
def test_no_value_makes_it_raise(name, value):
    for text in (OLD, NEW):
        root = xml_tree.parse(text.encode()).root
        for element in root.iter():
            if name in element.attrib:
                element.attrib[name] = value
        crm_mon_xml.read(root, "x", timezone.utc)
