"""`ha_report.load`, for Python and notebooks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import ha_report
from ha_report.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "ha_report/demo/nic"


@pytest.fixture(scope="module")
def loaded():
    return ha_report.load(DEMO)


def test_tables_are_frames_with_times_in_utc(loaded):
    for name in ("events", "failed_operations", "findings"):
        frame = getattr(loaded, name)
        assert len(frame)
        assert str(frame["time"].dtype) == "datetime64[us, UTC]"
    assert str(loaded.placement["from"].dtype) == str(loaded.downtime["to"].dtype) == "datetime64[us, UTC]"


def test_a_failed_operation_has_its_lines(loaded):
    [failed] = loaded.failed_operations.to_dict("records")
    assert (failed["resource"], failed["operation"], failed["rc"]) == ("r_ip", "start", 1)
    assert all((DEMO / source.file).is_file() for source in failed["sources"])


def test_the_root_cause_comes_first(loaded):
    assert loaded.findings["rule"].iloc[0] == "ipaddr2-no-route"
    assert loaded.findings["evidence"].iloc[0][0].text, "its lines were read before the files were closed"


def test_whole_numbers_stay_whole_where_one_is_missing(loaded):
    assert str(loaded.failed_operations["interval_ms"].dtype) == "Int64"


def test_placement_tells_who_ran_what(loaded):
    [stay] = loaded.placement.to_dict("records")
    assert (stay["resource"], stay["node"], stay["role"]) == ("r_ip", "node01", "Started")


def test_an_incident_without_failures_has_the_same_columns(loaded):
    quiet = ha_report.load(ROOT / "tests/data/rules/quiet/healthy")
    for name in ("failed_operations", "findings", "placement", "downtime", "inputs"):
        assert list(getattr(quiet, name).columns) == list(getattr(loaded, name).columns)


def test_a_time_is_kept_to(loaded):
    late = ha_report.load(DEMO, begin="2026-11-23T02:01:35Z")
    assert late.events["time"].min() >= loaded.failed_operations["time"].iloc[0].floor("s")
    assert 0 < late.events["time"].notna().sum() < loaded.events["time"].notna().sum()


WRONG = {
    "nothing": ((), {}),
    "what is not there": (("no-such-bundle",), {}),
    "a zone that is none": ((DEMO,), {"timezone": "Mars/Olympus"}),
    "a time that is none": ((DEMO,), {"begin": "some day"}),
}


@pytest.mark.parametrize(("sources", "options"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_a_user_error(sources, options):
    with pytest.raises(UserError):
        ha_report.load(*sources, **options)


def test_a_notebook_shows_it_without_running_what_a_log_says(loaded):
    shown = loaded._repr_html_()
    assert shown.startswith("<p><b>halab</b>: 551 events, 1 failed operations</p>")
    assert "<script" not in shown


def test_a_name_that_is_none_is_refused_as_by_any_module():
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        ha_report.lod  # noqa: B018 - asking for it is the point


EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/python.md").read_text(), re.DOTALL)


def test_the_examples_of_the_documentation_run():
    """One after the other, as in one notebook."""
    assert len(EXAMPLES) >= 3
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(EXAMPLES)], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert "ipaddr2-no-route" in done.stdout
