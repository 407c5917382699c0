"""Opens the sources that a user names, whatever they are, and reads them into one incident.

Here collecting's archives and the parsers meet, on behalf of the commands.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from collectors.archive import HEAD_BYTES, Unpacked, is_archive, unpack
from ha_report.errors import NothingToRead
from ha_report.incident import Incident, build
from ha_report.model import InputFile
from ha_report.zones import local_zone
from parsers.read import read


@dataclass
class _Opened:
    """A source that can be walked."""

    given: str
    root: Path
    refused: list[InputFile] = field(default_factory=list)  # members of an archive that were not unpacked
    problems: list[str] = field(default_factory=list)


@contextmanager
def read_incident(
    sources: Sequence[str], zone: tzinfo | None, progress: Callable[[str], None]
) -> Iterator[tuple[Incident, list[str]]]:
    """Give the incident that `sources` tell of, and a line for each part of them that could not be read.

    Archives are unpacked for as long as the context lasts, so that lines can be quoted.

    `zone` is that of times without one; None: as the files tell, else the reader's.  `progress` is told
    what is being read.  Raises NothingToRead when no source holds anything that can be read.
    """
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="ha-report-") as scratch:
        opened = list(_open_all(sources, Path(scratch), problems, progress))
        alone = len(opened) == 1 and opened[0].root.is_dir()
        readings = read([(one.root, "" if alone else _label(one)) for one in opened], zone, local_zone())
        for one in opened:
            readings.inputs += one.refused
            problems += one.problems
        problems += _unread(readings.inputs, given={one.given for one in opened})
        if not any(_was_read(entry) for entry in readings.inputs):
            raise NothingToRead(_nothing(sources, problems))
        yield build(list(sources), readings), problems


def _label(one: _Opened) -> str:
    """Return what stands before the names of a source's files where there are several sources."""
    return one.given if not one.root.is_dir() else Path(one.given).resolve().name


def _open_all(
    sources: Sequence[str], scratch: Path, problems: list[str], progress: Callable[[str], None]
) -> Iterator[_Opened]:
    for number, given in enumerate(sources):
        path = Path(given)
        try:
            if path.is_dir():
                yield _Opened(given, path)
            elif _is_archive(path):
                progress(f"Unpacking {given}")
                yield _unpacked(given, unpack(path, scratch / str(number)))
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
    return _Opened(given, archive.root, refused, problems)


def _words(problem: OSError) -> str:
    if isinstance(problem, FileNotFoundError):
        return "no such file or folder; give the path of a bundle, a node's folder or a log"
    return (problem.strerror or str(problem)).lower()


def _unread(inputs: list[InputFile], given: set[str]) -> Iterator[str]:
    """Yield a line for each file that should have been read: damaged ones, and those that were named one by one."""
    for entry in inputs:
        if entry.skipped is not None and (entry.path in given or _is_damage(entry.skipped)):
            yield f"{entry.path}: {entry.skipped}"


def _is_damage(reason: str) -> bool:
    return reason.startswith(("not read to its end", "damaged", "permission denied"))


def _was_read(entry: InputFile) -> bool:
    return entry.bytes > 0 and (entry.format is not None or entry.events > 0)


def _nothing(sources: Sequence[str], problems: list[str]) -> str:
    said = "\n".join(problems) or f"{', '.join(sources)}: nothing in it that ha-report can read"
    return f"{said}\nGive a bundle of hb_report or crm report, a node's folder, a log, or an output of crm_mon."
