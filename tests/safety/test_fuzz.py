"""Mangled files of all kinds crash nothing; HA_REPORT_FUZZ=N tries N of them for each reader, and fuzz.py millions."""

import os
import random
import sys
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import fuzz

EXAMPLES = int(os.environ.get("HA_REPORT_FUZZ", "100"))
FILES = fuzz.seeds()


@pytest.mark.parametrize("target", fuzz.TARGETS, ids=lambda target: target.__name__)
def test_a_mangled_file_crashes_nothing(target):
    few = max(5, EXAMPLES * fuzz.TARGETS[target] // 45)

    @hypothesis.settings(max_examples=few, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(st.sampled_from(FILES), st.integers(0, 2**32))
    def holds(data, seed):
        chance = random.Random(seed)  # noqa: S311 - hypothesis chooses it
        fuzz.once(target, fuzz.mangled(chance, fuzz.manifest() if target is fuzz.read_as_manifest else data, FILES))

    holds()
