"""The operator's log: one plain sentence for each step.

What a DC planned and what a node did are many lines in many files; a step is what came of them.  A step is a
key and the words that belong to it; its sentence is a template of `SENTENCES`, which a catalogue may say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import Event, OcfRc, Source
from ha_report.phrase import Phrase
from ha_report.questions.aftermath import expiry_of
from ha_report.questions.departures import Departure, departures
from ha_report.questions.failures import Failure, failures, lines_of_agent, said_by
from ha_report.questions.fencings import Fencing, fencings, worked
from ha_report.questions.knowledge import SECOND, clock, events_of, listed, told_once
from ha_report.questions.partitions import partitions
from ha_report.questions.placement import Gap, downtime, placement, seen_elsewhere
from ha_report.questions.wording import answer, said_in_words

if TYPE_CHECKING:
    from ha_report.incident import Incident

_GRAVE = {"failed", "timed-out", "lost", "cut-off", "not-fenced", "split", "double", "down-for-good"}
_GOOD = {"started", "promoted", "back", "fenced"}
# Where a log has no fractions of a second, what leads to what goes before it.
_TOLD_FIRST = ("lost", "cut-off", "split", "failed", "failed-often", "timed-out", "dc", "barred", "barred-for-a-time", "planned-move", "planned-recovery",
               "demoted", "stopped", "down-for-good", "fenced", "not-fenced", "not-fenced-often")  # fmt: skip
_TOLD_LAST = ("down",)
_USAGE = re.compile(r"\s*-{1,2}\w")  # an agent's command was called in a wrong way, and tells how to call it
_ROLE = re.compile(r"\bStarted (?=\S)")  # "Started node01 -> node02", as Pacemaker 1.0 words it
_PLANS = {"Move": "planned-move", "Migrate": "planned-move", "Recover": "planned-recovery"}

SENTENCES = {
    "failed": "{node}: {operation} of {resource} failed ({why})",
    "failed-often": "{node}: {operation} of {resource} failed {count} times ({why})",
    "timed-out": "{node}: {operation} of {resource} timed out",
    "barred": "{node}: {resource} may not run here until a clean-up",
    "barred-for-a-time": "{node}: {resource} may not run here until a clean-up, or until failure-timeout ({time}) has passed",
    "started": "{resource} started on {node}",
    "stopped": "{resource} stopped on {node}",
    "promoted": "{resource} promoted on {node}",
    "demoted": "{resource} demoted on {node}",
    "moved": "{resource} moved from {source} to {node}",
    "seen-elsewhere": "{resource} moved from {source} to {node} at some time between {begin} and {end}",
    "down": "{resource} was down for {seconds} s",
    "down-for-good": "{resource} runs nowhere from here on",
    "planned-move": "{node} decides to move {resource} ({places})",
    "planned-recovery": "{node} decides to recover {resource} ({places})",
    "lost": "{node} was lost without a shutdown",
    "cut-off": "{node} was cut off from the others",
    "shutdown": "{node} was shut down",
    "fenced-alive": "{node} was fenced",
    "back": "{node} is back",
    "fenced": "{node} was fenced",
    "fenced-by": "{node} was fenced by {by}",
    "not-fenced": "{node} could not be fenced",
    "not-fenced-often": "{node} could not be fenced ({count} tries)",
    "dc": "{node} is the DC now",
    "split": "The cluster is in two parts: {sides}",
    "double": "{resource} runs on {source} and {node} at once",
    "standby": "{node} is in standby",
    "cleaned": "{resource}: failures were cleaned up on {node}",
}


@dataclass(frozen=True)
class Step:
    """One step of what happened."""

    time_us: int | None
    node: str | None
    key: str  # of the sentence
    words: dict[str, str]
    source: Source | None

    @property
    def severity(self) -> str:
        """Return "error" for what went wrong, "good" for what works again, else "notice"."""
        return "error" if self.key.removesuffix("-often") in _GRAVE else "good" if self.key in _GOOD else "notice"

    @property
    def sentence(self) -> Phrase:
        """The step in words."""
        key = f"{self.key}-by" if self.words.get("by") else self.key
        return Phrase(SENTENCES[key], **self.words)


def steps(incident: Incident) -> list[Step]:
    """Return the steps of the incident in order of time, those without one last."""
    found = [
        *_nodes(incident),
        *_failures(incident),
        *_results(incident),
        *_seen_elsewhere(incident),
        *_gaps(incident),
        *_fencings(incident),
        *_partings(incident),
        *_others(incident),
    ]
    return sorted(found, key=lambda step: (step.time_us is None, step.time_us or 0, _turn(step.key)))


def _turn(key: str) -> int:
    """Return where a step stands among those of the same instant."""
    if key in _TOLD_FIRST:
        return _TOLD_FIRST.index(key) - len(_TOLD_FIRST)
    return _TOLD_LAST.index(key) + 1 if key in _TOLD_LAST else 0


def _failures(incident: Incident) -> Iterator[Step]:
    for failure in failures(incident):
        yield _failed(incident, failure)


def _failed(incident: Incident, failure: Failure) -> Step:
    key = "timed-out" if failure.timed_out else "failed-often" if failure.count > 1 else "failed"
    words = {
        "node": failure.node or "?",
        "operation": failure.operation,
        "resource": failure.first.resource,
        "count": str(failure.count),
        "why": _why(incident, failure),
    }
    source = failure.first.sources[0] if failure.first.sources else None
    return Step(failure.time_us, failure.node, key, words, Source(*source) if source else None)


def _why(incident: Incident, failure: Failure) -> str:
    """Return what the agent gave as its reason, else what it answered."""
    if failure.rc == OcfRc.NOT_RUNNING:
        return failure.first.rc_text or "not running"
    said = said_in_words(incident, failure)
    if said and _USAGE.match(said):
        said = next((text for text in reversed(_last_words(incident, failure)) if text), None)
    if said:
        return said
    told = answer(failure).replace(" (", ", ").rstrip(")")  # the sentence has brackets of its own
    return told if failure.rc is None else f"rc {told}"


def _last_words(incident: Incident, failure: Failure) -> list[str]:
    """Return what an agent wrote beside the usage of a command."""
    texts = [said_by(event).rstrip(".") for event in lines_of_agent(incident, failure)]
    return [text for text in texts if not _USAGE.match(text)]


def _results(incident: Incident) -> Iterator[Step]:
    """Yield starts, stops and changes of role that worked; a start elsewhere after a stop is a move."""
    keys = {"start": "started", "stop": "stopped", "promote": "promoted", "demote": "demoted"}
    stopped: dict[str, Event] = {}
    ran = {(stay.resource, stay.node) for stay in placement(incident)}
    for event in told_once(events_of(incident, "operation-result")):
        if event.rc != OcfRc.OK or event.operation not in keys or not event.resource or not event.node:
            continue
        name = base_name(event.resource)
        before = stopped.pop(name, None) if event.operation == "start" else None
        if event.operation == "stop":
            if (name, event.node) not in ran:
                continue  # what never ran there is stopped all the same, to be sure
            stopped[name] = event
        moved = before is not None and before.node not in (event.node, None)
        words = {"resource": name, "node": event.node, "source": (before.node or "") if before else ""}
        yield _step(event, "moved" if moved else keys[event.operation], words)


def _step(event: Event, key: str, words: dict[str, str]) -> Step:
    return Step(event.time_us, event.node or event.writer, key, words, Source(event.file, event.line))


def _seen_elsewhere(incident: Incident) -> Iterator[Step]:
    """Yield the moves that only snapshots tell of: when is not known any better."""
    for before, after in seen_elsewhere(incident):
        times = {"begin": clock(before.end_us or before.begin_us), "end": clock(after.begin_us)}
        words = {"resource": after.resource, "source": before.node, "node": after.node} | times
        yield Step(after.begin_us, after.node, "seen-elsewhere", words, after.source)


def _gaps(incident: Incident) -> Iterator[Step]:
    """Yield how long resources were down, where a failure or a lost node was behind it, or it was long enough to be felt."""
    for gap in downtime(incident):
        if gap.end_us is None:
            yield Step(gap.begin_us, None, "down-for-good", {"resource": gap.resource}, None)
        else:
            yield Step(gap.end_us, None, "down", {"resource": gap.resource, "seconds": _seconds(gap)}, gap.ended_by)


def _seconds(gap: Gap) -> str:
    """Return how long, with as many digits as the length deserves."""
    seconds = ((gap.end_us or gap.begin_us) - gap.begin_us) / SECOND
    return f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"  # noqa: PLR2004 - digits


def _nodes(incident: Incident) -> Iterator[Step]:
    keys = {"lost": "lost", "cut off": "cut-off", "shutdown": "shutdown", "fenced": "fenced-alive"}
    for gone in departures(incident):
        yield _gone(gone, keys[gone.kind])
        if gone.back_us is not None:
            yield Step(gone.back_us, gone.node, "back", {"node": gone.node}, None)


def _gone(gone: Departure, key: str) -> Step:
    first = gone.told[0]
    return Step(gone.time_us, gone.node, key, {"node": gone.node}, Source(first.file, first.line))


def _fencings(incident: Incident) -> Iterator[Step]:
    for one in fencings(incident):
        yield _fencing(one)


def _fencing(one: Fencing) -> Step:
    told = next((event for event in one.told if worked(event) == one.done), one.told[0])
    words = {"node": one.node, "count": str(one.tries), "by": one.by or ""}
    key = "fenced" if one.done else "not-fenced-often" if one.tries > 1 else "not-fenced"
    return Step(one.end_us, one.node, key, words, Source(told.file, told.line))


def _partings(incident: Incident) -> Iterator[Step]:
    for one in partitions(incident):
        sides = " / ".join(listed(side) for side in one.sides)
        yield Step(one.begin_us, None, "split", {"sides": sides}, None)
        for first, second in one.twice:
            words = {"resource": first.resource, "source": first.node, "node": second.node}
            yield Step(second.begin_us, second.node, "double", words, second.source)


def _others(incident: Incident) -> Iterator[Step]:
    """Yield new DCs, bars, plans, standby and clean-ups; what the scheduler repeats is told once."""
    said: set[tuple[str, ...]] = set()
    kinds = ("dc-takeover", "banned-by-failures", "action-planned", "online-status", "resource-cleaned")
    for event in told_once(events_of(incident, *kinds)):
        step = _other(incident, event)
        if step is None:
            continue
        key = (step.key, *sorted(step.words.values()))
        if step.key == "dc" or key not in said:
            yield step
        said.add(key)


def _other(incident: Incident, event: Event) -> Step | None:
    if event.kind == "dc-takeover":
        return _step(event, "dc", {"node": event.writer or "?"})
    if event.kind == "online-status":
        return _step(event, "standby", {"node": event.node or "?"}) if event.value == "standby" else None
    if event.resource is None or "#" in event.resource:  # a tab as old syslog writes it: the detail log has it right
        return None
    words = {
        "resource": base_name(event.resource),
        "node": event.node or event.writer or "?",
        "places": _ROLE.sub("", event.value or "").replace(" -> ", " → "),
    }
    if event.kind == "action-planned":
        key = _PLANS.get(event.operation or "")
        return _step(event, key, words | {"node": event.writer or "?"}) if key else None
    if event.kind != "banned-by-failures":
        return _step(event, "cleaned", words)
    expiry = expiry_of(incident, words["resource"])
    return _step(event, "barred-for-a-time", words | {"time": expiry}) if expiry else _step(event, "barred", words)
