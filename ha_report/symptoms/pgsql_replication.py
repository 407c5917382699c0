"""What pgsql (the agent of PostgreSQL) says when it replicates.

Sources: heartbeat/pgsql of resource-agents 3.9.3 (which brought rep_mode) to 4.18; clusterlabs.org's page on its replication.
"""

from ha_report.symptom import Setting, Symptom

PGSQL = ("ocf:heartbeat:pgsql",)
_REBUILD = (
    "If another node has the newer data, make this one anew from it, then take the lock away; else take it away alone:",
    "$ runuser -u {pgdba|postgres} -- pg_basebackup -h {master_ip} -D {pgdata|/var/lib/pgsql/data} -X stream -P",
)
_VALIDATE = ("$ crm_resource --resource {resource} --validate",)

SYMPTOMS = (
    Symptom(
        id="pgsql-lock-file",
        agents=PGSQL,
        says=r"My data may be inconsistent\. You have to remove (?P<lock>\S+) file to force start",
        title="it was primary when it went down, and the lock file {lock} keeps it from starting with old data",
        cause="The agent makes the file when it promotes and removes it at a clean stop. That it is there means that {node} went down"
        " as the primary; another node may have gone on without it.",
        remedy=(*_REBUILD, "$ rm {lock}"),
        verify=(
            "Only where no other node has newer data:",
            "$ pg_controldata {pgdata|/var/lib/pgsql/data} | grep -i checkpoint",
            "$ crm_mon -1rfA",
        ),
        versions="resource-agents 3.9.3 and later",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: My data may be inconsistent. You have to remove /var/lib/pgsql/tmp/PGSQL.lock file to force start.",
        operations=("start",),
    ),
    Symptom(
        id="pgsql-data-newer",
        agents=PGSQL,
        says=r"My data is newer than new (?:master|primary)'s one\. New (?:master|primary)'s location : (?P<location>\S+)",
        title="its data is newer than that of the new primary, which is at {location}",
        cause="A node with older data was promoted; {node} cannot follow it without losing what it has.",
        remedy=("Decide which data counts. To follow the new primary, make {node} anew from it:", _REBUILD[1]),
        verify=("The location of each node shows:", "$ crm_mon -1rfA"),
        versions="resource-agents 3.9.3 and later",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: My data is newer than new master's one. New master's location : 0000000005000090",
    ),
    Symptom(
        id="pgsql-not-promotable",
        agents=PGSQL,
        says=r"Replication\(rep_mode=(?P<modes>[\w ]+)\) (?P<verb>requires|does not support) Master/Slave configuration",
        title="its rep_mode {verb} a promotable clone",
        cause="With rep_mode async or sync the resource must be a promotable clone (master/slave), with none or slave a plain one.",
        remedy=(
            "Put it into a promotable clone with notify=true, or turn replication off:",
            Setting("parameter", "rep_mode", "none"),
        ),
        verify=("$ cibadmin --query --xpath \"//*[primitive[@id='{resource}']]\"",),
        versions="resource-agents 3.9.3 and later",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: Replication(rep_mode=async or sync) requires Master/Slave configuration.",
        rcs=(2, 6),
    ),
    Symptom(
        id="pgsql-replication-parameter",
        agents=PGSQL,
        says=r"(?P<parameter>node_list|master_ip) can't be empty|Invalid (?P<mode>rep_mode) : (?P<value>\S*)|Invalid (?P<slot>replication_slot_name)",
        title="its parameter {parameter|{mode|replication_slot_name}} is not set, or wrong",
        cause="Replication needs the nodes that take part (node_list), the address of the primary (master_ip), and rep_mode async, sync or slave.",
        remedy=("Set it:", Setting("parameter", "{parameter|{mode|replication_slot_name}}", "VALUE")),
        verify=_VALIDATE,
        versions="resource-agents 3.9.3 and later",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: master_ip can't be empty.",
    ),
    Symptom(
        id="pgsql-too-old",
        agents=PGSQL,
        says=r"(?P<what>Replication mode|Replication slot) needs PostgreSQL (?P<version>[\d.]+) or higher",
        title="PostgreSQL there is too old, or {pgdata|its data directory} is empty",
        cause="{what} needs {version} or later; the agent reads the version from PG_VERSION in the data directory.",
        remedy=(
            "See what is there; if nothing is, mount it or make the database:",
            "$ cat {pgdata|/var/lib/pgsql/data}/PG_VERSION",
        ),
        verify=("$ cat {pgdata|/var/lib/pgsql/data}/PG_VERSION",),
        versions="resource-agents 3.9.3 and later",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: Replication mode needs PostgreSQL 9.1 or higher.",
    ),
    Symptom(
        id="pgsql-promote-refused",
        agents=PGSQL,
        says=r"Can't promote PostgreSQL|Not in a replication mode|can't create replication_slot",
        title="PostgreSQL refused to become primary",
        cause="pg_ctl promote failed, or the server was not a replica; its log tells.",
        remedy=(
            "Read the server's log:",
            "$ tail -50 {logfile}",
            "$ runuser -u {pgdba|postgres} -- {psql|psql} -c 'SELECT pg_is_in_recovery()'",
        ),
        verify=("$ crm_mon -1rfA",),
        versions="resource-agents 3.9.3 and later",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: Can't promote PostgreSQL.",
        operations=("promote", "demote", "monitor"),
        proof="likely",
    ),
    Symptom(
        id="pgsql-location-unknown",
        agents=PGSQL,
        says=r"Failed to show my xlog location",
        title="the server does not tell how far its data goes",
        cause="The agent asks it with psql, and got no answer: it does not take connections, or the account may not ask.",
        remedy=(
            "Ask it by hand:",
            "$ runuser -u {pgdba|postgres} -- {psql|psql} -c 'SELECT pg_last_wal_replay_lsn(), pg_last_wal_receive_lsn()'",
        ),
        verify=("$ crm_mon -1rfA",),
        versions="resource-agents 3.9.3 and later",
        example="pgsql_monitor_10000 on db1 'unknown error' (1): call=40, status=complete, exitreason='Failed to show my xlog location.'",
        proof="likely",
    ),
)
