"""The engine: one cause for each failure, the root cause first, repeats folded, fast enough for a large incident."""

import dataclasses
import time
from datetime import datetime, timedelta, timezone

import pytest

from ha_report import diagnosis
from ha_report.diagnosis import findings_of, rules
from ha_report.model import Evidence, Finding
from tests.rules.incidents import DATA, copied, incident_of

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
PLAIN = Finding("start-failed", "error", "likely", "a title", "a cause", resource="r_db", node="node01", time=NOON)


@pytest.fixture
def failed():
    """An incident with one failed operation, and the line that tells of it."""
    with copied(DATA / "promote-failed" / "positive") as folder, incident_of(folder) as incident:
        source = incident.failed_operations[0].sources[0]
        yield incident, Evidence(source.file, source.line, incident.quotes.evidence(source).text)


def told(monkeypatch, incident, *findings):
    """Return what the engine makes of `findings`, as if rules had made them."""
    rows = {rule.id: rule for rule in rules()}
    made = [dataclasses.replace(rows[one.rule], find=lambda _incident, one=one: iter([one])) for one in findings]
    monkeypatch.setattr(diagnosis, "rules", lambda: tuple(made))
    return findings_of(incident)


def test_of_two_causes_of_one_failure_the_surer_stays(monkeypatch, failed):
    incident, line = failed
    likely = dataclasses.replace(PLAIN, evidence=(line,))
    certain = dataclasses.replace(likely, rule="promote-failed", confidence="certain")
    assert told(monkeypatch, incident, likely, certain) == [certain]


def test_unexplained_gives_way_even_to_what_is_only_possible(monkeypatch, failed):
    incident, line = failed
    unexplained = dataclasses.replace(PLAIN, rule="unexplained", confidence="certain", evidence=(line,))
    possible = dataclasses.replace(PLAIN, confidence="possible", evidence=(line,))
    assert told(monkeypatch, incident, unexplained, possible) == [possible]


def test_a_warning_explains_no_failure(monkeypatch, failed):
    incident, line = failed
    warning = dataclasses.replace(PLAIN, severity="warning", confidence="certain", evidence=(line,))
    error = dataclasses.replace(PLAIN, evidence=(line,))
    assert told(monkeypatch, incident, warning, error) == [error, warning]


def test_causes_of_different_things_stay_two_stories_the_earlier_first(monkeypatch, failed):
    incident, _ = failed
    later = dataclasses.replace(PLAIN, rule="node-lost", time=NOON + timedelta(minutes=5))
    assert told(monkeypatch, incident, later, PLAIN) == [PLAIN, later]


def test_what_happened_stands_before_what_may_happen(monkeypatch, failed):
    incident, _ = failed
    risk = dataclasses.replace(PLAIN, rule="risky-configuration", severity="warning", confidence="certain")
    shutdown = dataclasses.replace(PLAIN, rule="node-shutdown", severity="notice")
    assert told(monkeypatch, incident, risk, shutdown) == [shutdown, risk]


def test_a_node_that_is_lost_again_and_again_is_one_finding_with_its_count(monkeypatch, failed):
    incident, _ = failed
    losses = [
        dataclasses.replace(PLAIN, rule="node-lost", time=NOON + timedelta(minutes=number)) for number in range(7)
    ]
    [finding] = told(monkeypatch, incident, *losses)
    assert finding.cause == "a cause It happened 7 times, the last time at 12:06:00."


def test_a_failure_that_repeats_is_one_finding_with_its_count():
    with copied(DATA / "promote-failed" / "positive") as folder, incident_of(folder) as incident:
        [once] = incident.failed_operations
        again = [dataclasses.replace(once, time=once.time + timedelta(seconds=number)) for number in range(334)]
        [finding] = [
            one
            for one in findings_of(dataclasses.replace(incident, failed_operations=again))
            if one.severity == "error"
        ]
    assert "It failed 334 times on node01" in finding.cause


def test_the_same_question_has_the_same_answer(failed):
    incident, _ = failed
    assert findings_of(incident) == findings_of(incident)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_speaks_in_its_own_name(rule):
    for case in (DATA / rule.id).iterdir():
        with copied(case) as folder, incident_of(folder) as incident:
            assert {finding.rule for finding in rule(incident)} <= {rule.id}


def test_rules_have_names_of_their_own():
    names = [rule.id for rule in rules()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", ["fencing-failed/positive", "split-brain/positive", "ipaddr2-no-route/positive"])
def test_a_hundred_thousand_events_are_diagnosed_in_two_seconds(case):
    """An incident again and again, an hour apart: as many failures and lost nodes as no real window has."""
    import pandas as pd

    with copied(DATA / case) as folder, incident_of(folder) as incident:
        times = 100_000 // len(incident.events) + 1
        frames = [
            incident.events.assign(time=incident.events["time"] + pd.Timedelta(hours=number)) for number in range(times)
        ]
        events = pd.concat(frames, ignore_index=True).sort_values(["time", "file", "line"], ignore_index=True)
        operations = [
            dataclasses.replace(one, time=one.time + timedelta(hours=number))
            for number in range(times)
            for one in incident.failed_operations
        ]
        large = dataclasses.replace(incident, events=events, failed_operations=operations)
        begin = time.perf_counter()
        findings = findings_of(large)
        took = time.perf_counter() - begin
    assert findings
    assert took < 2
