"""Reads one log: candidate lines into events and operation records, with times as the file tells them.

The times are made instants, and lines without a host get their node, by `settle`, when all files are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import parsers.messages
from ha_report.compressed import DAMAGE, opened
from ha_report.model import Event, Evidence, InputFile, OperationRecord, Source
from ha_report.tables import rows_of
from parsers.clock import FileClock
from parsers.journal import as_lines
from parsers.lines import Line, LineReader, plain
from parsers.pattern import Pattern
from parsers.records import ctime_stamp, operation_of, plausible, rc_of, record_of
from parsers.scan import Candidate, Scanner, blocks_of

# Lines of these levels are kept even when no row knows them.
_LEVEL_ANCHORS = (b"ERROR:", b"CRIT:", b" error:", b" crit:")
DAEMONS = frozenset(
    "crmd pengine tengine lrmd attrd cib stonithd stonith-ng ccm heartbeat pacemakerd pacemaker_remoted pacemaker-remoted"
    " pacemaker-controld pacemaker-schedulerd pacemaker-execd pacemaker-attrd pacemaker-based pacemaker-fenced"
    " corosync openais sbd".split()
)
EXAMPLES = 20  # of lines that were not understood, kept to be shown
_SAMPLES = 128  # a block, of a megabyte or less
SHOWN = 300  # characters of such a line
_EDGE_LINES = 200  # looked at for the first and the last time of a file


@dataclass
class LogReading:
    """What one log gave.  Times in `events` and `records` are naive until settled (see parsers.clock)."""

    input: InputFile
    clock: FileClock = field(default_factory=FileClock)
    events: list[Event] = field(default_factory=list)
    absolute: list[bool] = field(default_factory=list)  # for each event: its time needs no zone
    dated: list[bool] = field(default_factory=list)  # for each event: its time needs no year
    records: list[tuple[int, OperationRecord, bool]] = field(default_factory=list)  # event, record, own time (dated)
    epochs: list[tuple[int, int]] = field(default_factory=list)  # event, the same second as seconds since 1970
    hosts: Counter[str] = field(default_factory=Counter)  # who wrote the candidate lines
    programs: set[str] = field(default_factory=set)  # cluster daemons that wrote here
    first: tuple[int, bool, bool] | None = None  # first time of the file: naive, absolute, dated
    last: tuple[int, bool, bool] | None = None
    samples: list[tuple[int, bool, bool]] = field(default_factory=list)  # times of lines here and there, likewise


@lru_cache(maxsize=1)
def _table() -> tuple[Scanner, tuple[tuple[Pattern, ...], ...]]:
    """Return the scanner of all anchors, and for each anchor the rows that need it."""
    rows: tuple[Pattern, ...] = rows_of(parsers.messages, "PATTERNS")
    by_anchor: dict[bytes, list[Pattern]] = {anchor: [] for anchor in _LEVEL_ANCHORS}
    for row in rows:
        by_anchor.setdefault(row.anchor.encode(), []).append(row)
    return Scanner(list(by_anchor)), tuple(tuple(found) for found in by_anchor.values())


def read_log(path: Path, reading: LogReading, journal: str | None = None) -> None:
    """Read the log at `path` into `reading`; `journal` is the machine format of a journal (see parsers.journal).

    A damaged or truncated compressed file is read as far as it goes, and `reading.input.skipped` says so.
    """
    reader = _Reader(reading)
    try:
        with opened(path) as file:
            blocks = reader.counted(blocks_of(file.read))
            blocks = reader.edged(as_lines(blocks, journal) if journal else blocks)
            for candidate in _table()[0].candidates(blocks):
                reader.take(candidate)
    except DAMAGE as problem:
        reading.input.skipped = f"not read to its end: {problem}"
    reader.finish()


class _Reader:
    """Reads the candidates of one file."""

    def __init__(self, reading: LogReading) -> None:
        self.reading = reading
        self.lines = LineReader()
        self.rows = _table()[1]
        self.formats: Counter[str] = Counter()
        self.expected: dict[tuple[str, str, str], int] = {}  # target rc of the operations asked for last
        self.tail = b""

    def counted(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass the blocks on, counting their bytes and lines."""
        entry = self.reading.input
        for block in blocks:
            entry.bytes += len(block)
            entry.lines += block.count(b"\n") + (not block.endswith(b"\n"))
            yield block

    def edged(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass the blocks on, reading the first time, and keeping what the last one is read from."""
        for block in blocks:
            if not self.tail:
                self.reading.first = self._first_time(block.split(b"\n", _EDGE_LINES)[:_EDGE_LINES])
            self._sample(block)
            self.tail = block
            yield block

    def _sample(self, block: bytes) -> None:
        """Note the time of a line here and there: enough to see when nothing was written for long."""
        read = -1
        for place in range(0, len(block), max(len(block) // _SAMPLES, 1)):
            begin = block.find(b"\n", place) + 1
            if begin == read:  # a block of few lines
                continue
            read = begin
            line = self.lines.read(plain(block[begin : block.find(b"\n", begin)].decode("utf-8", "replace")))
            self._note_program(line)
            if line.stamp is not None:
                self.reading.samples.append(self.reading.clock.read(line.stamp))

    def _first_time(self, lines: list[bytes]) -> tuple[int, bool, bool] | None:
        for raw in lines:
            line = self.lines.read(plain(raw.decode("utf-8", "replace")))
            self.formats[line.format] += 1
            self._note_program(line)
            if line.stamp is not None:
                return self.reading.clock.read(line.stamp)
        return None

    def _note_program(self, line: Line) -> None:
        if line.program in DAEMONS:
            self.reading.programs.add(line.program)

    def finish(self) -> None:
        """Read the last time, and name the file's format."""
        edge = self.tail.rsplit(b"\n", _EDGE_LINES)
        whole = edge if len(edge) <= _EDGE_LINES else edge[1:]  # the first piece may be many lines
        self.reading.last = self._first_time(whole[::-1])
        known = [name for name, _ in self.formats.most_common() if name not in ("unknown", "dated")]
        entry = self.reading.input
        entry.format = known[0] if known else ("dated" if "dated" in self.formats else None)
        entry.events = len(self.reading.events)

    def take(self, candidate: Candidate) -> None:
        """Add the event of one candidate line, or count it as not understood."""
        text = plain(candidate.text.decode("utf-8", "replace"))
        line = self.lines.read(text)
        self.formats[line.format] += 1
        if line.host:
            self.reading.hosts[line.host] += 1
        # A blank before, so that an anchor that begins with one is found at the start, too; rsyslog writes a tab as #011.
        message = f" {line.message}".replace("#011", "\t")
        for anchor in sorted(candidate.anchors):
            for row in self.rows[anchor]:
                fields = row.match(message)
                if fields is not None and plausible(fields):
                    self._add(row.kind, fields, line, candidate.number)
                    return
        self._not_a_row(line, candidate.number)

    def _not_a_row(self, line: Line, number: int) -> None:
        kind = _kind_by_level(line)
        if kind is not None:
            fields = {"resource": line.instance} if line.instance else {}
            self._add(kind, fields, line, number)
        elif line.program in DAEMONS:
            entry = self.reading.input
            entry.undecoded_count += 1
            if len(entry.undecoded) < EXAMPLES:
                entry.undecoded.append(Evidence(entry.path, number, line.message[:SHOWN]))

    def _add(self, kind: str, fields: dict[str, str], line: Line, number: int) -> None:
        reading = self.reading
        time_us, absolute, dated = reading.clock.read(line.stamp) if line.stamp else (None, True, True)
        operation = operation_of(fields)
        node = fields.get("node")
        if kind == "agent-output" and node and line.host:
            node, fields = _split_at_host(node, line.host, fields)
        source = Source(reading.input.path, number)
        event = Event(
            time_us, line.host, node, line.program, line.level, kind, fields.get("resource"), operation.name,
            operation.interval_ms, _number(fields, "call"), rc_of(fields), fields.get("status"),
            fields.get("reason"), fields.get("value"), line.message, source.file, number, line.pid,
        )  # fmt: skip
        reading.events.append(event)
        reading.absolute.append(absolute)
        reading.dated.append(dated)
        index = len(reading.events) - 1
        if "epoch" in fields and time_us is not None:
            reading.epochs.append((index, int(fields["epoch"])))
        self._record(kind, fields, node, time_us, source, index)

    def _record(
        self, kind: str, fields: dict[str, str], node: str | None, time_us: int | None, source: Source, index: int
    ) -> None:
        key = (fields.get("resource", ""), fields.get("operation", ""), fields.get("interval_ms", ""))
        if kind == "operation-requested":
            self.expected[key] = int(fields["rc"])
            return
        own = ctime_stamp(fields.get("failed_at", ""))
        if own is not None:
            time_us = self.reading.clock.read(own)[0]
        expected = self.expected.get(key) if kind == "operation-result" else None
        record = record_of(kind, fields, node, time_us, source, expected)
        if record is not None:
            self.reading.records.append((index, record, own is not None))


def _number(fields: dict[str, str], name: str) -> int | None:
    return int(fields[name]) if name in fields else None


def _split_at_host(node: str, host: str, fields: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Part "15sp1-2-mysql" at the host's name: dashes alone do not tell where a node's name ends."""
    both = f"{node}-{fields['resource']}"
    if both.startswith(f"{host}-"):
        return host, fields | {"resource": both[len(host) + 1 :]}
    return node, fields


def _kind_by_level(line: Line) -> str | None:
    """Return the kind of an error line that no row knows; None when it is none of the cluster's."""
    if line.level not in ("error", "crit"):
        return None
    if line.instance or line.format in ("agent", "ha-log-stonith"):
        return "agent-error"
    if line.program in DAEMONS:
        return "unexplained"
    return "agent-error" if line.format == "ha-log" or line.program in _AGENTS else None


# Agents of 1.0, whose lines in syslog do not name their resource; the common ones of resource-agents 3.9.
_AGENTS = frozenset(
    "IPaddr2 IPaddr IPsrcaddr IPv6addr Filesystem LVM Route apache pgsql mysql oracle db2 nfsserver exportfs iSCSITarget"
    " iSCSILogicalUnit VirtualDomain Xen drbd ping pingd diskd Dummy Stateful SendArp MailTo Raid1 tomcat postfix named"
    " haproxy nginx rabbitmq-cluster galera redis SAPInstance SAPDatabase SAPHana SAPHanaTopology VIPcheck sfex".split()
)
