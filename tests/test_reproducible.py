"""Wheel and sdist are the same bytes whoever builds them, and the locked versions are proved by hashes."""

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-dev.txt"


def built(out, kind, umask):
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", out, ROOT]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1795392000", "TZ": f"UTC{umask % 7}"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, umask=umask)
    assert done.returncode == 0, done.stdout + done.stderr
    [path] = out.iterdir()
    return path


def digest(path):
    return path.name, hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_two_builds_give_the_same_bytes(tmp_path, kind):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert digest(built(tmp_path / "a", kind, 0o022)) == digest(built(tmp_path / "b", kind, 0o077))


def test_whoever_has_the_source_alone_has_what_tells_how_safe_it_is(tmp_path):
    with tarfile.open(built(tmp_path, "sdist", 0o022)) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"SECURITY.md", "requirements-dev.txt", "LICENSE", "Makefile", "pyproject.toml"} <= names
    assert "tests/test_reproducible.py" in names


def locked():
    """Return the locked packages: name -> hashes."""
    found = {}
    for entry in LOCK.read_text().replace("\\\n", " ").splitlines():
        if entry and not entry.startswith("#"):
            found.setdefault(re.split(r"[=\[ ;]", entry)[0].lower().replace("_", "-").replace(".", "-"), []).append(
                re.findall(r"--hash=sha256:[0-9a-f]{64}", entry)
            )
    return found


def test_every_locked_package_has_its_version_and_hashes():
    for name, entries in locked().items():
        assert all(entries), name
    assert "://" not in LOCK.read_text()


def test_everything_that_is_needed_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[<>=\[ ;]", one)[0].lower().replace("_", "-").replace(".", "-") for one in needed}
    assert names - {"ha-report"} <= locked().keys(), "write it anew: make lock"
