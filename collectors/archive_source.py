"""The bytes inside an archive: within limits, and as far as they are whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from ha_report.compressed import DAMAGE, decompressed

HEADER_BYTES = 1 << 20  # a member's headers, long names and attributes included; tarfile keeps them in memory


CUT_OFF = "the archive has no end mark, so it was cut off"


@dataclass(frozen=True)
class Limits:
    """What an archive may grow to.  Real ones stay far below, bombs far above."""

    total_bytes: int = 20 << 30
    ratio: int = 1000  # unpacked to packed: logs reach some 10 (gzip) to 200 (xz), a bomb of zeros 1000 to 45,000
    ratio_from_bytes: int = 256 << 20  # below it any ratio will do, as small archives of empty logs go far
    members: int = 200_000
    depth: int = 100  # folders inside each other


def limits_of(gigabytes: int) -> Limits:
    """Return the limits for who says that an archive may unpack to so much: then no ratio stops it before."""
    return Limits(total_bytes=gigabytes << 30, ratio_from_bytes=gigabytes << 30)


class Stop(Exception):  # no error: the limits end the reading here
    """Says why an archive is not read on."""


class Source:
    """The bytes of the tar inside the compression, as far as they can be had and the limits allow."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.stream = decompressed(file)
        self.position = 0  # in the tar
        self.header_limit = HEADER_BYTES  # no header goes on to here
        self.holes = 0  # bytes of sparse files that do not stand in the tar
        self.defect: str | None = None

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end, or at a defect."""
        if self.defect:
            raise Stop(self.defect)  # tarfile would read on from nothing until it is where a crafted size says
        try:
            # read1 gives what was unpacked before a defect; read would throw it away.
            data = self.stream.read1(size)
        except DAMAGE as error:
            self.defect = str(error)
            return b""
        if not data:
            self.defect = CUT_OFF  # tarfile reads no further than to the mark
        self.position += len(data)
        if self.position > self.header_limit:
            raise Stop(f"a header is longer than {HEADER_BYTES} bytes")
        if why := self.excess(0):
            raise Stop(why)
        return data

    def excess(self, more: int) -> str | None:
        """Return why `more` bytes are too many for this archive, or None if they are not."""
        unpacked = self.position + self.holes + more
        if unpacked > self.limits.total_bytes:
            return f"the archive unpacks to more than {self.limits.total_bytes} bytes, see --unpack-limit"
        if unpacked > max(self.limits.ratio_from_bytes, self.file.tell() * self.limits.ratio):
            return f"the archive unpacks to more than {self.limits.ratio} times its size, see --unpack-limit"
        return None
