"""Reads what node.sh sends, while it comes: one line, then tar in compressed frames.

A node may be taken over by somebody, or print a greeting before all else: nothing is believed
but ordinary files with plain names, and they are written into one folder only.
"""

from __future__ import annotations

import bz2
import io
import lzma
import os
import re
import select
import sys
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FIRST_LINE = re.compile(
    rb"ha-report-stream 1 (?P<compressor>[a-z]+) (?P<time>\d+)(?P<fraction>\.\d+)?\S* (?P<node>\S+)\n"
)
GREETING_BYTES = 1 << 20  # what a login may print before
CHUNK_BYTES = 1 << 17
PLAIN_NAME = re.compile(r"[A-Za-z0-9._@+=:,~-]+")
DAMAGE = (tarfile.TarError, zlib.error, lzma.LZMAError, zstd.ZstdError, EOFError, ValueError)


class Stalled(Exception):
    """Nothing came for too long."""


class Garbled(Exception):
    """What came is not what node.sh sends."""


class _Decoder(Protocol):
    """One compressed frame, as the standard library's decompressors read it."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


DECODERS: dict[str, Callable[[], _Decoder]] = {
    "zstd": zstd.ZstdDecompressor,
    "xz": lzma.LZMADecompressor,
    "gzip": lambda: zlib.decompressobj(31),
    "bzip2": bz2.BZ2Decompressor,
}


@dataclass(frozen=True)
class Greeting:
    """The first line of a stream."""

    compressor: str
    node: str  # its uname
    clock_offset_s: float  # the node's clock less ours; the way here makes it too small by some milliseconds


@dataclass(frozen=True)
class Arrival:
    """A member of the stream: a line of status or standard error, or a file that was written."""

    kind: str  # "out", "err", "status"
    name: str
    path: Path | None  # of "out"
    text: str  # of "err" and "status"


class Wire:
    """The bytes from a pipe, as they come, counted."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.received_bytes = 0

    def read(self, patience_s: float) -> bytes:
        """Return what is there, or b"" at the end; raises Stalled after `patience_s` of silence."""
        ready, _, _ = select.select([self.descriptor], [], [], patience_s)
        if not ready:
            raise Stalled
        data = os.read(self.descriptor, CHUNK_BYTES)
        self.received_bytes += len(data)
        return data


class Frames(io.RawIOBase):
    """The tar inside the compressed frames."""

    def __init__(self, wire: Wire, compressor: str, begun: bytes, patience_s: float) -> None:
        self.wire = wire
        self.patience_s = patience_s
        self.make = DECODERS.get(compressor)
        self.decoder = self.make() if self.make else None
        self.waiting = begun  # came, and is not decompressed yet
        self.plain = b""

    def readable(self) -> bool:
        """Say yes, as io wants to hear it."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer rather than to wait; b"" at the end."""
        while not self.plain:
            data = self.waiting or self.wire.read(self.patience_s)
            self.waiting = b""
            if not data:
                break
            self.plain = self._decompressed(data)
        given, self.plain = (self.plain, b"") if size < 0 else (self.plain[:size], self.plain[size:])
        return given

    def _decompressed(self, data: bytes) -> bytes:
        if self.make is None or self.decoder is None:
            return data
        plain = self.decoder.decompress(data)
        if self.decoder.eof:
            self.waiting = self.decoder.unused_data
            self.decoder = self.make()
        return plain


def greeting(wire: Wire, patience_s: float) -> tuple[Greeting, bytes]:
    """Return the first line, and what came behind it; raises Garbled if something else came."""
    data = b""
    end = time.monotonic() + patience_s
    while not (found := FIRST_LINE.search(data)):
        more = wire.read(max(0.0, end - time.monotonic()))
        if not more or len(data) > GREETING_BYTES:
            raise Garbled(data[:200].decode("utf-8", "replace").strip())
        data += more
    told = float(found["time"] + (found["fraction"] or b""))
    return Greeting(found["compressor"].decode(), found["node"].decode("utf-8", "replace"), told - time.time()), data[
        found.end() :
    ]


def arrivals(frames: Frames, folder: Path) -> Iterator[Arrival]:
    """Yield what comes; files are written into `folder`, and a name that came already is passed over."""
    try:
        with tarfile.open(fileobj=frames, mode="r|", ignore_zeros=True) as tar:
            for member in tar:
                kind, _, name = member.name.partition("/")
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or not is_plain(name):
                    continue
                if kind == "out":
                    path = folder / name
                    if write(path, content, member.mtime):
                        yield Arrival(kind, name, path, "")
                elif kind in ("err", "status"):
                    yield Arrival(kind, name, None, content.read(CHUNK_BYTES).decode("utf-8", "replace"))
    except DAMAGE as error:
        raise Garbled(str(error)) from error


def is_plain(name: str) -> bool:
    """Return whether `name` is a path of plain names, which leads nowhere but down."""
    parts = name.split("/")
    return len(parts) <= 6 and all(PLAIN_NAME.fullmatch(part) and part not in (".", "..") for part in parts)  # noqa: PLR2004 - as deep as trace_ra goes, and more


def write(path: Path, content: object, mtime: float) -> bool:
    """Write a new file, dated as on the node: that dates logs without a year.  Say whether it is new."""
    read = content.read  # type: ignore[attr-defined]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        while data := read(CHUNK_BYTES):
            file.write(data)
    os.utime(path, (mtime, mtime))
    return True
