"""What mysql and mariadb (the agents of MySQL and MariaDB) say.

Sources: heartbeat/mysql, heartbeat/mariadb and heartbeat/mysql-common.sh of resource-agents 1.0 to 4.18.
"""

from ha_report.symptom import Setting, Symptom

MYSQL = ("ocf:heartbeat:mysql", "ocf:heartbeat:mariadb", "ocf:percona:mysql")
_VALIDATE = ("$ crm_resource --resource {resource} --validate",)

SYMPTOMS = (
    Symptom(
        id="mysql-no-program",
        agents=MYSQL,
        says=r"couldn't find command: (?P<program>\S+)|(?P<binary>\S+): required binary not installed",
        title="there is no program {program|{binary}}",
        cause="The server or its client is not installed on {node}, or has another name there: mysqld_safe, mariadbd-safe, mysqld.",
        remedy=(
            "Install it on {nodes}, or say what it is called:",
            Setting("parameter", "binary", "PATH"),
        ),
        verify=("This must print a path:", "$ command -v {program|{binary}}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Mar  4 18:49:12 15sp1-1 mysql(mysql)[2224]: ERROR: Setup problem: couldn't find command: /usr/bin/safe_mysqld",
    ),
    Symptom(
        id="mysql-no-config",
        agents=MYSQL,
        says=r"Config (?P<config>\S+) doesn't exist",
        title="the configuration {config} is not there",
        cause="Its path is wrong, or it lies on a file system that is not mounted on {node} when {resource} starts.",
        remedy=("Say where it is:", Setting("parameter", "config", "PATH")),
        verify=("$ ls -l {config}",),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: Config /srv/mysql/my.cnf doesn't exist",
    ),
    Symptom(
        id="mysql-no-datadir",
        agents=MYSQL,
        says=r"Datadir (?P<datadir>\S+) doesn't exist",
        title="the data directory {datadir} is not there",
        cause="Most often it lies on a file system that is not mounted on {node} when {resource} starts.",
        remedy=(
            "Let what mounts it start before {resource}, on the same node:",
            "$ crm_resource --resource {resource} --constraints",
        ),
        verify=("With its file system mounted:", "$ ls -ld {datadir}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: Datadir /srv/mysql/data doesn't exist",
    ),
    Symptom(
        id="mysql-no-account",
        agents=MYSQL,
        says=r"(?P<kind>User|Group) (?P<name>\S+) doesn't exi(?:s)?t",
        title="the account {name} does not exist there ({kind})",
        cause="The server is to run under it, as the parameters user and group say; each node needs both.",
        remedy=(
            "Make it on {node}, with the same number as on the other nodes:",
            "$ getent passwd {name}",
            "$ getent group {name}",
        ),
        verify=("$ id {user|mysql}",),
        versions="all (spelt doesn't exit for a user); as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: User mysql doesn't exit",
    ),
    Symptom(
        id="mysql-not-writable",
        agents=MYSQL,
        says=r"Directory (?P<directory>\S+) is not writable by (?P<account>\S+)",
        title="{account} may not write to {directory}",
        cause="The server needs to write to its data, socket and pid directories. After a copy they often belong to root.",
        remedy=(
            "See whose it is, and give it to {account} if it is the server's alone; or see why its file system is read-only:",
            "$ ls -ld {directory}",
            "$ findmnt -T {directory}",
        ),
        verify=("$ runuser -u {account} -- test -w {directory} && echo writable",),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: Directory /var/run/mysql is not writable by mysql",
    ),
    Symptom(
        id="mysql-start-refused",
        agents=MYSQL,
        says=r"MySQL server failed to start \(pid=(?P<pid>\d*)\) \(rc=(?P<status>\d+)\)|MySQL start failed: (?P<rc>\d+)",
        title="the server ended right after its start",
        cause="What it complains of stands in its own log, {log|/var/log/mysqld.log}: its configuration, InnoDB, a port or lock in use, no space.",
        remedy=("Read it:", "$ tail -50 {log|/var/log/mysqld.log}", "$ df -h {datadir}"),
        verify=_VALIDATE,
        versions="resource-agents 3.9.6 to 4.12",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: MySQL server failed to start (pid=177) (rc=1), please check your installation",
        operations=("start",),
        beside=r"(?:mysqld|mariadbd).*(?:\[ERROR\]|Aborting)",
        proof="likely",
    ),
    Symptom(
        id="mysql-slave-failed",
        agents=MYSQL,
        says=r"configured for replication, but replication has failed|MySQL Slave (?P<thread>SQL|IO) threads? currently not running"
        r"|Failed to start slave|check_slave invoked on an instance that is not a replication slave",
        title="its replication has stopped",
        cause="The server runs, but takes no changes from its source any more: an error in one statement, a lost connection, or files"
        " that the source has thrown away.",
        remedy=(
            "Ask it for the error, mend it, then start replication:",
            "$ mysql -e 'SHOW SLAVE STATUS\\G'",
            "$ mysql -e 'START SLAVE'",
        ),
        verify=("Both threads must be running (Yes):", "$ mysql -e 'SHOW SLAVE STATUS\\G' | grep -e Running -e Error"),
        versions="resource-agents 1.0.4 and later",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: MySQL instance configured for replication, but replication has failed.",
    ),
    Symptom(
        id="mysql-slave-behind",
        agents=MYSQL,
        says=r"MySQL Slave is (?P<lag>\d+) seconds (?:behind seconds )?behind master \(allowed maximum: (?P<allowed>\d+)",
        title="its replication is {lag} s behind, and {allowed} s are allowed",
        cause="The replica applies changes more slowly than its source makes them; max_slave_lag makes that a failure.",
        remedy=(
            "Look for what slows it (disk, one long statement); or allow more:",
            "$ iostat -x 5 3",
            Setting("parameter", "max_slave_lag", "3600"),
        ),
        verify=("$ mysql -e 'SHOW SLAVE STATUS\\G' | grep Seconds_Behind",),
        versions="resource-agents 1.0.4 and later",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: MySQL Slave is 931 seconds behind master (allowed maximum: 600).",
    ),
    Symptom(
        id="mysql-not-answering",
        waits=True,
        agents=MYSQL,
        says=r"Failed initial monitor action|Failed to select from (?P<table>\S+)",
        title="the server was started, but does not answer the agent's test",
        cause="The agent logs in and reads a table; socket, user or password are not those of the server, or it refuses for want of"
        " a table or of connections.",
        remedy=(
            "Do the same by hand on {node}:",
            "$ mysql --socket={socket} --user={test_user} -p -e 'SELECT 1'",
            "$ tail -50 {log|/var/log/mysqld.log}",
        ),
        verify=_VALIDATE,
        versions="all (initial monitor: resource-agents 3.9.1)",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: Failed initial monitor action",
        proof="likely",
    ),
    Symptom(
        id="mysql-not-stopped",
        waits=True,
        agents=MYSQL,
        says=r"MySQL couldn't be stopped|MySQL failed to stop",
        title="the server could not be ended",
        cause="The signal to end could not be sent, or the server went on in spite of it.",
        remedy=(
            "See what it does, and end it by hand:",
            "$ ps -C mysqld,mariadbd -o pid,stat,wchan:30,args",
            "$ tail -50 {log|/var/log/mysqld.log}",
        ),
        verify=("This must print nothing:", "$ ps -C mysqld,mariadbd -o pid="),
        versions="all",
        example="Nov 23 02:01:35  mysql(db_mysql)[158]:    ERROR: MySQL couldn't be stopped",
        operations=("stop",),
    ),
)
