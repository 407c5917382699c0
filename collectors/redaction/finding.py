"""Finds secrets in a text: by the names that they have, and by their look.

One automaton finds every place where a name of a secret or a shape may begin; only there anything is looked at, so
that logs pass at the speed of a scan.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from collectors.redaction import values
from collectors.redaction.shape import Shape
from collectors.redaction.shapes import SHAPES
from collectors.redaction.words import is_secret_name, is_secret_value, is_told

AT_ONCE = 48  # literals of an automaton: so many pass fastest
NAME_BYTES = bytes(range(0x30, 0x3A)) + bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B)) + b"_.-"
LONGEST_NAME = 64
NEAR = 1024  # bytes behind a program in which its arguments stand
REST_OF_NAME = re.compile(rb"[\w.-]{0,64}")
# Parts of secret names; each is looked for in lower case, in capitals and with a capital in front.
PARTS = (
    "passw passp passc _pass _pw pwd secret token ommunit credential psk bindpw rootpw connectionstring authtok"
    " requirepass storepass keypass masterauth sst_auth cli_auth regcode erlang_cookie key-data"
).split()
# Of the words that stand in every log, only with what stands behind a name.
BEFORE_VALUES = {
    "pass": ("=", ":", '"', "'", "<", " ="),
    "pw": ("=", ":", '"'),
    "key": ("=", ":", '"', "'", "<", " =", " ("),
}
ARGUMENTS = (b"-key ", b"-Key ", b"-pass ")
LINE_END = re.compile(rb"[\n|;]")
KEY_BREAKS = re.compile(rb"(?:\\[nr]|&#x?[0-9aAdD]{1,4};|\s)+")
BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2,3}={0,2})?")
PRINTABLE = re.compile(rb"[ -~]{6,}\s?")
LONGEST_CODED = 8192
BESIDE_USER = re.compile(rb"(?:static:)?[\w.@%-]{1,60}:(?=[^\d\n]*\d)([^\s:]{6,200})")  # user:password
NO_WORD = 8  # bytes of a field beside others
PHRASE = re.compile(rb"(?i)\b(?:private|api|access|pre-?shared|shared|secret|auth|encryption)[ ]$")


class Secret(NamedTuple):
    """A secret in a text."""

    begin: int
    end: int
    name: str
    elsewhere: bool  # whether the same text is to be masked wherever it stands
    starts: int  # where what tells that it is one begins: its name, its command


class Finder:
    """Finds the secrets of a text; `patterns` are more names of secrets, regular expressions as hb_report takes them."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self._rows = _rows()
        # Inside a name, .* stands for characters of names; it would run on over the value.
        asked = "|".join(f"(?:{one})".replace(".*", r"[\w.-]*") for one in patterns)
        self._asked = re.compile(asked.encode()) if asked else None
        self._automata = [
            (
                start,
                BytesAhoCorasick([one for one, _, _ in self._rows[start : start + AT_ONCE]], MatchKind.LeftmostLongest),
            )
            for start in range(0, len(self._rows), AT_ONCE)
        ]

    def find(self, text: bytes) -> list[Secret]:
        """Return the secrets of `text` in their order."""
        found: list[Secret] = []
        for start, automaton in self._automata:
            passed: dict[Shape, int] = {}
            looked = 0  # a name may hold several of its parts
            for number, begin, end in automaton.find_matches_as_indexes(text):
                shapes, named = self._rows[start + number][1:]
                if shapes:
                    found += _by_shape(text, begin, shapes, passed)
                if named and begin >= looked and not _is_bare(text, begin):
                    first, looked = name_at(text, begin, end)
                    if is_secret_name(text[first:looked]):
                        secrets, looked = _named(text, first, looked)
                        found += secrets
        if self._asked:
            found += self._as_asked(text, self._asked)
        return sorted(found)

    def _as_asked(self, text: bytes, asked: re.Pattern[bytes]) -> Iterator[Secret]:
        for match in asked.finditer(text):
            first, last = name_at(text, match.start(), match.end())
            if match.end() > match.start() and last == match.end():
                yield from _named(text, first, last, asked=True)[0]


def _is_bare(text: bytes, begin: int) -> bool:
    """Return whether "key=" alone stands here, as it does on many lines of Pacemaker's: looked at first, as it is soon done."""
    return (
        text[begin : begin + 4] == b"key="
        and text[begin - 1 : begin] in b" ("
        and not text[begin - 2 : begin - 1].isalpha()
    )


def _rows() -> list[tuple[bytes, tuple[Shape, ...], bool]]:
    """Return what to look for, the shapes that it begins, and whether it is a part of a name.

    Sorted, as the scan is fast with those that begin alike in one automaton.
    """
    names = set(ARGUMENTS)
    for part in (*PARTS, *(word + sign for word, signs in BEFORE_VALUES.items() for sign in signs)):
        first = next(place for place, letter in enumerate(part) if letter.isalpha())
        for spelled in (part, part.upper(), part[:first] + part[first:].capitalize()):
            names.add(spelled.encode())
    shapes: dict[bytes, tuple[Shape, ...]] = {}
    for row in SHAPES:
        for trigger in row.triggers:
            shapes[trigger] = (*shapes.get(trigger, ()), row)
    rows = [(one, shapes.get(one, ()), any(name in one for name in names)) for one in names | shapes.keys()]
    return sorted(rows)


def name_at(text: bytes, begin: int, end: int) -> tuple[int, int]:
    """Return from where to where the name goes of which the part from `begin` to `end` is known."""
    before = text[max(0, begin - LONGEST_NAME) : begin]
    first = begin - (len(before) - len(before.rstrip(NAME_BYTES)))
    while text[end - 1] not in NAME_BYTES:
        end -= 1
    last = REST_OF_NAME.match(text, end)
    if first == begin and before.endswith(b" ") and before[-2:-1].isalpha() and (phrase := PHRASE.search(before)):
        first = begin - len(phrase[0])
    return first, last.end() if last else end


def _named(text: bytes, begin: int, end: int, *, asked: bool = False) -> tuple[list[Secret], int]:
    """Return the secrets that have the name from `begin` to `end`, and where what was looked at ends."""
    name = text[begin:end].strip(b".-")
    found = []
    for value in values.of_name(text, begin, end):
        told = text[value.begin : value.end]
        if (told and told.strip(b"*")) if asked else is_secret_value(name, told):
            sure = value.sure or not told.isalpha()
            found.append(Secret(value.begin, value.end, name.decode("ascii", "replace"), sure, begin))
        end = max(end, value.end)
    return found, end


def _by_shape(text: bytes, begin: int, shapes: tuple[Shape, ...], passed: dict[Shape, int]) -> Iterator[Secret]:
    """Yield the secrets of the shapes that may begin at `begin`; `passed` says from where on it is worth to look again."""
    for row in shapes:
        if begin < passed.get(row, 0):
            continue
        if row.needs and not any(text.find(one, begin, begin + NEAR) >= 0 for one in row.needs):
            continue
        match = row.pattern.match(text, begin)
        # What a command's arguments do not hold, those behind the same word a little further do not either.
        end = match.end() if match else begin + NEAR // 2
        stop = LINE_END.search(text, begin, end)
        passed[row] = stop.start() if stop and not match else end if match or row.needs else begin + 1
        for group in row.pattern.groupindex if match else ():
            first, last = match.span(group)  # type: ignore[union-attr]
            if last > first and text[first:last].strip(b"*"):
                yield Secret(first, last, row.name, row.elsewhere, begin)


def inside(name: str, value: bytes) -> Iterator[bytes]:
    """Yield the secrets in a secret: the password in what `Basic` encodes, the key without its line ends."""
    if name == "private key":
        yield re.sub(rb"\\n|\\r|&#x?[0-9aAdD]{1,4};|\s", b"", value)
        yield from (line for line in KEY_BREAKS.split(value) if len(line) >= 32)  # noqa: PLR2004 - a line of a key
    elif name in ("password list", "the whole file", "fence device"):
        parts = re.split(rb"[\s:]+", value)[name == "fence device" :]  # the first one of a device is its address
        yield from (part for part in parts if len(part) >= NO_WORD and not is_told(part))
    elif beside := BESIDE_USER.fullmatch(value):
        yield beside[1]
    if name in ("webhook", "token"):
        yield from (part for part in re.split(rb"[/:@]", value) if len(part) >= 16 and part != value)  # noqa: PLR2004 - shorter ones are numbers of teams
    elif name.lower().endswith("auth"):
        yield value.partition(b":")[2]
    if len(value) <= LONGEST_CODED and BASE64.fullmatch(value):
        told = base64.b64decode(value + b"=" * (-len(value) % 4))
        if PRINTABLE.fullmatch(told):
            yield from {told, told.partition(b":")[2]}
