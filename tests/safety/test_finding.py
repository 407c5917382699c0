"""What is a secret is found, wherever it stands; what only looks like one is left alone.

In an example the secret stands between « and ».
"""

import io
import re
from collections import Counter
from pathlib import Path

import pytest

from collectors.redaction.masking import MASK, Redactor
from collectors.redaction.shapes import SHAPES

HELD = re.compile(r"«(.*?)»", re.DOTALL)


def first_pass(text, name="messages", patterns=()):
    return b"".join(Redactor(patterns).first(name, io.BytesIO(text.encode()).read, Counter())).decode()


def expected(example):
    """The mask stands for what is between the marks, and nothing else has changed."""
    return HELD.sub(lambda found: re.sub(r"\S(?:.*\S)?", MASK.decode(), found[1], flags=re.DOTALL), example)


@pytest.mark.parametrize("row", SHAPES, ids=lambda row: f"{row.name} {row.triggers[0].decode()}")
def test_a_shape_masks_its_own_example(row):
    plain = row.example.replace("«", "").replace("»", "")
    masked = first_pass(plain)
    for secret in HELD.findall(row.example):
        assert secret.strip() not in masked
    assert MASK.decode() in masked


@pytest.mark.parametrize("row", SHAPES, ids=lambda row: f"{row.name} {row.triggers[0].decode()}")
def test_the_first_trigger_of_a_shape_begins_what_it_matches(row):
    plain = row.example.replace("«", "").replace("»", "").encode()
    assert any(
        row.pattern.match(plain, place) for trigger in row.triggers for place in [plain.find(trigger)] if place >= 0
    )


SECRETS = [
    '<nvpair id="f-passwd" name="passwd" value="«Kx7.pQ2z»"/>',
    '<nvpair value="«Kx7.pQ2z»" id="f-passwd" name="passwd"/>',
    "<nvpair id='f' name='ipmi_password' value='«Kx7 pQ2»'/>",
    '<nvpair id="f" name="passwd" value="«a&amp;b&quot;c»"/>',
    '<nvpair name="passwd"\n        value="«Kx7.pQ2z»"/>',
    '++ /cib/configuration/resources:  <nvpair id="f" name="snmp_community" value="«n0tpub»"/>',
    "+  /cib/configuration/resources/primitive[@id='f']/instance_attributes[@id='f-i']/nvpair[@id='f-i-passwd']:  @value=«Kx7.pQ2z», @name=passwd",
    '<parameter name="login"/><parameter name="secret_key" value="«Kx7.pQ2z»"/>',
    "<password>«Kx7.pQ2z»</password>",
    "<graphics type='vnc' port='5901' passwd='«Kx7.pQ2z»'/>",
    "primitive f stonith:fence_ipmilan \\\n    params ipaddr=10.0.0.1 passwd=«Kx7.pQ2z» login=root \\\n    op monitor interval=60s",
    'params passwd="«Kx7 \\" pQ2»" login=root',
    "        passwd=«Kx7.pQ2z»\n        login=root",
    "  Attributes: ipaddr=10.0.0.1 login=root passwd=«Kx7.pQ2z» pcmk_host_list=node01",
    '    shared-secret "«Kx7.pQ2z»";',
    "  shared-secret «Kx7.pQ2z»;",
    "PASSWORD=«Kx7.pQ2z»\nUSER=x",
    "export MYSQL_PWD='«Kx7 pQ2»'",
    'SBD_SECRET="«Kx7.pQ2z»"',
    "password: «Kx7.pQ2z»",
    "password: «my long pass phrase»",
    "db_password = «my long pass phrase» # of the database",
    "  api_key: '«Kx7.pQ2z»'",
    '{"login": "root", "password": "«Kx7.pQ2z»", "port": 1}',
    '{"name": "passwd", "value": "«Kx7.pQ2z»"}',
    '{\\"password\\": \\"«Kx7.pQ2z»\\"}',
    "{'password': '«Kx7.pQ2z»', 'action': 'reboot'}",
    '{:password=>"«Kx7.pQ2z»"}',
    '{"tokens": {"node01": "«0f6e9c3a-77»", "node02": "«1f6e9c3a-77»"}}',
    "password: |\n  «Kx7.pQ2z»\nuser: x",
    "node.session.auth.password = «Kx7.pQ2z»",
    "discovery.sendtargets.auth.password_in = «Kx7.pQ2z»",
    "quorum.device.net.password (str) = «Kx7.pQ2z»",
    "rocommunity «n0tpublic»",
    "machine node02 login root password «Kx7.pQ2z»",
    "ALTER USER repl WITH PASSWORD '«Kx7.pQ2z»'",
    "Nov 23 02:01:35 node01 fence_ipmilan[12]: Executing: fence_ipmilan --ip=10.0.0.1 --password=«Kx7.pQ2z» --username=root",
    "Nov 23 02:01:35 node01 fence_ipmilan[12]: --password «Kx7.pQ2z» --username root",
    "Nov 23 02:01:35 node01 fence: ['fence_ipmilan', '--password', '«Kx7.pQ2z»', '-o', 'off']",
    "Nov 23 02:01:35 node01 app[1]: connecting with password=«Kx7.pQ2z»",
    "Nov 23 02:01:35 node01 app[1]: env PGPASSWORD=«Kx7.pQ2z» psql",
    "jdbc:postgresql://db/x?user=app&password=«Kx7.pQ2z»&ssl=true",
    "Server=db;Uid=app;Pwd=«Kx7.pQ2z»;Database=x",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=«Zk2Lw9sBv4TnEo0Rg5Yh8U==»;EndpointSuffix=y",
    "aws_secret_access_key = «Zk2Lw9sBv4TnEo0Rg5Yh8Um1x9Jq7dPZ»",
    "X-Auth-Token: «c1f7e2a99b»",
    "//fs/share /mnt cifs username=ha,password=«Kx7.pQ2z»,vers=3.0 0 0",
    "PrivateKey = «cGxlYXNlIGRvIG5vdCBtYXNrIG1l»",
    "auth_pass «Kx7.pQ2z»",
    "<fencing passwd=&quot;«Kx7.pQ2z»&quot;/>",
    'Environment="RESTIC_PASSWORD=«Kx7.pQ2z»"',
    "Environment=RESTIC_PASSWORD=«Kx7.pQ2z»",
    "sudo: root : COMMAND=/sbin/x --api-key=«Kx7.pQ2z»",
    "private key: «Zk2Lw9sBv4TnEo0Rg5Yh»",
    "ldap_default_authtok = «Kx7.pQ2z»",
    '%any %any : PSK "«Kx7.pQ2z»"',
    "<password><![CDATA[«Kx7.pQ2z»]]></password>",
    '<property name="password">«Kx7.pQ2z»</property>',
    '<entry key="password"><value>«Kx7.pQ2z»</value></entry>',
    "<key>password</key>\n<string>«Kx7.pQ2z»</string>",
    "- name: DB_PASSWORD\n  value: «Kx7.pQ2z»\n",
    '- name: "DB_PASSWORD"\n  value: "«Kx7.pQ2z»"\n',
    "Nov 23 02:01:35 node01 app[1]: the password is «Kx7.pQ2z», they say",
    "username x password 7 «0822455D0A16»",
    "ALTER USER repl PASSWORD '«Kx7.pQ2z»' VALID UNTIL 'infinity'",
    "mysqladmin -u root password '«Kx7.pQ2z»'",
    "user admin insecure-password «Kx7.pQ2z»",
    "pw=«Kx7.pQ2z»",
    "primary_conninfo = 'host=db01 user=repl password=«Kx7.pQ2z» port=5432'",
    "redis://:«Kx7.pQ2z»@cache:6379/0",
    "kubectl create secret generic x --from-literal=password=«Kx7.pQ2z»",
    '"Env": ["PATH=/bin", "MYSQL_ROOT_PASSWORD=«Kx7.pQ2z»"]',
    "node01 sudo[9]: root : TTY=pts/0 ; COMMAND=/usr/sbin/pcs stonith create f fence_ipmilan ip=10.0.0.1 passwd=«Kx7.pQ2z» username=root",
    "crm configure primitive f stonith:fence_ipmilan params passwd='«Kx7.pQ2z»' login=root",
    'keystorePass="«Kx7.pQ2z»" trustStoreType="JKS"',
    "gpg --batch --passphrase «Kx7.pQ2z» -c x",
    "st_fence stdout: [ ipaddr=10.0.0.1,passwd=«Kx7.pQ2z»,action=off ]",
]  # fmt: skip


@pytest.mark.parametrize("example", SECRETS)
def test_a_secret_is_masked_and_what_is_beside_it_stays(example):
    assert first_pass(example.replace("«", "").replace("»", "")) == expected(example)


# One a line, with \\n, \\t and \\\\ as in Python.
PLACES = (Path(__file__).parent / "places.txt").read_text().splitlines()


@pytest.mark.parametrize("line", PLACES)
def test_a_secret_is_masked_where_other_programs_have_it(line):
    example = re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), line)
    assert first_pass(example.replace("«", "").replace("»", "")) == expected(example)


HARMLESS = [
    "Nov 23 02:01:35 node01 pacemaker-controld[96]: notice: Result of start operation for r_ip; call=12 key=r_ip_start_0 rc=1",
    '<lrm_rsc_op id="r_ip_last_0" operation_key="r_ip_start_0" transition-key="3:2:0:0a1b2c3d-aaaa-bbbb-cccc-0a1b2c3d4e5f" transition-magic="0:1;3:2:0:x"/>',
    "totem {\n    token: 3000\n    token_retransmits_before_loss_const: 10\n    token_coefficient: 650\n    secauth: off\n    keyfile: /etc/corosync/authkey\n}",
    "runtime.config.totem.token (u32) = 3000",
    "corosync[1]: [TOTEM ] Token has not been received in 2250 ms",
    "corosync[1]: [TOTEM ] Token Timeout (3000 ms) retransmit timeout (294 ms)",
    '<nvpair id="f-s" name="passwd_script" value="/root/getpass.sh"/>',
    '<nvpair id="f-s" name="password_file" value="/etc/x/y"/>',
    '<nvpair id="f-i" name="identity_file" value="/root/.ssh/id_rsa"/>',
    '<nvpair id="f" name="passwd" value="lrm://"/>',
    '<nvpair id="f" name="passwd" value="******"/>',
    '<nvpair id="f" name="passwd" value=""/>',
    "authfile = /etc/booth/authkey",
    "sshd[9]: Failed password for root from 10.0.0.9 port 22 ssh2",
    "sshd[9]: Accepted publickey for root from 10.0.0.9 port 22 ssh2: RSA SHA256:Zk2Lw9sBv4TnEo0Rg5Yh8Um1x9Jq7dPZk2Lw9sBv4Tn",
    "sshd[9]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.9 user=root",
    "PasswordAuthentication no\nPermitEmptyPasswords no\nUsePAM yes",
    "passwd:         files systemd\nshadow: files",
    "password    [success=1 default=ignore]  pam_unix.so obscure",
    "the password was changed, and the token expired",
    "PRIMARY KEY (`id`)",
    "primary_key=5 foreign_key=users partition_key=date",
    "PWD=/root\nOLDPWD=/etc/corosync",
    "ERROR: syntax error near unexpected token `fi'",
    "-rw-r----- 1 root haclient 256 Nov 23 02:01 /etc/pacemaker/authkey",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2m9w8Q7h5Zt1k0 root@node01",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQ\n-----END CERTIFICATE-----",
    "http://clusterlabs.org/pacemaker/doc/",
    "Using user-supplied password-less login",
    "pacemaker-based[1]: info: election-DC round 1 (owner node ID 1) pass: vote from node01",
    "Registering st_fence: succeeded (registration token: 9f9395b0-9f06-4643-b752-c7fbaefee482)",
    "auth required pam_unix.so nullok_secure\nauthkeys: 600",
    "cluster_recheck_interval=15min stonith-timeout=60s password_prompt=yes",
    "ipmitool -I lanplus -H 10.0.0.1 -p 623 -f /root/ipmi.pw chassis power status",
    "fence_ipmilan -a 10.0.0.1 -l root -S /root/getpass.sh -P -o status",
    "mysql --defaults-file=/etc/my.cnf -P 3306 -h db01",
    "Tests: pass: 12 fail: 0",
    "PASS: r_ip starts on node02",
    'op-force-restart="  ip  " op-secure-params="  passwd  " op-secure-digest="f2317cad3d54cec5d7d"',
    "crmd: [1]: debug: election (owner: 10cb7361-1fa2-4fd2-a777-8c7d144b913d) pass: vote from node01 (Age)",
    "the password is required, and the token was lost",
    "sshd[9]: Received disconnect: password is incorrect",
    "pam_unix(crond:session): session opened for user root(uid=0) by (uid=0)",
    '<nvpair id="x-token" name="token_timeout" value="3000"/><property name="tokens">3</property>',
    "connect to node02 user root failed",
    "Nov 23 02:01:35 node01 fence_ipmilan[1]: Executing: /usr/bin/ipmitool -I lanplus -H 10.0.0.1 -p 623 -U root -L ADMINISTRATOR chassis power status",
    "polkitd: lacks authorization org.freedesktop.systemd1.manage-units for node01",
    "moving r_ip on >node02 < and back",
    "sudo: root : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/usr/sbin/crm_mon -1",
    "crm_resource --resource r_ip --set-parameter nic --parameter-value eth0",
    "crm_attribute -n standby -v on",
    "postfix/smtp[9]: relay=mx.example.com[10.0.0.9]:25, delay=1.2, status=sent",
    "cipher AES-256 key 7 of 9 loaded",
    "# /etc/sysconfig/sbd\nSBD_DEVICE=/dev/sdb",
    "http://node01:8080/path/x@y and ssh://git@example.com:org/repo",
    "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURkekNDQWwrZ0F3SUJB",
    "tried with token timeout and using key r_ip_start_0",
    "registering disk-T3 and task-4711, key = AQUA",
    "the erlang cookie was rejected; session opened, sessionid=c1",
    "<authkey/><param-name>port</param-name><param-value>80</param-value>",
]  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_stays(text):
    assert first_pass(text) == text


def test_names_that_the_user_gives_are_secret_too():
    """As hb_report takes them: regular expressions of whole names."""
    masked = first_pass('<nvpair name="login" value="bob"/> login=bob logon_timeout=5', patterns=["log.n"])
    assert masked == '<nvpair name="login" value="******"/> login=****** logon_timeout=5'


@pytest.mark.parametrize(
    "name", ["etc/corosync/authkey", "etc/ha.d/authkeys", "server.key", "root/.ssh/id_ed25519", "etc/shadow"]
)
def test_a_file_that_is_a_secret_as_a_whole_is_masked_as_a_whole(name):
    assert first_pass("Zk2Lw9sBv4TnEo0R\nmore\n", name) == "******\n"


def test_what_is_masked_stays_as_it_is():
    text = first_pass("\n".join(SECRETS).replace("«", "").replace("»", ""))
    assert first_pass(text) == text
