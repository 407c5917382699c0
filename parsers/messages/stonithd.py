"""Fencing in Pacemaker 1.0 on Heartbeat: stonithd, and the external plugins of cluster-glue.

Sources: fencing/stonithd/stonithd.c of Pacemaker 1.0 (`stonithd_node_fence()`, `stonith_operate_locally()`,
`stonith_process_died()`, `handle_msg_tstit()`, `handle_msg_resetted()`); lib/plugins/stonith/external.c of cluster-glue.
"""

from parsers.pattern import Pattern

PATTERNS = (
    Pattern(
        kind="fencing-requested",
        era="1.0",
        anchor="STONITH",
        regex=r"client (?P<reason>\S+) \[pid: \d+\] requests a STONITH operation (?P<operation>\w+) on node (?P<node>\S+)",
        example="client tengine [pid: 122] requests a STONITH operation RESET on node node02",
        expect={"reason": "tengine", "operation": "RESET", "node": "node02"},
    ),
    Pattern(
        kind="fencing-device-started",
        era="1.0",
        anchor="sending fencing op",
        regex=r"sending fencing op (?P<operation>\w+) for (?P<node>\S+) to (?P<value>\S+) \((?P<reason>[^)]*)\) \(pid=(?P<pid>\d+)\)",
        example="stonith_operate_locally::2714: sending fencing op RESET for node02 to st_node02 (external/labpower) (pid=577)",
        expect={
            "operation": "RESET",
            "node": "node02",
            "value": "st_node02",
            "reason": "external/labpower",
            "pid": "577",
        },
    ),
    Pattern(
        kind="fencing-device-result",
        era="1.0",
        anchor="STONITH",
        regex=r"(?P<status>failed) to STONITH node (?P<node>\S+) with local device (?P<value>\S+) \(exitcode (?P<rc>\d+)\)",
        example="failed to STONITH node node02 with local device st_node02 (exitcode 5), gonna try the next local device",
        expect={"status": "failed", "node": "node02", "value": "st_node02", "rc": "5"},
    ),
    Pattern(
        kind="fencing-result",
        era="1.0, by another node",
        anchor=": result=",
        regex=r"(?:Node (?P<value>\S+) )?fenced node (?P<node>\S+)(?: \(the requester\))?: result=(?P<status>\w+)",
        example="fenced node node02 (the requester): result=SUCCEEDED.",
        expect={"node": "node02", "status": "SUCCEEDED"},
    ),
    Pattern(
        kind="fencing-plugin-failed",
        era="cluster-glue, external plugins",
        anchor="failed with rc ",
        regex=r"'(?P<value>[^\s']+) (?P<operation>\w+)'(?: for host (?P<node>\S+))? failed with rc (?P<rc>\d+)",
        example="external_reset_req: 'labpower reset' for host node02 failed with rc 1",
        expect={"value": "labpower", "operation": "reset", "node": "node02", "rc": "1"},
    ),
    # fence_legacy, which runs the plugins for Pacemaker 1.1 and later, prints no more than their answer.
    Pattern(
        kind="fencing-plugin-failed",
        era="1.1.14 - 2.0.5, external plugins",
        anchor="[ failed: ",
        regex=r"^\W*(?:\w+:\s+)?(?P<value>[\w.-]+)(?::|\[)(?P<pid>\d+)\]?(?::| stderr:| error output)? \[ failed: (?P<node>\S+) (?P<rc>\d+) \]",
        example="prmStonith1-1:19904 [ failed: pm01 5 ]",
        expect={"value": "prmStonith1-1", "pid": "19904", "node": "pm01", "rc": "5"},
    ),
    Pattern(
        kind="setup-no-fencing",
        era="1.0 - 3.0",
        anchor="STONITH",
        regex=r"Resource start-up (?P<value>disabled) since no STONITH resources have been defined",
        example="Resource start-up disabled since no STONITH resources have been defined",
        expect={"value": "disabled"},
    ),
    Pattern(
        kind="setup-no-fencing",
        era="1.0 - 3.0, what would do",
        anchor="STONITH",
        regex=r"(?P<value>Either configure some or disable STONITH with the \S+ option|Clusters with shared data need STONITH to ensure data integrity)",
        example="NOTE: Clusters with shared data need STONITH to ensure data integrity",
        expect={"value": "Clusters with shared data need STONITH to ensure data integrity"},
    ),
    Pattern(
        kind="setup-fencing-timeout",
        era="1.1.14 - 2.0.5",
        anchor="STONITH",
        regex=r"STONITH timeout (?P<timeout>\d+s) is (?:too )?low",
        example="STONITH timeout 20s is low for the current configuration; consider raising to at least 24s",
        expect={"timeout": "20s"},
    ),
)
