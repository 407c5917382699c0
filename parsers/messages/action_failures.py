"""What the scheduler (pengine, pacemaker-schedulerd) makes of failures.

Sources: `unpack_rsc_op()`, `unpack_rsc_op_failure()` in lib/pengine/unpack.c of Pacemaker 1.0 to 3.0.
The scheduler repeats one failure at every transition, so a line is a telling, never a count.
"""

from parsers.pattern import NAME, OPERATION_KEY, Pattern

PATTERNS = (
    Pattern(
        kind="operation-failed",
        era="1.0 - 1.1.7",
        anchor="Processing failed ",
        regex=rf"Processing failed op {OPERATION_KEY} on (?P<node>\S+): (?P<rc_text>.+) \((?P<rc>-?\d+)\)",
        example="unpack_rsc_op: Processing failed op r_ip_start_0 on node02: unknown error (1)",
        expect={
            "resource": "r_ip",
            "operation": "start",
            "interval_ms": "0",
            "node": "node02",
            "rc_text": "unknown error",
            "rc": "1",
        },
    ),
    Pattern(
        kind="operation-failed",
        era="1.1.8 - 1.1.17",
        anchor="Processing failed ",
        regex=rf"Processing failed op (?P<operation>[a-z_]+) for (?P<resource>{NAME}) on (?P<node>\S+): (?P<rc_text>.+) \((?P<rc>-?\d+)\)",
        example="unpack_rsc_op_failure: \tProcessing failed op start for r_ip on node02: unknown error (1)",
        expect={"operation": "start", "resource": "r_ip", "node": "node02", "rc_text": "unknown error", "rc": "1"},
    ),
    Pattern(
        kind="operation-failed",
        era="1.1.18 - 2.0.2",
        anchor="Processing failed ",
        regex=rf"Processing failed (?!op )(?P<operation>[a-z_]+) of (?P<resource>{NAME}) on (?P<node>\S+): (?P<rc_text>[^|]*[^|\s])\s*(?:\| rc=(?P<rc>-?\d+)|\]|$)",
        example="unpack_rsc_op_failure: Processing failed start of mysql on 15sp1-2: not installed | rc=5",
        expect={"operation": "start", "resource": "mysql", "node": "15sp1-2", "rc_text": "not installed", "rc": "5"},
    ),
    Pattern(
        kind="operation-failed",
        era="2.0.3 - 3.0",
        anchor="Unexpected ",
        regex=rf"Unexpected result \((?P<rc_text>[^:()]+(?: \(failed\))?)(?:: (?P<reason>.*))?\) was recorded for (?P<operation>[a-z_]+) of"
        rf" (?P<resource>{NAME}) on (?P<node>\S+) at (?P<failed_at>[A-Z][a-z]{{2}} +\d+ [\d:]+ \d{{4}})\s*(?:\| (?:rc|exit-status)=(?P<rc>\d+).*|\]|$)",
        example="Unexpected result (error: [findif] failed) was recorded for start of r_ip on node02 at Nov 23 02:01:35 2026"
        " | rc=1 id=r_ip_last_failure_0",
        expect={
            "rc_text": "error",
            "reason": "[findif] failed",
            "operation": "start",
            "resource": "r_ip",
            "node": "node02",
            "failed_at": "Nov 23 02:01:35 2026",
            "rc": "1",
        },
    ),
    Pattern(
        kind="restart-prevented",
        era="1.0 - 1.1.7",
        anchor="Preventing ",
        regex=rf"Hard error - {OPERATION_KEY} failed with rc=(?P<rc>-?\d+): Preventing \S+ from re-starting (?:on (?P<node>\S+)|(?P<value>anywhere))",
        example="unpack_rsc_op: Hard error - r_web_start_0 failed with rc=5: Preventing r_web from re-starting on node02",
        expect={"resource": "r_web", "operation": "start", "interval_ms": "0", "rc": "5", "node": "node02"},
    ),
    Pattern(
        kind="restart-prevented",
        era="1.1.8 - 2.0.2",
        anchor="Preventing ",
        regex=rf"(?<!: )Preventing (?P<resource>{NAME}) from re-starting (?:on (?P<node>\S+)|(?P<value>anywhere)): operation (?P<operation>[a-z_]+)"
        r" failed '(?P<rc_text>[^']*)' \((?P<rc>-?\d+)\)",
        example="Preventing r_web from re-starting on node02: operation start failed 'not installed' (5)",
        expect={"resource": "r_web", "node": "node02", "operation": "start", "rc_text": "not installed", "rc": "5"},
    ),
    Pattern(
        kind="restart-prevented",
        era="2.0.3 - 3.0",
        anchor="Preventing ",
        regex=rf"Preventing (?P<resource>{NAME}) from restarting (?:on (?P<node>\S+)|(?P<value>anywhere)) because of (?:hard|fatal) failure"
        r" \((?P<rc_text>[^:()]+)(?:: (?P<reason>.*?))?\)\s*(?:\| (?:(?:rc|exit-status)=(?P<rc>\d+))?|$)",
        example="Preventing r_ip from restarting anywhere because of fatal failure (not configured: [findif] failed) | rc=6 id=r_ip_last_failure_0",
        expect={
            "resource": "r_ip",
            "value": "anywhere",
            "rc_text": "not configured",
            "reason": "[findif] failed",
            "rc": "6",
        },
    ),
)
