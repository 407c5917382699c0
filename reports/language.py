"""The languages that a report speaks: gettext catalogues in locale/, made by `make translations`.

English is what the sources say and needs no catalogue.  The others are read by the standard library; Babel only makes
them (docs/translations.py).
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ha_report.phrase import Phrase, Piece, pieces, translated

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "ha-report"
LANGUAGES = ("en", "ja")


class Nothing(gettext.NullTranslations):
    """What a catalogue says of a message that it does not know: nothing."""

    def gettext(self, message: str) -> str:  # noqa: ARG002 -- gettext's own interface
        """Return the translation: there is none."""
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 -- gettext's own interface
        """Return the translation: there is none."""
        return ""


@dataclass(frozen=True)
class Language:
    """Says phrases in one language."""

    code: str
    catalogue: gettext.NullTranslations

    def __call__(self, template: str, /, **words: Any) -> str:
        """Return a sentence in this language."""
        return self.text(Phrase(template, **words))

    def counted(self, one: str, many: str, number: int, /, **words: Any) -> str:
        """Return a sentence about one or many in this language."""
        return self.text(Phrase.counted(one, many, number, **words))

    def text(self, text: str) -> str:
        """Return a text in this language; what has no translation stays as it is."""
        return translated(text, self.template) if self.code != "en" and isinstance(text, Phrase) else str(text)

    def pieces(self, text: str) -> list[Piece]:
        """Return the parts of a text, those that can be said in this language in it."""
        return [Piece(str(text), known=True, gap="")] if self.code == "en" else list(pieces(text, self.template))

    def template(self, one: str, many: str | None, number: int | None) -> str | None:
        """Return the translation of a template, None where the catalogue has none."""
        if many is None or number is None:
            return self.catalogue.gettext(one) or None
        return self.catalogue.ngettext(one, many, number) or None

    def gettext(self, message: str) -> str:
        """Return a message of the templates in this language."""
        return self.catalogue.gettext(message) or message

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Return a message of the templates about one or many in this language."""
        return self.catalogue.ngettext(one, many, number) or (one if number == 1 else many)


@lru_cache(maxsize=len(LANGUAGES))
def language_of(code: str) -> Language:
    """Return a language of LANGUAGES."""
    if code == "en":
        return Language(code, Nothing())
    catalogue = gettext.translation(DOMAIN, LOCALE, [code])
    catalogue.add_fallback(Nothing())
    return Language(code, catalogue)


ENGLISH = Language("en", Nothing())
