"""Reads logs on several cores: each file by itself, and a big plain one in parts, which are then joined.

What a part cannot know is told by the parts before it: the number of its first line, New Years, and what was
asked for.  So the result is the same, whatever the number of parts.
"""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import active_count
from typing import TYPE_CHECKING, NamedTuple

from ha_report.compressed import DAMAGE, is_compressed
from ha_report.forked import go_with_the_first, unwarned
from ha_report.model import InputFile, Source
from parsers import limit
from parsers.clock import Moment, to_year
from parsers.log import EXAMPLES, asked, name_format, read_log
from parsers.log_reading import LogReading
from parsers.records import record_of
from parsers.samples import PROBED, probe
from parsers.told import Understanding, scanner
from parsers.window import Cut, lines_before

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_PART = 32 << 20  # bytes: of less, a process would cost more than it spares
_WORTH = 64 << 20  # bytes of all files
_UNPACKED = 8  # times what a compressed log takes
_PARTS = 4  # for each core, as some parts take longer than others


class Log(NamedTuple):
    """A log to be read."""

    path: Path
    input: InputFile
    journal: str | None
    cut: Cut | None = None  # only this part is to be read


class _Task(NamedTuple):
    number: int  # of the log
    log: Log
    part: slice | None


def read_logs(logs: Sequence[Log], jobs: int, meanwhile: Callable[[], None] = lambda: None) -> Iterator[LogReading]:
    """Yield what each log gives, in their order, read by `jobs` processes where that is worth it.

    `meanwhile` is called while they read.
    """
    sizes = [_size(log) for log in logs]
    worth = sum(sizes) >= _WORTH and jobs > 1 and _may_fork()
    tasks = [task for number, log in enumerate(logs) for task in _tasks(number, log, jobs if worth else 1)]
    if not worth:
        yield from _joined(logs, zip(tasks, map(_read, tasks), strict=True), jobs)
        return
    scanner()  # made once, and there in each process
    with _processes(min(jobs, len(tasks))) as pool:
        waiting = deque(_submitted(pool, tasks))
        meanwhile()
        yield from _joined(logs, _results(tasks, waiting), jobs)


def _submitted(pool: ProcessPoolExecutor, tasks: list[_Task]) -> list[Future[LogReading]]:
    with unwarned():
        return [pool.submit(_read, task) for task in tasks]


def _results(tasks: list[_Task], waiting: deque[Future[LogReading]]) -> Iterator[tuple[_Task, LogReading]]:
    """Yield what each task gives; what a process that was killed left undone is done here."""
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - only where there is much to read

    for task in tasks:
        future = waiting.popleft()  # so that what it gave goes when it is joined
        try:
            yield task, future.result()
        except BrokenProcessPool:
            yield task, _read(task)


def _may_fork() -> bool:
    """Say whether processes can be made here: not in one of a pool, and not beside threads, which may hold locks."""
    from multiprocessing import current_process  # noqa: PLC0415 - as above

    return not current_process().daemon and active_count() == 1


@contextmanager
def _processes(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Give processes, which begin with all that is loaded here where the system can do that safely.

    Nobody waits for what they still do once it is not wanted any more, as after an interrupt.
    """
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - as above
    from multiprocessing import active_children, get_context  # noqa: PLC0415

    others = set(active_children())
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(jobs, context, go_with_the_first)
    try:
        yield pool
    except BaseException:
        for process in set(active_children()) - others:
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _size(log: Log) -> int:
    """Return about how many bytes are to be read; 0 where that cannot be told."""
    try:
        size = log.cut.end - log.cut.begin if log.cut else log.path.stat().st_size
        return size * _UNPACKED if is_compressed(log.path) else size
    except OSError:
        return 0


def _tasks(number: int, log: Log, jobs: int) -> Iterator[_Task]:
    """Yield the parts of a log, in their order."""
    borders = [] if log.journal else _borders(log, jobs)
    if not borders:
        yield _Task(number, log, None)
    for begin, end in pairwise(borders):
        yield _Task(number, log, slice(begin, end))


def _borders(log: Log, jobs: int) -> list[int]:
    """Return where the parts of a plain file begin and end, none if it is too small: at beginnings of lines."""
    try:
        if is_compressed(log.path):
            return []
        with log.path.open("rb") as file:
            begin, end = (log.cut.begin, log.cut.end) if log.cut else (0, log.path.stat().st_size)
            parts = _parts_of(end - begin, jobs)
            if log.cut is None and parts <= 1:
                return []
            borders = [begin]
            for part in range(1, parts):
                file.seek(begin + (end - begin) * part // parts)
                file.readline()
                borders.append(min(max(file.tell(), borders[-1]), end))
            return [*borders, end]
    except OSError:
        return []


def _parts_of(size: int, jobs: int) -> int:
    """Return in how many parts so many bytes are read: as many for each process, and few, as each begins to learn."""
    if jobs == 1:
        return 1
    parts = min(size // _PART, jobs * _PARTS)
    return max(parts - parts % jobs, min(parts, jobs))


def _read(task: _Task) -> LogReading:
    reading = LogReading(InputFile(path=task.log.input.path))
    if task.part is not None and task.part.start != (task.log.cut.begin if task.log.cut else 0):
        reading.unasked = []
    try:
        read_log(task.log.path, reading, task.log.journal, task.part)
    except DAMAGE as problem:
        reading.input.skipped = f"not read to its end: {problem}"
    return reading


def _joined(logs: Sequence[Log], parts: Iterator[tuple[_Task, LogReading]], jobs: int) -> Iterator[LogReading]:
    """Yield the readings of whole logs."""
    whole: LogReading | None = None
    number = 0
    for task, part in parts:
        if whole is not None and task.number == number:
            join(whole, part)
            if len(whole.times) > limit.MOST_EVENTS * limit.ROOM:
                limit.keep_most([whole], limit.MOST_EVENTS)
            continue
        if whole is not None:
            yield _finished(logs[number], whole, jobs)
        whole, number = part, task.number
    if whole is not None:
        yield _finished(logs[number], whole, jobs)


def _finished(log: Log, whole: LogReading, jobs: int) -> LogReading:
    """Return the reading with what is known of its file in the entry that the report shows."""
    name_format(whole)
    if log.cut is not None:
        _place_cut(whole, log.path, log.cut, jobs)
    if not log.journal and whole.input.bytes >= PROBED and not whole.places.kept and not is_compressed(log.path):
        begin, end = (log.cut.begin, log.cut.end) if log.cut else (0, whole.input.bytes)
        probe(log.path, whole, begin, end)
    read, entry = whole.input, log.input
    entry.format, entry.bytes, entry.lines, entry.skipped = read.format, read.bytes, read.lines, read.skipped
    entry.undecoded, entry.undecoded_count = read.undecoded, read.undecoded_count
    entry.events = len(whole.times) + whole.left_out.total()
    whole.input = entry
    return whole


def join(whole: LogReading, part: LogReading) -> None:
    """Add to `whole` the part of the same file that follows it."""
    lines, size, events = whole.input.lines, whole.input.bytes, len(whole.times)
    _move(part, part.clock.follow(whole.clock), lines, size)
    _answer(part, whole.expected)
    whole.clock, whole.expected = part.clock, whole.expected | part.expected
    for name in ("times", "absolute", "dated", "lines", "begins", "headers", "told", "samples"):
        getattr(whole, name).extend(getattr(part, name))
    whole.records += [(index + events, record, own) for index, record, own in part.records]
    whole.epochs += [(index + events, epoch) for index, epoch in part.epochs]
    for name in ("hosts", "programs", "formats", "usual", "left_out"):
        getattr(whole, name).update(getattr(part, name))
    whole.first, whole.last = whole.first or part.first, part.last or whole.last
    if whole.places.passed:
        whole.places.passed += [(begin + size, before + lines) for begin, before in part.places.passed[1:]]
    _join_inputs(whole.input, part.input)


def _place_cut(whole: LogReading, path: Path, cut: Cut, jobs: int) -> None:
    """Move what a part tells that stands alone to the lines where it stands; the lines behind it are not counted."""
    before = lines_before(path, cut.begin, jobs)
    _move(whole, 0, before, cut.begin)
    whole.places.passed = [(begin + cut.begin, lines + before) for begin, lines in whole.places.passed]
    whole.first, whole.last, whole.cut = cut.first, cut.last, cut
    whole.input.lines += before
    whole.input.bytes = path.stat().st_size


def _join_inputs(whole: InputFile, part: InputFile) -> None:
    whole.undecoded = (whole.undecoded + part.undecoded)[:EXAMPLES]
    whole.undecoded_count += part.undecoded_count
    whole.bytes += part.bytes
    whole.lines += part.lines
    whole.skipped = whole.skipped or part.skipped


def _move(part: LogReading, years: int, lines: int, size: int) -> None:
    """Move what a part tells to the lines and bytes where it stands, and to the years."""
    part.lines = [line + lines for line in part.lines]
    part.begins = array("q", (begin + size for begin in part.begins))
    part.input.undecoded = [replace(one, line=one.line + lines) for one in part.input.undecoded]
    part.records = [
        (index, record._replace(source=Source(record.source.file, record.source.line + lines)), own)
        for index, record, own in part.records
    ]
    if not years:
        return
    part.times = [
        time_us if time_us is None or dated else to_year(time_us, years)
        for time_us, dated in zip(part.times, part.dated, strict=True)
    ]
    part.records = [
        (index, record if own else record._replace(time_us=part.times[index]), own)
        for index, record, own in part.records
    ]
    part.samples = [_in_year(moment, years) for moment in part.samples]
    part.first, part.last = part.first and _in_year(part.first, years), part.last and _in_year(part.last, years)


def _in_year(moment: Moment, years: int) -> Moment:
    return moment if moment.dated else moment._replace(time_us=to_year(moment.time_us, years))


def _answer(part: LogReading, expected: dict[tuple[str, str, str], int]) -> None:
    """Say of the results of a part whether they are what was asked for before it."""
    if not expected or not part.unasked:
        return
    understanding, records = Understanding(), {one[0]: one for one in part.records}
    for index in part.unasked:
        told, time_us = part.told[index], part.times[index]
        message = understanding.of(told.text, scanner().anchors_in(told.text.encode("utf-8", "replace")))
        if message is None or message.fields is None or asked(message.fields) not in expected:
            continue
        records.pop(index, None)
        record = record_of(
            told.kind, message.fields, told.node, time_us, _place(part, index), expected[asked(message.fields)]
        )
        if record is not None:
            records[index] = index, record, False
    part.records = [records[index] for index in sorted(records)]


def _place(part: LogReading, index: int) -> Source:
    return Source(part.input.path, part.lines[index])
