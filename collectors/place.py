"""Brings a bundle to its place: made in a private folder beside it, and there by one rename.

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
from ha_report.destination import exchange, refuse_links
from ha_report.errors import DestinationInTheWay, UserError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ENDINGS = ("xz", "gz", "zst")
REPORT = ("index.html", "report.json", "report.md", "events.csv")


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
    except OSError as error:
        raise cannot_write(dest, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, dest: Path) -> None:
    """Make `folder` the new `dest`; what is there changes places with it, and goes with the folder that holds it."""
    try:
        if dest.is_dir():
            exchange(folder, dest)
        else:
            folder.rename(dest)
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


def cannot_write(dest: Path, error: OSError) -> UserError:
    """Return the error for what the system refused."""
    return UserError(f"{dest} could not be written: {error.strerror or error}.\nChoose another place for the bundle.")
