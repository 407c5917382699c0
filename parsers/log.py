"""Reads one log: candidate lines into events and operation records, with times as the file tells them.

The times are made instants, and lines without a host get their node, by `settle`, when all files are read.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from ha_report.compressed import DAMAGE, opened
from ha_report.garbage import paused
from ha_report.model import Evidence, Source
from ha_report.quotes import AROUND, BESIDE
from parsers import limit
from parsers.ahead import ahead_of
from parsers.clock import Moment
from parsers.headers import Header, LineReader
from parsers.journal import as_lines
from parsers.lines import plain
from parsers.log_reading import LogReading
from parsers.neighbours import Neighbours
from parsers.records import ctime_stamp
from parsers.samples import DAEMONS, PROBED, Sampler, note_program
from parsers.scan import Buffer, Candidate, blocks_of
from parsers.told import Message, Told, Understanding, scanner

EXAMPLES = 20  # of lines that were not understood, kept to be shown
SHOWN = 300  # characters of such a line
_GRAVE = ("error", "crit")
_EPOCH_DIGITS = 10  # a longer one is no time, but damage
_HEADERS_COUNTED = 1000  # before they are noted
# Lines around a failure that are kept of a compressed file: where others are looked for, the event nearest to it is meant.
_AROUND_FAILURES = BESIDE + 40
_TEXTS_KEPT = 96 << 20  # bytes of the lines of a compressed file: those of events, and those around them


def read_log(path: Path, reading: LogReading, journal: str | None = None, part: slice | None = None) -> None:
    """Read the log at `path` into `reading`; `journal` is the machine format of a journal (see parsers.journal).

    A damaged or truncated compressed file is read as far as it goes, and `reading.input.skipped` says so.  `part`
    is where in a plain file to begin and to end: at the beginning of a line, and the end of one.
    """
    with opened(path) as file:
        if isinstance(file, io.BufferedReader):
            first = part.start if part else 0
            file.seek(first)
            whole = part.stop - part.start if part else path.stat().st_size
            probed = journal is None and (part is not None or whole >= PROBED)
            read_blocks(blocks_of(file.readinto, whole), reading, journal, probed=probed, first=first)
            if journal or reading.input.bytes != whole:
                reading.places.passed = []
            return
        with ahead_of(file, path.stat().st_size) as readinto:
            read_blocks(blocks_of(readinto), reading, journal, keep_texts=True)
    reading.places.passed = []


def read_blocks(
    blocks: Iterable[Buffer],
    reading: LogReading,
    journal: str | None = None,
    *,
    keep_texts: bool = False,
    probed: bool = False,
    first: int = 0,
) -> None:
    """Read blocks of whole lines, which may end before their time; they begin at the byte `first` of their file.

    `keep_texts` of events that may be quoted; look at times here and there unless the file is `probed`.
    """
    reader = _Reader(reading, _TEXTS_KEPT if keep_texts and not journal else 0, probed=probed)
    with paused():
        try:
            reader.read(as_lines(map(bytes, blocks), journal) if journal else blocks, first)
        except DAMAGE as problem:
            reading.input.skipped = f"not read to its end: {problem}"
        reader.finish()


class _Reader:
    """Reads the candidates of one file, or of a part of it."""

    def __init__(self, reading: LogReading, texts: int, *, probed: bool) -> None:
        self.reading = reading
        self.neighbours = Neighbours(reading.places.kept, texts) if texts else None
        self.lines = LineReader()
        self.sampler = Sampler(reading, self.lines, edges_alone=probed)
        self.understanding = Understanding()
        self.headers: Counter[Header] = Counter()  # of the latest candidate lines

    def read(self, blocks: Iterable[Buffer], first: int) -> None:
        """Read all candidate lines."""
        entry, scan = self.reading.input, scanner()
        try:
            passing = self.sampler.passing(self._counted(blocks))
            if self.neighbours is not None:
                passing = self.neighbours.passing(passing)
            for candidate in scan.candidates(passing, first):
                self.take(candidate)
        finally:
            entry.lines += scan.lines
            self.reading.places.passed = scan.passed

    def _counted(self, blocks: Iterable[Buffer]) -> Iterator[Buffer]:
        for block in blocks:
            self.reading.input.bytes += len(block)
            if len(self.headers) > _HEADERS_COUNTED:
                self._count_headers()
            if len(self.reading.times) > limit.MOST_EVENTS * limit.ROOM:
                limit.keep_most([self.reading], limit.MOST_EVENTS)
            yield block

    def finish(self) -> None:
        """Read the last time, and name the file's format."""
        reading = self.reading
        self._count_headers()
        self.sampler.finish()
        name_format(reading)
        reading.input.events = len(reading.times)

    def take(self, candidate: Candidate) -> None:
        """Add the event of one candidate line, or count it as not understood."""
        header, second, fraction, text = self.lines.split(plain(candidate.text.decode("utf-8", "replace")))
        self.headers[header] += 1
        message = self.understanding.of(text, candidate.anchors)
        if message is None:
            self._not_a_row(header, second, fraction, text, candidate)
            return
        told = message.told
        if told.kind == "agent-output" and told.node and header.host:
            told = _split_at_host(told, header.host)
        moment = self.reading.clock.told(second, fraction, header.offset_s) if second else None
        self.reading.add(moment, candidate.number, candidate.begin, header, told)
        failed = message.fields is not None and self._record(message, message.fields, told, moment)
        if self.neighbours is not None:
            self.neighbours.note(candidate.number, candidate.begin, _AROUND_FAILURES if failed else AROUND)

    def _count_headers(self) -> None:
        """Note what formats the candidate lines had, and who wrote them."""
        reading = self.reading
        for header, count in self.headers.items():
            reading.formats[header.format] += count
            if header.host:
                reading.hosts[header.host] += count
            note_program(reading, header)
        self.headers.clear()

    def _not_a_row(
        self, header: Header, second: str | None, fraction: str | None, text: str, candidate: Candidate
    ) -> None:
        kind = kind_by_level(header)
        if kind is not None:
            moment = self.reading.clock.told(second, fraction, header.offset_s) if second else None
            told = Told(kind, None, header.instance, None, None, None, None, None, None, None, text)
            self.reading.add(moment, candidate.number, candidate.begin, header, told)
        elif header.program in DAEMONS:
            entry = self.reading.input
            entry.undecoded_count += 1
            if len(entry.undecoded) < EXAMPLES:
                entry.undecoded.append(Evidence(entry.path, candidate.number, text[:SHOWN]))

    def _record(self, message: Message, fields: dict[str, str], told: Told, moment: Moment | None) -> bool:
        """Add the failed execution that the latest event tells of; say whether there is one."""
        reading, index = self.reading, len(self.reading.times) - 1
        epoch = fields.get("epoch")
        if epoch and len(epoch) <= _EPOCH_DIGITS and moment is not None:
            reading.epochs.append((index, int(epoch)))
        if told.kind == "operation-requested":
            reading.expected[asked(fields)] = int(fields["rc"])
            return False
        expected = None
        if told.kind == "operation-result":
            expected = reading.expected.get(asked(fields))
            if expected is None and reading.unasked is not None:
                reading.unasked.append(index)
        record = message.record(expected)
        if record is not None:
            own = ctime_stamp(fields.get("failed_at", ""))
            when = reading.clock.read(own) if own is not None else moment
            record = record._replace(
                node=told.node, resource=told.resource or record.resource, time_us=when and when.time_us,
                source=Source(reading.input.path, reading.lines[index]),
            )  # fmt: skip
            reading.records.append((index, record, own is not None))
        return record is not None


def asked(fields: dict[str, str]) -> tuple[str, str, str]:
    """Return which operation a result answers."""
    return fields.get("resource", ""), fields.get("operation", ""), fields.get("interval_ms", "")


def name_format(reading: LogReading) -> None:
    """Name the format of a file by that of most lines."""
    known = [name for name, _ in reading.formats.most_common() if name not in ("unknown", "dated")]
    reading.input.format = known[0] if known else ("dated" if "dated" in reading.formats else None)


def _split_at_host(told: Told, host: str) -> Told:
    """Part "15sp1-2-mysql" at the host's name: dashes alone do not tell where a node's name ends."""
    both = f"{told.node}-{told.resource}"
    if both.startswith(f"{host}-"):
        return told._replace(node=host, resource=both[len(host) + 1 :])
    return told


def kind_by_level(header: Header) -> str | None:
    """Return the kind of an error line that no row knows; None when it is none of the cluster's."""
    if header.level not in _GRAVE:
        return None
    if header.instance or header.format in ("agent", "ha-log-stonith"):
        return "agent-error"
    if header.program in DAEMONS:
        return "unexplained"
    return "agent-error" if header.format == "ha-log" or header.program in _AGENTS else None


# Agents of 1.0, whose lines in syslog do not name their resource; the common ones of resource-agents 3.9.
_AGENTS = frozenset(
    "IPaddr2 IPaddr IPsrcaddr IPv6addr Filesystem LVM Route apache pgsql mysql oracle db2 nfsserver exportfs iSCSITarget"
    " iSCSILogicalUnit VirtualDomain Xen drbd ping pingd diskd Dummy Stateful SendArp MailTo Raid1 tomcat postfix named"
    " haproxy nginx rabbitmq-cluster galera redis SAPInstance SAPDatabase SAPHana SAPHanaTopology VIPcheck sfex".split()
)
