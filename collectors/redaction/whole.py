"""Cleans a bundle that exists already, a peer's too: first all files are read for secrets, then all are written anew."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from collectors import packing, place
from collectors.archive import HEAD_BYTES, is_archive, unpack
from collectors.archive_source import Limits
from collectors.redaction import packed
from collectors.redaction.held import Room, reader
from collectors.redaction.masking import BLOCK, Redactor
from collectors.redaction.pseudonyms import LOOKED_AT, Pseudonyms
from ha_report import bundle
from ha_report.compressed import DAMAGE, compression_of, opened

RECORD = "redaction.json"
SCHEMA = "ha-report-redaction/1"
HEAD = 16  # bytes that tell what a file is packed by
UNREADABLE = "it could not be read"
DEEPEST = 2  # archives inside one another
CLOSED = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\xed\xab\xee\xdb")  # zip, 7z, rar, rpm: nothing here looks into them
Read = Callable[[int], bytes]
ENDINGS = {"gzip": ".gz", "bzip2": ".bz2", "xz": ".xz", "zstd": ".zst"}


@dataclass
class Cleaning:
    """One bundle on its way to a clean one."""

    redactor: Redactor
    pseudonyms: Pseudonyms | None
    scratch: Path
    limits: Limits = field(default_factory=Limits)
    redacted: dict[str, Counter[str]] = field(default_factory=dict)  # file -> name -> how often
    left_out: dict[str, str] = field(default_factory=dict)  # file -> why
    ours: bool = False  # whether ha-report made it: then its manifest is true, and stays so
    _nested: dict[Path, Path] = field(default_factory=dict)  # archive -> where it is unpacked
    _lost: set[Path] = field(default_factory=set)  # files that nothing is known of, and that are left out
    _quiet: set[Path] = field(default_factory=set)  # files in which nothing is secret by name or look

    def clean(self, source: Path, into: Path) -> None:
        """Write the files of `source`, which may be one itself, into the folder `into` without their secrets.

        A record of what was masked comes with them.
        """
        self.ours = bundle.is_bundle(source)
        self.learn(source, "", 0)
        self.write(source, into, "")
        if self.ours:
            self.write_manifest(source, into)
        record = {"schema": SCHEMA, "redacted": self._rows(), "left_out": self._shown(self.left_out)}
        bundle.write_private(into / RECORD, json.dumps(record, indent=1) + "\n")

    def _rows(self) -> list[dict[str, Any]]:
        return [
            {"file": self.renamed(file), "name": name, "count": count}
            for file, counts in sorted(self.redacted.items())
            for name, count in sorted(counts.items())
        ]

    def _shown(self, told: dict[str, str]) -> dict[str, str]:
        return {self.renamed(file): why for file, why in sorted(told.items())}

    @property
    def apart(self) -> tuple[str, ...]:
        """The files at the top that are no copies of what is there."""
        return (*place.REPORT, RECORD, *((bundle.MANIFEST,) if self.ours else ()))

    def write_manifest(self, source: Path, into: Path) -> None:
        """Write the manifest of a bundle of ours: what its files are now, and what was masked in them."""
        told = json.loads((source / bundle.MANIFEST).read_text("utf-8"))
        for node in told["nodes"]:
            for item in node["items"]:
                name = f"{node['name']}/{item['name']}"
                counts = Counter(item["redacted"])
                for file, more in self.redacted.items():
                    if file == name or (name.endswith("/") and file.startswith(name)):
                        counts.update(more)
                item["redacted"] = dict(counts)
                path = into / self.renamed(name)
                if path.is_file():
                    item["bytes"], item["sha256"] = path.stat().st_size, packed.sha256_of([path])
        bundle.write_private(into / bundle.MANIFEST, json.dumps(self.strings(told), indent=1) + "\n")

    def strings(self, told: Any) -> Any:
        """Return what JSON tells with its texts masked and renamed."""
        if isinstance(told, str):
            return self.renamed(self.redactor.text(told))
        if isinstance(told, list):
            return [self.strings(one) for one in told]
        return {key: self.strings(one) for key, one in told.items()} if isinstance(told, dict) else told

    def learn(self, source: Path, above: str, depth: int) -> None:
        """Read all files below `source` for secrets and names."""
        for path, name in files_of(source, lambda folder, why: self.left_out.update({f"{above}{folder}/": why})):
            file = above + name
            if path.is_symlink() or (not above and name in self.apart):
                continue
            try:
                archive = _is_archive(path)
            except OSError as error:
                self.lose(path, file, error)
                continue
            if archive:
                self.learn_archive(path, file, depth)
            else:
                self.learn_file(path, file)

    def learn_file(self, path: Path, file: str) -> None:
        """Read a file that is no archive."""
        if self.pseudonyms:
            self.learn_names(path, file)
        counts: Counter[str] = Counter()
        try:
            with opened(path) as plain:
                for _ in self.redactor.first(file, plain.read, counts):
                    pass
        except DAMAGE as error:
            self.lose_unless_damaged(path, file, error)
            return
        if not counts:
            self._quiet.add(path)

    def lose_unless_damaged(self, path: Path, file: str, error: Exception) -> None:
        """Leave out a file that the disk does not give; of a damaged one, what stands before the damage was read."""
        if isinstance(error, OSError) and error.errno:
            self.lose(path, file, error)

    @property
    def unread(self) -> bool:
        """Whether there were files that the disk did not give."""
        return any(why.startswith(UNREADABLE) for why in self.left_out.values())

    def lose(self, path: Path, file: str, error: OSError) -> None:
        """Leave out a file that could not be read: what is secret in it is not known."""
        self.left_out[file] = unreadable(error)
        self._lost.add(path)

    def learn_names(self, path: Path, file: str) -> None:
        """Read a file for hosts, users and networks."""
        assert self.pseudonyms  # noqa: S101 - the caller looked
        try:
            with opened(path) as plain:
                text = plain.read(LOOKED_AT)
                self.pseudonyms.learn(file, text)
                while text:
                    self.pseudonyms.learn_users(text)
                    text = plain.read(BLOCK)
        except DAMAGE as error:
            self.lose_unless_damaged(path, file, error)

    def learn_archive(self, path: Path, file: str, depth: int) -> None:
        """Unpack an archive that lies in the bundle, and read what is in it."""
        if depth >= DEEPEST:
            self.left_out[file] = f"an archive inside {DEEPEST} others"
            self._lost.add(path)
            return
        into = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            done = unpack(path, into, self.limits)
        except OSError as error:
            self.lose(path, file, error)
            return
        self._nested[path] = into
        if done.damage:
            self.left_out[file] = f"a part: {done.damage}"
        for refusal in done.refused:
            self.left_out[f"{file}/{refusal.name}"] = refusal.why
        self.learn(into, f"{file}/", depth + 1)

    def write(self, source: Path, into: Path, above: str) -> None:
        """Write all files below `source` anew."""
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, name in files_of(source):
            file, target = above + name, into / self.renamed(name)
            if not above and name in self.apart:
                if name in place.REPORT:
                    self.left_out[file] = "an earlier report: make it anew"
            elif path.is_symlink():
                self.link(path, source, target, file)
            elif path in self._nested:
                self.pack(path, target, file)
            elif path not in self._lost:
                try:
                    self.copy(path, target, file)
                except Unreadable as problem:
                    target.unlink(missing_ok=True)
                    self.left_out[file] = str(problem)

    def renamed(self, name: str) -> str:
        """Return the name that a file or a folder gets: hosts are in many."""
        return (
            self.pseudonyms.replaced(name.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
            if self.pseudonyms
            else name
        )

    def link(self, path: Path, source: Path, target: Path, file: str) -> None:
        """Make a link anew that stays inside."""
        told = str(path.readlink())
        end = Path(os.path.realpath(path))
        if not end.is_relative_to(source.resolve()) or not end.exists() or Path(told).is_absolute():
            self.left_out[file] = "a link that leads out"
            return
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.symlink_to(self.renamed(told))

    def pack(self, path: Path, target: Path, file: str) -> None:
        """Write an archive that lies in the bundle anew."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as scratch:
            clean = Path(scratch, "clean")
            self.write(self._nested[path], clean, f"{file}/")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            packing.pack_folder(clean, target, compression_of(_head(path)))

    def copy(self, path: Path, target: Path, file: str) -> None:
        """Write a file without its secrets, packed as it was; of a damaged one what stands before the damage."""
        counts: Counter[str] = Counter()
        with _opened(path) as raw:
            read, mtime = _carefully(raw.read), os.fstat(raw.fileno()).st_mtime
            head = read(HEAD)
            raw.seek(0)
            if head.startswith(CLOSED):
                raise Unreadable("an archive of a kind that is not looked into")
            if compression_of(head) is None:
                packed.write(target, self._cleaned(read, path, file, counts), mtime)
            else:
                self._copy_packed(read, mtime, target, file, counts)
        if counts:
            self.redacted[file] = counts

    def _copy_packed(self, read: Read, mtime: float, target: Path, file: str, counts: Counter[str]) -> None:
        room = Room(self.scratch)
        waiting = packed.take(self.redactor, room, file, read, mtime)
        counts.update(waiting.redacted)
        packed.settle(self.redactor, waiting, target, self.pseudonyms.replaced if self.pseudonyms else None)
        counts.clear()
        counts.update(waiting.redacted)
        room.close()
        if waiting.problem:
            self.left_out[file] = f"a part: {waiting.problem}"

    def _cleaned(self, read: Read, path: Path, file: str, counts: Counter[str]) -> Iterator[bytes]:
        blocks: Iterator[bytes] = iter(lambda: read(BLOCK), b"")
        if path not in self._quiet:
            blocks = self.redactor.first(file, reader(blocks), counts)
        blocks = self.redactor.second(reader(blocks), counts, by_line=bool(self.pseudonyms))
        return map(self.pseudonyms.replaced, blocks) if self.pseudonyms else blocks


class Unreadable(Exception):  # no error: the file is left out, and named
    """Says why a file could not be read to its end."""


def unreadable(error: OSError) -> str:
    """Return why a file or a folder is left out."""
    return f"{UNREADABLE}: {error.strerror or error}"


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Unreadable(unreadable(error)) from error


def _carefully(read: Read) -> Read:
    """Return what reads the same, and tells what goes wrong with it apart from what goes wrong with writing."""

    def reading(size: int) -> bytes:
        try:
            return read(size)
        except OSError as error:
            raise Unreadable(unreadable(error)) from error

    return reading


def files_of(
    source: Path, tell: Callable[[str, str], object] = lambda _folder, _why: None
) -> Iterator[tuple[Path, str]]:
    """Yield the files and links below `source` in order, with their names in it; pipes and devices are passed over.

    A file is all that there is below itself.  `tell` is told of each folder that cannot be listed, and why.
    """
    if source.is_file():
        yield source, source.name
        return

    def lost(error: OSError) -> None:
        tell(os.path.relpath(error.filename, source), unreadable(error))

    for here, folders, names in os.walk(source, onerror=lost):
        folders.sort()
        links = [name for name in folders if Path(here, name).is_symlink()]
        for name in sorted([*names, *links]):
            path = Path(here, name)
            if path.is_symlink() or path.is_file():
                yield path, str(path.relative_to(source))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(512)
        if compression_of(head) is None and head[257:262] != b"ustar":
            return False
        return is_archive(head + file.read(HEAD_BYTES - len(head)))
