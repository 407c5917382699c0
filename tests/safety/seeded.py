"""Makes a bundle in which secrets of many kinds are hidden, in the files in which clusters have them."""

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import string
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

SPECIAL = "!#$%&()*+,-./:;<=>?@[]^_{|}~"
LOG = "Nov 23 02:01:{:02} node01 {}[{}]: {}\n"


@dataclass
class Seeded:
    """The bundle in `folder`, and its secrets by kind."""

    folder: Path
    chance: random.Random = field(default_factory=lambda: random.Random(8))  # noqa: S311 - the same in every run
    secrets: list[tuple[str, str]] = field(default_factory=list)

    def new(self, kind, letters=string.ascii_letters + string.digits, length=14, plain=None):
        secret = plain or "".join(self.chance.choice(letters) for _ in range(length - 3)) + "7qZ"
        self.secrets.append((kind, secret))
        return secret

    def odd(self, kind, letters=SPECIAL):
        """A password with what quoting is for."""
        inside = "".join(self.chance.choice(letters) for _ in range(3))
        return self.new(kind, plain=f"p{self.new_part()}{inside}{self.new_part()}")

    def new_part(self):
        return "".join(self.chance.choice(string.ascii_letters + string.digits) for _ in range(6))

    def write(self, name, text, pack=None):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        path.write_bytes(pack(data) if pack else data)

    def logged(self, *texts):
        return "".join(LOG.format(n % 60, "app", n, text) for n, text in enumerate(texts))


def every_spelling(secret):
    """Yield what stands in files for `secret`."""
    yield from plain_spellings(secret)
    yield from (base64.b64encode(before + secret.encode()).decode() for before in (b"", b"a", b"ab", b"user:"))


def plain_spellings(secret):
    yield secret
    yield escape(secret, {'"': "&quot;"})
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]
    yield secret.encode().hex()


def traces(secret):
    """Yield what tells `secret` to whoever finds it: of base64 the characters that are the same whatever is beside it."""
    yield from plain_spellings(secret)
    raw = secret.encode()
    for before in range(3):
        coded = base64.b64encode(bytes(before) + raw).decode()
        yield coded[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]


def pem(chance, what="RSA PRIVATE KEY"):
    body = base64.b64encode(chance.randbytes(608)).decode()
    lines = [body[place : place + 64] for place in range(0, len(body), 64)]
    return f"-----BEGIN {what}-----\n" + "\n".join(lines) + f"\n-----END {what}-----\n", lines


def cib_of(pairs):
    nvpairs = "\n".join(
        f'<nvpair id="f{n}-{name}" name="{name}" value="{escape(value, {chr(34): "&quot;"})}"/>'
        for n, (name, value) in enumerate(pairs)
    )
    return (
        '<cib epoch="7"><configuration><nodes><node id="1" uname="node01"/></nodes><resources>\n'
        f'<primitive id="f" class="stonith" type="fence_ipmilan"><instance_attributes id="i">\n{nvpairs}\n'
        "</instance_attributes></primitive></resources></configuration></cib>\n"
    )


def make(folder):  # noqa: PLR0915 - a list of files
    """Return a seeded bundle: one line or two for each file."""
    s = Seeded(folder)
    ipmi, odd, third = (
        s.new("fence passwd"),
        s.odd("fence passwd with quotes"),
        s.odd("fence passwd with quotes", "&<>\"' "),
    )
    pairs = [("passwd", ipmi), ("password", odd), ("ipmi_password", third), ("community", s.new("SNMP community")),
             ("snmp_priv_passwd", s.new("SNMP")), ("secret_key", s.new("cloud key", length=40)), ("api_token", s.new("token")),
             ("replication_passwd", s.odd("database")), ("login", "root")]  # fmt: skip
    old = s.new("fence passwd of old")
    s.write("node01/cib.xml", cib_of(pairs))
    s.write("node01/pengine/pe-input-1.bz2", cib_of([("passwd", old), *pairs]), bz2.compress)
    s.write("node01/pengine/pe-input-2.bz2", cib_of(pairs[:2]), bz2.compress)
    s.write(
        "node01/crm_configure.txt",
        f'primitive f stonith:fence_ipmilan \\\n\tparams passwd={ipmi} login=root password="{s.new("crm")}" \\\n\top monitor interval=60s\n',
    )
    s.write(
        "node01/pcs_config.txt",
        f" Resource: f\n  Attributes: ipaddr=10.0.0.1 login=root passwd={ipmi} snmp_auth_passwd={s.new('SNMP')}\n",
    )
    s.write(
        "node01/drbd.conf",
        f'resource r0 {{\n net {{\n  cram-hmac-alg sha1;\n  shared-secret "{s.new("drbd")}";\n }}\n}}\nresource r1 {{ net {{ shared-secret {s.new("drbd")}; }} }}\n',
    )
    s.write(
        "node01/corosync.conf",
        f"totem {{\n    version: 2\n    token: 3000\n    key: {s.new('corosync key', length=64)}\n    keyfile: /etc/corosync/authkey\n}}\n",
    )
    s.write(
        "node01/corosync.dump",
        f"totem.token (u32) = 3000\ntotem.key (str) = {s.new('corosync key', length=40)}\nquorum.device.net.password (str) = {s.new('qdevice')}\n",
    )
    key = s.chance.randbytes(256)
    s.write("node01/authkey", key)
    s.secrets.append(("authkey", base64.b64encode(key).decode()))
    s.write(
        "node01/booth.conf",
        f'transport = "UDP"\nauthfile = "/etc/booth/booth.key"\nticket = "t"\n  before-acquire-handler = /x --token={s.new("token")}\n',
    )
    s.write("node01/booth.key", s.new("booth key", length=32) + "\n")
    s.write("node01/sbd.env", f"==> /etc/sysconfig/sbd\nSBD_DEVICE=/dev/sdb\nSBD_SECRET={s.new('sbd')}\n")
    s.write(
        "node01/pacemaker.env",
        f"==> /etc/sysconfig/pacemaker\nPCMK_logfile=/var/log/pacemaker.log\nPCMK_remote_password='{s.odd('sysconfig', '#$%&;()')}'\nexport DB_PASS=\"{s.new('environment')}\"\n",
    )
    s.write("node01/ha.cf", "node node01\nauth 1\n")
    s.write("node01/authkeys", f"auth 1\n1 sha1 {s.new('heartbeat key')}\n")
    s.write(
        "node01/snmpd.conf",
        f'rocommunity {s.new("SNMP community")}\ncom2sec ro default {s.new("SNMP community")}\ncreateUser ha SHA "{s.new("SNMP v3")}" AES "{s.new("SNMP v3")}"\ntrap2sink 10.0.0.9 {s.new("SNMP community")}\n',
    )
    s.write("node01/sysstats.txt", "  PID CMD\n" + "\n".join([
        f"    1 /usr/bin/ipmitool -I lanplus -H 10.0.0.1 -U root -P {s.new('command line')} chassis power status",
        f"    2 fence_ipmilan -a 10.0.0.1 -l root -p {s.new('command line')} -o status",
        f"    3 mysql -u repl -p{s.new('command line')} -h db01",
        f"    4 curl -u admin:{s.new('command line')} https://bmc/redfish",
        f"    5 sshpass -p {s.new('command line')} ssh node02",
        f"    6 ldapsearch -x -D cn=ha -w {s.new('command line')}",
        f"    7 snmpset -v 2c -c {s.new('SNMP community')} pdu1 .1.3 i 2",
        f"    8 fence_vmware_soap --ip=vc --username=ha --password={s.new('command line')} --ssl",
        f"    9 redis-cli -a {s.new('command line')} info",
        f"   10 openssl rsa -passin pass:{s.new('command line')}",
    ]) + "\n")  # fmt: skip
    s.write(
        "node01/environment.txt",
        f"PGPASSWORD={s.new('environment')}\0MYSQL_PWD={s.new('environment')}\0AWS_SECRET_ACCESS_KEY={s.new('cloud key', length=40)}\0PWD=/root\0",
    )
    s.write("node01/odbc.ini", f"[ha]\nServer=db01\nUid=app\nPwd={s.new('connection')}\n")
    s.write(
        "node01/app.yaml",
        f"database:\n  host: db01\n  password: {s.odd('YAML', '@.,/-')}\n  url: postgresql://app:{s.new('URL')}@db01:5432/x\nredis:\n  auth_token: '{s.new('YAML')}'\n",
    )
    s.write(
        "node01/config.json",
        json.dumps(
            {
                "login": "root",
                "client_secret": s.odd("JSON", '"\\/&<>'),
                "nested": [{"name": "api_key", "value": s.new("JSON")}],
            }
        ),
    )
    s.write(
        "node01/tokens.json",
        json.dumps({"tokens": {"node01": s.new("pcsd token", length=36), "node02": s.new("pcsd token", length=36)}}),
    )
    for name, what in (
        ("server.pem", "PRIVATE KEY"),
        ("id_rsa.txt", "RSA PRIVATE KEY"),
        ("ssh.txt", "OPENSSH PRIVATE KEY"),
    ):
        text, lines = pem(s.chance, what)
        s.write(f"node01/{name}", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + text)
        s.secrets += [("private key", lines[1]), ("private key", lines[-2])]
    text, lines = pem(s.chance)
    s.secrets.append(("private key", lines[3]))
    s.write("node01/gcp.json", json.dumps({"type": "service_account", "private_key": text, "client_email": "x@y"}))
    s.write(
        "node01/azure.txt",
        f"DefaultEndpointsProtocol=https;AccountName=ha;AccountKey={s.new('cloud key', length=86)}==;EndpointSuffix=x\nhttps://ha.blob.x/c?sv=1&sig={s.new('signature', length=40)}\n",
    )
    s.write(
        "node01/aws.txt",
        f"[default]\naws_access_key_id = {s.new('access key id', plain='AKIAQ3EGRDAXMPLEKEYA')}\naws_secret_access_key = {s.new('cloud key', string.ascii_letters + string.digits + '/+', 40)}\n",
    )
    s.write(
        "node01/htpasswd.txt",
        f"admin:{s.new('hash', plain='$apr1$Zk2Lw9sB$v4TnEo0Rg5Yh8Um1x9Jq7.')}\nops:{s.new('hash', plain='$2y$05$Zk2Lw9sBv4TnEo0Rg5Yh8Um1x9Jq7dPZk2Lw9sBv4TnEo0Rg5Yh8U')}\n",
    )
    s.write(
        "node01/shadow.txt",
        f"root:{s.new('hash', plain='$6$Zk2Lw9sB$' + 'v4TnEo0Rg5Yh8Um1x9Jq7dPZ' * 3)}:19000:0:99999:7:::\n",
    )
    s.write(
        "node01/libvirt.xml",
        f"<domain><devices><graphics type='vnc' port='5901' passwd='{s.new('VNC')}'/></devices><secret><password>{s.new('XML element')}</password></secret></domain>\n",
    )
    s.write("node01/iscsid.conf", f"node.session.auth.username = ha\nnode.session.auth.password = {s.new('iSCSI')}\n")
    s.write(
        "node01/keepalived.conf",
        f"vrrp_instance x {{\n  authentication {{\n    auth_type PASS\n    auth_pass {s.new('keepalived')}\n  }}\n}}\n",
    )
    s.write("node01/netrc.txt", f"machine git.example.com login ha password {s.new('netrc')}\n")
    s.write("node01/pgpass.txt", f"db01:5432:*:replicator:{s.new('pgpass')}\n")
    s.write("node01/fstab", f"//fs/share /mnt cifs username=ha,password={s.new('mount')},vers=3.0 0 0\n")
    s.write(
        "node01/sql.log",
        s.logged(
            f"GRANT ALL ON *.* TO 'r'@'%' IDENTIFIED BY '{s.new('SQL')}'",
            f"CHANGE MASTER TO MASTER_PASSWORD='{s.new('SQL')}', MASTER_PORT=3306",
        ),
    )
    basic = s.new("basic authorization")
    s.secrets.append(("authorization", base64.b64encode(f"admin:{basic}".encode()).decode()))
    s.write("node01/http.log", s.logged(
        f"Authorization: Basic {base64.b64encode(f'admin:{basic}'.encode()).decode()}", f"Authorization: Bearer {s.new('bearer', length=40)}",
        f"got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJoYSJ9.{s.new('JWT', length=43)}", f"X-Auth-Token: {s.new('token', length=32)}",
        f"git clone https://{s.new('token', plain='ghp_R4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd0m')}@git.example.com/x", f"Cookie: session={s.new('cookie', length=32)}"))  # fmt: skip
    known = [
        secret for kind, secret in s.secrets if kind.startswith(("fence", "cloud", "database", "crm", "drbd", "booth"))
    ]
    lines = [f"found {text} here" for secret in known for text in every_spelling(secret)]
    lines += [f"sh -c 'x {secret[:5]}''{secret[5:]}'" for secret in known if secret.isalnum()]
    lines += [f"\"{secret[:5]}\"'{secret[5:]}'" for secret in known if secret.isalnum()]
    s.write("node02/messages", s.logged(*lines))
    s.write("node02/messages.1.gz", s.logged(*lines[::2]), gzip.compress)
    s.write("node02/messages.2.xz", s.logged(*lines[1::2]), lzma.compress)
    s.write("node02/pacemaker.log", s.logged(*(f'++ /cib/configuration/resources:  <nvpair id="x" name="{name}" value="{escape(value, {chr(34): "&quot;"})}"/>' for name, value in pairs[:-1]),
                                             f"+  /cib/x/nvpair[@id='f-passwd']:  @value={s.new('CIB diff')}, @name=passwd"))  # fmt: skip
    s.write(
        "node02/blackbox/trace.bin", b"\0\1\2\3" + b"\0".join(secret.encode() for secret in known) + bytes(range(256))
    )
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:bz2") as tar:
        data = s.logged(*(f"inside {secret}" for secret in known), f"password={s.new('nested')}").encode()
        member = tarfile.TarInfo("crm_report/node03/ha-log")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    s.write("node02/crm_report.tar.bz2", inner.getvalue())
    return s
