"""Each rule on files: what it must recognise, and what only looks like it."""

import re

import pytest

from ha_report.diagnosis import findings_of, rules
from reports.verdict import verdict_of
from tests.rules.incidents import DATA, copied, diagnosed, diagnosed_copy, incident_of, without_one_line

POSITIVE = sorted(DATA.glob("*/positive*"))
NEAR_MISSES = sorted(DATA.glob("*/near-miss*"))
# What a finding may become when one of its proofs is gone: it says less, and nothing wrong.
WEAKER = {"unexplained", "start-failed", "monitor-failed"}


def name_of(case):
    return f"{case.parent.name}/{case.name}"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_rule_has_a_positive_case_and_a_near_miss(rule):
    assert list((DATA / rule.id).glob("positive*"))
    assert list((DATA / rule.id).glob("near-miss*"))


@pytest.mark.parametrize("case", POSITIVE, ids=name_of)
def test_what_a_rule_is_for_is_recognised(case):
    assert case.parent.name in {finding.rule for finding in diagnosed_copy(case)}


@pytest.mark.parametrize("case", NEAR_MISSES, ids=name_of)
def test_what_only_looks_like_it_is_not(case):
    assert case.parent.name not in {finding.rule for finding in diagnosed_copy(case)}


@pytest.mark.parametrize("case", POSITIVE, ids=name_of)
def test_no_single_line_that_is_lost_makes_a_wrong_cause(case):
    """Weaker or none is right: an error of another rule that claims to be sure is not."""
    whole = diagnosed_copy(case)
    known = {finding.rule for finding in whole}
    for line, sure in without_one_line(case, whole):
        wrong = {one.rule for one in sure} - known - WEAKER
        assert wrong == set(), f"without {line.file}:{line.line}: {line.text}"


def test_an_address_that_is_not_written_as_the_kernel_does_may_still_be_there():
    """resource-agents before 4.4.0 (issue 1357) do not find it again, so nobody need have removed it."""
    case = DATA / "address-removed-outside" / "positive"
    with copied(case) as folder:
        [before] = [one for one in diagnosed(folder) if one.rule == case.parent.name]
        address = re.search(r"192\.168\.\d+\.\d+", before.title)[0]
        for path in (path for path in folder.rglob("*") if path.is_file()):
            path.write_bytes(path.read_bytes().replace(address.encode(), b"2001:DB8::0050"))
        [after] = [one for one in diagnosed(folder) if one.rule == case.parent.name]
    assert (before.confidence, after.confidence) == ("certain", "likely")
    assert "2001:db8::50" in after.cause


def test_an_interface_that_is_set_down_is_not_said_to_be_missing_and_one_that_is_up_again_not_down():
    with copied(DATA / "ipaddr2-no-route" / "positive-down") as folder:
        [down] = [one for one in diagnosed(folder) if one.rule == "ipaddr2-no-route"]
        shown = folder / "node02" / "ip_addr.txt"
        shown.write_text(shown.read_text().replace("<BROADCAST,MULTICAST>", "<BROADCAST,MULTICAST,UP,LOWER_UP>"))
        [again] = [one for one in diagnosed(folder) if one.rule == "ipaddr2-no-route"]
    assert down.title.endswith("eth1 of node02 in 192.168.200.0/24 is down")
    assert "$ ip link set eth1 up" in down.remedy
    assert "is down" not in again.title
    assert "$ ip link set eth1 up" not in again.remedy


def test_resources_that_share_an_address_are_both_named_whichever_failed_and_before_any_has():
    shared = DATA / "ipaddr2-duplicate-address"
    [failed] = [one for one in diagnosed_copy(shared / "positive-shared") if one.rule == shared.name]
    [waiting] = [one for one in diagnosed_copy(shared / "positive-configured") if one.rule == shared.name]
    assert (failed.severity, failed.confidence, waiting.severity) == ("error", "certain", "warning")
    assert all("r_ip1" in one.title and "r_ip2" in one.title for one in (failed, waiting))


def test_an_address_that_went_when_the_cluster_stopped_another_one_need_not_have_been_removed_by_anybody():
    findings = diagnosed_copy(DATA / "ipaddr2-duplicate-address" / "near-miss-other-address")
    [removed] = [one for one in findings if one.rule == "address-removed-outside"]
    assert removed.confidence == "likely"
    assert "r_ip2" in removed.cause


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("positive-rule", "r_app is not started: the cluster finds no node that may run it"),
        ("positive-utilization", "r_big is not started: the cluster finds no node that may run it"),
        ("positive-ban", "r_ip is not started: it is barred from node01"),
    ],
)
def test_what_does_not_run_though_nothing_failed_is_the_verdict(case, said):
    with copied(DATA / "start-refused" / case) as folder, incident_of(folder) as incident:
        assert str(verdict_of(incident, findings_of(incident), (), ()).sentence) == said


def test_an_address_that_went_with_its_interface_is_one_story():
    findings = diagnosed_copy(DATA / "ipaddr2-nic-missing" / "positive-went")
    assert [one.rule for one in findings if one.severity == "error"] == ["ipaddr2-nic-missing"]
    assert "_monitor_" in "".join(line.text for line in findings[0].evidence)
