"""Cuts what a decoder gives into pieces, and tells its damage behind all that came before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

# Bytes that are asked for at once.  Of a file that is cut off so many may be lost, and for more than 128 KB memory would be
# mapped, and given back, each time.
AT_ONCE = 1 << 16
_PIECE = 1 << 18  # bytes, or a little more
Readinto = Callable[[memoryview], int]  # fills what it is given, and says how far; 0 is the end


def pieces_of(file: BinaryIO) -> Iterator[bytes | Exception]:
    """Yield the contents of a file, and at last nothing, or what the decoder raised: after all that it gave before."""
    piece = bytearray()
    try:
        while more := file.read1(AT_ONCE):  # type: ignore[attr-defined]  # all streams of ha_report.compressed have it
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
