from ha_report.model import NodeState
from reports.cluster import cards_of
from tests.reports.incidents import incident, log


def names(made):
    return [card.node.name for card in cards_of(made, ())]


def test_a_folder_without_a_log_is_no_node_where_a_snapshot_shows_them_all():
    known = [NodeState("node01", "online")]
    files = [log("extra.tar.bz2/sysinfo.txt", "extra.tar.bz2"), log("node02/ha-log", "node02", events=3)]
    assert names(incident(nodes=known, inputs=files)) == ["node01", "node02"]
    assert names(incident(inputs=files)) == ["extra.tar.bz2", "node02"]


def test_nodes_stand_in_the_order_of_their_numbers():
    assert names(incident(nodes=[NodeState(name, "online") for name in ("node10", "node2")])) == ["node2", "node10"]
