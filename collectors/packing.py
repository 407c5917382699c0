"""Packs bundles and folders: nothing half-written has the archive's name.

What nodes sent is packed while the report on it is made, which then follows.
"""

from __future__ import annotations

import os
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from collectors.place import REPORT, cannot_write
from ha_report import bundle
from ha_report.errors import UserError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

XZ_PRESET = 2  # of logs, 9 saves a tenth and takes five times as long


def pack(dest: Path, archive: Path) -> None:
    """Write the archive of the bundle `dest`, the manifest first; nothing half-written stays."""
    try:
        with _drafted(archive) as tar:
            _add(tar, dest, dest.name, [entry.name for entry in dest.iterdir()])
    except OSError as error:
        raise cannot_write(archive, error) from error


class Packing:
    """The archive of a bundle on its way: one that is neither finished nor dropped waits for ever."""

    def __init__(self, folder: Path, dest: Path, archive: Path) -> None:
        """Begin to pack what is in `folder`, which will be the bundle `dest`."""
        self._dest, self._archive = dest, archive
        self._was_read, self._dropped = Event(), Event()
        self._follows: SimpleQueue[bool] = SimpleQueue()
        self._pool = ThreadPoolExecutor(1)
        self._packed = self._pool.submit(self._pack, folder)

    def wait(self) -> None:
        """Wait until the folder has been read, so that it may be moved."""
        self._was_read.wait()

    def finish(self) -> None:
        """Add the report that now is in the bundle, and bring the archive to its place."""
        self._follows.put(True)
        try:
            self._packed.result()
        except OSError as error:
            earlier = f"; {self._archive} is still that of the bundle before" if self._archive.exists() else ""
            raise UserError(
                f"{self._archive} could not be written: {error.strerror or error}.\n"
                f"{self._dest} is there and whole{earlier}. Make room, and pack that folder."
            ) from error

    def drop(self) -> None:
        """Leave it, if it is not finished, and nothing of it behind."""
        self._dropped.set()
        self._follows.put(False)
        self._pool.shutdown()

    def _pack(self, folder: Path) -> None:
        try:
            with suppress(_Dropped), _drafted(self._archive) as tar:
                names = {entry.name for entry in folder.iterdir()} - {*REPORT}
                _add(tar, folder, self._dest.name, names, self._dropped)
                self._was_read.set()
                if not self._follows.get():
                    raise _Dropped
                _add(tar, self._dest, self._dest.name, [name for name in REPORT if (self._dest / name).exists()])
        finally:
            self._was_read.set()


class _Dropped(Exception):
    """Nobody wants the archive any more."""


@contextmanager
def _drafted(archive: Path) -> Iterator[tarfile.TarFile]:
    """Give a tar that gets the archive's name once it is whole."""
    descriptor, part = tempfile.mkstemp(prefix=f".{archive.name[:80]}-", dir=archive.parent)
    try:
        with os.fdopen(descriptor, "wb") as file, _writing(file, archive.suffix) as tar:
            yield tar
        Path(part).replace(archive)
    except BaseException:
        with suppress(OSError):  # what went wrong before is what counts
            Path(part).unlink()
        raise


def _add(tar: tarfile.TarFile, folder: Path, as_name: str, names: Iterable[str], dropped: Event | None = None) -> None:
    """Add what is in a folder, the manifest first."""

    def passed(member: tarfile.TarInfo) -> tarfile.TarInfo:
        if dropped is not None and dropped.is_set():
            raise _Dropped
        return _nobodys(member)

    for name in sorted(names, key=lambda one: (one != bundle.MANIFEST, one)):
        tar.add(folder / name, f"{as_name}/{name}", filter=passed)


def pack_folder(folder: Path, archive: Path, compression: str | None) -> None:
    """Write a new archive of what is in `folder`, compressed as bundle members are."""
    ending = {"gzip": ".gz", "xz": ".xz", "zstd": ".zst", "bzip2": ".bz2", None: ""}[compression]
    with archive.open("xb") as file, _writing(file, ending) as tar:
        for entry in sorted(folder.iterdir()):
            tar.add(entry, entry.name, filter=_nobodys)
    archive.chmod(0o600)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who gathered it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


@contextmanager
def _writing(file: object, suffix: str) -> Iterator[tarfile.TarFile]:
    options = {"fileobj": file}
    if suffix == ".zst":
        with zstd.ZstdFile(file, "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:  # type: ignore[call-overload]
            yield tar
    elif suffix in ("", ".tar", ".bz2"):
        with tarfile.open(mode="w:bz2" if suffix == ".bz2" else "w", **options) as tar:  # type: ignore[call-overload]
            yield tar
    elif suffix == ".gz":
        with tarfile.open(mode="w:gz", compresslevel=6, **options) as tar:  # type: ignore[call-overload]
            yield tar
    else:
        with tarfile.open(mode="w:xz", preset=XZ_PRESET, **options) as tar:  # type: ignore[call-overload]
            yield tar
