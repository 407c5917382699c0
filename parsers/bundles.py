"""Finds the files to read: in a folder that a collector left, of whatever layout, or named one by one.

Layouts differ in names and depth only (hb_report: NODE/ha-log.txt; crm report: NODE/pacemaker.log;
sos: sos_commands/pacemaker/...), and formats are known by content, so that a walk finds them all.  The
same file met twice, by a hard or a symbolic link (hb_report links what all nodes share), is read once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FoundFile:
    """A file to read."""

    path: Path
    name: str  # as the report names it
    same_as: str | None = None  # name of the file that this one repeats, to the letter
    unreadable: str | None = None  # why it cannot be opened

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders in its name, outermost first: one of them may be a node's."""
        return tuple(Path(self.name).parts[:-1])


def files_of(source: Path, name: str) -> Iterator[FoundFile]:
    """Yield the files of `source`, a folder or a file, in order of their names.

    `name` stands before the names of a folder's files; it is empty for a folder that is alone.
    """
    seen: dict[tuple[int, int], str] = {}
    if not source.is_dir():
        yield _found(source, name or str(source), source.parent.resolve(), seen)
        return
    root = source.resolve()
    for folder, folders, files in os.walk(source):
        folders.sort()
        for file in sorted(files):
            path = Path(folder, file)
            yield _found(path, str(Path(name, path.relative_to(source))), root, seen)


def _found(path: Path, name: str, root: Path, seen: dict[tuple[int, int], str]) -> FoundFile:
    """Look at one file: where it leads, whether it was met before, whether it can be opened."""
    try:
        real = path.resolve(strict=True)
        if path.is_symlink() and root not in real.parents:
            return FoundFile(path, name, unreadable="a link that leads out of the bundle")
        if not real.is_file():
            return FoundFile(path, name, unreadable="not an ordinary file")
        status = real.stat()
        if not os.access(real, os.R_OK):
            return FoundFile(path, name, unreadable="permission denied")
    except (OSError, RuntimeError) as problem:  # RuntimeError: a link that leads to itself, before Python 3.13
        return FoundFile(path, name, unreadable=getattr(problem, "strerror", None) or "a link that leads nowhere")
    first = seen.setdefault((status.st_dev, status.st_ino), name)
    return FoundFile(path, name, same_as=None if first == name else first)
