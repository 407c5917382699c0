"""Results of operations, as the controller (crmd, pacemaker-controld) logs them.

Sources: `process_lrm_event()` and `log_executor_event()` in crmd/lrm.c and
daemons/controld/controld_execd.c of Pacemaker 1.0 to 3.0.  Syslog gets a line only up to " | "
from 1.1.16 on, so that each form also stands without its second half.
"""

from parsers.pattern import NAME, OPERATION_KEY, Pattern

# "| call=46 key=mysql_start_0 confirmed=true": what stands behind the bar, in any order
_BEHIND_BAR = (
    r"(?:(?=.* call=(?P<call>\d+)))?(?:(?=.* key=\S+_(?P<interval_ms>\d+)\b))?(?:(?=.* timeout=(?P<timeout_ms>\d+)ms))?"
)
_RESULT = rf"Result of (?P<operation>[a-z_-]+) operation for (?P<resource>{NAME}) on (?P<node>\S+): {_BEHIND_BAR}"
_END = r"\s*(?:\||\]|$)"  # "]" ends a "message repeated 2 times: [ ... ]"
_REASON = r"(?: \((?P<reason>.*?)\))?"

# Execution status in words; anything else in its place is the text of an OCF return code.
_STATUS = (
    r"(?:Timed [Oo]ut|Cancelled|Error(?! occurred)|NOT SUPPORTED|Unsupported|[Pp]ending|Hard error|Fatal error"
    r"|No executor connection|Internal communication failure|Not connected|Cannot execute now|No fence device"
    r"|CIB secrets unavailable|Not installed(?= \| call=\d+ key=\S+ confirmed=))"
)

PATTERNS = (
    Pattern(
        kind="operation-result",
        era="1.0 - 1.1.11",
        anchor="LRM operation ",
        regex=rf"LRM operation {OPERATION_KEY} \((?:node=(?P<node>\S+), )?call=(?P<call>\d+), rc=(?P<rc>-?\d+)"
        r"[^)]*\) (?P<rc_text>.+?)\s*$",
        example="process_lrm_event: LRM operation r_ip_start_0 (call=3, rc=1, cib-update=48, confirmed=true) unknown error",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "call": "3",
            "rc": "1",
            "rc_text": "unknown error",
        },
    ),
    Pattern(
        kind="operation-result",
        era="1.0 - 1.1.11, not executed or cancelled",
        anchor="LRM operation ",
        regex=rf"LRM operation {OPERATION_KEY} \((?:node=(?P<node>\S+), )?call=(?P<call>\d+), status=-?\d+"
        r"[^)]*\) (?P<status>.+?)\s*$",
        example="process_lrm_event: LRM operation p_state:1_monitor_5000 (call=8, status=1, cib-update=0, confirmed=true) Cancelled",
        expect={
            "resource": "p_state:1",
            "operation": "monitor",
            "interval_ms": "5000",
            "call": "8",
            "status": "Cancelled",
        },
    ),
    Pattern(
        kind="operation-result",
        era="1.0 - 1.1.11, timed out",
        anchor="LRM operation ",
        regex=rf"LRM operation {OPERATION_KEY} \((?P<call>\d+)\) (?P<status>Timed Out) \(timeout=(?P<timeout_ms>\d+)ms\)",
        example="process_lrm_event: LRM operation r_delay_start_0 (3) Timed Out (timeout=5000ms)",
        expect={
            "resource": "r_delay",
            "operation": "start",
            "interval_ms": "0",
            "call": "3",
            "status": "Timed Out",
            "timeout_ms": "5000",
        },
    ),
    Pattern(
        kind="operation-result",
        era="1.1.12 - 1.1.15",
        anchor="Operation ",
        regex=rf"Operation {OPERATION_KEY}: (?P<rc_text>[^(]+?) \(node=(?P<node>[^\s,]+), call=(?P<call>\d+), rc=(?P<rc>-?\d+)",
        example="process_lrm_event: \tOperation r_ip_start_0: unknown error (node=node02, call=6, rc=1, cib-update=14, confirmed=true)",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "node": "node02",
            "call": "6",
            "rc": "1",
            "rc_text": "unknown error",
        },
    ),
    Pattern(
        kind="operation-result",
        era="1.1.12 - 1.1.15, timed out",
        anchor="Operation ",
        regex=rf"Operation {OPERATION_KEY}: (?P<status>Timed Out) \(node=(?P<node>[^\s,]+), call=(?P<call>\d+), timeout=(?P<timeout_ms>\d+)ms",
        example="process_lrm_event: \tOperation r_delay_start_0: Timed Out (node=node01, call=6, timeout=5000ms)",
        expect={
            "resource": "r_delay",
            "operation": "start",
            "interval_ms": "0",
            "node": "node01",
            "call": "6",
            "status": "Timed Out",
            "timeout_ms": "5000",
        },
    ),
    Pattern(
        kind="operation-result",
        era="1.1.12 - 1.1.14, cancelled",
        anchor="Operation ",
        regex=rf"Operation {OPERATION_KEY}: (?P<status>[^(]+?) \(node=(?P<node>[^\s,]+), call=(?P<call>\d+), confirmed=",
        example="process_lrm_event: \tOperation r_ip_monitor_5000: Cancelled (node=node01, call=11, confirmed=true)",
        expect={
            "resource": "r_ip",
            "operation": "monitor",
            "interval_ms": "5000",
            "status": "Cancelled",
            "node": "node01",
            "call": "11",
        },
    ),
    Pattern(
        kind="operation-result",
        era="1.1.12 - 1.1.15, not executed or cancelled",
        anchor="Operation ",
        regex=rf"Operation {OPERATION_KEY} \(node=(?P<node>[^\s,]+), call=(?P<call>\d+), status=-?\d+[^)]*\) (?P<status>.+?)\s*$",
        example="process_lrm_event: \tOperation r_no_monitor_0 (node=node01, call=5, status=7, cib-update=12, confirmed=true) Not installed",
        expect={
            "resource": "r_no",
            "operation": "monitor",
            "interval_ms": "0",
            "node": "node01",
            "call": "5",
            "status": "Not installed",
        },
    ),
    Pattern(
        kind="operation-result",
        era="1.1.15 - 2.0.3",
        anchor="Result of ",
        regex=rf"{_RESULT}(?P<rc>-?\d+) \((?P<rc_text>[^|]*)\){_END}",
        example="Result of start operation for mysql on 15sp1-2: 5 (not installed) | call=46 key=mysql_start_0 confirmed=true cib-update=51",
        expect={
            "operation": "start",
            "resource": "mysql",
            "node": "15sp1-2",
            "rc": "5",
            "rc_text": "not installed",
            "call": "46",
            "interval_ms": "0",
        },
    ),
    Pattern(
        kind="operation-result",
        era="2.0.4 - 3.0",
        anchor="Result of ",
        regex=rf"{_RESULT}(?:(?=.* rc=(?P<rc>\d+)))?(?!{_STATUS})(?P<rc_text>[A-Za-z][\w ]*\w(?: \(failed\))?){_REASON}{_END}",
        example="Result of start operation for r_ip on node02: error ([findif] failed)"
        " | CIB update 15, graph action confirmed; call=6 key=r_ip_start_0 rc=1",
        expect={
            "operation": "start",
            "resource": "r_ip",
            "node": "node02",
            "rc_text": "error",
            "reason": "[findif] failed",
            "call": "6",
            "interval_ms": "0",
            "rc": "1",
        },
    ),
    Pattern(
        kind="operation-result",
        era="1.1.15 - 3.0, not finished",
        anchor="Result of ",
        regex=rf"{_RESULT}(?P<status>{_STATUS})(?: after (?P<timeout>\d+(?:ms|s|m|h)))?{_REASON}{_END}",
        example="Result of start operation for r_delay on node01: Timed Out after 5s (Resource agent did not complete within 5s)"
        " | CIB update 39, graph action confirmed; call=6 key=r_delay_start_0",
        expect={
            "operation": "start",
            "resource": "r_delay",
            "node": "node01",
            "status": "Timed Out",
            "timeout": "5s",
            "reason": "Resource agent did not complete within 5s",
            "call": "6",
            "interval_ms": "0",
        },
    ),
)
