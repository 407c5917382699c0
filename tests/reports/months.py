"""A large cluster over months, for what must hold of pictures of any size."""

from datetime import datetime, timezone

from ha_report.model import FailedOperation, NodeState, ResourceState, Source
from tests.reports.incidents import BEGIN_US, event, incident, log, result

DAY = 86_400


def names(prefix, number):
    return [f"{prefix}{count:03}" for count in range(1, number + 1)]


def moves(resource, number, nodes, days, line):
    """Yield a start, and for every seventh resource a failure and a move each day."""
    first = nodes[number % len(nodes)]
    yield result(number / 10, first, "start", 0, line, resource=resource, value=None)
    if number % 7:
        return
    for day in range(1, days):
        here, there = nodes[(number + day - 1) % len(nodes)], nodes[(number + day) % len(nodes)]
        second = day * DAY + number
        yield result(second, here, "monitor", 7, line + day, resource=resource, interval_ms=10_000)
        yield result(second + 1, here, "stop", 0, line + day, resource=resource)
        yield result(second + 3, there, "start", 0, line + day, resource=resource)


def failures_of(events):
    """Return a failed operation for each monitor that found nothing running."""
    return [
        FailedOperation(
            one.resource, "ocf:heartbeat:IPaddr2", "monitor", 10_000, one.node, None, 7, "not running", "complete", None,
            datetime.fromtimestamp(one.time_us / 1_000_000, timezone.utc), (Source(one.file, one.line),),
        )
        for one in events
        if one.operation == "monitor" and one.rc == 7
    ]  # fmt: skip


def lost(nodes, days):
    """Yield a node that is lost and comes back every tenth day, as another node tells."""
    for day in range(5, days, 10):
        gone, teller = nodes[day % len(nodes)], nodes[(day + 1) % len(nodes)]
        told = {"kind": "node-state", "node": gone, "writer": teller, "file": f"{teller}/pacemaker.log", "line": day}
        yield event(day * DAY + 3600, f"Node {gone} state is now lost", value="lost", **told)
        yield event(day * DAY + 7200, f"Node {gone} state is now member", value="member", **told)


def months(nodes=32, resources=200, days=90, events=0):
    """Return an incident of that size, filled up with transitions to as many events."""
    nodes, resources = names("node", nodes), names("rsc", resources)
    told = [event(1, f"Node {node} state is now member", value="member", node=node, line=1) for node in nodes]
    for number, resource in enumerate(resources):
        told += moves(resource, number, nodes, days, number * 1_000)
    told += lost(nodes, days)
    filling = max(events - len(told), 100)
    told += [
        event(
            number * days * DAY / filling, f"Transition {number} (Complete=1): Complete", kind="transition-ended",
            value=str(number), status="Complete", line=number,
        )
        for number in range(filling)
    ]  # fmt: skip
    told.sort(key=lambda one: one.time_us)
    return incident(
        told,
        failed_operations=failures_of(told),
        nodes=[NodeState(node, "online") for node in nodes],
        resources=[ResourceState(one, "ocf:heartbeat:IPaddr2", "Started", nodes[0]) for one in resources],
        inputs=[log(f"{node}/pacemaker.log", node, 100) for node in nodes],
        window_us=(BEGIN_US, BEGIN_US + days * DAY * 1_000_000),
    )
