"""Looks at the times of lines here and there: enough to see when a log begins, ends, and is silent for long.

A plain log of some size is probed when it has been read, which gives the same whatever its parts were.  Of others the
first blocks are looked at closely; then one line each, and more only where much time passed in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from parsers.clock import Moment
from parsers.headers import Header, LineReader
from parsers.lines import plain
from parsers.log_reading import LogReading
from parsers.probing import LONG, Probe, Prober
from parsers.scan import Buffer

PROBED = 2 << 20  # bytes of a plain log that is probed
_PROBES = 1024
_EDGE_LINES = 200  # looked at for the first and the last time of a file
_TAIL = 1 << 15  # bytes in which the last time is looked for
_CLOSELY = 8  # blocks
_SAMPLES = 128  # of a block that is looked at closely
_SAMPLE = 1 << 11  # bytes between them
_MOST_SAMPLES = 1 << 16  # of one file
_LONGEST = 1 << 12  # bytes of a line that are looked at

DAEMONS = frozenset(
    "crmd pengine tengine lrmd attrd cib stonithd stonith-ng ccm heartbeat pacemakerd pacemaker_remoted pacemaker-remoted"
    " pacemaker-controld pacemaker-schedulerd pacemaker-execd pacemaker-attrd pacemaker-based pacemaker-fenced"
    " corosync openais sbd".split()
)


def probe(path: Path, reading: LogReading, begin: int, end: int) -> None:
    """Note the times of lines of a plain log, from one place to another: more where nothing was written for long."""
    step = max((end - begin) // _PROBES, _SAMPLE * _SAMPLES // 4)
    before: Probe | None = None
    with path.open("rb") as file:
        prober = Prober(file.fileno())
        for found in prober.spread(begin, end, step):
            if before is not None:
                reading.samples += [between.moment for between in prober.closely(before, found)]
                reading.usual[abs(found.moment.time_us - before.moment.time_us) * _SAMPLE // step] += step // _SAMPLE
            reading.samples.append(found.moment)
            before = found
        reading.programs |= prober.programs & DAEMONS


class Sampler:
    """Samples the blocks of one file, in their order."""

    def __init__(self, reading: LogReading, lines: LineReader, *, edges_alone: bool = False) -> None:
        self._reading = reading
        self._edges_alone = edges_alone
        self._lines = lines
        self._blocks = 0
        self._timeless = False  # no line of the first block tells a time, and all were looked at
        self._tail = b""

    def passing(self, blocks: Iterable[Buffer]) -> Iterator[Buffer]:
        """Pass the blocks on, looking at some of their lines."""
        for block in blocks:
            if not self._blocks:
                lines = bytes(block).split(b"\n", _EDGE_LINES)
                self._reading.first = self._first_of(lines[:_EDGE_LINES])
                self._timeless = self._reading.first is None and len(lines) <= _EDGE_LINES
            if not self._edges_alone and (self._blocks or not self._timeless):
                self._sample(block)
            self._blocks += 1
            tail = bytes(block[-_TAIL:])
            self._tail = tail if len(tail) == _TAIL else (self._tail + tail)[-_TAIL:]
            yield block

    def finish(self) -> None:
        """Read the last time."""
        if self._timeless and self._blocks == 1:
            return
        edge = self._tail.rsplit(b"\n", _EDGE_LINES)
        whole = edge if len(edge) <= _EDGE_LINES else edge[1:]  # the first piece may be many lines
        last = self._first_of(whole[::-1])
        self._reading.last = last or (self._reading.samples[-1] if self._reading.samples else None)

    def _sample(self, block: Buffer) -> None:
        """Note the time of the last line, and of lines here and there where much time passed since the last one before."""
        if self._blocks >= _CLOSELY:
            samples, last = self._reading.samples, self._at(block, _begin_of_last(block))
            span = abs(last.time_us - samples[-1].time_us) if last and samples else 0
            if span < LONG or len(samples) > _MOST_SAMPLES:
                if last:
                    samples.append(last)
                    self._reading.usual[span // _SAMPLES] += _SAMPLES
                return
        self._sample_closely(bytes(block))

    def _sample_closely(self, block: bytes) -> None:
        read = -1
        for place in range(0, len(block), max(len(block) // _SAMPLES, 1)):
            begin = block.find(b"\n", place) + 1
            if begin == read:  # a block of few lines
                continue
            read = begin
            moment = self._at(block, begin)
            if moment is not None:
                self._reading.samples.append(moment)

    def _at(self, block: Buffer, begin: int) -> Moment | None:
        """Return the time of the line that begins there."""
        return self._moment(bytes(block[begin : begin + _LONGEST]).partition(b"\n")[0])

    def _moment(self, raw: bytes) -> Moment | None:
        header, second, fraction, _ = self._lines.split(plain(raw.decode("utf-8", "replace")))
        note_program(self._reading, header)
        return self._reading.clock.told(second, fraction, header.offset_s) if second else None

    def _first_of(self, lines: list[bytes]) -> Moment | None:
        for raw in lines:
            header, second, fraction, _ = self._lines.split(plain(raw.decode("utf-8", "replace")))
            self._reading.formats[header.format] += 1
            if not self._edges_alone:
                note_program(self._reading, header)
            if second and (moment := self._reading.clock.told(second, fraction, header.offset_s)):
                return moment
        return None


def note_program(reading: LogReading, header: Header) -> None:
    """Note that a daemon of the cluster wrote here."""
    if header.program in DAEMONS:
        reading.programs.add(header.program)


def _begin_of_last(block: Buffer) -> int:
    """Return where the last line of a block begins, as far as it is not overlong."""
    tail = bytes(block[-_LONGEST:])
    return len(block) - len(tail) + tail.rstrip(b"\n").rfind(b"\n") + 1
