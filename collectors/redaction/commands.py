r"""Secrets that are arguments of commands, in lists of processes, logs and traces of agents: one row each.

Sources: the manuals of the programs that are named.
"""

from __future__ import annotations

from collectors.redaction.shape import APART, BESIDE, EITHER, LINE, UP_TO_ANOTHER, Shape, option

COMMANDS = (
    Shape("password", (b"connect to ", b"CONNECT TO "), rb"(?i:connect to) \S{1,80} (?i:user) \S{1,80} (?i:using) ['\"]?(?P<a>[^\s'\"]{1,400})", "db2 connect to HA user db2inst1 using «Kx7.pQ2»"),
    Shape("password", (b"sqlplus ", b"rman target ", b"expdp ", b"impdp "), rb"(?:sqlplus|rman target|expdp|impdp)(?: -\w{1,8}){0,4} [\"']?[\w$#]{1,80}/(?P<a>[^\s@\"']{1,200})", "sqlplus -s sys/«Kx7.pQ2»@ORCL as sysdba"),
    Shape("password", (b"set password ",), rb"set password \d+ ['\"]?(?P<a>[^\s'\"]{1,200})", "ipmitool user set password 2 «Kx7.pQ2»"),
    Shape("password", (b"chpasswd",), rb"chpasswd[ ]*<<<[ ]*[\"']?[\w-]+:(?P<a>[^\s\"']{1,200})", "chpasswd <<< hacluster:«Kx7.pQ2»"),
    Shape("password", (b"echo ",), rb"""echo (?:-\w )?(?:["']?[\w-]{1,40}:(?P<a>[^\s"'|]{1,200})["']?[ ]*\|[ ]*(?:sudo )?chpasswd|["']?(?P<b>[^\s"'|]{1,200})["']?[ ]*\|[ ]*(?:sudo )?(?:passwd --stdin|sudo -S|smbpasswd|kinit|cryptsetup|ldapmodify))""", "echo '«Kx7.pQ2»' | passwd --stdin hacluster"),
    option("password", (b"ipmitool", b"ipmi-", b"ipmipower"), (b"-P", b"-k"), EITHER, "/usr/bin/ipmitool -I lanplus -H 10.0.0.1 -p 623 -U root -P «Kx7.pQ2» chassis power status"),
    option("password", (b"fence_",), (b"-p", b"-P"), APART, "fence_ipmilan -a 10.0.0.1 -l root -p «Kx7.pQ2» -o status", UP_TO_ANOTHER),
    option("password", (b"fence_",), (b"-p",), BESIDE, "fence_ipmilan -a 10.0.0.1 -l root -p«Kx7.pQ2» -o status", UP_TO_ANOTHER),
    option("cloud key", (b"fence_aws", b"fence_aliyun", b"fence_openstack"), (b"-s",), APART, "fence_aws -n i-1 -s «Zk2Lw9sBv4TnEo0Rg5» -r us"),
    option("password", (b"ipmi-", b"ipmipower", b"bmc-"), (b"-p",), APART, "ipmi-power -h 10.0.0.1 -u root -p «Kx7.pQ2» -s"),
    option("SNMP community", (b"fence_",), (b"-c",), APART, "fence_ifmib -a sw1 -c «n0tpublic» -n 3", UP_TO_ANOTHER),
    option("SNMP community", (b"snmp",), (b"-c",), EITHER, "snmpset -v 2c -c «n0tpublic» pdu1 .1.3 i 2"),
    option("SNMP user", (b"snmp",), (b"-A",), EITHER, "snmpget -v3 -u ha -a SHA -A «auth-Kx7pQ2» pdu1 .1.3"),
    option("SNMP user", (b"snmp",), (b"-X",), EITHER, "snmpget -v3 -u ha -x AES -X «priv-Kx7pQ2» pdu1 .1.3"),
    option("password", (b"mysql", b"mariadb", b"xtrabackup", b"innobackupex"), (b"-p",), BESIDE, "mysql -u root -p«Kx7.pQ2» -e status"),
    option("password", (b"sshpass",), (b"-p",), EITHER, "sshpass -p «Kx7.pQ2» ssh node02"),
    option("password", (b"ldap",), (b"-w",), EITHER, "ldapsearch -x -D cn=ha -w «Kx7.pQ2»"),
    option("password", (b"ldappasswd",), (b"-s", b"-a"), EITHER, "ldappasswd -x -D cn=ha -s «Kx7.pQ2» cn=ha"),
    option("password", (b"kadmin",), (b"-w", b"-pw"), APART, "kadmin -p admin -w «Kx7.pQ2» -q listprincs"),
    option("password", (b" login ",), (b"-p",), APART, "az login --service-principal -u x -p «Kx7.pQ2» --tenant y"),
    option("password", (b"isql", b"sqlcmd"), (b"-P",), BESIDE, "isql -Uha -P«Kx7.pQ2»"),
    option("registration code", (b"SUSEConnect", b"suse_register"), (b"-r",), APART, "SUSEConnect -r «0A1B2C3D4E5F» -e x@y"),
    option("cluster key", (b"consul ", b"nomad ", b"serf "), (b"-encrypt", b"-token"), APART, "consul agent -encrypt «yAnz5TFlXXJte14tji3zg==»"),
    option("cookie", (b"beam", b"erl ", b"erlexec", b"rabbit", b"ejabberd"), (b"-setcookie",), APART, "beam.smp -name rabbit@node01 -setcookie «ZB1X99QKLM» -kernel"),
    option("password", (b"redis-cli",), (b"-a",), APART, "redis-cli -p 6379 -a «Kx7.pQ2» info"),
    option("password", (b"pcs ", b"stonith ", b"mongo", b"racadm", b"vmrun", b"sqlcmd", b"isql", b"hdbsql", b"useradd", b"usermod"), (b"-p", b"-P"), APART, "pcs host auth node01 -u hacluster -p «Kx7.pQ2»"),
    Shape("password", (b"rabbitmqctl",), rb"rabbitmqctl" + LINE + rb"(?:add_user|change_password|authenticate_user)[ ]+\S{1,80}[ ]+(?P<a>[^\s|;]{1,200})", "rabbitmqctl add_user ha «Kx7.pQ2»", (b"_user", b"_password")),
    Shape("password", (b"lftp",), rb"lftp" + LINE + rb"""-u[ ]?["']?[^\s,"']{1,80},(?P<a>[^\s"']{1,200})""", "lftp -u ha,«Kx7.pQ2» sftp://x", (b"-u",)),
    Shape("password", (b"freerdp",), rb"freerdp" + LINE + rb"/p:(?P<a>[^\s]{1,200})", "xfreerdp /u:ha /p:«Kx7.pQ2» /v:x", (b"/p:",)),
    Shape("password", (b"sapcontrol",), rb"sapcontrol" + LINE + rb"-user \S{1,80} (?P<a>[^\s-][^\s]{0,200})", "sapcontrol -nr 00 -user ha1adm «Kx7.pQ2» -function GetProcessList", (b"-user",)),
    Shape("password", (b"cryptsetup",), rb"cryptsetup" + LINE + rb"<<<[ ]*[\"']?(?P<a>[^\s\"']{1,200})", "cryptsetup open /dev/sdb x <<< «Kx7.pQ2»", (b"<<<",)),
    Shape("password", (b"assword:", b"assphrase:"), rb"""ass(?:word|phrase):[^\n]{0,40}(?:\n[^\n]{0,40})?\bsend[ ]+(?:--[ ]+)?["'\\]{0,3}(?P<a>[^\s"'\\]{4,200})""", 'expect "*assword:*" ; send "«Kx7.pQ2»\\r"', (b"send",)),
    Shape("cluster key", (b"nsupdate",), rb"nsupdate" + LINE + rb"-y[ ]?(?:[\w-]{1,40}:){1,2}(?P<a>[A-Za-z0-9+/=]{8,200})", "nsupdate -y hmac-sha256:ddns:«yAnz5TFlXXJte14tji3zg==»", (b"-y",)),
    Shape("password", (b"mount.cifs", b"mount -t cifs", b" cifs "), rb"(?:mount.cifs|mount -t cifs| cifs )" + LINE + rb"user(?:name)?=[^\s,%]{1,80}%(?P<a>[^\s,]{1,200})", "mount -t cifs //fs/x /mnt -o user=ha%«Kx7.pQ2»", (b"%",)),
    option("password", (b"openssl",), (b"-k", b"-K"), APART, "openssl enc -aes-256-cbc -k «Kx7.pQ2» -in x"),
    option("password", (b"unzip", b"zip "), (b"-P",), EITHER, "zip -r -P «Kx7.pQ2» out.zip x"),
    Shape("password", (b"hdbuserstore",), rb"hdbuserstore" + LINE + rb"(?i:SET) \S{1,80} \S{1,200} \S{1,80} (?P<a>[^\s|;]{1,200})", "hdbuserstore SET KEY h:30013 SYSTEM «Kx7.pQ2»", (b"SET", b"set")),
    Shape("password", (b"htpasswd",), rb"htpasswd" + LINE + rb" -\w{0,8}b\w{0,8} \S{1,200} \S{1,80} (?P<a>[^\s|;]{1,200})", "htpasswd -cb /etc/x admin «Kx7.pQ2»", (b" -",)),
    Shape("password", (b"curl", b"etcdctl"), rb"(?:curl|etcdctl)" + LINE + rb"""(?<=[\s"',])(?:-\w{0,8}u|--user|--proxy-user|-U)["']?,?[ \t=]*["']?[^\s:"'=-][^\s:"']{0,80}:(?P<a>[^\s"']{1,200})""", "curl -s -u admin:«Kx7.pQ2» https://bmc/", (b" -", b"'-", b'"-',  b"-U", b"--user", b"--proxy-user")),
    Shape("password", (b"smbclient", b"rpcclient", b"winexe", b"net ads", b"net rpc"), rb"[\w ]{1,40}" + LINE + rb"""-U[ \t]*["']?[^\s%"']{1,80}%(?P<a>[^\s"']{1,200})""", "smbclient //fs/x -U ha%«Kx7.pQ2»", (b"-U",)),
)  # fmt: skip
