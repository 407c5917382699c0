"""Operations whose own answer is the best explanation there is: promote, demote, migrate, start, monitor.

Sources: OCF resource agent API; `unpack_rsc_op_failure()` of the scheduler for what the cluster makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ha_report.model import Finding, OcfRc
from ha_report.phrase import Phrase
from ha_report.questions.attempts import is_link_down
from ha_report.questions.commands import watch
from ha_report.questions.failures import Failure, failures
from ha_report.questions.stories import Why, cleanups, stories, tell, told_as, where
from ha_report.questions.symptoms import tell_apart
from ha_report.questions.wording import answer, said_in_words
from ha_report.rule import Rule
from ha_report.rules.stops import blocked_or_fenced

if TYPE_CHECKING:
    from ha_report.incident import Incident

_SOON = 60_000_000  # microseconds: a stop that fails this soon after a failed demote fails because of it
_WHOLE_SECONDS = 2_000_000  # microseconds: snapshots tell when an operation began, and no fraction
_BY_HAND = {"monitor": "check", "promote": "promote", "demote": "demote", "start": "start"}


def _of(*operations: str) -> Callable[[Failure], bool]:
    """Return the test for failures of `operations` that ended, of what are no fence devices or remote nodes."""
    return lambda one: (
        one.operation in operations
        and not one.timed_out
        and not one.is_fence_device
        and not one.is_remote_connection
        and (one.rc not in (OcfRc.NOT_INSTALLED, OcfRc.NOT_CONFIGURED, OcfRc.INVALID_PARAM) or is_link_down(one))
    )


def promote_failed(incident: Incident) -> Iterator[Finding]:
    """Say that an instance could not be promoted, with the agent's reason and how often it was tried."""
    for told in stories(incident, _of("promote")):
        yield from _told(incident, "promote-failed", told)


def demote_failed(incident: Incident) -> Iterator[Finding]:
    """Say that an instance could not be demoted; a stop that fails right after is a consequence.

    Agents refuse to stop a promoted instance (rc 8), so one failed demote looks like two failures.
    """
    for told in stories(incident, _of("demote")):
        yield from _told(incident, "demote-failed", told)


def _told(incident: Incident, rule: str, told: list[Failure]) -> Iterator[Finding]:
    return tell_apart(incident, told, lambda part: _why(incident, rule, part), lambda part: _followed(incident, part))


def _followed(incident: Incident, told: list[Failure]) -> list[Failure]:
    """Return the stops and demotes of the same instance that failed soon after a promote or demote, because of it."""
    if told[0].operation not in ("promote", "demote"):
        return []
    return [
        one
        for one in failures(incident)
        for first in told
        if one.operation in ("stop", "demote")
        and one.operation != first.operation
        and (one.resource, one.node) == (first.resource, first.node)
        and (one.time_us is None or first.time_us is None or -_WHOLE_SECONDS <= one.time_us - first.time_us <= _SOON)
        and (one.rc == OcfRc.RUNNING_PROMOTED or one.operation == "demote")
    ]


def migrate_failed(incident: Incident) -> Iterator[Finding]:
    """Say that a live migration failed; the cluster then stops the resource on both nodes and starts it anew."""
    for told in stories(incident, _of("migrate_to", "migrate_from")):
        yield from _told(incident, "migrate-failed", told)


def start_failed(incident: Incident) -> Iterator[Finding]:
    """Say that a start failed for a reason that the agent gives in its own words.

    By default one failed start bars the resource from its node (start-failure-is-fatal) until a clean-up.
    """
    for told in stories(incident, _of("start", "reload", "reload-agent")):
        explained = [failure for failure in told if said_in_words(incident, failure)]
        if explained:
            yield from _told(incident, "start-failed", told)


def monitor_failed(incident: Incident) -> Iterator[Finding]:
    """Say that a monitor found something wrong, other than that the service is not running."""
    for told in stories(incident, _of("monitor", "asyncmon")):
        if told[0].rc == OcfRc.NOT_RUNNING:
            continue
        if told[0].operation == "asyncmon":
            yield tell(incident, told, _by_hand(incident, told))
            continue
        if any(said_in_words(incident, one) or one.rc in _STATES for one in told):
            yield from _told(incident, "monitor-failed", told)


_STATES = {
    OcfRc.RUNNING_PROMOTED: Phrase("it runs promoted where the cluster expects it unpromoted"),
    OcfRc.FAILED_PROMOTED: Phrase("the promoted instance runs but has failed"),
    OcfRc.OK: Phrase("it runs unpromoted where the cluster expects it promoted"),
}


def _by_hand(incident: Incident, told: list[Failure]) -> Why:
    """Return that somebody told the cluster that a resource failed: only crm_resource --fail writes asyncmon."""
    return Why(
        rule="monitor-failed",
        confidence="likely",
        title=Phrase(
            "{resource} was declared failed by hand{where} (crm_resource --fail)",
            resource=told[0].resource,
            where=where(told),
        ),
        cause=Phrase(
            "asyncmon is no operation of an agent: it is how a failure is recorded that somebody, or another"
            " program, reports."
        ),
        remedy=(
            Phrase("If this was a test, clear it:"),
            *cleanups(incident, told),
        ),
        verify=(watch(incident),),
    )


def _why(incident: Incident, rule: str, told: list[Failure]) -> Why:
    first = told[0]
    said = next((words for one in told if (words := said_in_words(incident, one))), None)
    state = _STATES.get(first.rc) if first.operation == "monitor" and first.rc is not None else None  # type: ignore[call-overload]
    after = blocked_or_fenced(incident, first) if first.operation == "demote" else None
    outcome = (after.sentence,) if after and _followed(incident, told) else ()
    by_hand = _BY_HAND.get(first.operation)
    return Why(
        rule=rule,
        confidence="certain" if said and first.operation in ("promote", "demote") else "likely",
        title=told_as(told, said or state or Phrase("its agent answered {answer}", answer=answer(first))),
        cause=Phrase.joined([_answered(first, said), *outcome]),
        outcome=outcome,
        sources=after.sources if after else (),
        remedy=(
            Phrase("Mend what the agent complains of{where}; by hand it tells more:", where=where([first]))
            if by_hand
            else Phrase("Mend what the agent complains of{where}.", where=where([first])),
            *([f"$ crm_resource --resource {first.resource} --force-{by_hand} --verbose"] if by_hand else []),
            Phrase("Then lift the bar:"),
            *cleanups(incident, told),
        ),
        verify=(watch(incident),),
        references=("OCF resource agent API: return codes",),
    )


def _answered(failure: Failure, said: str | None) -> Phrase:
    """Return what the agent answered, and what it said with it."""
    if said:
        return Phrase("The agent answered {answer} and says: {said}.", answer=answer(failure), said=said)
    return Phrase("The agent answered {answer} and said no more.", answer=answer(failure))


RULES = (
    Rule(
        id="promote-failed",
        find=promote_failed,
        looks_at=(
            "a promote that answered anything but 0, folded where it was tried again and again",
            "the agent's exit reason",
        ),
        example="Nov 23 02:05:41.819 node01 pacemaker-controld  [95] (log_executor_event) \tnotice: Result of promote operation for"
        " p_state on node01: error (database is not consistent)",
    ),
    Rule(
        id="demote-failed",
        find=demote_failed,
        looks_at=(
            "a demote that answered anything but 0",
            "the agent's exit reason",
            "a stop of the same instance that failed within a minute after it",
        ),
        example="Nov 23 02:05:59.683 node01 pacemaker-controld  [95] (log_executor_event) \tnotice: Result of demote operation for"
        " p_state on node01: error (still serving clients)",
    ),
    Rule(
        id="migrate-failed",
        find=migrate_failed,
        looks_at=("a migrate_to or migrate_from that answered anything but 0", "the agent's exit reason"),
        example="Nov 23 02:53:06.867 node01 pacemaker-controld  [95] (log_executor_event) \tnotice: Result of migrate_to operation"
        " for r_vm on node01: Error occurred (cannot connect to destination host)",
    ),
    Rule(
        id="start-failed",
        find=start_failed,
        looks_at=(
            "a failed start that no rule for its agent explains",
            "the agent's exit reason, or its lines of level error",
        ),
        example="Nov 23 02:54:48.591 node02 pacemaker-controld  [95] (log_executor_event) \tnotice: Result of start operation for"
        " r_cl on node02: Error occurred (license server refused)",
    ),
    Rule(
        id="monitor-failed",
        find=monitor_failed,
        looks_at=(
            "a recurring monitor or a probe that answered anything but what was expected, and not 7",
            "the agent's exit reason",
            "failures that somebody reports with crm_resource --fail (asyncmon)",
        ),
        example="pgsql_monitor_10000 on db1 'unknown error' (1): call=40, status=complete, exitreason='Failed to show my xlog location.'",
    ),
)
