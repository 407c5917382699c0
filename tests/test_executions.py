"""Many tellings, one failure: how operation records become failed operations."""

from ha_report.executions import SECOND, Signs, failed_operations
from ha_report.model import COMPLETE, TIMED_OUT, OperationRecord, Source

BASE = {
    "node": "node02", "resource": "r_ip", "operation": "start", "interval_ms": 0, "call": 6, "rc": 1, "rc_text": "error",
    "status": COMPLETE, "exit_reason": None, "time_us": 1000 * SECOND, "exec_ms": None, "expected_rc": None,
    "teller": "controller", "source": Source("node02/pacemaker.log", 7), "moment": "end",
}  # fmt: skip
LATER = {"teller": "scheduler", "call": None, "moment": "told", "source": Source("node01/pacemaker.log", 9)}
SNAPSHOT = {"teller": "crm_mon", "moment": "start", "source": Source("node01/crm_mon.txt", 3)}
SYSLOG = {"call": None, "interval_ms": None, "source": Source("node02/syslog", 5)}


def operations(*changes):
    return failed_operations(
        [OperationRecord(**BASE | change) for change in changes], {"r_ip": "ocf:heartbeat:IPaddr2"}
    )


def test_a_failure_told_in_two_logs_a_snapshot_and_by_the_scheduler_is_one():
    [one] = operations(
        {},
        SYSLOG | {"time_us": 1001 * SECOND},
        LATER | {"time_us": 1090 * SECOND},
        SNAPSHOT | {"time_us": 999 * SECOND},
    )
    assert len(one.sources) == 4
    assert (one.call, one.agent) == (6, "ocf:heartbeat:IPaddr2")


def test_the_result_line_is_the_first_proof():
    [one] = operations(LATER | {"time_us": 1000 * SECOND}, {})
    assert one.sources[0] == Source("node02/pacemaker.log", 7)


def test_other_calls_are_other_failures():
    assert [one.call for one in operations({}, {"call": 9, "time_us": 1010 * SECOND})] == [6, 9]


def test_equal_calls_far_apart_in_time_are_two_failures():
    """Call numbers begin again when the cluster on a node starts."""
    assert len(operations({}, {"time_us": 90_000 * SECOND})) == 2


def test_what_the_scheduler_repeats_at_each_transition_is_no_new_failure():
    repeats = [LATER | {"time_us": time * SECOND} for time in (1000, 1060, 5000, 99_000)]
    assert len(operations({}, *repeats)) == 1


def test_the_schedulers_word_alone_is_enough():
    [one] = operations(LATER, LATER | {"time_us": 2000 * SECOND})
    assert one.time.timestamp() == 1000


def test_two_results_in_one_syslog_are_two_failures():
    assert len(operations(SYSLOG, SYSLOG | {"time_us": 1004 * SECOND})) == 2


def test_a_timeout_is_told_at_its_end_and_kept_by_its_start():
    timeout = {"status": TIMED_OUT, "rc": None, "exec_ms": 60_000}
    [one] = operations(timeout, SNAPSHOT | {"status": TIMED_OUT, "time_us": 940 * SECOND})
    assert (one.status, one.rc) == (TIMED_OUT, 1)


def test_a_snapshot_that_calls_a_timeout_complete_is_overruled():
    """crm_mon --as-xml of 1.1.12 does."""
    [one] = operations({"status": TIMED_OUT, "rc": None}, SNAPSHOT)
    assert one.status == TIMED_OUT


def test_a_log_in_a_zone_that_is_not_known_is_still_the_same_failure():
    nine_hours = 9 * 3600 * SECOND
    assert len(operations({}, SNAPSHOT | {"teller": "cib", "time_us": 1000 * SECOND + nine_hours})) == 1


def test_clone_instances_stay_apart_and_a_name_without_number_fits_any():
    assert len(operations({"resource": "p:0"}, {"resource": "p:1"})) == 2
    assert len(operations({"resource": "p"}, LATER | {"resource": "p:1"})) == 1


def test_a_teller_that_names_no_node_speaks_of_the_node_that_others_name():
    [one] = operations({"node": None, "teller": "executor"}, {})
    assert one.node == "node02"


def test_what_an_agent_prints_is_the_exit_reason_and_its_last_word_counts():
    said = {"teller": "agent", "rc": None, "status": None}
    [one] = operations({}, said | {"exit_reason": "first"}, said | {"exit_reason": "last", "time_us": 1001 * SECOND})
    assert one.exit_reason == "last"


def test_what_an_agent_prints_is_no_failure():
    assert operations({"teller": "agent", "rc": None, "exit_reason": "nothing of note"}) == []


def test_those_without_a_time_come_last():
    assert [one.call for one in operations({"time_us": None, "call": 1}, {"call": 2})] == [2, 1]


RECOVERED = LATER | {"operation": "monitor", "interval_ms": None, "rc": 7, "rc_text": "not running"}


def signs(started_at):
    found = Signs()
    found.starts["node02", "r_ip"] = [started_at * SECOND]
    found.recoveries["node02", "r_ip"] = [1000 * SECOND, 1020 * SECOND]
    return found


def monitor_failures(found):
    records = [OperationRecord(**BASE | RECOVERED | {"time_us": time * SECOND}) for time in (1000, 1000, 1020, 1020)]
    return failed_operations(records, {}, found)


def test_a_resource_started_and_to_be_recovered_once_more_has_failed_again():
    """From 1.1.16 to 2.0.1 syslog has no result line of a failed monitor, only what the scheduler repeats."""
    assert len(monitor_failures(signs(started_at=1001))) == 2


def test_without_a_start_in_between_the_scheduler_only_repeats_itself():
    assert len(monitor_failures(signs(started_at=900))) == 1
