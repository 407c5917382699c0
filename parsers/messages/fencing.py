"""Fencing (STONITH): asked for, done, failed.

Sources: fencing/remote.c and commands.c, crmd/te_utils.c of Pacemaker 1.1; daemons/fenced/*.c and
daemons/controld/controld_fencing.c of 2.0 to 3.0; stonithd of Pacemaker 1.0 (fencing/stonithd/stonithd.c).
"""

from parsers.pattern import Pattern

PATTERNS = (
    Pattern(
        kind="fencing-requested",
        era="1.0 - 1.1.14",
        anchor="fencing operation",
        regex=r"Executing (?P<operation>\w+) fencing operation \(\d+\) on (?P<node>\S+)",
        example="te_fence_node: Executing reboot fencing operation (12) on node02 (timeout=60000)",
        expect={"operation": "reboot", "node": "node02"},
    ),
    Pattern(
        kind="fencing-requested",
        era="1.1.15 - 3.0",
        anchor="fencing (",
        regex=r"Requesting fencing \((?P<operation>\w+)\) (?:of|targeting) node (?P<node>\S+)",
        example="Requesting fencing (reboot) of node 15sp1-2 | action=1 timeout=60000",
        expect={"operation": "reboot", "node": "15sp1-2"},
    ),
    Pattern(
        kind="fencing-result",
        era="1.1.8 - 3.0",
        anchor="minated",
        regex=r"Peer (?P<node>\S+) was (?P<value>not )?terminated \((?P<operation>\w+)\) by (?P<reason>.+?): (?P<status>[^|(]*[^|(\s])",
        example="Peer 15sp1-2 was terminated (reboot) by 15sp1-1 on behalf of pacemaker-controld.1740: OK | initiator=15sp1-1 ref=388d3f66",
        expect={
            "node": "15sp1-2",
            "operation": "reboot",
            "reason": "15sp1-1 on behalf of pacemaker-controld.1740",
            "status": "OK",
        },
    ),
    Pattern(
        kind="fencing-result",
        era="1.0",
        anchor="STONITH",
        regex=r"(?P<status>Succeeded|Failed) to STONITH the node (?P<node>[^\s:]+): optype=(?P<operation>\w+)",
        example="Succeeded to STONITH the node node02: optype=RESET. whodoit: node01",
        expect={"status": "Succeeded", "node": "node02", "operation": "RESET"},
    ),
    Pattern(
        kind="fencing-device-result",
        era="1.1.8 - 2.1",
        anchor="Operation ",
        regex=r"^\W*(?:\w+:\s+)?Operation '(?P<operation>\w+)' \[\d+\] (?:\(call [^)]*\) )?for host '(?P<node>[^']+)' with device '(?P<value>[^']+)'"
        r" returned: (?P<rc>-?\d+) \((?P<status>[^)]*)\)",
        example="Operation 'reboot' [4599] (call 2 from pacemaker-controld.1740) for host '15sp1-2' with device 'stonith-sbd' returned: 0 (OK)",
        expect={"operation": "reboot", "node": "15sp1-2", "value": "stonith-sbd", "rc": "0", "status": "OK"},
    ),
    Pattern(
        kind="fencing-device-result",
        era="2.1.3 - 3.0",
        anchor="Operation ",
        regex=r"^\W*(?:\w+:\s+)?Operation '(?P<operation>\w+)' \[\d+\] (?:\([^)]*\) )?targeting (?P<node>\S+) using (?P<value>\S+) (?:returned (?P<rc>-?\d+)"
        r"|could not be executed: (?P<status>[^|(]*[^|(\s]))",
        example="Operation 'reboot' [211] targeting node02 using st_halab returned 1 | call 10 from pacemaker-controld.95",
        expect={"operation": "reboot", "node": "node02", "value": "st_halab", "rc": "1"},
    ),
    Pattern(
        kind="fencing-given-up",
        era="1.1 - 3.0",
        anchor="Too many failures",
        regex=r"Too many failures \((?P<value>\d+)\) to fence (?P<node>[^\s,]+), giving up",
        example="Too many failures (10) to fence node02, giving up",
        expect={"value": "10", "node": "node02"},
    ),
)
