"""Words for operations and for what agents said, as the titles of findings have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ha_report.model import OcfRc
from ha_report.phrase import Phrase
from ha_report.questions.failures import Failure, lines_of_agent, said_by

if TYPE_CHECKING:
    from ha_report.incident import Incident

_ATTEMPTED = {
    "start": Phrase("could not start"),
    "stop": Phrase("could not stop"),
    "promote": Phrase("could not be promoted"),
    "demote": Phrase("could not be demoted"),
    "migrate_to": Phrase("could not migrate away"),
    "migrate_from": Phrase("could not be taken over in a migration"),
    "reload": Phrase("could not reload"),
}
# What an agent prints last when it gives up says less than what it printed before.
_LONGEST = 200  # characters; what is longer is a dump
_EMPTY = ("[findif] failed", "environment is invalid, resource considered stopped")


def attempted(failure: Failure) -> str:
    """Return what failed: "could not start", "failed its monitor"."""
    if failure.is_probe:
        return Phrase("could not be probed")
    return _ATTEMPTED.get(failure.operation) or Phrase("failed its {operation}", operation=failure.operation)


def said_in_words(incident: Incident, failure: Failure) -> str | None:
    """Return what the agent gives as its reason: the first telling line it wrote, else its exit reason."""
    lines = [said_by(event) for event in lines_of_agent(incident, failure)]
    telling = [line for line in lines if line and line not in _EMPTY and len(line) < _LONGEST]
    if failure.reason and failure.reason not in _EMPTY:
        return failure.reason.rstrip(".")
    return (telling[0] if telling else failure.reason or (lines[0] if lines else "") or "").rstrip(".") or None


def answer(failure: Failure) -> str:
    """Return the result as the agent gave it: "1 (unknown error)"."""
    if failure.rc is None:
        return failure.first.rc_text or failure.first.status or "nothing"
    try:
        words = OcfRc(failure.rc).name.lower().replace("_", " ")
    except ValueError:
        words = ""
    text = failure.first.rc_text or words
    return f"{failure.rc} ({text})" if text else str(failure.rc)
