"""Mangled files of all kinds crash nothing; HA_REPORT_FUZZ=N tries N of them for each reader, and fuzz.py a million."""

import os
import sys
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import fuzz
import fuzz_targets
import mangling

EXAMPLES = int(os.environ.get("HA_REPORT_FUZZ", "60"))
FILES = mangling.seeds()


@pytest.mark.parametrize("target", fuzz_targets.TARGETS, ids=lambda target: target.__name__)
def test_a_mangled_file_crashes_nothing(target):
    few = max(5, EXAMPLES * fuzz_targets.TARGETS[target] // 100)

    @hypothesis.settings(max_examples=few, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(st.sampled_from(FILES), st.integers(0, 2**32))
    def holds(data, seed):
        fuzz.once(target, mangling.mangled(mangling.chance_of(0, seed), data, FILES))

    holds()


def test_a_run_goes_on_where_it_ended(tmp_path):
    path, whole = tmp_path / "state.json", fuzz.State(seed=5)
    fuzz.run(whole, 60, None, float("inf"))
    fuzz.run(fuzz.State(seed=5), 25, path, float("inf"))
    fuzz.run(fuzz.State.of(path, 5), 60, path, float("inf"))
    told = fuzz.State.of(path, 5)
    assert (told.inputs, told.by_kind) == (60, whole.by_kind)
    assert told.finds == []
