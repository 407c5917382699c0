"""Times when the cluster was in two parts that did not see each other, and each went on alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from ha_report.model import Event
from ha_report.questions.departures import Departure, departures
from ha_report.questions.knowledge import SECOND, ByIdentity, between, events_of, known_nodes, properties_of, told_once
from ha_report.questions.placement import Stay, doubles

if TYPE_CHECKING:
    from ha_report.incident import Incident

_TOGETHER = 60 * SECOND


@dataclass(frozen=True)
class Partition:
    """One time that the cluster was parted."""

    departures: tuple[Departure, ...]
    sides: tuple[tuple[str, ...], ...]  # the nodes that saw each other, the larger side first
    begin_us: int
    end_us: int | None
    without_quorum: tuple[str, ...]  # nodes that lost quorum
    twice: tuple[tuple[Stay, Stay], ...]  # what ran on both sides at once
    told_twice: tuple[Event, ...]  # the scheduler's word that something is active twice

    @property
    def cut_off(self) -> tuple[str, ...]:
        """Return the nodes of the smaller side, or of the side that lost quorum; none where the sides are equal."""
        for side in self.sides[1:]:
            if len(side) < len(self.sides[0]):
                return side
        losers = [side for side in self.sides if set(side) & set(self.without_quorum)]
        return losers[0] if len(losers) == 1 else ()


def partitions(incident: Incident) -> tuple[Partition, ...]:
    """Return the times that the cluster was parted, in order."""
    return _partitions(ByIdentity(incident))


@lru_cache(maxsize=2)
def _partitions(same: ByIdentity) -> tuple[Partition, ...]:
    incident = same.incident
    groups: list[list[Departure]] = []
    for one in departures(incident):
        if one.kind != "cut off":
            continue
        if groups and one.time_us - groups[-1][0].time_us <= _TOGETHER:
            groups[-1].append(one)
        else:
            groups.append([one])
    return tuple(_partition(incident, tuple(group)) for group in groups)


def _partition(incident: Incident, group: tuple[Departure, ...]) -> Partition:
    begin = min(one.time_us for one in group)
    backs = [one.back_us for one in group if one.back_us is not None]
    end = max(backs) if backs else None
    until = begin + _TOGETHER if end is None else end + _TOGETHER
    quorum = between(events_of(incident, "quorum"), begin - _TOGETHER, until if end is None else end)
    lost = tuple(dict.fromkeys(one.writer for one in quorum if one.value in ("lost", "non-primary") and one.writer))
    regained = _regained_at_once(incident, lost, begin)
    return Partition(
        departures=group,
        sides=_sides(incident, group),
        begin_us=begin,
        end_us=end,
        without_quorum=tuple(name for name in lost if name not in regained),
        twice=_twice(incident, begin, end),
        told_twice=tuple(told_once(between(events_of(incident, "active-twice"), begin, until))),
    )


def _regained_at_once(incident: Incident, names: tuple[str, ...], begin_us: int) -> set[str]:
    """Return the nodes that lost quorum only until the new membership stood, as those of Heartbeat do."""
    near = between(events_of(incident, "quorum"), begin_us - _TOGETHER, begin_us + 5 * SECOND)
    return {
        name
        for name in names
        if [one.value for one in near if one.writer == name][-1:] in (["(re)attained"], ["acquired"], ["primary"])
    }


def _sides(incident: Incident, group: tuple[Departure, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the nodes in groups that did not lose each other."""
    apart = {frozenset((one.node, event.writer)) for one in group for event in one.told if event.writer}
    names = list(dict.fromkeys([*known_nodes(incident), *(name for pair in apart for name in sorted(pair))]))
    names = [name for name in names if any(name in pair for pair in apart)]
    sides: list[list[str]] = []
    for name in names:
        own = next((side for side in sides if all(frozenset((name, other)) not in apart for other in side)), None)
        if own is None:
            sides.append([name])
        else:
            own.append(name)
    return tuple(sorted((tuple(side) for side in sides), key=len, reverse=True))


def _twice(incident: Incident, begin_us: int, end_us: int | None) -> tuple[tuple[Stay, Stay], ...]:
    """Return what began to run on a second node from `begin_us` to `end_us`, in the order of `doubles`."""
    ordered, begins = _doubles_by_begin(ByIdentity(incident))
    last = len(begins) if end_us is None else bisect_right(begins, end_us)
    return tuple(pair for _, pair in sorted(ordered[bisect_left(begins, begin_us - SECOND) : last], key=itemgetter(0)))


@lru_cache(maxsize=2)
def _doubles_by_begin(same: ByIdentity) -> tuple[list[tuple[int, tuple[Stay, Stay]]], list[int]]:
    """Return the doubles with their numbers in order of the later stay, and when that began."""
    ordered = sorted(enumerate(doubles(same.incident)), key=lambda told: told[1][1].begin_us)
    return ordered, [pair[1].begin_us for _, pair in ordered]


def stops_without_quorum(incident: Incident) -> bool:
    """Say whether a partition without quorum stops, freezes or fences: all but no-quorum-policy=ignore."""
    return properties_of(incident).get("no-quorum-policy", "stop") != "ignore"
