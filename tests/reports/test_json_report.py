import json
from pathlib import Path

import jsonschema
import pytest

from reports.json_report import render
from reports.page import build
from tests.reports.incidents import HOSTILE, NO_ROUTE, START, VERSION, hostile, incident, nic_none

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())


@pytest.fixture
def told():
    """The report of one failed start, as a program reads it."""
    return json.loads(render(build(nic_none(), [NO_ROUTE], version=VERSION)))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_report_is_as_the_schema_says(report):
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render(report)))


@pytest.mark.parametrize(
    "broken",
    [
        {"schema": "ha-report/2"},
        {"verdict": "one key more"},
        {"window": {"from": "yesterday", "to": None}},
        {"findings": [{"rule": "x"}]},
    ],
)
def test_the_schema_refuses_what_is_no_report(told, broken):
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(told | broken)


def test_the_keys_are_those_of_the_contract_in_its_order(told):
    assert list(told) == [
        "schema", "generator", "sources", "window", "cluster", "nodes", "resources", "failed_operations",
        "findings", "story", "timeline", "placement", "downtime", "inputs",
    ]  # fmt: skip
    assert list(told["failed_operations"][0]) == [
        "resource", "agent", "operation", "interval_ms", "node", "call", "rc", "rc_text", "status", "exit_reason",
        "time", "sources",
    ]  # fmt: skip


def test_a_failed_start_reads_back(told):
    [failed] = told["failed_operations"]
    assert (failed["resource"], failed["rc"], failed["exit_reason"]) == ("r_ip", 1, "[findif] failed")
    assert failed["time"] == "2026-11-23T02:01:35.575000+00:00"
    assert failed["sources"][0] == {"file": "node02/pacemaker.log", "line": 365}
    assert told["resources"][0]["fail_counts"] == {"node02": "INFINITY"}
    assert told["findings"][0]["confidence"] == "certain"


def test_the_story_is_told_step_by_step(told):
    steps = [(step["kind"], step["severity"], step["source"]) for step in told["story"]]
    assert ("started", "good", {"file": "node01/pacemaker.log", "line": 503}) in steps
    assert [step["text"] for step in told["story"] if step["kind"] == "failed"] == [
        "node02: start of r_ip failed ([findif] failed)"
    ]


def test_all_events_are_there_each_line_of_each_log(told):
    assert len(told["timeline"]) == len(nic_none().events)


def test_what_is_unknown_is_null():
    told = json.loads(render(build(incident([START._replace(time_us=None, resource=None)]), [], version=VERSION)))
    assert told["window"] == {"from": None, "to": None}
    assert told["cluster"] == {"name": None, "stack": None, "dc": None, "quorum": None, "versions": {}}
    assert (told["timeline"][0]["time"], told["timeline"][0]["resource"]) == (None, None)


def test_hostile_text_reads_back_as_it_was_but_for_what_is_no_unicode():
    told = json.loads(render(build(hostile(), [], version=VERSION)))
    assert [node["name"] for node in told["nodes"]][:5] == list(HOSTILE[:5])
    assert "\ufffd\ufffd" in told["nodes"][5]["name"]


def test_each_event_is_a_line_so_that_reports_can_be_compared():
    text = render(build(nic_none(), [], version=VERSION))
    assert len([line for line in text.splitlines() if line.startswith('{"time": ') and '"operation": ' in line]) == len(
        nic_none().events
    )
