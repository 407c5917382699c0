"""Masks the secrets of a file of any size, block by block: memory does not grow with it.

First pass, as the file comes: what is secret by its name or look is masked, and remembered.  Second pass, when all
files are there: what is known from any of them is masked in all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from collectors.redaction.finding import Finder, Secret, inside
from collectors.redaction.known import Known, find_known
from collectors.redaction.shapes import SECRET_FILES

MASK = b"******"
BLOCK = 1 << 21
BEHIND = 1 << 16  # bytes that are looked at once more with the next block: a secret may go on in it
LONGEST = 8 << 20  # bytes that one secret may hold up
HEAD = 4096  # bytes that tell whether a file is text
CIB = re.compile(rb"<cib\b")
WHOLE = "the whole file"

Spans = Callable[[bytes], list[Secret]]
Read = Callable[[int], bytes]


@dataclass
class Redactor:
    """Masks what is secret, in the files of all nodes; `patterns` are more names of secrets, as hb_report takes them."""

    patterns: Sequence[str] = ()
    known: Known = field(default_factory=Known)
    finder: Finder = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.finder = Finder(self.patterns)

    def first(self, name: str, read: Read, counts: Counter[str]) -> Iterator[bytes]:
        """Yield the contents of the file `name` with what is secret by name or look masked, and remember it."""
        if SECRET_FILES.fullmatch(PurePath(name).name):
            yield from self._whole(read, counts)
        else:
            yield from _masked(read, self._found, counts)

    def _found(self, text: bytes) -> list[Secret]:
        if CIB.search(text, 0, HEAD):
            self.known.learn_common(text)
        found = self.finder.find(text)
        for one in found:
            value = text[one.begin : one.end]
            if one.elsewhere:
                self.known.learn(value, one.name)
            for more in inside(one.name, value):
                self.known.learn(more, one.name)
        return found

    def _whole(self, read: Read, counts: Counter[str]) -> Iterator[bytes]:
        """Mask a file that is a secret as a whole; what it holds is remembered."""
        data = read(BLOCK)
        self._found(data)
        if b"\0" in data or not data.isascii():
            self.known.learn(data, WHOLE)
        for word in data.split() if data.isascii() else ():
            self.known.learn(word, WHOLE)
        for more in inside(WHOLE, data) if data.isascii() else ():
            self.known.learn(more, WHOLE)
        while read(BLOCK):
            pass
        if data:
            counts[WHOLE] += 1
            yield MASK + b"\n"

    def second(self, read: Read, counts: Counter[str], *, by_line: bool = False) -> Iterator[bytes]:
        """Yield contents that passed `first`, with all known values masked; `by_line`: in blocks of whole lines."""
        lookup = self.known.lookup()
        if not lookup.literals and not by_line:
            yield from iter(lambda: read(BLOCK), b"")
            return
        yield from _masked(read, lambda text: find_known(text, lookup), counts)

    def text(self, text: str) -> str:
        """Return a text, such as what a command said on standard error, without its secrets."""
        data = text.encode("utf-8", "surrogateescape")
        counts: Counter[str] = Counter()
        data = masked(data, self._found(data), counts)
        return masked(data, find_known(data, self.known.lookup()), counts).decode("utf-8", "replace")


def _masked(read: Read, find: Spans, counts: Counter[str]) -> Iterator[bytes]:
    """Yield what `read` gives with what `find` finds in it masked."""
    waiting, binary = b"", False
    while True:
        more = read(BLOCK)
        text = waiting + more
        binary = binary or b"\0" in text[:HEAD]
        secrets = find(text)
        cut = _cut(text, secrets) if more else len(text)
        yield masked(text[:cut], [one for one in secrets if one.end <= cut], counts, binary=binary)
        if not more:
            return
        waiting = text[cut:]


def _cut(text: bytes, secrets: list[Secret]) -> int:
    """Return up to where `text` can be passed on: no secret goes over that place, and none can begin before it."""
    cut = _line_before(text, len(text) - BEHIND)
    for secret in sorted(secrets, reverse=True):
        if secret.begin < cut < secret.end or secret.starts < cut <= secret.begin:
            cut = _line_before(text, min(secret.starts, secret.begin))
    if cut <= 0:
        return 0 if len(text) < LONGEST else len(text)
    return cut


def _line_before(text: bytes, place: int) -> int:
    """Return where the line at `place` begins, or `place` itself in a line that is too long to wait for."""
    place = max(0, place)
    begin = text.rfind(b"\n", max(0, place - BEHIND), place) + 1
    return begin or (place if place > BEHIND else 0)


def masked(text: bytes, secrets: Sequence[Secret], counts: Counter[str], *, binary: bool = False) -> bytes:
    """Return `text` with the secrets masked, and count them; a binary file keeps its length."""
    pieces, done = [], 0
    for secret in sorted(secrets):
        if secret.end <= done:
            continue
        begin = max(done, secret.begin)
        counts[secret.name] += 1
        pieces += [text[done:begin], b"*" * (secret.end - begin) if binary else MASK]
        done = secret.end
    return b"".join((*pieces, text[done:])) if pieces else text
