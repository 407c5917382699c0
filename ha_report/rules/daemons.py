"""Daemons of the cluster itself that died.

Sources: `pcmk_process_exit()` of pacemakerd, heartbeat.c for its clients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Event, Finding
from ha_report.phrase import Phrase
from ha_report.questions.commands import watch
from ha_report.questions.daemon_deaths import deaths, is_behind
from ha_report.questions.departures import Departure, departures
from ha_report.questions.failures import Failure, failures, result_lines
from ha_report.questions.knowledge import SECOND, between, clock, events_of, instant, listed, plural, quotes, told_once
from ha_report.questions.stories import joined
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_EXECUTORS = ("pacemaker-execd", "lrmd")
_NOT_TAKEN = ("Internal communication failure", "Not connected", "No executor connection", "Cannot execute now")
_HUNG = 120 * SECOND  # pacemakerd asks five times before it kills


def daemon_died(incident: Incident) -> Iterator[Finding]:
    """Say that a daemon of the cluster crashed or was killed; what it did meanwhile may look like other failures.

    A daemon that died when parts of a cluster met again is a consequence of the split; a node that was lost because of
    its daemon is told here.
    """
    by_place: dict[tuple[str | None, str], list[Event]] = defaultdict(list)
    for event in deaths(incident):
        by_place[event.writer, (event.value or "a daemon").rsplit("/", 1)[-1]].append(event)
    for (node, daemon), events in by_place.items():
        yield _finding(incident, node, daemon, events)


def _finding(incident: Incident, node: str | None, daemon: str, events: list[Event]) -> Finding:
    first = events[0]
    times = Phrase(", {times}", times=plural(len(events), "time")) if len(events) > 1 else ""
    signal = Phrase(" by signal {reason}", reason=first.reason) if (first.reason or "").isdigit() else ""
    again = [one for one in told_once(events_of(incident, "daemon-respawned", "daemon-given-up", "segfault", "oom-kill"))
             if one.writer == node and daemon in (one.value or one.text)]  # fmt: skip
    respawned = next((one for one in again if one.kind == "daemon-respawned"), None)
    hung, undone = _hung(incident, node, daemon, first), _undone(incident, node, daemon, first)
    gone = [one for one in departures(incident) if any(is_behind(event, one) for event in events)][:1]
    return Finding(
        rule="daemon-died",
        severity="error",
        confidence="certain",
        title=Phrase(
            "{daemon} on {node} died{signal} at {time}{times}",
            daemon=daemon,
            node=node or Phrase("a node"),
            signal=signal,
            time=clock(first.time_us),
            times=times,
        ),
        cause=Phrase.joined(
            [
                Phrase(
                    "A daemon of the cluster itself ended unexpectedly{again}. Resources may have gone on running"
                    " meanwhile, and are probed again.",
                    again=Phrase("; it was started anew") if respawned else "",
                ),
                *(_killed(one, daemon) for one in hung),
                *(_not_done(undone) if undone else ()),
                *(_lost(one) for one in gone),
            ]
        ),
        node=node,
        time=instant(first.time_us),
        evidence=joined(
            quotes(incident, [*events[:3], *again[:3], *hung, *(one.told[0] for one in gone)]),
            *(result_lines(incident, one) for one in undone),
        ),
        remedy=(
            Phrase("Look for a core file and the kernel's word on it; a newer version may have the fix:"),
            "$ coredumpctl list",
            "$ journalctl -k",
        ),
        verify=(watch(incident),),
    )


def _hung(incident: Incident, node: str | None, daemon: str, death: Event) -> list[Event]:
    """Return the first line on the daemon not answering before it died: pacemakerd kills it then."""
    end = death.time_us or 0
    near = between(events_of(incident, "daemon-hung"), end - _HUNG, end)
    return [one for one in near if one.writer == node and one.value == daemon][:1]


def _killed(hung: Event, daemon: str) -> Phrase:
    return Phrase(
        "{daemon} had not answered since {time}, so pacemakerd killed it: it hung, or the host stood still.",
        daemon=daemon,
        time=clock(hung.time_us),
    )


def _undone(incident: Incident, node: str | None, daemon: str, death: Event) -> list[Failure]:
    """Return the operations that failed because the executor did not take them."""
    at = death.time_us
    return [
        one
        for one in failures(incident)
        if at is not None
        and daemon in _EXECUTORS
        and one.node == node
        and one.first.status in _NOT_TAKEN
        and one.time_us is not None
        and abs(one.time_us - at) <= _HUNG
    ]


def _not_done(undone: list[Failure]) -> Iterator[Phrase]:
    told = listed(Phrase("{operation} of {resource}", operation=one.operation, resource=one.resource) for one in undone)
    yield Phrase("Because of it these could not be run: {operations}.", operations=told)


def _lost(gone: Departure) -> Phrase:
    """Return what the others made of it."""
    if gone.kind == "fenced":
        return Phrase("{node} was fenced for it at {time}.", node=gone.node, time=clock(gone.time_us))
    return Phrase(
        "The other nodes took {node} for lost at {time}, and started its resources elsewhere where they could.",
        node=gone.node,
        time=clock(gone.time_us),
    )


RULES = (
    Rule(
        id="daemon-died",
        find=daemon_died,
        looks_at=(
            "a daemon that ended by a signal other than those that ask it to",
            "whether it was started anew",
            "that no split of the cluster had just ended",
        ),
        example="Mar 22 11:02:21 15sp1-1 pacemakerd          [1742] (pcmk_child_exit) \twarning: pacemaker-controld[1749] terminated"
        " with signal 9 (core=0)",
        repeats=True,
    ),
)
