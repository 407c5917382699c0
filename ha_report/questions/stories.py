"""Makes findings of failures: one story for each resource and cause, with what followed as its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ha_report.model import Event, Evidence, Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.aftermath import aftermath_of
from ha_report.questions.commands import cleanup
from ha_report.questions.failures import Failure, failures, lines_of_agent, result_lines
from ha_report.questions.knowledge import instant, listed, quotes
from ha_report.questions.wording import attempted

if TYPE_CHECKING:
    from ha_report.incident import Incident

_MOST_EVIDENCE = 12
_AGENTS_LINES = 3  # quoted of each failure
_APART = 3600_000_000  # microseconds: what fails later than this after the last failure is a story of its own


@dataclass(frozen=True)
class Why:
    """What a rule concluded of one or more failures of one resource."""

    rule: str
    confidence: str
    title: str
    cause: str
    sources: tuple[Source | Event, ...] = ()  # what proves it, besides the lines of the failures themselves
    remedy: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    severity: str = "error"
    symptom: str | None = None  # id of the row in ha_report.symptoms that its words are of
    outcome: tuple[str, ...] = ()  # sentences of the cause that tell what the cluster did, whatever made it fail


def stories(incident: Incident, wanted: Callable[[Failure], bool], *, whole: bool = False) -> Iterator[list[Failure]]:
    """Yield the failures that are `wanted`, those of one resource and operation on all nodes together.

    `whole` brings all operations of a resource together, where their cause is one.
    """
    groups: dict[tuple[str, str], list[list[Failure]]] = {}
    for failure in failures(incident):
        if not wanted(failure):
            continue
        runs = groups.setdefault((failure.resource, "" if whole else failure.operation), [])
        if runs and not _far(runs[-1][-1], failure):
            runs[-1].append(failure)
        else:
            runs.append([failure])
    for runs in groups.values():
        yield from runs


def _far(before: Failure, after: Failure) -> bool:
    return before.time_us is not None and after.time_us is not None and after.time_us - before.time_us > _APART


def tell(incident: Incident, told: list[Failure], why: Why, also: Iterable[Failure] = ()) -> Finding:
    """Return the finding that `why` makes of the failures `told`; `also` are failures that only followed."""
    followed = aftermath_of(incident, told)
    lines = [line for failure in told for line in _proof(incident, failure)]
    lines += [line for failure in also for line in result_lines(incident, failure)]
    return Finding(
        rule=why.rule,
        severity=why.severity,
        confidence=why.confidence,
        title=why.title,
        cause=Phrase.joined([why.cause, *followed.sentences]),
        resource=told[0].first.resource,
        node=told[0].node,
        time=instant(told[0].time_us),
        evidence=joined(lines, quotes(incident, why.sources), quotes(incident, followed.sources)),
        remedy=why.remedy,
        verify=why.verify,
        references=why.references,
        symptom=why.symptom,
    )


def _proof(incident: Incident, failure: Failure) -> Iterator[Evidence]:
    """Yield what the agent said and the result of one failure."""
    yield from quotes(incident, lines_of_agent(incident, failure)[:_AGENTS_LINES])
    yield from result_lines(incident, failure)


def joined(*parts: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the lines of all parts, each once."""
    return tuple(dict.fromkeys(line for part in parts for line in part))[:_MOST_EVIDENCE]


def told_as(told: list[Failure], why: str) -> Phrase:
    """Return what failed where, and why: "r_ip could not start on node02: no nic"."""
    first = told[0]
    return Phrase(
        "{resource} {attempted}{where}: {why}",
        resource=first.resource,
        attempted=attempted(first),
        where=where(told),
        why=why,
    )


def cleanups(incident: Incident, told: Iterable[Failure]) -> tuple[str, ...]:
    """Return the commands that have failures forgotten, each once."""
    return tuple(dict.fromkeys(cleanup(incident, failure.resource, failure.node) for failure in told))


def where(told: list[Failure]) -> str:
    """Return " on node02", or nothing where no line names a node."""
    nodes = listed(failure.node for failure in told if failure.node)
    return Phrase(" on {nodes}", nodes=nodes) if nodes else ""
