"""Each rule on files: what it must recognise, and what only looks like it."""

import re

import pytest

from ha_report.diagnosis import findings_of, rules
from reports.verdict import verdict_of
from tests.rules.incidents import DATA, copied, diagnosed, diagnosed_copy, errors, incident_of, without_one_line

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


def test_an_interface_that_is_down_is_told_before_an_address_without_nic_has_to_start_there():
    """findif asks for a connected route, and an interface that is down has none."""
    with copied(DATA / "ipaddr2-no-route" / "positive-down") as folder:
        for log in folder.rglob("pacemaker.log"):
            log.unlink()
        [warned] = [one for one in diagnosed(folder) if one.rule == "ipaddr2-no-route"]
    assert (warned.severity, warned.node) == ("warning", "node02")
    assert "eth1 in 192.168.200.0/24 is down there, and nic is not set" in warned.title
    assert "$ ip link set eth1 up" in warned.remedy


@pytest.mark.parametrize("case", ["positive-both", "positive-two-causes", "positive-expired"])
def test_a_service_that_died_has_its_failure_cleared_on_each_node_that_it_died_on(case):
    findings = errors(diagnosed_copy(DATA / "service-died" / case))
    died = next(one for one in findings if one.rule == "service-died")
    nodes = {"positive-both": ["node01", "node02"], "positive-two-causes": ["node02"]}.get(case, ["node01"])
    cleared = [line for line in died.remedy if "--cleanup" in line]
    assert cleared == [f"$ crm_resource --cleanup --resource r_app --node {node}" for node in nodes]
    assert [one.rule for one in findings] == (
        ["address-removed-outside", "service-died"] if case == "positive-two-causes" else ["service-died"]
    )


def test_a_bar_that_failure_timeout_has_ended_is_not_said_to_last():
    [died] = errors(diagnosed_copy(DATA / "service-died" / "positive-expired"))
    assert "node01 was barred from it until 13:59:27." in died.cause
    assert "until a clean-up" not in died.cause


def test_a_failure_that_only_the_status_tells_of_and_that_is_over_is_no_riddle():
    """The last crm_mon lists it though the resource runs: what it was nobody can tell any more."""
    with copied(DATA / "failure-still-listed" / "positive-shown") as folder:
        shown = folder / "node01" / "crm_mon.txt"
        text = shown.read_text().replace("'not running'", "'error'")
        shown.write_text(text)
        over = diagnosed(folder)
        shown.write_text(
            text.replace("r_app\t(ocf:pacemaker:Dummy):\t Started", "r_app\t(ocf:pacemaker:Dummy):\t FAILED")
        )
        failed = diagnosed(folder)
        shown.write_text(text.replace("last updated 2026-11-23 14:20", "last updated 2026-11-23 14:11").replace(
            "Last updated: Mon Nov 23 14:20", "Last updated: Mon Nov 23 14:11"))  # fmt: skip
        fresh = diagnosed(folder)
    assert [one.rule for one in over if one.rule in ("unexplained", "failure-still-listed")] == ["failure-still-listed"]
    for findings in (failed, fresh):
        assert [one.rule for one in findings if one.rule in ("unexplained", "failure-still-listed")] == ["unexplained"]


@pytest.mark.parametrize(
    ("case", "rule", "said"),
    [
        ("daemon-died/positive-hung", "daemon-died", "Because of it these could not be run: stop of r_app."),
        ("daemon-died/positive-node-lost", "daemon-died", "The other nodes took node02 for lost at 14:08:49"),
        ("agent-missing/positive-no-permission", "agent-missing", "it may not be executed"),
        ("status-disagrees/positive-down", "status-disagrees", "the agent's monitor looks for no more"),
        ("split-brain/positive-keys", "split-brain", "corosync cannot decrypt what the other sends"),
        ("fencing-failed/positive-hung", "fencing-failed", "node02 stays UNCLEAN"),
        ("fencing-failed/positive-glue", "fencing-failed", "Fencing was tried once"),
    ],
)
def test_one_cause_is_one_error_and_says_what_it_is(case, rule, said):
    [only] = errors(diagnosed_copy(DATA / case))
    assert only.rule == rule
    assert said in only.cause


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("positive-ticket", "r_ip and r_app are not started: they need the ticket siteA"),
        ("positive-health", "r_ip and r_app are not started: the health of node01 and node02 is red"),
        ("positive-unpromoted", "No instance of c_st is promoted; for one waits r_app"),
    ],
)
def test_what_a_resource_that_nothing_failed_of_waits_for_is_told_once(case, said):
    findings = diagnosed_copy(DATA / "start-refused" / case)
    assert [one.title for one in findings if one.rule == "start-refused"] == [said]
    assert errors(findings) == []


def test_a_signal_that_cluster_glue_does_not_name_is_known_by_the_answer_that_never_came():
    silent, named = (
        errors(diagnosed_copy(DATA / "agent-killed" / case))[0]
        for case in ("positive-heartbeat", "positive-heartbeat-debug")
    )
    assert (silent.confidence, named.confidence) == ("likely", "certain")
    assert "signal 9" in named.title
    assert "signal 9" not in silent.title


def test_bugs_that_leave_no_trace_are_one_notice_a_package_and_no_more():
    findings = [one for one in diagnosed_copy(DATA / "known-issue" / "positive") if one.rule == "known-issue"]
    shown, listed = ([one for one in findings if one.severity == severity] for severity in ("warning", "notice"))
    assert shown
    assert len({one.title.split()[0] for one in listed}) == len(listed) > 0
    assert all(one.remedy[0].startswith("Update ") and one.confidence == "possible" for one in listed)
    assert findings.index(shown[0]) < findings.index(listed[0])


def test_of_two_nodes_that_were_lost_one_after_the_other_each_has_its_own_proof():
    """corosync names them by their ids."""
    first, second = (one for one in diagnosed_copy(DATA / "node-lost" / "positive-two") if one.rule == "node-lost")
    assert (first.node, second.node) == ("node02", "node03")
    for finding, own, other in ((first, "failed: 2", "failed: 3"), (second, "failed: 3", "failed: 2")):
        assert any(line.text.endswith(own) for line in finding.evidence)
        assert not any(line.text.endswith(other) for line in finding.evidence)


def test_two_monitors_of_one_interval_are_one_to_the_cluster():
    case = DATA / "risky-configuration" / "positive-intervals"
    with copied(case) as folder:
        before = [one.title for one in diagnosed(folder)]
        shown = folder / "node01" / "crm_configure.txt"
        text = shown.read_text()
        assert text.count("interval=10s") > 1
        shown.write_text(text.replace("interval=10s", "interval=11s", 1))
        after = [one.title for one in diagnosed(folder)]
    [told] = [title for title in before if "two monitors" in title]
    assert told == "p_st has two monitors with the interval 10 s, and only one of them runs"
    assert told not in after


def test_a_program_that_only_a_probe_missed_is_said_to_matter_only_where_the_resource_may_run():
    """Nodes of an asymmetric cluster need not have what they never run."""
    with copied(DATA / "agent-missing" / "positive-probe") as folder:
        [elsewhere] = errors(diagnosed(folder))
        shown = folder / "node01" / "crm_mon.txt"
        shown.write_text(shown.read_text().replace("Started node01", "Stopped"))
        [nowhere] = errors(diagnosed(folder))
    assert "Only a probe failed, and r_my runs on another node." in elsewhere.cause
    assert "resource-discovery=never" not in nowhere.cause
