"""Makes instants of the naive times of all logs, and gives nodes to the lines without a host.

What one file does not tell, the others of its node may: a date with a year, a zone, a line that gives the
same second on the wall and since 1970.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from itertools import repeat

import numpy as np

from ha_report.model import Event, OperationRecord
from parsers.clock import SECOND, Moment, Zone, fixed, to_year, years_to
from parsers.headers import Header
from parsers.log_reading import LogReading
from parsers.probing import LONG

_QUARTER = 900  # zones differ by quarters of an hour
_QUARTER_US = _QUARTER * SECOND
_LAG = 150  # seconds between a failure and the line that tells its time
_UNUSUAL = 20  # times what is usual in the file
_FARTHEST = 15 * 3600  # no zone is farther from UTC


@dataclass
class Clues:
    """What the files of a node, or of the whole bundle, tell of its clock."""

    dates: list[int] = field(default_factory=list)  # naive times with a year
    offsets: list[int] = field(default_factory=list)  # seconds east of UTC

    def add(self, dates: Iterable[int | None], offsets: Iterable[int | None]) -> None:
        """Add what is known; None is what a file does not tell.  An offset that no zone has is none, but damage."""
        self.dates += [date for date in dates if date is not None]
        self.offsets += [offset for offset in offsets if offset is not None and abs(offset) <= _FARTHEST]

    def zone(self) -> tzinfo | None:
        """Return the zone that most clues tell; None without a clue."""
        return fixed(Counter(self.offsets).most_common(1)[0][0]) if self.offsets else None


def clues_of(reading: LogReading) -> Clues:
    """Return what a log tells of its own clock."""
    clues = Clues()
    clues.add([reading.clock.latest_us], reading.clock.offsets)
    for index, epoch in reading.epochs:
        if reading.absolute[index]:
            continue
        naive = _in_year_of(reading.times[index] or 0, epoch, dated=bool(reading.dated[index]))
        offset = round((naive - epoch * SECOND) / SECOND / _QUARTER) * _QUARTER
        if abs(offset) <= _FARTHEST and abs(naive - (epoch + offset) * SECOND) <= _LAG * SECOND:
            clues.add([naive], [offset])
    return clues


def _in_year_of(naive_us: int, epoch: int, *, dated: bool) -> int:
    """Return `naive_us` in the year that brings it nearest to `epoch`, where it has no year of its own."""
    if dated:
        return naive_us
    years = (
        datetime.fromtimestamp(epoch, timezone.utc).year - datetime.fromtimestamp(naive_us / SECOND, timezone.utc).year
    )
    moved = [to_year(naive_us, years + shift) for shift in (-1, 0, 1)]
    return min(moved, key=lambda time_us: abs(time_us - epoch * SECOND))


@dataclass(frozen=True)
class Calendar:
    """The zone and the years of one log: what makes instants of its naive times."""

    zone: Zone
    years: int  # by how many the times without a year are to move

    def instant(self, moment: Moment) -> int:
        """Return the instant that a line tells."""
        if moment.absolute:
            return moment.time_us
        return self.zone.to_utc(moment.time_us if moment.dated else to_year(moment.time_us, self.years))


class Settler:
    """Turns the naive times of one log into instants."""

    def __init__(
        self, reading: LogReading, node: str | None, zone: tzinfo, collected_us: int, aliases: Mapping[str, str]
    ) -> None:
        self._reading = reading
        self._node = node
        self._aliases = aliases
        self.calendar = Calendar(Zone(zone), _years(reading, collected_us))

    @property
    def contradicts(self) -> bool:
        """Whether another part of the file was to be read: it was chosen by a year that it was not."""
        cut = self._reading.cut
        return cut is not None and cut.years not in (None, self.calendar.years)

    def events(self) -> list[Event]:
        """Return the events, each with an instant and with its nodes."""
        reading = self._reading
        if not reading.told:
            return []
        heads = {header: self._head(header) for header in set(reading.headers)}
        writers, programs, levels, pids = zip(*(heads[header] for header in reading.headers), strict=True)
        kinds, nodes, *others = zip(*reading.told, strict=True)
        about = [node or writer for node, writer in zip(nodes, writers, strict=True)]
        files = repeat(reading.input.path, len(kinds))
        columns = self._instants(), writers, about, programs, levels, kinds, *others, files, reading.lines, pids
        # As Event._make does, less a call for each of many.
        return [tuple.__new__(Event, row) for row in zip(*columns, strict=True)]

    def _head(self, header: Header) -> tuple[str | None, str | None, str | None, int | None]:
        return self._named(header.host), header.program, header.level, header.pid

    def _instants(self) -> Iterator[int | None]:
        """Yield the events' times; those of a quarter of an hour move alike."""
        reading = self._reading
        moves: dict[int, int] = {}
        for time_us, absolute, dated in zip(reading.times, reading.absolute, reading.dated, strict=True):
            if absolute or time_us is None:
                yield time_us
                continue
            quarter = time_us // _QUARTER_US * 2 + dated
            move = moves.get(quarter)
            if move is None:
                move = self.calendar.instant(Moment(time_us, absolute=False, dated=bool(dated))) - time_us
                moves[quarter] = move
            yield time_us + move

    def records(self) -> list[OperationRecord]:
        """Return the operation records, each with an instant and, where it can be told, its node."""
        reading = self._reading
        return [
            record._replace(
                time_us=None if record.time_us is None else self.calendar.instant(
                    Moment(record.time_us, bool(reading.absolute[index]) and not own, own or bool(reading.dated[index]))
                ),
                node=record.node or self._runner(record, reading.headers[index].host),
            )
            for index, record, own in reading.records
        ]  # fmt: skip

    def gaps(self, events: list[Event]) -> list[tuple[int, int]]:
        """Return the long times in which the file has no line, from and to; `events` are its own."""
        edges = self._reading.samples
        if self._reading.cut is None:
            edges = [edge for edge in (self._reading.first, *edges, self._reading.last) if edge]
        told = [self.calendar.instant(edge) for edge in edges]
        told += [event.time_us for event in events if event.time_us is not None]
        times = np.unique(np.array(told, np.int64))
        distances = np.diff(times)
        if not (distances >= LONG).any():
            return []
        usual = _median(self._reading.usual + Counter(distances.tolist()))
        apart = np.flatnonzero((distances >= LONG) & (distances >= _UNUSUAL * usual))
        return list(zip(times[apart].tolist(), times[apart + 1].tolist(), strict=True))

    def _runner(self, record: OperationRecord, host: str | None) -> str | None:
        """Return the node that ran an operation whose message names none: the writer, unless it speaks of all nodes."""
        return None if record.teller in ("scheduler", "transition") else self._named(host)

    def _named(self, host: str | None) -> str | None:
        """Return what the cluster calls the host of a line; the file's node where the line has none."""
        return self._node if host is None else self._aliases.get(host, host)

    def span(self) -> tuple[int | None, int | None]:
        """Return the first and the last time of the file."""
        first, last = (
            self.calendar.instant(edge) if edge else None for edge in (self._reading.first, self._reading.last)
        )
        return first, last


def _median(counted: Counter[int]) -> float:
    """Return the median of values that are counted."""
    half, below = counted.total() / 2, 0
    for value in sorted(counted):
        below += counted[value]
        if below >= half:
            return value
    return 0


def _years(reading: LogReading, collected_us: int) -> int:
    """Return by how many years the times without a year are to move."""
    undated = [
        time_us
        for time_us, dated in zip(reading.times, reading.dated, strict=True)
        if not dated and time_us is not None
    ]
    if reading.last is not None and not reading.last[2]:
        undated.append(reading.last[0])
    return years_to(max(undated), collected_us) if undated else 0


def file_node(folders: Sequence[str], reading: LogReading | None, known: Counter[str]) -> str | None:
    """Return the node whose file this is: a folder of its path named after a known node, or who wrote most of it."""
    for folder in reversed(folders):
        if folder in known:
            return folder
    if reading is not None and reading.hosts:
        return reading.hosts.most_common(1)[0][0]
    return None


def aliases_of(readings: Iterable[LogReading]) -> dict[str, str]:
    """Return for the hosts in log lines what the cluster calls these nodes, where that differs.

    syslog writes a short name where the node's is a full one, or the other way round, or in other letters.
    """
    hosts: set[str] = set()
    named: set[str] = set()
    for reading in readings:
        hosts |= reading.hosts.keys()
        named |= {told.node for told in reading.told if told.node is not None}
    return {
        host: meant.pop()
        for host in hosts - named
        if len(meant := {name for name in named if _first_label(name) == _first_label(host)}) == 1
    }


def _first_label(name: str) -> str:
    return name if re.fullmatch(r"[\d.:]+", name) else name.partition(".")[0].lower()


def now_us() -> int:
    """Return the present."""
    return int(datetime.now(timezone.utc).timestamp()) * SECOND
