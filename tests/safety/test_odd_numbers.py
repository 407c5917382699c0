"""Numbers that no program writes are passed over: they end no reading, and become no time."""

from datetime import timezone

import pytest

from ha_report.diagnosis import findings_of
from ha_report.reading import read_incident
from reports import html, page

RESULT = (
    "Nov 23 02:01:35 node01 crmd[94]: notice: process_lrm_event: Operation r_ip_start_0: unknown error (node=node01, call={call}, "
    "rc={rc}, cib-update=13, confirmed=true)"
)
LISTED = "Failed Actions:\n* r_ip_start_0 on node01 'unknown error' (1): call=12, status=complete, exitreason='',\n    last-rc-change='{when}', queued=0ms, exec={exec}"
EXECUTED = "Nov 23 02:01:35 node01 pacemaker-execd [91] (log_finished) \tinfo: r_ip start (call {call}, PID 12) exited with status {rc} (execution time {exec})"
MANY = "9" * 5000


@pytest.mark.parametrize("exec_", ["2.1.498", "7.0.0.1s", ".", "1e9", MANY, f"{MANY}ms", ""])
@pytest.mark.parametrize(
    "when",
    [
        "Mon Nov 23 02:01:35 2026",
        f"Mon Nov 23 {MANY}:01:35 2026",
        "Fri Dec 31 23:59:59 9999",
        "Sat Jan  1 00:00:00 0000",
    ],
)
def test_odd_times_and_durations_are_passed_over(tmp_path, exec_, when):
    lines = [
        RESULT.format(call=12, rc=1),
        EXECUTED.format(call=12, rc=1, exec=exec_),
        LISTED.format(when=when, exec=exec_),
    ]
    assert set(failures(tmp_path, lines)) == {("r_ip", "start")}


@pytest.mark.parametrize("digits", [10, 20, 400, 5000])
def test_a_number_of_many_digits_ends_no_reading(tmp_path, digits):
    odd = "9" * digits
    good = RESULT.format(call=12, rc=1).replace("r_ip", "r_good")
    lines = [
        good,
        RESULT.format(call=odd, rc=1),
        RESULT.format(call=13, rc=odd),
        EXECUTED.format(call=odd, rc=odd, exec=odd),
    ]
    assert ("r_good", "start") in failures(tmp_path, lines)


def failures(folder, lines):
    (folder / "ha-log").write_text("\n".join(lines) + "\n")
    with read_incident([str(folder / "ha-log")], timezone.utc, lambda _: None) as (incident, _):
        return [(one.resource, one.operation) for one in incident.failed_operations]


@pytest.mark.parametrize(
    "when", ["9999-12-31T23:59:60Z", "0001-01-01T00:00:00+14:00", "9999/12/31_23:59:60", "2026-11-23T02:01:35+75:15"]
)
def test_a_time_that_no_clock_shows_ends_no_reading(tmp_path, when):
    good = RESULT.format(call=12, rc=1)
    odd = good.replace("Nov 23 02:01:35", when).replace("r_ip", "r_odd")
    assert ("r_ip", "start") in failures(tmp_path, [good, odd, odd])


@pytest.mark.parametrize(
    "line",
    [
        "Nov 23 02:01:35 node01 pacemaker-controld[96]: notice: Result of start operation for r_other on node{odd}: error",
        "Nov 23 02:01:37 node02 pacemaker-controld[96]: notice: State of node{odd} is now lost | was member",
        "Nov 23 02:01:35 node01 pacemakerd [78] (main) \tnotice: Starting Pacemaker 2.1.{odd} | build=2.1.5",
        "Nov 23 02:01:35 node01 rsyslogd[12]: imjournal: {odd} messages lost due to rate-limiting",
        "Nov 23 02:01:35 node01 systemd-journald[12]: Suppressed {odd} messages from pacemaker.service",
        "Nov 23 02:01:35 node01 corosync[12]: [MAIN  ] Corosync main process was not scheduled for {odd}.5.1 ms (threshold is 800.0 ms).",
    ],
)
@pytest.mark.parametrize("odd", [MANY, "²", "1.2"])
def test_a_report_is_made_of_odd_numbers(tmp_path, line, odd):
    text = "\n".join([RESULT.format(call=12, rc=1), line.format(odd=odd)])
    (tmp_path / "ha-log").write_text(f"{text}\n")
    with read_incident([str(tmp_path / "ha-log")], timezone.utc, lambda _: None) as (incident, _):
        told = html.render(page.build(incident, findings_of(incident), version="0"))
    assert "r_ip" in told
