"""Which nodes a cluster has, as its files tell it."""

import pytest

from collectors import nodes, ssh
from ha_report.errors import UserError

TOLD = {
    "crm_node of Pacemaker 2": (nodes.of_crm_node, "1 node01 member\n2 node02 lost\n"),
    "crm_node of Pacemaker 1.0": (nodes.of_crm_node, "3232235777 node01\n3232235778 node02\n"),
    "CIB": (
        nodes.of_cib,
        (
            '<nodes><node id="1" uname="node01"/><node uname="node02" id="2"><instance_attributes id="x"/></node>'
            '<node id="r" type="remote" uname="remote01"/></nodes><node_state id="1" uname="node01"/>'
        ),
    ),
    "corosync.conf": (
        nodes.of_corosync,
        "nodelist {\n  node {\n    ring0_addr: 10.0.0.1\n    name: node01\n  }\n  node {\n    ring0_addr: node02\n  }\n}\n",
    ),
    "ha.cf": (nodes.of_ha_cf, "udpport 694\nnode node01\nnode\tnode02 # the other\n#node node03\n"),
    "hostcache": (
        nodes.of_hostcache,
        "node01\t4f5ad8a2-3ad4-4f42-a3ee-6d6a6e9a4e5b\t100\nnode02\t2f5ad8a2-3ad4-4f42-a3ee-6d6a6e9a4e5b\t100\n",
    ),
}


@pytest.mark.parametrize(("reader", "text"), TOLD.values(), ids=TOLD)
def test_the_nodes_are_read(reader, text):
    assert list(nodes.unique(reader(text))) == ["node01", "node02"]


@pytest.mark.parametrize("reader", nodes.READERS.values())
def test_nothing_tells_of_no_node(reader):
    assert reader("") == []


@pytest.mark.parametrize("name", ["-x", "a b", "a;b", "a$b", "a\nb", "", "a'b", "../x", "a" * 300])
def test_a_name_that_could_do_harm_is_refused(name):
    with pytest.raises(UserError, match="no name of a node"):
        ssh.check_name(name)


@pytest.mark.parametrize("name", ["node01", "NODE_1", "node01.example.com", "10.0.0.1", "fe80::1%eth0", "1"])
def test_names_and_addresses_are_taken(name):
    assert ssh.check_name(name) == name


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("ssh: connect to host a port 22: Connection timed out", "does not answer"),
        ("ssh: connect to host a port 22: No route to host", "does not answer"),
        ("ssh: Could not resolve hostname a: Name or service not known", "/etc/hosts"),
        ("Host key verification failed.", "compare the key"),
        ("kex_exchange_identification: Connection closed by remote host", "the connection was lost"),
        ("something else\n", "something else"),
        ("", "exit status 255"),
    ],
)
def test_what_ssh_says_is_put_into_words_that_help(said, words):
    assert words in ssh.meaning(said, 255, "a")
