"""Brings a bundle to its place: made in a private folder beside it, there by one rename, and packed.

Nothing half-written stays behind, and -Z replaces only what ha-report made.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ha_report import bundle
from ha_report.destination import refuse_links
from ha_report.errors import DestinationInTheWay, UserError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ENDINGS = ("xz", "gz", "zst")
REPORT = ("index.html", "report.json", "report.md", "events.csv")
XZ_PRESET = 2  # of logs, 9 saves a tenth and takes five times as long


def archive_of(dest: Path, ending: str) -> Path:
    """Return the archive beside `dest`."""
    return dest.with_name(f"{dest.name}.tar.{ending}")


def check(dest: Path, archive: Path | None, *, force: bool) -> None:
    """Raise DestinationInTheWay unless a bundle may be written to `dest`, and its archive to `archive`."""
    if dest.name in ("", ".", "..") or not dest.name.isprintable():
        raise DestinationInTheWay(f"{str(dest)!r} is no name for a bundle.\nGive the name of a new folder.")
    refuse_links(dest, archive)
    if dest.exists() and not dest.is_dir():
        raise DestinationInTheWay(f"{dest} is there, and is no folder.\nChoose another name for the bundle.")
    found = strangers(dest)
    if found:
        raise DestinationInTheWay(
            f"{dest} holds what ha-report did not make ({found}), so it is not replaced, not even by -Z/--force.\n"
            "Choose another name for the bundle."
        )
    if not force and (dest.exists() and any(dest.iterdir())):
        raise DestinationInTheWay(
            f"{dest} holds a bundle already.\nChoose another name, or replace it with -Z/--force."
        )
    if archive and archive.exists() and not (force and is_ours(archive, dest.name)):
        raise DestinationInTheWay(
            f"{archive} is there already.\nRemove it, choose another name for the bundle"
            + (", or replace it with -Z/--force." if is_ours(archive, dest.name) else ".")
        )


def strangers(dest: Path) -> str | None:
    """Return something in `dest` that is not of a bundle, None if there is nothing."""
    if not dest.is_dir():
        return None
    names = {entry.name for entry in dest.iterdir()}
    if not names:
        return None
    if not bundle.is_bundle(dest):
        return min(names)
    nodes = {node.name for node in bundle.load(dest).nodes}
    return min(names - nodes - {bundle.MANIFEST, bundle.DESCRIPTION, *REPORT}, default=None)


def is_ours(archive: Path, name: str) -> bool:
    """Return whether `archive` is one of a bundle called `name`: its first member says so."""
    with contextlib.suppress(OSError, tarfile.TarError, EOFError, zstd.ZstdError):
        with _reading(archive) as tar:
            first = tar.next()
        return first is not None and first.name == f"{name}/{bundle.MANIFEST}"
    return False


@contextmanager
def _reading(archive: Path) -> Iterator[tarfile.TarFile]:
    if archive.suffix == ".zst":
        with zstd.ZstdFile(archive) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            yield tar
    else:
        with tarfile.open(archive) as tar:
            yield tar


@contextmanager
def staging(dest: Path) -> Iterator[Path]:
    """Give a private folder beside `dest`, and remove it at the end if it is still there."""
    try:
        dest.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{dest.name[:80]}-", dir=dest.parent))
    except OSError as error:
        raise cannot_write(dest, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, dest: Path) -> None:
    """Make `folder` the new `dest`; what is there goes, once the new one stands in its place."""
    try:
        if not dest.is_dir():
            folder.rename(dest)
            return
        old = Path(tempfile.mkdtemp(prefix=f".{dest.name[:80]}-old-", dir=dest.parent))
        dest.rename(old)
        try:
            folder.rename(dest)
        except BaseException:
            old.rename(dest)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise cannot_write(dest, error) from error


def copy_linked(source: Path, folder: Path, leave: Collection[str]) -> None:
    """Fill `folder` with the files of `source` but those named in `leave`, by links where the disk has them."""
    for here, _, files in os.walk(source):
        inside = Path(here).relative_to(source)
        (folder / inside).mkdir(mode=0o700, exist_ok=True)
        for name in files:
            if str(inside / name) not in leave:
                shutil.copy2(Path(here, name), folder / inside / name)


def pack(dest: Path, archive: Path) -> None:
    """Write the archive of `dest`, the manifest first; nothing half-written stays."""
    try:
        descriptor, part = tempfile.mkstemp(prefix=f".{archive.name[:80]}-", dir=archive.parent)
        try:
            with os.fdopen(descriptor, "wb") as file, _writing(file, archive.suffix) as tar:
                names = sorted(entry.name for entry in dest.iterdir())
                for name in sorted(names, key=lambda one: one != bundle.MANIFEST):
                    tar.add(dest / name, f"{dest.name}/{name}", filter=_nobodys)
            Path(part).replace(archive)
        finally:
            Path(part).unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(archive, error) from error


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


def cannot_write(dest: Path, error: OSError) -> UserError:
    """Return the error for what the system refused."""
    return UserError(f"{dest} could not be written: {error.strerror or error}.\nChoose another place for the bundle.")
