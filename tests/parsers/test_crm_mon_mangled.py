"""Outputs of crm_mon as they reach us: cut by a terminal, quoted in a mail, in the middle of other text."""

import textwrap
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.crm_mon_hints import looks_like
from parsers.crm_mon_text import read

DATA = Path(__file__).parents[1] / "data" / "crm_mon"
OUTPUTS = ERA_1_0, ERA_2_0 = [(DATA / name).read_text() for name in ("heartbeat-1.0.txt", "pcs-2.0.txt")]

WRAPPED_AT_80 = """
Failed Resource Actions:
  * ms_mysql_start_0 on node01.example.com 'error' (1): call=440, status='comple
te', exitreason='MariaDB slave io has failed (1236): 'Error: connecting slave',
last-rc-change='Tue Nov  8 17:27:21 2022', queued=0ms, exec=4060ms
"""


def snapshot(text):
    return read(text.split("\n"), "mail.txt", timezone.utc)


def cut(text, width):
    """Cut each line as a terminal does, which keeps no blanks at the ends of lines."""
    lines = [line.expandtabs() for line in text.split("\n")]
    return "\n".join(line[at : at + width].rstrip() for line in lines for at in range(0, max(len(line), 1), width))


def test_a_failed_action_that_a_terminal_cut_is_put_together():
    [record] = snapshot(WRAPPED_AT_80).operations
    assert record.exit_reason == "MariaDB slave io has failed (1236): 'Error: connecting slave"
    assert (record.resource, record.node, record.status, record.exec_ms) == (
        "ms_mysql",
        "node01.example.com",
        "complete",
        4060,
    )


@pytest.mark.parametrize("text", OUTPUTS)
@pytest.mark.parametrize("width", [80, 100])
def test_an_output_that_a_terminal_cut_tells_the_same(text, width):
    whole, mended = snapshot(text), snapshot(cut(text, width))
    assert (mended.nodes, mended.resources, mended.attributes) == (whole.nodes, whole.resources, whole.attributes)
    assert (mended.cluster, mended.time_us, mended.fail_counts) == (whole.cluster, whole.time_us, whole.fail_counts)
    assert [record._replace(source=None) for record in mended.operations] == [
        record._replace(source=None) for record in whole.operations
    ]


def test_lists_of_nodes_over_two_lines_are_one():
    assert [node.name for node in snapshot("Online: [ node01 node02\nnode03 ]\nCurrent DC: node01").nodes] == [
        "node01",
        "node02",
        "node03",
    ]


ENTRY = "* db1-fence_start_0 on quorum1 'unknown error' (1): call=25, status=Error, exitreason='no such device',"
SECOND = "    last-rc-change='Wed Aug 29 18:17:48 2018', queued=0ms, exec=2117ms"
THREE = [
    "    pgsql_start_0 (node=52-fe19, call=95, rc=1, status=complete, last-rc-change=Mon Jul  8 11:36:13 2013",
    ", queued=399ms, exec=0ms",
    "): unknown error",
]


@pytest.mark.parametrize(
    "lines",
    [
        [ENTRY, SECOND],
        [ENTRY, "", SECOND],
        [ENTRY + SECOND.lstrip()],
        [ENTRY[2:], SECOND.lstrip()],
        ["Failed Actions:", ENTRY + "   ## the fence device is gone", SECOND],
        ["Failed Actions:", *textwrap.wrap(ENTRY + SECOND.lstrip(), 72)],
        ["> " + line for line in ("Failed Actions:", ENTRY, SECOND)],
        ["\x1b[31m" + line + "\x1b[0m\r" for line in ("Failed Actions:", ENTRY, SECOND)],
        ["Dear list,", "what does this mean?", "", ENTRY, SECOND, "", "Regards, A. Admin"],
    ],
)
def test_an_entry_survives_what_people_do_to_it(lines):
    found = read(lines, "mail.txt", timezone.utc)
    [record] = found.operations
    assert (record.resource, record.call, record.exit_reason, record.exec_ms) == (
        "db1-fence",
        25,
        "no such device",
        2117,
    )
    assert record.time_us == datetime(2018, 8, 29, 18, 17, 48, tzinfo=timezone.utc).timestamp() * 1_000_000
    assert found.undecoded == []
    assert looks_like("\n".join(lines))


def test_an_entry_that_ctime_broke_into_three_lines_is_one():
    [record] = read(["Failed actions:", *THREE], "crm_mon.txt", timezone.utc).operations
    assert (record.resource, record.rc_text, record.exec_ms, record.source.line) == ("pgsql", "unknown error", 399, 2)


def test_of_two_outputs_in_one_file_the_last_tells_how_things_stand():
    before = ERA_1_0.replace("Mon Nov 23 03:04:12 2026", "Mon Nov 23 03:00:00 2026").replace(
        "Online: [ node01 ]", "Online: [ node09 ]"
    )
    found = snapshot(before + "\nThen we pulled the plug.\n" + ERA_1_0)
    assert {node.name for node in found.nodes} == {"node01", "node02", "node03"}
    assert found.time_us == snapshot(ERA_1_0).time_us
    assert len(found.operations) == 2
    assert found.undecoded == []


def test_lines_inside_a_section_that_no_rule_knows_are_counted():
    text = ERA_2_0.replace("Full List of Resources:", "Full List of Resources:\n  * something entirely new")
    [source] = snapshot(text).undecoded
    assert text.split("\n")[source.line - 1] == "  * something entirely new"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "error: Could not connect to launcher: Connection refused\ncrm_mon: Connection to cluster failed: Connection refused\n",
        "primitive p_ip ocf:heartbeat:IPaddr2 \\\n    params ip=192.168.200.200\n",
        "Nov 23 02:51:11 node01 pengine: [147]: notice: native_print: r_ip\t(ocf::heartbeat:IPaddr2):\tStarted node02 FAILED\n"
        * 3,
        "Cluster Name: alpha\nCorosync Nodes:\n node01 node02\nResources:\n Resource: vip (class=ocf provider=heartbeat type=IPaddr2)\n",
        "Dear list,\n\nmy resource does not start: what is wrong?\n",
    ],
)
def test_other_text_does_not_look_like_it(text):
    assert not looks_like(text)


WORDS = st.sampled_from([line for text in (*OUTPUTS, WRAPPED_AT_80) for line in text.split("\n")] + THREE)


@given(st.lists(st.one_of(WORDS, st.text(max_size=60)), max_size=25))
def test_no_text_makes_it_raise(lines):
    found = read(lines, "any", timezone.utc)
    assert all(1 <= source.line <= len(lines) for source in found.undecoded)
    assert all(1 <= record.source.line <= len(lines) for record in found.operations)
    looks_like("\n".join(lines))


@given(st.text(max_size=400))
def test_no_damage_makes_it_raise(text):
    read(text.split("\n"), "any", timezone.utc)
