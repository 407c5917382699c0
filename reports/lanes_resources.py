"""Lanes of resources: which node ran each, when it ran nowhere or twice; groups and clones folded.

Where a resource ran is asked of `ha_report.questions.placement`.  The lane of a group or clone sums its members up:
the node that runs the group, or how many nodes run the clone and which of them has it promoted.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from ha_report.executions import base_name
from ha_report.questions.knowledge import agent_of, parents_of, states_of
from ha_report.questions.placement import Stay, doubles, downtime, placement, runs_many
from reports.shape import Bar, Lane, Mark
from reports.words import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ha_report.incident import Incident
    from ha_report.model import Evidence, Source

_MANY = ("clone", "master", "bundle")


class Told(NamedTuple):
    """What is known beside the stays: marks by resource, and the text of lines."""

    marks: Mapping[str, Sequence[Mark]]
    lines: Mapping[Source, Evidence]
    end_us: int  # of the picture
    bars: Mapping[str, Sequence[Bar]]  # beside the stays, by resource: when it ran nowhere, when it ran twice


def troubled_bars(incident: Incident, lines: Mapping[Source, Evidence], end_us: int) -> dict[str, list[Bar]]:
    """Return when resources ran nowhere, and when on two nodes at once, up to `end_us`."""
    found: dict[str, list[Bar]] = defaultdict(list)
    for gap in downtime(incident):
        if gap.begin_us < end_us:
            end = end_us if gap.end_us is None else min(gap.end_us, end_us)
            found[gap.resource].append(Bar(instant(gap.begin_us), instant(end), "down"))
    for first, second in doubles(incident):
        if second.begin_us < end_us:
            end = min(end_us if stay.end_us is None else stay.end_us for stay in (first, second))
            proof = lines.get(second.source)
            bar = Bar(instant(second.begin_us), instant(min(end, end_us)), "twice", many=2, evidence=proof)
            found[first.resource].append(bar)
    return found


class Holder(NamedTuple):
    """What holds resources: a group or a clone."""

    name: str
    kind: str  # "group", "clone"


def resource_lanes(incident: Incident, told: Told) -> list[Lane]:
    """Return a lane for each resource that ran or failed, those that one group or clone holds folded into one."""
    stays: dict[str, list[Stay]] = defaultdict(list)
    for stay in placement(incident):
        if stay.begin_us <= told.end_us:
            stays[stay.resource].append(stay)
    held: dict[Holder, list[str]] = defaultdict(list)
    for name in _names(incident, stays, told):
        held[_holder(incident, name)].append(name)
    many = runs_many(incident)
    return [_lane(incident, holder, names, many, stays, told) for holder, names in held.items()]


def _names(incident: Incident, stays: Mapping[str, list[Stay]], told: Told) -> list[str]:
    """Return the resources that there is something to show of, as a snapshot orders them, then in order of time."""
    shown = [base_name(one.id) for one in incident.resources]
    return [name for name in dict.fromkeys([*shown, *stays, *told.marks]) if name in stays or name in told.marks]


def _holder(incident: Incident, name: str) -> Holder:
    """Return what holds a resource, the outermost; of one that stands alone, the resource itself."""
    parents = parents_of(incident, name)
    if parents:
        return Holder(parents[-1].id, "clone" if parents[-1].kind in _MANY else "group")
    shown = next((one for one in states_of(incident, name) if one.parent), None)
    if shown is not None and shown.parent is not None:
        return Holder(shown.parent, "clone" if shown.id != name else "group")
    return Holder(name, "resource")


def _lane(
    incident: Incident,
    holder: Holder,
    names: list[str],
    many: frozenset[str],
    stays: Mapping[str, list[Stay]],
    told: Told,
) -> Lane:
    if holder.kind == "resource" and holder.name not in many:
        return _alone(incident, holder.name, stays.get(holder.name, []), told)
    own = [stay for name in names for stay in stays.get(name, [])]
    marks = sorted((mark for name in names for mark in told.marks.get(name, [])), key=lambda mark: mark.time)
    if holder.kind == "group" and not set(names) & many:
        members = [_alone(incident, name, stays.get(name, []), told) for name in names]
        bars = _summed(own, told.end_us, len(names))
        bars += _nowhere(bars, [bar for lane in members for bar in lane.bars if bar.state == "down"])
        return Lane(holder.name, "group", tuple(sorted(bars, key=_begin)), tuple(marks), tuple(members))
    members = [lane for name in names for lane in _instances(name, stays.get(name, []), told, alone=len(names) == 1)]
    bars = list(_counted(own, told.end_us))
    return Lane(holder.name, "clone", tuple(bars), tuple(marks), tuple(members), _agent(incident, names))


def _agent(incident: Incident, names: list[str]) -> str | None:
    return agent_of(incident, names[0]) if len(names) == 1 else None


def _alone(incident: Incident, name: str, stays: Sequence[Stay], told: Told) -> Lane:
    """Return the lane of a resource that runs on one node at a time, or should."""
    bars = [_bar(stay, told) for stay in stays]
    placed = sorted([*_tracked(bars), *told.bars.get(name, ())], key=lambda bar: (bar.state == "twice", bar.begin))
    return Lane(name, "resource", tuple(placed), tuple(told.marks.get(name, ())), (), agent_of(incident, name))


def _bar(stay: Stay, told: Told) -> Bar:
    end = told.end_us if stay.end_us is None else min(stay.end_us, told.end_us)
    proof = told.lines.get(stay.source)
    return Bar(instant(stay.begin_us), instant(max(end, stay.begin_us)), stay.role.lower(), stay.node, evidence=proof)


def _tracked(bars: Iterable[Bar]) -> Iterator[Bar]:
    """Yield bars that lie over each other in tracks of their own."""
    run: list[Bar] = []
    for bar in sorted(bars, key=_begin):
        if run and bar.begin >= max(one.end for one in run):
            yield from _side_by_side(run)
            run = []
        run.append(bar)
    yield from _side_by_side(run)


def _side_by_side(run: list[Bar]) -> Iterator[Bar]:
    ends: list[Bar] = []  # the last bar of each track
    placed: list[Bar] = []
    for bar in run:
        track = next((number for number, last in enumerate(ends) if last.end <= bar.begin), len(ends))
        ends[track : track + 1] = [bar]
        placed.append(bar._replace(track=track))
    yield from (bar._replace(tracks=len(ends)) for bar in placed)


def _instances(name: str, stays: Sequence[Stay], told: Told, *, alone: bool) -> Iterator[Lane]:
    """Yield what a clone holds: where it is one resource, a lane for each node that ran it."""
    if not alone:
        yield Lane(name, "clone", tuple(_counted(stays, told.end_us)), tuple(told.marks.get(name, ())))
        return
    nodes = sorted({stay.node for stay in stays})
    for node in nodes:
        bars = tuple(_bar(stay, told) for stay in stays if stay.node == node)
        marks = tuple(mark for mark in told.marks.get(name, ()) if ("node", node) in mark.words)
        yield Lane(node, "instance", bars, marks)


def _steps(stays: Sequence[Stay], end_us: int) -> Iterator[tuple[int, int, list[Stay]]]:
    """Yield the times between two changes, with the stays that hold then."""
    changes: list[tuple[int, int, int]] = []
    for number, stay in enumerate(stays):
        end = end_us if stay.end_us is None else min(stay.end_us, end_us)
        if end > stay.begin_us:
            changes += [(stay.begin_us, 1, number), (end, 0, number)]
    now: dict[int, Stay] = {}
    before = 0
    for time_us, begins, number in sorted(changes):
        if now and time_us > before:
            yield before, time_us, list(now.values())
        if begins:
            now[number] = stays[number]
        else:
            del now[number]
        before = time_us


def _summed(stays: Sequence[Stay], end_us: int, members: int) -> list[Bar]:
    """Return where a group ran: in part as long as a member is missing, apart when on several nodes."""
    found: list[Bar] = []
    for begin, end, now in _steps(stays, end_us):
        nodes = {stay.node for stay in now}
        node = now[0].node if len(nodes) == 1 else None
        running = {stay.resource for stay in now}
        parted = "twice" if len({(stay.resource, stay.node) for stay in now}) > len(running) else "apart"
        state = parted if node is None else "started" if len(running) == members else "part"
        found.append(Bar(instant(begin), instant(end), state, node, many=len(nodes)))
    return _merged(found)


def _nowhere(bars: Sequence[Bar], downs: Sequence[Bar]) -> list[Bar]:
    """Return the times between `bars`, and after them, that members were down and none ran."""
    found: list[Bar] = []
    for number, bar in enumerate(bars):
        until = bars[number + 1].begin if number + 1 < len(bars) else None
        ends = [down.end for down in downs if down.begin <= bar.end < down.end]
        end = min(max(ends), until) if ends and until else max(ends, default=bar.end)
        if end > bar.end:
            found.append(Bar(bar.end, end, "down"))
    return found


def _begin(bar: Bar) -> datetime:
    return bar.begin


def _counted(stays: Sequence[Stay], end_us: int) -> list[Bar]:
    """Return on how many nodes a clone ran, and on which it was promoted."""
    found: list[Bar] = []
    for begin, end, now in _steps(stays, end_us):
        promoted = {stay.node for stay in now if stay.role == "Promoted"}
        node = next(iter(promoted)) if len(promoted) == 1 else None
        state = "promoted" if node else "promoted-twice" if promoted else "clone"
        found.append(Bar(instant(begin), instant(end), state, node, many=len({stay.node for stay in now})))
    return _merged(found)


def _merged(bars: Sequence[Bar]) -> list[Bar]:
    found: list[Bar] = []
    for bar in bars:
        if found and found[-1].end == bar.begin and found[-1]._replace(begin=bar.begin, end=bar.end) == bar:
            found[-1] = found[-1]._replace(end=bar.end)
        else:
            found.append(bar)
    return found
