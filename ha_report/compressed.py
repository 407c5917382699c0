"""Opens plain and compressed files alike; the first bytes tell which, never the name.

Formats: RFC 1952 for gzip, RFC 8878 for zstd, "The .xz File Format" 1.1 for xz.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GzipStream: type[gzip.GzipFile] = gzip.GzipFile
_GZIP_DAMAGE: tuple[type[Exception], ...] = ()
try:
    from isal import igzip, igzip_lib
except ImportError:  # there is not a wheel for every machine
    pass
else:
    _GzipStream = igzip.IGzipFile
    _GZIP_DAMAGE = (cast("type[Exception]", igzip_lib.IsalError),)

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_SKIPPABLE_FRAME = b"\x2a\x4d\x18"  # pzstd puts one first; the byte before it varies
_LARGE = 1 << 18  # bytes of a packed file, from which on the fast decoder spares what can be noticed
MAGIC_BYTES = 6  # that tell the format

# What a damaged or truncated stream raises, whichever decoder reads it.
DAMAGE: tuple[type[Exception], ...] = (EOFError, OSError, zlib.error, lzma.LZMAError, zstd.ZstdError, *_GZIP_DAMAGE)


def compression_of(head: bytes) -> str | None:
    """Return "gzip", "bzip2", "xz" or "zstd", or None for anything else."""
    if head[1:4] == _SKIPPABLE_FRAME:
        return "zstd"
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def is_compressed(path: Path) -> bool:
    """Say whether a file is compressed."""
    with path.open("rb") as file:
        return compression_of(file.read(MAGIC_BYTES)) is not None


def decompressed(file: BinaryIO, *, fast: bool = False) -> io.BufferedIOBase:
    """Return a stream of the contents of `file`, whatever it is compressed by.

    The fast one loses what is asked for at once where a file is cut off.
    """
    kind = compression_of(file.read(MAGIC_BYTES))
    file.seek(0)
    if kind == "gzip":
        return _GzipStream(fileobj=file) if fast else gzip.GzipFile(fileobj=file)
    if kind == "bzip2":
        return bz2.BZ2File(file)
    if kind == "xz":
        return lzma.LZMAFile(file)
    return cast("io.BufferedIOBase", zstd.ZstdFile(file) if kind == "zstd" else file)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Give the file's bytes as they were before compression, to be read as a stream."""
    with path.open("rb") as file, decompressed(file, fast=os.fstat(file.fileno()).st_size >= _LARGE) as plain:
        yield cast("BinaryIO", plain)
