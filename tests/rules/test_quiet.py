"""Where nothing failed, nothing is called an error; and what the seed's cases say is found in them."""

import json

import pytest

from ha_report.questions.placement import placement
from ha_report.questions.story import steps
from tests.conftest import SHARED
from tests.rules.incidents import DATA, copied, diagnosed_copy, errors, incident_of

CORPUS = SHARED / "corpus" / "dev"
SEED = SHARED / "seed"
# No failed operation, and yet an incident: Heartbeat of 2001 takes over from a node that it calls dead.
INCIDENTS = {"syslog-heartbeat-2001"}


def quiet_cases():
    for truth in sorted(CORPUS.rglob("truth.json")):
        told = json.loads(truth.read_text())
        if not told["failed_operations"] and truth.parent.name not in INCIDENTS:
            yield truth.parent


@pytest.mark.corpus
@pytest.mark.parametrize("case", list(quiet_cases()), ids=lambda case: case.name)
def test_a_quiet_bundle_of_a_stranger_gives_no_error(case):
    assert errors(diagnosed_copy(case)) == []


def test_standby_a_move_a_restart_and_a_clean_stop_are_no_errors():
    """A healthy cluster of the lab, through all of it."""
    findings = diagnosed_copy(DATA / "quiet" / "healthy")
    assert errors(findings) == []
    assert findings[0].rule == "node-shutdown"


@pytest.mark.corpus
def test_the_one_line_of_a_failed_address_offers_the_unset_nic_and_says_what_to_collect():
    [finding] = errors(diagnosed_copy(SEED / "unknown-error"))
    assert (finding.rule, finding.confidence, finding.node) == ("ipaddr2-no-route", "possible", "minky0")
    assert "nic is not set" in finding.title
    assert "$ ip -o addr show; ip route show" in finding.remedy


@pytest.mark.corpus
def test_interfaces_with_different_names_are_told_where_nic_is_not_set():
    findings = diagnosed_copy(SEED / "nic-unset")
    assert errors(findings) == []
    [named] = [finding for finding in findings if "different names" in finding.title]
    assert "eth1 on node01" in named.title
    assert "eth2 on node02" in named.title


@pytest.mark.corpus
def test_the_only_address_of_an_interface_is_told():
    findings = diagnosed_copy(SEED / "real-address")
    assert errors(findings) == []
    assert findings[0].rule == "ipaddr2-no-static-address"
    assert "promote_secondaries" in " ".join(findings[0].remedy)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("case", "begin", "end"), [("nic-unset", "16:55:21", "16:56:16"), ("real-address", "17:16:45", "17:18:42")]
)
def test_a_move_that_only_snapshots_show_is_told_with_what_is_known_of_its_time(case, begin, end):
    with copied(SEED / case) as folder, incident_of(folder) as incident:
        assert [(stay.resource, stay.node) for stay in placement(incident)] == [("p_ip", "node01"), ("p_ip", "node02")]
        [step] = steps(incident)
    assert step.sentence == f"p_ip moved from node01 to node02 at some time between {begin} and {end}"


@pytest.mark.corpus
def test_an_outage_that_a_ping_saw_is_told_with_what_was_lost_and_what_was_late():
    [outage] = [finding for finding in diagnosed_copy(SEED / "real-address") if finding.rule == "ping-outage"]
    assert "node03" in outage.title
    assert "about 1 s" in outage.title
    assert "icmp_seq 16" in outage.title
    assert "3.22 ms" in outage.cause
