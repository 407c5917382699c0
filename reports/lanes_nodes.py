"""Lanes of nodes: what state each was in, when it was the DC, and when its logs are silent.

A node's own log tells that its cluster started and stopped; that it was lost, others have to tell.  What a
departure was (a shutdown, a loss, a cut) and when it ended is asked of `ha_report.questions`.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ha_report.model import Evidence
from ha_report.questions.fencings import fencings
from ha_report.questions.knowledge import SECOND, events_of, told_once
from reports.lanes_marks import gone_nodes, quoted
from reports.shape import Bar
from reports.words import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ha_report.incident import Incident
    from ha_report.model import Event

_THERE = ("member", "active", "up")
_ALIVE = ("operation-result", "controller-state", "dc-set", "transition-ended")  # only a node that is up writes these
_GONE = {"shutdown": "shutdown", "cut off": "cut-off", "fenced": "fenced", "lost": "lost"}
_AWAY = frozenset(_GONE.values()) | {"unclean", "offline"}
_SCHEDULED = ("standby", "maintenance")  # as the scheduler sees a node that is online
_FLICKER = 2 * SECOND  # a DC that is unset and set again within this was the DC all the time
# At one instant: what ends a state, then what begins one.
_ORDER = {"lost": 0, "cut-off": 0, "shutdown": 0, "fenced": 0, "unclean": 1, "starting": 2, "back": 3, "member": 4}


class Signal(NamedTuple):
    """What tells of a node's state at one moment."""

    time_us: int
    word: str  # a state, or "member", "alive" and "back", which may lead to one
    told: Evidence | None


class Stretch(NamedTuple):
    """A time in one state."""

    begin_us: int
    end_us: int
    state: str
    told: Evidence | None


def node_bars(incident: Incident, names: Iterable[str], end_us: int) -> dict[str, list[Bar]]:
    """Return the states of each node that anything tells of, in order of time, up to `end_us`."""
    signals = signals_of(incident)
    seen: dict[str | None, list[Event]] = defaultdict(list)
    for event in events_of(incident, "online-status"):
        seen[event.node].append(event)
    made: dict[str, list[Bar]] = {}
    for name in names:
        base = stretches(signals.get(name, []), end_us)
        others = [*_scheduled(seen[name], end_us), *_as_dc(incident, name, base, end_us)]
        made[name] = list(_bars(base, others))
    return {name: bars for name, bars in made.items() if bars}


def signals_of(incident: Incident) -> dict[str, list[Signal]]:
    """Return what tells of the state of each node, in order of time."""
    found: dict[str, list[Signal]] = defaultdict(list)
    for name, signal in (*_own(incident), *_told(incident), *_from_snapshots(incident)):
        found[name].append(signal)
    return {
        name: sorted(own, key=lambda signal: (signal.time_us, _ORDER.get(signal.word, 5)))
        for name, own in found.items()
    }


def _own(incident: Incident) -> Iterator[tuple[str, Signal]]:
    """Yield what nodes' own logs tell; of the many lines that only show life, the first."""
    for kind, word in (("stack-started", "starting"), ("stack-stopped", "shutdown")):
        for event in told_once(events_of(incident, kind)):
            if event.writer and event.time_us is not None:
                yield event.writer, Signal(event.time_us, word, quoted(event))
    for event in told_once(events_of(incident, "dc-takeover", "dc-set")):
        if event.writer and event.time_us is not None:
            yield event.writer, Signal(event.time_us, "member", quoted(event))
    told = incident.events[incident.events["kind"].isin(_ALIVE) & incident.events["time"].notna()]
    first = told.drop_duplicates("writer").dropna(subset="writer")
    for writer, time, *line in zip(*(first[name] for name in ("writer", "time", "file", "line", "text")), strict=True):
        yield str(writer), Signal(round(time.timestamp() * SECOND), "alive", Evidence(*line))


def _told(incident: Incident) -> Iterator[tuple[str, Signal]]:
    for event in told_once(events_of(incident, "node-state")):
        if event.value in _THERE and event.node and event.time_us is not None:
            yield event.node, Signal(event.time_us, "member", quoted(event))
    for event in told_once(events_of(incident, "node-unclean")):
        if event.node and event.time_us is not None:
            yield event.node, Signal(event.time_us, "unclean", quoted(event))
    for gone in gone_nodes(incident):
        yield gone.node, Signal(gone.time_us, _GONE[gone.kind], quoted(gone.told[0]))
        if gone.back_us is not None:
            yield gone.node, Signal(gone.back_us, "back", None)
    for one in fencings(incident):
        if one.done:
            yield one.node, Signal(one.end_us, "fenced", quoted(one.told[0]))


def _from_snapshots(incident: Incident) -> Iterator[tuple[str, Signal]]:
    for snapshot in incident.snapshots:
        if snapshot.time_us is None or snapshot.format == "cib":
            continue
        for node in snapshot.nodes:
            if node.state is not None and node.state != "ping":
                online = "offline" not in node.state.lower()
                yield node.name, Signal(snapshot.time_us, "alive" if online else "offline", None)


def stretches(signals: Iterable[Signal], end_us: int) -> list[Stretch]:
    """Return the states that `signals`, in order of time, lead through, up to `end_us`.

    Where snapshots are all that tells, one shows a node online and a later one offline, when it went is not known:
    it was online as long as it was seen to be, which may be a moment.
    """
    found: list[Stretch] = []
    state: str | None = None
    begin, seen, told = 0, 0, None
    for signal in signals:
        gone = signal.word == "offline" and state == "online" and told is None
        after = "offline" if gone else _after(state, signal.word)
        if signal.time_us > end_us:
            continue
        if after == state:
            seen = signal.time_us
            continue
        if state is not None and (gone or signal.time_us > begin):
            found.append(Stretch(begin, seen if gone else signal.time_us, state, told))
        state, begin, seen, told = after, signal.time_us, signal.time_us, signal.told
    if state is not None and (end_us > begin or state == "offline"):
        found.append(Stretch(begin, end_us, state, told))
    return found


def _after(state: str | None, word: str) -> str | None:
    """Return the state that a word leads to from `state`; who was lost is back only when it is seen to be."""
    if word in ("member", "alive"):
        held = state in _AWAY if word == "member" else state is not None
        return state if held and state != "offline" else "online"
    if word == "back":
        return state if state == "starting" else "online"
    if word == "starting" and state == "cut-off":
        return "starting"
    if word == "offline":
        return state or word
    if word == "unclean" and state in (None, "shutdown", "offline"):
        return state
    return "fenced" if word in ("lost", "unclean") and state == "fenced" else word


def _scheduled(seen: list[Event], end_us: int) -> Iterator[Stretch]:
    """Yield the times that the scheduler saw a node in standby or in maintenance; `seen` is all that it said of it."""
    since: Event | None = None
    for event in seen:
        if event.time_us is None or (since and event.value == since.value):
            continue
        if since and since.time_us is not None:
            yield Stretch(since.time_us, event.time_us, since.value or "", quoted(since))
        since = event if event.value in _SCHEDULED else None
    if since and since.time_us is not None:
        yield Stretch(since.time_us, end_us, since.value or "", quoted(since))


def _as_dc(incident: Incident, name: str, states: list[Stretch], end_us: int) -> list[Stretch]:
    """Return the times that the node was the DC: as its own log tells, else as others do."""
    events = events_of(incident, "dc-takeover", "dc-set", "dc-unset")
    own = [event for event in events if event.writer == name]
    told = own or [event for event in events if event.kind == "dc-set"]
    words: list[tuple[int, bool, Event | None]] = [
        (event.time_us, event.kind == "dc-takeover" or (event.kind == "dc-set" and event.node == name), event)
        for event in told
        if event.time_us is not None
    ]
    ended = {"starting", "shutdown", "lost", "fenced"}
    words += [(one.begin_us, False, None) for one in states if one.state in ended]
    found: list[Stretch] = []
    since: tuple[int, Event | None] | None = None
    for time_us, is_dc, event in sorted(words, key=lambda word: word[0]):
        if is_dc and since is None:
            since = (time_us, event)
        elif not is_dc and since is not None:
            found.append(Stretch(since[0], time_us, "dc", quoted(since[1])))
            since = None
    if since is not None:
        found.append(Stretch(since[0], end_us, "dc", quoted(since[1])))
    return _joined(found)


def _joined(found: list[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for one in found:
        if joined and one.begin_us - joined[-1].end_us <= _FLICKER:
            joined[-1] = joined[-1]._replace(end_us=one.end_us)
        else:
            joined.append(one)
    return joined


def _bars(base: list[Stretch], others: list[Stretch]) -> Iterator[Bar]:
    """Yield the states cut where the scheduler's view or the DC changes; those hold only while a node is there."""
    for stretch in base:
        if stretch.state not in ("online", "cut-off"):
            yield _bar(stretch.begin_us, stretch.end_us, stretch.state, stretch.told, dc=False)
            continue
        over = [one for one in others if one.begin_us < stretch.end_us and one.end_us > stretch.begin_us]
        cuts = {time for one in over for time in (one.begin_us, one.end_us)}
        inside = sorted(time for time in cuts if stretch.begin_us < time < stretch.end_us)
        edges = [stretch.begin_us, *inside, stretch.end_us]
        for begin, end in pairwise(edges):
            now = [one for one in over if one.begin_us <= begin and one.end_us >= end]
            scheduled = next((one for one in now if one.state != "dc"), None)
            dc = next((one for one in now if one.state == "dc"), None)
            told = scheduled or dc or stretch
            online = stretch.state == "online"
            state = scheduled.state if scheduled and online else stretch.state
            yield _bar(begin, end, state, told.told, dc=dc is not None)


def _bar(begin_us: int, end_us: int, state: str, told: Evidence | None, *, dc: bool) -> Bar:
    return Bar(instant(begin_us), instant(end_us), state, dc=dc, evidence=told)


def silences(incident: Incident) -> dict[str, list[Bar]]:
    """Return for each node the times that one of its logs has no line for long."""
    found: dict[str, list[Bar]] = defaultdict(list)
    for one in incident.inputs:
        for begin, end in one.gaps_us:
            if one.node:
                found[one.node].append(Bar(instant(begin), instant(end), "silent", node=one.path))
    return found
