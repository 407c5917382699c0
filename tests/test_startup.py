"""The program answers at once: what is heavy is loaded by the commands that need it."""

import subprocess
import sys
import time

import pytest

from ha_report import __version__

HEAVY = {"pandas", "numpy", "jinja2", "dateutil", "ahocorasick_rs"}
HEAVY |= {"pyarrow", "duckdb", "dask", "distributed", "fsspec"}  # of the extra for fleets


def ha_report(*arguments, options=()):
    return subprocess.run(
        [sys.executable, *options, "-m", "ha_report", *arguments], check=True, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["analyze", "--help"], ["fleet", "index", "--help"]], ids=" ".join
)
def test_help_loads_nothing_heavy(arguments):
    traced = ha_report(*arguments, options=("-X", "importtime")).stderr.splitlines()
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in traced}
    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_help_takes_less_than_a_quarter_of_a_second():
    """The best of five: a busy machine is not the program's fault."""
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        ha_report("--help")
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.25


def test_the_version_is_told():
    assert __version__ in ha_report("--version").stdout
