"""Takes a file as it comes, packed or not, and puts it into the bundle without its secrets.

A packed log is unpacked for it; where nothing was masked it stays the very file that it was.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from collectors.archive_source import Limits
from collectors.redaction.held import Held, Room, reader
from collectors.redaction.masking import BLOCK, Redactor
from ha_report.compressed import DAMAGE, MAGIC_BYTES, compression_of, decompressed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from typing_extensions import Buffer

XZ_PRESET = 2


def _gzip_writer(file: BinaryIO) -> BinaryIO:
    """Return what packs into `file`, the same whenever it is done."""
    packed = gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0)
    return cast("BinaryIO", packed)


WRITERS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    "gzip": _gzip_writer,
    "bzip2": lambda file: cast("BinaryIO", bz2.BZ2File(file, "wb")),
    "xz": lambda file: cast("BinaryIO", lzma.LZMAFile(file, "wb", preset=XZ_PRESET)),  # noqa: SIM115 - whoever asks for it closes it
    "zstd": lambda file: cast("BinaryIO", zstd.ZstdFile(file, "wb")),
}


@dataclass
class Waiting:
    """A file that came, and is not in the bundle yet."""

    plain: Held  # less what is secret by name or look
    packed: Held | None  # as it came, if that was compressed
    compression: str | None
    redacted: Counter[str] = field(default_factory=Counter)
    problem: str | None = None  # why it is not whole


def take(redactor: Redactor | None, room: Room, name: str, read: Callable[[int], bytes], mtime: float) -> Waiting:
    """Return the file `name`, the contents of which `read` gives."""
    head = read(BLOCK)
    contents = _with_head(head, read)
    kind = compression_of(head[:MAGIC_BYTES]) if redactor else None
    waiting = Waiting(Held(room, mtime), None, kind)
    if redactor is None:
        waiting.plain.fill(contents)
    elif kind is None:
        waiting.plain.fill(redactor.first(name, reader(contents), waiting.redacted))
    else:
        waiting.packed = Held(room, mtime)
        waiting.packed.fill(contents)
        unpacked = _unpacked(waiting.packed, waiting)
        waiting.plain.fill(redactor.first(name, reader(unpacked), waiting.redacted))
    return waiting


def _with_head(head: bytes, read: Callable[[int], bytes]) -> Iterator[bytes]:
    yield head
    while data := read(BLOCK):
        yield data


def _unpacked(packed: Held, waiting: Waiting) -> Iterator[bytes]:
    """Yield what is in a packed file, as far as it is whole and no bomb."""
    file = _Again(packed)
    position, limits = 0, Limits()
    try:
        stream = decompressed(cast("BinaryIO", file))
        while data := stream.read1(BLOCK):
            yield data
            position += len(data)
            if position > max(limits.ratio_from_bytes, file.position * limits.ratio):
                waiting.problem = f"it unpacks to more than {limits.ratio} times its size, and is cut off"
                return
    except DAMAGE as error:
        waiting.problem = f"it is damaged, and goes no further ({error})"


class _Again(io.RawIOBase):
    """What is held, as a file that is read once: decompressors look at its first bytes, and go back."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.blocks = held.look()
        self.waiting = b""
        self.position = 0

    def read(self, size: int = -1) -> bytes:
        while not self.waiting:
            more = next(self.blocks, None)
            if more is None:
                return b""
            self.waiting = more
        given = self.waiting if size < 0 else self.waiting[:size]
        self.waiting = self.waiting[len(given) :]
        self.position += len(given)
        return given

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self.position

    def seek(self, place: int, whence: int = 0) -> int:
        if place or whence:
            raise io.UnsupportedOperation("it is read once")
        self.blocks, self.waiting, self.position = self.held.look(), b"", 0
        return 0


def settle(
    redactor: Redactor | None, waiting: Waiting, path: Path, renamed: Callable[[bytes], bytes] | None = None
) -> None:
    """Write the file to `path`, which is new, with all that is known now masked; it is dated as it was on the node.

    `renamed` gives what is inside pseudonyms.
    """
    contents = waiting.plain.take()
    if redactor is None:
        write(path, contents, waiting.plain.mtime)
        return
    contents = redactor.second(reader(contents), waiting.redacted, by_line=renamed is not None)
    if renamed:
        contents = map(renamed, contents)
    if waiting.packed is None or waiting.compression is None:
        write(path, contents, waiting.plain.mtime)
        return
    masked = Held(waiting.plain.room, waiting.plain.mtime)
    masked.fill(contents)
    if waiting.redacted or waiting.problem or renamed:
        write(path, masked.take(), waiting.plain.mtime, WRITERS[waiting.compression])
    else:
        write(path, waiting.packed.take(), waiting.plain.mtime)


def write(
    path: Path, contents: Iterator[bytes], mtime: float, packing: Callable[[BinaryIO], BinaryIO] | None = None
) -> None:
    """Write a new file that only its owner may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if packing is None:
            for data in contents:
                file.write(data)
        else:
            with packing(file) as packed:
                for data in contents:
                    packed.write(data)
    os.utime(path, (mtime, mtime))


def sha256_of(paths: Iterable[Path]) -> str:
    """Return the hash of the files, one behind the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while data := file.read(BLOCK):
                digest.update(data)
    return digest.hexdigest()
