"""A failure that is over and stands in the status all the same.

Sources: Pacemaker Explained, failure-timeout and "Cleaning up" of crm_resource(8).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import FailCount, Finding
from ha_report.phrase import Phrase
from ha_report.questions.aftermath import expiry_of
from ha_report.questions.commands import cleanup, set_meta, watch
from ha_report.questions.knowledge import clock, instant, quotes
from ha_report.questions.still_listed import Listed, still_listed
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident


def failure_still_listed(incident: Incident) -> Iterator[Finding]:
    """Say that crm_mon lists a failure that is over: the resource has run well again for long.

    The status keeps the last failure of an operation until a clean-up, or until failure-timeout has passed.
    """
    told: set[tuple[str, str | None]] = set()
    for one in still_listed(incident):
        if (key := (one.failure.resource, one.failure.node)) not in told:
            told.add(key)
            yield _finding(incident, one)


def _finding(incident: Incident, one: Listed) -> Finding:
    failure = one.failure
    return Finding(
        rule="failure-still-listed",
        severity="notice",
        confidence="certain" if one.since is not None else "likely",
        title=Phrase(
            "{resource} runs well on {node}, and its failed {operation} of {time} is still listed",
            resource=failure.resource,
            node=failure.node,
            operation=failure.operation,
            time=_when(one.shown_us),
        ),
        cause=Phrase.joined(_cause(incident, one)),
        resource=failure.first.resource,
        node=failure.node,
        time=instant(one.shown_us),
        evidence=quotes(incident, [one.shown, one.since]),
        remedy=tuple(_remedy(incident, one)),
        verify=(Phrase("The list of failed actions must be empty:"), watch(incident)),
        references=("Pacemaker Explained: failure-timeout",),
    )


def _when(time_us: int | None) -> str:
    """Return a day and a time: the failure may be of last week."""
    time = instant(time_us)
    return clock(None) if time is None else f"{time:%Y-%m-%d %H:%M:%S}"


def _cause(incident: Incident, one: Listed) -> Iterator[str]:
    if one.since is not None:
        yield Phrase("It was started again at {time} and runs.", time=_when(one.since.time_us))
    else:
        yield Phrase("It is shown running where it failed, so it was started again since.")
    yield Phrase(
        "The cluster keeps the last failure of an operation in its status until somebody cleans up, or until"
        " failure-timeout has passed: the line says nothing of the present."
    )
    count = _count(incident, one)
    if count is not None:
        yield Phrase(
            "Its fail count of {value} counts on towards migration-threshold {threshold}.",
            value=count.value,
            threshold=count.threshold,
        )


def _count(incident: Incident, one: Listed) -> FailCount | None:
    own = (one.failure.resource, one.failure.node)
    return next((each for each in incident.fail_counts if (each.resource, each.node) == own and each.threshold), None)


def _remedy(incident: Incident, one: Listed) -> Iterator[str]:
    failure = one.failure
    yield Phrase("When its cause is known, have it forgotten:")
    yield cleanup(incident, failure.resource, failure.node)
    if expiry_of(incident, failure.resource) is None:
        yield Phrase("To have failures forgotten by themselves:")
        yield from set_meta(incident, failure.resource, "failure-timeout", "10min")


RULES = (
    Rule(
        id="failure-still-listed",
        find=failure_still_listed,
        looks_at=(
            "failures that the last crm_mon lists, of at least ten minutes before",
            "that it shows the resource up on the same node, neither failed nor blocked",
            "the start that worked since",
        ),
        example="  * r_app 5s-interval monitor on node01 returned 'not running' at Mon Nov 23 14:10:24 2026",
        advice=True,
    ),
)
