"""The one sentence at the top: what failed, where and why, or honestly that nothing was found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ha_report.phrase import Phrase
from ha_report.questions.knowledge import parents_of, resource_of
from ha_report.questions.placement import stopped_everywhere
from reports.failures import lines_about
from reports.shape import Repeat, TimelineRow, Verdict
from reports.words import failure_of, list_of, utc, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ha_report.incident import Incident
    from ha_report.model import Finding, InputFile


LIMIT = Phrase("What these files do not cover may have failed unseen.")
UNKNOWN = Phrase(
    "No rule of ha-report knows the cause of this yet. The lines that tell of it are the best lead there is."
)

SEVERE = {"error": ("{count} error", "{count} errors"), "warning": ("{count} warning", "{count} warnings")}
ADVICE = frozenset({"risky-configuration", "known-issue"})  # rules that say what may happen, and not why something does
STILL_LISTED = "failure-still-listed"  # a rule whose failures are over
NO_FAILURE = ("No failed operation found in {count} file", "No failed operation found in {count} files")
NO_CLUSTER = ("Nothing in {count} file tells of a cluster", "Nothing in {count} files tells of a cluster")


def verdict_of(
    incident: Incident, findings: Sequence[Finding], repeats: Sequence[Repeat], timeline: Sequence[TimelineRow]
) -> Verdict:
    """Return the verdict: of the first grave finding, else of the failed operations, of what does not run, of what was read."""
    grave = [finding for finding in findings if finding.severity == "error"]
    if grave:
        return of_finding(grave[0])
    if repeats:
        over = {(finding.resource, finding.node): finding for finding in findings if finding.rule == STILL_LISTED}
        left = [repeat for repeat in repeats if (repeat.first.resource, repeat.first.node) not in over]
        return of_failures(left, timeline) if left else of_finding(next(iter(over.values())))
    return next(of_reasons(incident, findings), None) or of_quiet(incident, findings, timeline)


def of_reasons(incident: Incident, findings: Sequence[Finding]) -> Iterator[Verdict]:
    """Yield why something does not run that should."""
    down, _ = not_running(incident)
    for finding in findings:
        if finding.severity == "warning" and finding.rule not in ADVICE and finding.resource in down:
            yield of_finding(finding)


def not_running(incident: Incident) -> tuple[list[str], list[str]]:
    """Return the resources that run nowhere, those that should run, then those that are disabled."""
    stopped = stopped_everywhere(incident)
    disabled = [name for name in stopped if is_disabled(incident, name)]
    return [name for name in stopped if name not in disabled], disabled


def is_disabled(incident: Incident, name: str) -> bool:
    """Return whether somebody told the cluster to keep a resource stopped; what holds it counts where it has no word of its own."""
    own = resource_of(incident, name)
    holders = (*([own] if own else []), *parents_of(incident, name))
    role = next((one.meta["target-role"] for one in holders if "target-role" in one.meta), "")
    return role.lower() == "stopped"


def of_finding(finding: Finding) -> Verdict:
    """Return what a rule concluded."""
    return Verdict(finding.title, finding.severity, finding.confidence, finding.cause, finding, finding.evidence)


def of_failures(repeats: Sequence[Repeat], timeline: Sequence[TimelineRow]) -> Verdict:
    """Return what failed first, and how much else did, where no rule knows why."""
    others = sum(repeat.count for repeat in repeats[1:])
    sentence = failure_of(repeats[0])
    if others:
        sentence = Phrase.counted(
            "{failure}; {count} other operation failed too",
            "{failure}; {count} other operations failed too",
            others,
            failure=sentence,
        )
    return Verdict(sentence, "error", None, UNKNOWN, None, lines_about(repeats[0].first, timeline))


def of_quiet(incident: Incident, findings: Sequence[Finding], timeline: Sequence[TimelineRow]) -> Verdict:
    """Return that nothing failed, as far as what was read can tell."""
    read = [found for found in incident.inputs if not found.skipped]
    told = timeline or any(snapshot.nodes or snapshot.resources for snapshot in incident.snapshots)
    sentence = Phrase.counted(*(NO_FAILURE if told else NO_CLUSTER), len(read))
    if not read:
        sentence = Phrase("Nothing could be read, so nothing is known of failures")
    grave = Counter(row.severity for row in timeline)
    amiss = list(amiss_at_snapshot(incident))
    careful = not told or amiss or grave["error"] or any(finding.severity == "warning" for finding in findings)
    cause = Phrase.joined([*amiss, *on_purpose(incident), *coverage(incident, read), *noticed(grave, findings), LIMIT])
    return Verdict(sentence, "warning" if careful else "notice", None, cause, None)


def coverage(incident: Incident, read: Sequence[InputFile]) -> Iterator[str]:
    """Yield sentences on how far a report of no failure can be trusted."""
    begin, end = incident.window_us
    nodes = sorted({found.node for found in read if found.node})
    skipped = len(incident.inputs) - len(read)
    undecoded = sum(found.undecoded_count for found in read)
    told = Phrase.counted(
        "{count} cluster message understood", "{count} cluster messages understood", len(incident.events)
    )
    if nodes:
        told = Phrase("{messages} from {nodes}", messages=told, nodes=list_of(nodes))
    window = window_of((utc(begin), utc(end)))
    if incident.events.empty:
        yield Phrase("No cluster message is among what was read.")
    elif end is None:
        yield Phrase("{messages}, without a known time.", messages=told)
    else:
        yield Phrase("{messages}, {window}.", messages=told, window=window)
    if undecoded:
        yield Phrase("Not understood of the cluster's own lines: {count}.", count=f"{undecoded:,}")
    if skipped:
        yield Phrase.counted("Not read: {count} file.", "Not read: {count} files.", skipped)


def amiss_at_snapshot(incident: Incident) -> Iterator[str]:
    """Yield what the snapshot shows in trouble, though it names no failed operation."""
    down = [
        Phrase("{node} was {state}", node=node.name, state=node.state)
        for node in incident.nodes
        if node.state and "offline" in node.state
    ]
    stuck = [
        Phrase("{resource} was blocked", resource=found.id)
        if found.blocked
        else Phrase("{resource} was failed", resource=found.id)
        for found in incident.resources
        if found.blocked or found.failed
    ]
    missing, _ = not_running(incident)
    nowhere = [Phrase("{resource} ran nowhere", resource=name) for name in missing]
    if down or stuck or nowhere:
        yield Phrase("At the snapshot {states}.", states=list_of([*down, *stuck, *nowhere]))


def on_purpose(incident: Incident) -> Iterator[str]:
    """Yield what does not run because somebody wants it so."""
    _, disabled = not_running(incident)
    if disabled:
        yield Phrase("Disabled by target-role, which is no failure: {resources}.", resources=list_of(disabled))


def noticed(grave: Counter[str], findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what was out of the ordinary, though no operation failed."""
    lines = [Phrase.counted(*SEVERE[severity], grave[severity]) for severity in SEVERE if grave[severity]]
    if lines:
        yield Phrase("The logs hold {lines} all the same.", lines=list_of(lines))
    if findings:
        yield Phrase.counted(
            "What was concluded stands below: {count} finding.",
            "What was concluded stands below: {count} findings.",
            len(findings),
        )
