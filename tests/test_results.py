import pytest

from ha_report.model import CANCELLED, COMPLETE, TIMED_OUT
from ha_report.results import failed, status_of


@pytest.mark.parametrize(
    ("operation", "interval_ms", "rc", "status", "expected_rc", "verdict"),
    [
        ("start", 0, 0, COMPLETE, None, False),
        ("start", 0, 1, COMPLETE, None, True),
        ("start", 0, 7, COMPLETE, None, True),
        ("stop", 0, 8, COMPLETE, None, True),
        ("monitor", 0, 7, COMPLETE, 7, False),
        ("monitor", 0, 0, COMPLETE, 7, False),
        ("monitor", 0, 8, COMPLETE, 7, False),
        ("monitor", 0, 5, COMPLETE, 7, True),
        ("monitor", 10_000, 7, COMPLETE, None, True),
        ("monitor", None, 7, COMPLETE, None, True),
        ("monitor", 10_000, 8, COMPLETE, None, False),
        ("monitor", 10_000, 8, COMPLETE, 8, False),
        ("monitor", 10_000, 0, COMPLETE, 8, True),
        ("monitor", 10_000, 190, COMPLETE, None, False),
        ("monitor", 10_000, None, CANCELLED, None, False),
        ("start", 0, None, TIMED_OUT, None, True),
        ("notify", 0, 1, COMPLETE, None, False),
    ],
)
def test_what_counts_as_a_failure(operation, interval_ms, rc, status, expected_rc, verdict):
    assert failed(operation, interval_ms, rc, status, expected_rc) is verdict


def test_statuses_of_all_versions_have_one_spelling():
    assert [status_of(text) for text in ("Done", "complete", "Timed out", "Not installed", None)] == [
        "complete", "complete", "Timed Out", "Not installed", None,
    ]  # fmt: skip
