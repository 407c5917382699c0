"""Snapshots of real clusters, held against what is known of them: strangers' clusters, and the lab's own.

Truth and snapshot speak of the same execution when resource, operation, interval, node and call agree.
"""

import functools
import json
from datetime import timezone
from pathlib import Path

import pytest

from ha_report.results import status_of
from parsers import cib, crm_mon_hints, crm_mon_text, crm_mon_xml, xml_tree

SHARED = Path(__file__).resolve().parents[3] / "shared"
NAMES = ("crm_mon*.txt", "crm_mon*.xml", "*_status.txt", "excerpt.txt", "crm_simulate.txt", "cib.xml")
EXECUTION = ("resource", "operation", "interval_ms", "node", "call")


@functools.cache
def snapshot_of(path):
    """Return the snapshot in a file; None where a command had nothing to say but an error."""
    data = path.read_bytes()
    if path.suffix == ".txt":
        text = data.decode(errors="replace")
        looks = crm_mon_hints.looks_like(text)
        return crm_mon_text.read(text.split("\n"), path.name, timezone.utc) if looks else None
    root = xml_tree.parse(data).root
    if root is None:
        return None
    return cib.read(root, path.name) if root.tag == "cib" else crm_mon_xml.read(root, path.name, timezone.utc)


def truth_of(case):
    return json.loads((case / "truth.json").read_text())


def snapshots_below(case, *names):
    found = {path: snapshot_of(path) for name in names for path in sorted(case.rglob(name))}
    return {path: snapshot for path, snapshot in found.items() if snapshot is not None}


def cases_below(folder):
    """Return the cases that hold a snapshot; None where there are none, and conftest.py says why it is left out."""
    cases = sorted(path.parent for path in folder.rglob("truth.json"))
    return [case for case in cases if any(next(case.rglob(name), None) for name in NAMES)] or [None]


def name_of(case):
    return str(case.relative_to(SHARED)) if case else "nothing"


def of_cases(folder, predicate=lambda _truth: True):
    cases = [case for case in cases_below(SHARED / folder) if case is None or predicate(truth_of(case))]
    return pytest.mark.parametrize("case", cases, ids=name_of)


CLEANED_UP = "hb_report-2.0.1-crmsh-history"  # the operator did, after the failures and before the report


def listed(path, truth):
    """Return the failed operations that this file of a case tells."""
    if path.name == "crm_simulate.txt" or CLEANED_UP in path.parts:
        return []  # crm_simulate lists no failures
    if "snapshots" in truth:
        return truth["snapshots"][path.name]["failed_operations"]
    return [each for each in truth["failed_operations"] if each.get("source") in (None, path.name)]


@pytest.mark.corpus
@of_cases("corpus")
def test_the_failed_operations_of_strangers_clusters_are_found_and_no_others(case):
    for path, snapshot in snapshots_below(case, *NAMES).items():
        found = {tuple(getattr(each, name) for name in EXECUTION): each for each in snapshot.operations}
        truth = {tuple(each[name] for name in EXECUTION): each for each in listed(path, truth_of(case))}
        assert found.keys() == truth.keys(), path
        for key, label in truth.items():
            told = found[key]
            assert (told.exit_reason, told.status) == (label["exit_reason"], status_of(label["status"]))
            assert told.rc == label["rc"] or label["rc"] is None
            assert told.rc_text == (None if path.name == "cib.xml" else label["rc_text"])


@pytest.mark.corpus
@of_cases("corpus")
def test_strangers_clusters_have_the_dc_the_stack_and_the_version_of_their_labels(case):
    truth = truth_of(case)
    for path, snapshot in snapshots_below(case, *NAMES).items():
        told = (snapshot.cluster.dc, snapshot.cluster.stack, next(iter(snapshot.cluster.versions.values()), None))
        # Without a label the file may tell it nevertheless; crm_simulate prints no header.
        labels = (truth["dc"], truth["stack"], truth["version"]) if path.name != "crm_simulate.txt" else (None,) * 3
        assert told == tuple(label or mine for label, mine in zip(labels, told, strict=True)), path


@pytest.mark.corpus
@of_cases("corpus", lambda truth: truth["nodes"])
def test_nodes_of_strangers_clusters_are_as_the_labels_say(case):
    nodes = truth_of(case)["nodes"]
    labels = {name: state for state in ("online", "offline", "standby") for name in nodes.get(state, ())}
    certain = {name: state for name, state in labels.items() if name not in nodes.get("unclean", ())}
    for path, snapshot in snapshots_below(case, "*.txt", "crm_mon*.xml").items():
        states = {node.name: node.state for node in snapshot.nodes}
        assert {name: states.get(name) for name in certain} == certain, path


ROLES = {
    "masters": "Master",
    "slaves": "Slave",
    "promoted": "Promoted",
    "unpromoted": "Unpromoted",
    "started": "Started",
}


def rows_of(states, name, label):
    """Return a resource, or the members of a clone; of one that is made of groups, the members of these."""
    child = label.get("child")
    inside = [state for state in states if child and (state.parent or "").partition(":")[0] == child]
    return [state for state in states if name in (state.id, state.parent)] + inside


def where(rows, role):
    return {row.node for row in rows if row.role == role and not row.failed and row.node}


@pytest.mark.corpus
@of_cases("corpus", lambda truth: truth["resources"])
def test_resources_of_strangers_clusters_are_where_the_labels_say(case):
    # Of four snapshots in a row the labels are of the second.
    labelled = "crm_mon.2.txt" if "snapshots" in truth_of(case) else "c*.txt"
    for snapshot in snapshots_below(case, labelled, "crm_mon*.xml", "pcs*.txt").values():
        if not snapshot.resources:
            continue  # --brief counts them, and names none
        for name, label in truth_of(case)["resources"].items():
            rows = rows_of(snapshot.resources, name, label)
            if "agent" in label:
                assert {row.agent for row in rows} == {label["agent"].replace("::", ":")}
            if "nodes" in label:
                assert {row.node for row in rows if row.node} == set(label["nodes"])
            if "failed" in label:
                assert {row.node for row in rows if row.failed} == set(label["failed"])
            for kind in ROLES.keys() & label.keys():
                named = {node.removesuffix(" (maintenance)") for node in label[kind]}
                assert named <= where(rows, ROLES[kind]) <= named | set(label.get("maintenance", ()))


@pytest.mark.corpus
@of_cases("corpus")
def test_no_line_of_a_strangers_snapshot_stays_undecoded(case):
    assert [source for snapshot in snapshots_below(case, *NAMES).values() for source in snapshot.undecoded] == []


def same(record, label):
    call = label.get("call")
    equal = all(getattr(record, name) == label[name] for name in EXECUTION[:-1])
    return equal and (call is None or record.call is None or record.call == int(call))


@pytest.mark.lab
@of_cases("lab")
def test_snapshots_of_the_lab_tell_no_failure_that_was_none(case):
    truth = truth_of(case)["failed_operations"]
    for path, snapshot in snapshots_below(case, *NAMES).items():
        assert snapshot.undecoded == []
        for record in snapshot.operations:
            labels = [label for label in truth if same(record, label)]
            assert labels, (path, record)
            assert record.rc in {None, *(label["rc"] for label in labels)}
            assert record.exit_reason in {None, *(label["exit_reason"] for label in labels)}


@pytest.mark.lab
@of_cases("lab", lambda truth: truth.get("cib_history_failures"))
def test_the_last_cib_of_a_capture_tells_every_failure_that_its_history_keeps(case):
    labels = {
        (each["on_node"], int(each["call-id"]), int(each["rc-code"])) for each in truth_of(case)["cib_history_failures"]
    }
    for path, snapshot in snapshots_below(case, "cib.xml").items():
        if "snap" not in path.parts:
            assert labels == {(record.node, record.call, record.rc) for record in snapshot.operations}


@pytest.mark.lab
@of_cases("lab", lambda truth: "crm_mon_failed_actions" in truth)
def test_the_last_crm_mon_of_a_capture_tells_every_failed_action_that_it_lists(case):
    labels = truth_of(case)["crm_mon_failed_actions"]
    for path, snapshot in snapshots_below(case, "crm_mon*.txt").items():
        if "snap" not in path.parts:
            assert len(snapshot.operations) == len(labels)


@pytest.mark.lab
@of_cases("lab")
def test_text_xml_and_cib_of_one_moment_tell_the_same(case):
    """Three programs wrote them, and three readers read them."""
    for path, configured in snapshots_below(case, "cib.xml").items():
        agents = {name: {configured.agents[name]} for name in configured.agents}
        for found in snapshots_below(path.parent, "crm_mon*").values():
            executions, expected = (
                {tuple(getattr(each, name) for name in EXECUTION[:-1]) for each in one.operations}
                for one in (found, configured)
            )
            assert executions == expected
            assert found.cluster.dc == configured.cluster.dc
            assert {node.name for node in found.nodes} == {node.name for node in configured.nodes}
            assert all(agents[name.partition(":")[0]] == {agent} for name, agent in found.agents.items())
