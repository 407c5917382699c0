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
from ha_report.questions.departures import departures
from ha_report.questions.knowledge import SECOND, clock, events_of, instant, plural, quotes, told_once
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_AFTER_SPLIT = 120 * SECOND
_ASKED = ("15", "2", "1")  # signals that ask a process to end


def daemon_died(incident: Incident) -> Iterator[Finding]:
    """Say that a daemon of the cluster crashed or was killed; what it did meanwhile may look like other failures.

    A daemon that died when parts of a cluster met again is a consequence of the split.
    """
    by_place: dict[tuple[str | None, str], list[Event]] = defaultdict(list)
    for event in told_once(events_of(incident, "daemon-died")):
        if event.reason not in _ASKED and not _after_split(incident, event):
            by_place[event.writer, (event.value or "a daemon").rsplit("/", 1)[-1]].append(event)
    for (node, daemon), events in by_place.items():
        yield _finding(incident, node, daemon, events)


def _after_split(incident: Incident, event: Event) -> bool:
    return event.time_us is not None and any(
        one.kind == "cut off" and one.time_us <= event.time_us <= (one.back_us or one.time_us) + _AFTER_SPLIT
        for one in departures(incident)
    )


def _finding(incident: Incident, node: str | None, daemon: str, events: list[Event]) -> Finding:
    first = events[0]
    times = Phrase(", {times}", times=plural(len(events), "time")) if len(events) > 1 else ""
    signal = Phrase(" by signal {reason}", reason=first.reason) if (first.reason or "").isdigit() else ""
    again = [one for one in told_once(events_of(incident, "daemon-respawned", "daemon-given-up", "segfault", "oom-kill"))
             if one.writer == node and daemon in (one.value or one.text)]  # fmt: skip
    respawned = next((one for one in again if one.kind == "daemon-respawned"), None)
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
        cause=Phrase(
            "A daemon of the cluster itself ended unexpectedly{again}. Resources may have gone on running"
            " meanwhile, and are probed again.",
            again=Phrase("; it was started anew") if respawned else "",
        ),
        node=node,
        time=instant(first.time_us),
        evidence=quotes(incident, [*events[:3], *again[:3]]),
        remedy=(
            Phrase("Look for a core file and the kernel's word on it; a newer version may have the fix:"),
            "$ coredumpctl list",
            "$ journalctl -k",
        ),
        verify=(watch(incident),),
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
