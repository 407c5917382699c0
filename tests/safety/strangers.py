"""Makes a second bundle with hidden secrets, in the layouts of other tools: sos, supportconfig and crm report.

`FILES` says what stands in which file; « and » hold what a secret is made of.
"""

import base64
import bz2
import gzip
import io
import json
import lzma
import re
import string
import tarfile
from urllib.parse import quote
from xml.sax.saxutils import escape

from seeded import Seeded, every_spelling, pem

HEX, WORD = "0123456789abcdef", string.ascii_letters + string.digits
HELD = re.compile(r"«(.*?)»")
SOS, SUPPORT, CRM = "sosreport-db1-2026", "scc_db2_261123", "crm_report-Mon/db3"
PROCESSES = """USER PID COMMAND
root 1 ipmitool -I lanplus -H 10.0.0.1 -Uroot -P«command line» chassis power status
root 2 fence_ipmilan -a 10.0.0.1 -l root -p«command line» -o status
root 3 fence_vmware_rest --ip=vc --username=ha --password=«command line» --ssl
root 4 fence_aws -n i-1 -a x -s «cloud key:########################################» -r us
root 5 crm_resource -r f --set-parameter passwd --parameter-value «command line»
root 6 crm_attribute -n repl-token -v «command line»
root 7 curl -sku 'ha:«command line»' https://bmc/
root 8 curl -H 'X-Vault-Token: «token:s.########################»' https://vault/
root 9 ldapsearch -x -D cn=a -w«command line» -b dc=x
root 10 java -Djavax.net.ssl.keyStorePassword=«command line» -jar x
root 11 keytool -list -storepass «command line» -keypass «command line»
root 12 hdbsql -u SYSTEM -p «command line» -d HA1
root 13 sapcontrol -nr 00 -user ha1adm «command line» -function GetProcessList
root 14 beam.smp -name rabbit@db1 -setcookie «RabbitMQ» -kernel
root 15 rabbitmqctl add_user ha «RabbitMQ»
root 16 snmpget -v3 -u ha -l authPriv -a SHA -A «SNMP v3» -x AES -X «SNMP v3» pdu1 .1
root 17 lftp -u ha,«command line» sftp://x
root 18 az login --service-principal -u x -p «command line» --tenant y
root 19 docker login -u x -p «token:dckr_pat_##########################»
root 20 virt-install --graphics vnc,password=«command line»
"""
# What stands in a file, by the file; behind a secret's kind what it looks like: odd, hex, base64, or a text with # for letters.
FILES = {
    f"{SOS}/etc/corosync/corosync.conf": "totem {\n      token: 5000\n      key: «corosync key:base64»\n}\n",
    f"{SOS}/etc/sysconfig/sbd": "# /etc/sysconfig/sbd\nSBD_DEVICE=/dev/sdb\nSBD_AUTH_TOKEN=«sbd»\n",
    f"{SOS}/etc/drbd.d/r0.res": 'resource r0 { net { cram-hmac-alg sha1; shared-secret "«drbd»"; } }\n',
    f"{SOS}/drbdadm_dump-xml": '<config><section name="net"><option name="shared-secret" value="«drbd»"/></section></config>\n',
    f"{SOS}/etc/my.cnf": '[client]\npassword="«database:odd»"\n[mysqld]\nwsrep_sst_auth=sst:«database»\nreport-password=«database»\n',
    f"{SOS}/var/lib/pgsql/postgresql.auto.conf": "primary_conninfo = 'host=db2 user=repl password=''«database»'' port=5432'\n",
    f"{SOS}/var/lib/pgsql/userlist.copy": '"app" "«password hash:md5????????????????????????????????»"\n',
    f"{SOS}/root/pgpass.copy": "db2:6432:app:repl:«pgpass»\n",
    f"{SOS}/etc/httpd/conf/httpd.conf": 'AuthLDAPBindPassword "«LDAP»"\nBalancerMember ajp://10.0.0.1:8009 secret=«AJP»\nRequestHeader set Authorization "Basic «authorization:base64»"\n',
    f"{SOS}/etc/nginx/nginx.conf": "proxy_set_header X-Api-Key «API key»;\n",
    f"{SOS}/etc/tomcat/tomcat-users.xml": '<user username="ha" password="«XML attribute»" roles="manager"/>\n',
    f"{SOS}/etc/tomcat/web.xml": "<init-param><param-name>dbPassword</param-name><param-value>«XML element»</param-value></init-param>\n",
    f"{SOS}/etc/shadow": "root:«password hash:$6$##########$########################################»:19000:0:99999:7:::\nops:«password hash:#############»:19000:0:99999:7:::\n",
    f"{SOS}/etc/httpd/.htpasswd": "admin:«password hash:$apr1$########$######################»\nold:«password hash:#############»\n",
    f"{SOS}/etc/nslcd.conf": "binddn cn=ha\nbindpw «LDAP»\n",
    f"{SOS}/etc/openldap/slapd.conf": "rootpw «LDAP»\nsyncrepl rid=1 provider=ldap://x bindmethod=simple credentials=«LDAP» searchbase=x\n",
    f"{SOS}/slapcat.ldif": "dn: cn=ha\nuserPassword:: «password hash:base64»\n",
    f"{SOS}/etc/snmp/snmpd.conf": 'rocommunity «SNMP» 10.0.0.0/8\nrwcommunity6 «SNMP» default\ncreateUser ha SHA-256 «SNMP v3» AES «SNMP v3»\nusmUser 1 3 0x80 "ha" "ha" NULL .1.3.6 «SNMP v3:0x????????????????» .1.3.6 «SNMP v3:0x????????????????» ""\n',
    f"{SOS}/etc/snmp/snmptrapd.conf": "authCommunity log,execute,net «SNMP»\n",
    f"{SOS}/etc/wireguard/wg0.conf": "[Interface]\nPrivateKey = «WireGuard:base64»\n[Peer]\nPresharedKey = «WireGuard:base64»\n",
    f"{SOS}/sos_commands/wireguard/wg": "interface: wg0\n  private key: «WireGuard:base64»\n  preshared key: «WireGuard:base64»\n",
    f"{SOS}/etc/iscsi/iscsid.conf": "node.session.auth.authmethod = CHAP\nnode.session.auth.password = «CHAP»\nnode.session.auth.password_in = «CHAP»\n",
    f"{SOS}/etc/target/saveconfig.json": '{"chap_userid": "ha", "chap_password": "«CHAP»"}',
    f"{SOS}/etc/tgt/targets.conf": "<target iqn.x>\n    incominguser ha «CHAP»\n    outgoinguser ha «CHAP»\n</target>\n",
    f"{SOS}/etc/ceph/ceph.conf.copy": "[client.admin]\n\tkey = «Ceph key:AQ####################################==»\n",
    f"{SOS}/etc/redis.conf": "requirepass «redis»\nmasterauth «redis»\nuser ha on >«redis» ~* +@all\n",
    f"{SOS}/etc/rabbitmq/rabbitmq.config": '[{rabbit, [{default_pass, <<"«RabbitMQ»">>}]}].\n',
    f"{SOS}/etc/named.conf": 'key "rndc-key" { algorithm hmac-sha256; secret "«DNS key:base64»"; };\n',
    f"{SOS}/etc/postfix/sasl.txt": "[smtp.example.com]:587 ha@example.com:«SMTP»\n",
    f"{SOS}/etc/mail.rc": "set smtp=smtps://ha%40x:«SMTP»@smtp.example.com:465\n",
    f"{SOS}/root/anaconda-ks.cfg": "rootpw --plaintext «installation»\nuser --name=ha --password=«installation»\n",
    f"{SOS}/etc/cloud/cloud.cfg": "chpasswd:\n  list: |\n    root:«installation»\n    ha:«installation»\n  expire: false\n",
    f"{SOS}/boot/grub2/user.cfg": "password_pbkdf2 root «password hash:grub.pbkdf2.sha512.10000.????????????????.????????????????»\n",
    f"{SOS}/root/.aws/config": "«access key id:AKIAQ3EGRDAXMPLEKEYB»:«cloud key:########################################»\n",
    f"{SOS}/root/.kube/config": "users:\n- name: admin\n  user:\n    client-key-data: «private key:LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt########################»\n    token: «token»\n",
    f"{SOS}/root/values.yaml": "db: {name: x, password: «YAML», port: 1}\npassword: >-\n  «YAML»\nkeystorePass: «YAML»\n",
    f"{SOS}/root/site.php": "define('DB_PASSWORD', '«PHP»');\n",
    f"{SOS}/root/inventory": "db1 ansible_host=10.0.0.1 ansible_ssh_pass=«Ansible» ansible_become_pass='«Ansible»'\n",
    f"{SOS}/root/odbc.txt": "Driver=x;Server=y;UID=ha;PWD={«connection»};\njdbc:oracle:thin:ha/«connection»@db:1521/x\n",
    f"{SOS}/ps_auxwww": PROCESSES,
    f"{SOS}/proc/4711/environ": "PATH=/bin\0PGPASSWORD=«environment»\0HTTP_PROXY=http://px:«URL»@proxy:3128\0REDISCLI_AUTH=«environment»\0VAULT_TOKEN=«token:hvs.########################»\0",
    f"{SUPPORT}/ha.txt": "#==[ Configuration File ]===========================#\n# /etc/booth/booth.key\n«booth key»\n\n"
        "#==[ Command ]======================================#\n# /usr/sbin/crm configure show\nprimitive f stonith:external/ipmi \\\n"
        '\tparams hostname=db2 userid=root passwd="«fence agent:odd»" \\\n\top monitor interval=60s\n'
        "primitive g stonith:fence_azure_arm params login=0f1e passwd=«fence agent:abc8Q~################################» tenantId=7\n"
        "#==[ Configuration File ]===========================#\n# /etc/ha.d/ha.cf\nstonith_host * external/ipmi db2 10.0.0.1 root «fence agent» lan\n",
    f"{SUPPORT}/env.txt": 'declare -x DB_PASSWORD="«environment»"\nTF_VAR_admin_password=«environment»\n',
    f"{SUPPORT}/y2log.txt": 'regcode: "«registration»"\n"regcode": "«registration»"\nSUSEConnect -r «registration» -e x@y\n',
    f"{SUPPORT}/web.txt": "GET /x;jsessionid=«session» HTTP/1.1\nSet-Cookie: JSESSIONID=«session»; Path=/\nauthorization: GenieKey «API key:????????-????-????-????-????????????»\n",
    f"{SUPPORT}/alerts.txt": "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/«webhook:########################»\nhttps://api.telegram.org/bot123456789:«webhook:AAF################################»/sendMessage\n",
    f"{SUPPORT}/tokens.txt": "«token:ghs_####################################»\n«token:glpat-####################»\n«token:pypi-AgE################################»\nX-Subject-Token: «token:gAAAAABj########################################################################»\n«JWT:eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJoYSJ9.########################»\n",
    f"{CRM}/trace_ra/mysql/p_db.monitor.2026": "+ 02:01:01: main:12: OCF_RESKEY_replication_passwd='«trace»'\n++ export 'OCF_RESKEY_test_passwd=«trace»'\n+ mysql --user=r --password=«trace» -e 'select 1'\ndeclare -x OCF_RESKEY_monpassword=\"«trace»\"\n",
    f"{CRM}/pacemaker.log": "\n".join(f"Nov 23 02:01:0{n} db3 pacemaker-fenced [12]: {text}" for n, text in enumerate([
        "debug: parameters: {ipaddr=10.0.0.1, passwd=«log», login=root}",
        "{'--username': 'root', '--password': '«log»', '--ip': '10.0.0.1'}",
        'st_command <attributes nodeid="1" ipaddr="10.0.0.1" passwd="«log»"/>',
        "user ha logged in with password «log»",
        'password="«log»',
        "CREATE USER 'r'@'%' IDENTIFIED WITH 'caching_sha2_password' BY '«SQL»'",
        "&lt;nvpair name=&quot;passwd&quot; value=&quot;«log»&quot;/&gt; &lt;password&gt;«log»&lt;/password&gt;",
        '{"Name": "DB_PASSWORD", "Value": "«JSON»"}'])) + "\n",
    f"{CRM}/docker.json": '{"Cmd": ["redis-server", "--requirepass", "«JSON»"], "Env": ["POSTGRES_PASSWORD=«environment»"],\n "password":\n    "«JSON»"}',
}  # fmt: skip
CIB = {"passwd": "odd", "secret_key": "base64", "community": "", "ilo_password": "odd", "apikey": "", "test_passwd": "odd", "kubeconfig_token": "hex",
       "run_opts": "-e MYSQL_ROOT_PASSWORD=", "options": "username=ha,password=", "statusurl": "http://mon:"}  # fmt: skip


def of_look(seeded, kind, look):
    """Return a new secret that looks so."""
    if look == "odd":
        return seeded.odd(kind, "!#$%&()*+,-./:;<=>?@[]^_{|}~" if kind.startswith("CIB") else "!#%()*+./:?@^_~")
    if look == "base64":
        return seeded.new(kind, plain=base64.b64encode(seeded.chance.randbytes(32)).decode())
    if look == "hex":
        return seeded.new(kind, HEX, 32)
    if not look:
        return seeded.new(kind)
    plain = re.sub(r"[#?]", lambda one: seeded.chance.choice(WORD if one[0] == "#" else HEX), look)
    return seeded.new(kind, plain=plain)


def cib(seeded):
    values = {}
    for name, look in CIB.items():
        before = look if "=" in look or "://" in look else ""
        secret = of_look(seeded, f"CIB {name}", "" if before else look)
        values[name] = f"{before}{secret}" + ("@localhost/server-status" if before.startswith("http") else "")
    text, lines = pem(seeded.chance, "PRIVATE KEY")
    seeded.secrets.append(("private key", lines[2]))
    values["serviceaccount"] = text
    escaped = {name: escape(value, {'"': "&quot;", "\n": "&#10;"}) for name, value in values.items()}
    return "".join(f'<nvpair value="{value}" name="{name}" id="f-{name}"/>\n' for name, value in escaped.items())


def every_copy(seeded):
    """Return a log in which secrets of all files stand once more, spelled otherwise."""
    known = [secret for kind, secret in seeded.secrets if kind not in ("authkey", "keytab")]
    lines = [f"saw {text} there" for secret in known for text in every_spelling(secret)]
    lines += [f"GET /login?p={quote(secret, safe='')}&x=1" for secret in known]
    lines += [f"sh -c x\\ '{secret[:4]}'\"{secret[4:]}\"" for secret in known if secret.isalnum()]
    lines += [f"wrapped: {base64.b64encode(secret.encode()).decode()[:8]}\n{base64.b64encode(secret.encode()).decode()[8:]}" for secret in known]  # fmt: skip
    return seeded.logged(*lines)


def key_in_log(seeded):
    """Return a private key that was logged line by line."""
    text, lines = pem(seeded.chance, "EC PRIVATE KEY")
    seeded.secrets += [("private key", line) for line in (lines[0], lines[-2])]
    return seeded.logged(*text.splitlines())


def make(folder):
    """Return the bundle."""
    seeded = Seeded(folder)
    for name, text in FILES.items():
        fill = lambda held: of_look(seeded, *[*held[1].split(":", 1), ""][:2])  # noqa: E731 - a word for what is held
        seeded.write(name, HELD.sub(fill, text))
    configuration = f'<cib epoch="7"><configuration><nodes><node id="1" uname="db1"/></nodes><resources><primitive id="f" class="stonith" type="fence_x"><instance_attributes id="i">\n{cib(seeded)}</instance_attributes></primitive></resources></configuration></cib>\n'
    seeded.write(f"{CRM}/cib.xml", configuration)
    seeded.write(f"{CRM}/pengine/pe-input-7.bz2", configuration + cib(seeded), bz2.compress)
    seeded.write(f"{SOS}/etc/corosync/authkey", key := seeded.chance.randbytes(1024))
    seeded.write(f"{SOS}/etc/krb5.keytab", keytab := b"\5\2" + seeded.chance.randbytes(90))
    seeded.secrets += [("authkey", base64.b64encode(key).decode()), ("keytab", keytab.hex())]
    seeded.write(
        f"{SUPPORT}/messages.txt",
        key_in_log(seeded) + seeded.logged(*(one for kind, one in seeded.secrets if kind in ("authkey", "keytab"))),
    )
    seeded.write(f"{SUPPORT}/journal.zst.txt", every_copy(seeded))
    seeded.write(f"{SOS}/var/log/messages-20261122.gz", every_copy(seeded), gzip.compress)
    seeded.write(f"{SUPPORT}/wide.txt", "".join(f"{one}\r\n" for _, one in seeded.secrets[:20]).encode("utf-16-le"))
    seeded.write(f"{SUPPORT}/inner.tbz", packed(f"{one}\n" for _, one in seeded.secrets if len(one) < 200))
    return seeded


def packed(lines):
    """Return an archive with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as tar:
        member = tarfile.TarInfo("scc/messages.txt")
        data = json.dumps(list(lines)).encode()
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    assert lzma.decompress(buffer.getvalue())
    return buffer.getvalue()
