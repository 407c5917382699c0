"""Reads the history of operations in a CIB, and the fail counts beside it.

The history keeps the last result of each operation, and beside it the last failure (`X_last_failure_0`),
so one execution may stand there twice.  The attributes: Pacemaker's lib/pengine/unpack.c (unpack_rsc_op).
"""

import re
from collections.abc import Iterator

from ha_report.model import FailCount, OperationRecord, ResourceState, Source
from parsers.cib_nodes import Nodes, number, told
from parsers.crm_mon_history import INFINITY, fail_count
from parsers.failed_actions import reason_of
from parsers.local_time import duration_ms, epoch_us
from parsers.operation_results import is_failure, split_key, status_text
from parsers.xml_tree import Element

_FAIL_ATTRIBUTE = re.compile(
    r"(?P<what>fail-count|last-failure)-(?P<resource>.+?)(?:#(?P<operation>[a-z_-]+)_(?P<interval>\d+))?"
)
# action:transition:expected result:uuid of the DC; heartbeat 2 and before had no expected result.
_TRANSITION_KEY = re.compile(r"-?\d+:-?\d+:(?P<expected>-?\d{1,6}):[0-9a-zA-Z-]+")


def fail_counts(attributes: dict[str, dict[str, str]], thresholds: dict[str, str]) -> list[FailCount]:
    """Return one row a resource and node; since 1.1.17 each operation has an attribute of its own, and they add up."""
    counts: dict[tuple[str, str], list[str]] = {}
    latest: dict[tuple[str, str], str] = {}
    for node, name, value in (
        (node, name, value) for node, pairs in attributes.items() for name, value in pairs.items()
    ):
        found = _FAIL_ATTRIBUTE.fullmatch(name)
        if found and found["what"] == "last-failure":
            key = (found["resource"], node)
            latest[key] = max(latest.get(key, ""), value, key=lambda text: number(text) or 0)
        elif found and (count := fail_count(value)):
            counts.setdefault((found["resource"], node), []).append(count)
    return [
        FailCount(
            resource, node, _sum(values), thresholds.get(resource.partition(":")[0]), latest.get((resource, node))
        )
        for (resource, node), values in counts.items()
    ]


def _sum(values: list[str]) -> str:
    return INFINITY if INFINITY in values else str(sum(map(int, values)))


def removed_resources(root: Element, configured: set[str]) -> Iterator[ResourceState]:
    """Yield resources that have a history but are configured no more."""
    entries = {entry.attrib["id"]: entry for entry in root.iter("lrm_resource") if entry.get("id")}
    for name, entry in entries.items():
        if name.partition(":")[0] not in configured:
            yield ResourceState(name, agent_of(entry), orphaned=True)


def agent_of(element: Element) -> str | None:
    """Return class:provider:type, or class:type where there is no provider."""
    parts = [element.get(name) for name in ("class", "provider", "type")]
    return ":".join(part for part in parts if part) if parts[0] and parts[2] else None


def failed_operations(nodes: Nodes, file: str) -> list[OperationRecord]:
    """Return a record for each entry of the history that is a failure."""
    return [
        record
        for state in nodes.root.iter("node_state")
        for resource in state.iter("lrm_resource")
        for entry in resource.findall("lrm_rsc_op")
        if (record := _record(entry, resource, nodes.name_of(state), file)) is not None
    ]


def _record(entry: Element, resource: Element, node: str | None, file: str) -> OperationRecord | None:
    """Return the record of a failure, None for any other result."""
    name, operation, interval_ms = _operation(entry, resource)
    rc, status, expected = number(told(entry, "rc-code")), number(told(entry, "op-status")), _expected(entry)
    if not operation or not is_failure(operation, interval_ms, rc, status, expected):
        return None
    return OperationRecord(
        node, name, operation, interval_ms, number(told(entry, "call-id")), rc, None, status_text(status),
        reason_of(entry.get("exit-reason")), epoch_us(told(entry, "last-rc-change")), number(told(entry, "exec-time")),
        expected, "cib", Source(file, entry.line),
    )  # fmt: skip


def _expected(entry: Element) -> int | None:
    """Return the result that the transition asked for."""
    key = told(entry, "transition-key") or (told(entry, "transition-magic") or "").partition(";")[2]
    found = _TRANSITION_KEY.fullmatch(key)
    return int(found["expected"]) if found and int(found["expected"]) >= 0 else None


def _operation(entry: Element, resource: Element) -> tuple[str, str, int]:
    """Return resource, operation and interval; an entry's id (`X_last_failure_0`) may tell none of them."""
    key = split_key(entry.get("operation_key"))
    if key is not None:
        return key
    interval = number(entry.get("interval"))
    if interval is None:
        interval = duration_ms(entry.get("interval")) or 0
    return resource.get("id") or "", entry.get("operation") or "", interval
