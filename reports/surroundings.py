"""What stood around a proof: the lines before and behind it, and what the other nodes wrote in the same second.

Only lines that a pattern knows have an instant of their own.  That of a neighbour is taken from the nearest
known line of its file and the difference of the clock times that both begin with, so it is corrected as
that one is, whatever zone and offset the node had.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ha_report.model import Evidence, Source
from ha_report.quotes import AROUND
from reports.shape import NearLine, Second, Surroundings
from reports.words import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from ha_report.incident import Incident

OTHERS_MOST = 3  # lines of another node about one moment
AT_ONCE_US = 1_000_000  # what another node wrote this close belongs to the moment
COLUMNS_MOST = 4
SECONDS_MOST, QUOTED_MOST, CELL_MOST = 15, 10, 14
FILES_MOST = 6
FINDINGS_MOST = 24
NEIGHBOUR_LONGEST = 300  # characters; the diff of a CIB may have thousands
SCANNED_MOST = 2 << 30  # bytes of logs that are read again for this, whatever their number
DAY_S = 86_400
CLOCK = re.compile(r"(?<!\d)(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?(?!\d)")
HEAD = 80  # characters in which a line tells its time


Stretch = tuple[str, int, int]  # a file, and the first and last line of it


class Told(NamedTuple):
    """A line that a pattern knows."""

    line: int
    time_us: int
    writer: str | None


class Placed(NamedTuple):
    """A line with the instant and the node it belongs to."""

    time_us: int
    node: str
    near: NearLine


def around_each(incident: Incident, proofs: Iterable[tuple[Evidence, ...]]) -> dict[tuple[Evidence, ...], Surroundings]:
    """Return the surroundings of each of the first proofs; a report of a hundred findings keeps its size."""
    distinct = [proof for proof in dict.fromkeys(proofs) if proof][:FINDINGS_MOST]
    logs = Logs(incident)
    quoted = {proof: {Source(one.file, one.line) for one in proof} for proof in distinct}
    logs.read_ahead(stretch for sources in quoted.values() for stretch in logs.stretches_near(sources))
    near = {proof: list(logs.near(sources)) for proof, sources in quoted.items()}
    logs.read_ahead(stretch for there in near.values() for stretch in logs.stretches_elsewhere(there))
    return {proof: surroundings(logs, quoted[proof], there) for proof, there in near.items()}


def surroundings(logs: Logs, quoted: set[Source], near: list[Placed]) -> Surroundings:
    """Return what stood around a proof: lines of logs by second and node, those of other files by themselves."""
    placed = {source_of(one): one for one in near}
    for one in logs.elsewhere(near):
        placed.setdefault(source_of(one), one)
    nodes = columns_of(placed.values())
    rows, left_out = seconds_of(placed.values(), nodes)
    beside = [source for source in sorted(quoted) if not logs.told(source.file)]
    return Surroundings(nodes, rows, tuple(logs.beside(beside)), left_out)


def source_of(placed: Placed) -> Source:
    """Return where a line stands."""
    return Source(placed.near.line.file, placed.near.line.line)


def columns_of(placed: Iterable[Placed]) -> tuple[str, ...]:
    """Return the nodes that get a column: those that are quoted first, then those that said most."""
    said: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in placed:
        quoted, lines = said[one.node]
        said[one.node] = (quoted + one.near.quoted, lines + 1)
    return tuple(sorted(sorted(said, key=said.__getitem__, reverse=True)[:COLUMNS_MOST]))


def seconds_of(placed: Iterable[Placed], nodes: tuple[str, ...]) -> tuple[tuple[Second, ...], int]:
    """Return the lines second by second, a cell a node, and how many lines there was no room for."""
    lines = sorted(placed, key=lambda one: (one.time_us, one.near.line.file, one.near.line.line))
    seconds = [(second, list(group)) for second, group in groupby(lines, lambda one: one.time_us // 1_000_000)]
    kept = room_for({second: any(one.near.quoted for one in group) for second, group in seconds})
    rows = tuple(Second(instant(at * 1_000_000), cells_of(group, nodes)) for at, group in seconds if at in kept)
    return rows, len(lines) - sum(len(cell) for row in rows for cell in row.cells)


def room_for(seconds: Mapping[int, bool]) -> set[int]:
    """Return the seconds to show of those that are quoted (True) or only near: first the former, then what is nearest."""
    quoted = [second for second, is_quoted in seconds.items() if is_quoted][:QUOTED_MOST]
    near = sorted(set(seconds) - set(quoted), key=lambda second: min(abs(second - one) for one in quoted or [second]))
    return {*quoted, *near[: SECONDS_MOST - len(quoted)]}


def cells_of(group: list[Placed], nodes: tuple[str, ...]) -> tuple[tuple[NearLine, ...], ...]:
    """Return the lines of one second by node; of too many those that are quoted stay."""
    cells = []
    for node in nodes:
        own = [one.near for one in group if one.node == node]
        kept = set(sorted(range(len(own)), key=lambda number: not own[number].quoted)[:CELL_MOST])
        cells.append(tuple(near for number, near in enumerate(own) if number in kept))
    return tuple(cells)


@dataclass
class Logs:
    """The inputs' lines with their instants, read again as far as a budget allows."""

    incident: Incident

    def __post_init__(self) -> None:
        events = self.incident.events
        self._events = events[events["time"].notna()] if len(events) else events
        self._rows = self._events.groupby("file", observed=True, sort=False).indices if len(events) else {}
        self._told: dict[str, list[Told]] = {}
        self._by_line: dict[str, dict[int, Told]] = {}
        self._by_time: dict[str, tuple[list[Told], list[int]]] = {}
        self._inputs = {found.path: found for found in self.incident.inputs}
        self._budget = SCANNED_MOST

    def told(self, file: str) -> list[Told]:
        """Return the known lines of a file in their order; none if it is no log."""
        if file not in self._told:
            rows = self._rows.get(file)
            self._told[file] = [] if rows is None else sorted(set(told_of(self._events.iloc[rows])))
        return self._told[file]

    def _lines(self, file: str) -> dict[int, Told]:
        """Return the known lines of a file by their numbers."""
        if file not in self._by_line:
            self._by_line[file] = {one.line: one for one in self.told(file)}
        return self._by_line[file]

    def _timely(self, file: str) -> tuple[list[Told], list[int]]:
        """Return the known lines of a file in order of time, and their times."""
        if file not in self._by_time:
            known = sorted(self.told(file), key=lambda one: one.time_us)
            self._by_time[file] = known, [one.time_us for one in known]
        return self._by_time[file]

    def near(self, quoted: set[Source]) -> Iterator[Placed]:
        """Yield the quoted lines of logs with those before and behind them."""
        for file, first, last in self.stretches_near(quoted):
            yield from self._placed(self._read(file, first, last), quoted)

    def stretches_near(self, quoted: set[Source]) -> Iterator[Stretch]:
        """Yield where the quoted lines of logs stand, and those before and behind them."""
        for file, lines in groupby_file(sorted(quoted)):
            if self.told(file):
                yield from ((file, first, last) for first, last in spans(lines))

    def elsewhere(self, there: list[Placed]) -> Iterator[Placed]:
        """Yield what the fullest log of each node holds of those moments of which nothing of that node is there."""
        for file, first, last in self.stretches_elsewhere(there):
            yield from self._placed(self._read(file, first, last), set())

    def stretches_elsewhere(self, there: list[Placed]) -> Iterator[Stretch]:
        """Yield where that stands."""
        moments = sorted({one.time_us for one in there if one.near.quoted})
        for node, file in self._fullest().items():
            known, times = self._timely(file)
            own = [one.time_us for one in there if one.node == node]
            silent = [moment for moment in moments if not any(abs(time - moment) <= AT_ONCE_US for time in own)]
            lines = {one.line for moment in silent[:SECONDS_MOST] for one in closest(known, times, moment)}
            yield from ((file, first, last) for first, last in spans(sorted(lines), 0, 0))

    def read_ahead(self, wanted: Iterable[Stretch]) -> None:
        """Read stretches of compressed logs, each log in one pass: there is no way back in it."""
        for file, own in groupby(sorted(set(wanted)), key=lambda stretch: stretch[0]):
            quotes = self.incident.quotes
            missing = quotes.only_from_the_beginning(file, ((first, last) for _, first, last in own))
            if missing and self._affords(file, 1, max(last for _, last in missing)):
                quotes.read_ahead(file, missing)

    def beside(self, sources: Sequence[Source]) -> Iterator[tuple[NearLine, ...]]:
        """Yield the quoted lines of files that are no logs, with their neighbours."""
        for file, wanted in list(groupby_file(sources))[:FILES_MOST]:
            for first, last in spans(wanted, 2, 2):
                lines = self._read(file, first, last)
                yield tuple(near_line(line, quoted=line.line in wanted) for line in lines if line.text.strip())

    def _fullest(self) -> dict[str, str]:
        """Return the log with most known lines of each node that wrote one."""
        best: dict[str, str] = {}
        for file, _rows in sorted(self._rows.items(), key=lambda item: len(item[1])):
            found = self._inputs.get(str(file))
            if found and found.node:
                best[found.node] = str(file)
        return best

    def _read(self, file: str, first: int, last: int) -> list[Evidence]:
        """Return lines of a file, and none where reading them would be too much, with all that was read before."""
        if not (self.incident.quotes.is_at_hand(file, first, last) or self._affords(file, first, last)):
            return []
        return self.incident.quotes.around(Source(file, first), 0, last - first)

    def _affords(self, file: str, first: int, last: int) -> bool:
        """Say whether what must be read to come to the end of a stretch is not too much, and charge for it if so."""
        found = self._inputs.get(file)
        if not found:
            return True
        lines = min(last, found.lines) - (first - 1) + self.incident.quotes.distance(file, first)
        cost = found.bytes * lines // max(found.lines, 1)
        if cost > self._budget:
            return False
        self._budget -= cost
        return True

    def _placed(self, lines: list[Evidence], quoted: set[Source]) -> Iterator[Placed]:
        """Yield lines that follow each other with their instants; one without a clock time has that of the one before."""
        if not lines or not (known := self.told(lines[0].file)):
            return
        own = self._lines(lines[0].file)
        anchor = next((own[line.line] for line in lines if line.line in own), nearest(known, lines[0].line))
        clock = next((clock_of(line.text) for line in lines if line.line == anchor.line), None)
        found = self._inputs.get(lines[0].file)
        last, node = anchor.time_us, (found and found.node) or anchor.writer or "?"
        for line in lines:
            exact, said = own.get(line.line), clock_of(line.text)
            time_us = last
            if exact:
                time_us, node, anchor, clock = exact.time_us, exact.writer or node, exact, said
            elif said is not None and clock is not None:
                time_us = anchor.time_us + apart(said, clock)
            last = in_order(time_us, last)
            is_quoted = Source(line.file, line.line) in quoted
            if is_quoted or line.text.strip():
                yield Placed(last, node, near_line(line, quoted=is_quoted))


def near_line(line: Evidence, *, quoted: bool) -> NearLine:
    """Return a line, a mere neighbour cut where it goes on and on."""
    if quoted or len(line.text) <= NEIGHBOUR_LONGEST:
        return NearLine(line, quoted)
    return NearLine(Evidence(line.file, line.line, f"{line.text[:NEIGHBOUR_LONGEST]} …"), quoted)


def told_of(rows: pd.DataFrame) -> Iterator[Told]:
    """Yield the known lines of one file."""
    times = rows["time"].to_numpy(dtype="datetime64[us]").astype("int64").tolist()
    writers = rows["writer"].astype(object).where(rows["writer"].notna(), None).tolist()
    for line, time, writer in zip(rows["line"].tolist(), times, writers, strict=True):
        yield Told(int(line), time, writer)


def groupby_file(sources: Iterable[Source]) -> Iterator[tuple[str, list[int]]]:
    """Yield each file with the lines wanted of it."""
    for file, wanted in groupby(sources, key=lambda source: source.file):
        yield file, [source.line for source in wanted]


def spans(lines: Sequence[int], before: int = AROUND, after: int = AROUND) -> Iterator[tuple[int, int]]:
    """Yield first and last line of the stretches that hold `lines`, which are in order, and their neighbours."""
    start = end = None
    for line in lines:
        if end is not None and start is not None and line - before <= end + 1:
            end = line + after
            continue
        if end is not None and start is not None:
            yield start, end
        start, end = max(line - before, 1), line + after
    if end is not None and start is not None:
        yield start, end


def nearest(known: list[Told], line: int) -> Told:
    """Return the known line closest to a line of the same file; `known` are in order."""
    behind = bisect_left(known, line, key=lambda one: one.line)
    return min(known[max(behind - 1, 0) : behind + 1], key=lambda one: abs(one.line - line))


def closest(known: list[Told], times: list[int], moment: int) -> list[Told]:
    """Return the few known lines closest to a moment, of those close enough."""
    begin, end = bisect_left(times, moment - AT_ONCE_US), bisect_left(times, moment + AT_ONCE_US + 1)
    return sorted(known[begin:end], key=lambda one: abs(one.time_us - moment))[:OTHERS_MOST]


def in_order(time_us: int, before: int) -> int:
    """Return the instant of a line that stands behind another: agents tell no fraction, and came later all the same."""
    return before if time_us < before and time_us // 1_000_000 == before // 1_000_000 else time_us


def clock_of(text: str) -> int | None:
    """Return the clock time that a line begins with, in microseconds of its day."""
    found = CLOCK.search(text, 0, HEAD)
    if not found:
        return None
    hours, minutes, seconds, fraction = found.groups()
    return (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1_000_000 + int((fraction or "0").ljust(6, "0"))


def apart(clock: int, other: int) -> int:
    """Return how long a clock time is after another, which may be on the other side of midnight."""
    day = DAY_S * 1_000_000
    return (clock - other + day // 2) % day - day // 2
