"""What the scheduler (pengine, pacemaker-schedulerd) makes of failures, and what it plans.

Sources: `unpack_rsc_op()`, `unpack_rsc_op_failure()`, `LogActions()` in pengine/ and lib/pengine/unpack.c
of Pacemaker 1.0 and 1.1; lib/pengine/unpack.c and lib/pacemaker/pcmk_output.c of 2.0 to 3.0.
The scheduler repeats one failure at every transition, so a line is a telling, never a count.
"""

from parsers.pattern import NAME, OPERATION_KEY, Pattern

PATTERNS = (
    Pattern(
        kind="operation-failed",
        era="1.0 - 1.1.7",
        anchor="Processing failed op ",
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
        anchor="Processing failed op ",
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
        anchor="Unexpected result (",
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
        anchor="Hard error - ",
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
        r" \((?P<rc_text>[^:()]+)(?:: (?P<reason>.*?))?\)\s*(?:\| (?:rc|exit-status)=(?P<rc>\d+)|$)",
        example="Preventing r_ip from restarting anywhere because of fatal failure (not configured: [findif] failed) | rc=6 id=r_ip_last_failure_0",
        expect={
            "resource": "r_ip",
            "value": "anywhere",
            "rc_text": "not configured",
            "reason": "[findif] failed",
            "rc": "6",
        },
    ),
    Pattern(
        kind="banned-by-failures",
        era="1.0 - 3.0",
        anchor=" away from ",
        regex=rf"Forcing (?P<resource>{NAME}) away from (?P<node>\S+) after (?P<value>\d+) failures",
        example="common_apply_stickiness: Forcing r_ip away from node02 after 1000000 failures (max=1)",
        expect={"resource": "r_ip", "node": "node02", "value": "1000000"},
    ),
    Pattern(
        kind="banned-by-failures",
        era="2.1.2 - 3.0",
        anchor="reaching migration threshold",
        regex=rf"(?P<resource>{NAME}) cannot run on (?P<node>\S+) due to reaching migration threshold",
        example="r_ip cannot run on node01 due to reaching migration threshold (clean up resource to allow again)| failures=1 migration-threshold=1",
        expect={"resource": "r_ip", "node": "node01"},
    ),
    Pattern(
        kind="cannot-run",
        era="1.0 - 3.0",
        anchor=" cannot run anywhere",
        regex=rf"Resource (?P<resource>{NAME}) cannot run anywhere",
        example="native_color: Resource r_ip cannot run anywhere",
        expect={"resource": "r_ip"},
    ),
    Pattern(
        kind="active-twice",
        era="1.0 - 3.0",
        anchor="active on ",
        regex=rf"Resource (?P<resource>{NAME}) (?:\(?[^)]*\)? ?)?(?:appears to be|is|might be) active on (?P<value>\d+) nodes",
        example="native_add_running: Resource ocf::IPaddr2:r_ip appears to be active on 2 nodes.",
        expect={"resource": "ocf::IPaddr2:r_ip", "value": "2"},
    ),
    Pattern(
        kind="action-planned",
        era="1.0 - 1.1.17",
        anchor="LogActions: ",
        regex=r"LogActions:\s+(?P<operation>Start|Stop|Restart|Recover|Move|Migrate|Promote|Demote|Reload)\s+(?:resource )?"
        rf"(?P<resource>{NAME})\s*\((?P<value>[^)]*)",
        example="LogActions: Move resource r_ip\t(Started node01 -> node02)",
        expect={"operation": "Move", "resource": "r_ip", "value": "Started node01 -> node02"},
    ),
    Pattern(
        kind="action-planned",
        era="1.1.18 - 2.1",
        anchor=" * ",
        regex=r"^\W*(?:\w+:\s+)?\* (?P<operation>Start|Stop|Restart|Recover|Move|Migrate|Promote|Demote|Reload)\s+"
        rf"(?P<resource>{NAME})\s+\(\s*(?P<value>.*?)\s*\)",
        example=" * Recover    r_ip    ( node01 -> node02 )",
        expect={"operation": "Recover", "resource": "r_ip", "value": "node01 -> node02"},
    ),
    Pattern(
        kind="action-planned",
        era="2.1.2 - 3.0",
        anchor="Actions: ",
        regex=r"(?<!Log)Actions: (?P<operation>Start|Stop|Restart|Recover|Move|Migrate|Promote|Demote|Reload)\s+"
        rf"(?P<resource>{NAME})\s+\(\s*(?P<value>.*?)\s*\)",
        example="Actions: Recover    r_ip    ( node01 -> node02 )",
        expect={"operation": "Recover", "resource": "r_ip", "value": "node01 -> node02"},
    ),
    Pattern(
        kind="fencing-scheduled",
        era="1.1 - 3.0",
        anchor=" will be fenced",
        regex=r"(?:Cluster n|N)ode (?P<node>\S+) will be fenced:? (?:because )?(?P<reason>.*)",
        example="Cluster node node02 will be fenced: peer is no longer part of the cluster",
        expect={"node": "node02", "reason": "peer is no longer part of the cluster"},
    ),
    Pattern(
        kind="transition-calculated",
        era="1.1.8 - 3.0",
        anchor="Calculated ",
        regex=r"Calculated [Tt]ransition (?P<value>\d+)(?P<reason> \(with (?:errors|warnings)\))?(?:, saving inputs in |: )\S+",
        example="Calculated transition 5, saving inputs in /var/lib/pacemaker/pengine/pe-input-3.bz2",
        expect={"value": "5"},
    ),
    Pattern(
        kind="transition-calculated",
        era="1.0 - 1.1.7",
        anchor="PEngine Input stored in",
        regex=r"Transition (?P<value>\d+): (?:PEngine Input stored in|(?P<reason>WARNINGs|ERRORs) found during PE processing)",
        example="process_pe_message: Transition 3: PEngine Input stored in: /var/lib/pengine/pe-input-12.bz2",
        expect={"value": "3"},
    ),
)
