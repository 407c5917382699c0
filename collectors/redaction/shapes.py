r"""Secrets that are known by their look, in keys, requests and the configurations of services: one row each.

Sources: RFC 7468 (PEM), RFC 3986 3.2.1, RFC 7617, RFC 6750, crypt(5), and the manuals of the services that are named.
"""

from __future__ import annotations

import re

from collectors.redaction.commands import COMMANDS
from collectors.redaction.shape import Shape
from collectors.redaction.tokens import TOKENS

BODY = rb"[A-Za-z0-9+/=\s\\:,.-]"

SHAPES = (
    *TOKENS,
    *COMMANDS,
    Shape(
        "private key", (b"-----BEGIN ", b"---- BEGIN SSH2 "),
        rb"-----?-? ?BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|Static key V1)(?: BLOCK)? ?-----?(?:(?P<a>(?:[^-]|-(?!-{3,4} ?BEGIN )){1,16384}?)(?=-{4,5} ?END )|(?P<b>" + BODY + rb"{1,65536}))",
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
        "password in a URL", (b"://",), rb"""://[^\s/:@"'<>\\,]{0,200}:(?P<a>[^\s/"'<>@]{1,200}(?:@[^\s/"'<>@.:]{1,60}(?=@))?|(?!\d{1,5}/)[^\s/"'<>@]{1,60}/[^\s"'<>@]{1,60})@""",
        "postgresql://app:«Kx7.pQ2»@db01:5432/app",
    ),
    Shape("token in a URL", (b"://",), rb"://(?P<a>[A-Za-z0-9_-]{20,200})@", "https://«x0Jq7dPZk2Lw9sBv4TnE»@git.example.com/r.git"),
    Shape(
        "authorization", (b"uthorization",),
        rb"""uthorization\\?["']?(?:[ \t]*[:=][ \t]*|[ \t]+(?=["']))\[?b?\\?["']?(?:(?i:basic|bearer|digest|token|negotiate|ntlm|apikey|key|splunk|geniekey|aws4-hmac-sha256)[ \t]+(?P<a>[^\r\n"'\\]{4,4096})|(?P<b>[A-Za-z0-9+/=_.-]{16,4096}))""",
        "Authorization: Basic «aGFjbHVzdGVyOkt4Ny5wUTI=»",
    ),
    Shape("bearer token", (b"earer ",), rb"earer (?P<a>[A-Za-z0-9._~+/=-]{16,4096})", "curl -H 'Bearer «c2lsZW50LXdhdGVyLTc»'"),
    Shape("basic authorization", (b"asic ",), rb"asic (?P<a>[A-Za-z0-9+/]{12,400}={0,2})(?![\w ])", 'auth: "Basic «cm9vdDpLeDcucFEy»"'),
    Shape("cookie", (b"ookie: ",), rb"""ookie: (?P<a>[\w.-]{1,80}=[^\r\n"']{8,4096})""", "Cookie: «session=q8Wn3ZtY»"),
    Shape("password hash", (b"$6$", b"$5$", b"$1$", b"$apr1$"), rb"(?P<a>\$(?:[651]|apr1)\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{20,100})", "root:«$6$Zk2Lw9sB$v4TnEo0Rg5Yh8Um1x9Jq7dPZ»:19000:"),
    Shape("password hash", (b"$2a$", b"$2b$", b"$2y$", b"$y$", b"$7$", b"$gy$"), rb"(?P<a>\$(?:2[aby]|y|7|gy)\$[./A-Za-z0-9$]{22,200})", "admin:«$2y$05$Zk2Lw9sBv4TnEo0Rg5Yh8Um1x9Jq7dPZ»"),
    Shape("password hash", (b"$argon2",), rb"(?P<a>\$argon2(?:id|i|d)\$[^\s:\"']{20,300})", "«$argon2id$v=19$m=65536,t=3,p=4$Zk2Lw9sBv4TnEo0»"),
    Shape("password hash", (b"{SSHA", b"{SHA", b"{SMD5", b"{MD5", b"{CRYPT", b"{PBKDF2"), rb"(?P<a>\{(?:S?SHA\d{0,3}|S?MD5|CRYPT|PBKDF2[\w-]*)\}[./+=$A-Za-z0-9]{12,200})", "userPassword: «{SSHA}Zk2Lw9sBv4TnEo0Rg5Yh8Um1»"),
    Shape("password", (b"IDENTIFIED ", b"dentified by "), rb"""(?i:(?:IDENTIFIED|dentified)(?:[ ]+WITH[ ]+['"]?\w+['"]?)?[ ]+(?:BY|AS)(?:[ ]+PASSWORD)?)[ ]+['"](?P<a>[^'"\n]{1,400})['"]""", "GRANT ALL ON *.* TO r@h IDENTIFIED BY '«Kx7.pQ2»'"),
    Shape("password", (b"ASSWORD(", b"assword("), rb"""(?i:assword)\(['"](?P<a>[^'"\n]{1,400})['"]\)""", "SET PASSWORD=PASSWORD('«Kx7.pQ2»')"),
    Shape("docker auth", (b'"auth"',), rb'"auth"[ ]*:[ ]*"(?P<a>[A-Za-z0-9+/]{8,800}={0,2})"', '{"quay.io": {"auth": "«cm9vdDpLeDcucFEy»"}}'),
    Shape("cluster key", (b" sha1 ", b" md5 ", b" sha256 ", b" hmac-sha1 "), rb"(?<=^\d)[ ](?:hmac-)?(?:sha\d+|md5)[ ]+(?P<a>\S{4,400})[ \t]*$", "auth 1\n1 sha1 «qm81Xw0zTa»\n"),
    Shape("clock key", (b" SHA1 ", b" MD5 ", b" SHA256 ", b" M ", b" AES128 "), rb"(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d\d\d))[ ]+(?:SHA\d+|MD5|M|AES\d+)[ ]+(?P<a>\S{6,400})[ \t]*(?:#.*)?$", "10 SHA1 «HEX:B0285D3A51B5C7E6F0AA»\n"),
    Shape("SNMP community", (b"snmp-server community ",), rb"snmp-server community (?P<a>\S{1,200})", "snmp-server community «n0tpublic» RO"),
    Shape("password", (b"ASSWORD FOR ", b"assword for "), rb"""(?i:assword for) [^\s=]{1,200}[ ]*=[ ]*(?i:PASSWORD\()?['"](?P<a>[^'"\n]{1,400})""", "SET PASSWORD FOR 'r'@'%' = '«Kx7.pQ2»'"),
    Shape("password", (b"secret,id=",), rb"secret,id=[^,\s]{1,80},data=(?P<a>[^,\s]{1,400})", "qemu -object secret,id=s0,data=«Kx7.pQ2»"),
    Shape("cluster key", (b"totem.key ",), rb"totem\.key \(str\) = (?P<a>[^\n]{1,4096})", "totem.key (str) = «Zk2Lw9sBv4TnEo0R»"),
    Shape("cluster key", (b"key:",), rb"(?:(?<=^)|(?<=[ \t]{2})|(?<=^[ \t]))key:[ \t]*(?!/)(?P<a>[^\s:]{16,4096})[ \t]*$", "totem {\n\tkey: «Zk2Lw9sBv4TnEo0R»\n}"),
    Shape("pgpass", (b":5432:", b":5433:", b":5434:", b":6432:", b":*:*:", b":*:"), rb":(?:\d{4,5}|\*):[^:\s]{1,80}:[^:\s]{1,80}:(?P<a>[^:\s]{1,400})[ \t]*$", "db01:5432:*:replicator:«Kx7.pQ2»\n"),
    Shape("SNMP user", (b"createUser ",), rb"createUser (?:-e \S+ )?\S{1,80} (?:MD5|SHA[\d-]*) \"?(?P<a>[^\s\"]{1,200})\"?(?: (?:DES|AES\d*) \"?(?P<b>[^\s\"]{1,200}))?", 'createUser ha SHA "«auth-Kx7pQ2»" AES «priv-Kx7pQ2»'),
    Shape("SNMP community", (b"com2sec ", b"com2sec6 "), rb"com2sec6? (?:-Cn \S+ )?[^\s]{1,80}[ \t]+[^\s]{1,80}[ \t]+(?P<a>[^\s]{1,200})", "com2sec ro default «n0tpublic»"),
    Shape("SNMP community", (b"trapsink ", b"trap2sink "), rb"trap2?sink [^\s]{1,200} (?P<a>[^\s]{1,200})", "trap2sink 10.0.0.9 «n0tpublic»"),
    Shape("SNMP community", (b"ocommunity", b"wcommunity"), rb"[ow]community6?[ \t]+(?P<a>[^\s#]{1,200})", "rocommunity «n0tpublic» 10.0.0.0/8"),
    Shape("SNMP community", (b"authCommunity ", b"authcommunity "), rb"auth[cC]ommunity[ \t]+[\w,]{1,40}[ \t]+(?P<a>[^\s#]{1,200})", "authCommunity log,execute,net «n0tpublic»"),
    Shape("SNMP user", (b"usmUser ",), rb"usmUser[ ]+\d+[ ]+\d+[ ]+\S+[ ]+\S+[ ]+\S+[ ]+\S+[ ]+\S+[ ]+(?P<a>\S{4,200})[ ]+\S+[ ]+(?P<b>\S{4,200})", 'usmUser 1 3 0x80 "ha" "ha" NULL .1.3.6 «0x0123456789abcdef» .1.3.6 «0x9876543210fedcba» ""'),
    Shape("CHAP password", (b"cominguser ", b"tgoinguser "), rb"(?:com|tgo)inguser[ \t]+\S{1,80}[ \t]+(?P<a>\S{1,200})", "incominguser ha «Kx7.pQ2»"),
    Shape("password", (b";PWD=",), rb";PWD=\{?(?!/)(?P<a>[^;}\s\"']{1,200})", "Driver=x;UID=ha;PWD={«Kx7.pQ2»};"),
    Shape("password", (b"auth-pass ",), rb"auth-pass \S{1,80} (?P<a>\S{1,200})", "sentinel auth-pass mymaster «Kx7.pQ2»"),
    Shape("password", (b" on >", b" on ~"), rb" on (?:(?:[~&+-]\S{0,80} ){1,8}>(?P<a>\S{1,200})|>(?P<b>\S{1,200}) (?:[~&+-]|all))", "user ha on >«Kx7.pQ2» ~* +@all"),
    Shape("password hash", (b'"md5', b"'md5"), rb"""["'](?P<a>md5[0-9a-f]{32})["']""", '"app" "«md50f1e2d3c0f1e2d3c0f1e2d3c0f1e2d3c»"'),
    Shape("password hash", (b"SCRAM-SHA-",), rb"(?P<a>SCRAM-SHA-\d{1,3}\$\d+:[^\s\"']{20,300})", '"app" "«SCRAM-SHA-256$4096:abcDEF123456gh==$ijklMNOP7890qrst=:uvwxYZ12=»"'),
    Shape("password hash", (b"grub.pbkdf2.",), rb"(?P<a>grub\.pbkdf2\.sha\d+\.\d+\.[0-9A-Fa-f]{8,}\.[0-9A-Fa-f]{8,})", "password_pbkdf2 root «grub.pbkdf2.sha512.10000.0123456789ABCDEF.FEDCBA9876543210»"),
    Shape("password", (b"]:587", b"]:465", b"]:25"), rb"\]:\d{2,3}[ \t]+[^\s:]{1,200}:(?P<a>\S{1,200})", "[smtp.example.com]:587 ha@example.com:«Kx7.pQ2»"),
    Shape("password", (b"tacacs-server ", b"radius-server ", b"enable secret ", b" privilege "), rb"[^\n]{0,120}?(?:key|secret|password)(?: \d)? (?P<a>\S{4,200})[ \t]*$", "tacacs-server host 10.0.0.1 key 7 «0822455D0A16544541»"),
    Shape("password", (b"oracle:thin:",), rb"oracle:thin:[^\s/@]{1,80}/(?P<a>[^\s@]{1,200})@", "jdbc:oracle:thin:ha/«Kx7.pQ2»@db:1521/x"),
    Shape("password list", (b"chpasswd:",), rb"chpasswd:[^\n]{0,40}\n(?:[ \t]+[^\n]{0,200}\n){0,3}?[ \t]+list:[ \t]*\|[^\n]{0,8}\n(?P<a>(?:[ \t]+[\w.-]{1,40}:[^\n]{1,200}\n){1,50})", "chpasswd:\n  list: |«\n    root:Kx7.pQ2z\n    ha:Qx7.pQ2z\n»  expire: false\n", elsewhere=False),
    Shape("fence device", (b"stonith_host ",), rb"stonith_host[ \t]+\S{1,80}[ \t]+\S{1,80}[ \t]+(?P<a>[^\n]{1,400})", "stonith_host * external/ipmi «node01 10.0.0.1 root Kx7.pQ2 lan»", elsewhere=False),
    # Files put together behind their names, as supportconfig does it, and head(1).
    Shape("the whole file", (b"# /", b"==> /"), rb"(?:# |==> )/[\w./-]{0,200}(?:authkeys?|booth\.key|g?shadow-?|\.pgpass|sasl_passwd|chap-secrets|ipsec\.secrets|smbpasswd|htpasswd|\.keyring)(?: <==)?\r?\n(?P<a>(?:(?!#|==> )[^\n]{1,4096}\n?){1,400})", "# /etc/booth/booth.key\n«Zk2Lw9sBv4TnEo0R\n»\n#==[ Command ]"),
    # What stands before the place where it is looked for: the text that tells it comes behind it.
    Shape("password hash", (b":0:99999:",), rb"(?<=:(?P<a>[./A-Za-z0-9]{13}):\d{5}):0:99999:", "ops:«rqXexS6ZhobKA»:19000:0:99999:7:::"),
    Shape("password hash", (b":[U", b":[W", b":[N", b":[D"), rb"(?<=:(?P<a>[0-9A-FX]{32}:[0-9A-F]{32})):\[[A-Z ]", "ha:1000:«AAD3B435B51404EEAAD3B435B51404EE:31D6CFE0D16AE931B73C59D7E0C089C0»:[U          ]:"),
    Shape("private key", (b"=\t",), rb"(?<=\t(?P<a>[A-Za-z0-9+/]{43}))=\t[A-Za-z0-9+/]{43}=\t\d", "wg0\t«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk»=\txTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\t51820"),
    Shape("password", (b"stats auth ",), rb"stats auth [^\s:]{1,80}:(?P<a>[^\s]{1,200})", "stats auth admin:«Kx7.pQ2»"),
    Shape("password", (b"pass:",), rb"""(?<=[ "'])pass:(?P<a>[^\s"']{4,400})""", "openssl rsa -passin pass:«Kx7.pQ2»"),
)  # fmt: skip

# Files that are secrets as a whole, by the last part of their path.
SECRET_FILES = re.compile(
    r"(?:.*[._/-])?(?:authkeys?|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|g?shadow-?|\.?pgpass|krb5\.keytab|booth\.key|tokens|pcsd\.key|sasl_passwd|rsyncd\.secrets|chap-secrets|pap-secrets|ipsec\.secrets|smbpasswd|\.?htpasswd|\.?htdigest|opasswd|userlist\.txt|passwd\.client|\.erlang\.cookie|\.vault[_-](?:pass|token)(?:\.txt)?|\.?mylogin\.cnf|secrets\.tdb|passdb\.tdb)"
    r"|.+\.(?:key|keytab|p12|pfx|jks|kdbx|ppk|psk|keyring)"
)
