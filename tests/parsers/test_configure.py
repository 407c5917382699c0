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
