"""What the rows know of real logs: most warnings, no chatter, and every wording of what matters most."""

import re
from collections import Counter

import pytest

import parsers.messages
from ha_report.tables import rows_of
from parsers.headers import LineReader
from parsers.lines import plain
from parsers.records import record_of
from parsers.samples import DAEMONS
from parsers.scan import Scanner
from parsers.told import LEVEL_ANCHORS

PATTERNS = rows_of(parsers.messages, "PATTERNS")
ANCHORS = list(dict.fromkeys([*LEVEL_ANCHORS, *(row.anchor.encode() for row in PATTERNS)]))
LOGS = ("*/*/pacemaker.log", "*/*/corosync.log", "*/*/ha-log")
BAD = {"warning", "error", "crit"}


def claimed(message):
    """The row that takes a message, as parsers.log tries them: by first use of its anchor."""
    found = [row for row in PATTERNS if row.match(f" {message}") is not None]
    return min(found, key=lambda row: ANCHORS.index(row.anchor.encode()), default=None)


def shape(message):
    return re.sub(r"\d+", "N", re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "U", re.sub(r"node0\d|rem0\d", "NODE", message)))


def daemon_lines(lab_captures, lab_eras):
    """Yield the lines of the cluster's daemons in the detail logs: the ha-log of an era is a copy where there is another."""
    folders = [lab_captures, *(folder for folder in sorted(lab_eras.iterdir()) if folder.is_dir())]
    for folder in folders:
        globs = ("*/*/ha-log",) if "heartbeat" in folder.name else ("*/*/pacemaker.log", "*/*/corosync.log")
        for path in sorted(path for glob in globs for path in folder.glob(glob)):
            lines = LineReader()
            for raw in path.read_bytes().splitlines():
                line = lines.read(plain(raw.decode("utf-8", "replace")))
                if line.program in DAEMONS:
                    yield line


@pytest.fixture(scope="module")
def unclaimed(lab_captures, lab_eras):
    """How often each level occurs, and each shape of a line that no row claims."""
    levels, missed, known = Counter(), Counter(), {}
    for line in daemon_lines(lab_captures, lab_eras):
        if line.level in BAD | {"notice"}:
            levels[line.level] += 1
            key = (line.level, line.program, shape(line.message))
            if key not in known:
                known[key] = claimed(line.message) is not None
            if not known[key]:
                missed[key] += 1
    return levels, missed


@pytest.mark.lab
def test_nine_of_ten_warnings_and_errors_of_the_daemons_are_understood(unclaimed):
    levels, missed = unclaimed
    bad = {key: count for key, count in missed.items() if key[0] in BAD}
    assert sum(bad.values()) <= 0.1 * sum(levels[level] for level in BAD), Counter(bad).most_common(20)


# Notices that nobody needs in a timeline, as somebody judged when they appeared.
CHATTER = re.compile(
    r"Service engine loaded|Sync (?:members|joined|left)\[|Completed service synchronization|Using quorum provider"
    r"|successfully started|start up successfully|Fencer successfully connected|The local CRM is operational|CRM Git Version"
    r"|Start recurring|Current ping state|OCF resource agent search path|attribute writer|cib.xml.sig not found"
    r"|until there are resources to manage|Versions did not change in patch|(?:native|group|clone|short)_print:"
    r"|Configured corosync to accept|Watching for stonith topology|Processing sync-response|Switching to /"
    r"|lrm_rprovider field|Removing all \S+ attributes for|from the membership cache|Requested CIB version"
)


@pytest.mark.lab
def test_a_notice_that_is_frequent_has_a_row_or_is_known_chatter(unclaimed):
    frequent = [(count, *key) for key, count in unclaimed[1].items() if key[0] == "notice" and count >= 8]
    assert [entry for entry in sorted(frequent, reverse=True) if not CHATTER.search(entry[-1])] == []


@pytest.mark.lab
def test_diffs_of_the_cib_are_hardly_ever_candidates(lab_captures):
    """They are half of a detail log; each candidate is decoded and tried."""
    scanner, lines, candidates = Scanner(ANCHORS), 0, 0
    for path in lab_captures.glob("*/*/pacemaker.log"):
        diffs = [raw for raw in path.read_bytes().splitlines(keepends=True) if b"(cib_perform_op)" in raw]
        lines += len(diffs)
        candidates += sum(1 for _ in scanner.candidates([b"".join(diffs)]))
    assert lines > 1000
    assert candidates <= 0.02 * lines


TELLERS = {"operation-result", "operation-ended", "operation-failed", "restart-prevented", "agent-output"}
QUOTERS = (
    "Result of start operation for r_ip on node02: error ({}) | CIB update 15, graph action confirmed; call=6 key=r_ip_start_0 rc=1",
    "Unexpected result (error: {}) was recorded for start of r_ip on node02 at Nov 23 02:01:35 2026 | rc=1 id=r_ip_last_failure_0",
    "r_ip start (call 6, PID 187) exited with status 1 ({}) (execution time 30ms)",
    "r_ip_start_0[151] error output [ ocf-exit-reason:{} ]",
)


@pytest.mark.parametrize("quoter", QUOTERS, ids=lambda text: text[:15])
def test_an_exit_reason_that_reads_like_another_message_hides_no_failure(quoter):
    """Agents print what they like, "Lost connection to ..." or "timed out"."""
    own = claimed(quoter.format("no reason"))
    others = [row.example.strip() for row in PATTERNS if row.kind not in TELLERS]
    plain_reasons = [text for text in others if not re.search(r"[()\[\]{}|]", text)]
    stolen = [reason for reason in plain_reasons if claimed(quoter.format(reason)) is not own]
    assert len(plain_reasons) > 100
    assert stolen == []


WORDINGS = [
    ("Result of reload operation for r_ip on node01: ok | rc=0 call=17 key=r_ip_reload_0 confirmed=true cib-update=33", "reload", None),
    ("Result of reload-agent operation for r_ip on node01: OK | graph action confirmed; call=17 key=r_ip_reload-agent_0 rc=0", "reload-agent", None),
    ("Result of notify operation for p_state on node02: 0 (ok) | call=14 key=p_state_notify_0 confirmed=true cib-update=0", "notify", None),
    ("Result of monitor operation for r_app on node02: Cancelled | graph action confirmed; call=13 key=r_app_monitor_10000", "monitor", None),
    ("Result of start operation for r_app on node02: pending | CIB update 20; call=13 key=r_app_start_0", "start", None),
    ("LRM operation p_state:1_notify_0 (call=7, rc=0, cib-update=14, confirmed=true) ok", "notify", None),
    ("Operation r_vm_migrate_to_0: unknown error (node=node01, call=9, rc=1, cib-update=30, confirmed=true)", "migrate_to", 1),
    ("Operation p_drbd_r0_notify_0: ok (node=sl02, call=103, rc=0, cib-update=0, confirmed=true)", "notify", None),
    ("Result of monitor operation for r_ip on node01: 7 (not running) | call=11 key=r_ip_monitor_5000 confirmed=false cib-update=43", "monitor", 7),
    ("Result of migrate_to operation for r_vm on node01: Error occurred (cannot connect to destination host) | graph action confirmed; call=9 key=r_vm_migrate_to_0 rc=1", "migrate_to", 1),
]  # fmt: skip


@pytest.mark.parametrize(("message", "operation", "rc"), WORDINGS, ids=lambda value: str(value)[:40])
def test_every_wording_of_a_result_is_one(message, operation, rc):
    """The last column is the return code of a failure; None where nothing failed."""
    row = claimed(message)
    fields = row.match(message)
    record = record_of(row.kind, fields, "node", 0, None, None)
    assert (row.kind, fields["operation"], record.rc if record else None) == ("operation-result", operation, rc)


OTHER_WORDINGS = [
    ("remote_op_done: Operation reboot of sl01 by sl02 for crmd.1232@sl02.9b1fe415: OK", "fencing-result"),
    ("Operation 'reboot' targeting node02 on <no-one> for crmd.95@node01.4208a48e: No route to host", "fencing-result"),
    ("Peer node02 was not terminated (reboot) by <anyone> for node01: No route to host (ref=4f8c) by client crmd.97", "fencing-result"),
    ("Operation 'reboot' [263] (call 3 from crmd.95) for host 'node02' with device 'st_halab' returned: -201 (Generic Pacemaker error)", "fencing-device-result"),
    ("Operation 'reboot' [211] targeting node02 using st_halab could not be executed: Timed out (Fence agent did not complete within 20s) | call 9", "fencing-device-result"),
    ("stage6: \tScheduling Node node02 for STONITH", "fencing-scheduled"),
    ("Remote node rem01 will be fenced: remote connection is unrecoverable", "fencing-scheduled"),
    ("pe_fence_node: Node node02 will be fenced because it is un-expectedly down", "fencing-scheduled"),
    (" * Fence (reboot) rem01 'remote connection is unrecoverable'", "fencing-planned"),
    ("st_halab is not eligible to fence (reboot) node02: static-list", "fence-eligible"),
    ("Too many failures (10) to fence node02, giving up", "fencing-given-up"),
    ("Actions: Promote    p_state:0     ( Unpromoted -> Promoted node02 )", "action-planned"),
    (" * Start      d1      ( 15sp1-1 )   due to unrunnable mysql start (blocked)", "action-planned"),
    ("LogActions: Recover r_ip#011(Started node01)", "action-planned"),
    ("Leave   d1\t(Started 15sp1-1)", "action-left"),
    ("Transition -1 aborted: Peer Cancelled | source=do_te_invoke:129 complete=true", "transition-aborted"),
    ("abort_transition_graph: Transition aborted by status-176250126-ib0_up, ib0_up=0: Transient attribute change (modify cib=0.202.840, source=te_update_diff:389)", "transition-aborted"),
    ("Setting fail-count-mysql#start_0[15sp1-2]: INFINITY -> (null) from 15sp1-2", "fail-count"),
    ("Setting pingd[node01] in instance_attributes: 100 -> 0 | from node01 with 5s write delay", "attribute-changed"),
    ("FSA: Input I_ERROR from lrm_connection_destroy() received in state S_NOT_DC", "controller-input"),
    ("Connecting to cluster infrastructure: classic openais (with plugin)", "stack-detected"),
    ("Detected an active 'cman' cluster", "stack-detected"),
    ("lrmd[93] terminated with signal 11 (core=1)", "daemon-died"),
    ("The crmd process (2204) exited: Generic Pacemaker error (201)", "daemon-exited"),
    ("Local Resource acquisition completed. (none)", "resources-acquired"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "kind"), OTHER_WORDINGS, ids=lambda value: str(value)[:40])
def test_a_row_knows_the_other_wordings_of_its_kind(message, kind):
    row = claimed(message)
    assert row is not None
    assert row.kind == kind
