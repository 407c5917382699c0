"""Opens plain and compressed files alike; the first bytes tell which, never the name."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}

# What a damaged or truncated stream raises, whichever decoder reads it.
DAMAGE = (EOFError, OSError, lzma.LZMAError, ValueError)


def compression_of(head: bytes) -> str | None:
    """Return "gzip", "bzip2", "xz" or "zstd", or None for anything else."""
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Give the file's bytes as they were before compression, to be read as a stream."""
    with path.open("rb") as file:
        kind = compression_of(file.read(6))
        file.seek(0)
        if kind is None:
            yield file
            return
        with _decoder(kind, file) as plain:
            yield plain


def _decoder(kind: str, file: BinaryIO) -> BinaryIO:
    if kind == "gzip":
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    if kind == "bzip2":
        return cast("BinaryIO", bz2.BZ2File(file))
    if kind == "xz":
        return cast("BinaryIO", lzma.LZMAFile(file))
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - there is no such module before
    else:
        from backports import zstd  # noqa: PLC0415 - only where it is needed
    return cast("BinaryIO", zstd.ZstdFile(file))
