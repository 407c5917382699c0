"""Finds the files to read, in a folder that a collector left, or named one by one, and tells who collected them.

Formats are known by content, so that a walk finds what is to be read in any layout; what a layout tells besides
is whose files they are, where no folder is named after a node (sos and supportconfig gather one node at a time).
The same file met twice, by a hard or a symbolic link (hb_report links what all nodes share), is read once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """How a collector lays out what it gathers; rows are tried in order, the more telling mark first."""

    name: str
    mark: str  # matches the end of a file's name that only this collector writes
    example: str  # such a name
    node_file: str | None = None  # matches the end of the name of the file that tells the node, where no folder does
    node: str = r"^(\S+)$"  # searched in that file: the node


LAYOUTS = (
    Layout("ha-report", r"(?:^|/)manifest\.json$", "manifest.json"),
    Layout("sos report", r"(?:^|/)sos_commands/", "sos_commands/pacemaker/crm_mon_-1", r"(?:^|/)(?:sos_commands/host/hostname|etc/hostname|hostname)$"),
    Layout("supportconfig", r"(?:^|/)basic-environment\.txt$", "basic-environment.txt", r"(?:^|/)basic-environment\.txt$", r"^Linux (\S+) \d"),
    Layout("crm_report", r"(?:^|/)(?:cluster-log\.txt|[^/]+\.extract\.txt|report\.summary)$", "node01/pacemaker.log.extract.txt"),
    Layout("crm report", r"(?:^|/)(?:crm\.conf|crmsh\.log|journal_pacemaker\.log|configure_show\.txt)$", "node01/journal_pacemaker.log"),
    Layout("hb_report", r"(?:^|/)(?:ha-log\.txt|analysis\.txt|hb_uuid\.txt)$", "node01/ha-log.txt"),
)  # fmt: skip


def layout_of(names: Iterable[str]) -> Layout | None:
    """Return the layout that files of these names are in; None for files of no known collector."""
    every = list(names)
    return next((row for row in LAYOUTS if any(re.search(row.mark, name) for name in every)), None)


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
