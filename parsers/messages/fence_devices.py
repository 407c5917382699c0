"""Fence devices and topology: which the fencer knows, which can fence whom, and what their agents say.

Sources: fencing/commands.c, remote.c and main.c of Pacemaker 1.1; daemons/fenced/fenced_commands.c, fenced_remote.c
and fenced_cib.c of 2.0 to 3.0 (`stonith_device_register()`, `stonith_device_remove()`, `can_fence_host_with_device()`,
`stonith_level_register()`, `log_async_result()`); `register_stonithRA_op_done()` in fencing/stonithd/stonithd.c of 1.0.
In these rows `value` is the device.
"""

from parsers.pattern import Pattern

PATTERNS = (
    Pattern(
        kind="fence-device",
        era="1.1 - 3.0",
        anchor="device list (",
        regex=r"(?P<status>Added|Removed) '(?P<value>[^']+)' (?:to|from) (?:the )?device list",
        example="Added 'st_halab' to device list (1 active device)",
        expect={"status": "Added", "value": "st_halab"},
    ),
    Pattern(
        kind="fence-eligible",
        era="1.1.12 - 3.0",
        anchor="fence (",
        regex=r"(?P<value>\S+) (?P<status>can(?: not|not)?|is(?: not)? eligible to) fence \((?P<operation>\w+)\) (?P<node>[^\s:]+)(?: \(aka\. '[^']*'\))?:(?P<reason> \S+)",
        example="can_fence_host_with_device:\tst_halab can fence (reboot) node02: static-list",
        expect={
            "value": "st_halab",
            "status": "can",
            "operation": "reboot",
            "node": "node02",
            "reason": " static-list",
        },
    ),
    Pattern(
        kind="fence-topology",
        era="1.1.7 - 3.0",
        anchor="fencing level",
        regex=r"(?:Target|Node) (?P<node>\S+) has (?P<value>\d+) active fencing level",
        example="Target node02 has 2 active fencing levels",
        expect={"node": "node02", "value": "2"},
    ),
    # What the fence agent printed: the reason of a failed fencing stands here.
    Pattern(
        kind="fence-agent-output",
        era="1.1.16 - 3.0, fencer",
        anchor="stderr",
        regex=r"(?P<value>[\w.-]+)\[(?P<pid>\d+)\] stderr: \[ (?P<reason>.*?) \]",
        example="fence_halab[266] stderr: [ Failed: Unable to connect/login to fencing device ]",
        expect={"value": "fence_halab", "pid": "266", "reason": "Failed: Unable to connect/login to fencing device"},
    ),
    Pattern(
        kind="fence-agent-output",
        era="1.1.12 - 1.1.14, fencer",
        anchor="og_operation:",
        regex=r"log_operation:\s+(?P<value>[\w.-]+):(?P<pid>\d+) \[ (?P<reason>.*?) \]",
        example="log_operation: \tst_halab:267 [ Failed: Unable to connect/login to fencing device ]",
        expect={"value": "st_halab", "pid": "267", "reason": "Failed: Unable to connect/login to fencing device"},
    ),
    Pattern(
        kind="fence-agent-output",
        era="1.1.12 - 2.0.3, services library",
        anchor="stderr",
        regex=r"(?P<value>fence_\w+?)_(?P<operation>reboot|off|on|list|status|metadata)_\d+(?:of\d+)?:(?P<pid>\d+):stderr \[ (?P<reason>.*?) \]",
        example="operation_finished:\tfence_halab_reboot_1:261:stderr [ Failed: Unable to connect/login to fencing device ]",
        expect={
            "value": "fence_halab",
            "operation": "reboot",
            "pid": "261",
            "reason": "Failed: Unable to connect/login to fencing device",
        },
    ),
    Pattern(
        kind="fence-agent-output",
        era="2.0.4 - 3.0, services library",
        anchor="output [",
        regex=r"(?P<value>fence_\w+?)_(?P<operation>reboot|off|on|list|status|metadata)_\d+(?:of\d+)?\[(?P<pid>\d+)\] error output \[ (?P<reason>.*?) \]",
        example="fence_halab_reboot_1[216] error output [ Failed: Unable to connect/login to fencing device ]",
        expect={
            "value": "fence_halab",
            "operation": "reboot",
            "pid": "216",
            "reason": "Failed: Unable to connect/login to fencing device",
        },
    ),
    Pattern(
        kind="fencer-answer",
        era="2.1.3 - 3.0",
        anchor="Processed st_",
        regex=r"Processed (?P<value>st_\w+) request from (?:client|peer) (?P<reason>\S+): (?P<status>.*\S)",
        example="Processed st_execute request from client pacemaker-controld.94: No fence device (Watchdog fence device not configured)",
        expect={
            "value": "st_execute",
            "reason": "pacemaker-controld.94",
            "status": "No fence device (Watchdog fence device not configured)",
        },
    ),
    Pattern(
        kind="setup-watchdog",
        era="1.1.16 - 3.0",
        anchor="via SBD",
        regex=r"(?P<value>Watchdog(?:-based self-fencing)?) will be (?:used|performed) via SBD",
        example="Watchdog will be used via SBD if fencing is required and stonith-watchdog-timeout is nonzero",
        expect={"value": "Watchdog"},
    ),
    Pattern(
        kind="setup-watchdog",
        era="2.1.3 - 3.0",
        anchor="watchdog fencing device",
        regex=r"Cluster (?P<value>does not have|has) watchdog fencing device",
        example="Cluster does not have watchdog fencing device",
        expect={"value": "does not have"},
    ),
)
