"""Marks of the picture: what happened at one moment, with the lines that tell of it.

Failed operations, fencing, quorum, transitions, changes of the configuration.  A mark tells facts, the page words them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import Event, Evidence, FailedOperation, Source
from ha_report.questions.departures import Departure, departures
from ha_report.questions.fencings import fencings
from ha_report.questions.knowledge import SECOND, best_file, events_of, told_once
from ha_report.questions.partitions import partitions
from reports.shape import Mark
from reports.words import instant, operation_of, result_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from ha_report.incident import Incident
    from reports.shape import TimelineRow

MOST_EVIDENCE = 3  # of one mark: the rest stands in the tables
MOST_TOLD = 3_000  # transitions; of more, those near each other are counted
LONGEST = 300  # characters of a line that a mark quotes
_LOST = ("lost", "non-primary")
_QUORUM_CHANGES = {(None, "lost"), ("has", "lost"), ("lost", "has")}
_CHANGES = frozenset({"cib_replace", "cib_apply_diff", "cib_apply_patch", "cib_create", "cib_modify", "cib_delete", "cib_erase"})  # fmt: skip

# Of several marks at one place the gravest shows.
GRAVITY = {
    "failed": 9, "not-fenced": 9, "lost": 8, "fenced": 7, "quorum-lost": 6, "stopped": 4, "change": 3, "cleaned": 2, "quorum": 2, "transition": 1,
}  # fmt: skip


def quoted(event: Event | None) -> Evidence | None:
    """Return the message of an event as proof."""
    return None if event is None else Evidence(event.file, event.line, event.text[:LONGEST])


def failed_marks(incident: Incident, known: Mapping[Source, TimelineRow]) -> dict[str, list[Mark]]:
    """Return the failed operations of each resource, in order of time; `known` are lines of logs."""
    found: dict[str, list[Mark]] = defaultdict(list)
    for one in incident.failed_operations:
        if one.time is not None:
            words = {
                "resource": one.resource,
                "operation": operation_of(one.operation, one.interval_ms),
                "node": one.node or "",
                "result": result_of(one),
                "reason": one.exit_reason or "",
            }
            proof = _proof(one, known)
            lines = tuple(_line(source, known) for source in proof[:MOST_EVIDENCE])
            found[base_name(one.resource)].append(
                Mark(_exact(one.time, proof, known), "failed", tuple(words.items()), lines)
            )
    return {name: sorted(marks, key=lambda mark: mark.time) for name, marks in found.items()}


def _proof(failed: FailedOperation, known: Mapping[Source, TimelineRow]) -> list[Source]:
    """Return what tells of a failure, the best first: the node itself, in its detail log."""
    here = f"{failed.node}/"
    return sorted(
        (Source(*source) for source in failed.sources),
        key=lambda one: (one not in known, here not in one.file, best_file(one.file)),
    )


def _line(source: Source, known: Mapping[Source, TimelineRow]) -> Evidence:
    row = known.get(source)
    return Evidence(source.file, source.line, row.text[:LONGEST] if row else "")


def _exact(time: datetime, proof: Iterable[Source], known: Mapping[Source, TimelineRow]) -> datetime:
    """Return when it failed: a snapshot knows the second, a log often more."""
    told = [row.time for source in proof if (row := known.get(source)) and row.time is not None]
    same = [one for one in told if timedelta(0) <= one - time < timedelta(seconds=1)]
    return time if time.microsecond or not same else min(same, key=lambda one: (not one.microsecond, one))


def cleaned_marks(incident: Incident) -> dict[str, list[Mark]]:
    """Return when the failures of each resource were cleaned up."""
    found: dict[str, list[Mark]] = defaultdict(list)
    for event in told_once(events_of(incident, "resource-cleaned")):
        if event.resource and event.time_us is not None:
            words = {"resource": event.resource, "node": event.node or ""}
            found[base_name(event.resource)].append(_mark(event, "cleaned", words))
    return found


def gone_nodes(incident: Incident) -> Iterator[Departure]:
    """Yield the nodes that went; of a cluster in unequal parts those of the smaller, as the others went on."""
    stayed = {
        id(gone)
        for one in partitions(incident)
        for gone in one.departures
        if one.cut_off and gone.node not in one.cut_off
    }
    yield from (gone for gone in departures(incident) if id(gone) not in stayed)


def node_marks(incident: Incident) -> dict[str, list[Mark]]:
    """Return for each node when it was lost, fenced, and when it lost quorum or got it back."""
    found: dict[str, list[Mark]] = defaultdict(list)
    for gone in gone_nodes(incident):
        if gone.kind in ("lost", "cut off"):
            words = {"node": gone.node, "how": gone.kind}
            found[gone.node].append(_mark(gone.told[0], "lost", words, [*gone.told, *gone.proof]))
    for one in fencings(incident):
        words = {"node": one.node, "by": one.by or "", "tries": str(one.tries), "device": ", ".join(one.devices)}
        mark = _mark(one.told[0], "fenced" if one.done else "not-fenced", words, [*one.told, *one.device_lines])
        found[one.node].append(mark._replace(time=instant(one.end_us if one.done else one.begin_us)))
    for event in quorum_changes(incident):
        kind = "quorum-lost" if event.value in _LOST else "quorum"
        found[event.writer or ""].append(_mark(event, kind, {"node": event.writer or ""}))
    return {name: sorted(marks, key=lambda mark: mark.time) for name, marks in found.items() if name}


def quorum_changes(incident: Incident) -> Iterator[Event]:
    """Yield what tells that a node lost quorum or got it back; several daemons tell it, and a start begins without it."""
    state: dict[str, str] = {}
    for event in told_once(events_of(incident, "quorum", "stack-started")):
        if event.writer is None or event.time_us is None:
            continue
        before = state.get(event.writer)
        now = "new" if event.kind != "quorum" else "lost" if event.value in _LOST else "has"
        if (before, now) in _QUORUM_CHANGES:
            yield event
        state[event.writer] = "new" if (before, now) == ("new", "lost") else now


def transition_marks(incident: Incident) -> list[Mark]:
    """Return the transitions, at their end."""
    told = incident.events[(incident.events["kind"] == "transition-ended") & incident.events["time"].notna()]
    if len(told) > MOST_TOLD:
        return _counted_transitions(told)
    return [
        _mark(event, *_transition(event.value, event.status, event.writer))
        for event in told_once(events_of(incident, "transition-ended"))
        if event.time_us is not None
    ]


def _transition(number: str | None, status: str | None, node: str | None) -> tuple[str, dict[str, str]]:
    """Return the kind of a transition's mark, and its words."""
    kind = "transition" if status == "Complete" else "stopped"
    return kind, {"number": number or "?", "status": status or "", "node": node or ""}


def _counted_transitions(told: pd.DataFrame) -> list[Mark]:
    """Return a mark for each stretch of time and way of ending, that counts its transitions."""
    minutes = told["time"].dt.floor("min")
    once = told.assign(minute=minutes).drop_duplicates(["writer", "value", "status", "minute"])
    begin = once["time"].iloc[0]
    stretch = (once["time"] - begin) // ((once["time"].iloc[-1] - begin) / MOST_TOLD)
    runs = once.assign(stretch=stretch).groupby(["stretch", "status"], observed=True, sort=False)
    first, size, last = runs.head(1), runs["line"].transform("size"), runs["time"].transform("last")
    found = []
    for row in first.assign(size=size, last=last).itertuples():
        kind, words = _transition(str(row.value), str(row.status), str(row.writer))
        line = Evidence(str(row.file), int(row.line), str(row.text)[:LONGEST])
        times, until = int(row.size), row.last.to_pydatetime()
        found.append(Mark(row.time.to_pydatetime(), kind, tuple(words.items()), (line,), times, until))
    return found


def change_marks(incident: Incident) -> list[Mark]:
    """Return the changes that somebody made to the configuration; every node tells of each."""
    found: dict[tuple[object, ...], Mark] = {}
    for event in events_of(incident, "cib-changed"):
        if event.time_us is None or event.operation not in _CHANGES or event.rc not in (0, None):
            continue
        what = (event.operation, event.value, event.reason)
        second = event.time_us // SECOND
        if not any((*what, one) in found for one in (second - 1, second)):
            words = {"tool": event.value or "", "section": (event.reason or "").strip("'"), "node": event.writer or ""}
            key = (*what, second)
            found[key] = _mark(event, "change", words)
    return list(found.values())


def _mark(event: Event, kind: str, words: dict[str, str], told: Iterable[Event] = ()) -> Mark:
    lines = dict.fromkeys(quoted(one) for one in (event, *told))
    proof = tuple(line for line in lines if line is not None)[:MOST_EVIDENCE]
    return Mark(instant(event.time_us or 0), kind, tuple(words.items()), proof)


def coarse(marks: Sequence[Mark], grain: timedelta) -> list[Mark]:
    """Return `marks`, in order of time, those of a kind within `grain` of the first made one."""
    found: list[Mark] = []
    latest: dict[str, int] = {}
    for mark in marks:
        number = latest.get(mark.kind)
        if number is not None and mark.time - found[number].time < grain:
            first = found[number]
            found[number] = first._replace(times=first.times + mark.times, last=mark.last or mark.time)
        else:
            latest[mark.kind] = len(found)
            found.append(mark)
    return found
