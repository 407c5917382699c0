"""Small markup of what logs and rules say: everything is escaped, and made visible."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from ha_report.phrase import gap_behind
from reports.language import ENGLISH, Language
from reports.visible import visible
from reports.words import clock_of, message_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from ha_report.model import Evidence


def number(value: int) -> Markup:
    """Return a number with its thousands told apart; nothing to see where there is none."""
    return escape(f"{value:,}") if value else Markup('<span class="soft none">–</span>')


def moment(time: datetime | None, day: date | None) -> str:
    """Return a time as it is read, and as a script reads it."""
    if time is None:
        return clock_of(time, day)
    return Markup(f'<time datetime="{time.isoformat()}">{clock_of(time, day)}</time>')  # noqa: S704 -- only digits and signs


def prose(text: str | None, say: Language = ENGLISH) -> Markup:
    """Return sentences with their `quoted` words as code; those that only English has are marked as such."""
    return in_languages(text or "", say, quoted)


def spoken(text: str, say: Language = ENGLISH) -> Markup:
    """Return a sentence; what only English has is marked as such."""
    return in_languages(text, say, lambda part: escape(visible(part)))


def in_languages(text: str, say: Language, markup: Callable[[str], Markup]) -> Markup:
    """Return the parts of a text, each with the markup of its own."""
    if say.code == ENGLISH.code:
        return markup(str(text))
    whole = Markup()
    for piece in say.pieces(text):
        told = markup(piece.text)
        whole += gap_behind(whole, piece) + (told if piece.known else Markup('<span lang="en">{}</span>').format(told))
    return whole


def quoted(text: str) -> Markup:
    """Return a text with its `quoted` words as code."""
    if "`" not in text:
        return escape(visible(text))
    parts = re.split(r"`([^`\n]+)`", text)
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


@lru_cache(maxsize=1024)
def breakable(text: str | None) -> Markup:
    """Return a path or a host name that may be broken where a reader would: after a folder, or a domain's part."""
    shown = visible(text or "")
    parts = re.split("(?<=/)" if "/" in shown else r"(?<=\.)", shown)
    return Markup("<wbr>".join(escape(part) for part in parts))  # noqa: S704 -- each part is escaped


def marked(line: Evidence, words: tuple[str, ...]) -> Markup:
    """Return the text of a line with `words` marked."""
    return marked_text(line.text, words)


@lru_cache(maxsize=4096)  # what proves one thing stands near what proves another
def marked_text(text: str, words: tuple[str, ...]) -> Markup:
    """Return a text with those that count in <mark>."""
    if not any(word in text for word in words):
        return escape(visible(text))
    return Markup("").join(
        Markup("<mark>{}</mark>").format(visible(part)) if number % 2 else escape(visible(part))
        for number, part in enumerate(standing_alone(words).split(text))
    )


@lru_cache(maxsize=64)
def standing_alone(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return an expression for each of `words` that is no part of a longer one."""
    return re.compile("(" + "|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in words) + ")")
