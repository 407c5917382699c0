"""One cluster's configuration in the words of the crm shell, of pcs 0.9 to 0.12 and of the CIB is one configuration.

tests/data/configuration: a CIB, and what crmsh 4.4.1 and pcs 0.9.169, 0.10.8, 0.11.9 and 0.12.3 print of it.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.facts import ConfiguredResource
from ha_report.model import Source
from parsers import configure, configure_cib, configure_crm, configure_pcs, xml_tree
from parsers.configure_parts import full_score, milliseconds

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data/configuration"
CAPTURES = sorted((ROOT.parent / "shared/lab/captures").glob("*/node*/crm_configure.txt"))
PCS = ("pcs-0.9.txt", "pcs-0.10.txt", "pcs-0.11.txt", "pcs-0.12.txt", "pcs-0.12-terminal.txt")


def from_cib(data, file="cib.xml"):
    root = xml_tree.parse(data).root
    return configure_cib.read(root, file) if root else None


def from_text(text):
    return configure.read(text.split("\n"), "file")


def own_cib():
    return from_cib((DATA / "cib.xml").read_bytes())


def resources(configuration):
    """Everything of each resource but where it stands."""
    return {
        one.id: (
            one.agent,
            one.kind,
            one.parameters,
            one.meta,
            sorted((op.name, op.interval_ms, op.timeout_ms, op.on_fail, op.role, op.more) for op in one.operations),
            one.children,
            one.by_rule,
        )
        for one in configuration.resources
    }


def constraints(configuration):
    return {one.id: (one.kind, one.score, one.resources, one.node) for one in configuration.constraints}


def settings(configuration):
    return configuration.properties, configuration.rsc_defaults, configuration.op_defaults, configuration.nodes


# What the sources agree on.


@pytest.mark.lab
@pytest.mark.parametrize("path", CAPTURES or [None], ids=lambda path: path and f"{path.parts[-3]}-{path.parts[-2]}")
def test_the_shell_and_the_cib_of_a_node_tell_the_same(path):
    shell = from_text(path.read_text())
    cib = from_cib((path.parent / "cib.xml").read_bytes())
    if cib is None:
        assert (shell.resources, len(shell.undecoded)) == ((), 3), (
            "the cluster was stopped: error messages, and all told"
        )
        return
    assert resources(shell) == resources(cib)
    assert constraints(shell) == constraints(cib)
    assert settings(shell) == settings(cib)
    assert shell.cluster_name == cib.cluster_name == "halab"
    assert shell.undecoded == ()


def test_all_that_the_shell_can_say_is_what_the_cib_says():
    shell = from_text((DATA / "crm.txt").read_text())
    assert resources(shell) == resources(own_cib())
    assert constraints(shell) == constraints(own_cib())
    assert settings(shell) == settings(own_cib())
    assert shell.undecoded == ()


def as_pcs_tells(configuration, file):
    """What pcs leaves out or words otherwise."""
    changed = []
    for one in configuration.resources:
        parameters = dict(one.parameters)
        if one.id == "r_ip" and file in ("pcs-0.9.txt", "pcs-0.10.txt"):
            parameters["nic"] = "eth2"  # the last of those that rules choose from, as if it were no choice
        more = {} if file in ("pcs-0.9.txt", "pcs-0.10.txt") else {"true": "1", "false": "0"}
        operations = tuple(
            replace(op, more={name: more.get(value, value) for name, value in op.more.items()}) for op in one.operations
        )
        changed.append(replace(one, parameters=parameters, operations=operations, by_rule={}))
    return replace(configuration, resources=tuple(changed))


@pytest.mark.parametrize("file", PCS)
def test_pcs_and_the_cib_tell_the_same_resources(file):
    pcs = from_text((DATA / file).read_text())
    assert resources(pcs) == resources(as_pcs_tells(own_cib(), file))


@pytest.mark.parametrize("file", PCS)
def test_pcs_and_the_cib_tell_the_same_constraints(file):
    pcs, cib = constraints(from_text((DATA / file).read_text())), constraints(own_cib())
    if file == "pcs-0.11.txt":  # it sorts the members of sets
        cib["col_set"] = ("colocation", "1000", ("b_cache", "r_ip2", "g_shop"), None)
    assert pcs == cib


@pytest.mark.parametrize("file", PCS)
def test_pcs_and_the_cib_tell_the_same_settings(file):
    pcs, cib = from_text((DATA / file).read_text()), own_cib()
    assert (pcs.properties, pcs.op_defaults, pcs.cluster_name) == (cib.properties, cib.op_defaults, "shop")
    assert list(pcs.nodes) == ["node01", "node02"]
    nightly = {"migration-threshold": "1", "resource-stickiness": "0"}  # 0.9 shows the last of two sets, rule or none
    assert pcs.rsc_defaults == (nightly if file == "pcs-0.9.txt" else cib.rsc_defaults)
    assert pcs.undecoded == ()


# Where things are told.


@pytest.mark.parametrize("file", ["cib.xml", "crm.txt", *PCS[:-1]])
def test_every_row_points_at_the_line_that_tells_it(file):
    data = (DATA / file).read_bytes()
    configuration = from_cib(data, "file") if file == "cib.xml" else from_text(data.decode())
    lines = data.decode().split("\n")
    for resource in configuration.resources:
        assert resource.id in lines[resource.source.line - 1]
        for name, source in resource.parameter_sources.items():
            assert name in lines[source.line - 1]
        for operation in resource.operations:
            assert operation.name in lines[operation.source.line - 1]
    for constraint in configuration.constraints:
        assert constraint.id in lines[constraint.source.line - 1]
    for name, source in configuration.property_sources.items():
        assert name in lines[source.line - 1]
    assert set(configuration.property_sources) == set(configuration.properties)


def test_a_file_is_read_by_what_stands_in_it():
    told = {file: from_text((DATA / file).read_text()).source_format for file in ("crm.txt", *PCS)}
    assert told == {"crm.txt": "crm"} | dict.fromkeys(PCS, "pcs")


# The crm shell.


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


# pcs.


def test_words_without_a_name_belong_to_the_value_before_them():
    """Before 0.9.160 pcs put no quotes around values with blanks."""
    resource = the_resource(
        " Resource: r (class=ocf provider=heartbeat type=Dummy)\n  Meta Attrs: description=of the shop is-managed=true \n"
    )
    assert resource.meta == {"description": "of the shop", "is-managed": "true"}


def test_a_description_beside_the_agent_is_no_part_of_it():
    text = 'Resource: r (class=ocf description="the type=old one" provider=heartbeat type=Dummy)'
    assert the_resource(text).agent == "ocf:heartbeat:Dummy"


def test_a_master_of_pcs_0_9_is_one():
    [master, primitive] = from_text(" Master: m\n  Resource: r (class=ocf provider=linbit type=drbd)\n").resources
    assert (master.kind, master.children, primitive.kind) == ("master", ("r",), "primitive")


def test_constraints_without_ids_are_told_without():
    text = "Colocation Constraints:\n  r_ip with r_app (score:INFINITY)\nOrdering Constraints:\n  start r_ip then start r_app (kind:Mandatory)\n"
    told = [(one.id, one.kind, one.score, one.resources) for one in from_text(text).constraints]
    assert told == [
        (None, "colocation", "INFINITY", ("r_ip", "r_app")),
        (None, "order", "Mandatory", ("r_ip", "r_app")),
    ]


def test_a_secret_that_pcs_does_not_show_is_not_told():
    text = "Resource: r (class=stonith type=fence_x)\n  Attributes: r-a\n    ip=1\n    Secret Attributes:\n      password\n"
    assert the_resource(text).parameters == {"ip": "1"}


def test_a_line_that_pcs_does_not_print_is_told():
    text = "Cluster Name: shop\nResources:\n Resource: r (class=ocf provider=heartbeat type=Dummy)\n  Attributes: a=1\n  Operations: what is this\n"
    configuration = from_text(text)
    assert configuration.undecoded == (Source("file", 5),)


# The CIB.


def the_cib(body):
    return from_cib(f"<cib><configuration>{body}</configuration></cib>".encode())


def test_heartbeat_2_has_its_own_spelling():
    configuration = the_cib(
        '<resources><master_slave id="ms"><primitive id="d" class="ocf" provider="heartbeat" type="drbd">'
        '<instance_attributes id="i"><attributes><nvpair id="n" name="drbd_resource" value="r0"/></attributes></instance_attributes>'
        '<operations><op id="o" name="monitor" interval="10s" timeout="8s" on_fail="fence"/></operations>'
        "</primitive></master_slave></resources>"
    )
    [master, drbd] = configuration.resources
    assert (master.kind, master.children, drbd.parameters) == ("master", ("d",), {"drbd_resource": "r0"})
    assert [(op.interval_ms, op.timeout_ms, op.on_fail) for op in drbd.operations] == [(10_000, 8_000, "fence")]


def test_a_part_of_a_cib_is_read():
    root = xml_tree.parse(b'<resources><primitive id="p" class="lsb" type="x"/></resources>').root
    assert [one.agent for one in configure_cib.read(root, "f").resources] == ["lsb:x"]


def test_a_constraint_of_the_cib_is_worded_as_the_shell_does():
    assert [one.text for one in own_cib().constraints][:5] == [
        "location l_shop g_shop 200: node01",
        "location l_no_st st_node01 -INFINITY: node01",
        "location l_db c_db rule $role=Promoted 50: #uname eq node01",
        "location l_ping g_shop rule -INFINITY: not_defined pingd or pingd lt 100",
        "location l_pattern /^r_ip/ 10: node02",
    ]


# Times and scores.


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0", 0),
        ("10", 10_000),
        ("10s", 10_000),
        ("1min", 60_000),
        ("2 m", 120_000),
        ("1h", 3_600_000),
        ("500ms", 500),
        ("1500us", 1),
        ("PT1M30S", 90_000),
        ("P1D", 86_400_000),
        ("", None),
        (None, None),
        ("INFINITY", None),
        ("10 parsecs", None),
        ("9" * 40, None),
    ],
)
def test_a_time_is_read_as_the_cluster_reads_it(text, ms):
    assert milliseconds(text) == ms


@pytest.mark.parametrize(
    ("told", "score"), [("inf", "INFINITY"), ("-Inf", "-INFINITY"), ("+INFINITY", "INFINITY"), ("7", "7"), ("", None)]
)
def test_infinity_is_spelled_out(told, score):
    assert full_score(told) == score


# Nothing is ever raised.

REAL_LINES = [line for file in ("crm.txt", *PCS) for line in (DATA / file).read_text().split("\n")]
PIECES = sorted({piece for line in REAL_LINES for piece in re.findall(r"\S+|\s+", line)})
ANY_LINE = st.one_of(
    st.sampled_from(REAL_LINES), st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
)


@given(st.lists(ANY_LINE, max_size=25))
def test_any_text_can_be_read(lines):
    for reader in (configure, configure_crm, configure_pcs):
        configuration = reader.read(lines, "file")
        assert all(
            isinstance(one, ConfiguredResource) and 0 < one.source.line <= len(lines) for one in configuration.resources
        )
        assert all(0 < source.line <= len(lines) for source in configuration.undecoded)


TAGS = sorted(set(re.findall(r"<([a-z_-]+)", (DATA / "cib.xml").read_text())))
NAMES = (
    "id",
    "name",
    "value",
    "rsc",
    "first",
    "node",
    "score",
    "id-ref",
    "template",
    "operation",
    "attribute",
    "interval",
    "type",
)
ELEMENTS = st.recursive(
    st.builds(
        lambda tag, told: (tag, told, []),
        st.sampled_from(TAGS),
        st.dictionaries(st.sampled_from(NAMES), st.text(max_size=8)),
    ),
    lambda inner: st.tuples(
        st.sampled_from(TAGS), st.dictionaries(st.sampled_from(NAMES), st.text(max_size=8)), st.lists(inner, max_size=4)
    ),
    max_leaves=25,
)


def element(told):
    tag, attributes, children = told
    return xml_tree.Element(tag, attributes, 1, [element(child) for child in children])


@given(ELEMENTS)
def test_any_cib_can_be_read(told):
    configure_cib.read(element(told), "file")
