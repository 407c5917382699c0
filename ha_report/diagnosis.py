"""Runs all rules on an incident, keeps one cause for each failure, and puts the root cause first.

A finding explains a failed operation if it quotes a line that tells of it.  Of the findings that explain
one failure the surest stays; one that explains more failures goes before one that explains fewer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import ha_report.rules
from ha_report.incident import Incident
from ha_report.model import Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.failures import Failure, failures
from ha_report.rule import Rule
from ha_report.tables import rows_of

_SEVERITIES = ("error", "warning", "notice")
_CONFIDENCES = ("certain", "likely", "possible")


def rules() -> tuple[Rule, ...]:
    """Return every rule there is."""
    found: tuple[Rule, ...] = rows_of(ha_report.rules, "RULES")
    return found


def findings_of(incident: Incident) -> list[Finding]:
    """Return what the rules conclude, the root cause first."""
    known = rules()
    found = [finding for rule in known for finding in rule(incident)]
    rows = {rule.id: rule for rule in known}
    kept = _folded(_one_for_each_failure(incident, found, rows), rows)
    return sorted(kept, key=lambda finding: _order(finding, rows))


def _folded(found: list[Finding], rows: dict[str, Rule]) -> list[Finding]:
    """Return the findings with those that repeat brought together: the first stands for all, and counts them."""
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(found):
        own = (finding.rule, finding.severity, finding.resource, finding.node)
        alike.setdefault(
            own if rows[finding.rule].repeats and (finding.node or finding.resource) else (number,), []
        ).append(finding)
    return [_counted(group) for group in alike.values()]


def _counted(group: list[Finding]) -> Finding:
    first, last = group[0], group[-1]
    if len(group) == 1:
        return first
    until = Phrase(", the last time at {time}", time=f"{last.time:%H:%M:%S}") if last.time else ""
    often = Phrase("It happened {count} times{until}.", count=len(group), until=until)
    return replace(first, cause=Phrase.joined([first.cause, often]))


def _one_for_each_failure(incident: Incident, found: list[Finding], rows: dict[str, Rule]) -> list[Finding]:
    """Return the findings less those that explain only what a better one explains."""
    told = _told_by(failures(incident))
    explained = [_explained(finding, told) for finding in found]
    candidates: dict[int, list[int]] = defaultdict(list)
    for number, own in enumerate(explained):
        for failure in own:
            candidates[failure].append(number)
    best = {
        min(numbers, key=lambda number: _worth(found[number], len(explained[number]), rows))
        for numbers in candidates.values()
    }
    return [finding for number, finding in enumerate(found) if number in best or not explained[number]]


def _told_by(known: tuple[Failure, ...]) -> dict[Source, list[int]]:
    """Return the numbers of the failures that each place tells of."""
    told: dict[Source, list[int]] = defaultdict(list)
    for number, failure in enumerate(known):
        for source in failure.sources:
            told[source].append(number)
    return told


def _explained(finding: Finding, told: Mapping[Source, list[int]]) -> frozenset[int]:
    """Return the numbers of the failures that an error finding explains."""
    if finding.severity != "error":
        return frozenset()
    return frozenset(number for one in finding.evidence for number in told.get(Source(one.file, one.line), ()))


def _worth(finding: Finding, explained: int, rows: dict[str, Rule]) -> tuple[bool, int, int]:
    return rows[finding.rule].last_resort, _CONFIDENCES.index(finding.confidence), -explained


def _order(finding: Finding, rows: dict[str, Rule]) -> tuple[bool, bool, int, bool, bool, float, int]:
    """Order what happened before what may happen, the gravest first; a mere possibility comes behind, else the earliest first."""
    when = finding.time.timestamp() if finding.time else 0.0
    return (
        finding.severity != "error",
        rows[finding.rule].advice,
        _SEVERITIES.index(finding.severity),
        finding.confidence == "possible",
        finding.time is None,
        when,
        _CONFIDENCES.index(finding.confidence),
    )
