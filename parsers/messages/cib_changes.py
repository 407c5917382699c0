"""The CIB: changed by people (who, from where, which section), refused, damaged on disk.

Sources: `cib_process_request()` in cib/callbacks.c of Pacemaker 1.0 and 1.1, `log_op_result()` in daemons/based/based_callbacks.c of
2.0 to 3.0; the client's name is that of its program, as shells (crm, pcs, hawk) change the CIB with cibadmin, crm_attribute and
crm_resource.  lib/cib/cib_file.c and cib/io.c for the file on disk.  Changes by the cluster itself, and diffs, are passed over.
In these rows `value` is the program, `node` where it ran, `reason` the section.
"""

from parsers.pattern import Pattern

PATTERNS = (
    Pattern(
        kind="cib-changed",
        era="1.1.10 - 3.0",
        anchor="badmin/",
        regex=r"Completed (?P<operation>cib_\w+) operation for section (?P<reason>(?!status:)[^:]+): (?P<status>.+?) \(rc=(?P<rc>-?\d+), origin=(?P<node>[^/]+)/(?P<value>cibadmin)/",
        example="Completed cib_modify operation for section configuration: OK (rc=0, origin=node01/cibadmin/2, version=0.7.0)",
        expect={
            "operation": "cib_modify",
            "reason": "configuration",
            "status": "OK",
            "rc": "0",
            "node": "node01",
            "value": "cibadmin",
        },
    ),
    Pattern(
        kind="cib-changed",
        era="1.1.10 - 3.0, crm_attribute",
        anchor="m_attribute/",
        regex=r"Completed (?P<operation>cib_\w+) operation for section (?P<reason>(?!status:)[^:]+): (?P<status>.+?) \(rc=(?P<rc>-?\d+), origin=(?P<node>[^/]+)/(?P<value>crm_attribute)/",
        example="cib_process_request:\tCompleted cib_modify operation for section nodes: OK (rc=0, origin=node01/crm_attribute/4, version=0.10.0)",
        expect={
            "operation": "cib_modify",
            "reason": "nodes",
            "status": "OK",
            "rc": "0",
            "node": "node01",
            "value": "crm_attribute",
        },
    ),
    Pattern(
        kind="cib-changed",
        era="1.1.10 - 3.0, crm_resource",
        anchor="/crm_resource/",
        regex=r"Completed (?P<operation>cib_\w+) operation for section (?P<reason>[^:]+): (?P<status>.+?) \(rc=(?P<rc>-?\d+), origin=(?P<node>[^/]+)/(?P<value>crm_resource)/",
        example="Completed cib_modify operation for section constraints: OK (rc=0, origin=node01/crm_resource/3, version=0.12.0)",
        expect={
            "operation": "cib_modify",
            "reason": "constraints",
            "status": "OK",
            "rc": "0",
            "node": "node01",
            "value": "crm_resource",
        },
    ),
    Pattern(
        kind="cib-changed",
        era="1.0 - 1.1.8",
        anchor="badmin/",
        regex=r"Operation complete: op (?P<operation>cib_\w+) for section (?P<reason>\S+) \(origin=(?P<node>[^/]+)/(?P<value>cibadmin)/[^)]*\): (?P<status>.+?) \(rc=(?P<rc>-?\d+)\)",
        example="cib_process_request: Operation complete: op cib_modify for section configuration (origin=local/cibadmin/2, version=0.4.1): ok (rc=0)",
        expect={
            "operation": "cib_modify",
            "reason": "configuration",
            "node": "local",
            "value": "cibadmin",
            "status": "ok",
            "rc": "0",
        },
    ),
    Pattern(
        kind="cib-changed",
        era="1.0 - 1.1.8, crm_attribute",
        anchor="m_attribute/",
        regex=r"Operation complete: op (?P<operation>cib_\w+) for section (?P<reason>\S+) \(origin=(?P<node>[^/]+)/(?P<value>crm_attribute)/[^)]*\): (?P<status>.+?) \(rc=(?P<rc>-?\d+)\)",
        example="cib_process_request: Operation complete: op cib_modify for section nodes (origin=local/crm_attribute/4, version=0.9.1): ok (rc=0)",
        expect={
            "operation": "cib_modify",
            "reason": "nodes",
            "node": "local",
            "value": "crm_attribute",
            "status": "ok",
            "rc": "0",
        },
    ),
    Pattern(
        kind="cib-change-passed-on",
        era="1.1.10 - 3.0",
        anchor="badmin/",
        regex=r"Forwarding (?P<operation>cib_\w+) operation for section (?P<reason>.+?) to (?:all|master|\S+) \(origin=(?P<node>[^/]+)/(?P<value>cibadmin)/",
        example="Forwarding cib_modify operation for section configuration to all (origin=node01/cibadmin/3)",
        expect={"operation": "cib_modify", "reason": "configuration", "node": "node01", "value": "cibadmin"},
    ),
    Pattern(
        kind="cib-unsigned",
        era="1.0 - 3.0",
        anchor="No on-disk digest",
        regex=r"No on-disk digest present(?: at (?P<value>\S+))?",
        example="cib_file_verify_digest:\tNo on-disk digest present at /var/lib/pacemaker/cib/cib.xml.sig",
        expect={"value": "/var/lib/pacemaker/cib/cib.xml.sig"},
    ),
    Pattern(
        kind="cib-damaged",
        era="1.0 - 3.0",
        anchor="manually modified while",
        regex=r"(?P<value>\S+) was manually modified while",
        example="validate_cib_digest: /var/lib/heartbeat/crm/cib.xml was manually modified while the cluster was active!",
        expect={"value": "/var/lib/heartbeat/crm/cib.xml"},
    ),
    Pattern(
        kind="message-discarded",
        era="1.0 - 3.0",
        anchor="Discarding ",
        regex=r"Discarding (?P<value>\S+) message (?:\(\w+\) )?from (?P<node>[^\s:]+): not in our membership",
        example="cib_peer_callback: Discarding cib_apply_diff message (85) from node02: not in our membership",
        expect={"value": "cib_apply_diff", "node": "node02"},
    ),
)
