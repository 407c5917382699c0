"""The picture: an incident as lanes over time, as plain data that a page and a terminal draw.

What there is too much of is made coarser here, so that months of logs give a picture of bounded size; the finest
grain that the bounds allow is kept, for those who look closer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import chain, product
from string import ascii_uppercase
from typing import TYPE_CHECKING

from ha_report.model import Evidence
from ha_report.numerals import natural
from ha_report.questions.knowledge import known_nodes, listed
from ha_report.questions.partitions import Partition, partitions
from ha_report.questions.placement import placement
from reports.lanes_density import density_of
from reports.lanes_marks import LONGEST, change_marks, cleaned_marks, coarse, failed_marks, node_marks, transition_marks
from reports.lanes_nodes import node_bars, silences
from reports.lanes_resources import Told, resource_lanes, troubled_bars
from reports.shape import Bar, Lane, Picture
from reports.words import instant, message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from ha_report.incident import Incident
    from ha_report.model import Source
    from reports.shape import Mark, TimelineRow

UNNAMED = frozenset({"(null)"})  # how Pacemaker logs a node whose name it does not know yet
MOST_BARS = 3_000
MOST_MARKS = 1_500
FINEST = 20_000  # parts of the whole: what is nearer together is one at most zooms
MOST_NODES, MOST_RESOURCES = 10, 14  # lanes; of more, those in which nothing happened are folded away
CALM = frozenset({"online", "starting", "started", "promoted", "unpromoted", "clone"})
AFTERWARDS = timedelta(seconds=30)  # what is known this long after the last event shows how it ended
NEAR = timedelta(minutes=10)  # troubles this close belong together
FEW = 12  # bars and marks that are taken in at a glance, however far apart
MOST_FOCUS = 0.6  # of the whole: a focus longer than this is no focus


def picture_of(
    incident: Incident, timeline: Sequence[TimelineRow], names: Sequence[str], wanted: datetime | None = None
) -> Picture | None:
    """Return the picture, None where nothing tells what happened when.

    `names` are the nodes that the page shows; `wanted` is the time of what it is about.
    """
    names = sorted({*names, *known_nodes(incident)} - UNNAMED, key=natural)
    begin, end = _window(incident, timeline)
    if begin is None or end is None or begin >= end:
        return None
    end_us = _us(end)
    nodes = _nodes(incident, names, end_us)
    resources = resource_lanes(incident, _told(incident, timeline, end_us))
    cluster = _cluster(incident, end)
    if not nodes and not resources and not any(lane.marks for lane in cluster):
        return None
    whole = [[_within(lane, begin, end) for lane in lanes] for lanes in (nodes, resources, cluster)]
    nodes, resources, cluster = _bounded(whole, end - begin)
    return Picture(
        begin=begin,
        end=end,
        focus=_focus([*nodes, *resources], begin, end, wanted),
        letters=_letters([*(lane.name for lane in nodes), *names], resources),
        nodes=tuple(_quiet_folded(nodes, MOST_NODES, "more-nodes")),
        resources=tuple(_quiet_folded(resources, MOST_RESOURCES, "more-resources")),
        cluster=tuple(cluster),
        density=density_of(incident, [row.severity == "error" for row in timeline], begin, end),
    )


def _us(time: datetime) -> int:
    return round(time.timestamp() * 1_000_000)


def _window(incident: Incident, timeline: Sequence[TimelineRow]) -> tuple[datetime | None, datetime | None]:
    """Return from when to when events and failures are, and what else was written or shown soon after.

    Where no log tells any time, from snapshot to snapshot.
    """
    last = next((row.time for row in reversed(timeline) if row.time is not None), None)
    times = [row.time for row in timeline[:1] if row.time is not None]  # in order of time, those without one last
    times += [last] if last is not None else []
    times += [one.time for one in incident.failed_operations if one.time is not None]
    shown = [instant(one.time_us) for one in incident.snapshots if one.time_us is not None]
    if len(set(times)) < 2:  # noqa: PLR2004 -- a window has two ends
        times += shown
    begin, end = min(times, default=None), max(times, default=None)
    if begin is None or end is None:
        return begin, end
    shown += [instant(one.last_time_us) for one in incident.inputs if one.last_time_us is not None]
    soon = end + max((end - begin) / 4, AFTERWARDS)
    return begin, max([end, *(time for time in shown if time <= soon)])


def _told(incident: Incident, timeline: Sequence[TimelineRow], end_us: int) -> Told:
    """Return the marks of resources, and the lines that tell of failures and of stays."""
    wanted: set[Source] = {stay.source for stay in placement(incident)}
    wanted |= {source for one in incident.failed_operations for source in one.sources}
    known = {row.source: row for row in timeline if row.source in wanted}
    marks: dict[str, list[Mark]] = defaultdict(list)
    for found in (failed_marks(incident, known), cleaned_marks(incident)):
        for name, own in found.items():
            marks[name] = sorted([*marks[name], *own], key=lambda mark: mark.time)
    lines = {place: Evidence(*place, message_of(row.text)[:LONGEST]) for place, row in known.items()}
    return Told(marks, lines, end_us, troubled_bars(incident, lines, end_us))


def _nodes(incident: Incident, names: Sequence[str], end_us: int) -> list[Lane]:
    marks, silent = node_marks(incident), silences(incident)
    bars = node_bars(incident, names, end_us)
    lanes = [
        Lane(name, "node", (*bars.get(name, ()), *silent.get(name, ())), tuple(marks.get(name, ()))) for name in names
    ]
    return [lane for lane in lanes if lane.bars or lane.marks]


def _cluster(incident: Incident, end: datetime) -> list[Lane]:
    """Return what concerns no single node or resource."""
    parted = tuple(
        Bar(instant(one.begin_us), end if one.end_us is None else instant(one.end_us), "parted", _sides(one))
        for one in partitions(incident)
    )
    lanes = [
        Lane("partitions", "partitions", parted),
        Lane("transitions", "transitions", (), tuple(transition_marks(incident))),
        Lane("changes", "changes", (), tuple(change_marks(incident))),
    ]
    return [lane for lane in lanes if lane.bars or lane.marks]


def _sides(one: Partition) -> str:
    return " | ".join(listed(side) for side in one.sides)


def _within(lane: Lane, begin: datetime, end: datetime) -> Lane:
    """Return a lane with nothing outside of the picture: a snapshot may tell of times long gone."""
    bars = (bar._replace(begin=max(bar.begin, begin), end=min(bar.end, end)) for bar in lane.bars)
    return replace(
        lane,
        bars=tuple(bar for bar in bars if bar.begin < bar.end or begin <= bar.begin == bar.end <= end),
        marks=tuple(mark for mark in lane.marks if begin <= mark.time <= end),
        members=tuple(_within(member, begin, end) for member in lane.members),
    )


def _bounded(whole: list[list[Lane]], span: timedelta) -> list[list[Lane]]:
    """Return the lanes in the finest grain in which they have no more bars and marks than there is room for."""
    grain = timedelta(0)
    while _count(whole, "bars") > MOST_BARS and grain < span:
        grain = max(grain * 2, span / FINEST)
        whole = [[_changed(lane, "bars", grain, coarse_bars) for lane in lanes] for lanes in whole]
    grain = timedelta(0)
    while _count(whole, "marks") > MOST_MARKS and grain < span:
        grain = max(grain * 2, span / FINEST)
        whole = [[_changed(lane, "marks", grain, coarse) for lane in lanes] for lanes in whole]
    return whole


def _count(whole: Iterable[Iterable[Lane]], what: str) -> int:
    return sum(len(getattr(lane, what)) for lane in every(chain.from_iterable(whole)))


def every(lanes: Iterable[Lane]) -> Iterator[Lane]:
    """Yield `lanes` and all that is folded into them."""
    for lane in lanes:
        yield lane
        yield from every(lane.members)


def _changed(lane: Lane, what: str, grain: timedelta, change: Callable[..., Sequence[object]]) -> Lane:
    members = tuple(_changed(member, what, grain, change) for member in lane.members)
    return replace(lane, **{what: tuple(change(getattr(lane, what), grain)), "members": members})  # type: ignore[arg-type]


def coarse_bars(bars: Sequence[Bar], grain: timedelta) -> list[Bar]:
    """Return `bars` with those shorter than `grain`, and close to each other, made one that counts them."""
    found: list[Bar] = []
    for bar in bars:
        last = found[-1] if found else None
        near = last is not None and bar.begin - last.end < grain and bar.end - bar.begin < grain
        if last is not None and near and (last.state == "busy" or last.end - last.begin < grain):
            count = max(last.many, 1) + max(bar.many, 1) if last.state == "busy" else 2
            found[-1] = Bar(last.begin, max(last.end, bar.end), "busy", many=count, evidence=last.evidence)
        else:
            found.append(bar)
    return [bar for number, bar in enumerate(found) if not _hidden(found, number, grain)]


def _hidden(bars: Sequence[Bar], number: int, grain: timedelta) -> bool:
    """Say whether a bar is but a line between two long ones, such as the seconds of a move in a picture of months."""
    bar = bars[number]
    if bar.end - bar.begin >= grain or bar.state == "busy" or not 0 < number < len(bars) - 1:
        return False
    before, after = bars[number - 1], bars[number + 1]
    return bar.begin - before.end < grain and after.begin - bar.end < grain


def _focus(
    lanes: Sequence[Lane], begin: datetime, end: datetime, wanted: datetime | None
) -> tuple[datetime, datetime] | None:
    """Return the time around what went wrong: around `wanted`, else around the first trouble; None where all fits into one look."""
    if _count([lanes], "bars") + _count([lanes], "marks") <= FEW:
        return None
    grave = {"failed", "lost", "fenced", "not-fenced", "quorum-lost"}
    times = {time for lane in lanes for mark in lane.marks if mark.kind in grave for time in (mark.time, mark.last)}
    times |= {time for lane in lanes for bar in lane.bars if bar.state in ("down", "twice") for time in (bar.begin,)}
    known = sorted(time for time in times if time is not None)
    about = wanted if wanted is not None and begin <= wanted <= end else next(iter(known), None)
    if about is None:
        return None
    first = last = about
    for time in reversed([time for time in known if time < about]):
        first = time if first - time <= NEAR else first
    for time in [time for time in known if time > about]:
        last = time if time - last <= NEAR else last
    room = max((last - first) / 4, timedelta(seconds=5))
    focus = max(first - room, begin), min(last + room, end)
    return focus if focus[1] - focus[0] < (end - begin) * MOST_FOCUS else None


def _letters(names: Sequence[str], resources: Iterable[Lane]) -> dict[str, str]:
    """Return a letter for each node, so that its colour is not its only sign; the 27th is AA."""
    placed = (bar.node for lane in every(resources) for bar in lane.bars if bar.node is not None)
    known = dict.fromkeys([*names, *placed])
    letters = chain(ascii_uppercase, ("".join(two) for two in product(ascii_uppercase, repeat=2)))
    return dict(zip(known, letters, strict=False))


def _quiet_folded(lanes: Sequence[Lane], most: int, kind: str) -> list[Lane]:
    """Return the lanes, those in which nothing happened folded into one at the end where there are more than `most`."""
    quiet = [lane for lane in lanes if is_quiet(lane)]
    if len(lanes) <= most or len(quiet) < 2:  # noqa: PLR2004 -- a fold of one hides more than it saves
        return list(lanes)
    return [*(lane for lane in lanes if not is_quiet(lane)), Lane(str(len(quiet)), kind, members=tuple(quiet))]


def is_quiet(lane: Lane) -> bool:
    """Say whether nothing happened to a node or resource: it came up, and that was all."""
    if lane.marks or any(bar.state not in CALM or bar.dc for bar in lane.bars):
        return False
    settled = [bar for bar in lane.bars if bar.state != "starting"]
    limit = 1 if lane.kind == "resource" else len(settled)
    return len(settled) <= max(limit, 1) and all(is_quiet(member) for member in lane.members)
