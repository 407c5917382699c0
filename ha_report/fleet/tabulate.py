"""Makes rows of an incident and what was concluded from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from ha_report import __version__
from ha_report.facts import StackFacts, VersionFacts
from ha_report.fleet.rows import BundleRow, EventRow, FailedOperationRow, FindingRow, InputRow, VersionRow
from ha_report.fleet.signature import features_of
from ha_report.questions.knowledge import agent_of, instant, known_nodes
from ha_report.questions.placement import downtime

if TYPE_CHECKING:
    from ha_report.fleet.sources import Contents
    from ha_report.incident import Incident
    from ha_report.model import FailedOperation, Finding

# What tools write where nobody chose a name: these tell no cluster from another.
NO_NAMES = frozenset({"hacluster", "cluster", "debian", "mycluster", "my_cluster"})
MOST_NODES = 4  # in the name of a cluster that has none
LONGEST_LABEL = 200  # bytes as the name of a folder; file systems take 255


def rows_of(incident: Incident, findings: Sequence[Finding], cluster: str, bundle: str) -> dict[str, list[NamedTuple]]:
    """Return the rows of every table but `bundles`."""
    return {
        "failed_operations": [_failed_operation(incident, one, cluster, bundle) for one in incident.failed_operations],
        "findings": [_finding(incident, one, rank, cluster, bundle) for rank, one in enumerate(findings, 1)],
        "events": list(_events(incident, bundle)),
        "inputs": list(_inputs(incident, bundle)),
        "versions": list(_versions(incident, bundle)),
    }


def cluster_label(incident: Incident) -> str:
    """Return the cluster's name; where nobody gave it one, the names of its nodes."""
    stack = (one.facts.cluster_name for one in incident.facts if isinstance(one.facts, StackFacts))
    name = incident.cluster.name or next(filter(None, stack), None)
    if not name or name in NO_NAMES:
        nodes = sorted(known_nodes(incident))
        more = f"+{len(nodes) - MOST_NODES} more" if len(nodes) > MOST_NODES else ""
        name = "+".join(nodes[:MOST_NODES]) + more or "unknown"
    return _short(name)


def _short(label: str) -> str:
    """Return a label that can be the name of a folder; what is cut off tells itself apart by a hash."""
    label = label.encode("utf-8", "replace").decode()
    if len(quote(label, safe="").replace("_", "%5F")) <= LONGEST_LABEL:
        return label
    kept = label
    while len(quote(kept, safe="").replace("_", "%5F")) > LONGEST_LABEL:
        kept = kept[:-1]
    return f"{kept}~{_identity(label)}"


def month_of(incident: Incident) -> str:
    """Return the month of the last time that anything tells of: "2026-11"."""
    end = instant(incident.window_us[1])
    return end.strftime("%Y-%m") if end else "unknown"


def bundle_row(incident: Incident, findings: Sequence[Finding], contents: Contents) -> BundleRow:
    """Return the row of the bundle itself; the source is the caller's to name."""
    severities = [one.severity for one in findings]
    gaps = [(gap.end_us - gap.begin_us) / 1e6 for gap in downtime(incident) if gap.end_us is not None]
    return BundleRow(
        bundle=contents.sha256,
        source="",
        size_bytes=contents.size_bytes,
        files=contents.files,
        first_time=instant(incident.window_us[0]),
        last_time=instant(incident.window_us[1]),
        nodes=tuple(sorted(known_nodes(incident))),
        stack=incident.cluster.stack,
        failed_operations=len(incident.failed_operations),
        errors=severities.count("error"),
        warnings=severities.count("warning"),
        downtime_s=round(sum(gaps), 3),
        verdict=findings[0].title if findings else None,
        verdict_rule=findings[0].rule if findings else None,
        features=features_of(incident, findings),
        events=len(incident.events),
        problems=(),
        error=None,
        program=__version__,
    )


def _failed_operation(incident: Incident, failed: FailedOperation, cluster: str, bundle: str) -> FailedOperationRow:
    second = failed.time.replace(microsecond=0) if failed.time else None
    place = failed.sources[0] if failed.sources else None
    identity = (cluster, failed.node, failed.resource, failed.operation, failed.interval_ms, failed.call, second)
    return FailedOperationRow(
        bundle=bundle,
        execution=_identity(*identity),
        resource=failed.resource,
        agent=agent_of(incident, failed.resource, failed.agent),
        operation=failed.operation,
        interval_ms=failed.interval_ms,
        node=failed.node,
        call=failed.call,
        rc=failed.rc,
        status=failed.status,
        exit_reason=failed.exit_reason,
        time=failed.time,
        file=place.file if place else None,
        line=place.line if place else None,
        told_by=len(failed.sources),
    )


def _finding(incident: Incident, finding: Finding, rank: int, cluster: str, bundle: str) -> FindingRow:
    # What has no time is a state: it is found anew in every bundle, and counts once for the cluster.
    second = finding.time.replace(microsecond=0) if finding.time else None
    identity = (cluster, finding.rule, finding.symptom, finding.resource, finding.node, second)
    return FindingRow(
        bundle=bundle,
        conclusion=_identity(*identity, None if second else finding.title),
        rank=rank,
        rule=finding.rule,
        symptom=finding.symptom,
        severity=finding.severity,
        confidence=finding.confidence,
        title=finding.title,
        cause=finding.cause,
        resource=finding.resource,
        agent=agent_of(incident, finding.resource) if finding.resource else None,
        node=finding.node,
        time=finding.time,
        references=finding.references,
    )


def _events(incident: Incident, bundle: str) -> Iterator[EventRow]:
    keys = ["kind", "node", "level"]
    times = incident.events.groupby(keys, observed=True, dropna=False, sort=True)["time"]
    counted = times.agg(["size", "min", "max"]).reset_index()
    for kind, node, level, size, first, last in counted.itertuples(index=False):
        yield EventRow(bundle, kind, _text(node), _text(level), int(size), _time(first), _time(last))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _time(value: Any) -> datetime | None:
    """Return a time of pandas as Python's own; None for one that is missing."""
    known: datetime | None = value.to_pydatetime() if value == value else None  # noqa: PLR0124 - NaT is not itself
    return known


def _inputs(incident: Incident, bundle: str) -> Iterator[InputRow]:
    for one in incident.inputs:
        begin, end = instant(one.first_time_us), instant(one.last_time_us)
        yield InputRow(bundle, one.path, one.node, one.format, one.bytes, one.lines, one.events, one.undecoded_count,
                       one.skipped, begin, end)  # fmt: skip


def _versions(incident: Incident, bundle: str) -> Iterator[VersionRow]:
    told: dict[tuple[str, str, str | None], None] = {}
    for one in incident.facts:
        if isinstance(one.facts, VersionFacts):
            named = dict(one.facts.packages) | {"distribution": one.facts.distribution, "kernel": one.facts.kernel}
            told |= dict.fromkeys((name, found.version, one.node) for name, found in named.items() if found)
    yield from (VersionRow(bundle, *one, "package") for one in told)
    known = {name for name, _, _ in told}
    for name, version in incident.cluster.versions.items():
        if name.replace("_", "-") not in known:
            yield VersionRow(bundle, name.replace("_", "-"), version, None, "program")


def _identity(*parts: object) -> str:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
