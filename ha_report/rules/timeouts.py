"""An operation that did not end in its time.

Sources: lrmd of cluster-glue, daemons/execd and lib/services of Pacemaker: a timed out agent gets SIGTERM, then SIGKILL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Event, Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.commands import set_timeout
from ha_report.questions.failures import Failure
from ha_report.questions.knowledge import between, events_of, resource_of
from ha_report.questions.outside import beside
from ha_report.questions.stories import Why, cleanups, stories, where
from ha_report.questions.symptoms import tell_apart
from ha_report.questions.wording import attempted, said_in_words
from ha_report.rule import Rule
from ha_report.rules.stops import blocked_or_fenced

if TYPE_CHECKING:
    from ha_report.incident import Incident

_LONGEST = 3_600_000_000  # microseconds: the executor's own line of a timeout is looked for this far back at most
_LOAD = re.compile(r"throttle_\w+: .*(?:High|Extreme)|blocked for more than \d+ seconds|soft lockup|rcu.*stall|OP_STAYED_TOO_LONG", re.IGNORECASE)  # fmt: skip
_TIMEOUT = re.compile(r"(?:timeout=|after |within )(\d{1,12})(ms|s|m)?\b")
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, None: 1000}


def operation_timeout(incident: Incident) -> Iterator[Finding]:
    """Say that an operation did not end within its timeout.

    Either the agent hung, or the host was slow, or the timeout is too short: what the agent said last, and the
    lines of the same half minute tell which, where anything does.
    """
    for told in stories(
        incident, lambda failure: failure.timed_out and not failure.is_fence_device and not failure.is_remote_connection
    ):
        yield from tell_apart(incident, told, lambda part: _why(incident, part))


def _why(incident: Incident, told: list[Failure]) -> Why:
    first = told[0]
    limit, source = _limit(incident, first)
    within = Phrase(" within its timeout of {seconds}", seconds=_seconds(limit)) if limit else Phrase(" in time")
    said = said_in_words(incident, first)
    hung = said if said and "did not complete within" not in said else None
    slow = [line for failure in told for line in beside(incident, failure.node, failure.time_us, _LOAD)][:2]
    after = blocked_or_fenced(incident, first) if first.operation == "stop" else None
    outcome: tuple[str, ...] = (Phrase("The host was under load at that time."),) if slow else ()
    outcome += (after.sentence,) if after else ()
    last = (
        Phrase("The agent's last words: {hung}.", hung=hung)
        if hung
        else Phrase("The agent said nothing that tells what it waited for.")
    )
    longer = max((limit or 20_000) // 1000 * 2, 60)
    interval = first.first.interval_ms
    return Why(
        rule="operation-timeout",
        confidence="certain",
        title=Phrase(
            "{resource} {attempted}{where}: its {operation} did not end{within}",
            resource=first.resource,
            attempted=attempted(first),
            where=where(told),
            operation=first.operation,
            within=within,
        ),
        cause=Phrase.joined([last, *outcome]),
        outcome=outcome,
        sources=(
            *_executor_lines(incident, first),
            *((source,) if source else ()),
            *(Source(line.file, line.line) for line in slow),
            *(after.sources if after else ()),
        ),
        remedy=(
            Phrase("See by hand how long the {operation} takes, and what it waits for:", operation=first.operation),
            f"$ time crm_resource --resource {first.resource} --force-{'check' if first.operation == 'monitor' else first.operation} --verbose",
            Phrase("If it is only slow, give it more time; then lift the bar:"),
            *set_timeout(incident, first.resource, first.operation, f"{interval // 1000}s" if interval else "", longer),
            *cleanups(incident, told),
        ),
        verify=(Phrase("The time it takes must stay well below the timeout:"), "$ crm_mon -1 -o -t -f"),
        references=("Pacemaker Explained: operation timeouts; the default is 20 s",),
    )


def _limit(incident: Incident, failure: Failure) -> tuple[int | None, Source | None]:
    """Return the timeout in milliseconds, as the log or the configuration tells, and where it is configured."""
    resource = resource_of(incident, failure.resource)
    own = [one for one in resource.operations if one.name == failure.operation] if resource else []
    fitting = [one for one in own if one.interval_ms == failure.first.interval_ms] or own
    if fitting and fitting[0].timeout_ms is not None:
        return fitting[0].timeout_ms, fitting[0].source
    texts = [failure.reason or "", *(event.text for event in _executor_lines(incident, failure))]
    texts += [incident.quotes.evidence(Source(*source)).text for source in failure.first.sources[:4]]
    found = next((match for text in texts if (match := _TIMEOUT.search(text))), None)
    return (int(found[1]) * _UNIT_MS[found[2]] if found else None), None


def _executor_lines(incident: Incident, failure: Failure) -> list[Event]:
    """Return the executor's own line of the timeout."""
    if failure.time_us is None:
        return []
    near = between(events_of(incident, "agent-timeout"), failure.time_us - 5_000_000, failure.time_us + _LONGEST)
    return [one for one in near if one.writer == failure.node and one.resource == failure.first.resource][:1]


def _seconds(milliseconds: int) -> str:
    return (
        Phrase("{count} s", count=milliseconds // 1000)
        if milliseconds % 1000 == 0
        else Phrase("{milliseconds} ms", milliseconds=milliseconds)
    )


RULES = (
    Rule(
        id="operation-timeout",
        find=operation_timeout,
        looks_at=(
            "an operation with the status Timed Out (rc -2 in Pacemaker 1.0)",
            "its timeout, as configured or as the log tells",
            "what the agent said last",
            "words of load in the same half minute: throttling, blocked tasks, lockups",
        ),
        example="Nov 23 02:03:45.735 node01 pacemaker-controld  [95] (log_executor_event) \terror: Result of start operation for"
        " r_delay on node01: Timed Out after 5s (Resource agent did not complete within 5s)",
    ),
)
