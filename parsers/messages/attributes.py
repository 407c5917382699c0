"""Node attributes as attrd keeps them: pingd, diskd, promotion scores, shutdown and standby requests.

Sources: tools/attrd.c of Pacemaker 1.0 and 1.1 (`attrd_perform_update()`), attrd/commands.c of 1.1.12 and later
(`attrd_peer_update()`), daemons/attrd/attrd_corosync.c and attrd_attributes.c of 2.0 to 3.0.
In these rows `reason` is the attribute's name and `value` its new value; fail counts are in controller.py.
"""

from parsers.pattern import Pattern

PATTERNS = (
    Pattern(
        kind="attribute-changed",
        era="1.1.12 - 3.0",
        anchor="Setting ",
        regex=r"Setting (?!fail-count-|last-failure-)(?P<reason>[^\s\[]+)\[(?P<node>[^\]]+)\](?: in \S+)?: .*? -> (?P<value>[^\s|]+)",
        example="Setting shutdown[node02]: (unset) -> 1795399503 | from node01 with no write delay",
        expect={"reason": "shutdown", "node": "node02", "value": "1795399503"},
    ),
    Pattern(
        kind="attribute-changed",
        era="1.0 - 1.1.11",
        anchor="Sent update ",
        regex=r"Sent update \d+: (?!fail-count-|last-failure-)(?P<reason>[^\s=]+)=(?P<value>\S+)",
        example="attrd_perform_update: Sent update 8: default_ping_set2=0",
        expect={"reason": "default_ping_set2", "value": "0"},
    ),
    Pattern(
        kind="last-failure",
        era="1.0 - 1.1.11",
        anchor="Sent update ",
        regex=r"Sent update \d+: last-failure-(?P<resource>[^\s=]+)=(?P<epoch>\d+)",
        example="attrd_perform_update: Sent update 12: last-failure-r_ip=1795403225",
        expect={"resource": "r_ip", "epoch": "1795403225"},
    ),
    Pattern(
        kind="fail-count-cleared",
        era="1.0 - 1.1.11",
        anchor="Sent delete ",
        regex=r"Sent delete \d+: node=(?P<value>[^\s,]+), attr=fail-count-(?P<resource>[^\s,]+),",
        example="attrd_perform_update: Sent delete 13: node=bf768fa9-769f-43e0-8be9-7147fa8c39ce, attr=fail-count-r_ip, id=<n/a>, set=(null), section=status",
        expect={"value": "bf768fa9-769f-43e0-8be9-7147fa8c39ce", "resource": "r_ip"},
    ),
    Pattern(
        kind="attribute-removed",
        era="1.0 - 1.1.11",
        anchor="Sent delete ",
        regex=r"Sent delete \d+: node=(?P<value>[^\s,]+), attr=(?!fail-count-)(?P<reason>[^\s,]+),",
        example="attrd_perform_update: Sent delete 19: node=10cb7361-1fa2-4fd2-a777-8c7d144b913d, attr=master-p_state:1, id=<n/a>, set=(null), section=status",
        expect={"value": "10cb7361-1fa2-4fd2-a777-8c7d144b913d", "reason": "master-p_state:1"},
    ),
)
