"""`report.json`, for programs: the contract "ha-report/1", described by docs/report.schema.json.

Each event, failure and finding is a line of its own, so that two reports can be compared by
line tools, and a large one is written by the C encoder and never stands in memory as objects.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reports.cluster import by_resource, counts_of
from reports.visible import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ha_report.model import FailedOperation, Finding, ResourceState, Source
    from reports.cluster import Counts
    from reports.shape import InputRow, Report, StoryStep, TimelineRow

SCHEMA = "ha-report/1"


def render(report: Report) -> str:
    """Return the text of report.json."""
    return encodable("".join(pieces(report)))


def pieces(report: Report) -> Iterator[str]:
    """Yield the text of report.json piece by piece; an event is one of them."""
    before = "{\n"
    for key, value in without_events(report).items():
        yield f"{before}{dumped(key)}: "
        if key == "timeline":
            yield from lines_of(map(event_line, report.timeline))
        else:
            yield from [dumped(value)] if isinstance(value, (str, dict)) else lines_of(map(dumped, value))
        before = ",\n"
    yield "\n}\n"


def lines_of(entries: Iterable[str]) -> Iterator[str]:
    """Yield a list as JSON has it, its entries, which are JSON already, on lines of their own."""
    before = "[\n"
    for entry in entries:
        yield before + entry
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"


dumped = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode  # JSON on one line
word = lru_cache(maxsize=4096)(dumped)


def without_events(report: Report) -> dict[str, Any]:
    """Return the report as JSON has it, keys in the order of the contract, but for the timeline, which is null."""
    counts = by_resource(report.fail_counts)
    return {
        "schema": SCHEMA,
        "generator": {"name": "ha-report", "version": report.version},
        "sources": list(report.sources),
        "window": {"from": iso(report.window[0]), "to": iso(report.window[1])},
        "cluster": {
            "name": report.cluster.name,
            "stack": report.cluster.stack,
            "dc": report.cluster.dc,
            "quorum": report.cluster.quorum,
            "versions": dict(report.cluster.versions),
        },
        "nodes": [
            {"name": node.name, "state": node.state, "roles": list(node.roles), "clock_offset_s": node.clock_offset_s}
            for node in report.nodes
        ],
        "resources": [resource_entry(resource, counts) for resource in report.resources],
        "failed_operations": [failed_entry(failed) for failed in report.failed_operations],
        "findings": [finding_entry(finding) for finding in report.findings],
        "story": [story_entry(step) for step in report.story],
        "timeline": None,
        "placement": [
            {"resource": at.resource, "node": at.node, "role": at.role, "from": iso(at.begin), "to": iso(at.end)}
            for at in report.placement
        ],
        "downtime": [
            {"resource": down.resource, "from": iso(down.begin), "to": iso(down.end), "seconds": down.seconds}
            for down in report.downtime
        ],
        "inputs": [input_entry(found) for found in report.inputs],
    }


def iso(time: datetime | None) -> str | None:
    """Return ISO 8601 with offset."""
    return None if time is None else time.isoformat()


def place(source: Source) -> dict[str, Any]:
    """Return where a line stands."""
    return {"file": source.file, "line": source.line}


def resource_entry(resource: ResourceState, counts: Counts) -> dict[str, Any]:
    """Return a resource instance with its fail counts by node."""
    return {
        "id": resource.id,
        "agent": resource.agent,
        "role": resource.role,
        "node": resource.node,
        "managed": resource.managed,
        "failed": resource.failed,
        "blocked": resource.blocked,
        "fail_counts": counts_of(resource, counts),
    }


def failed_entry(failed: FailedOperation) -> dict[str, Any]:
    """Return one failed execution with every line that tells of it."""
    return {
        "resource": failed.resource,
        "agent": failed.agent,
        "operation": failed.operation,
        "interval_ms": failed.interval_ms,
        "node": failed.node,
        "call": failed.call,
        "rc": failed.rc,
        "rc_text": failed.rc_text,
        "status": failed.status,
        "exit_reason": failed.exit_reason,
        "time": iso(failed.time),
        "sources": [place(source) for source in failed.sources],
    }


def finding_entry(finding: Finding) -> dict[str, Any]:
    """Return what a rule concluded."""
    return {
        "rule": finding.rule,
        "symptom": finding.symptom,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "title": finding.title,
        "cause": finding.cause,
        "resource": finding.resource,
        "node": finding.node,
        "time": iso(finding.time),
        "evidence": [{"file": line.file, "line": line.line, "text": line.text} for line in finding.evidence],
        "remedy": list(finding.remedy),
        "verify": list(finding.verify),
        "references": list(finding.references),
    }


def story_entry(step: StoryStep) -> dict[str, Any]:
    """Return one step of what happened, in English."""
    return {
        "time": iso(step.time),
        "node": step.node,
        "severity": step.severity,
        "kind": step.kind,
        "text": step.sentence,
        "source": place(step.source) if step.source else None,
    }


def event_line(row: TimelineRow) -> str:
    """Return one event as JSON.  There may be a million, of few names: each is encoded once, and no dict made of them."""
    return (
        f'{{"time": {dumped(iso(row.time))}, "node": {word(row.node)}, "kind": {word(row.kind)},'
        f' "severity": {word(row.severity)}, "text": {dumped(row.text)}, "resource": {word(row.resource)},'
        f' "operation": {word(row.operation)},'
        f' "source": {{"file": {word(row.source.file)}, "line": {row.source.line}}}}}'
    )


def input_entry(found: InputRow) -> dict[str, Any]:
    """Return one file that was read, or why it was not."""
    return {
        "path": found.path,
        "node": found.node,
        "format": found.format,
        "bytes": found.bytes,
        "lines": found.lines,
        "first_time": iso(found.first_time),
        "last_time": iso(found.last_time),
        "events": found.events,
        "undecoded": found.undecoded,
        "gaps": [{"from": iso(begin), "to": iso(end)} for begin, end in found.gaps],
        "skipped": found.skipped,
    }
