"""Reads everything that was given: finds the files, recognises each, and makes rows of them all.

Logs are read first, since they tell the zone and the nodes' names, then the snapshots.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from io import BufferedIOBase
from pathlib import Path
from typing import cast

from ha_report.compressed import DAMAGE, compression_of, is_compressed, opened
from ha_report.incident import ALL_TIMES, FileFacts, Readings, Window
from ha_report.model import Evidence, InputFile
from parsers import limit
from parsers.bundles import FoundFile, files_of, layout_of
from parsers.clock import SECOND
from parsers.counting import WrittenLog
from parsers.crm_mon_hints import looks_like
from parsers.dates import latest_date, zone_of
from parsers.journal import format_of as journal_format
from parsers.log import EXAMPLES, SHOWN
from parsers.log_reading import LogReading
from parsers.parts import Log, read_logs
from parsers.pieces import AT_ONCE
from parsers.recognise import HEAD, OWN_FILES, is_binary, is_json, is_own_report, text_format, xml_format
from parsers.rotated import OUTSIDE, Head, outside
from parsers.settle import Calendar, Clues, Settler, aliases_of, clues_of, file_node, now_us
from parsers.window import Cut, Times, cut_of

_OF_ONE_HOST = {"ip-addr", "ip-route", "ip-neigh", "ifconfig", "ping", "date", "versions"}
NESTED = "an archive inside an archive"
LARGEST_TEXT = 64 << 20  # bytes of a snapshot that are read; real ones have some kilobytes


_ALL_TIMES = Times(None, None, None)


@dataclass(frozen=True)
class Reading:
    """How to read."""

    window: Window = ALL_TIMES  # what the report is to cover
    jobs: int = 1  # processes that share the work where there is much
    meanwhile: Callable[[], None] = lambda: None  # called while they read


@dataclass
class _File:
    """A file on its way through the reading."""

    found: FoundFile
    input: InputFile
    head: str = ""
    log: LogReading | None = None
    snapshot: bool = False  # holds crm_mon text, or is an XML document that is a snapshot
    clues: Clues = field(default_factory=Clues)
    node: str | None = None  # whose files the layout of the source says they are


def read(
    sources: Sequence[tuple[Path, str]], zone: tzinfo | None, local: tzinfo, options: Reading = Reading()
) -> Readings:
    """Return the rows of all `sources`: pairs of a folder or file, and the name that stands before its files.

    What happened outside the window of `options` may be left out, and so may what stands far from it.

    `zone` is that of times without one, as the user says; where it is None the bundle's own clues tell it,
    and `local` where there are none.
    """
    files: list[_File] = []
    notes: list[str] = []
    for source, name in sources:
        of_source = [_recognised(found) for found in files_of(source, name)]
        _pass_over_reports(of_source)
        files += of_source
        notes += _apply_layout(of_source, name or source.name)
    window = Times(options.window.begin_us, options.window.end_us, zone)
    _pass_over_rotated(files, window)
    _read_logs([file for file in files if file.log is not None], window, options)
    logs = [file.log for file in files if file.log is not None]
    limit.keep_most(logs, limit.MOST_EVENTS)
    notes += limit.notes_of(logs, limit.MOST_EVENTS)
    for file in files:
        _add_clues_of_text(file)
    known = _known_nodes(files)
    readings = Readings(
        inputs=[file.input for file in files],
        paths={file.found.name: file.found.path for file in files},
        places={file.found.name: file.log.all_places() for file in files if file.log is not None},
        notes=notes,
    )
    for file in files:
        file.input.node = file_node(file.found.folders, file.log, known) or file.node or _host_folder(file)
    aliases = aliases_of(file.log for file in files if file.log is not None)
    for file in files:
        file.input.node = aliases.get(file.input.node or "", file.input.node)
    nodes, bundle = _clues_by_node(files)
    for file in files:
        _settle(file, (file.clues, nodes[file.input.node], bundle), zone, local, readings, aliases, options)
    _date_facts(files, readings)
    return readings


def _read_logs(files: list[_File], window: Times, options: Reading) -> None:
    """Read the files that may be logs, each into its `log`."""
    logs = [Log(file.found.path, file.input, journal_format(file.head), _cut(file, window)) for file in files]
    for file, log, reading in zip(files, logs, read_logs(logs, options.jobs, options.meanwhile), strict=True):
        file.log = reading
        _name_log(file, log.journal)
        file.clues = clues_of(reading)


def _pass_over_rotated(files: list[_File], window: Times) -> None:
    """Leave out the compressed logs that hold nothing of the window."""
    if window.begin_us is None and window.end_us is None:
        return
    heads = [
        Head(
            number,
            file.found.folders,
            file.found.path.name,
            file.head,
            _modified_us(file.found.path),
            is_compressed(file.found.path),
        )
        for number, file in enumerate(files)
        if file.log is not None and not file.snapshot
    ]
    for number in outside(heads, window):
        files[number].log, files[number].input.skipped = None, OUTSIDE


def _cut(file: _File, window: Times) -> Cut | None:
    """Return the part of a log that may tell of the window; None for the whole."""
    try:
        if is_compressed(file.found.path) or journal_format(file.head):
            return None
        return cut_of(file.found.path, window, _modified_us(file.found.path))
    except OSError:
        return None


def _host_folder(file: _File) -> str | None:
    """Return the folder of a file that tells of one host, such as its addresses: nothing else names the host."""
    return file.found.folders[-1] if file.input.format in _OF_ONE_HOST and file.found.folders else None


def _date_facts(files: list[_File], readings: Readings) -> None:
    """Give what is told beside the logs the time at which the files of its folder were gathered."""
    folders = {file.found.name: file.found.folders for file in files}
    moments: dict[tuple[str, ...], int] = {}
    told = [(folders.get(one.file, ()), one.time_us) for one in readings.snapshots if one.time_us is not None]
    told += [
        (file.found.folders, date)
        for file in files
        if file.input.format in ("date", "quorum")
        for date in file.clues.dates
    ]
    for folder, time_us in told:
        moments[folder] = max(time_us, moments.get(folder, time_us))
    readings.facts = [replace(one, time_us=moments.get(folders[one.file])) for one in readings.facts]


def _apply_layout(files: list[_File], name: str) -> list[str]:
    """Give the files of one source the node that its layout tells, and return what is to be noted of it."""
    layout = layout_of(file.found.name for file in files)
    if layout is None:
        return []
    telling = [file for file in files if layout.node_file and re.search(layout.node_file, file.found.name)]
    found = next((match[1] for file in telling if (match := re.search(layout.node, file.head, re.MULTILINE))), None)
    for file in files:
        file.node = found
    return [f"{name}: gathered by {layout.name}" + (f" on {found}" if found else "")]


def _recognised(found: FoundFile) -> _File:
    """Look at the head of a file and decide how it is to be read."""
    file = _File(found, InputFile(path=found.name))
    reason = found.unreadable or (f"the same file as {found.same_as}" if found.same_as else None)
    head = b""
    if reason is None:
        head, reason = _head(found.path)
    if reason is not None:
        file.input.skipped = reason
        return file
    file.head = head.decode("utf-8", "replace")
    document = xml_format(file.head)
    file.input.format = document
    if document == "html":
        file.input.skipped = "HTML: give the text or XML output of crm_mon (crm_mon -1, crm_mon --output-as=xml)"
    elif document is not None:
        file.snapshot = True
    elif is_json(file.head) and journal_format(file.head) is None:
        file.input.skipped = "JSON: neither a log nor an output of crm_mon"
    else:
        file.snapshot = looks_like(file.head)
        file.log = LogReading(file.input)
    return file


def _head(path: Path) -> tuple[bytes, str | None]:
    """Return the beginning of a file, and why it is not to be read; None for text, also where damage follows a whole line."""
    head, damage = _beginning(path, HEAD)
    try:
        return head, damage if damage and b"\n" not in head else _not_text(path, head)
    except OSError as problem:
        return head, _words(problem)


def _pass_over_reports(files: list[_File]) -> None:
    """Leave out what ha-report wrote earlier: it quotes the very lines that are read."""
    own = {file.found.folders for file in files if is_own_report(file.head)}
    for file in files:
        if file.found.folders in own and file.found.path.name in OWN_FILES:
            file.log, file.snapshot = None, False
            file.input.skipped = "written by ha-report"


def _not_text(path: Path, head: bytes) -> str | None:
    """Return why the bytes are not to be read; None where they are text."""
    if not head:
        return "empty" if path.stat().st_size == 0 else "nothing in it"
    if compression_of(head) is not None or head[257:262] == b"ustar":
        return NESTED
    return "binary" if is_binary(head) else None


def _words(problem: Exception) -> str:
    """Say in a few words why a file could not be read."""
    if isinstance(problem, PermissionError):
        return "permission denied"
    return f"damaged: {problem}" if not isinstance(problem, FileNotFoundError) else "no such file"


def _name_log(file: _File, journal: str | None) -> None:
    """Decide whether what was read as a log is one, and name its format."""
    entry = file.input
    if journal is not None:
        entry.format = journal
    elif file.snapshot:
        entry.format = "crm_mon-text" if entry.format in (None, "dated") else f"crm_mon-text, {entry.format}"
    elif entry.format in (None, "dated", "headless") and not entry.events:
        entry.format = text_format(file.head) or (entry.format if entry.format == "headless" else None)
    elif entry.format is None:
        entry.format = "headless"


def _add_clues_of_text(file: _File) -> None:
    """Take the dates and the zone of a file that is no log."""
    if file.input.skipped is None and (file.log is None or file.log.first is None or file.snapshot):
        file.clues.add([latest_date(file.head)], [])
    if file.input.format is None and file.head:
        file.clues.add([], [zone_of(file.head[:400])])
        if file.clues.offsets:
            file.input.format = "date"


def _known_nodes(files: Iterable[_File]) -> Counter[str]:
    """Return the names that wrote log lines, or that a CIB or a crm_mon output calls nodes."""
    known: Counter[str] = Counter()
    for file in files:
        if file.log is not None:
            known.update(file.log.hosts)
            known.update(told.node for told in file.log.told if told.node and told.kind == "node-state")
    return known


def _clues_by_node(files: Iterable[_File]) -> tuple[dict[str | None, Clues], Clues]:
    """Return the clues of each node's files, and those of all files."""
    nodes: dict[str | None, Clues] = defaultdict(Clues)
    bundle = Clues()
    for file in files:
        for clues in (nodes[file.input.node], bundle):
            clues.add(file.clues.dates, file.clues.offsets)
    return nodes, bundle


def _settle(
    file: _File,
    clues: Sequence[Clues],
    zone: tzinfo | None,
    local: tzinfo,
    readings: Readings,
    aliases: Mapping[str, str],
    options: Reading,
) -> None:
    """Make the times of a file instants, and add its rows to `readings`; of `clues` to its clock the nearest come first."""
    if file.input.skipped is not None and file.log is None:
        return
    here = zone or next((found for clue in clues if (found := clue.zone()) is not None), local)
    if file.log is not None:
        dates = next((clue.dates for clue in clues if clue.dates), None)
        collected_us = max(dates) if dates else _modified_us(file.found.path)
        settler = Settler(file.log, file.input.node, here, collected_us, aliases)
        if settler.contradicts:
            _read_logs([file], _ALL_TIMES, options)
            settler = Settler(file.log, file.input.node, here, collected_us, aliases)
        events = settler.events()
        readings.events += events
        readings.programs |= file.log.programs
        file.input.gaps_us = settler.gaps(events)
        readings.records += settler.records()
        file.input.first_time_us, file.input.last_time_us = settler.span()
        if file.log.places.passed and file.log.first is not None and not file.snapshot:
            readings.counters[file.found.name] = _written(file.found.path, file.log, settler.calendar).lines_before
    _add_document(file, here, readings)


def _written(path: Path, log: LogReading, calendar: Calendar) -> WrittenLog:
    """Return a plain log as one whose lines can be counted."""
    end = log.cut.end if log.cut is not None else log.input.bytes
    return WrittenLog(path, (*log.places.passed, (end, log.input.lines)), calendar.instant)


def _modified_us(path: Path) -> int:
    """Return when a file was last written, naive local time; now where it cannot be told."""
    try:
        moment = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except (OSError, OverflowError, ValueError):
        return now_us()
    return int(moment.timestamp() + (moment.utcoffset() or moment - moment).total_seconds()) * SECOND


def _beginning(path: Path, most: int) -> tuple[bytes, str | None]:
    """Return what a file holds, so many bytes of it, and why there is no more of a damaged one."""
    data, damage = bytearray(), None
    try:
        with opened(path) as opening:
            stream = cast("BufferedIOBase", opening)
            # read1 gives what was unpacked before a defect; read would throw it away.
            while len(data) < most and (more := stream.read1(AT_ONCE)):
                data += more
    except DAMAGE as problem:
        damage = _words(problem)
    return bytes(data[:most]), damage


def _add_document(file: _File, zone: tzinfo, readings: Readings) -> None:
    """Read a file that is, or holds, something other than a log, and add it to `readings`."""
    from parsers import documents  # noqa: PLC0415 - what reads them is loaded while logs are read

    if not file.snapshot and not documents.is_document(file.head, file.input.format):
        return
    data, damage = _beginning(file.found.path, LARGEST_TEXT)
    entry = file.input
    entry.bytes = len(data)
    entry.lines = data.count(b"\n") + (not data.endswith(b"\n"))
    document = documents.read_document(data, entry.format, entry.path, zone)
    if damage or document.damage is not None:
        entry.skipped = f"not read to its end: {damage or document.damage}"
    for snapshot in document.snapshots:
        entry.events += len(snapshot.operations)
        entry.first_time_us = entry.first_time_us or snapshot.time_us
        entry.last_time_us = entry.last_time_us or snapshot.time_us
        readings.records += snapshot.operations
    readings.snapshots += document.snapshots
    readings.facts += [FileFacts(entry.path, entry.node, None, facts) for facts in document.facts]
    entry.undecoded_count += len(document.undecoded)
    lines = data.decode("utf-8", "replace").split("\n") if document.undecoded else []
    entry.undecoded += [Evidence(*one, lines[one.line - 1].strip()[:SHOWN]) for one in document.undecoded[:EXAMPLES]]
