"""What corosync.conf, ha.cf and the tools of corosync and Heartbeat tell of rings, votes and times."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.facts import Link, Member
from ha_report.model import Source
from parsers import stack_files

LAB = Path(__file__).resolve().parents[3] / "shared/lab"
CAPTURED = sorted((LAB / "captures").glob("*/node*/corosync.conf"))


def read(text):
    return stack_files.read(text.split("\n"), "file")


def at(line):
    return Source("file", line)


COROSYNC = """\
# a comment
totem {
    version: 2
    cluster_name: halab
    transport: knet
    token: 1000
}
logging {
    to_logfile: yes
    logfile: /var/log/cluster/corosync.log
    logger_subsys {
        subsys: QUORUM
        debug: off
    }
}
quorum {
    provider: corosync_votequorum
    two_node: 1
}
nodelist {
    node {
        ring1_addr: 10.0.0.1
        ring0_addr: 192.168.100.101
        name: node01
        nodeid: 1
        quorum_votes: 2
    }
}
"""


def test_corosync_conf_of_3_is_read():
    facts = read(COROSYNC)
    assert (facts.stack, facts.cluster_name, facts.transport) == ("corosync", "halab", "knet")
    assert (facts.token_ms, facts.logfile, facts.two_node) == (1000, "/var/log/cluster/corosync.log", True)
    assert facts.nodes == (Member("node01", 1, ("192.168.100.101", "10.0.0.1"), 2, at(21)),)
    assert facts.sources["token_ms"] == at(6)
    assert facts.undecoded == ()


def test_two_nodes_wait_for_all_unless_it_is_switched_off():
    assert read(COROSYNC).wait_for_all is True
    assert read(COROSYNC.replace("two_node: 1", "two_node: 1\nwait_for_all: 0")).wait_for_all is False
    assert read(COROSYNC.replace("two_node: 1", "expected_votes: 3")).wait_for_all is None
    assert read(COROSYNC.replace("two_node: 1", "expected_votes: 3")).expected_votes == 3


def test_corosync_conf_of_1_and_2_tells_rings_and_no_nodes():
    text = (
        "totem {\n\tversion: 2\n\ttoken: 5000\n\tinterface {\n\t\tringnumber: 0\n\t\tbindnetaddr: 10.67.16.0\n\t\tmcastaddr: 239.1.1.1\n\t}\n"
        "\tinterface {\n\t\tringnumber: 1\n\t\tbindnetaddr: 10.10.10.0\n\t\tmember {\n\t\t\tmemberaddr: 10.10.10.17\n\t\t}\n\t}\n}\n"
    )
    facts = read(text)
    assert facts.links == (Link("0", None, "10.67.16.0", None, at(4)), Link("1", None, "10.10.10.0", None, at(9)))
    assert facts.nodes == (Member(None, None, ("10.10.10.17",), None, at(12)),)
    assert (facts.token_ms, facts.two_node, facts.quorate) == (5000, None, None)


QUORUM = """\
Quorum information
------------------
Date:             Mon Nov 23 02:01:57 2026
Quorum provider:  corosync_votequorum
Nodes:            2
Node ID:          1
Ring ID:          1.9
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   2
Highest expected: 2
Total votes:      2
Quorum:           1
Flags:            2Node Quorate WaitForAll

Membership information
----------------------
    Nodeid      Votes Name
         1          1 node01 (local)
         2          1 node02
"""


def test_quorumtool_tells_votes_and_members():
    facts = read(QUORUM)
    assert (facts.quorate, facts.expected_votes, facts.total_votes, facts.local_id) == (True, 2, 2, 1)
    assert (facts.two_node, facts.wait_for_all) == (True, True)
    assert facts.nodes == (Member("node01", 1, (), 1, at(21)), Member("node02", 2, (), 1, at(22)))
    assert facts.sources["quorate"] == at(8)
    assert facts.undecoded == ()


def test_quorumtool_of_a_lost_partition_says_so():
    text = QUORUM.replace("Quorate:          Yes", "Quorate:          No").replace("2Node Quorate WaitForAll", "")
    facts = read(text.replace("Quorum:           1", "Quorum:           2 Activity blocked"))
    assert (facts.quorate, facts.two_node, facts.wait_for_all) == (False, False, False)
    assert facts.undecoded == ()


def test_quorumtool_writes_node_ids_in_two_ways():
    text = "Quorum information\n    Nodeid      Votes Name\n0x0000000a          1 node01 (local)\n        02          1 node02\n"
    assert [one.id for one in read(text).nodes] == [10, 2]


def test_quorumtool_with_a_quorum_device_names_the_nodes():
    text = "Quorum information\n    Nodeid      Votes    Qdevice Name\n         1          1    A,V,NMW node01 (local)\n         0          1            Qdevice\n"
    facts = read(text)
    assert [(one.name, one.id) for one in facts.nodes if one.id] == [("node01", 1)]
    assert facts.undecoded == ()


def states(text):
    return [(one.name, one.peer, one.address, one.state) for one in read(text).links]


def test_cfgtool_of_3_1_tells_each_link_to_each_node():
    text = (
        "Local node ID 1, transport knet\nLINK ID 0 udp\n\taddr\t= 192.168.100.101\n\tstatus:\n"
        "\t\tnodeid:          1:\tlocalhost\n\t\tnodeid:          2:\tdisconnected\n"
        "LINK ID 1 udp\n\taddr\t= 10.0.0.1\n\tstatus:\n\t\tnodeid:          2:\tconnected\n"
    )
    assert states(text) == [
        ("0", "1", "192.168.100.101", "localhost"),
        ("0", "2", "192.168.100.101", "disconnected"),
        ("1", "2", "10.0.0.1", "connected"),
    ]
    assert (read(text).local_id, read(text).transport, read(text).undecoded) == (1, "knet", ())


def test_cfgtool_of_3_0_says_it_in_digits():
    text = "Printing link status.\nLocal node ID 1\nLINK ID 0\n\taddr\t= 10.0.0.1\n\tstatus:\n\t\tnodeid  2:\tlink enabled:1\tlink connected:0\n"
    assert states(text) == [("0", "2", "10.0.0.1", "disconnected")]


def test_cfgtool_until_2_4_tells_of_rings():
    text = (
        "Printing ring status.\nLocal node ID 1\nRING ID 0\n\tid\t= 10.0.0.1\n\tstatus\t= ring 0 active with no faults\n"
        "RING ID 1\n\tid\t= 10.0.1.1\n\tstatus\t= Marking ringid 1 interface 10.0.1.1 FAULTY\n"
    )
    assert states(text) == [
        ("0", None, "10.0.0.1", "ring 0 active with no faults"),
        ("1", None, "10.0.1.1", "Marking ringid 1 interface 10.0.1.1 FAULTY"),
    ]


def test_cfgtool_by_node_tells_the_same():
    text = (
        "Local node ID 1, transport knet\nnodeid: 2 reachable\n   LINK: 0 udp (10.0.0.1->10.0.0.2) enabled connected mtu: 1397\n"
        "   LINK: 1 udp (10.0.1.1->10.0.1.2) enabled mtu: 1397\n"
    )
    assert states(text) == [("0", "2", "10.0.0.1", "connected"), ("1", "2", "10.0.1.1", "disconnected")]


HA_CF = """\
# Heartbeat
logfile /var/log/ha-log
logfacility local1
keepalive 500ms
deadtime 6   # seconds
udpport 694
bcast eth0 eth1
ucast eth2 192.168.100.102
node node01 node02
crm respawn
"""


def test_ha_cf_is_read():
    facts = read(HA_CF)
    assert (facts.stack, facts.transport, facts.deadtime_s, facts.logfile) == (
        "heartbeat",
        "bcast ucast",
        6.0,
        "/var/log/ha-log",
    )
    assert [one.name for one in facts.nodes] == ["node01", "node02"]
    assert [(one.name, one.address) for one in facts.links] == [
        ("eth0", None),
        ("eth1", None),
        ("eth2", "192.168.100.102"),
    ]
    assert facts.sources["deadtime_s"] == at(5)
    assert facts.undecoded == ()


@pytest.mark.parametrize(("told", "seconds"), [("6", 6.0), ("1500ms", 1.5), ("2min", 120.0), ("soon", None)])
def test_a_dead_time_may_have_a_unit(told, seconds):
    assert read(f"keepalive 1\ndeadtime {told}\n").deadtime_s == seconds


def test_a_directive_that_heartbeat_does_not_know_is_told():
    assert read("keepalive 1\nfrobnicate eth0\n").undecoded == (at(2),)


def test_cl_status_tells_links():
    text = "Heartbeat is running on this machine.\nnode02\nnode01\nactive\ndead\nnode01 eth1 dead\nnode01 eth0 up\n"
    assert states(text) == [("eth1", "node01", None, "dead"), ("eth0", "node01", None, "up")]


def test_an_error_message_tells_nothing():
    facts = read("Could not initialize corosync configuration API error 2")
    assert (facts.stack, facts.links, facts.source) == (None, (), at(1))


@pytest.mark.lab
@pytest.mark.parametrize("path", CAPTURED or [None], ids=lambda path: path and f"{path.parts[-3]}-{path.parts[-2]}")
def test_the_configuration_and_the_tools_of_a_node_agree(path):
    configured = read(path.read_text())
    votes, links = (
        (path.parent / name).read_text() if (path.parent / name).exists() else ""
        for name in ("quorum.txt", "cfgtool.txt")
    )
    told, linked = read(votes), read(links)
    if told.quorate is None or linked.local_id is None:
        assert "Quorate" not in votes or "node ID" not in links, "the node is down, or its cluster is stopped"
        return
    assert {one.id for one in told.nodes} <= {one.id for one in configured.nodes}
    assert told.expected_votes == len(configured.nodes)
    assert bool(told.two_node) == bool(configured.two_node)
    own = next(one for one in configured.nodes if one.id == linked.local_id)
    assert {one.address for one in linked.links} == set(own.addresses)
    assert linked.transport == configured.transport
    assert told.local_id == linked.local_id
    assert configured.undecoded == told.undecoded == linked.undecoded == ()


REAL = [
    *COROSYNC.split("\n"),
    *QUORUM.split("\n"),
    *HA_CF.split("\n"),
    "LINK ID 0 udp",
    "Local node ID 1, transport knet",
]
PIECES = sorted({piece for line in REAL for piece in re.findall(r"\S+|\s+", line)})
ANY_LINE = st.one_of(
    st.sampled_from(REAL), st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
)


@given(st.lists(ANY_LINE, max_size=25))
def test_any_text_can_be_read(lines):
    facts = stack_files.read(lines, "file")
    rows = [one.source.line for one in (*facts.nodes, *facts.links)] + [
        one.line for one in (*facts.sources.values(), *facts.undecoded)
    ]
    assert all(0 < line <= len(lines) for line in rows)
