"""Unpacks a file in a process of its own, into memory that both share; pipes say which slots are filled, and which are free."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from mmap import mmap
from typing import BinaryIO, NoReturn

from ha_report.forked import LONGEST, fork, packed, unpacked
from parsers.pieces import AT_ONCE, Readinto

_SLOTS, _SLOT = 8, 1 << 18  # how many, and their bytes
_GIVEN_BACK = 4  # slots at once, so that neither process is woken for each
_SIZE = 4  # bytes that tell how much of a slot is filled


@contextmanager
def by_process(file: BinaryIO) -> Iterator[Readinto]:
    """Give what reads `file`, and raises what the decoder raised, after all that came before.

    Raises OSError at once where there can be no more processes.
    """
    with mmap(-1, _SLOTS * _SLOT) as memory:
        (filled, fills), (emptied, empties) = os.pipe(), os.pipe()
        try:
            child = fork()
        except OSError:
            for end in (filled, fills, emptied, empties):
                os.close(end)
            raise
        if not child:
            os.close(filled)
            os.close(empties)
            _unpack(file, memory, fills, emptied)
        os.close(fills)
        os.close(emptied)
        slots = _Slots(memory, filled, empties)
        try:
            yield slots.readinto
        finally:
            slots.close()
            os.waitpid(child, 0)


def _unpack(file: BinaryIO, memory: mmap, fills: int, emptied: int) -> NoReturn:
    """Write the contents of a file into one slot after the other, and at last say how that ended; end the process."""
    slots = [memoryview(memory)[place : place + _SLOT] for place in range(0, _SLOTS * _SLOT, _SLOT)]
    free, end = _SLOTS, None
    try:
        for room in cycle(slots):
            free = free or len(os.read(emptied, _SLOTS))
            if not free:
                break  # nobody reads any more
            free -= 1
            size, end = _filled(room, file)
            if size:
                os.write(fills, size.to_bytes(_SIZE, "little"))
            if end is not None:
                os.write(fills, bytes(_SIZE) + packed(end))
                break
    finally:
        os._exit(0)  # whatever happened: nothing that the other process has begun is ended twice


def _filled(room: memoryview, file: BinaryIO) -> tuple[int, bytes | Exception | None]:
    """Fill `room`; return how far, and what ended it: nothing more, or what the decoder raised."""
    size = 0
    try:
        while size < len(room):
            more = file.readinto1(room[size : size + AT_ONCE])  # type: ignore[attr-defined]  # all streams of ha_report.compressed have it
            if not more:
                return size, b""
            size += more
    except Exception as problem:  # noqa: BLE001 - raised again where it is read
        return size, problem
    return size, None


class _Slots:
    """What a process writes into memory that it shares, as a stream."""

    def __init__(self, memory: mmap, filled: int, empties: int) -> None:
        self._memory = memoryview(memory)
        self._filled, self._empties = filled, empties
        self._slot = -1
        self._piece = self._memory[:0]
        self._end: object = None

    def close(self) -> None:
        """Let go of the memory, and of the process, which ends then."""
        self._piece.release()
        self._memory.release()
        os.close(self._filled)
        os.close(self._empties)

    def readinto(self, room: memoryview) -> int:
        """Fill `room` as far as one slot goes; 0 at the end."""
        if not self._piece:
            if self._end is None:
                self._next()
            if isinstance(self._end, Exception):
                raise self._end
        size = min(len(room), len(self._piece))
        room[:size] = self._piece[:size]
        self._piece = self._piece[size:]
        return size

    def _next(self) -> None:
        """Take the next slot, or what tells of the end, and now and then give back those that are empty."""
        if self._slot >= 0 and self._slot % _GIVEN_BACK == _GIVEN_BACK - 1:
            with suppress(BrokenPipeError):  # it needs no more
                os.write(self._empties, b"." * _GIVEN_BACK)
        size = int.from_bytes(os.read(self._filled, _SIZE), "little")
        if size:
            self._slot += 1
            place = self._slot % _SLOTS * _SLOT
            self._piece = self._memory[place : place + size]
            return
        told = os.read(self._filled, LONGEST)
        self._end = unpacked(told) if told else EOFError("what unpacked it was killed")
