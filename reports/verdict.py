"""The one sentence at the top: what failed, where and why, or honestly that nothing was found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reports.failures import lines_about
from reports.shape import Repeat, TimelineRow, Verdict
from reports.words import count_of, failure_of, list_of, utc, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ha_report.incident import Incident
    from ha_report.model import Finding, InputFile


LIMIT = "What these files do not cover may have failed unseen."


def verdict_of(
    incident: Incident, findings: Sequence[Finding], repeats: Sequence[Repeat], timeline: Sequence[TimelineRow]
) -> Verdict:
    """Return the verdict: of the first grave finding, else of the failed operations, else of what was read."""
    grave = [finding for finding in findings if finding.severity == "error"]
    if grave:
        return of_finding(grave[0])
    return of_failures(repeats, timeline) if repeats else of_quiet(incident, findings, timeline)


def of_finding(finding: Finding) -> Verdict:
    """Return what a rule concluded."""
    return Verdict(finding.title, finding.severity, finding.confidence, finding.cause, finding, finding.evidence)


def of_failures(repeats: Sequence[Repeat], timeline: Sequence[TimelineRow]) -> Verdict:
    """Return what failed first, and how much else did, where no rule knows why."""
    others = sum(repeat.count for repeat in repeats[1:])
    also = f"; {count_of(others, 'other operation')} failed too" if others else ""
    cause = "No rule of ha-report knows the cause of this yet. The lines that tell of it are the best lead there is."
    evidence = lines_about(repeats[0].first, timeline)
    return Verdict(failure_of(repeats[0]) + also, "error", None, cause, None, evidence)


def of_quiet(incident: Incident, findings: Sequence[Finding], timeline: Sequence[TimelineRow]) -> Verdict:
    """Return that nothing failed, as far as what was read can tell."""
    read = [found for found in incident.inputs if not found.skipped]
    told = timeline or any(snapshot.nodes or snapshot.resources for snapshot in incident.snapshots)
    files = count_of(len(read), "file")
    sentence = f"No failed operation found in {files}" if told else f"Nothing in {files} tells of a cluster"
    if not read:
        sentence = "Nothing could be read, so nothing is known of failures"
    grave = Counter(row.severity for row in timeline)
    amiss = list(amiss_at_snapshot(incident))
    careful = not told or amiss or grave["error"] or any(finding.severity == "warning" for finding in findings)
    cause = " ".join([*amiss, *coverage(incident, read), *noticed(grave, findings), LIMIT])
    return Verdict(sentence, "warning" if careful else "notice", None, cause, None)


def coverage(incident: Incident, read: Sequence[InputFile]) -> Iterator[str]:
    """Yield sentences on how far a report of no failure can be trusted."""
    begin, end = incident.window_us
    nodes = sorted({found.node for found in read if found.node})
    skipped = len(incident.inputs) - len(read)
    undecoded = sum(found.undecoded_count for found in read)
    yield (
        f"{count_of(len(incident.events), 'cluster message')} understood"
        + (f" from {list_of(nodes)}" if nodes else "")
        + (f", {window_of((utc(begin), utc(end)))}." if end is not None else ", without a known time.")
    )
    if undecoded:
        yield f"Not understood of the cluster's own lines: {undecoded:,}."
    if skipped:
        yield f"Not read: {count_of(skipped, 'file')}."


def amiss_at_snapshot(incident: Incident) -> Iterator[str]:
    """Yield what the snapshot shows in trouble, though it names no failed operation."""
    down = [f"{node.name} was {node.state}" for node in incident.nodes if node.state and "offline" in node.state]
    stuck = [f"{found.id} was {'blocked' if found.blocked else 'failed'}" for found in incident.resources
             if found.blocked or found.failed]  # fmt: skip
    if down or stuck:
        yield f"At the snapshot {list_of([*down, *stuck])}."


def noticed(grave: Counter[str], findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what was out of the ordinary, though no operation failed."""
    lines = [count_of(grave[severity], severity) for severity in ("error", "warning") if grave[severity]]
    if lines:
        yield f"The logs hold {list_of(lines)} all the same."
    if findings:
        yield f"What was concluded stands below: {count_of(len(findings), 'finding')}."
