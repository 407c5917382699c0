"""What the executor (lrmd, pacemaker-execd) says of the agents it runs, and what the agents print.

Sources: cluster-glue lrm/lrmd/lrmd.c (1.0); Pacemaker lrmd/lrmd.c, daemons/execd/execd_commands.c,
lib/services/services_linux.c, and `log_executor_event()` of the controller for agents' output.
"""

from parsers.pattern import NAME, OPERATION_KEY, Pattern

PATTERNS = (
    Pattern(
        kind="operation-started",
        era="cluster-glue 1.0.9 and later",
        anchor="rsc:",
        regex=rf"^\s*rsc:(?P<resource>{NAME}) (?P<operation>[a-z_]+)\[(?P<call>\d+)\] \(pid (?P<value>\d+)\)",
        example="rsc:r_ip stop[4] (pid 212)",
        expect={"resource": "r_ip", "operation": "stop", "call": "4", "value": "212"},
    ),
    Pattern(
        kind="operation-started",
        era="cluster-glue up to 1.0.8",
        anchor="rsc:",
        regex=rf"^\s*rsc:(?P<resource>{NAME}):(?P<call>\d+): (?P<operation>[a-z_]+)\s*$",
        example="rsc:r_ip:3: start",
        expect={"resource": "r_ip", "call": "3", "operation": "start"},
    ),
    Pattern(
        kind="operation-started",
        era="1.1.8 - 3.0",
        anchor="executing - rsc:",
        regex=rf"executing - rsc: ?(?P<resource>{NAME}) action:(?P<operation>[a-z_]+) call_id:(?P<call>\d+)",
        example="executing - rsc:mysql action:start call_id:46",
        expect={"resource": "mysql", "operation": "start", "call": "46"},
    ),
    Pattern(
        kind="operation-ended",
        era="cluster-glue 1.0.9 and later",
        anchor="exited with return code",
        regex=rf"operation (?P<operation>[a-z_]+)\[(?P<call>\d+)\] on (?P<resource>{NAME}) for client \d+: pid (?P<value>\d+)"
        r" exited with return code (?P<rc>\d+)",
        example="operation start[3] on r_ip for client 129: pid 212 exited with return code 1",
        expect={"operation": "start", "call": "3", "resource": "r_ip", "value": "212", "rc": "1"},
    ),
    Pattern(
        kind="operation-ended",
        era="1.1.8 - 2.0.3",
        anchor="finished - rsc:",
        regex=rf"finished - rsc: ?(?P<resource>{NAME}) action:(?P<operation>[a-z_]+) call_id:(?P<call>\d+)\s+(?:pid:(?P<value>\w+) )?"
        r"exit-code:(?P<rc>\d+) exec-time:(?P<exec_ms>\d+)ms",
        example="finished - rsc:mysql action:start call_id:46 pid:2224 exit-code:5 exec-time:35ms queue-time:0ms",
        expect={"resource": "mysql", "operation": "start", "call": "46", "value": "2224", "rc": "5", "exec_ms": "35"},
    ),
    Pattern(
        kind="operation-ended",
        era="2.0.4 - 3.0",
        anchor="exited with status ",
        regex=rf"(?P<resource>{NAME}) (?P<operation>[a-z_]+) \(call (?P<call>\d+)(?:, PID (?P<value>\d+))?\) exited with status (?P<rc>\d+)"
        r"(?: \((?P<reason>(?!execution time).*?)\))? \(execution time (?P<exec>[\d.]+(?:ms|s|m|h)?)",
        example="RSC_SAP_ASCS00 start (call 78, PID 16393) exited with status 7 (execution time 23.488s)",
        expect={
            "resource": "RSC_SAP_ASCS00",
            "operation": "start",
            "call": "78",
            "value": "16393",
            "rc": "7",
            "exec": "23.488s",
        },
    ),
    Pattern(
        kind="operation-ended",
        era="2.0.4 - 3.0, not finished",
        anchor="could not be executed",
        regex=rf"(?P<resource>{NAME}) (?P<operation>[a-z_]+) \(call (?P<call>\d+)(?:, PID (?P<value>\d+))?\) could not be executed:"
        r" (?P<status>[A-Za-z ]*[A-Za-z])(?: \((?P<reason>.*?)\))?(?: \(execution time (?P<exec>[\d.]+(?:ms|s|m|h)?).*)?\s*$",
        example="r_delay start (call 6, PID 187) could not be executed: Timed Out (Resource agent did not complete within 5s) (execution time 5.001s)",
        expect={
            "resource": "r_delay",
            "operation": "start",
            "call": "6",
            "value": "187",
            "status": "Timed Out",
            "reason": "Resource agent did not complete within 5s",
            "exec": "5.001s",
        },
    ),
    Pattern(
        kind="agent-timeout",
        era="cluster-glue",
        anchor="timed out (try ",
        regex=rf"(?P<resource>{NAME}):(?P<operation>[a-z_]+) process \(PID (?P<value>\d+)\) timed out",
        example="r_delay:start process (PID 372) timed out (try 1).  Killing with signal SIGTERM (15).",
        expect={"resource": "r_delay", "operation": "start", "value": "372"},
    ),
    Pattern(
        kind="agent-timeout",
        era="1.1.8 - 2.0.3",
        anchor=" - timed out after ",
        regex=rf"{OPERATION_KEY}:(?P<value>\w+) - timed out after (?P<timeout_ms>\d+)ms",
        example="rsc_SAPHANA_DB01_start_0:2217 - timed out after 3600000ms",
        expect={
            "resource": "rsc_SAPHANA_DB01",
            "operation": "start",
            "interval_ms": "0",
            "value": "2217",
            "timeout_ms": "3600000",
        },
    ),
    Pattern(
        kind="agent-output",
        era="cluster-glue",
        anchor="RA output: (",
        regex=rf"RA output: \((?P<resource>{NAME}):(?P<operation>[a-z_]+):std(?:err|out)\) (?:ocf-exit-reason:(?P<reason>.*?)\s*$|(?P<value>.*))",
        example="RA output: (r_ip:start:stderr) ERROR: Cannot use default route w/o netmask [192.168.210.50]",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "value": "ERROR: Cannot use default route w/o netmask [192.168.210.50]",
        },
    ),
    Pattern(
        kind="agent-output",
        era="1.1.8 - 2.0.3, executor",
        anchor=":stderr [ ",
        regex=rf"{OPERATION_KEY}:(?P<pid>\d+):stderr \[ (?:ocf-exit-reason:(?P<reason>.*?)|(?P<value>.*?)) \]",
        example="operation_finished:\tr_ip_start_0:188:stderr [ ocf-exit-reason:[findif] failed ]",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "pid": "188",
            "reason": "[findif] failed",
        },
    ),
    Pattern(
        kind="agent-output",
        era="2.0.4 - 3.0, executor",
        anchor="] error output [ ",
        regex=rf"{OPERATION_KEY}\[(?P<pid>\d+)\] error output \[ (?:ocf-exit-reason:(?P<reason>.*?)|(?P<value>.*?)) \]",
        example="r_ip_start_0[151] error output [ ocf-exit-reason:[findif] failed ]",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "pid": "151",
            "reason": "[findif] failed",
        },
    ),
    Pattern(
        kind="agent-output",
        era="1.1.10 - 2.1.2, controller",
        anchor="ocf-exit-reason:",
        regex=rf"(?<!\S)(?P<node>\S+?)-{OPERATION_KEY}:(?P<call>\d+)"
        # Of several reasons the last one counts.
        r" \[ .*ocf-exit-reason:(?P<reason>.*?)(?:\\n.*)? \]",
        example=r"node01-r_web_start_0:6 [ ocf-exit-reason:no httpd\nocf-exit-reason:environment is invalid\n ]",
        expect={
            "node": "node01",
            "resource": "r_web",
            "operation": "start",
            "interval_ms": "0",
            "call": "6",
            "reason": "environment is invalid",
        },
    ),
    Pattern(
        kind="agent-output",
        era="2.1.3 - 3.0, controller",
        anchor=" output [ ",
        regex=rf"(?<!\S){OPERATION_KEY}@(?P<node>\S+) output \[ (?:ocf-exit-reason:(?P<reason>.*?)|(?P<value>.*?)) \]",
        example="r_ip_start_0@node02 output [ ocf-exit-reason:[findif] failed ]",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "node": "node02",
            "reason": "[findif] failed",
        },
    ),
)
