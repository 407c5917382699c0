"""What one log gave, in columns: a row for each event, and what tells when and where the file was written."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ha_report.model import Event, InputFile, OperationRecord
from ha_report.quotes import Places
from parsers.clock import FileClock, Moment
from parsers.headers import Header
from parsers.told import Told
from parsers.window import Cut


@dataclass
class LogReading:
    """What one log gave.  Times are naive until settled (see parsers.clock)."""

    input: InputFile
    clock: FileClock = field(default_factory=FileClock)
    # Columns of the events: when, whether that needs no zone and no year, on which line, which begins behind how many
    # bytes, after which header, and what.
    times: list[int | None] = field(default_factory=list)
    absolute: bytearray = field(default_factory=bytearray)
    dated: bytearray = field(default_factory=bytearray)
    lines: list[int] = field(default_factory=list)
    begins: array[int] = field(default_factory=lambda: array("q"))
    headers: list[Header] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    records: list[tuple[int, OperationRecord, bool]] = field(default_factory=list)  # event, record, own time (dated)
    epochs: list[tuple[int, int]] = field(default_factory=list)  # event, the same second as seconds since 1970
    expected: dict[tuple[str, str, str], int] = field(default_factory=dict)  # target rc of what was asked for last
    unasked: list[int] | None = None  # of a later part of a file: results of what may have been asked for before it
    hosts: Counter[str] = field(default_factory=Counter)  # who wrote the candidate lines
    programs: set[str] = field(default_factory=set)  # cluster daemons that wrote here
    formats: Counter[str] = field(default_factory=Counter)  # of the candidate lines
    first: Moment | None = None  # first time of the file
    last: Moment | None = None
    samples: list[Moment] = field(default_factory=list)  # times of lines here and there
    usual: Counter[int] = field(default_factory=Counter)  # how far apart lines are where fewer were looked at
    places: Places = field(default_factory=Places)  # where lines are
    cut: Cut | None = None  # only that part of the file was read
    left_out: Counter[str] = field(default_factory=Counter)  # kinds of the events beyond the most that are kept

    @property
    def events(self) -> list[Event]:
        """The events, with naive times and the nodes that the lines name."""
        path, rows = self.input.path, zip(self.times, self.lines, self.headers, self.told, strict=True)
        return [
            Event(
                time_us, head.host, told.node, head.program, head.level, told.kind, *told[2:], path, line, head.pid
            )
            for time_us, line, head, told in rows
        ]  # fmt: skip

    def add(self, moment: Moment | None, line: int, begin: int, header: Header, told: Told) -> None:
        """Add an event; one without a time needs neither zone nor year."""
        time_us, absolute, dated = moment or (None, True, True)
        self.times.append(time_us)
        self.absolute.append(absolute)
        self.dated.append(dated)
        self.lines.append(line)
        self.begins.append(begin)
        self.headers.append(header)
        self.told.append(told)

    def all_places(self) -> Places:
        """Return where lines are, those of the events among them."""
        self.places.total = self.input.lines
        if self.places.passed:
            self.places.lines, self.places.begins = array("q", self.lines), self.begins
        return self.places

    def __getstate__(self) -> dict[str, Any]:
        """Let events pass between processes as columns, which is several times faster than one by one."""
        return self.__dict__ | {"told": list(zip(*self.told, strict=True))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ = state | {"told": [*map(Told._make, zip(*state["told"], strict=True))]}
