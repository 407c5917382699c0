"""Shell files are clean under shellcheck."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHEBANGS = (b"#!/bin/sh", b"#!/bin/bash", b"#!/usr/bin/env bash")
LISTED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, check=False, capture_output=True
)


def files_of_the_project():
    """Yield what git knows of, or where there is no git, all that is not hidden."""
    names = LISTED.stdout.decode().split("\0")[:-1]
    paths = [ROOT / name for name in names] if names else ROOT.rglob("[!.]*")
    return sorted(path for path in paths if path.is_file())


def is_shell(path):
    with path.open("rb") as file:
        return file.readline().startswith(SHEBANGS)


SHELL_FILES = [path for path in files_of_the_project() if is_shell(path)]


def test_the_shell_files_are_found():
    assert {ROOT / "tests/lab/halab", ROOT / "tests/lab/agents/Stateful"} <= set(SHELL_FILES)


@pytest.mark.shellcheck
@pytest.mark.parametrize("path", SHELL_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_shellcheck_finds_nothing(path):
    done = subprocess.run(["shellcheck", "--external-sources", path], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
