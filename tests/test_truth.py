"""Real files of strangers' clusters and of the lab, held against what is known to be true of them.

`score.py` beside the cases compares.  For the corpus and the seed it runs as a user would run it; for the
hundreds of captures of the lab its comparison is called in this process.
"""

import dataclasses
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ha_report.reading import read_incident

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
COMMAND = f"{sys.executable} -m ha_report analyze --quiet"


@pytest.fixture(scope="module")
def score():
    """The functions of score.py."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def found_in(folder):
    with read_incident([str(folder)], None, print) as (incident, _):
        return [dataclasses.asdict(one) for one in incident.failed_operations]


def compared(score, case, scratch, only):
    """Return what is missing, false and different in one case; None where it has no such files."""
    folder = scratch / case.name
    folder.mkdir()
    if not score.copy_data(case, folder, only):
        return None
    found, missing, unlike = found_in(folder), [], []
    for true in json.loads((case / "truth.json").read_text())["failed_operations"]:
        candidates = [one for one in found if score.matches(true, one)]
        if candidates:
            best = min(candidates, key=lambda one: len(list(score.differences(true, one))))
            found.remove(best)
            unlike += score.differences(true, best)
        else:
            missing.append(score.name(true))
    return missing, [score.name(one) for one in found], unlike


def cases(folder):
    return sorted((path.parent for path in (SHARED / folder).rglob("truth.json")), key=str)


ERAS = [f"lab/captures-eras/{era}" for era in ("1.0.12-heartbeat", "1.1.12", "1.1.24", "2.0.5", "3.0.2")]
# The detail log: that of 1.0 is ha-log; from 1.1 on it is pacemaker.log, or corosync.log where 1.1 writes there.
DETAIL = {"lab/captures": "*/pacemaker.log", ERAS[0]: "*/ha-log", ERAS[1]: "*/*.log", ERAS[2]: "*/*.log"}


@pytest.mark.lab
@pytest.mark.parametrize("detail_log_alone", [False, True], ids=["all files", "detail log"])
@pytest.mark.parametrize("folder", ["lab/captures", *ERAS])
def test_every_failure_of_the_lab_is_found_and_none_invented(score, tmp_path, folder, detail_log_alone):
    only = DETAIL.get(folder, "*/pacemaker.log") if detail_log_alone else None
    results = {case.name: compared(score, case, tmp_path, only) for case in cases(folder)}
    assert len(results) > 10
    assert {name: result for name, result in results.items() if any(result)} == {}


@pytest.mark.lab
@pytest.mark.parametrize("only", ["*/syslog", "*/messages", "*/crm_mon*", "*/cib.xml"])
@pytest.mark.parametrize("folder", ["lab/captures", *ERAS])
def test_no_part_of_a_bundle_makes_a_false_alarm(score, tmp_path, folder, only):
    results = {case.name: compared(score, case, tmp_path, only) for case in cases(folder)}
    assert {name: result[1] for name, result in results.items() if result and result[1]} == {}


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["corpus/dev", "seed"])
def test_no_failure_of_a_strangers_cluster_is_missed_or_invented(folder):
    done = subprocess.run(
        [sys.executable, SHARED / "score.py", SHARED / folder, "--command", COMMAND, "-v"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
