"""Lines of a compressed file that are kept, so that a quote need not unpack it again from its beginning."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

LONGEST = 8000  # bytes of a line that are kept; of UTF-8, a quote of 2,000 characters has no more
_PIECE = 1 << 14  # bytes, from which on another piece is begun: to come to a line its piece is split


@dataclass
class KeptLines:
    """Stretches of whole lines, in the order of the file, none twice."""

    _firsts: list[int] = field(default_factory=list)  # numbers of the first lines of the pieces
    _pieces: list[bytearray] = field(default_factory=list)
    _next: int = 0  # the line behind the last one

    def __bool__(self) -> bool:
        """Say whether any line is kept."""
        return bool(self._firsts)

    def add(self, first: int, lines: bytes, *, overlong: bool) -> int:
        """Keep whole lines, of which none is kept or stands before one that is, from the line `first` on.

        Return how many bytes are kept of them; `overlong` says whether one of them is longer than LONGEST.
        """
        if overlong:
            lines = b"\n".join(line[:LONGEST] for line in lines.split(b"\n"))
        if not self._pieces or first != self._next or len(self._pieces[-1]) >= _PIECE:
            self._firsts.append(first)
            self._pieces.append(bytearray())
        self._pieces[-1] += lines
        self._next = first + lines.count(b"\n")
        return len(lines)

    def cut(self, line: int) -> int:
        """Forget what is kept from `line` on; return how many bytes that was."""
        if line >= self._next:
            return 0
        forgotten = 0
        while self._firsts and self._firsts[-1] >= line:
            forgotten += len(self._pieces.pop())
            self._firsts.pop()
        if self._firsts:
            lines = self._split(len(self._pieces) - 1)[: line - self._firsts[-1]]
            forgotten += len(self._pieces[-1])
            self._pieces[-1] = bytearray(b"\n".join([*lines, b""]))
            forgotten -= len(self._pieces[-1])
            self._next = self._firsts[-1] + len(lines)
        return forgotten

    def lines(self, first: int, last: int) -> list[bytes] | None:
        """Return the lines from `first` to `last`; None unless all of them are kept."""
        piece = bisect_right(self._firsts, first) - 1
        begin, found = (self._firsts[piece], self._split(piece)) if piece >= 0 else (first, [])
        while begin + len(found) <= last and self._goes_on(piece, begin + len(found)):
            piece += 1
            found += self._split(piece)
        return found[first - begin : last + 1 - begin] if begin + len(found) > last else None

    def _split(self, piece: int) -> list[bytes]:
        return bytes(self._pieces[piece]).removesuffix(b"\n").split(b"\n")

    def _goes_on(self, piece: int, line: int) -> bool:
        """Say whether the next piece begins with `line`."""
        return 0 <= piece < len(self._firsts) - 1 and self._firsts[piece + 1] == line
