"""Opens tar archives of strangers safely, and as far as they are whole.

hb_report, crm report, crm_report, sos and supportconfig pack what they gather into a tar
archive; a full disk or a mail gateway cuts it off, and anyone can craft one.  So everything
up to the damage is kept, what is not taken is named, and nothing is written outside the
folder given.

Python's tarfile reads the headers, and nothing more: every file, folder and link is made here.
Formats: POSIX.1-2017 pax and ustar, and GNU tar's manual, "Tar Internals".
"""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import os
import tarfile
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from collectors.archive_source import CUT_OFF, HEADER_BYTES, Limits, Source, Stop
from ha_report.compressed import DAMAGE, decompressed
from ha_report.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

BLOCK = 512  # tar's unit: headers are one block, contents are filled up to whole ones
HEAD_BYTES = 1 << 20  # is_archive can decide on these: bzip2 gives nothing before its first block, up to 900 kB
CHUNK_BYTES = 1 << 20
BEHIND_BYTES = 1 << 16  # that are looked at behind the end mark: tar fills up to 10 KB, tapes to 64 KB
MOST_LINKS = 40  # that lead from one to the next; Linux follows no more
SHOWN_CHARACTERS = 200  # of a refused name, which can be as long as HEADER_BYTES
LIMITS = Limits()
# What tarfile comes to on a crafted header, beside its own errors.
HEADER_DEFECTS = (ValueError, LookupError, OverflowError, RecursionError)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
# What the system says of names that an archive has, and that cannot be, or not beside each other.
BY_NAMES = (errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL, errno.EILSEQ,
            errno.ENOENT, errno.EPERM, errno.EMLINK)  # fmt: skip


class Refusal(NamedTuple):
    """A member that was left in the archive."""

    name: str  # as the archive names it, control characters escaped
    why: str


@dataclass
class Unpacked:
    """What came out of an archive.

    Below `root` are only folders, files of mode 600 with the times that the archive tells,
    and symbolic links that end below it.
    """

    root: Path  # the archive's one top folder, or else the folder that it was unpacked into
    members: list[str]  # files, then links, as the archive names them, in its order
    refused: list[Refusal]
    damage: str | None  # why it was not read to its end, and how far it was


def is_archive(head: bytes) -> bool:
    """Return whether a file that begins with `head` is a tar archive, compressed or not.

    A compressed log is none.  `head` is HEAD_BYTES long, or the whole file.
    """
    stream = decompressed(cast("BinaryIO", io.BytesIO(head)))
    block = b""
    with contextlib.suppress(*DAMAGE):
        while len(block) < BLOCK and (more := stream.read1(BLOCK - len(block))):
            block += more
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")  # proves the header's checksum
    except tarfile.TarError:
        return False
    return True


def unpack(path: Path, into: Path, limits: Limits = LIMITS) -> Unpacked:
    """Unpack the archive at `path` into the folder `into`, which is made if it is not there.

    A defect of the archive is told in what is returned; UserError says that there is no room.
    """
    into.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file:
        source = Source(file, limits)
        try:
            return _Unpacking(source, into.resolve(), limits).run()
        except OSError as error:
            if error.errno in NO_ROOM:
                raise UserError(
                    f"No room to unpack {path}: {source.position} bytes of it fill what {into} lies on.\n"
                    "Set TMPDIR to a folder with more room."
                ) from error
            raise UserError(
                f"{path} could not be unpacked into {into}: {error.strerror or error}.\nSet TMPDIR to another folder."
            ) from error


class _Refused(Exception):  # no error: the member is left where it is
    """Says why a member is not taken."""


class _Header(tarfile.TarInfo):
    """A member's header.  A damaged one is told of, which tarfile would take for the archive's end."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) < BLOCK or not any(buf):
                raise  # cut off, or the end mark
            raise Stop("a header is damaged") from error


@dataclass
class _Unpacking:
    """One archive on its way to the disk."""

    source: Source
    into: Path
    limits: Limits
    members: dict[Path, str] = field(default_factory=dict)  # place -> name, in the order of the archive
    links: dict[Path, tuple[str, str]] = field(default_factory=dict)  # place -> name and target; made last
    refused: list[Refusal] = field(default_factory=list)

    def run(self) -> Unpacked:
        damage = None
        try:
            for tar, member in self.headers():
                self.take(tar, member)
        except (tarfile.TarError, Stop) as error:
            damage = str(error)
        damage = self.source.defect or damage
        for place, (name, target) in self.links.items():
            self.make_link(place, name, target)
        for place, (name, target) in self.links.items():
            self.check_link(place, name, target)
        inside = list(self.into.iterdir())
        top = inside[0] if len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink() else self.into
        return Unpacked(top, list(self.members.values()), self.refused, damage and self.so_far(damage))

    def so_far(self, damage: str) -> str:
        if not self.members:
            return f"{damage}; nothing could be read"
        return f"{damage}; {len(self.members)} files could be read, the last is {_shown([*self.members.values()][-1])}"

    def headers(self) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        """Yield each member of the archive, and the tar that gives its contents until the next one."""
        try:
            # As a stream ("|") it cannot go back, where a crafted size would make it go round for ever.
            with tarfile.open(fileobj=cast("BinaryIO", self.source), mode="r|", tarinfo=_Header) as tar:
                for count in itertools.count(1):
                    member = tar.next()
                    if member is None:
                        self.look_behind(cast("BinaryIO", tar.fileobj))
                        return
                    if member.size < 0:
                        raise Stop("a header is damaged")  # tarfile would go back, and take that for the end
                    if count > self.limits.members:
                        raise Stop(f"the archive has more than {self.limits.members} members")
                    self.source.header_limit = tar.offset + HEADER_BYTES  # the next header is at tar.offset
                    cast("Any", tar).members.clear()  # tarfile keeps all: much memory for a bomb of empty files
                    yield tar, member
        except HEADER_DEFECTS as error:
            raise Stop("a header is damaged") from error

    def look_behind(self, stream: BinaryIO) -> None:
        """Raise Stop if more than what fills up an archive stands behind its end mark."""
        if self.source.defect:
            return
        self.source.header_limit = self.source.position + HEADER_BYTES
        behind = stream.read(BEHIND_BYTES)
        if self.source.defect == CUT_OFF:
            self.source.defect = None  # nothing can be cut off there
        if any(behind):
            raise Stop("it goes on behind its end mark, and that is not read")

    def take(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        try:
            parts = self.parts_of(member.name)
            if member.isdir():
                self.folder(parts)
                return
            place = self.folder(parts[:-1]).joinpath(*parts[-1:])
            self.make_room(place)
            if member.issym():
                self.links[place] = member.name, member.linkname
            elif member.islnk():
                self.link_hard(place, member.name, member.linkname)
            else:
                self.write(tar, member, place)
        except _Refused as why:
            self.refuse(member.name, str(why))
        except OSError as error:
            if error.errno not in BY_NAMES:
                raise  # the disk's fault: what the archive holds is not known then
            self.refuse(member.name, error.strerror or str(error))

    def refuse(self, name: str, why: str) -> None:
        self.refused.append(Refusal(_shown(name), why))

    def parts_of(self, name: str) -> tuple[str, ...]:
        """Return the folders and the file of `name`, if it stays inside and can be shown."""
        if name.startswith("/"):
            raise _Refused("its name is absolute")
        if any(unicodedata.category(character) == "Cc" for character in name):
            raise _Refused("its name has control characters")
        # Bytes that are not UTF-8 are spelled out: what names the files later must be able to write them.
        spelled = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        parts = PurePosixPath(spelled).parts
        if ".." in parts:
            raise _Refused("its name leads out of the archive")
        if len(parts) > self.limits.depth:
            raise _Refused(f"it lies deeper than {self.limits.depth} folders")
        return parts

    def folder(self, parts: tuple[str, ...]) -> Path:
        """Return the folder `parts`, made if need be."""
        here = self.into
        for part in parts:
            here = here / part
            try:
                here.mkdir(mode=0o700)
            except FileExistsError:
                if here.is_symlink() or not here.is_dir():
                    raise _Refused("a file stands where its folder belongs") from None
        return here

    def make_room(self, place: Path) -> None:
        """Drop an earlier member at `place`: with tar the last one counts."""
        if place.is_dir():
            raise _Refused("a folder of that name is there already")
        place.unlink(missing_ok=True)
        earlier = self.members.pop(place, None) or self.links.pop(place, ("", ""))[0]
        if earlier:
            self.refuse(earlier, "a later member has the same name, and counts")

    def link_hard(self, place: Path, name: str, target: str) -> None:
        there = self.into.joinpath(*self.parts_of(target))
        if there not in self.members:
            raise _Refused(f"it is a link to {_shown(target)}, which did not come before it")
        os.link(there, place)
        self.members[place] = name

    def write(self, tar: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
        """Write the contents of `member`, as far as they are there."""
        if not member.isfile():
            raise _Refused(f"it is no file, folder or link (type {member.type!r})")
        if member.issparse():
            if why := self.source.excess(member.size):
                raise _Refused(f"it is sparse, and with it {why}")
            self.source.holes += member.size
        # Neither owner nor mode are taken over: a set-uid program of a stranger must not come to life here.
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            self.members[place] = member.name
            try:
                for data in _contents(tar, member):
                    file.write(data)
            finally:
                file.flush()
                self.date(file.fileno(), member.mtime)

    def date(self, descriptor: int, mtime: float) -> None:
        """Give a file the time that the archive tells: it is what dates logs whose lines have no year."""
        try:
            os.utime(descriptor, (mtime, mtime))
        except (OverflowError, ValueError, OSError):
            # No time at all, such as NaN.  The archive's own is the next best: it was made after the file.
            packed = os.fstat(self.source.file.fileno()).st_mtime
            os.utime(descriptor, (packed, packed))

    def make_link(self, place: Path, name: str, target: str) -> None:
        try:
            place.symlink_to(target)
        except (OSError, ValueError) as error:
            self.refuse(name, getattr(error, "strerror", None) or str(error))
        else:
            self.members[place] = name

    def check_link(self, place: Path, name: str, target: str) -> None:
        """Drop the link at `place` if it leads astray.

        Only when all are there: each can look harmless alone, and lead out through another.
        """
        if place in self.members and (why := self.astray(place)):
            place.unlink()
            del self.members[place]
            self.refuse(name, f"it is a link to {_shown(target)}, which {why}")

    def astray(self, link: Path) -> str | None:
        """Return what is wrong with where a link leads, None if nothing is.

        It is followed step by step, and not a step further than to the folder's edge: what is outside is not even
        looked at.  os.path.realpath takes as many steps as an archive has links.
        """
        root, here = str(self.into), str(link.parent)
        steps, links = _steps(str(link)), 1
        while steps:
            step = steps.pop()
            if step == "/":
                return "leads out of the archive"
            here = os.path.dirname(here) if step == ".." else f"{here}/{step}"  # noqa: PTH120 - many times as fast
            if here != root and not here.startswith(f"{root}/"):
                return "leads out of the archive"
            more = _steps(here)
            if more and (links := links + 1) > MOST_LINKS:
                return "leads nowhere"
            steps += more
            here = os.path.dirname(here) if more else here  # noqa: PTH120
        end = Path(here)
        if not end.exists():
            return "leads nowhere"
        return "leads to a folder that holds it" if link.is_relative_to(end) else None


def _steps(link: str) -> list[str]:
    """Return the steps that a link tells, the last one first; none of what is no link."""
    try:
        target = os.readlink(link)  # noqa: PTH115 - many times as fast
    except OSError:
        return []
    if target.startswith("/"):
        return ["/"]
    return [step for step in reversed(target.split("/")) if step not in ("", ".")] or ["."]


def _contents(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    """Yield the contents of `member`, the header of which was the last thing read from `tar`."""
    if member.issparse():
        holes_filled = cast("BinaryIO", tar.extractfile(member))
        while data := holes_filled.read(CHUNK_BYTES):
            yield data
        return
    # extractfile would throw away what stands before a defect.
    stream, left = cast("BinaryIO", tar.fileobj), member.size
    while left > 0:
        data = stream.read(min(left, CHUNK_BYTES))
        yield data
        left -= len(data)
        if not data:
            raise Stop("unexpected end of data")


def _shown(name: str) -> str:
    """Return `name` in a form that does no harm on a terminal."""
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name[:SHOWN_CHARACTERS])
    return escaped + "…" * (len(name) > SHOWN_CHARACTERS)
