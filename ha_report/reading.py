"""Opens the sources that a user names, whatever they are, and reads them into one incident.

Here collecting's archives and the parsers meet, on behalf of the commands.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from importlib import import_module
from pathlib import Path

from collectors.archive import HEAD_BYTES, LIMITS, Unpacked, is_archive, unpack
from collectors.archive_source import Limits
from ha_report.compressed import compression_of
from ha_report.destination import temporary_folder
from ha_report.errors import NothingToRead
from ha_report.garbage import paused
from ha_report.incident import ALL_TIMES, Incident, Window, build
from ha_report.model import InputFile
from ha_report.zones import local_zone
from parsers.read import NESTED, Reading, read
from parsers.rotated import OUTSIDE

MOST_NESTED = 100  # archives inside a source that are unpacked
DEEPEST_NESTED = 2  # of them, inside one another


@dataclass
class _Opened:
    """A source that can be walked."""

    given: str
    root: Path
    inside: str = ""  # the source that this archive lies in
    refused: list[InputFile] = field(default_factory=list)  # members of an archive that were not unpacked
    problems: list[str] = field(default_factory=list)


@contextmanager
def read_incident(
    sources: Sequence[str],
    zone: tzinfo | None,
    progress: Callable[[str], None],
    window: Window = ALL_TIMES,
    limits: Limits = LIMITS,
    jobs: int | None = None,
) -> Iterator[tuple[Incident, list[str]]]:
    """Give the incident that `sources` tell of, and a line for each part of them that could not be read.

    Archives are unpacked for as long as the context lasts, so that lines can be quoted.

    `zone` is that of times without one; None: as the files tell, else the reader's.  `progress` is told
    what is being read.  What happened outside `window` is left out.  Raises NothingToRead when no source holds anything that can be read.
    """
    problems: list[str] = []
    with temporary_folder() as folder, paused():
        opened = list(_open_all(sources, folder, problems, progress, limits))
        opened += _nested_in(opened, folder / "nested", progress, limits)
        alone = sum(not one.inside for one in opened) == 1 and opened[0].root.is_dir()
        named = [(one.root, _label(one, alone)) for one in opened]
        readings = read(named, zone, local_zone(), Reading(window, jobs or cores(), _load))
        for one in opened:
            readings.inputs += one.refused
            problems += one.problems
        _name_nested(readings.inputs, {one.given for one in opened if one.inside})
        problems += _unread(readings.inputs, given={one.given for one in opened if not one.inside})
        if not any(_was_read(entry) for entry in readings.inputs):
            raise NothingToRead(_nothing(sources, problems))
        yield build(list(sources), readings, window), problems


def cores() -> int:
    """Return how many cores there are for this process."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _load() -> None:
    """Load what will be needed when all is read, while others read."""
    for name in ("parsers.documents", "pandas", "ha_report.diagnosis", "reports.page", "reports.html", "reports.files"):
        import_module(name)


def _label(one: _Opened, alone: bool) -> str:
    """Return what stands before the names of a source's files, so that those of several sources differ."""
    if one.inside:
        return one.given if alone else str(Path(Path(one.inside).resolve().name, one.given))
    if alone:
        return ""
    return one.given if not one.root.is_dir() else Path(one.given).resolve().name


def _nested_in(
    opened: list[_Opened], scratch: Path, progress: Callable[[str], None], limits: Limits
) -> Iterator[_Opened]:
    """Unpack the archives that lie in folders and archives: sos holds what crm_report gathered."""
    waiting = [(one, one.root, Path(), 0) for one in opened if one.root.is_dir()]
    found = 0
    while waiting and found < MOST_NESTED:
        source, root, above, depth = waiting.pop(0)
        for path in sorted(root.rglob("*")):
            if path.is_symlink() or not path.is_file() or found == MOST_NESTED or not _may_be_archive(path):
                continue
            found += 1
            name = above / path.relative_to(root)
            progress(f"Unpacking {Path(source.given, name)}")
            inner = _unpacked(str(name), unpack(path, scratch / str(found), limits))
            inner.inside = source.given
            yield inner
            if depth < DEEPEST_NESTED:
                waiting.append((source, inner.root, name, depth + 1))


def _may_be_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(512)
            if compression_of(head) is None and head[257:262] != b"ustar":
                return False
            return is_archive(head + file.read(HEAD_BYTES - len(head)))
    except OSError:
        return False


def _open_all(
    sources: Sequence[str], scratch: Path, problems: list[str], progress: Callable[[str], None], limits: Limits
) -> Iterator[_Opened]:
    for number, given in enumerate(sources):
        path = Path(given)
        try:
            if path.is_dir():
                yield _Opened(given, path)
            elif _is_archive(path):
                progress(f"Unpacking {given}")
                yield _unpacked(given, unpack(path, scratch / str(number), limits))
            else:
                yield _Opened(given, path)
        except OSError as problem:
            problems.append(f"{given}: {_words(problem)}")


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return is_archive(file.read(HEAD_BYTES))


def _unpacked(given: str, archive: Unpacked) -> _Opened:
    refused = [InputFile(path=one.name, skipped=f"left in the archive: {one.why}") for one in archive.refused]
    problems = [f"{given}: {archive.damage}"] if archive.damage else []
    return _Opened(given, archive.root, refused=refused, problems=problems)


def _words(problem: OSError) -> str:
    if isinstance(problem, FileNotFoundError):
        return "no such file or folder; give the path of a bundle, a node's folder or a log"
    return (problem.strerror or str(problem)).lower()


def _name_nested(inputs: list[InputFile], unpacked: set[str]) -> None:
    """Say of each archive in a source where its files are listed."""
    for entry in inputs:
        if entry.skipped == NESTED:
            entry.skipped = (
                f"an archive: its files follow as {entry.path}/"
                if entry.path in unpacked
                else f"{NESTED}: give it by itself"
            )


def _unread(inputs: list[InputFile], given: set[str]) -> Iterator[str]:
    """Yield a line for each file that should have been read: damaged ones, and those that were named one by one."""
    for entry in inputs:
        if entry.skipped not in (None, OUTSIDE) and (entry.path in given or _is_damage(entry.skipped)):
            yield f"{entry.path}: {entry.skipped}"


def _is_damage(reason: str) -> bool:
    return reason.startswith(("not read to its end", "damaged", "permission denied"))


def _was_read(entry: InputFile) -> bool:
    return entry.bytes > 0 and (entry.format is not None or entry.events > 0)


def _nothing(sources: Sequence[str], problems: list[str]) -> str:
    said = "\n".join(problems) or f"{', '.join(sources)}: nothing in it that ha-report can read"
    return f"{said}\nGive a bundle of hb_report or crm report, a node's folder, a log, or an output of crm_mon."
