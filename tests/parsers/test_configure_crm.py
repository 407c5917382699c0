"""The crm shell's configuration language, of Pacemaker 1.0's shell to crmsh 5, whole or damaged."""

import pytest

from ha_report.model import Source
from parsers import configure


def from_text(text):
    return configure.read(text.split("\n"), "file")


def the_resource(text):
    [resource] = from_text(text).resources
    return resource


def test_the_seeds_file_is_read_with_its_continued_lines():
    text = (
        'property \\\n    no-quorum-policy="ignore" \\\n    stonith-enabled="false"\n\n'
        'rsc_defaults \\\n    resource-stickiness="INFINITY" \\\n    migration-threshold="1"\n\n'
        'primitive p_ip ocf:heartbeat:IPaddr2 \\\n    params \\\n     ip="192.168.200.200" \\\n     nic="eth1" \\\n'
        '    op start interval="0s" timeout="60s" on-fail="restart" \\\n    op stop interval="0s" timeout="60s" on-fail="block"\n'
    )
    configuration = from_text(text)
    [resource] = configuration.resources
    assert configuration.properties == {"no-quorum-policy": "ignore", "stonith-enabled": "false"}
    assert configuration.rsc_defaults == {"resource-stickiness": "INFINITY", "migration-threshold": "1"}
    assert (resource.id, resource.agent) == ("p_ip", "ocf:heartbeat:IPaddr2")
    assert resource.parameters == {"ip": "192.168.200.200", "nic": "eth1"}
    assert resource.parameter_sources == {"ip": Source("file", 11), "nic": Source("file", 12)}
    assert [(op.name, op.interval_ms, op.timeout_ms, op.on_fail) for op in resource.operations] == [
        ("start", 0, 60_000, "restart"),
        ("stop", 0, 60_000, "block"),
    ]


def test_the_shell_of_pacemaker_1_0_is_understood():
    configuration = from_text(
        'node $id="22222222-2222-2222-2222-222222222222" node02 \\\n\tattributes standby="off"\n'
        "node pingnode:ping\n"
        'ms m_drbd p_drbd \\\n\tmeta clone-max="2" notify="true"\n'
        'location l_m m_drbd \\\n\trule $id="l_m-rule" $role="Master" 100: #uname eq node02\n'
        'property $id="cib-bootstrap-options" \\\n\tdc-version="1.0.12-066152e"\n'
        'rsc_defaults $id="rsc-options" \\\n\tresource-stickiness="INFINITY"\n'
    )
    assert configuration.nodes == {"node02": {"standby": "off"}, "pingnode": {}}
    [resource] = configuration.resources
    assert (resource.kind, resource.children, resource.meta) == (
        "master",
        ("p_drbd",),
        {"clone-max": "2", "notify": "true"},
    )
    [location] = configuration.constraints
    assert (location.score, location.resources, location.node) == ("100", ("m_drbd",), "node02")
    assert configuration.properties == {"dc-version": "1.0.12-066152e"}
    assert configuration.rsc_defaults == {"resource-stickiness": "INFINITY"}
    assert configuration.undecoded == ()


@pytest.mark.parametrize(
    ("told", "agent"),
    [
        ("IPaddr2", "ocf:heartbeat:IPaddr2"),
        ("ocf:pacemaker:ping", "ocf:pacemaker:ping"),
        ("ocf::heartbeat:IPaddr2", "ocf:heartbeat:IPaddr2"),
        ("lsb:apache2", "lsb:apache2"),
        ("systemd:nginx", "systemd:nginx"),
        ("stonith:external/ipmi", "stonith:external/ipmi"),
        ("fence_xvm", "stonith:fence_xvm"),
    ],
)
def test_an_agent_is_named_with_class_and_provider(told, agent):
    assert the_resource(f"primitive r {told}").agent == agent


def test_values_keep_what_is_in_their_quotes():
    told = the_resource(r"""primitive r Dummy params a="x = \"y z\"" b='one two' c=it's d="" """).parameters
    assert told["a"] == 'x = "y z"'
    assert (told["b"], told["c"], told["d"]) == ("one two", "it's", "")


def test_a_parameter_that_a_rule_chooses_is_no_plain_parameter():
    resource = the_resource(
        "primitive r IPaddr2 params ip=10.0.0.1 "
        "params rule #uname eq node01 and date spec hours=0-4 nic=eth1 params rule $role=Started defined site nic=eth2"
    )
    assert resource.parameters == {"ip": "10.0.0.1"}
    assert resource.by_rule == {"nic": ("eth1", "eth2")}


def test_what_stands_in_a_template_counts_but_for_what_is_set_again():
    text = (
        "primitive r @t params ip=10.0.0.1 op monitor interval=5s\n"
        "rsc_template t IPaddr2 params ip=10.9.9.9 nic=eth1 op monitor interval=60s op stop timeout=9s\n"
    )
    [resource, _] = from_text(text).resources
    assert (resource.agent, resource.parameters) == ("ocf:heartbeat:IPaddr2", {"ip": "10.0.0.1", "nic": "eth1"})
    assert [(op.name, op.interval_ms) for op in resource.operations] == [("monitor", 5000), ("stop", 0)]
    assert resource.parameter_sources["nic"].line == 2


def test_what_is_referred_to_counts():
    text = (
        "primitive a Dummy params $id=common state=/run/a $pair:fake=x operations $id=ops op monitor interval=7s\n"
        "primitive b Dummy params $id-ref=common operations $id-ref=ops\n"
        "primitive c Dummy params @pair operations $id-ref=a\n"
    )
    _, b, c = from_text(text).resources
    assert b.parameters == {"state": "/run/a", "fake": "x"}
    assert c.parameters == {"fake": "x"}
    assert [op.interval_ms for op in (*b.operations, *c.operations)] == [7000, 7000]


def test_text_that_lost_its_backslashes_is_still_read():
    resource = the_resource("primitive r IPaddr2\nparams ip=10.0.0.1\nnic=eth1\nop monitor interval=10s\n")
    assert resource.parameters == {"ip": "10.0.0.1", "nic": "eth1"}
    assert len(resource.operations) == 1


def test_a_backslash_too_many_does_not_swallow_the_next_statement():
    configuration = from_text("primitive a Dummy \\\n\tparams state=x \\\nprimitive b Dummy\n")
    assert [one.id for one in configuration.resources] == ["a", "b"]


def test_what_the_shell_can_only_say_in_xml_is_read_with_its_lines():
    configuration = from_text(
        'primitive a Dummy\nxml <primitive id="p" class="ocf" type="minimal" provider="x"> \\\n'
        '  <instance_attributes id="p-a"> \\\n    <nvpair id="p-n" name="odd name" value="1"/> \\\n'
        "  </instance_attributes> \\\n</primitive>\n"
    )
    resource = configuration.resources[1]
    assert (resource.agent, resource.parameters) == ("ocf:x:minimal", {"odd name": "1"})
    assert (resource.source, resource.parameter_sources["odd name"]) == (Source("file", 2), Source("file", 4))


def test_lines_that_are_no_configuration_are_told():
    configuration = from_text(
        "primitive a Dummy\n\x1b[31mERROR\x1b[0m: running cibadmin -Ql failed\nWARNING: a note\nproperty x=1"
    )
    assert configuration.undecoded == (Source("file", 2),)
    assert configuration.properties == {"x": "1"}


def test_prompts_and_commands_before_a_statement_are_no_part_of_it():
    configuration = from_text("crm(live)configure# primitive a Dummy\n# crm configure property x=1\n# a comment\n")
    assert ([one.id for one in configuration.resources], configuration.properties) == (["a"], {"x": "1"})


def test_a_score_keeps_its_meaning():
    text = "location a r inf: n1\nlocation b r -inf: n1\nlocation c r rule defined x\ncolocation d 0: r s\norder e Optional: r s\n"
    scores = {one.id: one.score for one in from_text(text).constraints}
    assert scores == {"a": "INFINITY", "b": "-INFINITY", "c": "INFINITY", "d": "0", "e": "Optional"}


def test_a_location_names_its_node_only_where_it_is_that_node_alone():
    text = (
        "location a r rule 50: #uname eq n1\nlocation b r rule 50: #uname eq n1 or #uname eq n2\n"
        "location c r rule 50: #uname ne n1\nlocation d r rule 5: #uname eq n1 rule 5: #uname eq n2\nlocation e r 5: n1\n"
    )
    assert {one.id: one.node for one in from_text(text).constraints} == {
        "a": "n1",
        "b": None,
        "c": None,
        "d": None,
        "e": "n1",
    }


def test_of_two_tellings_of_a_resource_the_later_counts():
    assert the_resource("primitive r Dummy params state=old\nprimitive r Dummy params state=new\n").parameters == {
        "state": "new"
    }


def test_the_bootstrap_options_count_before_other_properties():
    text = "property other: stonith-enabled=true more=1\nproperty cib-bootstrap-options: stonith-enabled=false\n"
    assert from_text(text).properties == {"stonith-enabled": "false", "more": "1"}
