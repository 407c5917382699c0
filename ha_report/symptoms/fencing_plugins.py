"""What STONITH plugins of cluster-glue and SBD say.

Sources: lib/plugins/stonith/external/ipmi and external/sbd of cluster-glue 1.0; src/sbd-md.c and src/sbd-inquisitor.c of
sbd 1.0 to 1.5; agents/sbd of fence-agents.
"""

from ha_report.symptom import Setting, Symptom

IPMI = ("stonith:external/ipmi",)
SBD = ("stonith:external/sbd", "stonith:fence_sbd")
_TRY = "$ ipmitool -I {interface|lan} -H {ipaddr} -U {userid} -a power status"
_DUMP = ("$ sbd -d {sbd_device|{devices}} list", "$ sbd -d {sbd_device|{devices}} dump")

SYMPTOMS = (
    Symptom(
        id="glue-ipmi-no-program",
        agents=IPMI,
        says=r"ipmitool not installed",
        title="ipmitool is not installed there",
        cause="The plugin speaks to the management board with it.",
        remedy=("Install ipmitool on {nodes}, and on each node that may fence.",),
        verify=("This must print a path:", "$ command -v ipmitool"),
        versions="cluster-glue 1.0",
        example="Nov 23 02:07:18 node01 external/ipmi[266]: ERROR: ipmitool not installed",
    ),
    Symptom(
        id="glue-ipmi-login",
        agents=IPMI,
        says=r"error executing ipmitool: (?P<words>.*(?:Unable to establish|Invalid user name|password|RAKP|Authentication|session|[Ii]nsufficient).*)",
        title="the management board {ipaddr|} refused the login, or was not reached: {words}",
        cause="Address, user, password or interface (lan, lanplus) is wrong, or the board does not answer.",
        remedy=("Log in by hand on {node}, and correct what differs:", _TRY),
        verify=("This must print Chassis Power is on:", _TRY),
        versions="cluster-glue 1.0",
        example="Nov 23 02:07:18 node01 external/ipmi[266]: ERROR: error executing ipmitool: Error: Unable to establish LAN session",
    ),
    Symptom(
        id="glue-ipmi-parameter",
        agents=IPMI,
        says=r"ipaddr, userid or passwd missing|invalid passwd_method",
        title="of ipaddr, userid and passwd one is not set",
        cause="The plugin needs all three; passwd_method is param, env or file.",
        remedy=("Set what is missing:", Setting("parameter", "ipaddr", "ADDRESS")),
        verify=(_TRY,),
        versions="cluster-glue 1.0",
        example="Nov 23 02:07:18 node01 external/ipmi[266]: ERROR: ipaddr, userid or passwd missing; check configuration",
    ),
    Symptom(
        id="glue-plugin-broken",
        agents=("stonith:external/*",),
        says=r"(?<![\w./+-])(?P<file>/(?:[\w.+-]+/)*external/[\w.+-]+): line (?P<line>\d+): (?P<words>(?:unexpected EOF|syntax error).*)",
        title="the plugin itself is broken: {words} ({file}, line {line})",
        cause="It is a shell script, and the shell cannot read it. external/ipmi of cluster-glue 1.0.8 lacks a quotation mark.",
        remedy=("Update cluster-glue to 1.0.9 or later.",),
        verify=("This must print nothing:", "$ bash -n {file}"),
        versions="cluster-glue 1.0.8 (external/ipmi); any plugin that was edited",
        example="Nov 23 02:07:18 node01 external/ipmi[266]: ERROR: /usr/lib64/stonith/plugins/external/ipmi: line 117: unexpected EOF while looking for"
        " matching `\"'",
    ),
    Symptom(
        id="sbd-no-slot",
        agents=SBD,
        says=r"slot_msg\(\): No slot found for (?P<target>\S+?)\.?$|No more free slots",
        title="the node {target|} has no slot on the SBD disk",
        cause="Each node takes a slot when its sbd starts with that disk: it never did, or the disk was prepared anew since.",
        remedy=("Start sbd on it, or give it a slot:", "$ sbd -d {sbd_device|{devices}} allocate {target}"),
        verify=("Each node must be listed:", *_DUMP),
        versions="sbd, all",
        example="Nov 23 02:07:18 node01 sbd[266]: error: slot_msg: slot_msg(): No slot found for node02.",
    ),
    Symptom(
        id="sbd-disk-unreadable",
        waits=True,
        agents=SBD,
        says=r"Unable to read header from device|header on device \d+ is not valid|Header (?:magic|version|sector size) does not match"
        r"|(?<![\w./:+@=,-])(?P<device>/dev/[\w./:+@=,-]+) (?:not initialized|is not initialized)|Failed to (?:open|read header from) (?P<failed>/dev/\S+?)\.?(?:\s|$)|Not a valid header on (?P<bad>\S+)",
        title="the SBD disk {device|{failed|{bad|}}} cannot be read, or is not prepared",
        cause="{node} does not see the disk, or it holds no SBD header.",
        remedy=(
            "See whether it is there, and what it holds:",
            *_DUMP,
            "Only if it is a new disk, prepare it; this forgets all slots:",
            "$ sbd -d {sbd_device|{devices}} create",
        ),
        verify=_DUMP,
        versions="sbd, all",
        example="Nov 23 02:07:18 node01 sbd[266]: error: header_get: Unable to read header from device 5",
        beside=r"kernel: .*I/O error|multipathd",
    ),
    Symptom(
        id="sbd-not-delivered",
        waits=True,
        agents=SBD,
        says=r"Message is not delivered via more then a half of devices|Process \d+ failed to deliver|failed to deliver",
        title="the message that is to reset the node was not written to most of the SBD disks",
        cause="sbd needs more than half of its disks; storage is slow or gone on {node}.",
        remedy=(
            "See which disk fails, and how long it takes; msgwait must be longer than its longest pause, stonith-timeout longer than msgwait:",
            *_DUMP,
        ),
        verify=_DUMP,
        versions="sbd, all",
        example="Nov 23 02:07:18 node01 sbd[266]: error: messenger: Message is not delivered via more then a half of devices",
        beside=r"kernel: .*I/O error|multipathd",
    ),
    Symptom(
        id="sbd-storage-slow",
        agents=("sbd",),
        says=r"Latency: (?:No liveness for )?(?P<seconds>\d+)s exceed(?:ed|s) watchdog warning timeout|Servant (?P<device>/dev/\S+) is outdated"
        r"|Majority of devices lost",
        title="its SBD disk {device|} did not answer in time",
        cause="sbd resets its own node when it has not read its disks within the watchdog timeout, unless the cluster vouches for it.",
        remedy=(
            "Look at the storage and its paths; msgwait is to be twice the watchdog timeout, stonith-timeout longer than msgwait:",
            "$ sbd -d DEVICE dump",
            "$ multipath -ll",
        ),
        verify=("$ sbd -d DEVICE dump",),
        versions="sbd, all",
        example="Nov 23 02:07:18 node02 sbd[1681]: warning: inquisitor_child: Servant /dev/disk/by-id/sbd is outdated (age: 6)",
        proof="likely",
    ),
)
