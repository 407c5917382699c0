"""Reads a compressed file ahead: one thread, or process, unpacks while another looks at what came out before.

Decoders leave the interpreter to others while they work, and so does the scan; but both come back to it for each piece,
and then wait for each other.  So where much is to be unpacked and processes can be made, one does it, in memory that both share.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import parent_process
from queue import Queue
from threading import Event, Thread
from typing import BinaryIO

from ha_report.forked import may_fork
from parsers.apart import by_process
from parsers.pieces import Readinto, pieces_of

_PIECES = 4  # that wait at most
_WORTH = 4 << 20  # bytes of a packed file


@contextmanager
def ahead_of(file: BinaryIO, size: int) -> Iterator[Readinto]:
    """Give what reads `file`, of so many bytes as it is packed, and raises what the decoder raised, after all before it."""
    with ExitStack() as stack:
        yield _Filling(_pieces(stack, file, size)).readinto


def _pieces(stack: ExitStack, file: BinaryIO, size: int) -> Readinto:
    if size >= _WORTH and _may_fork():
        with suppress(OSError):  # there can be no more processes
            return stack.enter_context(by_process(file))
    return stack.enter_context(_by_thread(file))


def _may_fork() -> bool:
    """Say whether a process can be made here: one for each file only in those that were made to read."""
    return parent_process() is not None and may_fork()


@contextmanager
def _by_thread(file: BinaryIO) -> Iterator[Readinto]:
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
    for piece in pieces_of(file):
        pieces.put(piece)
        if over.is_set():
            return


def _drain(pieces: Queue[bytes | Exception]) -> None:
    while not pieces.empty():
        pieces.get_nowait()


class _Pieces:
    """The pieces that a thread gives, as a stream."""

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


class _Filling:
    """A stream that gives as much as there is room for, so that it does not matter in what pieces it comes."""

    def __init__(self, readinto: Readinto) -> None:
        self._readinto = readinto
        self._problem: Exception | None = None

    def readinto(self, room: memoryview) -> int:
        """Fill `room`; less is the end, or what stands before a defect, which is raised the next time."""
        size = 0
        while size < len(room) and self._problem is None:
            try:
                more = self._readinto(room[size:])
            except Exception as problem:  # noqa: BLE001 - raised again below
                self._problem = problem
            else:
                size += more
                if not more:
                    break
        if self._problem is not None and not size:
            raise self._problem
        return size
