"""The diagnosis in a terminal, 80 columns wide.

Whatever a log holds, no control character of it reaches the terminal; colour comes only
from here, and only where asked for.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from reports import plot
from reports.story import parts
from reports.visible import one_line
from reports.words import clock_of, count_of, day_of, list_of, message_of, operation_of, result_of, size_of, window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ha_report.model import Evidence, Finding
    from reports.shape import InputRow, Moment, NodeCard, Repeat, Report, StoryStep

WIDTH = 80
MOST_ROWS = 20  # of each list: a terminal is no page, and says where the rest is
MOST_FILES = 10
COLOURS = {"error": "1;31", "warning": "1;33", "notice": "1;32", "head": "1", "soft": "2"}


def lines(report: Report, *, colour: bool, encoding: str = "utf-8") -> list[str]:
    """Return the lines to print; those of the plot are ASCII where `encoding` lacks blocks."""
    paint = Paint(colour)
    return [
        *verdict(report, paint),
        *timeline(report, paint, encoding),
        *happened(report, paint),
        *failures(report, paint),
        *other_findings(report, paint),
        *cluster(report, paint),
        *inputs(report, paint),
    ]


class Paint(NamedTuple):
    """Puts colour around text that is safe already."""

    colour: bool

    def __call__(self, text: str, style: str) -> str:
        """Return `text` in one of COLOURS, or as it is."""
        return f"\x1b[{COLOURS[style]}m{text}\x1b[0m" if self.colour and text else text


def verdict(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the one sentence, what it rests on, and what to do."""
    told = report.verdict
    yield from (paint(line, told.severity) for line in wrapped(told.sentence))
    rule = f"rule {told.finding.rule}" if told.finding else ""
    if sure := ", ".join(filter(None, [told.confidence or "", rule])):
        yield paint(sure, "soft")
    yield ""
    yield from wrapped(told.cause or "")
    yield from proof("Proof" if told.finding else "What the logs say of it", told.evidence, paint)
    if told.finding:
        yield from steps(told.finding, paint)


def proof(title: str, evidence: Sequence[Evidence], paint: Paint) -> Iterator[str]:
    """Yield the lines that prove it, each under its place."""
    if not evidence:
        return
    yield from head(title, paint)
    for line in evidence:
        yield f"  {paint(f'{one_line(line.file)}:{line.line}', 'soft')}"
        yield from wrapped(line.text, "    ")


def steps(finding: Finding, paint: Paint) -> Iterator[str]:
    """Yield remedy and verification; commands stay on one line, to be copied."""
    for title, texts in (("Remedy", finding.remedy), ("Verify", finding.verify)):
        if texts:
            yield from head(title, paint)
        for text in texts:
            yield from ([f"  {one_line(text)}"] if text.startswith("$ ") else wrapped(text, "  "))


def timeline(report: Report, paint: Paint, encoding: str) -> Iterator[str]:
    """Yield the picture of the incident, a line for each node and resource."""
    if report.picture is None:
        return
    begin, end = (clock_of(time, day_of(report.window)) for time in (report.picture.begin, report.picture.end))
    rows = plot.rows(report.picture, encoding)
    yield from head("Timeline (UTC)", paint)
    yield f"  {'':{plot.NAMES}}{begin}{end:>{plot.COLUMNS - len(begin)}}"
    for row in rows:
        yield f"  {plot.short(row.name):{plot.NAMES}}{marked(row.cells, paint)}".rstrip()
    yield from (paint(line, "soft") for line in wrapped(plot.legend(rows, report.picture, encoding), "  "))
    left = zip(plot.left_out(report.picture), ("more node", "more resource"), strict=True)
    if told := [count_of(number, noun) for number, noun in left if number]:
        yield f"  ... and {list_of(told)}"


def marked(cells: str, paint: Paint) -> str:
    """Return the cells of a line with what went wrong in colour."""
    return re.sub(plot.GRAVE_SIGNS, lambda found: paint(found[0], "error"), cells)


def failures(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the failed operations, those that repeat as one."""
    if not report.repeats:
        return
    yield from head(f"Failed operations ({len(report.failed_operations):,})", paint)
    for repeat in report.repeats[:MOST_ROWS]:
        yield from failure(repeat, report, paint)
    yield from rest(len(report.repeats), "row")


def failure(repeat: Repeat, report: Report, paint: Paint) -> Iterator[str]:
    """Yield one failed operation in two lines: when and what, then with which result."""
    failed, day = repeat.first, day_of(report.window)
    often = f"  {repeat.count:,} times, last {clock_of(repeat.last_time, day)}" if repeat.count > 1 else ""
    what = f"{failed.resource} {operation_of(failed.operation, failed.interval_ms)} on {failed.node or 'unknown node'}"
    yield from wrapped(f"{clock_of(failed.time, day)}  {what}{often}", "  ", "    ")
    reason = f": {list_of(list(repeat.exit_reasons))}" if repeat.exit_reasons else ""
    yield from (paint(line, "error") for line in wrapped(result_of(failed) + reason, "    "))


def other_findings(report: Report, paint: Paint) -> Iterator[str]:
    """Yield what else was concluded, in short."""
    if report.other_findings:
        yield from head("Also found", paint)
    for finding in report.other_findings[:MOST_ROWS]:
        yield from (
            paint(line, finding.severity) for line in wrapped(f"{finding.title} ({finding.confidence})", "  ", "    ")
        )
        yield from wrapped(finding.cause, "    ")
    yield from rest(len(report.other_findings), "finding")


def happened(report: Report, paint: Paint) -> Iterator[str]:
    """Yield what happened: the story, or where no step of it is known, the events that matter most."""
    if not report.story:
        yield from moments(report, paint)
        return
    yield from head("What happened (UTC)", paint)
    for part in parts(report.story, MOST_ROWS):
        if part.folded:
            yield paint(f"  ... {count_of(len(part.steps), 'more step')}", "soft")
        else:
            yield from (line for step in part.steps for line in step_lines(step, report, paint))


def step_lines(step: StoryStep, report: Report, paint: Paint) -> Iterator[str]:
    """Yield one step of the story; what went wrong is marked for those who see no colour."""
    mark = {"error": "!", "good": "+"}.get(step.severity, " ")
    text = f"{clock_of(step.time, day_of(report.window))} {mark} {step.sentence}"
    style = {"error": "error", "good": "notice"}.get(step.severity)
    yield from (paint(line, style) if style else line for line in wrapped(text, "  ", "      "))


def moments(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the events that tell what happened."""
    key = report.excerpt.key[-MOST_ROWS:]
    if key:
        yield from head("What happened (UTC)", paint)
    for moment in key:
        yield from moment_lines(moment, report, paint)
    yield from rest(report.excerpt.distinct, "event", shown=len(key))


def moment_lines(moment: Moment, report: Report, paint: Paint) -> Iterator[str]:
    """Yield one event; what follows the "|" is for programs."""
    row = moment.row
    said = " ".join(message_of(row.text).split())
    text = wrapped(f"{clock_of(row.time, day_of(report.window))}  {row.node or '-'}  {said}", "  ", "      ")
    yield from (paint(line, row.severity) if row.severity != "notice" else line for line in text)


def cluster(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the nodes with what runs on them."""
    yield from head("Cluster", paint)
    if not report.snapshot_known:
        yield from wrapped("No snapshot among what was read: the state of nodes and resources is not known.", "  ")
    for card in report.cards[:MOST_ROWS]:
        yield from wrapped(card_line(card), "  ", "    ")
    if report.unplaced:
        names = [resource.id for resource in report.unplaced]
        yield from wrapped(f"not running: {list_of(names, MOST_ROWS)}", "  ", "    ")
    yield from rest(len(report.cards), "node")


def card_line(card: NodeCard) -> str:
    """Return one node in a line."""
    state = ", ".join([card.node.state or "state unknown", *card.node.roles])
    runs = f": {list_of([resource.id for resource in card.resources], MOST_ROWS)}" if card.resources else ""
    return f"{card.node.name} ({state}){runs}"


def inputs(report: Report, paint: Paint) -> Iterator[str]:
    """Yield what was read, and what was not."""
    yield from head("Read", paint)
    yield from wrapped(f"{count_of(len(report.inputs), 'file')}, {window_of(report.window)}", "  ")
    telling = [found for found in report.inputs if found.events or found.undecoded or found.skipped]
    for found in telling[:MOST_FILES]:
        yield from wrapped(input_line(found), "  ", "    ")
    yield from rest(len(report.inputs), "file", shown=len(telling[:MOST_FILES]))
    for note in report.notes:
        yield from wrapped(note, "  ! ", "    ")


def input_line(found: InputRow) -> str:
    """Return one file in a line."""
    if found.skipped:
        return f"{found.path}: skipped, {found.skipped}"
    missed = f", {found.undecoded:,} not understood" if found.undecoded else ""
    form = found.format or "format not known"
    return f"{found.path}: {form}, {size_of(found.bytes)}, {count_of(found.events, 'event')}{missed}"


def head(title: str, paint: Paint) -> tuple[str, str]:
    """Return an empty line and a title."""
    return "", paint(title, "head")


def rest(number: int, noun: str, shown: int = MOST_ROWS) -> Iterator[str]:
    """Yield how many entries are left out."""
    if number > shown:
        yield f"  ... and {count_of(number - shown, f'more {noun}')}; `ha-report analyze` writes them all"


def wrapped(text: str, first: str = "", later: str | None = None) -> Iterable[str]:
    """Return safe lines of at most WIDTH columns."""
    indent = first if later is None else later
    return textwrap.wrap(one_line(text), WIDTH, initial_indent=first, subsequent_indent=indent)
