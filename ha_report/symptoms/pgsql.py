"""What pgsql (the agent of PostgreSQL) says of its setup and of a start.

Sources: heartbeat/pgsql of resource-agents 1.0 to 4.18; ClusterLabs/PAF issues 76, 107 and 124.
"""

from ha_report.symptom import Setting, Symptom

PGSQL = ("ocf:heartbeat:pgsql",)
_LOG = "$ tail -50 {logfile}"
_VALIDATE = ("$ crm_resource --resource {resource} --validate",)

SYMPTOMS = (
    Symptom(
        id="pgsql-no-program",
        agents=PGSQL,
        says=r"couldn't find command: (?P<program>\S+)",
        title="there is no program {program}",
        cause="PostgreSQL is not installed on {node}, or the parameters pgctl and psql name other paths than it has there.",
        remedy=(
            "Install it on {nodes}, or say where it is:",
            Setting("parameter", "pgctl", "PATH"),
            Setting("parameter", "psql", "PATH"),
        ),
        verify=("$ ls -l {program}",),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 06:59:57  pgsql(db_pg)[10821]:    ERROR: Setup problem: couldn't find command: /usr/bin/pg_ctl",
    ),
    Symptom(
        id="pgsql-no-config",
        agents=PGSQL,
        says=r"Configuration file (?P<config>\S+) doesn't exist",
        title="the configuration {config} is not there",
        cause="Most often pgdata lies on a file system that is not mounted on {node} when {resource} starts; or no database was made there.",
        remedy=(
            "Let what mounts it start before {resource}, on the same node:",
            "$ crm_resource --resource {resource} --constraints",
        ),
        verify=("With its file system mounted:", "$ ls -l {config}"),
        versions="resource-agents 1.0.4 and later",
        example="Nov 23 07:00:04  pgsql(db_pg)[10994]:    ERROR: Configuration file /var/lib/pgsql/data/postgresql.conf doesn't exist",
    ),
    Symptom(
        id="pgsql-no-user",
        agents=PGSQL,
        says=r"User (?P<pgdba>\S+) doesn't exist",
        title="the account {pgdba} does not exist there",
        cause="The server is to run under it, as the parameter pgdba says.",
        remedy=(
            "Make it on {node}, with the same number as on the other nodes; or correct the parameter:",
            Setting("parameter", "pgdba", "postgres"),
        ),
        verify=("$ id {pgdba}",),
        versions="resource-agents 3.9.2 and later",
        example="Nov 23 07:00:13  pgsql(db_pg)[11260]:    ERROR: User pgadmin doesn't exist",
    ),
    Symptom(
        id="pgsql-not-writable",
        agents=PGSQL,
        says=r"Directory (?P<path>\S+) is not writable by (?P<account>\S+)|can't write to the log file: (?P<file>\S+)"
        r"|(?P<user>\S+) can't create files in (?P<directory>\S+)|Can't create directory (?P<made>[^\s]+)",
        title="{account|the account of the server} may not write to {path|{file|what it needs}}",
        cause="The server needs to write to its data, its log and its socket directory. After a copy or a restore they often belong to root.",
        remedy=(
            "See whose it is, and give it to {account|{pgdba|postgres}} if it is the server's alone; or see why its file system is read-only:",
            "$ ls -ld {path}",
            "$ ls -ld {file}",
            "$ ls -ld {pgdata|/var/lib/pgsql/data}",
        ),
        verify=("$ runuser -u {account} -- test -w {path} && echo writable",),
        versions="all (data directory: resource-agents 3.9.1)",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: Directory /var/lib/pgsql/data is not writable by postgres",
        operations=("start", "promote", "demote"),
    ),
    Symptom(
        id="pgsql-socketdir-unset",
        agents=PGSQL,
        says=r"socketdir can't be empty",
        title="postgresql.conf sets unix_socket_directories, and the parameter socketdir is not set",
        cause="From PostgreSQL 9.3 on there may be several such directories, and the agent does not choose.",
        remedy=("Name the one that the agent is to use:", Setting("parameter", "socketdir", "/var/run/postgresql")),
        verify=("$ grep unix_socket_directories {pgdata|/var/lib/pgsql/data}/postgresql.conf",),
        versions="resource-agents 3.9.6 and later",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: In PostgreSQL 9.3 or higher, socketdir can't be empty if you define"
        " unix_socket_directories in the postgresql.conf.",
    ),
    Symptom(
        id="pgsql-monitor-account",
        agents=PGSQL,
        says=r"monitor password can't be empty|monitor_user has to be set if monitor_password is set",
        title="of monitor_user and monitor_password one is set without the other",
        cause="The agent logs in with both, or with neither as the account of the server.",
        remedy=("Set both, or neither:", "$ crm_resource --resource {resource} --delete-parameter monitor_user"),
        verify=_VALIDATE,
        versions="resource-agents 1.0.4 and later",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: monitor password can't be empty",
    ),
    Symptom(
        id="pgsql-start-refused",
        agents=PGSQL,
        says=r"Can't start PostgreSQL(?P<promoting> as primary on promote)?\.",
        title="PostgreSQL refused to start",
        cause="What pg_ctl complains of stands in the lines before and in the server's own log: its configuration, a port or lock in use,"
        " an old postmaster.pid, permissions, no space.",
        remedy=(
            "Read it, and start the server by hand:",
            _LOG,
            "$ df -h {pgdata|/var/lib/pgsql/data}",
            "$ ss -ltnp | grep 5432",
            "$ runuser -u {pgdba|postgres} -- {pgctl|/usr/bin/pg_ctl} -D {pgdata|/var/lib/pgsql/data} start",
        ),
        verify=(
            "Stop it again by hand before the cluster starts it:",
            "$ runuser -u {pgdba|postgres} -- {pgctl|/usr/bin/pg_ctl} -D {pgdata|/var/lib/pgsql/data} stop",
        ),
        versions="all",
        example="Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: Can't start PostgreSQL.",
        operations=("start", "promote"),
        proof="likely",
    ),
    Symptom(
        id="pgsql-no-answer",
        waits=True,
        agents=PGSQL,
        says=r"giving up executing \"(?P<command>[^\"]+)\"|\"(?P<late>[^\"]+)\" \(pid=\d+\) timed out",
        title="a command of the agent failed again and again: {command|{late}}",
        cause="It asks the cluster or the server and got no good answer; after a crash the server answers only when its recovery is done.",
        remedy=(
            "See in the server's log whether it recovers (redo in progress), and give it the time that takes:",
            _LOG,
        ),
        verify=("The command must end well by hand, as must this:", "$ crm_mon -1rfA"),
        versions="resource-agents 3.9.6 and later",
        example='Nov 23 02:01:35  pgsql(db_pg)[158]:    ERROR: giving up executing "crm_mon -1 --output-as=xml"',
        proof="likely",
    ),
    Symptom(
        id="pgsql-does-not-come-up",
        waits=True,
        agents=PGSQL,
        says=r"could not connect to server: |connection to server (?:at|on socket) .* failed: (?P<error>.*\S)|the database system is starting up",
        title="the server was started, but takes no connections",
        cause="It recovers after a crash, which may take longer than the start is given; or it ended right away, and its log tells why.",
        remedy=("Look in its log for redo in progress, or for FATAL:", _LOG),
        verify=("$ runuser -u {pgdba|postgres} -- {psql|psql} -c 'SELECT 1'",),
        versions="all; words of psql",
        example="Nov 23 02:01:35.300 node02 pacemaker-execd     [91] (log_op_output) \tinfo: db_pg_start_0[158] error output [ psql: error: connection to"
        ' server on socket "/tmp/.s.PGSQL.5432" failed: No such file or directory ]',
        proof="likely",
    ),
)
