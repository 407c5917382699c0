"""Reads what node.sh sends, while it comes: one line, then tar in compressed frames.

A node may be taken over by somebody, or print a greeting before all else: nothing is believed
but ordinary files with plain names, and no more of them than the limits allow.
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
from typing import Any, Protocol, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FIRST_LINE = re.compile(
    rb"ha-report-stream 1 (?P<compressor>[a-z]+) (?P<time>\d{1,12})(?P<fraction>\.\d{1,12})?\S* (?P<node>\S+)\n"
)
GREETING_BYTES = 1 << 20  # what a login may print before
CHUNK_BYTES = 1 << 17
PLAIN_BYTES = 1 << 20  # that one read gives: a small piece of a bomb would be gigabytes
HEADER_BYTES = 1 << 20  # a member's headers, long names and attributes included; tarfile keeps them in memory
KINDS = ("out", "err", "status")
PLAIN_NAME = re.compile(r"[A-Za-z0-9._@+=:,~-]+")
DAMAGE = (
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    zstd.ZstdError,
    EOFError,
    ValueError,
    LookupError,
    OverflowError,
    RecursionError,
)


class Stalled(Exception):
    """Nothing came for too long."""


class Garbled(Exception):
    """What came is not what node.sh sends."""


class TooMuch(Exception):
    """More came than a node may send."""


@dataclass(frozen=True)
class Limits:
    """What one node may send."""

    plain_bytes: int = 4 << 30  # after decompression
    members: int = 20_000  # files, and what is said of them
    grace_s: float = 1800.0  # from which on less than slowest_bytes_s is no slow line, but somebody who holds us up
    slowest_bytes_s: int = 2000


LIMITS = Limits()


class _Decoder(Protocol):
    """One compressed frame, as the standard library's decompressors read it."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Gzip:
    """A gzip member, with the ways of the other decompressors."""

    def __init__(self) -> None:
        self.stream = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self.stream.eof

    @property
    def unused_data(self) -> bytes:
        return self.stream.unused_data

    @property
    def needs_input(self) -> bool:
        return not self.stream.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self.stream.decompress(self.stream.unconsumed_tail + data, max_length)


DECODERS: dict[str, Callable[[], _Decoder]] = {
    "zstd": zstd.ZstdDecompressor,
    "xz": lzma.LZMADecompressor,
    "gzip": _Gzip,
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
    """A member of the stream: a file, a line of status, or what a command said on standard error."""

    kind: str  # "out", "err", "status"
    name: str
    read: Callable[[int], bytes]  # gives the contents until the next arrival
    mtime: float

    def text(self) -> str:
        """Return the contents of a short one."""
        return self.read(CHUNK_BYTES).decode("utf-8", "replace")


class Wire:
    """The bytes from a pipe, as they come, counted."""

    def __init__(self, descriptor: int, limits: Limits = LIMITS) -> None:
        self.descriptor = descriptor
        self.limits = limits
        self.received_bytes = 0
        self.begin = time.monotonic()

    def read(self, patience_s: float) -> bytes:
        """Return what is there, or b"" at the end; raises Stalled after `patience_s` of silence."""
        ready, _, _ = select.select([self.descriptor], [], [], patience_s)
        late_s = time.monotonic() - self.begin - self.limits.grace_s
        if not ready or late_s * self.limits.slowest_bytes_s > self.received_bytes:
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
        self.position = 0  # in the tar
        self.header_limit = HEADER_BYTES  # no header goes on to here

    def readable(self) -> bool:
        """Say yes, as io wants to hear it."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer rather than to wait; b"" at the end."""
        while not self.plain:
            data = self.waiting
            if not data and (self.decoder is None or self.decoder.needs_input):
                data = self.wire.read(self.patience_s)
                if not data:
                    break
            self.waiting = b""
            self.plain = self._decompressed(data)
        given, self.plain = (self.plain, b"") if size < 0 else (self.plain[:size], self.plain[size:])
        self.position += len(given)
        if self.position > self.wire.limits.plain_bytes:
            raise TooMuch(f"it sent more than {self.wire.limits.plain_bytes >> 20} MB, see --node-limit")
        if self.position > self.header_limit:
            raise Garbled(f"a header is longer than {HEADER_BYTES} bytes")
        return given

    def _decompressed(self, data: bytes) -> bytes:
        if self.make is None or self.decoder is None:
            return data
        plain = self.decoder.decompress(data, PLAIN_BYTES)
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


def arrivals(frames: Frames) -> Iterator[Arrival]:
    """Yield what comes.  Each is to be read before the next is asked for."""
    count = 0
    try:
        with tarfile.open(fileobj=frames, mode="r|", ignore_zeros=True) as tar:
            while member := tar.next():
                cast("Any", tar).members.clear()  # tarfile keeps all: much memory for many small ones
                frames.header_limit = tar.offset + HEADER_BYTES
                count += 1
                if count > frames.wire.limits.members:
                    raise TooMuch(f"it sent more than {frames.wire.limits.members} files")
                kind, _, name = member.name.partition("/")
                content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
                if content is not None and kind in KINDS and is_plain(name):
                    yield Arrival(kind, name, content.read, member.mtime)
    except DAMAGE as error:
        raise Garbled(str(error)) from error


def is_plain(name: str) -> bool:
    """Return whether `name` is a path of plain names, which leads nowhere but down."""
    parts = name.split("/")
    return len(parts) <= 6 and all(PLAIN_NAME.fullmatch(part) and part not in (".", "..") for part in parts)  # noqa: PLR2004 - as deep as trace_ra goes, and more
