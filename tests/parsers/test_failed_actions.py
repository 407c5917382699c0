"""Each shape in which any Pacemaker lists a failed action; most lines are from real clusters."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.failed_actions import ENTRY_START, read_failure
from parsers.operation_results import is_failure, rc_of, split_key

OLD = "    drbd_nfs:1_demote_0 (node=ha-node01, call=68, rc=5, status=complete): not installed"
OLD_TIMED = "    pgsql_start_0 (node=52-fe19, call=95, rc=1, status=complete, last-rc-change=Mon Jul  8 11:36:13 2013 , queued=399ms, exec=0ms ): unknown error"
DETAILED = "* db1-fence_start_0 on quorum1 'unknown error' (1): call=25, status=Error, exitreason='', last-rc-change='Wed Aug 29 18:17:48 2018', queued=0ms, exec=2117ms"
QUOTED = "  * IP_monitor_0 on node3 'not installed' (5): call=5, status='complete', exitreason='Setup problem: couldn't find command: ip', last-rc-change='2020-09-02 22:02:53Z', queued=0ms, exec=132ms"
FRIENDLY = "  * vip_HN1_00 10s-interval monitor on vm-mce-hana01 returned 'error' ([findif] failed) at Sat Jan  3 14:04:58 2026 after 37ms"
NOT_RUN = "  * r_delay start on node02 could not be executed (Timed out: Resource agent did not complete within 5s) at Mon Nov 23 02:49:04 2026 after 4.908s"


def told(text, *names):
    failure = read_failure(text)
    assert failure is not None
    return tuple(getattr(failure, name) for name in names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OLD, ("drbd_nfs:1", "demote", 0, "ha-node01", 68, 5, "not installed", "complete", None)),
        (OLD_TIMED, ("pgsql", "start", 0, "52-fe19", 95, 1, "unknown error", "complete", None)),
        (DETAILED, ("db1-fence", "start", 0, "quorum1", 25, 1, "unknown error", "Error", None)),
        (
            QUOTED,
            (
                "IP",
                "monitor",
                0,
                "node3",
                5,
                5,
                "not installed",
                "complete",
                "Setup problem: couldn't find command: ip",
            ),
        ),
        (FRIENDLY, ("vip_HN1_00", "monitor", 10_000, "vm-mce-hana01", None, 1, "error", "complete", "[findif] failed")),
        (
            NOT_RUN,
            (
                "r_delay",
                "start",
                0,
                "node02",
                None,
                None,
                None,
                "Timed out",
                "Resource agent did not complete within 5s",
            ),
        ),
        (
            "p_mysql:1_start_0 (node=host-02, call=87, rc=-2, status=Timed Out): unknown exec error",
            ("p_mysql:1", "start", 0, "host-02", 87, -2, "unknown exec error", "Timed Out", None),
        ),
        (
            "st_node02_monitor_30000 (node=node01, call=7, rc=14, status=complete): status: unknown",
            ("st_node02", "monitor", 30_000, "node01", 7, 14, "status: unknown", "complete", None),
        ),
        (
            "res_IPaddr2_1_start_0 (node=minky0, call=93, rc=1, status=complete): unknown error",
            ("res_IPaddr2_1", "start", 0, "minky0", 93, 1, "unknown error", "complete", None),
        ),
        (
            "apache_start_0 (node=server1, call=12, rc=1): Error",  # heartbeat 2 has the status as text
            ("apache", "start", 0, "server1", 12, 1, None, "Error", None),
        ),
        (
            "    X_monitor_10000 on n1 'not running' (7): call=9, status=complete, exit-reason='none', last-rc-change='Mon Nov 23 03:05:15 2026', queued=0ms, exec=36ms",
            ("X", "monitor", 10_000, "n1", 9, 7, "not running", "complete", None),
        ),
        (
            "* S_00_monitor_59000 on hana01 'promoted (failed)' (9): call=41, status='complete', last-rc-change='Thu Jan  8 07:56:30 2026', queued=0ms, exec=0ms",
            ("S_00", "monitor", 59_000, "hana01", 41, 9, "promoted (failed)", "complete", None),
        ),
        (
            "  * r_vm migrate_to on node01 returned 'Error occurred' at Mon Nov 23 02:51:11 2026 after 1.204s",
            ("r_vm", "migrate_to", 0, "node01", None, 1, "Error occurred", "complete", None),
        ),
        (
            "r_vm_migrate_from_0 on node01 'error' (1): call=11, status='complete', exitreason='', last-rc-change='2026-11-23 02:51:11Z', queued=0ms, exec=1ms",
            ("r_vm", "migrate_from", 0, "node01", 11, 1, "error", "complete", None),
        ),
        (
            "A asyncmon on fc16-builder returned 'error'",
            ("A", "asyncmon", 0, "fc16-builder", None, 1, "error", "complete", None),
        ),
        (
            "dummy probe on n returned 'not installed' (lost (twice) at home) at Mon Nov 23 02:49:04 2026",
            ("dummy", "monitor", 0, "n", None, 5, "not installed", "complete", "lost (twice) at home"),
        ),
        (
            "rsc 1m40s-interval monitor on n could not be executed (Error) because 'it's gone' at Mon Nov 23 02:49:04 2026",  # 2.1.2
            ("rsc", "monitor", 100_000, "n", None, None, None, "Error", "it's gone"),
        ),
        (
            "rsc 500ms-interval monitor on n returned 'Failed in promoted role'",
            ("rsc", "monitor", 500, "n", None, 9, "Failed in promoted role", "complete", None),
        ),
    ],
)
def test_every_shape_tells_the_same_things(text, expected):
    names = ("resource", "operation", "interval_ms", "node", "call", "rc", "rc_text", "status", "exit_reason")
    assert told(text, *names) == expected
    assert ENTRY_START.match(text.lstrip(" *"))


def test_brackets_colons_and_field_names_inside_a_reason_stay_in_it():
    text = "* ip_monitor_0 on s02 'not configured' (6): call=5, status='complete', exitreason='Interface label [enp183s0f0:fl-mgm], status=bad, exec=3ms', last-rc-change='2022-12-28 02:21:25Z', queued=0ms, exec=44ms"
    reason = "Interface label [enp183s0f0:fl-mgm], status=bad, exec=3ms"
    assert told(text, "exit_reason", "status", "exec_ms") == (reason, "complete", 44)


def test_until_1_1_11_queued_and_exec_were_printed_in_each_others_place():
    assert told(OLD_TIMED, "exec_ms") == (399,)
    assert told(DETAILED, "exec_ms") == (2117,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OLD, None),
        (OLD_TIMED, "2013-07-08T11:36:13+00:00"),
        (QUOTED, "2020-09-02T22:02:53+00:00"),
        (FRIENDLY, "2026-01-03T14:04:58+00:00"),
        (DETAILED.replace("Wed Aug 29 18:17:48 2018", "2022-04-20 14:28:02 +01:00"), "2022-04-20T13:28:02+00:00"),
    ],
)
def test_the_time_is_the_one_of_the_failure(text, expected):
    time_us = read_failure(text).record(timezone.utc, None).time_us
    assert (time_us and datetime.fromtimestamp(time_us / 1e6, timezone.utc).isoformat()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  * reboot of node02 failed: delegate=node01, client=pacemaker-controld.95, origin=node01, last-failed='2026-11-23 02:53:35Z'",
        "  * reboot of node02 by node01 for pacemaker-controld.95@node01 last failed at 2026-11-23 02:50:50.815041Z",
        "crmd: info: process_lrm_event: LRM operation r_ip_start_0 (call=3, rc=1, cib-update=48, confirmed=true) unknown error",
        "notice: Result of start operation for r_ip on node01: error ([findif] failed)",
        "X_last_failure_0 on n1 'error' (1): call=9, status='complete'",
        "the start on node01 returned 'error' in the morning, but not later",
    ],
)
def test_other_text_is_no_failed_action(text):
    assert read_failure(text) is None


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("r_ip_monitor_10000", ("r_ip", "monitor", 10_000)),
        ("res_IPaddr2_1_start_0", ("res_IPaddr2_1", "start", 0)),
        ("r_vm_migrate_to_0", ("r_vm", "migrate_to", 0)),
        ("p:1_reload-agent_0", ("p:1", "reload-agent", 0)),
        ("my_migrate_start_0", ("my_migrate", "start", 0)),
        ("r_ip_last_failure_0", None),
        ("r_ip_last_0", None),
        ("r_ip", None),
        (None, None),
    ],
)
def test_an_operation_key_is_taken_apart_from_behind(key, parts):
    assert split_key(key) == parts


def test_each_eras_words_mean_the_same_code():
    assert [rc_of(text) for text in ("unknown error", "error", "Error occurred")] == [1, 1, 1]
    assert [rc_of(text) for text in ("master", "promoted", "Promoted")] == [8, 8, 8]
    assert rc_of("all is well") is None


@pytest.mark.parametrize(
    ("result", "failed"),
    [
        (("start", 0, 1, 0, 0), True),
        (("start", 0, 0, 0, 0), False),
        (("monitor", 0, 7, 0, 7), False),  # a probe that finds nothing
        (("monitor", 0, 0, 0, 7), False),  # a probe that finds it running
        (("monitor", 0, 8, 0, 7), False),  # or promoted
        (("monitor", 0, 5, 0, 7), True),  # a probe that cannot look
        (("monitor", 10_000, 7, 0, 0), True),
        (("monitor", 10_000, 8, 0, 8), False),
        (("monitor", 10_000, 0, 0, 8), True),  # was promoted, and is no more
        (("monitor", 10_000, 8, 0, None), False),
        (("monitor", 10_000, 190, 0, 0), False),  # degraded, but at work
        (("stop", 0, 8, 0, 0), True),
        (("monitor", 10_000, 0, 2, 0), True),  # timed out, whatever rc stands there
        (("start", 0, 14, -1, 0), False),  # pending in 1.0
        (("start", 0, 193, 0, 0), False),  # pending since 1.1.8
        (("monitor", 10_000, 1, 1, 0), False),  # cancelled
        (("start", 0, 0, 4, 0), False),  # "error" says only that somebody ought to look
        (("notify", 0, 1, 0, 0), False),  # changes nothing
        (("start", 0, None, 4, None), True),
    ],
)
def test_what_counts_as_a_failure(result, failed):
    assert is_failure(*result) is failed


@given(st.text(max_size=120))
def test_no_text_makes_it_raise(text):
    read_failure(text)


@given(st.sampled_from([OLD_TIMED, QUOTED, FRIENDLY, NOT_RUN]), st.integers(0, 200), st.text(max_size=10))
def test_no_damage_to_an_entry_makes_it_raise(entry, place, damage):
    failure = read_failure(entry[:place] + damage + entry[place + len(damage) :])
    assert failure is None or failure.record(timezone.utc, None).resource
