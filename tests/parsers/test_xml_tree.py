import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.xml_tree import Element, parse

CIB = b"""<?xml version="1.0"?>
<cib epoch="7">
  <status>
    <node_state
       id="1" uname="node01"/>
    <node_state id="2" uname="node02"/>
  </status>
</cib>
"""


def root_of(data):
    root = parse(data).root
    assert root is not None
    return root


def test_an_element_knows_the_line_where_its_tag_begins():
    assert [(state.get("uname"), state.line) for state in root_of(CIB).iter("node_state")] == [
        ("node01", 4),
        ("node02", 6),
    ]


def test_carriage_returns_do_not_count_as_lines():
    assert [state.line for state in root_of(CIB.replace(b"\n", b"\r\n")).iter("node_state")] == [4, 6]


def test_what_a_shell_printed_before_is_skipped_and_its_lines_are_counted():
    document = parse(b"warning: old schema\n\n" + CIB)
    assert document.error is None
    assert document.root.find("status").line == 5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_obstacle(encoding):
    assert parse(CIB.decode().encode(encoding)).root.get("epoch") == "7"


def test_a_stream_is_read_like_bytes():
    assert parse(io.BytesIO(CIB)) == parse(CIB)


def test_find_looks_at_children_and_iter_at_everything_below():
    root = root_of(CIB)
    assert root.find("node_state") is None
    assert [element.tag for element in root.iter()] == ["cib", "status", "node_state", "node_state"]


def test_a_document_cut_off_gives_what_stands_before_the_cut_and_says_so():
    document = parse(CIB[: CIB.index(b"<node_state id")])
    assert [state.get("uname") for state in document.root.iter("node_state")] == ["node01"]
    assert document.error.startswith("line 6: ")


def test_text_behind_the_document_is_told_and_harms_nothing():
    document = parse(CIB + b"[root@node01 ~]#\n")
    assert document.root.find("status") is not None
    assert document.error is not None


def test_bytes_that_are_no_utf_8_are_replaced_and_told():
    document = parse(CIB.replace(b'uname="node02"', b'uname="node\xe902"'))
    assert [state.get("uname") for state in document.root.iter("node_state")] == ["node01", "node\ufffd02"]
    assert "UTF-8" in document.error


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x y="&b;"/>'
FOREIGN = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
PARAMETER = b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://192.0.2.1/">%a;]><x/>'


@pytest.mark.parametrize("data", [BOMB, FOREIGN, PARAMETER])
def test_a_document_that_declares_entities_is_refused(data):
    document = parse(data)
    assert document.root is None
    assert "entities" in document.error


@pytest.mark.parametrize("data", [b"", b"crm_mon: Connection to cluster failed\n", b"<"])
def test_what_is_no_document_has_no_root_but_an_error(data):
    document = parse(data)
    assert document.root is None
    assert document.error


def test_nesting_deeper_than_python_recurses_is_read():
    depth = 20_000
    deepest = list(root_of(b"<a>" * depth + b"</a>" * depth).iter("a"))
    assert len(deepest) == depth


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data):
    document = parse(data)
    assert document.root is None or isinstance(document.root, Element)


@given(st.integers(0, len(CIB)), st.binary(max_size=4))
def test_no_damage_to_a_document_makes_it_raise(place, damage):
    parse(CIB[:place] + damage + CIB[place + len(damage) :])
