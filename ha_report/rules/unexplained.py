"""Failures that no other rule explains: said plainly, with the nearest lines and what to collect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Finding
from ha_report.phrase import Phrase
from ha_report.questions.commands import watch
from ha_report.questions.failures import Failure
from ha_report.questions.still_listed import still_listed
from ha_report.questions.stories import Why, cleanups, stories, tell, where
from ha_report.questions.wording import answer, attempted, said_in_words
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident


def unexplained(incident: Incident) -> Iterator[Finding]:
    """Say that an operation failed and its cause is not known.

    Every failure gets such a finding; one of any other rule takes its place.  What no log tells of and is over
    (failure-still-listed) is nobody's trouble any more.
    """
    over = {one.failure for one in still_listed(incident) if one.only_shown}
    for told in stories(incident, lambda failure: failure not in over):
        yield tell(incident, told, _why(incident, told))


def _why(incident: Incident, told: list[Failure]) -> Why:
    first = told[0]
    said = said_in_words(incident, first)
    node = first.node or Phrase("the node")
    result = (
        Phrase("it did not end in time")
        if first.timed_out
        else Phrase("its agent answered {answer}", answer=answer(first))
    )
    return Why(
        rule="unexplained",
        confidence="possible",
        title=Phrase(
            "{resource} {attempted}{where}: {result}; the cause is not known",
            resource=first.resource,
            attempted=attempted(first),
            where=where(told),
            result=result,
        ),
        cause=Phrase("The agent says: {said}.", said=said) if said else Phrase("No line that was read tells why."),
        remedy=(
            Phrase(
                "Collect the detail log of {node} around that time (pacemaker.log; ha-log in old clusters), and run"
                " the agent by hand:",
                node=node,
            ),
            f"$ crm_resource --resource {first.resource} --force-{'check' if first.operation == 'monitor' else first.operation} --verbose",
            Phrase("When the cause is mended, lift the bar:"),
            *cleanups(incident, told),
        ),
        verify=(watch(incident),),
    )


RULES = (
    Rule(
        id="unexplained",
        find=unexplained,
        looks_at=("every failed operation that no other rule explains",),
        example="res_IPaddr2_1_start_0 (node=minky0, call=93, rc=1, status=complete): unknown error",
        last_resort=True,
    ),
)
