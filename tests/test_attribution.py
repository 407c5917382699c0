"""Agents' lines and the operations that they belong to."""

import pytest

from ha_report.attribution import attributed
from ha_report.model import Event

SECOND = 1_000_000
BASE = dict.fromkeys(Event._fields) | {
    "writer": "n1",
    "node": "n1",
    "time_us": 100 * SECOND,
    "text": "",
    "file": "n1/ha-log",
    "line": 1,
}
AGENTS = {"r_ip": "ocf:heartbeat:IPaddr2", "r_ip2": "ocf:heartbeat:IPaddr2", "r_fs": "ocf:heartbeat:Filesystem"}
ERROR = {"kind": "agent-error", "program": "IPaddr2"}


def run(line, operation, **more):
    return {"kind": "operation-started", "resource": "r_ip", "operation": operation, "call": line, "line": line} | more


def of_agent(*changes):
    """Return resource, operation and call of the agent's line among the events."""
    events = attributed([Event(**BASE | change) for change in changes], AGENTS)
    [one] = [event for event in events if event.kind == "agent-error"]
    return one.resource, one.operation, one.call


def test_the_pid_tells_the_operation():
    assert of_agent(run(3, "start", value="212"), run(4, "stop", value="300"), ERROR | {"pid": 212, "line": 9}) == (
        "r_ip",
        "start",
        3,
    )


def test_without_a_pid_the_operation_started_last_before_the_line_counts():
    assert of_agent(run(3, "start"), run(7, "stop"), ERROR | {"pid": 212, "line": 5}) == ("r_ip", "start", 3)


def test_another_agents_operation_is_not_taken():
    assert of_agent(run(3, "start", resource="r_fs"), ERROR | {"line": 5}) == (None, None, None)


def test_another_nodes_operation_is_not_taken():
    assert of_agent(run(3, "start", node="n2", value="212"), ERROR | {"pid": 212, "line": 5}) == (None, None, None)


def test_a_line_that_names_its_resource_keeps_it():
    assert of_agent(run(3, "start", value="212"), ERROR | {"resource": "r_ip2", "pid": 212, "line": 5}) == (
        "r_ip2",
        None,
        None,
    )


@pytest.mark.parametrize("hours", [2, -2])
def test_a_pid_met_again_hours_later_is_another_process(hours):
    late = {"time_us": (100 + hours * 3600) * SECOND}
    assert of_agent(run(3, "start", value="212"), ERROR | {"pid": 212, "line": 5} | late) == (None, None, None)
