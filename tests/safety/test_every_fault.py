"""Whichever call fails that writes, or reads a source: it is said in a line, nothing is half, nothing is lost, and the next run works.

A sample; python tests/safety/faults.py makes every call fail and says how many there were.
"""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import faults


def test_calls_that_fail_break_nothing(tmp_path):
    if faults.library(tmp_path) is None:
        pytest.skip("making calls fail needs a C compiler: cc, gcc or clang")
    command = [sys.executable, faults.__file__, "--sample"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{2 * len(faults.COMMANDS) + len(faults.READS)} runs, 0 finds" in done.stdout
