"""Makes plain data of an incident and what was concluded from it: the one thing all outputs show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ha_report.garbage import paused
from ha_report.questions.placement import downtime, placement
from ha_report.questions.story import Step, steps
from reports.cluster import cards_of
from reports.failures import fold
from reports.lanes import picture_of
from reports.settings import settings_of
from reports.shape import Downtime, InputRow, Placement, Repeat, Report, StoryStep
from reports.surroundings import around_each
from reports.timeline import excerpt_of, rows_of
from reports.verdict import verdict_of
from reports.words import instant, utc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ha_report.incident import Incident
    from ha_report.model import Finding, InputFile


@paused()
def build(incident: Incident, findings: Sequence[Finding], *, version: str) -> Report:
    """Return the report; `findings` stand in their order, the root cause first."""
    timeline = rows_of(incident.events, incident.failed_operations)
    repeats = fold(incident.failed_operations)
    begin, end = incident.window_us
    verdict = verdict_of(incident, findings, repeats, timeline)
    cards = cards_of(incident, repeats)
    wanted = verdict.finding.time if verdict.finding else None
    return Report(
        version=version,
        sources=tuple(incident.sources),
        window=(utc(begin), utc(end)),
        verdict=verdict,
        cluster=incident.cluster,
        nodes=tuple(incident.nodes),
        resources=tuple(incident.resources),
        fail_counts=tuple(incident.fail_counts),
        cards=cards,
        failed_operations=tuple(incident.failed_operations),
        repeats=repeats,
        findings=tuple(findings),
        timeline=timeline,
        excerpt=excerpt_of(timeline, times_of(repeats, findings)),
        story=tuple(story_step(step) for step in steps(incident)),
        inputs=tuple(input_row(found) for found in incident.inputs),
        notes=tuple(incident.notes),
        placement=tuple(Placement(one.resource, one.node, one.role, one.begin, one.end) for one in placement(incident)),
        downtime=tuple(Downtime(one.resource, instant(one.begin_us), one.end) for one in downtime(incident)),
        settings=settings_of(incident),
        picture=picture_of(incident, timeline, [card.node.name for card in cards], wanted),
        around=around_each(incident, [verdict.evidence, *(finding.evidence for finding in findings)]),
    )


def times_of(repeats: Sequence[Repeat], findings: Sequence[Finding]) -> list[datetime]:
    """Return when something went wrong."""
    times = [*(repeat.first.time for repeat in repeats), *(finding.time for finding in findings)]
    return [time for time in times if time is not None]


def story_step(step: Step) -> StoryStep:
    """Return a step of the story as it is shown."""
    return StoryStep(utc(step.time_us), step.node, step.severity, step.key, step.sentence, step.source)


def input_row(found: InputFile) -> InputRow:
    """Return an input as it is shown."""
    return InputRow(
        path=found.path,
        node=found.node,
        format=found.format,
        bytes=found.bytes,
        lines=found.lines,
        first_time=utc(found.first_time_us),
        last_time=utc(found.last_time_us),
        events=found.events,
        undecoded=found.undecoded_count,
        examples=tuple(found.undecoded),
        skipped=found.skipped,
        gaps=tuple((instant(begin), instant(end)) for begin, end in found.gaps_us),
    )
