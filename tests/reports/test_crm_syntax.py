"""The configuration in the crm shell's words is what crmsh prints, and no part of it is lost.

tests/data/configuration/crmsh: CIBs, and what crmsh printed of them.
"""

import os
import re
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import configure, configure_cib, xml_tree
from reports.crm_syntax import crm_syntax
from tests.parsers.test_configure import constraints, resources, settings

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data/configuration"
RECORDED = [(DATA / "cib.xml", DATA / "crm.txt")]
RECORDED += [(path, path.with_suffix(".txt")) for path in sorted((DATA / "crmsh").glob("*.xml"))]
VERSION = "crm 4.4.0"  # what the shell of crmsh 4.4.1 says of itself


def tree_of(data):
    return xml_tree.parse(data).root.as_standard()


def statements(text):
    """Each statement with all of its lines."""
    return re.split(r"(?<!\\)\n", text.removesuffix("\n")) if text else []


def cib(inner):
    return tree_of(f"<cib><configuration>{inner}</configuration></cib>".encode())


def told(inner):
    return crm_syntax(cib(inner)).removesuffix("\n")


def primitive(inner):
    return f'<primitive id="p" class="ocf" provider="heartbeat" type="Dummy">{inner}</primitive>'


SET = '<instance_attributes id="i"><nvpair id="n" name="x"/></instance_attributes>'

# As crmsh prints it.


@pytest.mark.parametrize(("path", "shell"), RECORDED, ids=lambda path: path.stem)
def test_the_text_is_what_crmsh_printed(path, shell):
    assert crm_syntax(tree_of(path.read_bytes())).rstrip("\n") == shell.read_text().rstrip("\n")


@pytest.mark.cluster
def test_the_crmsh_of_this_machine_prints_the_same():
    version = subprocess.run(["crm", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if version != VERSION:
        pytest.skip(f"this machine has {version}, and others write otherwise")
    path = DATA / "crmsh/groups-clones-bundles.xml"
    shown = subprocess.run(
        ["crm", "configure", "show"],
        env=os.environ | {"CIB_file": str(path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert crm_syntax(tree_of(path.read_bytes())).rstrip("\n") == shown.stdout.rstrip("\n")


def test_the_shell_of_the_labs_nodes_printed_the_same(lab_captures):
    compared = 0
    for path in sorted(lab_captures.glob("*/node*/crm_configure.txt")):
        read = xml_tree.parse(path.with_name("cib.xml").read_bytes()).root
        if read is not None:
            assert crm_syntax(read.as_standard()).rstrip("\n") == path.read_text().rstrip("\n"), path
            compared += 1
    assert compared >= 30


def distinct_configurations(*folders):
    """One CIB for each configuration: most captures have the same."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("cib.xml")):
            data = path.read_bytes()
            found.setdefault(data[data.find(b"<configuration") : data.find(b"<status")], path)
    return [path for data, path in found.items() if data]


def test_of_every_era_the_text_means_what_the_cib_does(lab_captures, lab_eras):
    paths = distinct_configurations(lab_captures, lab_eras)
    for path in paths:
        read = xml_tree.parse(path.read_bytes()).root
        shell = configure.read(crm_syntax(read.as_standard()).split("\n"), "crm_configure.txt")
        expected = configure_cib.read(read, "cib.xml")
        assert (resources(shell), constraints(shell)) == (resources(expected), constraints(expected)), path
        assert settings(shell) == settings(expected), path
        assert shell.undecoded == (), path
    assert len(paths) > 30


NODES = '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>'
TOPOLOGIES = {
    "one for all": ((("n1", 1, "f1"), ("n2", 1, "f1")), "fencing_topology f1"),
    "levels of all": ((("n1", 2, "f2"), ("n2", 1, "f1"), ("n1", 1, "f1"), ("n2", 2, "f2")), "fencing_topology f1 f2"),
    "for one node": ((("n1", 1, "f1"),), "fencing_topology \\\n\tn1: f1"),
    "several devices": (
        (("n1", 1, "f1,f2"), ("n2", 1, "f2,f1")),
        "fencing_topology \\\n\tn1: f1,f2 \\\n\tn2: f2,f1",
    ),
    "in the file's order": (
        (("n2", 2, "f1"), ("n1", 1, "f1,f2"), ("n2", 1, "f3")),
        "fencing_topology \\\n\tn2: f3 f1 \\\n\tn1: f1,f2",
    ),
    "an attribute's value": (((("rack", "1"), 1, "f1"),), "fencing_topology \\\n\tattr:rack=1 f1"),
    "levels that count on": (
        ((("rack", "1"), 1, "f1"), (("rack", "2"), 2, "f2")),
        "fencing_topology \\\n\tattr:rack=1 f1 \\\n\tattr:rack=2 f2",
    ),
    "no level": ((), "fencing_topology"),
    "levels from 1 for each value": (((("rack", "1"), 1, "f1"), (("rack", "2"), 1, "f2")), None),
    "a level left out": ((("n1", 1, "f1"), ("n1", 3, "f2")), None),
    "twice the same, the second first": ((("n1", 2, "f1"), ("n1", 1, "f1")), None),
    "as many others as nodes": ((("N1", 1, "f1"), ("n2", 1, "f1")), None),
}


def level(number, target, index, devices):
    names = f'target-attribute="{target[0]}" target-value="{target[1]}"' if isinstance(target, tuple) else None
    return f'<fencing-level id="l{number}" {names or f"target={target!r}"} index="{index}" devices="{devices}"/>'


@pytest.mark.parametrize(("levels", "expected"), TOPOLOGIES.values(), ids=TOPOLOGIES)
def test_a_fencing_topology_is_told_as_crmsh_numbers_it(levels, expected):
    inner = "".join(level(number, *one) for number, one in enumerate(levels))
    found = told(f"{NODES}<fencing-topology>{inner}</fencing-topology>").partition("node 2: n2\n")[2]
    assert found == expected if expected else found.startswith("xml <fencing-topology> \\\n")


def test_what_crmsh_hides_is_hidden():
    """It hides it in words only: an object that is written as XML tells it, as the CIB does."""
    set_of_one = '<instance_attributes id="i"><nvpair id="n" name="passwd" value="VERY"/></instance_attributes>'
    hidden = told(f"<resources>{primitive(set_of_one)}</resources>")
    assert hidden == 'primitive p Dummy \\\n\tparams passwd="******"'
    assert "VERY" in told(f"<resources>{primitive(set_of_one + '<operations/>')}</resources>")


# Where crmsh itself fails, there is a text all the same.


def test_a_bundle_of_podman_has_words():
    bundle = '<bundle id="b"><podman image="i"/><network control-port="1"/></bundle>'
    assert told(f"<resources>{bundle}</resources>") == "bundle b \\\n\tpodman image=i \\\n\tnetwork control-port=1"


@pytest.mark.parametrize("value", ["a\\", 'a\\"b'])
def test_a_value_that_no_quotes_hold_is_written_as_xml(value):
    element = cib(f"<resources>{primitive(SET)}</resources>")
    element.find(".//nvpair").set("value", value)
    (statement,) = statements(crm_syntax(element))
    again = tree_of(statement.removeprefix("xml ").replace(" \\\n", "\n").encode())
    assert again.find(".//nvpair").get("value") == value


# Nothing is lost, whatever it is.


def test_what_is_no_part_of_a_configuration_is_written_as_xml():
    assert told('<resources><car id="c"/></resources><zoo><cage id="z"/></zoo>').split("\n") == [
        "xml <zoo> \\",
        '  <cage id="z"/> \\',
        "</zoo>",
        'xml <car id="c"/>',
    ]


def test_without_a_configuration_there_is_no_text():
    assert crm_syntax(ET.Element("cib")) == ""
    assert crm_syntax(ET.Element("configuration")) == ""


ELEMENTS = [element for path, _ in RECORDED for element in tree_of(path.read_bytes()).iter()]
TAGS = sorted({element.tag for element in ELEMENTS} | {"lifetime", "car"})
NAMES = sorted({name for element in ELEMENTS for name in element.attrib})
VALUES = [
    "",
    "a",
    "INFINITY",
    "1",
    "eq",
    "in_range",
    "date_spec",
    "a b",
    'a"b',
    "a\nb",
    "a\\",
    "é",
    "'",
    "{",
    "$id=x",
    "\x00",
]


@st.composite
def elements(draw, depth=4):
    names = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(max_size=4), max_size=5)
    element = ET.Element(draw(st.sampled_from(TAGS)), draw(names))
    if depth:
        element.extend(draw(st.lists(elements(depth - 1), max_size=3)))
    return element


@st.composite
def damaged(draw):
    """A recorded CIB with something changed."""
    root = tree_of(draw(st.sampled_from(RECORDED))[0].read_bytes())
    every = list(root.find("configuration").iter())
    for _ in range(draw(st.integers(1, 5))):
        element = draw(st.sampled_from(every))
        if draw(st.booleans()):
            element.append(draw(elements(1)))
        elif element.attrib and draw(st.booleans()):
            element.attrib.pop(draw(st.sampled_from(sorted(element.attrib))))
        else:
            element.set(draw(st.sampled_from(NAMES)), draw(st.sampled_from(VALUES)))
    return root


SECTIONS = "crm_config nodes resources constraints tags acls alerts rsc_defaults op_defaults".split()
HOLDERS = ("group", "clone", "master", "bundle")


def objects(configuration):
    """The elements that have a statement each."""
    for section in configuration:
        waiting = list(section) if section.tag in SECTIONS else [section]
        while waiting:
            element = waiting.pop()
            yield element
            if section.tag == "resources" and element.tag in HOLDERS:
                waiting += [child for child in element if child.tag in ("primitive", *HOLDERS)]


@given(damaged() | elements())
def test_whatever_a_cib_holds_each_object_has_its_statement(root):
    configuration = root.find("configuration") if root.tag != "configuration" else root
    found = statements(crm_syntax(root))
    expected = list(objects(configuration)) if configuration is not None else []
    assert len(found) == len(expected)
    names = " ".join(found)
    for element in expected:
        identifier = element.get("id", "")
        assert not re.fullmatch(r"[\w.-]+", identifier, re.ASCII) or identifier in names


TOLD_OTHERWISE = "id boolean-op score sequential require-all class provider xpath type".split()


def values_of(element):
    """All that words or XML say as it is; crmsh names some elements anew, and has words and signs of its own."""
    for one in element.iter():
        hidden = one.tag == "nvpair" and one.get("name", "").startswith("passw")
        for name, value in one.attrib.items():
            if name not in TOLD_OTHERWISE and not (hidden and name == "value"):
                yield value


@pytest.mark.parametrize("path", [path for path, _ in RECORDED], ids=lambda path: path.stem)
def test_no_value_of_a_configuration_is_lost(path):
    root = tree_of(path.read_bytes())
    text = crm_syntax(root)
    configuration = root.find("configuration")
    lost = {value for value in values_of(configuration) if value.isalnum() and value not in text}
    assert {value for value in lost if value.isascii()} <= {"normal", "date_spec", "in_range"}


@given(st.data())
def test_what_is_added_anywhere_is_told(data):
    """An attribute that no word tells, or an element within an object, makes it XML; ids are crmsh's own."""
    root = tree_of(data.draw(st.sampled_from(RECORDED))[0].read_bytes())
    every = [one for element in objects(root.find("configuration")) for one in element.iter()]
    element = data.draw(st.sampled_from(every))
    if data.draw(st.booleans()):
        element = ET.SubElement(element, data.draw(st.sampled_from(TAGS)))
    name = data.draw(st.sampled_from([name for name in NAMES if name != "id"]))
    if not (name == "value" and element.get("name", "").startswith("passw")):
        element.set(name, "ADDED")
        assert "ADDED" in crm_syntax(root)


def test_deep_nesting_is_written_down():
    root = cib("<resources/>")
    element = root.find(".//resources")
    for number in range(5_000):
        element = ET.SubElement(element, "group", id=f"g{number}")
    assert "g4999" in crm_syntax(root)


def test_a_thousand_resources_take_a_fifth_of_a_second():
    """It takes 0.01 s, and 0.05 s if each has rules and operations; the limit is for slow machines."""
    inner = (DATA / "cib.xml").read_text()
    one = re.search(r'<primitive id="r_ip2".*?</primitive>', inner, re.DOTALL)[0]
    root = cib(f"<resources>{''.join(one.replace('r_ip2', f'r_{number}') for number in range(1_000))}</resources>")
    began = time.process_time()
    assert len(statements(crm_syntax(root))) == 1_000
    assert time.process_time() - began < 0.2
