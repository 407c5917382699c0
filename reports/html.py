"""`index.html`: one self-contained file that opens from a mail attachment.

The templates, the styles and the scripts are ordinary files in templates/.  Styles and scripts
are put into the page, and its Content-Security-Policy allows just these by their hash
(CSP level 3, "hash-source"): whatever a log line smuggled in would not run, nor fetch.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache, lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jinja2
from markupsafe import Markup, escape

from ha_report.model import Source
from reports import markdown, story
from reports.balance import proof_is_longer
from reports.blocks import block, blocks
from reports.cluster import by_resource, counts_of
from reports.compiled import Compiled, FinalizedOnly
from reports.lanes_drawing import PLACED, Drawing, first_row, lasting, on_lines, span_of
from reports.language import ENGLISH, Language, language_of
from reports.markup import breakable, marked, moment, number, prose, said, spoken
from reports.visible import encodable, visible
from reports.words import clock_of, day_of, list_of, operation_of, result_of, size_of, window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ha_report.model import Finding
    from reports.shape import NearLine, Repeat, Report

TEMPLATES = Path(__file__).with_name("templates")
STYLES = (
    "page.css", "cards.css", "cluster.css", "tables.css", "story.css", "evidence.css", "picture_marks.css",
    "picture_bars.css", "picture.css", "print.css",
)  # fmt: skip
# In this order; what the scripts have in common stands in `haReport`, which the first one makes.
SCRIPTS = (
    "blocks.js", "copy.js", "tables.js", "moments.js", "events.js", "download.js", "paper.js",
    "picture_axis.js", "picture_lanes.js", "picture_view.js", "picture_told.js", "picture.js",
)  # fmt: skip
TO_ESCAPE = re.compile(r"""[&<>'"]""")
NODE_COLOURS = 8  # in the style sheet; the ninth node begins again
SMALL_NODES, SMALL_RESOURCES = 4, 16  # a cluster of this size is pictured beside the proof of the verdict
ROOMY_NODES, ROOMY_RESOURCES = 12, 60  # and of this size where there is no proof
MOST_ROWS = 1_000  # of a plain table
FEW_ROWS = 12  # events that are taken in at a glance, so that none is folded away
LONGEST_STORY = 36  # steps that stand in the open


class Environment(jinja2.Environment):
    """An environment whose `finalize` escapes."""

    code_generator_class = FinalizedOnly


class Asset(NamedTuple):
    """A style sheet or script as it stands in the page, and the hash that the policy names."""

    text: Markup
    hash: str


def render(report: Report, language: str = "en", as_markdown: str | None = None) -> str:
    """Return the text of index.html; it holds that of report.md in the same language, which may be made already."""
    page = environment(report, language_of(language)).get_template("index.html.j2")
    return encodable(
        page.render(
            report=report,
            styles=[asset(name) for name in STYLES],
            scripts=[asset(name) for name in SCRIPTS],
            blocks=[*blocks(report), block("colours", node_colours(report))],
            markdown=markdown.render(report, language) if as_markdown is None else as_markdown,
            story=story.parts(report.story, LONGEST_STORY),
            small=is_small(report),
            dated=day_of(report.window) is None,
        )
    )


def asset(name: str) -> Asset:
    """Return a file to be put into the page; it must not end its own element."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(Markup(text), f"'sha256-{digest}'")  # noqa: S704 -- a file of this package, and no input


def environment(report: Report, say: Language) -> jinja2.Environment:
    """Return the templates' environment: everything printed is escaped and made visible.

    What is asked for each event, mark or line is a filter: jinja2 calls those at once, and functions by a long way.
    """
    anchor = anchors(report).get
    drawing = Drawing(report.picture, anchor) if report.picture else None
    made = Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        bytecode_cache=Compiled(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        finalize=partial(finalized, say=say),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(say.gettext, say.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension puts it there
    made.globals |= translators(say)
    made.filters |= {
        "clock": partial(clock_of, day=day_of(report.window)),
        "moment": partial(moment, day=day_of(report.window)),
        "number": number,
        "thousands": "{:,}".format,
        "listed": list_of,
        "size": size_of,
        "result": result_of,
        "window": window_of,
        "prose": partial(prose, say=say),
        "spoken": partial(spoken, say=say),
        "said": said,
        "breakable": breakable,
        "marked": marked,
        "anchor": anchor,
        "colour": partial(colour_of, node_colours(report)),
        "groupby_file": groupby_file,
    }
    made.filters |= {
        # Templates are compiled once for all pages, and a filter that is not there then fails even where none is called.
        "offset": drawing.offset if drawing else str,
        "box": drawing.box if drawing else str,
        "rows": drawing.rows if drawing else str,
        "first_row": first_row,
        "span_to": partial(span_of, day=day_of(report.window)),
        "lasting": lasting,
        "on_lines": on_lines,
    }
    made.globals |= {
        "operation": operation_of,
        "drawing": drawing,
        "placed": PLACED,
        "remembered": lru_cache(maxsize=None, typed=True),  # a Phrase is not the text that it reads as
        "fail_counts": partial(counts_of, counts=by_resource(report.fail_counts)),
        "finding_id": partial(finding_id, {id(one): number for number, one in enumerate(report.findings, 1)}),
        "finding_markdown": partial(finding_markdown, say=say),
        "risky": risky(report),
        "most_rows": MOST_ROWS,
        "few_rows": FEW_ROWS,
        "language": say.code,
        "in_english": "" if say.code == "en" else Markup(' lang="en"'),  # of elements that quote logs
        "proof_is_longer": proof_is_longer,
        "words_that_count": partial(words_that_count, report, first_failures(report)),
    }
    return made


def finalized(value: Any, say: Language = ENGLISH) -> str:
    """Return what a template prints: escaped, in its language, no control character, and nothing for None."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        text = visible(say.text(value))
        return escape(text) if TO_ESCAPE.search(text) else text  # most are names and numbers, and there are many
    return "" if value is None else escape(value)


def translators(say: Language) -> dict[str, Callable[..., Markup]]:
    """Return the functions of translation: words from logs are made visible, which do not pass `finalized` by themselves.

    They do what those of jinja2 do (its "newstyle"), less the looking up: a page asks seven thousand times.
    """

    @cache
    def alone(message: str) -> Markup:
        return Markup(say.gettext(message)) % {}  # noqa: S704 -- a message of the templates

    def gettext(message: str, /, **words: Any) -> Markup:
        if not words:
            return alone(message)
        return Markup(say.gettext(message)) % {name: finalized(word, say) for name, word in words.items()}  # noqa: S704 -- as above

    def ngettext(one: str, many: str, num: int, /, **words: Any) -> Markup:
        told = {name: finalized(word, say) for name, word in ({"num": num} | words).items()}
        return Markup(say.ngettext(one, many, num)) % told  # noqa: S704 -- as above

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def finding_id(numbers: Mapping[int, int], finding: Finding) -> str:
    """Return the name under which a link leads to a finding; two that read the same are two."""
    return f"finding-{numbers[id(finding)]}"


def finding_markdown(finding: Finding, say: Language) -> str:
    """Return a finding by itself, to be pasted."""
    return "\n".join(markdown.of_finding(finding, say))


def groupby_file(lines: Iterable[NearLine]) -> list[list[NearLine]]:
    """Return lines in their order, those that follow each other in one file together."""
    return [list(group) for _, group in groupby(lines, key=lambda near: near.line.file)]


def risky(report: Report) -> dict[Source, Finding]:
    """Return the places of settings that a finding quotes, each with the first that does."""
    named = {Source(line.file, line.line): one for one in reversed(report.findings) for line in one.evidence}
    return {setting.source: named[setting.source] for setting in report.settings if setting.source in named}


def is_small(report: Report) -> bool:
    """Return whether the picture of the cluster fits into the first screen, with the verdict."""
    alone = not report.verdict.evidence
    nodes, resources = (ROOMY_NODES, ROOMY_RESOURCES) if alone else (SMALL_NODES, SMALL_RESOURCES)
    return len(report.cards) <= nodes and len(report.resources) <= resources


def node_colours(report: Report) -> dict[str, str]:
    """Return the colour class of each node."""
    return {card.node.name: f"n{number % NODE_COLOURS}" for number, card in enumerate(report.cards)}


def colour_of(colours: Mapping[str, str], node: str | None) -> str:
    """Return the colour class of a node, nothing for what is none."""
    return colours.get(node, "") if node else ""


def anchors(report: Report) -> dict[Source, str]:
    """Return the row of the page's timeline that shows a line, so that a proof can lead there."""
    return {source: f"e{moment.numbers[0]}" for moment in report.excerpt.shown for source in moment.sources}


def first_failures(report: Report) -> dict[tuple[str | None, str | None], Repeat]:
    """Return the first failure of each resource on each node, and, with None for the node, on any."""
    found: dict[tuple[str | None, str | None], Repeat] = {}
    for repeat in report.repeats:
        found.setdefault((repeat.first.resource, None), repeat)
        found.setdefault((repeat.first.resource, repeat.first.node), repeat)
    return found


def words_that_count(
    report: Report, firsts: Mapping[tuple[str | None, str | None], Repeat], finding: Finding | None
) -> tuple[str, ...]:
    """Return what to mark in the evidence: the resource, the node, and the failures' results."""
    first = firsts.get((finding.resource, finding.node)) if finding else None
    failures = report.repeats[:1] if finding is None else [first] if first else []
    reasons = [reason for repeat in failures for reason in repeat.exit_reasons]
    results = [f"rc={repeat.first.rc}" for repeat in failures if repeat.first.rc is not None]
    about = [finding.resource, finding.node] if finding else [r.first.resource for r in failures]
    return tuple(sorted({word for word in [*reasons, *results, *about] if word}, key=len, reverse=True))
