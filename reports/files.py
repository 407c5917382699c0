"""Writes a report to a folder: all four files, or none.

They are made in a private folder beside the destination, and come to their place by a
rename at the end, so that neither an error nor an impatient Ctrl-C leaves half a report.
Logs may hold secrets: only the user may read what is written.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ha_report.destination import refuse_links
from ha_report.errors import DestinationInTheWay, UserError
from ha_report.forked import alongside

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ha_report.incident import Incident
    from ha_report.model import Finding
    from reports.shape import Report

_MANY = 2000  # events, from which on a second process writes what is not the page
NAMES = ("index.html", "report.json", "report.md", "events.csv")


def write(
    incident: Incident, findings: Sequence[Finding], dest: Path, *, version: str, force: bool, language: str = "en"
) -> Path:
    """Return the page, once the whole report is in `dest`, a folder that is new, empty, or made by ha-report.

    Raises DestinationInTheWay before anything is made, and UserError when the system says no.
    """
    from reports.page import build  # noqa: PLC0415 - what is in the way is told before anything is read or loaded

    refuse_what_is_in_the_way(dest, force=force)
    report = build(incident, findings, version=version)
    made = missing_parents(dest)
    try:
        place(report, incident.events, dest, language)
    except BaseException as error:
        remove_empty(made)
        if isinstance(error, OSError):
            raise cannot_write(dest, error) from error
        raise
    return dest / "index.html"


def write_files(report: Report, events: pd.DataFrame, folder: Path, language: str = "en") -> None:
    """Write the four files into `folder`, where none of them is yet; those for programs are English in any case."""
    from reports import csv_report, html, json_report, markdown  # noqa: PLC0415 - as above

    as_markdown = markdown.render(report, language)

    def write_the_others() -> None:
        _write(folder / "report.md", as_markdown)
        _write(folder / "report.json", json_report.render(report))
        _write(folder / "events.csv", csv_report.render(events))

    with alongside(write_the_others, worth=len(events) >= _MANY):
        _write(folder / "index.html", html.render(report, language, as_markdown))


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def refuse_what_is_in_the_way(dest: Path, *, force: bool) -> None:
    """Raise DestinationInTheWay unless `dest` may be written to."""
    refuse_links(dest)
    if dest.exists() and not dest.is_dir():
        raise DestinationInTheWay(f"{dest} is a file.\nA report is a folder: choose another name with -o.")
    found = listed(dest)
    if found and not is_report(dest):
        raise DestinationInTheWay(
            f"{dest} holds other things than a report ({found[0]}), so nothing in it is replaced, not even by "
            "-Z/--force.\nChoose another folder with -o."
        )
    if found and not force:
        raise DestinationInTheWay(
            f"{dest} holds a report already.\nChoose another folder with -o, or replace that report with -Z/--force."
        )


def listed(dest: Path) -> list[str]:
    """Return the names in `dest`, none if it is not there."""
    try:
        return sorted(entry.name for entry in dest.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise cannot_write(dest, error) from error


def is_report(dest: Path) -> bool:
    """Return whether ha-report made what `dest` holds: its report.json says so, and no file of ours is a folder."""
    if any((dest / name).is_symlink() or (dest / name).is_dir() for name in NAMES):
        return False
    marker = dest / "report.json"
    if not marker.is_file():
        return False
    from reports.json_report import SCHEMA  # noqa: PLC0415 - as above

    ours = rb'\s*\{\s*"schema"\s*:\s*"' + SCHEMA.encode() + rb'"'
    with marker.open("rb") as file:
        return re.match(ours, file.read(200)) is not None


def place(report: Report, events: pd.DataFrame, dest: Path, language: str) -> None:
    """Make the files in a private folder, then bring them to `dest`."""
    dest.parent.mkdir(parents=True, exist_ok=True)
    # A folder that is there stays the same folder: a shell may stand in it, and its parent may not be ours.
    # Where a link stands since it was looked at, the rename fails.
    there = dest.is_dir() and not dest.is_symlink()
    staging = Path(tempfile.mkdtemp(prefix=".ha-report-", dir=dest if there else dest.parent))
    try:
        write_files(report, events, staging, language)
        if there:
            exchange(staging, dest)
        else:
            staging.rename(dest)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def exchange(staging: Path, dest: Path) -> None:
    """Put the new files in the place of the old ones in `dest`; on any failure put those back.

    At no moment one is missing, so that also where nothing can be put back each of them is whole.
    """
    old = staging / "old"
    old.mkdir()
    for name in NAMES:
        if (dest / name).exists():
            _keep(dest / name, old / name)
    done: list[str] = []
    try:
        for name in NAMES:
            (staging / name).rename(dest / name)
            done.append(name)
    except BaseException:
        for name in done:
            if (old / name).exists():
                (old / name).rename(dest / name)
            else:
                (dest / name).unlink()
        raise


def _keep(path: Path, kept: Path) -> None:
    """Keep what a file holds, whatever comes into its place."""
    try:
        kept.hardlink_to(path)
    except OSError:  # not every disk has links
        shutil.copy2(path, kept)


def missing_parents(dest: Path) -> list[Path]:
    """Return the folders above `dest` that are not there yet, the innermost first."""
    return [parent for parent in dest.absolute().parents if not parent.exists()]


def remove_empty(folders: list[Path]) -> None:
    """Remove the folders that were made for nothing."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return  # not made yet, or somebody put something in


def cannot_write(dest: Path, error: OSError) -> UserError:
    """Return the error for what the system refused."""
    reason = error.strerror or str(error)
    at = f" ({error.filename})" if error.filename and Path(str(error.filename)) != dest else ""
    return UserError(f"{dest} could not be written: {reason}{at}.\nChoose another folder with -o.")
