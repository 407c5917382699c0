"""Where results go: never through a link, whole or not at all, and for their owner alone."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ha_report.errors import DestinationInTheWay, UserError

# Linux: renameat2(2); what a system, or one of its disks, says that cannot do it.
AT_FDCWD, RENAME_EXCHANGE = -100, 2
CANNOT_EXCHANGE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


class DestinationIsALink(DestinationInTheWay):
    """DEST is a symbolic link: what it leads to may be another's choice.  Exit status 2, as of a wrong command line."""

    exit_code = 2

    def __init__(self, dest: Path) -> None:
        super().__init__(f"{dest} is a symbolic link, and nothing is written through one: choose another name.")


class NoScratch(UserError):
    """Nothing can be kept for the time being."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"No folder for temporary files could be made: {error.strerror or error}.\n"
            "Set TMPDIR to a folder that has room and may be written to."
        )


def refuse_links(*paths: Path | None) -> None:
    """Raise DestinationIsALink if one of the paths is a symbolic link."""
    for path in paths:
        if path is not None and path.is_symlink():
            raise DestinationIsALink(path)


@contextmanager
def temporary_folder(prefix: str = "ha-report-") -> Iterator[Path]:
    """Give a private folder for what is needed for the time being; raises NoScratch where there can be none.

    That it cannot be removed is no reason to lose what was made with it.
    """
    try:
        made = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
    except OSError as error:
        raise NoScratch(error) from error
    with made as name:
        yield Path(name)


def write_whole(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in the place of one that may be there; on OSError that one stays."""
    descriptor, name = tempfile.mkstemp(prefix=".ha-report-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):  # what went wrong before is what counts
            draft.unlink()
        raise


def exchange(new: Path, old: Path) -> None:
    """Let two files or folders of one disk change places: in one moment where the system can do that.

    On OSError both are where they were; where it takes steps and the disk fails for good, the old one is beside its place.
    """
    if not _exchanged_at_once(new, old):
        exchange_in_steps(new, old)


def _exchanged_at_once(new: Path, old: Path) -> bool:
    import ctypes  # noqa: PLC0415 - only where something is replaced

    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    if library.renameat2(AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(old), RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in CANNOT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(old))


def exchange_in_steps(new: Path, old: Path) -> None:
    """Do the same by three renames: for a moment nothing has the name of the old one."""
    folder = Path(tempfile.mkdtemp(prefix=f".{old.name[:80]}-old-", dir=old.parent))
    try:
        old.rename(folder / "old")
        try:
            new.rename(old)
        except BaseException:
            (folder / "old").rename(old)
            raise
        (folder / "old").rename(new)
    finally:
        with suppress(OSError):  # what is still in it is not to be lost
            folder.rmdir()
