import pytest

from ha_report.model import Source
from reports.timeline import (
    KEY_MOST,
    KEY_OF_A_SORT,
    SHOWN_MOST,
    excerpt_of,
    rows_of,
    severity_of,
    weight_of,
)
from tests.reports.incidents import (
    BEGIN,
    BEGIN_US,
    FAILED_START,
    START,
    crowded,
    event,
    frame,
    nic_none,
    repeating,
    result,
)


def row(told):
    [made] = rows_of(frame([told]))
    return made


def excerpt(*events):
    return excerpt_of(rows_of(frame(events), [FAILED_START]))


def test_an_event_keeps_its_own_words_and_its_place():
    made = row(START)
    assert made.text == START.text
    assert made.source == Source("node02/pacemaker.log", 365)
    assert made.time == BEGIN.replace(second=35, microsecond=575_000)


def test_what_a_line_does_not_tell_is_none():
    made = row(event(1, "Quorum acquired", node=None, writer=None)._replace(time_us=None))
    assert (made.time, made.node, made.resource, made.operation) == (None, None, None, None)


def test_a_message_that_names_no_node_is_about_its_writer():
    assert row(event(1, "Quorum acquired", node=None)).node == "node01"


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        (START, "error"),
        (START._replace(line=366), "notice"),
        (START._replace(kind="fail-count"), "notice"),
        (START._replace(operation="stop", rc=8), "error"),  # a stop that left it promoted, which a monitor may find
    ],
)
def test_a_result_is_an_error_where_the_incident_has_its_line_among_those_of_a_failure(told, severity):
    [made] = rows_of(frame([told]), [FAILED_START])
    assert made.severity == severity


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        (START, "notice"),
        (result(1, "node02", "monitor", 7, 1), "notice"),
        (event(1, "x", level="error"), "error"),
        (event(1, "x", level="crit"), "error"),
        (event(1, "x", level="warning"), "warning"),
        (event(1, "x", kind="node-left-unclean"), "warning"),
        (event(1, "x", kind="fencing-result"), "warning"),
        (event(1, "x", level=None), "notice"),
    ],
)
def test_without_a_failure_severity_comes_from_level_and_kind(told, severity):
    assert row(told).severity == severity


def test_a_line_in_two_logs_is_one_moment_told_by_the_more_precise():
    coarse = START._replace(time_us=BEGIN_US + 35_000_000, file="node02/ha-log", text=START.text.split(" | ")[0])
    [moment] = excerpt(coarse, START).shown
    assert moment.row.text == START.text
    assert moment.row.time.microsecond == 575_000
    assert moment.sources == (Source("node02/pacemaker.log", 365), Source("node02/ha-log", 365))


def test_lines_without_a_time_are_never_the_same():
    timeless = START._replace(time_us=None)
    assert excerpt(timeless, timeless._replace(line=9)).distinct == 2


def test_a_line_without_a_time_stands_last():
    [first, last] = excerpt(START._replace(time_us=None), event(59, "later")).shown
    assert (first.row.text, last.row.time) == ("later", None)


def test_a_failure_among_thousands_of_routine_lines_is_shown():
    told = excerpt_of(rows_of(crowded().events, crowded().failed_operations))
    assert len(told.shown) == SHOWN_MOST
    assert told.distinct == 5_000
    assert [moment.row.resource for moment in told.shown if moment.row.severity == "error"] == ["r_ip"]
    assert "r_ip" in [moment.row.resource for moment in told.key]


def test_what_is_shown_stands_in_order_of_time():
    times = [moment.row.time for moment in excerpt_of(rows_of(crowded().events, crowded().failed_operations)).shown]
    assert times == sorted(times)


def test_a_failure_that_repeats_is_told_a_few_times_and_listed_every_time():
    told = excerpt_of(rows_of(repeating().events, repeating().failed_operations))
    assert (len(told.key), len(told.shown)) == (KEY_OF_A_SORT, 334)


def test_routine_is_not_among_what_matters():
    told = excerpt_of(rows_of(nic_none().events, nic_none().failed_operations))
    kinds = {moment.row.kind for moment in told.key}
    assert "operation-result" in kinds
    assert kinds.isdisjoint({"controller-state", "operation-requested", "transition-ended"})


def test_what_led_to_a_failure_outweighs_errors_far_from_it():
    noise = [event(3_600 + second, f"error {second}", level="error", kind=f"agent-{second}") for second in range(200)]
    before = event(34, "Quorum lost", kind="quorum", level="warning")
    told = excerpt_of(rows_of(frame([before, START, *noise]), [FAILED_START]), [BEGIN.replace(second=35)])
    assert [moment.row.text for moment in told.key][:2] == ["Quorum lost", START.text]
    assert len(told.key) == KEY_MOST


def test_a_line_without_a_time_is_not_among_what_matters():
    assert excerpt(START._replace(time_us=None)).key == ()


def test_no_events_make_no_excerpt():
    told = excerpt()
    assert (told.key, told.shown, told.distinct) == ((), (), 0)


def test_what_is_said_at_every_start_is_routine_whatever_its_level():
    """Heartbeat calls it an error each time that it may not lock its memory."""
    assert severity_of("setup-limit", "error", failed=False) == "notice"
    assert weight_of("setup-limit", "error", "notice", probe=False) == 0
