"""Tells which names are those of secrets, and which values are none.

Names: what fence agents, drbd.conf(5), corosync.conf(5), snmpd.conf(5), iscsid.conf(5), cloud command lines and
Pacemaker's own attributes call them.  Of what only looks like one (`token: 3000` of corosync, `passwd_file`,
`key=r_ip_start_0`) nothing must be masked: a diagnosis is read from it.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Letters of a name, without separators and in lower case.
SECRET = re.compile(
    rb"passw(?!ordless)|passphrase|passcode|secret(?!ar)|token(?!iz)|credential|authtok"
    rb"|(?:private|priv|auth|api|apim|access|shared|secret|encrypt|encryption|decryption|signing|master|session|account|storage"
    rb"|client|hmac|symmetric|routing|integration|activation|kg|preshared|license|tsig|rndc|instrumentation|subscription|wpa|aes|pre|crypto|cipher"
    rb"|vault|unseal|consumer|sas|deploy|app|service|heartbeat|cluster)keys?$|clientkeydata$"
    rb"|(?:^|user|login|auth|bind|root|admin|db|my|remote|proxy|http|https|smtp|imap|ldap|ipmi|bmc|fence|snmp|vnc|ssh|ftp|mysql|sql"
    rb"|rep|repl|replication|hac|store|private|priv|chap|amt|ilo|drac|server|client|require|default)pass$|(?:key|trust)?storepass$|keypass$|becomepass$|sudopass$|vaultpass$"
    rb"|pwds?$|psk$|communit(?:y|ies)$|communityname$|communitystring$|cliauth$|(?:^|bind|user|root|admin|db|my|ipmi)pw$|connectionstring$|regcode$|registrationcode$|^masterauth$|sstauth$|cliauth$|erlangcookie$|setcookie$"
)
# What a name that ends so tells is about a secret, and none itself.
HARMLESS_LAST = frozenset(
    b"file files filename path paths dir directory folder script command cmd prompt timeout retransmit retransmits coefficient"
    b" warning hold type length len size count number num expiry expires expire expired expiration age days policy hint mode"
    b" method algorithm cipher uri enabled enable disabled required requisite changed change check quality authentication user"
    b" username attempts attempt retries retry max min interval provider manager agent helper field column attr attribute param"
    b" parameter option ref source env var line lines format version status state issued lifetime ttl period grace error errors"
    b" failed failure failures fails invalid reset update updated name id ids label description desc usage scope class less"
    b" aging strength fingerprint digest public pub node nodes list index unit service socket mount".split()
)
WORDS = re.compile(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# A value that says that there is none, or stands for one.
PLACEHOLDER = re.compile(
    rb"(?i)[*x.-]+|\W{1,3}|<[^>]*>|\[?\(?(?:redacted|hidden|masked|removed|sanitized|not shown|unset|not set|empty|none|null|nil|undef"
    rb"|undefined|true|false|yes|no|on|off|enabled?|disabled?|required|requisite|sufficient|optional|default|string|text|str|int|ask"
    rb"|prompt|changed|invalid|incorrect|expired|wrong|failed|failure|error|ok|unknown|missing)\)?\]?"
    rb"|(?:files|compat|sss|systemd|ldap|nis|winbind|db)(?:\s+\S+)*|lrm://|\$\{[^}]*\}|\$[A-Z_][A-Z0-9_]*|\$\(.*|%[sd]|%\(\w+\)s|%[A-Z_]+%|\{\{.*|@[A-Z_]+@"
)
PATH = re.compile(rb"(?:file:)?(?:~|\.{1,2}|/[\w.+@-]+)(?:/[\w.+@%-]*)+")
SYSTEM_PATH = re.compile(rb"/(?:etc|var|usr|root|home|run|tmp|opt|dev|proc|srv|mnt|bin|lib)(?:/[\w.+@%-]+)+")
NUMBER = re.compile(rb"[+-]?\d+(?:\.\d+)?(?:ms|us|s|min|h|d)?")
ADDRESS = re.compile(rb"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}")
OPERATION_KEY = re.compile(rb"\S+_[a-z-]+_\d+")
FINGERPRINT = re.compile(rb"(?:SHA\d+|MD5):\S+")


@lru_cache(8192)
def is_secret_name(name: bytes) -> bool:
    """Return whether what is called `name` is secret, whatever its value."""
    words = [word.lower() for word in WORDS.findall(name)]
    if not words or name in (b"PWD", b"OLDPWD") or b"public" in words or not SECRET.search(b"".join(words)):
        return False
    return words[-1] not in HARMLESS_LAST or words[-2:] in ([b"community", b"name"], [b"secret", b"id"])


def is_secret_value(name: bytes, value: bytes) -> bool:
    """Return whether `value` of the secret name `name` can be the secret itself."""
    if not value or PLACEHOLDER.fullmatch(value):
        return False
    lower = name.lower()
    if b"passw" in lower or b"pwd" in lower or b"psk" in lower:
        return not SYSTEM_PATH.fullmatch(value)
    if PATH.fullmatch(value) or NUMBER.fullmatch(value):
        return False
    return not (b"key" in lower and (OPERATION_KEY.fullmatch(value) or FINGERPRINT.match(value)))


def is_told(word: bytes) -> bool:
    """Return whether a word beside a secret is none itself: an address, a path, a number."""
    return bool(ADDRESS.fullmatch(word) or PATH.fullmatch(word) or NUMBER.fullmatch(word))


# Words that stand in every bundle: a secret that is one of them is masked where it is named, and nowhere else.
COMMON = frozenset(
    b"about access account action actions active address admin administrator after agent agents alert alerts allow apache"
    b" attribute attributes attrd auth authkey author auto available backup base before begin bind block blocked boolean booth"
    b" bridge bundle cached call cancel cancelled centos change changed check class clean cleanup clear clone cluster clustered"
    b" cluster01 clusterlabs command community complete completed config configuration configure configured confirmed connect"
    b" connected connection constraint container controld controller corosync count crash crmadmin crmd crmsh critical current daemon daemons data"
    b" database date debian debug default defaults delay delete demote demoted deny device devices diff directory disable"
    b" disabled disconnect disk docker domain done down drbd dummy election email enable enabled error errors ethernet eth0 event"
    b" events exec execute executed exit expected export external fail failcount failed failing failure fatal fedora fence fenced"
    b" fencer fencing file files filesystem final finished flag force found from function galera gateway generic get global good"
    b" group groups guest hacluster haclient halvm handle haproxy hash hash2 header heartbeat hello help high history home host hostname hosts"
    b" http https hypervisor ident idle ignore inactive info information init initialized input install installed instance"
    b" integer interface internal interval invalid ipaddr ipaddr2 ipmi ipmilan isolated journal kernel key keys kill language"
    b" last level libvirt limit linux list listen load local localhost location lock locked log logfile logger login logs long"
    b" lost lrmd machine main maintenance manage managed manager mandatory mark master matched member members membership memory"
    b" message messages meta method migrate migration mirror mode module monitor monitoring mount mountpoint multicast mysql name"
    b" names network nfsserver nginx node nodeid node01 node02 node1 node2 nodes none normal notice notify null number offline okay online"
    b" open operation operations option optional options oracle order orphan output owner package pacemaker pacemakerd parameter"
    b" parameters parent partition pass passed passive passwd password path peer peers pending pengine permission pgsql ping"
    b" placement plugin policy pool port postfix postgres postgresql power priority private probe process processes processed"
    b" promote promoted property protocol public query queue queued quorum quota ready reason reboot received recover recovery"
    b" redhat refresh regular release reload remote remove removed repair replica replication reply report request required reset"
    b" resolve resource resources respond response restart result results retry return ring role root rule running runtime samba"
    b" schedule scheduler schema score scripts secondary secret section secure security select sender sending server service"
    b" services session set shadow shared shutdown signal simple single size slave slaves smtp snapshot socket soft source squid"
    b" standard standby start started starting state status stderr stdin stdout stickiness stonith stonithd stop stopped stopping"
    b" storage string success successful support suse suspend switch symmetric sync syslog system systemd table target tasks temp"
    b" template test testing text ticket time timed timeout timer token tomcat total trace track transition transport true trying"
    b" type ubuntu udpu unable unclean unknown unlock unmanaged unset unused update updated upgrade user username users valid"
    b" value values var verify version virtual virtualdomain vmware volume wait waiting warn warning watchdog weak welcome with"
    b" without workers world write xenserver yes".split()
)
