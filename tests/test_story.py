"""The operator's log tells each step in a plain sentence."""

from dataclasses import replace

from ha_report.questions.story import steps
from reports.language import language_of
from tests.reports.incidents import BEGIN, FAILED_START, agent, event, incident
from tests.rules.incidents import DATA, copied, incident_of


def sentences(case, language="en"):
    with copied(DATA / case) as folder, incident_of(folder) as incident:
        return [language_of(language).text(step.sentence) for step in steps(incident)]


def in_order(wanted, told):
    places = [told.index(one) for one in wanted]
    return places == sorted(places)


def test_a_failed_monitor_and_the_move_after_it_are_told_in_order():
    told = sentences("address-removed-outside/positive")
    assert in_order(
        [
            "r_ip started on node01",
            "node01: monitor of r_ip failed (not running)",
            "r_ip stopped on node01",
            "r_ip moved from node01 to node02",
            "r_ip was down for 0.22 s",
        ],
        told,
    )


def test_what_never_ran_on_a_node_did_not_move_from_there():
    told = sentences("ipaddr2-no-route/positive")
    assert "node02: start of r_ip failed (Unable to find nic or netmask)" in told
    assert "r_ip started on node01" in told
    assert not [one for one in told if "moved" in one or "stopped" in one]


def test_a_node_that_could_not_be_fenced_is_told_once_with_its_tries():
    told = sentences("fencing-failed/positive")
    assert in_order(["node02 was lost without a shutdown", "node02 could not be fenced (3 tries)"], told)


def test_a_split_is_told_with_what_ran_twice():
    told = sentences("split-brain/positive")
    assert "The cluster is in two parts: node01 / node02" in told
    assert "r_ip runs on node02 and node01 at once" in told


def test_the_same_is_told_in_japanese():
    told = sentences("address-removed-outside/positive", "ja")
    assert "node01: r_ip の monitor が失敗しました (not running)" in told


def test_steps_are_in_order_of_time():
    with copied(DATA / "split-brain" / "positive") as folder, incident_of(folder) as incident:
        times = [step.time_us for step in steps(incident) if step.time_us is not None]
    assert times == sorted(times)


def told(events, **changes):
    ordered = sorted(events, key=lambda one: one.time_us)
    return [str(step.sentence) for step in steps(incident(ordered, **changes))]


def test_the_usage_of_a_command_is_no_reason():
    said = ("-v, --verbose            be verbose", "No interface found.")
    lines = [agent(35.5, text, "error", 350 + place, kind="agent-error") for place, text in enumerate(said)]
    failed = replace(FAILED_START, exit_reason=None)
    assert told(lines, failed_operations=[failed]) == ["node02: start of r_ip failed (No interface found)"]


def test_an_answer_stands_in_no_brackets_of_its_own():
    assert told([], failed_operations=[replace(FAILED_START, exit_reason=None)]) == [
        "node02: start of r_ip failed (rc 1, error)"
    ]


def test_what_leads_to_what_goes_before_it_where_a_log_has_no_fractions():
    barred = event(35, "x", kind="banned-by-failures", resource="r_ip", node="node02", line=1)
    plan = event(
        35, "x", kind="action-planned", resource="r_ip", operation="Recover", value="Started node02 -> node01", line=2
    )
    failed = replace(FAILED_START, time=BEGIN.replace(second=35))
    assert told([plan, barred], failed_operations=[failed]) == [
        "node02: start of r_ip failed ([findif] failed)",
        "node02: r_ip may not run here until a clean-up",
        "node01 decides to recover r_ip (node02 → node01)",
    ]
