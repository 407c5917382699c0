"""Reads a compressed file ahead: one thread decompresses while another looks at what came out before.

Decoders leave the interpreter to others while they work, and so does the scan: two cores share the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread
from typing import BinaryIO

_PIECE = 1 << 18  # bytes, or a little more
_PIECES = 4  # that wait at most
Readinto = Callable[[memoryview], int]


@contextmanager
def ahead_of(file: BinaryIO) -> Iterator[Readinto]:
    """Give what reads `file`, and raises what the decoder raised, after all that was read before."""
    pieces: Queue[bytes | Exception] = Queue(_PIECES)
    over = Event()
    thread = Thread(target=_fill, args=(file, pieces, over), daemon=True)
    thread.start()
    try:
        yield _Pieces(pieces).readinto
    finally:
        over.set()
        while thread.is_alive():  # it may wait for room
            _drain(pieces)
            thread.join(0.01)


def _fill(file: BinaryIO, pieces: Queue[bytes | Exception], over: Event) -> None:
    for piece in _pieces_of(file):
        pieces.put(piece)
        if over.is_set():
            return


def _pieces_of(file: BinaryIO) -> Iterator[bytes | Exception]:
    """Yield the contents of a file, and at last nothing, or what the decoder raised: after all that it gave before."""
    piece = bytearray()
    try:
        while more := file.read1(_PIECE):  # type: ignore[attr-defined]  # all streams of ha_report.compressed have it
            piece += more
            if len(piece) >= _PIECE:
                yield bytes(piece)
                piece.clear()
    except Exception as problem:  # noqa: BLE001 - raised again where it is read
        yield bytes(piece) or problem
        yield problem
        return
    yield bytes(piece)
    yield b""


def _drain(pieces: Queue[bytes | Exception]) -> None:
    while not pieces.empty():
        pieces.get_nowait()


class _Pieces:
    """The pieces as one stream."""

    def __init__(self, pieces: Queue[bytes | Exception]) -> None:
        self._pieces = pieces
        self._piece = memoryview(b"")
        self._end: bytes | Exception | None = None

    def readinto(self, room: memoryview) -> int:
        """Fill `room` as far as one piece goes; 0 at the end."""
        if not self._piece:
            found = self._pieces.get() if self._end is None else self._end
            if not found or isinstance(found, Exception):
                self._end = found
                if isinstance(found, Exception):
                    raise found
                return 0
            self._piece = memoryview(found)
        size = min(len(room), len(self._piece))
        room[:size] = self._piece[:size]
        self._piece = self._piece[size:]
        return size
