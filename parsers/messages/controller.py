"""Transitions, fail counts, the DC and the state machine of the controller (crmd, pacemaker-controld) and attrd.

Sources: crmd/te_events.c, te_utils.c, te_callbacks.c, fsa.c, membership.c and tools/attrd.c of Pacemaker 1.0
and 1.1; daemons/controld/*.c, daemons/attrd/*.c and lib/pacemaker/pcmk_graph_*.c of 2.0 to 3.0.
"""

from parsers.pattern import NAME, OPERATION_KEY, Pattern

PATTERNS = (
    Pattern(
        kind="operation-requested",
        era="1.0 - 1.1",
        anchor="Performing key=",
        regex=rf"Performing key=\d+:\d+:(?P<rc>\d+):\S+ op={OPERATION_KEY}",
        example="do_lrm_rsc_op: Performing key=13:3:8:4863814a-391a-4bba-8ba3-5d4897b6b36b op=p_state:1_monitor_5000 )",
        expect={"rc": "8", "resource": "p_state:1", "operation": "monitor", "interval_ms": "5000"},
    ),
    Pattern(
        kind="operation-requested",
        era="2.0 - 3.0",
        anchor="Requesting local",
        regex=rf"Requesting local execution of [a-z_-]+ operation for \S+ on (?P<node>\S+) \|.*transition_key=\d+:\d+:(?P<rc>\d+):\S+ op_key={OPERATION_KEY}",
        example="Requesting local execution of start operation for r_ip on node02"
        " | transition_key=5:1:0:0e7b5ef4-9d4a-4f4f-a4d1-4bd1f0ea1a6e op_key=r_ip_start_0",
        expect={"node": "node02", "rc": "0", "resource": "r_ip", "operation": "start", "interval_ms": "0"},
    ),
    Pattern(
        kind="operation-requested",
        era="3.0.1 and later",
        anchor="Requesting local",
        regex=rf"Requesting local execution of (?P<operation>[a-z_-]+) operation for (?P<resource>{NAME}) on (?P<node>\S+)"
        r" \| transition \d+:\d+:(?P<rc>\d+):",
        example="Requesting local execution of probe operation for st_halab on node01 | transition 1:2:7:6dffc06f-8a9f-4128-b002-616709368688",
        expect={"operation": "probe", "resource": "st_halab", "node": "node01", "rc": "7"},
    ),
    Pattern(
        kind="action-requested",
        era="3.0.1 and later",
        anchor="Asking ",
        regex=rf"Asking (?P<value>\S+) to execute {OPERATION_KEY} on (?P<node>\S+)",
        example="Asking node01 to execute r_ip_monitor_0 on node01 | transition 1:4:7:4f93ff34-f177-46fa-b268-6e205d581fc6 action 1",
        expect={"value": "node01", "resource": "r_ip", "operation": "monitor", "interval_ms": "0", "node": "node01"},
    ),
    Pattern(
        kind="action-requested",
        era="1.0 - 1.1.14, of no resource's agent",
        anchor="Initiating ",
        regex=r"Initiating action \d+: (?P<value>probe_complete|clear_failcount|lrm_delete|lrm_refresh) \S+ on (?P<node>\S+)",
        example="te_rsc_command: Initiating action 2: probe_complete probe_complete on node02 (local) - no waiting",
        expect={"value": "probe_complete", "node": "node02"},
    ),
    Pattern(
        kind="action-requested",
        era="1.0 - 1.1.14",
        anchor="Initiating ",
        regex=rf"Initiating action \d+: [a-z_]+ {OPERATION_KEY} on (?P<node>\S+)",
        example="te_rsc_command: Initiating action 54: stop nfs-server_stop_0 on sle12-a",
        expect={"resource": "nfs-server", "operation": "stop", "interval_ms": "0", "node": "sle12-a"},
    ),
    Pattern(
        kind="action-requested",
        era="1.1.15 - 3.0",
        anchor="Initiating ",
        regex=rf"Initiating [a-z_]+ operation {OPERATION_KEY} (?:locally )?on (?P<node>\S+)",
        example="Initiating start operation mysql_start_0 locally on 15sp1-2 | action 9",
        expect={"resource": "mysql", "operation": "start", "interval_ms": "0", "node": "15sp1-2"},
    ),
    Pattern(
        kind="action-failed",
        era="1.0 - 2.0.3",
        anchor="failed (target: ",
        regex=rf"Action \d+ \({OPERATION_KEY}\) on (?P<node>\S+) failed \(target: (?P<expected_rc>-?\d+) vs\. rc: (?P<rc>-?\d+)\)",
        example="status_from_rc: Action 7 (r_ip_start_0) on node02 failed (target: 0 vs. rc: 1): Error",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "node": "node02",
            "expected_rc": "0",
            "rc": "1",
        },
    ),
    Pattern(
        kind="action-failed",
        era="2.0.4 - 3.0",
        anchor=": expected '",
        regex=rf"Transition -?\d+ action \d+ \({OPERATION_KEY} on (?P<node>\S+)\): expected '[^']*' but got '(?P<rc_text>[^']*)'"
        r"(?: \| target-rc=(?P<expected_rc>-?\d+) rc=(?P<rc>-?\d+) call-id=(?P<call>\d+))?",
        example="Transition 3 action 3 (r_ip_start_0 on node02): expected 'ok' but got 'error' | target-rc=0 rc=1 call-id=6",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "node": "node02",
            "rc_text": "error",
            "expected_rc": "0",
            "rc": "1",
            "call": "6",
        },
    ),
    Pattern(
        kind="fail-count",
        era="1.0 - 1.1.16",
        anchor="Updating fail",
        regex=rf"Updating failcount for (?P<resource>{NAME}) on (?P<node>\S+) after failed (?P<operation>[a-z_]+): rc=(?P<rc>-?\d+)"
        r" \(update=(?P<value>[^,]+), time=(?P<epoch>\d+)\)",
        example="update_failcount: Updating failcount for r_ip on node02 after failed start: rc=1 (update=INFINITY, time=1795402744)",
        expect={
            "resource": "r_ip",
            "node": "node02",
            "operation": "start",
            "rc": "1",
            "value": "INFINITY",
            "epoch": "1795402744",
        },
    ),
    Pattern(
        kind="fail-count",
        era="1.1.17 - 3.0, controller",
        anchor="Updating fail",
        regex=r"Updating fail-count-(?P<resource>[^\s#]+)#(?P<operation>[a-z_]+)_(?P<interval_ms>\d+) (?:for \S+ )?on (?P<node>\S+)"
        r" after failed [a-z_]+: rc=(?P<rc>-?\d+) \(update=(?P<value>[^,]+), time=(?P<epoch>\d+)\)",
        example="Updating fail-count-r_ip#start_0 for r_ip on node02 after failed start: rc=1 (update=INFINITY, time=1795402722)",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "node": "node02",
            "rc": "1",
            "value": "INFINITY",
            "epoch": "1795402722",
        },
    ),
    Pattern(
        kind="fail-count",
        era="1.1.12 - 3.0, attribute manager",
        anchor="Setting ",
        regex=r"Setting fail-count-(?P<resource>[^\s#\[]+)(?:#(?P<operation>[a-z_]+)_(?P<interval_ms>\d+))?\[(?P<node>[^\]]+)\](?: in \S+)?:"
        r" \S+ -> (?P<value>[^\s|]+)",
        example="Setting fail-count-r_ip#start_0[node02]: (unset) -> INFINITY | from node01 with no write delay",
        expect={"resource": "r_ip", "operation": "start", "interval_ms": "0", "node": "node02", "value": "INFINITY"},
    ),
    Pattern(
        kind="last-failure",
        era="1.1.12 - 3.0",
        anchor="Setting ",
        regex=r"Setting last-failure-(?P<resource>[^\s#\[]+)(?:#(?P<operation>[a-z_]+)_(?P<interval_ms>\d+))?\[(?P<node>[^\]]+)\](?: in \S+)?:"
        r" \S+ -> (?:(?P<epoch>\d+)|(?P<value>[^\s|]+))",
        example="Setting last-failure-r_ip#start_0[node02]: (unset) -> 1795402895 | from node01 with no write delay",
        expect={"resource": "r_ip", "operation": "start", "interval_ms": "0", "node": "node02", "epoch": "1795402895"},
    ),
    Pattern(
        kind="fail-count",
        era="1.0 - 1.1.11, attribute manager",
        anchor="Sent update ",
        regex=r"Sent update \d+: fail-count-(?P<resource>[^\s=]+)=(?P<value>\S+)",
        example="attrd_perform_update: Sent update 17: fail-count-r_ip=INFINITY",
        expect={"resource": "r_ip", "value": "INFINITY"},
    ),
    Pattern(
        kind="transition-ended",
        era="1.0 - 3.0",
        anchor="(Complete=",
        regex=r"Transition (?P<value>\d+) \(Complete=\d+, Pending=\d+, Fired=\d+, Skipped=\d+, Incomplete=\d+, Source=[^)]*\): (?P<status>\w+)",
        example="Transition 5 (Complete=17, Pending=0, Fired=0, Skipped=0, Incomplete=0, Source=/var/lib/pacemaker/pengine/pe-input-5.bz2): Complete",
        expect={"value": "5", "status": "Complete"},
    ),
    Pattern(
        kind="transition-aborted",
        era="1.1.8 - 3.0",
        anchor="aborted",
        regex=r"Transition(?: (?P<value>-?\d+))? aborted(?: by|:) (?P<reason>[^|]*?)\s{0,80}(?:\((?:source|magic|cib|\w+ cib)=.*)?(?:\|.*)?$",
        example="Transition 31 aborted by operation mysql_start_0 'modify' on 15sp1-2: Event failed | magic=0:5;9:31:0:2d5c cib=0.32.6 complete=false",
        expect={"value": "31", "reason": "operation mysql_start_0 'modify' on 15sp1-2: Event failed"},
    ),
    Pattern(
        kind="transition-aborted",
        era="1.0 - 1.1.7",
        anchor="Triggered transition abort",
        regex=r"Triggered transition abort \([^)]*\) : (?P<reason>.*)",
        example="abort_transition_graph: match_graph_event:275 - Triggered transition abort (complete=0, tag=lrm_rsc_op, id=r_ip_start_0,"
        " magic=0:1;7:3:0:2d5c, cib=0.7.12) : Event failed",
        expect={"reason": "Event failed"},
    ),
    Pattern(
        kind="dc-set",
        era="1.0 - 3.0",
        anchor="Set DC to ",
        regex=r"Set DC to (?P<node>\S+) \(",
        example="update_dc: Set DC to node01 (3.0.1)",
        expect={"node": "node01"},
    ),
    Pattern(
        kind="dc-unset",
        era="1.0 - 3.0",
        anchor="Unset DC",
        regex=r"Unset DC(?:\. Was| \(was)? (?P<node>[^\s)]+)",
        example="Unset DC. Was 15sp1-1",
        expect={"node": "15sp1-1"},
    ),
    Pattern(
        kind="dc-takeover",
        era="1.0 - 3.0",
        anchor="partition",
        regex=r"Taking over DC status for this partition",
        example="do_dc_takeover: Taking over DC status for this partition",
    ),
    Pattern(
        kind="controller-state",
        era="1.0 - 3.0",
        anchor="State transition ",
        regex=r"State transition (?P<reason>S_\w+) -> (?P<value>S_\w+)",
        example="State transition S_IDLE -> S_POLICY_ENGINE | input=I_PE_CALC cause=C_FSA_INTERNAL origin=abort_transition_graph",
        expect={"reason": "S_IDLE", "value": "S_POLICY_ENGINE"},
    ),
)
