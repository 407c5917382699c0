import dataclasses

import pytest

from ha_report.facts import Configuration, ConfiguredResource
from ha_report.incident import FileFacts
from ha_report.model import NodeState, ResourceState, Source
from reports.page import build
from tests.reports.incidents import (
    FAILED_START,
    NO_ROUTE,
    VERSION,
    event,
    hostile,
    incident,
    log,
    nic_none,
    quiet,
    repeating,
)


def verdict(incident_, *findings):
    return build(incident_, findings, version=VERSION).verdict


def failing(*changes):
    return incident(failed_operations=[dataclasses.replace(FAILED_START, **change) for change in changes])


def test_the_verdict_is_the_first_finding_of_severity_error():
    warning = dataclasses.replace(NO_ROUTE, severity="warning", title="A warning")
    later = dataclasses.replace(NO_ROUTE, title="A consequence")
    told = verdict(nic_none(), warning, NO_ROUTE, later)
    assert (told.sentence, told.confidence, told.finding) == (NO_ROUTE.title, "certain", NO_ROUTE)


def test_without_a_finding_the_failed_operation_is_the_verdict_and_the_cause_is_said_to_be_unknown():
    told = verdict(nic_none())
    assert told.sentence == "r_ip failed to start on node02: error (rc 1), exit reason: [findif] failed"
    assert told.severity == "error"
    assert told.confidence is None
    assert "No rule" in told.cause


def test_a_warning_does_not_hide_a_failed_operation():
    told = verdict(nic_none(), dataclasses.replace(NO_ROUTE, severity="warning"))
    assert told.sentence.startswith("r_ip failed to start")


def test_the_lines_shown_are_those_that_tell_of_the_failure_and_what_the_agent_said_before_it():
    told = verdict(nic_none())
    assert [(line.file, line.line) for line in told.evidence] == [
        ("node02/pacemaker.log", 331),
        ("node02/pacemaker.log", 355),
        ("node01/pacemaker.log", 431),
        ("node02/pacemaker.log", 365),
    ]


def test_errors_in_the_logs_are_told_even_where_no_operation_failed():
    told = verdict(
        incident([event(1, "boom", level="error"), event(2, "Quorum lost", level="warning")], inputs=[log("a", "n")])
    )
    assert told.severity == "warning"
    assert "The logs hold 1 error and 1 warning all the same." in told.cause


def test_a_node_that_is_down_at_the_snapshot_is_told_even_where_no_operation_failed():
    nodes = [NodeState("node01", "online"), NodeState("node02", "UNCLEAN (offline)")]
    stuck = ResourceState("r_app", node="node02", failed=True, blocked=True)
    told = verdict(incident([event(1, "x")], inputs=[log("a", "n")], nodes=nodes, resources=[stuck]))
    assert told.severity == "warning"
    assert told.cause.startswith("At the snapshot node02 was UNCLEAN (offline) and r_app was blocked. ")


def test_several_failures_name_the_first_and_count_the_others():
    told = verdict(failing({}, {"operation": "stop"}, {"resource": "r_web"}))
    assert told.sentence.endswith("[findif] failed; 2 other operations failed too")


def test_repeats_are_counted_in_the_sentence():
    assert verdict(repeating()).sentence == "r_ip failed its monitor every 10 s on node02 334 times: not running (rc 7)"


def test_an_operation_that_timed_out_says_so_and_not_what_the_executor_made_of_it():
    told = verdict(failing({"status": "Timed Out", "exit_reason": None, "operation": "stop"}))
    assert told.sentence == "r_ip failed to stop on node02: Timed Out (rc 1)"


def test_what_is_not_known_is_not_guessed():
    unknown = {"rc": None, "rc_text": None, "status": None, "exit_reason": None, "node": None}
    assert verdict(failing(unknown)).sentence == "r_ip failed to start on an unknown node: result unknown"


def test_no_failure_is_said_of_the_files_that_were_read_and_of_no_others():
    told = verdict(quiet())
    assert told.sentence == "No failed operation found in 1 file"
    assert "1 cluster message understood from node01, 2026-11-23 02:01:28 UTC." in told.cause
    assert "Not understood of the cluster's own lines: 1." in told.cause
    assert "may have failed unseen" in told.cause


def test_files_without_a_word_of_a_cluster_are_no_good_news():
    told = verdict(incident(inputs=[log("messages", None)]))
    assert told.sentence == "Nothing in 1 file tells of a cluster"
    assert told.severity == "warning"


def test_nothing_read_is_no_good_news_either():
    skipped = dataclasses.replace(log("core", None), skipped="binary")
    told = verdict(incident(inputs=[skipped]))
    assert told.sentence == "Nothing could be read, so nothing is known of failures"
    assert "Not read: 1 file." in told.cause


def test_a_file_that_was_skipped_is_counted_where_nothing_failed():
    skipped = dataclasses.replace(log("b", "node02"), skipped="permission denied")
    told = verdict(incident([event(1, "Quorum acquired")], inputs=[log("a", "node01", 1), skipped]))
    assert told.sentence == "No failed operation found in 1 file"
    assert "Not read: 1 file." in told.cause


def test_a_verdict_on_hostile_words_is_still_one():
    assert "; 6 other operations failed too" in verdict(hostile()).sentence


def with_target_roles(*resources, stopped, **roles):
    """Return a quiet incident in which `stopped` is, with what is configured for each of `resources`."""
    configured = [
        ConfiguredResource(
            name, None, kind, {}, {"target-role": roles[name]} if name in roles else {}, (), children, PLACE, {}
        )
        for name, kind, children in resources
    ]
    facts = FileFacts(PLACE.file, None, None, Configuration("cib", tuple(configured)))
    states = [ResourceState(name, role="Stopped") for name in stopped]
    return incident([event(1, "x")], inputs=[log("a", "n")], resources=states, facts=[facts])


PLACE = Source("node01/cib.xml", 9)
IP, WEB = ("r_ip", "primitive", ()), ("r_web", "primitive", ())
GROUP = ("g_svc", "group", ("r_ip", "r_web"))


def test_a_resource_that_somebody_disabled_is_no_reason_to_take_care():
    told = verdict(with_target_roles(IP, stopped=["r_ip"], r_ip="Stopped"))
    assert (told.sentence, told.severity) == ("No failed operation found in 1 file", "notice")
    assert told.cause.startswith("Disabled by target-role, which is no failure: r_ip. ")
    assert "ran nowhere" not in told.cause


def test_what_is_disabled_with_its_group_is_disabled_too():
    told = verdict(with_target_roles(IP, WEB, GROUP, stopped=["r_ip", "r_web"], g_svc="stopped"))
    assert told.severity == "notice"
    assert told.cause.startswith("Disabled by target-role, which is no failure: r_ip and r_web. ")


def test_what_is_wanted_though_its_group_is_not_is_a_reason_to_take_care():
    told = verdict(with_target_roles(IP, WEB, GROUP, stopped=["r_ip", "r_web"], g_svc="Stopped", r_ip="Started"))
    assert told.severity == "warning"
    assert told.cause.startswith("At the snapshot r_ip ran nowhere. ")


@pytest.mark.parametrize("role", ["Started", "Slave", "Unpromoted", "Stop"])
def test_what_is_stopped_and_was_not_told_to_be_is_a_reason_to_take_care(role):
    told = verdict(with_target_roles(IP, stopped=["r_ip"], r_ip=role))
    assert told.severity == "warning"
    assert told.cause.startswith("At the snapshot r_ip ran nowhere. ")


def test_of_two_that_are_stopped_only_the_one_nobody_disabled_is_amiss():
    told = verdict(with_target_roles(IP, WEB, stopped=["r_ip", "r_web"], r_ip="Stopped"))
    assert told.severity == "warning"
    assert told.cause.startswith(
        "At the snapshot r_web ran nowhere. Disabled by target-role, which is no failure: r_ip. "
    )


def test_what_is_disabled_and_failed_all_the_same_is_amiss():
    made = with_target_roles(IP, stopped=["r_ip"], r_ip="Stopped")
    made.resources = [ResourceState("r_ip", role="Stopped", failed=True)]
    assert verdict(made).severity == "warning"


def test_why_something_does_not_run_is_the_verdict_and_advice_on_it_is_not():
    barred = dataclasses.replace(NO_ROUTE, rule="start-refused", severity="warning", title="r_ip is barred")
    advice = dataclasses.replace(barred, rule="risky-configuration", title="r_ip has no monitor")
    stopped = with_target_roles(IP, stopped=["r_ip"])
    assert verdict(stopped, advice, barred).sentence == "r_ip is barred"
    assert verdict(stopped, advice).sentence == "No failed operation found in 1 file"
    disabled = with_target_roles(IP, stopped=["r_ip"], r_ip="Stopped")
    assert verdict(disabled, barred).sentence == "No failed operation found in 1 file"


def test_files_without_a_message_are_said_to_have_none():
    made = with_target_roles(IP, stopped=[])
    made.events = made.events[:0]
    assert verdict(made).cause.startswith("No cluster message is among what was read. ")


STILL_LISTED = dataclasses.replace(
    NO_ROUTE, rule="failure-still-listed", severity="notice", title="r_ip runs well, and its failure is still listed"
)


def test_a_failure_that_is_over_is_told_as_that():
    told = verdict(nic_none(), STILL_LISTED)
    assert (told.sentence, told.severity, told.finding) == (STILL_LISTED.title, "notice", STILL_LISTED)


def test_a_failure_that_is_over_does_not_stand_before_one_that_is_not():
    told = verdict(failing({}, {"resource": "r_db", "call": 9}), STILL_LISTED)
    assert told.sentence.startswith("r_db failed to start")
    assert "other operation" not in told.sentence
