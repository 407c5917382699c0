"""Reads captures and the small cases of this folder the way a user does, without the labels that lie beside them."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from ha_report.diagnosis import findings_of
from ha_report.reading import read_incident

DATA = Path(__file__).resolve().parent.parent / "data" / "rules"
LABELS = shutil.ignore_patterns("truth.json", "meta.json", "source.txt", "README.md")


@contextmanager
def copied(case):
    """Give a copy of a case that may be changed."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "case"
        if case.is_dir():
            shutil.copytree(case, folder, ignore=LABELS)
        else:
            folder.mkdir()
            shutil.copy(case, folder)
        for path in folder.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder


@contextmanager
def incident_of(folder):
    with read_incident([str(folder)], None, lambda _line: None) as (incident, _problems):
        yield incident


def diagnosed(folder):
    """Return the findings on a folder, while it can be read."""
    with incident_of(folder) as incident:
        return findings_of(incident)


def diagnosed_copy(case):
    with copied(case) as folder:
        return diagnosed(folder)


def errors(findings):
    return [finding for finding in findings if finding.severity == "error"]
