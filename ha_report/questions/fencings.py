"""Attempts to fence a node, brought together: who was to be fenced, by which device, and how it ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ha_report.model import Event
from ha_report.questions.knowledge import SECOND, ByIdentity, best_file, between, clean, events_of, told_once

if TYPE_CHECKING:
    from ha_report.incident import Incident

_GOOD = {"ok", "succeeded", "passed", "reset"}
_APART = 600 * SECOND


@dataclass(frozen=True)
class Fencing:
    """One node that was to be fenced, with all tries in a row."""

    node: str
    begin_us: int
    end_us: int
    done: bool  # the last try worked
    tries: int  # that failed
    told: tuple[Event, ...]  # results, the last one first
    devices: tuple[str, ...]
    device_lines: tuple[Event, ...]  # what the devices answered when they failed
    words: tuple[Event, ...]  # what their agents said
    by: str | None  # the node that fenced


def worked(event: Event) -> bool:
    """Say whether a result of fencing is a success."""
    if event.value == "not " or (event.value or "").startswith("not"):
        return False
    return (event.status or "").lower() in _GOOD


def fencings(incident: Incident) -> tuple[Fencing, ...]:
    """Return what nodes were to be fenced, in order of time."""
    return _fencings(ByIdentity(incident))


@lru_cache(maxsize=2)
def _fencings(same: ByIdentity) -> tuple[Fencing, ...]:
    incident = same.incident
    by_node: dict[str, list[Event]] = defaultdict(list)
    for event in told_once(events_of(incident, "fencing-result")):
        if event.node and event.time_us is not None:
            by_node[event.node].append(event)
    found = [_fencing(incident, node, run) for node, events in by_node.items() for run in _runs(events)]
    return tuple(sorted(found, key=lambda one: one.begin_us))


def _runs(events: list[Event]) -> Iterator[list[Event]]:
    run: list[Event] = []
    for event in events:
        if run and (event.time_us or 0) - (run[-1].time_us or 0) > _APART:
            yield run
            run = []
        run.append(event)
    if run:
        yield run


def _fencing(incident: Incident, node: str, run: list[Event]) -> Fencing:
    begin, end = run[0].time_us or 0, run[-1].time_us or 0
    near = between(events_of(incident, "fencing-device-result"), begin - 120 * SECOND, end + 5 * SECOND)
    devices = [one for one in told_once(near) if one.node == node]
    bad = [one for one in devices if one.rc not in (0, None) or (one.rc is None and not worked(one))]
    said = between(
        events_of(incident, "fence-agent-output", "agent-error", "fencing-plugin-failed"), begin - 120 * SECOND, end
    )
    words = _each_once(one for one in said if one.kind != "agent-error" or _is_plugin(one))
    failed = [one for one in run if not worked(one)]
    times = {round((one.time_us or 0) / SECOND) for one in failed}
    return Fencing(
        node=node,
        begin_us=begin,
        end_us=end,
        done=worked(run[-1]) or any(worked(one) and (one.time_us or 0) >= end - 3 * SECOND for one in run),
        tries=len(times),
        told=tuple(sorted(run, key=lambda one: (worked(one) != worked(run[-1]), -(one.time_us or 0)))),
        devices=tuple(dict.fromkeys(one.value for one in (bad or devices) if one.value)),
        device_lines=tuple(bad),
        words=tuple(sorted(words, key=lambda one: one.kind == "fencing-plugin-failed")),
        by=next((one.value for one in run if worked(one) and one.value and " " not in one.value), None)
        or next(
            (one.reason.split()[0] for one in run if worked(one) and one.reason and " on behalf of " in one.reason),
            None,
        ),
    )


def _each_once(said: Iterable[Event]) -> list[Event]:
    """Return one event for each thing that devices said, in the log that tells most."""
    ordered = sorted(said, key=lambda one: (best_file(one.file), one.time_us or 0))
    words: dict[str, Event] = {}
    for event in ordered:
        words.setdefault(clean(event.reason or event.text), event)
    return list(words.values())


def _is_plugin(event: Event) -> bool:
    """Say whether an agent's line is of a fence device: cluster-glue names the plugin as the program."""
    return (event.program or "").startswith(("external/", "stonith", "fence_"))
