"""The diagnosis in a terminal, 80 columns wide.

Whatever a log holds, no control character of it reaches the terminal; colour comes only
from here, and only where asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ha_report.phrase import Phrase
from reports import plot, wrapping
from reports.language import Language, language_of
from reports.story import parts
from reports.visible import one_line
from reports.words import clock_of, day_of, list_of, message_of, operation_of, result_of, size_of, window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ha_report.model import Evidence, Finding
    from reports.shape import InputRow, Moment, NodeCard, Repeat, Report, StoryStep

WIDTH = 80
MOST_ROWS = 20  # of each list: a terminal is no page, and says where the rest is
MOST_FILES = 10
MORE_STEPS = ("{count} more step", "{count} more steps")
MORE_ROWS = ("{count} more row", "{count} more rows")
MORE_FINDINGS = ("{count} more finding", "{count} more findings")
MORE_EVENTS = ("{count} more event", "{count} more events")
MORE_NODES = ("{count} more node", "{count} more nodes")
MORE_RESOURCES = ("{count} more resource", "{count} more resources")
MORE_FILES = ("{count} more file", "{count} more files")
MORE_LANES = (MORE_NODES, MORE_RESOURCES)
COLOURS = {"error": "1;31", "warning": "1;33", "notice": "1;32", "head": "1", "soft": "2"}


def lines(report: Report, *, colour: bool, encoding: str = "utf-8", language: str = "en") -> list[str]:
    """Return the lines to print; those of the plot are ASCII where `encoding` lacks blocks."""
    voice = Voice(colour, language_of(language))
    return [
        *verdict(report, voice),
        *timeline(report, voice, encoding),
        *happened(report, voice),
        *failures(report, voice),
        *other_findings(report, voice),
        *cluster(report, voice),
        *inputs(report, voice),
    ]


class Voice(NamedTuple):
    """How the terminal is spoken to: in a language, and in colour or not."""

    colour: bool
    say: Language

    def __call__(self, text: str, style: str) -> str:
        """Return `text`, which is safe already, in one of COLOURS, or as it is."""
        return f"\x1b[{COLOURS[style]}m{text}\x1b[0m" if self.colour and text else text


def verdict(report: Report, voice: Voice) -> Iterator[str]:
    """Yield the one sentence, what it rests on, and what to do."""
    told = report.verdict
    yield from (voice(line, told.severity) for line in wrapped(voice.say.text(told.sentence)))
    rule = voice.say("rule {rule}", rule=told.finding.rule) if told.finding else ""
    if sure := ", ".join(filter(None, [voice.say(told.confidence) if told.confidence else "", rule])):
        yield voice(sure, "soft")
    yield ""
    yield from wrapped(voice.say.text(told.cause or ""))
    yield from proof(voice.say("Proof") if told.finding else voice.say("What the logs say of it"), told.evidence, voice)
    if told.finding:
        yield from steps(told.finding, voice)


def proof(title: str, evidence: Sequence[Evidence], voice: Voice) -> Iterator[str]:
    """Yield the lines that prove it, each under its place."""
    if not evidence:
        return
    yield from head(title, voice)
    for line in evidence:
        yield f"  {voice(f'{one_line(line.file)}:{line.line}', 'soft')}"
        yield from wrapped(line.text, "    ")


def steps(finding: Finding, voice: Voice) -> Iterator[str]:
    """Yield remedy and verification; commands stay on one line, to be copied."""
    for title, texts in ((voice.say("Remedy"), finding.remedy), (voice.say("Verify"), finding.verify)):
        if texts:
            yield from head(title, voice)
        for text in texts:
            yield from ([f"  {one_line(text)}"] if text.startswith("$ ") else wrapped(voice.say.text(text), "  "))


def timeline(report: Report, voice: Voice, encoding: str) -> Iterator[str]:
    """Yield the picture of the incident, a line for each node and resource."""
    if report.picture is None:
        return
    begin, end = (clock_of(time, day_of(report.window)) for time in (report.picture.begin, report.picture.end))
    rows = plot.rows(report.picture, encoding, voice.say)
    yield from head(voice.say("Timeline (UTC)"), voice)
    yield f"  {'':{plot.NAMES}}{begin}{end:>{plot.COLUMNS - len(begin)}}"
    for row in rows:
        yield f"  {wrapping.padded(plot.short(row.name), plot.NAMES)}{marked(row.cells, voice)}".rstrip()
    yield from (voice(line, "soft") for line in wrapped(plot.legend(rows, report.picture, encoding, voice.say), "  "))
    left = zip(plot.left_out(report.picture), MORE_LANES, strict=True)
    if told := [Phrase.counted(*words, number) for number, words in left if number]:
        yield voice.say("  ... and {lanes}", lanes=list_of(told))


def marked(cells: str, voice: Voice) -> str:
    """Return the cells of a line with what went wrong in colour."""
    return re.sub(plot.GRAVE_SIGNS, lambda found: voice(found[0], "error"), cells)


def failures(report: Report, voice: Voice) -> Iterator[str]:
    """Yield the failed operations, those that repeat as one."""
    if not report.repeats:
        return
    yield from head(voice.say("Failed operations ({count})", count=f"{len(report.failed_operations):,}"), voice)
    for repeat in report.repeats[:MOST_ROWS]:
        yield from failure(repeat, report, voice)
    yield from rest(len(report.repeats), MORE_ROWS, voice)


def failure(repeat: Repeat, report: Report, voice: Voice) -> Iterator[str]:
    """Yield one failed operation in two lines: when and what, then with which result."""
    failed, day = repeat.first, day_of(report.window)
    operation = operation_of(failed.operation, failed.interval_ms)
    node = failed.node or Phrase("unknown node")
    what = voice.say("{resource} {operation} on {node}", resource=failed.resource, operation=operation, node=node)
    if repeat.count > 1:
        last = clock_of(repeat.last_time, day)
        what = voice.say("{failure}  {count} times, last {time}", failure=what, count=f"{repeat.count:,}", time=last)
    yield from wrapped(f"{voice.say.text(clock_of(failed.time, day))}  {what}", "  ", "    ")
    reason = f": {voice.say.text(list_of(list(repeat.exit_reasons)))}" if repeat.exit_reasons else ""
    result = voice.say.text(result_of(failed)) + reason
    yield from (voice(line, "error") for line in wrapped(result, "    "))


def other_findings(report: Report, voice: Voice) -> Iterator[str]:
    """Yield what else was concluded, in short."""
    if report.other_findings:
        yield from head(voice.say("Also found"), voice)
    for finding in report.other_findings[:MOST_ROWS]:
        yield from (voice(line, finding.severity) for line in wrapped(titled(finding, voice), "  ", "    "))
        yield from wrapped(voice.say.text(finding.cause), "    ")
    yield from rest(len(report.other_findings), MORE_FINDINGS, voice)


def titled(finding: Finding, voice: Voice) -> str:
    """Return what was found, and how sure that is."""
    return f"{voice.say.text(finding.title)} ({voice.say(finding.confidence)})"


def happened(report: Report, voice: Voice) -> Iterator[str]:
    """Yield what happened: the story, or where no step of it is known, the events that matter most."""
    if not report.story:
        yield from moments(report, voice)
        return
    yield from head(voice.say("What happened (UTC)"), voice)
    for part in parts(report.story, MOST_ROWS):
        if part.folded:
            yield voice(f"  ... {voice.say.counted(*MORE_STEPS, len(part.steps))}", "soft")
        else:
            yield from (line for step in part.steps for line in step_lines(step, report, voice))


def step_lines(step: StoryStep, report: Report, voice: Voice) -> Iterator[str]:
    """Yield one step of the story; what went wrong is marked for those who see no colour."""
    mark = {"error": "!", "good": "+"}.get(step.severity, " ")
    text = f"{voice.say.text(clock_of(step.time, day_of(report.window)))} {mark} {voice.say.text(step.sentence)}"
    style = {"error": "error", "good": "notice"}.get(step.severity)
    yield from (voice(line, style) if style else line for line in wrapped(text, "  ", "      "))


def moments(report: Report, voice: Voice) -> Iterator[str]:
    """Yield the events that tell what happened."""
    key = report.excerpt.key[-MOST_ROWS:]
    if key:
        yield from head(voice.say("What happened (UTC)"), voice)
    for moment in key:
        yield from moment_lines(moment, report, voice)
    yield from rest(report.excerpt.distinct, MORE_EVENTS, voice, shown=len(key))


def moment_lines(moment: Moment, report: Report, voice: Voice) -> Iterator[str]:
    """Yield one event; what follows the "|" is for programs."""
    row = moment.row
    said = " ".join(message_of(row.text).split())
    text = wrapped(
        f"{voice.say.text(clock_of(row.time, day_of(report.window)))}  {row.node or '-'}  {said}", "  ", "      "
    )
    yield from (voice(line, row.severity) if row.severity != "notice" else line for line in text)


def cluster(report: Report, voice: Voice) -> Iterator[str]:
    """Yield the nodes with what runs on them."""
    yield from head(voice.say("Cluster"), voice)
    if not report.snapshot_known:
        told = voice.say("No snapshot among what was read: the state of nodes and resources is not known.")
        yield from wrapped(told, "  ")
    for card in report.cards[:MOST_ROWS]:
        yield from wrapped(card_line(card, voice), "  ", "    ")
    if report.unplaced:
        names = [resource.id for resource in report.unplaced]
        yield from wrapped(voice.say("not running: {resources}", resources=list_of(names, MOST_ROWS)), "  ", "    ")
    yield from rest(len(report.cards), MORE_NODES, voice)


def card_line(card: NodeCard, voice: Voice) -> str:
    """Return one node in a line."""
    state = ", ".join([card.node.state or voice.say("state unknown"), *card.node.roles])
    runs = list_of([resource.id for resource in card.resources], MOST_ROWS)
    return f"{card.node.name} ({state})" + (f": {voice.say.text(runs)}" if runs else "")


def inputs(report: Report, voice: Voice) -> Iterator[str]:
    """Yield what was read, and what was not."""
    yield from head(voice.say("Read"), voice)
    files = voice.say.counted("{count} file", "{count} files", len(report.inputs))
    yield from wrapped(f"{files}, {voice.say.text(window_of(report.window))}", "  ")
    telling = [found for found in report.inputs if found.events or found.undecoded or found.skipped]
    for found in telling[:MOST_FILES]:
        yield from wrapped(input_line(found, voice), "  ", "    ")
    yield from rest(len(report.inputs), MORE_FILES, voice, shown=len(telling[:MOST_FILES]))
    for note in report.notes:
        yield from wrapped(voice.say.text(note), "  ! ", "    ")


def input_line(found: InputRow, voice: Voice) -> str:
    """Return one file in a line."""
    if found.skipped:
        return voice.say("{path}: skipped, {why}", path=found.path, why=found.skipped)
    events = voice.say.counted("{count} event", "{count} events", found.events)
    told = [found.format or voice.say("format not known"), size_of(found.bytes), events]
    if found.undecoded:
        told.append(voice.say("{count} not understood", count=f"{found.undecoded:,}"))
    return f"{found.path}: {', '.join(told)}"


def head(title: str, voice: Voice) -> tuple[str, str]:
    """Return an empty line and a title."""
    return "", voice(title, "head")


def rest(number: int, words: tuple[str, str], voice: Voice, shown: int = MOST_ROWS) -> Iterator[str]:
    """Yield how many entries are left out."""
    if number > shown:
        left = Phrase.counted(*words, number - shown)
        yield voice.say("  ... and {more}; `ha-report analyze` writes them all", more=left)


def wrapped(text: str, first: str = "", later: str | None = None) -> Iterable[str]:
    """Return safe lines of at most WIDTH columns."""
    return wrapping.wrapped(one_line(text), WIDTH, first, first if later is None else later)
