"""Holds what came until all secrets are known: nothing of it is on the disk where anybody could read it.

What one file tells is a secret may stand in another that came before.  So files are kept compressed in memory, and
when that is too much, in a file without a name, enciphered with a key that is in memory only: what is left of it
after a crash is noise.  The cipher is SHAKE-256 as a stream (FIPS 202), each block with a number of its own.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


MEMORY_BYTES = 128 << 20  # compressed: some 2 GB of logs
LEVEL = 1


class Room:
    """Where blocks are kept: in memory, then in a file in `folder` that has no name."""

    def __init__(self, folder: Path, memory_bytes: int = MEMORY_BYTES) -> None:
        self.folder = folder
        self.left = memory_bytes
        self.key = secrets.token_bytes(32)
        self.lock = threading.Lock()
        self.file: BinaryIO | None = None
        self.end = 0

    def put(self, data: bytes) -> bytes | tuple[int, int]:
        """Keep `data`; return it, or where it lies."""
        with self.lock:
            if self.left >= len(data):
                self.left -= len(data)
                return data
            if self.file is None:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - closed with the room
            place, self.end = self.end, self.end + len(data)
            written = 0
            sealed = self._sealed(data, place)
            while written < len(sealed):
                written += os.pwrite(self.file.fileno(), sealed[written:], place + written)
            return place, len(data)

    def get(self, kept: bytes | tuple[int, int]) -> bytes:
        """Return what was kept."""
        if isinstance(kept, bytes):
            return kept
        assert self.file is not None  # noqa: S101 - it holds what was put
        return self._sealed(os.pread(self.file.fileno(), kept[1], kept[0]), kept[0])

    def drop(self, kept: bytes | tuple[int, int]) -> None:
        """Give back the memory of what is not needed any more."""
        if isinstance(kept, bytes):
            with self.lock:
                self.left += len(kept)

    def close(self) -> None:
        """Forget all."""
        if self.file is not None:
            self.file.close()

    def _sealed(self, data: bytes, place: int) -> bytes:
        """Encipher or decipher: no two blocks begin at the same place."""
        stream = hashlib.shake_256(self.key + place.to_bytes(16, "big")).digest(len(data))
        return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


@dataclass
class Held:
    """One file that waits."""

    room: Room
    mtime: float
    size: int = 0  # bytes before compression
    blocks: list[bytes | tuple[int, int]] = field(default_factory=list)

    def fill(self, contents: Iterator[bytes]) -> None:
        """Take the contents."""
        for data in contents:
            if data:
                self.blocks.append(self.room.put(zstd.compress(data, level=LEVEL)))
                self.size += len(data)

    def look(self) -> Iterator[bytes]:
        """Yield the contents, which stay."""
        for kept in self.blocks:
            yield zstd.decompress(self.room.get(kept))

    def take(self) -> Iterator[bytes]:
        """Yield the contents; each block is gone with that."""
        for number, kept in enumerate(self.blocks):
            yield zstd.decompress(self.room.get(kept))
            self.room.drop(kept)
            self.blocks[number] = b""


def reader(blocks: Iterator[bytes]) -> Callable[[int], bytes]:
    """Return a function that reads from `blocks` as from a file: b"" at the end."""
    waiting = b""

    def read(size: int) -> bytes:
        nonlocal waiting
        while not waiting:
            more = next(blocks, None)
            if more is None:
                return b""
            waiting = more
        given, waiting = waiting[:size], waiting[size:]
        return given

    return read
