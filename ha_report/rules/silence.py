"""Agents that said nothing: killed before they could answer, or failed without a word.

Sources: `async_action_complete()` of lib/services/services_linux.c and `log_finished()` of daemons/execd/execd_commands.c
in Pacemaker 2.1, `operation_finished()` and `log_finished()` of 1.1; `on_ra_proc_finished()` of lrm/lrmd/lrmd.c in cluster-glue 1.0,
where only debug names the signal: otherwise lrmd tells of the start of such a run, and never of its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import Event, Finding, OcfRc
from ha_report.numerals import whole_number
from ha_report.phrase import Phrase
from ha_report.questions.attempts import is_address
from ha_report.questions.commands import watch
from ha_report.questions.failures import Failure, is_complete
from ha_report.questions.knowledge import SECOND, best_file, between, events_of
from ha_report.questions.stories import Why, cleanups, stories, tell, told_as, where
from ha_report.questions.wording import answer, said_in_words
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_OPERATIONS = ("start", "monitor", "reload", "reload-agent")  # of a stop or a promote other rules tell what follows
_NEAR = 3 * SECOND  # the executor's line and the result of one run are less apart
_LOST = 30 * SECOND  # for so long rsyslog and journald count lines that they drop
_LONG = 120 * SECOND  # a run of cluster-glue may take so long until it is killed
_LRM_OP_ERROR = "Error"  # status of a run that gave no answer
_BY_HAND = {"monitor": "check", "start": "start"}
_ENDED = Phrase("The agent did not answer at all: it ended itself, or another process or the kernel did.")


def agent_killed(incident: Incident) -> Iterator[Finding]:
    """Say that a signal ended an agent before it answered, and whether the kernel lacked memory then.

    The cluster counts it as an answer of 1 (error).  What it killed itself, as the time was over, is a timeout.
    """
    for told in stories(incident, lambda failure: _is_run_of_agent(failure) and bool(_killing(incident, failure))):
        killed = [line for failure in told if (line := _killing(incident, failure))]
        yield tell(incident, told, _why_killed(incident, told, killed))


def _is_run_of_agent(failure: Failure) -> bool:
    """Say whether an agent ran, and not until its time was over."""
    own = not failure.is_fence_device and not failure.is_remote_connection
    return own and failure.operation in _OPERATIONS and not failure.timed_out


def _killing(incident: Incident, failure: Failure) -> Event | None:
    """Return the executor's line on the signal that ended the first run of `failure`, or on a run that never answered."""
    return _of_run(_near(incident, failure, "agent-killed"), failure) or _unanswered(incident, failure)


def _unanswered(incident: Incident, failure: Failure) -> Event | None:
    """Return the line of cluster-glue's lrmd on the start of a run that ended with no answer, though not in a timeout."""
    started = _of_run(_near(incident, failure, "operation-started", within=_LONG), failure)
    if failure.first.status != _LRM_OP_ERROR or started is None or started.value is None:
        return None
    ended = _near(incident, failure, "operation-ended", "agent-exited", within=_LONG)
    pid = whole_number(started.value)
    return None if any(one.value == started.value or one.pid == pid for one in ended) else started


def _near(incident: Incident, failure: Failure, *kinds: str, within: int = _NEAR) -> list[Event]:
    """Return what the log of the node has of `kinds` about when `failure` happened first."""
    at = failure.time_us
    near = [] if at is None else between(events_of(incident, *kinds), at - within, at + within)
    return [event for event in near if event.writer == failure.node]


def _of_run(events: list[Event], failure: Failure) -> Event | None:
    """Return the event of this very run, from the log that tells most."""
    own = [
        event
        for event in events
        if base_name(event.resource or "") == failure.resource
        and event.operation == failure.operation
        and event.interval_ms in (failure.first.interval_ms, None)
        and event.call in (failure.first.call, None)
    ]
    return min(own, key=lambda event: best_file(event.file), default=None)


def _why_killed(incident: Incident, told: list[Failure], killed: list[Event]) -> Why:
    first, signal = told[0], killed[0].value if killed[0].kind == "agent-killed" else None
    memory = _near(incident, first, "oom-kill")[:1]
    return Why(
        rule="agent-killed",
        confidence="certain" if signal else "likely",
        title=told_as(told, Phrase("its agent was killed by signal {signal}", signal=signal))
        if signal
        else told_as(told, Phrase("its agent was killed by a signal")),
        cause=Phrase.joined([_ENDED, *(_for_memory(event) for event in memory)]),
        sources=(*killed, *memory),
        remedy=(
            Phrase("Find out what kills processes{where}: a person, a watchdog, the kernel for want of memory:",
                   where=where(told)),
            "$ journalctl -k | grep -i -e oom -e 'killed process'",
            Phrase("Then lift the bar:"),
            *cleanups(incident, told),
        ),
        verify=(watch(incident),),
        references=("Pacemaker: a signal that ends an agent counts as an answer of 1 (error)",),
    )  # fmt: skip


def _for_memory(event: Event) -> Phrase:
    """Return that memory was short; the process that the kernel chose may be the agent, or what it had begun."""
    return Phrase("At the same time the kernel lacked memory and killed {process}.", process=event.value)


def agent_silent(incident: Incident) -> Iterator[Finding]:
    """Say that an agent answered 1 (error) and neither logged nor printed anything, so that its own steps must tell.

    The executor writes what agents print to its detail log, and agents write there, too: only where that log
    has the very run is their silence known.  A log that lost lines about then proves none.
    """
    for told in stories(incident, lambda failure: _is_silent(incident, failure)):
        runs = {failure: run for failure in told if (run := _ended_run(incident, failure))}
        if runs:
            yield tell(incident, list(runs), _why_silent(incident, list(runs), list(runs.values())))


def _is_silent(incident: Incident, failure: Failure) -> bool:
    """Say whether it failed with no more than its answer; of an address the network may tell why."""
    generic = failure.rc == OcfRc.UNKNOWN_ERROR and is_complete(failure)
    return (
        generic and _is_run_of_agent(failure) and not is_address(failure) and said_in_words(incident, failure) is None
    )


def _ended_run(incident: Incident, failure: Failure) -> Event | None:
    """Return the executor's line on the end of that run, unless a log of the node lost lines then."""
    if _near(incident, failure, "log-lost", within=_LOST) or _killing(incident, failure):
        return None
    return _of_run(_near(incident, failure, "operation-ended"), failure)


def _why_silent(incident: Incident, told: list[Failure], runs: list[Event]) -> Why:
    first = told[0]
    return Why(
        rule="agent-silent",
        confidence="likely",
        title=told_as(told, Phrase("its agent answered {answer} and said nothing", answer=answer(first))),
        cause=Phrase(
            "The executor's log has the run{process}, but neither a message of the agent nor anything that it printed.",
            process=Phrase(" (process {pid})", pid=runs[0].value) if runs[0].value else "",
        ),
        sources=tuple(runs),
        remedy=tuple(_let_it_speak(incident, told)),
        verify=(watch(incident),),
        references=("OCF resource agent API: 1, OCF_ERR_GENERIC, tells nothing but that it failed",),
    )


def _let_it_speak(incident: Incident, told: list[Failure]) -> Iterator[str]:
    first, by_hand = told[0], _BY_HAND.get(told[0].operation)
    if by_hand:
        yield Phrase("Run the agent by hand{where} and see each of its steps:", where=where(told[:1]))
        yield f"$ crm_resource --resource {first.resource} --force-{by_hand} --verbose --verbose"
    yield Phrase("Look into the log of the service itself, too. When the cause is mended, lift the bar:")
    yield from cleanups(incident, told)


RULES = (
    Rule(
        id="agent-killed",
        find=agent_killed,
        looks_at=(
            "a start or monitor that failed before its time was over",
            "the executor's word that a signal ended this very run",
            "the kernel's word on want of memory within three seconds",
        ),
        example="Nov 23 10:36:08.054 node01 pacemaker-execd     [91] (async_action_complete) \tinfo: r_quiet_start_0[1306]"
        " terminated with signal 9 (Killed)",
    ),
    Rule(
        id="agent-silent",
        find=agent_silent,
        looks_at=(
            "a start or monitor that answered 1 with no exit reason, of anything but an address or a fence device",
            "that the executor's own log has this very run, and no line of the agent",
            "that no log of the node lost lines in that half minute",
        ),
        example="Nov 23 10:35:21.850 node01 pacemaker-execd     [91] (log_finished) \tinfo: r_quiet start (call 10, PID 231) exited"
        " with status 1 (execution time 12ms)",
    ),
)
