"""A stop that failed: the resource is blocked where it is, or its node is fenced.

Sources: Pacemaker Explained, on-fail of a stop: fence where fencing is possible, else block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import Event, Finding, OcfRc
from ha_report.phrase import Phrase
from ha_report.questions.commands import watch
from ha_report.questions.failures import Failure, is_complete, later
from ha_report.questions.knowledge import clock, events_of, listed, parents_of, properties_of
from ha_report.questions.stories import Why, cleanups, stories, where
from ha_report.questions.symptoms import tell_apart
from ha_report.questions.wording import answer, said_in_words
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident


@dataclass(frozen=True)
class Outcome:
    """What the cluster did about a stop that failed."""

    sentence: str
    sources: tuple[Event, ...] = ()


def blocked_or_fenced(incident: Incident, failure: Failure) -> Outcome | None:
    """Return what followed a stop that failed; None where nothing tells."""
    fenced = [one for one in later(events_of(incident, "fencing-result"), failure.time_us) if one.node == failure.node]
    done = next((one for one in fenced if one.status in ("OK", "Succeeded") or one.value == ""), None)
    asked = [
        one for one in later(events_of(incident, "fencing-requested"), failure.time_us) if one.node == failure.node
    ]
    if done is not None:
        return Outcome(
            Phrase(
                "{node} was fenced for it at {time}, so that the resource could go elsewhere.",
                node=failure.node,
                time=clock(done.time_us),
            ),
            (done,),
        )
    if asked:
        return Outcome(
            Phrase(
                "The cluster asked for {node} to be fenced at {time}.", node=failure.node, time=clock(asked[0].time_us)
            ),
            (asked[0],),
        )
    if _is_blocked(incident, failure):
        return Outcome(
            Phrase(
                "{resource} is blocked on {node}: whether it still runs is not known, so the cluster neither stops"
                " it nor starts it elsewhere, and what depends on it waits.",
                resource=failure.resource,
                node=failure.node or Phrase("its node"),
            )
        )
    return None


def _is_blocked(incident: Incident, failure: Failure) -> bool:
    names = {failure.resource, *(parent.id for parent in parents_of(incident, failure.resource))}
    shown = any(
        base_name(one.id) in names and (one.blocked or (one.failed and one.managed is False))
        for one in incident.resources
    )
    return shown or properties_of(incident).get("stonith-enabled") == "false"


def stop_failed(incident: Incident) -> Iterator[Finding]:
    """Say that a stop failed, why, and whether the resource is blocked or its node was fenced.

    A stop that fails is the worst failure: the cluster can no longer know that the resource is down.
    """
    for told in stories(incident, lambda failure: failure.operation == "stop" and not failure.timed_out):
        yield from tell_apart(incident, told, lambda part: _why(incident, part))


def _why(incident: Incident, told: list[Failure]) -> Why:
    first = told[0]
    said = said_in_words(incident, first)
    refused = (
        Phrase("the agent refuses to stop an instance that is promoted") if first.rc == OcfRc.RUNNING_PROMOTED else None
    )
    after = blocked_or_fenced(incident, first)
    reason = said or refused
    return Why(
        rule="stop-failed",
        confidence="certain" if reason and not refused and is_complete(first) else "likely",
        title=Phrase(
            "{resource} could not stop{where}: {reason}",
            resource=first.resource,
            where=where(told),
            reason=reason or Phrase("its agent answered {answer}", answer=answer(first)),
        ),
        cause=after.sentence if after else Phrase("The agent answered {answer}.", answer=answer(first)),
        outcome=(after.sentence,) if after else (),
        sources=after.sources if after else (),
        remedy=(
            (
                Phrase(
                    "On {nodes}, end by hand what keeps {resource} from stopping; make sure that it is really down, then"
                    " let the cluster go on:",
                    nodes=listed((failure.node or Phrase("the node") for failure in told)),
                    resource=first.resource,
                )
            ),
            f"$ crm_resource --resource {first.resource} --force-stop --verbose",
            *cleanups(incident, told),
        ),
        verify=(Phrase("The resource must be neither FAILED nor blocked:"), watch(incident)),
        references=("Pacemaker Explained: on-fail; a failed stop means fencing, or block where there is none",),
    )


RULES = (
    Rule(
        id="stop-failed",
        find=stop_failed,
        looks_at=(
            "a stop that answered anything but 0",
            "what the agent said, also on its standard error",
            "whether fencing of that node followed, or the resource is shown as blocked or unmanaged",
        ),
        example="Nov 23 02:02:59.927 node02 pacemaker-execd     [92] (log_op_output) \tinfo: r_app_stop_0[139] error output [ badapp: cannot"
        " stop, session still open ]",
    ),
)
