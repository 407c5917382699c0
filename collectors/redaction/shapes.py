r"""Secrets that are known by their look, or by the command that they are an argument of: one row each.

A row is complete without code elsewhere, and proves itself: the tests mask its `example`, in which the secret
stands between « and ».  Sources: RFC 7468 (PEM), RFC 3986 3.2.1, RFC 7617, RFC 6750, crypt(5), and the manuals of the
programs and services that are named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# An argument as it stands on a command line: no option, and quoted or not.
ARG = rb"""(?:"(?P<a>[^"\n]{1,400})"|'(?P<b>[^'\n]{1,400})'|(?P<c>[^\s"'|;&<>\\,\])-][^\s"'|;<>\],]{0,400}))"""
LINE = rb"[^\n|;]{0,1000}?"  # what else stands on the line, up to the next command
PROGRAM = rb"[\w.-]{0,60}"
BODY = rb"[A-Za-z0-9+/=\s\\:,.-]"


@dataclass(frozen=True, eq=False)
class Shape:
    """A kind of secret; the named groups of its regular expression are the secrets."""

    name: str  # in the manifest
    triggers: tuple[bytes, ...]  # literal texts at which it is looked for
    regex: bytes  # matched where a trigger begins
    example: str
    needs: tuple[bytes, ...] = ()  # texts one of which stands a little behind it
    elsewhere: bool = True  # whether the same text is to be masked wherever it stands
    pattern: re.Pattern[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(self.regex, re.MULTILINE))


# Between an option and its argument: a space, or what a list of quoted words has; or nothing, as with mysql -pSECRET.
APART, BESIDE, EITHER = rb"[\"']?,?[ \t=]*[ \t=,]", rb"(?=[^\s-])", rb"[ ]?"


def _option(name: str, programs: tuple[bytes, ...], options: tuple[bytes, ...], between: bytes, example: str) -> Shape:
    """Return the row of an argument that follows one of `options` anywhere behind one of `programs`."""
    regex = PROGRAM + LINE + rb"(?<=[\s\"',\[])(?:" + b"|".join(options) + rb")" + between + ARG
    return Shape(name, programs, regex, example, needs=options)


SHAPES = (
    Shape(
        "private key", (b"-----BEGIN ", b"---- BEGIN SSH2 "),
        rb"-----?-? ?BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|Static key V1)(?: BLOCK)? ?-----?(?P<a>" + BODY + rb"{1,65536})",
        "-----BEGIN RSA PRIVATE KEY-----«\nMIIEpAIBAAKCAQEA7bq\nq9Jx\n»-----END RSA PRIVATE KEY-----",
    ),
    Shape(
        "private key", (b"-----BEGIN OpenVPN Static", b"-----BEGIN PGP PRIVATE"),
        rb"-----BEGIN (?:OpenVPN Static key V1|PGP PRIVATE KEY BLOCK)-----(?P<a>[^-]{1,65536})",
        "-----BEGIN OpenVPN Static key V1-----«\n8d3a51b5c7e6f0aa\n»-----END OpenVPN Static key V1-----",
    ),
    Shape(
        "private key", (b"Private-Lines: ",), rb"Private-Lines: \d+(?P<a>(?:\r?\n[A-Za-z0-9+/=]{4,100})+)",
        "Private-Lines: 1«\nAAAAIQCGsxrVzVqkVfBVZ3nTgEXjoA»\nPrivate-MAC: 00",
    ),
    Shape(
        "password in a URL", (b"://",), rb"""://[^\s/:@"'<>\\,]{0,200}:(?P<a>[^\s/"'<>@]{1,200}(?:@[^\s/"'<>@.:]{1,60}(?=@))?)@""",
        "postgresql://app:«Kx7.pQ2»@db01:5432/app",
    ),
    Shape("token in a URL", (b"://",), rb"://(?P<a>[A-Za-z0-9_-]{20,200})@", "https://«x0Jq7dPZk2Lw9sBv4TnE»@git.example.com/r.git"),
    Shape(
        "authorization", (b"uthorization",),
        rb"""uthorization\\?["']?[ \t]*[:=][ \t]*\\?["']?(?:(?i:basic|bearer|digest|token|negotiate|ntlm|apikey|key|aws4-hmac-sha256)[ \t]+(?P<a>[^\r\n"'\\]{4,4096})|(?P<b>[A-Za-z0-9+/=_.-]{16,4096}))""",
        "Authorization: Basic «aGFjbHVzdGVyOkt4Ny5wUTI=»",
    ),
    Shape("bearer token", (b"earer ",), rb"earer (?P<a>[A-Za-z0-9._~+/=-]{16,4096})", "curl -H 'Bearer «c2lsZW50LXdhdGVyLTc»'"),
    Shape("basic authorization", (b"asic ",), rb"asic (?P<a>[A-Za-z0-9+/]{12,400}={0,2})(?![\w ])", 'auth: "Basic «cm9vdDpLeDcucFEy»"'),
    Shape("cookie", (b"ookie: ",), rb"""ookie: (?P<a>[\w.-]{1,80}=[^\r\n"']{8,4096})""", "Cookie: «session=q8Wn3ZtY»"),
    Shape("token", (b"oken=",), rb"oken=(?P<a>[A-Za-z0-9._~+/-]{16,400})", "GET /remote?token=«3f2c9d1e-77aa-4be2»"),
    Shape("access key id", (b"AKIA", b"ASIA"), rb"(?<![A-Z0-9])(?P<a>A[KS]IA[A-Z0-9]{16})(?![A-Z0-9])", "aws_key=«AKIAQ3EGRDAXMPLEKEYA»"),
    Shape("token", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"), rb"(?P<a>(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,255})", "«ghp_R4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd0m»"),
    Shape("token", (b"glpat-", b"xoxb-", b"xoxp-", b"xoxa-", b"xoxs-", b"xapp-", b"dop_v1_", b"npm_"), rb"(?P<a>(?:glpat-|xox[abps]-|xapp-|dop_v1_|npm_)[A-Za-z0-9_-]{16,255})", "«glpat-x9Jq7dPZk2Lw9sBv4TnE»"),
    Shape("token", (b"hvs.", b"hvb.", b"GOCSPX-", b"ya29.", b"sk_live_", b"rk_live_", b"sk-ant-", b"sk-proj-"), rb"(?P<a>(?:hv[sb]\.|GOCSPX-|ya29\.|[sr]k_live_|sk-(?:ant|proj)-)[A-Za-z0-9_.-]{16,512})", "«hvs.CAESIJ2m9w8Q7h5Zt1k0»"),
    Shape("token", (b"AIza",), rb"(?<![\w-])(?P<a>AIza[A-Za-z0-9_-]{35})", "«AIzaSyD4x9Jq7dPZk2Lw9sBv4TnEo0Rg5Yh8Um1»"),
    Shape("token", (b"SG.",), rb"(?<![\w.])(?P<a>SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64})", "«SG.x9Jq7dPZk2Lw9sBv4TnEo0.Rg5Yh8Um1x9Jq7dPZk2Lw9»"),
    Shape("token", (b"AGE-SECRET-KEY-1",), rb"(?P<a>AGE-SECRET-KEY-1[A-Z0-9]{20,80})", "«AGE-SECRET-KEY-1QQPQZRFR7ZZ2WCV4TN0WD5»"),
    Shape("JSON web token", (b"eyJ",), rb"(?<![\w-])(?P<a>eyJ[A-Za-z0-9_-]{5,4096}\.[A-Za-z0-9_-]{5,8192}(?:\.[A-Za-z0-9_-]{0,4096})?)", "«eyJhbGciOiJub25l.eyJzdWIiOiJoYSJ9.c2lnbmF0dXJl»"),
    Shape("signature", (b"sig=",), rb"(?<=[?&;])sig=(?P<a>[A-Za-z0-9%/+=]{20,200})", "https://x.example/c?sv=1&sig=«kZ0w%2Bq7dPZk2Lw9sBv4TnE»"),
    Shape("client secret", (b"8Q~", b"7Q~"), rb"(?<=[\w.~-]{3})(?P<a>[78]Q~[\w.~-]{28,40})", "abc«8Q~x9Jq7dPZk2Lw9sBv4TnEo0Rg5Yh8Um1»"),
    Shape("password hash", (b"$6$", b"$5$", b"$1$", b"$apr1$"), rb"(?P<a>\$(?:[651]|apr1)\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{20,100})", "root:«$6$Zk2Lw9sB$v4TnEo0Rg5Yh8Um1x9Jq7dPZ»:19000:"),
    Shape("password hash", (b"$2a$", b"$2b$", b"$2y$", b"$y$", b"$7$", b"$gy$"), rb"(?P<a>\$(?:2[aby]|y|7|gy)\$[./A-Za-z0-9$]{22,200})", "admin:«$2y$05$Zk2Lw9sBv4TnEo0Rg5Yh8Um1x9Jq7dPZ»"),
    Shape("password hash", (b"$argon2",), rb"(?P<a>\$argon2(?:id|i|d)\$[^\s:\"']{20,300})", "«$argon2id$v=19$m=65536,t=3,p=4$Zk2Lw9sBv4TnEo0»"),
    Shape("password hash", (b"{SSHA", b"{SHA", b"{SMD5", b"{MD5", b"{CRYPT", b"{PBKDF2"), rb"(?P<a>\{(?:S?SHA\d{0,3}|S?MD5|CRYPT|PBKDF2[\w-]*)\}[./+=$A-Za-z0-9]{12,200})", "userPassword: «{SSHA}Zk2Lw9sBv4TnEo0Rg5Yh8Um1»"),
    Shape("password", (b"IDENTIFIED ", b"dentified by "), rb"""(?i:(?:IDENTIFIED|dentified)(?:[ ]+WITH[ ]+\w+)?[ ]+(?:BY|AS)(?:[ ]+PASSWORD)?)[ ]+['"](?P<a>[^'"\n]{1,400})['"]""", "GRANT ALL ON *.* TO r@h IDENTIFIED BY '«Kx7.pQ2»'"),
    Shape("password", (b"ASSWORD(", b"assword("), rb"""(?i:assword)\(['"](?P<a>[^'"\n]{1,400})['"]\)""", "SET PASSWORD=PASSWORD('«Kx7.pQ2»')"),
    Shape("docker auth", (b'"auth"',), rb'"auth"[ ]*:[ ]*"(?P<a>[A-Za-z0-9+/]{8,800}={0,2})"', '{"quay.io": {"auth": "«cm9vdDpLeDcucFEy»"}}'),
    Shape("cluster key", (b" sha1 ", b" md5 ", b" sha256 ", b" hmac-sha1 "), rb"(?<=^\d)[ ](?:hmac-)?(?:sha\d+|md5)[ ]+(?P<a>\S{4,400})[ \t]*$", "auth 1\n1 sha1 «qm81Xw0zTa»\n"),
    Shape("clock key", (b" SHA1 ", b" MD5 ", b" SHA256 ", b" M ", b" AES128 "), rb"(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d\d\d))[ ]+(?:SHA\d+|MD5|M|AES\d+)[ ]+(?P<a>\S{6,400})[ \t]*(?:#.*)?$", "10 SHA1 «HEX:B0285D3A51B5C7E6F0AA»\n"),
    Shape("webhook", (b"hooks.slack.com/services/", b"/api/webhooks/"), rb"(?:hooks\.slack\.com/services/|/api/webhooks/)(?P<a>[A-Za-z0-9/_-]{20,200})", "https://hooks.slack.com/services/«T024BE7LD/B024BE7LH/x9Jq7dPZk2Lw9sBv»"),
    Shape("SNMP community", (b"snmp-server community ",), rb"snmp-server community (?P<a>\S{1,200})", "snmp-server community «n0tpublic» RO"),
    Shape("password", (b"ASSWORD FOR ", b"assword for "), rb"""(?i:assword for) [^\s=]{1,200}[ ]*=[ ]*(?i:PASSWORD\()?['"](?P<a>[^'"\n]{1,400})""", "SET PASSWORD FOR 'r'@'%' = '«Kx7.pQ2»'"),
    Shape("password", (b"connect to ", b"CONNECT TO "), rb"(?i:connect to) \S{1,80} (?i:user) \S{1,80} (?i:using) ['\"]?(?P<a>[^\s'\"]{1,400})", "db2 connect to HA user db2inst1 using «Kx7.pQ2»"),
    Shape("password", (b"sqlplus ", b"rman target ", b"expdp ", b"impdp "), rb"(?:sqlplus|rman target|expdp|impdp)(?: -\w{1,8}){0,4} [\"']?[\w$#]{1,80}/(?P<a>[^\s@\"']{1,200})", "sqlplus -s sys/«Kx7.pQ2»@ORCL as sysdba"),
    Shape("password", (b"set password ",), rb"set password \d+ ['\"]?(?P<a>[^\s'\"]{1,200})", "ipmitool user set password 2 «Kx7.pQ2»"),
    Shape("password", (b"secret,id=",), rb"secret,id=[^,\s]{1,80},data=(?P<a>[^,\s]{1,400})", "qemu -object secret,id=s0,data=«Kx7.pQ2»"),
    Shape("cluster key", (b"totem.key ",), rb"totem\.key \(str\) = (?P<a>[^\n]{1,4096})", "totem.key (str) = «Zk2Lw9sBv4TnEo0R»"),
    Shape("cluster key", (b"key: ",), rb"(?:(?<=^)|(?<=^\t)|(?<=^  )|(?<=^    )|(?<=^        ))key: (?P<a>[^\s/:]{16,4096})[ \t]*$", "totem {\n\tkey: «Zk2Lw9sBv4TnEo0R»\n}"),
    Shape("pgpass", (b":5432:", b":5433:", b":*:*:", b":*:"), rb":(?:\d{4,5}|\*):[^:\s]{1,80}:[^:\s]{1,80}:(?P<a>[^:\s]{1,400})[ \t]*$", "db01:5432:*:replicator:«Kx7.pQ2»\n"),
    Shape("SNMP user", (b"createUser ",), rb"createUser (?:-e \S+ )?\S{1,80} (?:MD5|SHA[\d-]*) \"?(?P<a>[^\s\"]{1,200})\"?(?: (?:DES|AES\d*) \"?(?P<b>[^\s\"]{1,200}))?", 'createUser ha SHA "«auth-Kx7pQ2»" AES «priv-Kx7pQ2»'),
    Shape("SNMP community", (b"com2sec ", b"com2sec6 "), rb"com2sec6? (?:-Cn \S+ )?[^\s]{1,80}[ \t]+[^\s]{1,80}[ \t]+(?P<a>[^\s]{1,200})", "com2sec ro default «n0tpublic»"),
    Shape("SNMP community", (b"trapsink ", b"trap2sink "), rb"trap2?sink [^\s]{1,200} (?P<a>[^\s]{1,200})", "trap2sink 10.0.0.9 «n0tpublic»"),
    Shape("password", (b"stats auth ",), rb"stats auth [^\s:]{1,80}:(?P<a>[^\s]{1,200})", "stats auth admin:«Kx7.pQ2»"),
    Shape("password", (b"pass:",), rb"""(?<=[ "'])pass:(?P<a>[^\s"']{4,400})""", "openssl rsa -passin pass:«Kx7.pQ2»"),
    Shape("password", (b"chpasswd",), rb"chpasswd[ ]*<<<[ ]*[\"']?[\w-]+:(?P<a>[^\s\"']{1,200})", "chpasswd <<< hacluster:«Kx7.pQ2»"),
    Shape("password", (b"echo ",), rb"""echo (?:-\w )?(?:["']?[\w-]{1,40}:(?P<a>[^\s"'|]{1,200})["']?[ ]*\|[ ]*(?:sudo )?chpasswd|["']?(?P<b>[^\s"'|]{1,200})["']?[ ]*\|[ ]*(?:sudo )?(?:passwd --stdin|sudo -S|smbpasswd|kinit|cryptsetup|ldapmodify))""", "echo '«Kx7.pQ2»' | passwd --stdin hacluster"),
    _option("password", (b"ipmitool", b"ipmi-", b"ipmipower"), (b"-P",), APART, "/usr/bin/ipmitool -I lanplus -H 10.0.0.1 -p 623 -U root -P «Kx7.pQ2» chassis power status"),
    _option("password", (b"fence_",), (b"-p", b"-P"), APART, "fence_ipmilan -a 10.0.0.1 -l root -p «Kx7.pQ2» -o status"),
    _option("SNMP community", (b"fence_",), (b"-c",), APART, "fence_ifmib -a sw1 -c «n0tpublic» -n 3"),
    _option("SNMP community", (b"snmp",), (b"-c", b"-A", b"-X"), APART, "snmpset -v 2c -c «n0tpublic» pdu1 .1.3 i 2"),
    _option("password", (b"mysql", b"mariadb", b"xtrabackup", b"innobackupex"), (b"-p",), BESIDE, "mysql -u root -p«Kx7.pQ2» -e status"),
    _option("password", (b"sshpass",), (b"-p",), EITHER, "sshpass -p «Kx7.pQ2» ssh node02"),
    _option("password", (b"ldapsearch", b"ldapmodify", b"ldapwhoami", b"ldapadd"), (b"-w",), APART, "ldapsearch -x -D cn=ha -w «Kx7.pQ2»"),
    _option("password", (b"redis-cli",), (b"-a",), APART, "redis-cli -p 6379 -a «Kx7.pQ2» info"),
    _option("password", (b"pcs ", b"stonith ", b"mongo", b"racadm", b"vmrun", b"sqlcmd", b"isql", b"hdbsql", b"useradd", b"usermod"), (b"-p", b"-P"), APART, "pcs host auth node01 -u hacluster -p «Kx7.pQ2»"),
    _option("password", (b"openssl",), (b"-k", b"-K"), APART, "openssl enc -aes-256-cbc -k «Kx7.pQ2» -in x"),
    _option("password", (b"unzip", b"zip "), (b"-P",), EITHER, "zip -r -P «Kx7.pQ2» out.zip x"),
    Shape("password", (b"hdbuserstore",), rb"hdbuserstore" + LINE + rb"(?i:SET) \S{1,80} \S{1,200} \S{1,80} (?P<a>[^\s|;]{1,200})", "hdbuserstore SET KEY h:30013 SYSTEM «Kx7.pQ2»", (b"SET", b"set")),
    Shape("password", (b"htpasswd",), rb"htpasswd" + LINE + rb" -\w{0,8}b\w{0,8} \S{1,200} \S{1,80} (?P<a>[^\s|;]{1,200})", "htpasswd -cb /etc/x admin «Kx7.pQ2»", (b" -",)),
    Shape("password", (b"curl",), rb"curl" + LINE + rb"""(?<=[\s"',])(?:-u|--user|--proxy-user|-U)["']?,?[ \t=]*["']?[^\s:"'=-][^\s:"']{0,80}:(?P<a>[^\s"']{1,200})""", "curl -s -u admin:«Kx7.pQ2» https://bmc/", (b"-u", b"-U", b"--user", b"--proxy-user")),
    Shape("password", (b"smbclient", b"rpcclient", b"winexe", b"net ads", b"net rpc"), rb"[\w ]{1,40}" + LINE + rb"""-U[ \t]*["']?[^\s%"']{1,80}%(?P<a>[^\s"']{1,200})""", "smbclient //fs/x -U ha%«Kx7.pQ2»", (b"-U",)),
)  # fmt: skip

# Files that are secrets as a whole, by the last part of their path.
SECRET_FILES = re.compile(
    r"(?:.*[._/-])?(?:authkeys?|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|g?shadow-?|\.?pgpass|krb5\.keytab|booth\.key|tokens|pcsd\.key|sasl_passwd|rsyncd\.secrets|chap-secrets|pap-secrets|ipsec\.secrets)"
    r"|.+\.(?:key|keytab|p12|pfx|jks|kdbx|ppk|psk)"
)
