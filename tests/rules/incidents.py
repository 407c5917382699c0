"""Reads captures and the small cases of this folder the way a user does, without the labels that lie beside them."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from ha_report.diagnosis import findings_of
from ha_report.reading import read_incident

DATA = Path(__file__).resolve().parent.parent / "data" / "rules"
SYMPTOMS = DATA.with_name("symptoms")
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


def without_one_line(case, whole):
    """Yield each line that the first finding of `whole` quotes, and the errors that are sure without it."""
    for line in [line for finding in whole[:1] for line in finding.evidence]:
        with copied(case) as folder:
            path = folder / line.file
            lines = path.read_bytes().split(b"\n")
            assert line.text.encode()[:60] in lines[line.line - 1]
            del lines[line.line - 1]
            path.write_bytes(b"\n".join(lines))
            yield line, [one for one in errors(diagnosed(folder)) if one.confidence == "certain"]
