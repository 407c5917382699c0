"""`index.html`: one self-contained file that opens from a mail attachment.

The templates, the style and the script are ordinary files in templates/.  Style and script
are put into the page, and its Content-Security-Policy allows just these two by their hash
(CSP level 3, "hash-source"): whatever a log line smuggled in would not run, nor fetch.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jinja2
from markupsafe import Markup, escape

from reports import markdown
from reports.cluster import counts_of
from reports.visible import encodable, visible
from reports.words import clock_of, count_of, day_of, list_of, message_of, operation_of, result_of, size_of, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ha_report.model import Evidence, Finding, Source
    from reports.shape import Moment, Report

TEMPLATES = Path(__file__).with_name("templates")
STYLES = ("page.css",)
SCRIPTS = ("page.js",)  # in this order; each is a world of its own
NODE_COLOURS = 8  # in the style sheet; the ninth node begins again
SMALL_NODES, SMALL_RESOURCES = 4, 16  # a cluster of this size is pictured beside the verdict


class Asset(NamedTuple):
    """A style sheet or script as it stands in the page, and the hash that the policy names."""

    text: Markup
    hash: str


def render(report: Report) -> str:
    """Return the text of index.html."""
    page = environment(report).get_template("index.html.j2")
    return encodable(
        page.render(
            report=report,
            styles=[asset(name) for name in STYLES],
            scripts=[asset(name) for name in SCRIPTS],
            markdown=markdown.render(report),
            small=is_small(report),
            dated=day_of(report.window) is None,
        )
    )


def asset(name: str) -> Asset:
    """Return a file to be put into the page; it must not end its own element."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(Markup(text), f"'sha256-{digest}'")  # noqa: S704 -- a file of this package, and no input


def environment(report: Report) -> jinja2.Environment:
    """Return the templates' environment: everything printed is escaped and made visible."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        finalize=finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # the extension puts it there
    made.filters |= {
        "clock": partial(clock_of, day=day_of(report.window)),
        "counted": count_of,
        "number": number,
        "listed": list_of,
        "size": size_of,
        "result": result_of,
        "window": window_of,
        "prose": prose,
        "said": said,
        "breakable": breakable,
        "first_sources": first_sources,
    }
    made.globals |= {
        "operation": operation_of,
        "colour": node_colours(report).get,
        "anchor": anchors(report).get,
        "fail_counts": partial(counts_of, fail_counts=report.fail_counts),
        "marked": marked,
        "words_that_count": partial(words_that_count, report),
    }
    return made


def finalized(value: Any) -> Any:
    """Return what a template prints: no control character, and nothing for None."""
    if isinstance(value, Markup):
        return value
    return visible(value) if isinstance(value, str) else "" if value is None else value


def is_small(report: Report) -> bool:
    """Return whether the picture of the cluster fits beside the verdict."""
    return len(report.cards) <= SMALL_NODES and len(report.resources) <= SMALL_RESOURCES


def node_colours(report: Report) -> dict[str, str]:
    """Return the colour class of each node."""
    return {card.node.name: f"n{number % NODE_COLOURS}" for number, card in enumerate(report.cards)}


def anchors(report: Report) -> dict[Source, str]:
    """Return the row of the page's timeline that shows a line, so that a proof can lead there."""
    shown = enumerate(report.story.shown)
    return {source: f"e{number}" for number, moment in shown for source in moment.sources}


def number(value: int) -> Markup:
    """Return a number with its thousands told apart; nothing to see where there is none."""
    return Markup("{:,}").format(value) if value else Markup('<span class="soft">–</span>')


def first_sources(moments: tuple[Moment, ...]) -> set[Source]:
    """Return what tells one moment from another."""
    return {moment.sources[0] for moment in moments}


def prose(text: str | None) -> Markup:
    """Return a sentence with its `quoted` words as code."""
    parts = re.split(r"`([^`\n]+)`", text or "")
    return Markup("").join(
        Markup("<code>{}</code>").format(visible(part)) if number % 2 else escape(visible(part))
        for number, part in enumerate(parts)
    )


def said(text: str) -> Markup:
    """Return a message with what Pacemaker adds for programs set back."""
    told = message_of(text)
    rest = text.lstrip()[len(told) :]
    return escape(visible(told)) + (
        Markup('<span class="soft">{}</span>').format(visible(rest)) if rest.strip() else ""
    )


def breakable(text: str | None) -> Markup:
    """Return a path or a host name that may be broken where a reader would: after a folder, or a domain's part."""
    shown = visible(text or "")
    parts = re.split("(?<=/)" if "/" in shown else r"(?<=\.)", shown)
    return Markup("<wbr>").join(escape(part) for part in parts)


def words_that_count(report: Report, finding: Finding | None) -> tuple[str, ...]:
    """Return what to mark in the evidence: the resource, the node, and the failures' results."""
    failures = [repeat for repeat in report.repeats if finding is None or concerns(repeat.first, finding)][:1]
    reasons = [reason for repeat in failures for reason in repeat.exit_reasons]
    results = [f"rc={repeat.first.rc}" for repeat in failures if repeat.first.rc is not None]
    about = [finding.resource, finding.node] if finding else [r.first.resource for r in failures]
    return tuple(sorted({word for word in [*reasons, *results, *about] if word}, key=len, reverse=True))


def concerns(failed: Any, finding: Finding) -> bool:
    """Return whether a failure is of the resource and the node of a finding."""
    return failed.resource == finding.resource and finding.node in {None, failed.node}


def marked(line: Evidence, words: tuple[str, ...]) -> Markup:
    """Return the text of a line with `words` marked."""
    return Markup("").join(marked_parts(line.text, words))


def marked_parts(text: str, words: tuple[str, ...]) -> Iterator[Markup]:
    """Yield the parts of a text, those that count in <mark>."""
    if not words:
        yield escape(visible(text))
        return
    pattern = "|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in words)
    for number, part in enumerate(re.split(f"({pattern})", text)):
        yield Markup("<mark>{}</mark>").format(visible(part)) if number % 2 else escape(visible(part))
