"""Texts in English that can be said in another language, too: they know what they are made of.

A rule concludes long before anybody chooses a language, and report.json stays English whatever the page speaks.
So a Phrase is a plain English `str` for all that only reads it, and keeps its template and its words for
`reports/language.py`, which looks the template up in a catalogue (as gettext does with its message ids).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing_extensions import Self

_NAME = re.compile(r"\{(\w+)(?:\|([^{}]*))?\}")
_KEPT = re.compile("\0(\\d+)\0")
UNTOLD = "its {name}"
_SENTENCE_END = "。"  # behind it no space comes

Translate = Callable[[str, str | None, int | None], str | None]  # template, its plural, the count -> None: not known


class Phrase(str):
    """A text with the template that it was made of; `{name}` stands for a word, `{name|words}` has words for want of one.

    A word may be a Phrase itself.  `parts` are phrases and texts that follow each other, parted by `gap`.
    """

    __slots__ = ("gap", "number", "parts", "plural", "template", "words")
    template: str | None  # None: it is only parts
    plural: str | None
    number: int | None
    words: Mapping[str, Any]
    parts: tuple[str, ...]
    gap: str

    def __new__(cls, template: str, /, **words: Any) -> Self:
        """Return the phrase that a template makes of words."""
        return cls._made(filled(template, words), template=template, words=words)

    @classmethod
    def counted(cls, one: str, many: str, number: int, /, **words: Any) -> Self:
        """Return a phrase for one or for many; `{count}` is the number."""
        words = {"count": f"{number:,}"} | words
        text = filled(one if number == 1 else many, words)
        return cls._made(text, template=one, plural=many, number=number, words=words)

    @classmethod
    def joined(cls, parts: Iterable[str], gap: str = " ") -> Self:
        """Return phrases one behind the other, less those that are empty."""
        kept = tuple(part for part in parts if part)
        return cls._made(gap.join(kept), parts=kept, gap=gap)

    @classmethod
    def _made(
        cls,
        text: str,
        *,
        template: str | None = None,
        plural: str | None = None,
        number: int | None = None,
        words: Mapping[str, Any] | None = None,
        parts: tuple[str, ...] = (),
        gap: str = "",
    ) -> Self:
        made = str.__new__(cls, text)
        made.template, made.plural, made.number = template, plural, number
        made.words = {} if words is None else words
        made.parts, made.gap = parts, gap
        return made

    def __add__(self, other: str) -> Phrase:
        return Phrase.joined((self, other), "")

    def __radd__(self, other: str) -> Phrase:
        return Phrase.joined((other, self), "")

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (str(self), {name: getattr(self, name) for name in self.__slots__})


def _again(text: str, known: Mapping[str, Any]) -> Phrase:
    """Return a phrase that another process had made."""
    return Phrase._made(text, **known)  # noqa: SLF001 -- what pickle calls has to stand outside the class


class Piece(NamedTuple):
    """A part of a text."""

    text: str
    known: bool  # it is in the language that was asked for
    gap: str  # between the part before and this one


def pieces(text: str, translate: Translate, gap: str = "") -> Iterator[Piece]:
    """Yield the parts of a text in another language."""
    if not isinstance(text, Phrase):
        yield Piece(text, known=not re.search("[A-Za-z]{2}", text), gap=gap)
    elif text.template is None:
        for number, part in enumerate(text.parts):
            yield from pieces(part, translate, text.gap if number else gap)
    else:
        template = translate(text.template, text.plural, text.number)
        said = str(text) if template is None else _said(template, text.words, translate)
        yield Piece(said, template is not None, gap)


def gap_behind(before: str, piece: Piece) -> str:
    """Return what stands between a text and the piece that follows: behind a Japanese full stop nothing."""
    return "" if not before or before.endswith(_SENTENCE_END) else piece.gap


def translated(text: str, translate: Translate) -> str:
    """Return a text in another language, what cannot be said in it as it is."""
    whole = ""
    for piece in pieces(text, translate):
        whole += gap_behind(whole, piece) + piece.text
    return whole


def _said(template: str, words: Mapping[str, Any], translate: Translate) -> str:
    said = {name: translated(word, translate) if isinstance(word, Phrase) else word for name, word in words.items()}
    return filled(template, said, translate(UNTOLD, None, None) or UNTOLD)


def filled(template: str, words: Mapping[str, Any], untold: str = UNTOLD) -> str:
    """Return a template with its words put in; what stands in a word is never taken for a name."""
    if "|" not in template:
        return "".join(_put(_cut(template), words, untold))
    kept: list[tuple[str, bool]] = []  # texts, and whether they are of the template and may hold others

    def keep(found: re.Match[str]) -> str:
        kept.append(_word(found[1], found[2], words, untold))
        return f"\0{len(kept) - 1}\0"

    while _NAME.search(template):
        template = _NAME.sub(keep, template)
    text = _opened(template, kept)
    # Where nothing stands for a name, the spaces around it meet.
    return re.sub(" +", " ", text).rstrip() if ("", True) in kept else text


@lru_cache(maxsize=1024)
def _cut(template: str) -> tuple[str, ...]:
    """Return the texts of a template without alternatives, and behind each but the last a name."""
    pieces = _NAME.split(template)  # two groups: each name is followed by what stands in for it, which is nothing
    return tuple(piece for number, piece in enumerate(pieces) if number % 3 < 2)  # noqa: PLR2004 -- see above


def _put(pieces: tuple[str, ...], words: Mapping[str, Any], untold: str) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        yield _word(piece, None, words, untold)[0] if number % 2 else piece


def _word(name: str, instead: str | None, words: Mapping[str, Any], untold: str) -> tuple[str, bool]:
    word = words.get(name)
    if word or (word is not None and instead is None):
        return str(word), False
    return (instead, True) if instead is not None else (untold.replace("{name}", name), False)


def _opened(text: str, kept: list[tuple[str, bool]]) -> str:
    def put(found: re.Match[str]) -> str:
        inner, is_template = kept[int(found[1])]
        return _opened(inner, kept) if is_template else inner

    return _KEPT.sub(put, text)
