"""`report.md`, to paste into a bug tracker (CommonMark with GitHub's tables).

What logs say stands in code spans and fences, longer than any run of backticks within, so
that it can neither end them nor mention a person or an issue.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.language import Language, language_of
from reports.story import parts
from reports.visible import one_line, visible
from reports.words import clock_of, day_of, operation_of, result_of, size_of, window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from ha_report.model import Evidence, Finding
    from reports.shape import InputRow, NodeCard, Repeat, Report, StoryStep

SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!&$])")
MORE_STEPS = ("{count} more step, in report.json", "{count} more steps, in report.json")
LONGEST_STORY = 60  # steps
LARGEST_TABLE = 100  # rows; a bug tracker cuts long texts


def render(report: Report, language: str = "en") -> str:
    """Return the text of report.md."""
    say = language_of(language)
    return (
        "\n".join(
            [
                *verdict(report, say),
                *happened(report, say),
                *failures(report, say),
                *findings(report, say),
                *cluster(report, say),
                *inputs(report, say),
            ]
        )
        + "\n"
    )


def verdict(report: Report, say: Language) -> Iterator[str]:
    """Yield the headline, and what it rests on."""
    yield f"# {escaped(say.text(report.verdict.sentence))}"
    yield ""
    if report.verdict.confidence:
        yield f"**{say(report.verdict.severity)}**, {say(report.verdict.confidence)}"
        yield ""
    if report.verdict.cause:
        yield escaped(say.text(report.verdict.cause))
        yield ""
    if report.verdict.finding is None and report.verdict.evidence:
        yield from proof(report.verdict.evidence)


def happened(report: Report, say: Language) -> Iterator[str]:
    """Yield what happened, a step a line."""
    if not report.story:
        return
    yield f"## {say('What happened (UTC)')}"
    yield ""
    day = day_of(report.window)
    for part in parts(report.story, LONGEST_STORY):
        if part.folded:
            yield f"- … {say.counted(*MORE_STEPS, len(part.steps))}"
        else:
            yield from (step_line(step, day, say) for step in part.steps)
    yield ""


def step_line(step: StoryStep, day: date | None, say: Language) -> str:
    """Return one step: when and what, and the line that tells of it."""
    said = escaped(say.text(step.sentence))
    where = f" ({code(f'{step.source.file}:{step.source.line}')})" if step.source else ""
    return f"- {say.text(clock_of(step.time, day))} {f'**{said}**' if step.severity == 'error' else said}{where}"


def failures(report: Report, say: Language) -> Iterator[str]:
    """Yield the table of failed operations, if there are any."""
    if not report.repeats:
        return
    yield f"## {say('Failed operations ({count})', count=f'{len(report.failed_operations):,}')}"
    yield ""
    header = (
        say("Time (UTC)"),
        say("Node"),
        say("Resource"),
        say("Operation"),
        say("Result"),
        say("Exit reason"),
        say("Times"),
    )
    yield from table(header, [failure_row(repeat, say) for repeat in report.repeats[:LARGEST_TABLE]])
    yield from left_out(len(report.repeats), say)


def failure_row(repeat: Repeat, say: Language) -> tuple[str, ...]:
    """Return the cells of one failed operation."""
    failed = repeat.first
    return (
        say.text(clock_of(failed.time, None)),
        escaped(failed.node or say("unknown")),
        escaped(failed.resource),
        escaped(say.text(operation_of(failed.operation, failed.interval_ms))),
        escaped(say.text(result_of(failed))),
        ", ".join(code(reason) for reason in repeat.exit_reasons[:3]),
        f"{repeat.count:,}",
    )


def findings(report: Report, say: Language) -> Iterator[str]:
    """Yield every finding with its proof and its remedy."""
    for finding in report.findings:
        yield from of_finding(finding, say)


def of_finding(finding: Finding, say: Language) -> Iterator[str]:
    """Yield one finding, which can be pasted by itself."""
    yield f"## {escaped(say.text(finding.title))}"
    yield ""
    severity, sure, rule = say(finding.severity), say(finding.confidence), say("rule {rule}", rule=code(finding.rule))
    yield f"{severity}, {sure} ({rule})."
    yield ""
    yield escaped(say.text(finding.cause))
    yield ""
    yield from proof(finding.evidence)
    yield from steps(say("Remedy"), finding.remedy, say)
    yield from steps(say("Verify"), finding.verify, say)
    yield from references(finding, say)


def proof(evidence: Iterable[Evidence]) -> Iterator[str]:
    """Yield lines of logs in a fence, each under its place."""
    lines = [text for line in evidence for text in (f"{one_line(line.file)}:{line.line}", f"    {one_line(line.text)}")]
    if lines:
        yield from fenced(lines)


def steps(title: str, texts: Sequence[str], say: Language) -> Iterator[str]:
    """Yield sentences, and commands in fences."""
    if not texts:
        return
    yield f"**{title}**"
    yield ""
    for text in texts:
        if text.startswith("$ "):
            yield from fenced([one_line(text[2:])], "sh")
        else:
            yield from (escaped(say.text(text)), "")


def references(finding: Finding, say: Language) -> Iterator[str]:
    """Yield where to read on."""
    if finding.references:
        yield say("See {references}.", references=", ".join(escaped(reference) for reference in finding.references))
        yield ""


def cluster(report: Report, say: Language) -> Iterator[str]:
    """Yield the nodes with what ran on them at the snapshot, and the versions."""
    yield f"## {say('Cluster')}"
    yield ""
    known = report.cluster
    facts = {say("name"): known.name, say("stack"): known.stack, "DC": known.dc, say("quorum"): known.quorum}
    facts |= {name.replace("_", " "): version for name, version in known.versions.items()}
    told = [f"{escaped(name)} {escaped(say(quorum_or(value)))}" for name, value in facts.items() if value is not None]
    yield from ("; ".join(told) or say("Nothing tells of the cluster as a whole."), "")
    header = (say("Node"), say("State"), say("Runs"), say("Failed there"))
    yield from table(header, [card_row(card, say) for card in report.cards[:LARGEST_TABLE]])
    yield from left_out(len(report.cards), say)


def quorum_or(value: str | bool) -> str:
    """Return a fact as a word."""
    return value if isinstance(value, str) else ("yes" if value else "no")


def card_row(card: NodeCard, say: Language) -> tuple[str, ...]:
    """Return the cells of one node."""
    return (
        escaped(card.node.name),
        escaped(", ".join([card.node.state or say("unknown"), *card.node.roles])),
        escaped(", ".join(resource.id for resource in card.resources)),
        escaped(", ".join(f"{repeat.first.resource} {repeat.first.operation}" for repeat in card.failures)),
    )


def inputs(report: Report, say: Language) -> Iterator[str]:
    """Yield what was read, so that a reader knows what was not."""
    yield f"## {say('Read')}"
    yield ""
    header = (
        say("File"),
        say("Node"),
        say("Format"),
        say("Size"),
        say("Lines"),
        say("Events"),
        say("Not understood"),
    )
    yield from table(header, [input_cells(found, say) for found in report.inputs[:LARGEST_TABLE]])
    yield from left_out(len(report.inputs), say)
    yield from (f"- {escaped(say.text(note))}" for note in report.notes)
    yield ""
    window = window_of(report.window)
    yield say("Window: {window}. Made by ha-report {version}.", window=window, version=report.version)


def input_cells(found: InputRow, say: Language) -> tuple[str, ...]:
    """Return the cells of one file."""
    kind = say("skipped: {why}", why=found.skipped) if found.skipped else found.format or say("not known")
    numbers = (size_of(found.bytes), f"{found.lines:,}", f"{found.events:,}", f"{found.undecoded:,}")
    return code(found.path), escaped(found.node or ""), escaped(kind), *numbers


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table of cells that are escaped already."""
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def left_out(rows: int, say: Language) -> Iterator[str]:
    """Yield how many rows a table left out."""
    if rows > LARGEST_TABLE:
        yield say.counted("{count} more row in report.json.", "{count} more rows in report.json.", rows - LARGEST_TABLE)
        yield ""


def fenced(lines: Sequence[str], language: str = "text") -> Iterator[str]:
    """Yield lines in a code fence that they cannot end."""
    fence = "`" * max(3, longest_run("".join(lines)) + 1)
    yield from (f"{fence}{language}", *lines, fence, "")


def code(text: str) -> str:
    """Return a code span for a table cell, which `|` would end even in there."""
    shown = one_line(text).replace("|", "\\|")
    ticks = "`" * (longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}" if shown else ""


def longest_run(text: str) -> int:
    """Return the length of the longest run of backticks."""
    return max((len(run) for run in re.findall("`+", text)), default=0)


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is; a zero-width joiner keeps @somebody from being called."""
    return SPECIAL.sub(r"\\\1", one_line(visible(text))).replace("@", "@\u2060")
