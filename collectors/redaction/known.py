"""Knows the values of the secrets that were found, and finds them wherever else they stand, however spelled.

A value that is short, or a word that stands in every bundle, is masked only where it is named: to mask each "admin"
of a log would take more from its reader than it hides.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from collectors.redaction.encodings import base64_of, meanings, spellings
from collectors.redaction.finding import Secret
from collectors.redaction.words import COMMON

SHORT = 5  # bytes; what is shorter stands everywhere
SURE = 8  # bytes of a value that is no word, from which on it needs no boundary around it
SURE_NUMBER = 8  # digits: fewer may be a process, a line, a moment
MOST_VALUES = 3000  # a bundle that has more of them is crafted to eat memory
AT_ONCE, GROUPS = 64, 10  # literals of an automaton that takes the fast way; how many of those beat one that does not
LONG = 200  # bytes: what is longer is a key or a certificate, and stands as it is or not at all

MEANS = re.compile(rb"[0-9A-Za-z\x80-\xff]")  # what is all punctuation stands in too many places
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]")
BEHIND = re.compile(rb"[A-Za-z0-9+/_-]?={0,2}")
BETWEEN = b"\"'\\\r\n"  # what shells, JSON and lines of base64 put inside a value
JOINED_AT_LEAST = 8
IDENTIFIER = re.compile(
    rb"""\b(?:uname|id|type|provider|class|node|host|rsc|name|operation|standby|description)=["']([^"'<>]{1,64})["']"""
)
KEY, KEY_LINE = "private key", 60  # its lines are known one by one


class Literal(NamedTuple):
    """One spelling of a known value."""

    text: bytes
    name: str  # of the secret
    bounded: bool  # whether it counts only where no letter or digit is beside it
    base64: bool


Automata = list[tuple[int, BytesAhoCorasick]]  # each with the place of its first literal


@dataclass(frozen=True)
class Lookup:
    """What finds all values that were known at one moment."""

    version: int
    literals: list[Literal]
    automata: Automata
    joined: list[Literal]  # less what may stand between their letters
    joined_automata: Automata
    short: list[Literal]  # those that would be too short then
    short_automata: Automata


@dataclass
class Known:
    """The values that were found so far, by all threads."""

    values: dict[bytes, str] = field(default_factory=dict)  # value -> name
    common: set[bytes] = field(default_factory=set)  # names of this bundle's nodes and resources, in lower case
    lock: threading.Lock = field(default_factory=threading.Lock)
    _lookup: Lookup | None = None

    def learn(self, value: bytes, name: str) -> None:
        """Remember a value, and what else it may mean."""
        for meant in meanings(value.strip()):
            if len(meant) >= SHORT and len(self.values) < MOST_VALUES and meant not in self.values:
                with self.lock:
                    self.values[meant] = name

    def learn_common(self, text: bytes) -> None:
        """Remember what a CIB calls its nodes, resources and agents: such a word is no secret wherever it stands."""
        with self.lock:
            self.common.update(found[1].lower() for found in IDENTIFIER.finditer(text))

    @property
    def version(self) -> int:
        """A number that changes with what is known."""
        return len(self.values) + (len(self.common) << 20)

    def lookup(self) -> Lookup:
        """Return what finds the values that are known now."""
        with self.lock:
            if self._lookup is None or self._lookup.version != self.version:
                self._lookup = self._built()
            return self._lookup

    def _built(self) -> Lookup:
        literals: dict[bytes, Literal] = {}
        for value, name in self.values.items():
            for one in self._spelled(value, name):
                literals.setdefault(one.text, one)
        joined: dict[bytes, Literal] = {}
        short: list[Literal] = []
        for one in literals.values():
            text = one.text.translate(None, BETWEEN)
            if len(text) < JOINED_AT_LEAST:
                short.append(one)
            else:
                joined.setdefault(text, one._replace(text=text))
        sets = (list(literals.values()), list(joined.values()), short)
        return Lookup(self.version, *(part for one in sets for part in (one, _automata(one))))  # type: ignore[arg-type]

    def _spelled(self, value: bytes, name: str) -> Iterable[Literal]:
        bounded = self.bounded(value)
        if bounded is None:
            return
        line = name == KEY and len(value) >= KEY_LINE
        if line or len(value) > LONG:
            forms = {value, value.hex().encode(), *(quote_from_bytes(value, safe).encode() for safe in ("", "/"))}
            forms |= set() if line else {base64.b64encode(value).rstrip(b"=")}
            yield from (Literal(text, name, bounded=False, base64=True) for text in base64_of(value) if line)
            yield from (Literal(text, name, bounded=False, base64=False) for text in forms)
            return
        yield from (Literal(text, name, bounded and text == value, base64=False) for text in spellings(value))
        yield from (Literal(text, name, bounded=False, base64=True) for text in base64_of(value))

    def bounded(self, value: bytes) -> bool | None:
        """Return whether a value needs boundaries around it; None: it is not masked elsewhere at all."""
        lower = value.lower()
        if len(value) < SHORT or lower in COMMON or lower in self.common or not MEANS.search(value):
            return None
        if value.isdigit():
            return True if len(value) >= SURE_NUMBER else None
        return value.isalpha() or len(value) < SURE


def _automata(literals: list[Literal]) -> Automata:
    texts = [one.text for one in literals]
    if len(texts) <= AT_ONCE * GROUPS:
        return [
            (start, BytesAhoCorasick(texts[start : start + AT_ONCE], MatchKind.LeftmostLongest))
            for start in range(0, len(texts), AT_ONCE)
        ]
    return [(0, BytesAhoCorasick(texts, MatchKind.LeftmostLongest, Implementation.ContiguousNFA))]


def find_known(text: bytes, lookup: Lookup) -> list[Secret]:
    """Return where known values stand in `text`, which is masked already where they are named.

    First it is looked whether there is any at all, as in most texts there is none.
    """
    loose = text.translate(None, BETWEEN)
    hit = {
        lookup.joined[start + number]
        for start, automaton in lookup.joined_automata
        for number, _, _ in automaton.find_matches_as_indexes(loose)
    }
    if not hit:
        return _plain(text, lookup.short, lookup.short_automata)
    found = _plain(text, lookup.literals, lookup.automata)
    return found + _joined(blanked(text, found), hit)


def _plain(text: bytes, literals: list[Literal], automata: Automata) -> list[Secret]:
    return [
        secret
        for start, automaton in automata
        for number, begin, end in automaton.find_matches_as_indexes(text)
        if (secret := _secret(text, literals[start + number], begin, end))
    ]


def _joined(text: bytes, hit: Iterable[Literal]) -> list[Secret]:
    """Return where values stand in `text` with quotes, backslashes or line ends in them."""
    found = []
    between = b"[" + re.escape(BETWEEN) + b"]{0,8}"
    for literal in hit:
        letters = (re.escape(literal.text[place : place + 1]) for place in range(len(literal.text)))
        spans = (match.span() for match in re.finditer(between.join(letters), text))
        found += [secret for span in spans if (secret := _secret(text, literal, *span))]
    return found


def _secret(text: bytes, literal: Literal, begin: int, end: int) -> Secret | None:
    if literal.bounded and (_is_word(text[begin - 1 : begin]) or _is_word(text[end : end + 1])):
        return None
    if literal.base64:  # the characters beside it hold some of its bits
        begin -= bool(BASE64.match(text[max(0, begin - 1) : begin]))
        behind = BEHIND.match(text, end)
        end = behind.end() if behind else end
    return Secret(begin, end, literal.name, elsewhere=False, starts=begin)


def _is_word(beside: bytes) -> bool:
    return beside.isalnum() or beside == b"_"


def blanked(text: bytes, secrets: Iterable[Secret]) -> bytes:
    """Return `text` with each secret replaced by as many asterisks."""
    pieces, done = [], 0
    for secret in sorted(secrets):
        if secret.end > done:
            begin = max(done, secret.begin)
            pieces += [text[done:begin], b"*" * (secret.end - begin)]
            done = secret.end
    return b"".join((*pieces, text[done:])) if pieces else text
