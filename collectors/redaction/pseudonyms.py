"""Gives hosts, domains, users and addresses pseudonyms, the same in all files of a bundle.

What the names are is read from what a cluster writes: CIB, corosync.conf, ha.cf, hosts, hostcache, and the lines of
sshd and sudo.  System accounts stay, as do names that are words of every log.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from collectors.redaction.addresses import Addresses
from collectors.redaction.words import COMMON

SCHEMA = "ha-report-pseudonyms/1"
HOSTS = (
    rb"""\buname=["']([^"'<>\s]{1,253})["']""",
    rb"""<node\b[^<>]{0,1000}\bname=["']([^"'<>\s]{1,253})["']""",
    rb"^[ \t]*(?:name|ring\d_addr|[Ss]tatic [Hh]ostname|[Hh]ostname):[ \t]*(\S{1,253})[ \t\r]*$",
    rb"^node\s+([^#\n]{1,2000})",
    rb"^([A-Za-z][\w.-]{0,252})\t[0-9a-f]{8}-[0-9a-f]{4}-",
    rb"^Linux ([A-Za-z][\w.-]{0,252}) \d+\.\d+",
    rb"^\$ hostname\n([A-Za-z][\w.-]{0,252})$",
    rb"^(?:Online|OFFLINE|Standby|  \* (?:Online|OFFLINE)): \[ ([^\]\n]{1,2000}) \]",
    rb"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? ([A-Za-z][\w.-]{0,252}) \S+\[\d+\]",
)
HOSTS_FILE = (rb"^[ \t]*[0-9a-fA-F.:]{3,39}[ \t]+([^#\n]{1,1000})",)
DOMAINS = (rb"^(?:search|domain)[ \t]+([^#\n]{1,400})$",)
USERS = (
    rb"\bfor (?:invalid user )?([\w-]{1,64}(?:\.[\w-]{1,64}){0,4}) from \S{1,64} port \d",
    rb"\bsession (?:opened|closed) for user ([\w-]{1,64}(?:\.[\w-]{1,64}){0,4})",
    rb"\b(?:USER|LOGNAME|user|ruser|username|login)=[\"']?([\w-]{1,64}(?:\.[\w-]{1,64}){0,4})",
    rb"""\bupdate-user=["']([\w-]{1,64}(?:\.[\w-]{1,64}){0,4})["']""",
    rb"""name=["'](?:login|user|username|userid)["'][^<>]{0,200}\bvalue=["']([\w-]{1,64}(?:\.[\w-]{1,64}){0,4})["']""",
    rb"/home/([\w-]{1,64}(?:\.[\w-]{1,64}){0,4})",
    rb"\bsudo(?:\[\d+\])?:\s+([\w-]{1,64}(?:\.[\w-]{1,64}){0,4}) :",
    rb"\buid=\d+\(([\w-]{1,64}(?:\.[\w-]{1,64}){0,4})\)",
    rb"^([\w-]{1,64}(?:\.[\w-]{1,64}){0,4}):[x*!]:\d+:\d+:",
)
SYSTEM_USERS = frozenset(
    b"root hacluster haclient daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody systemd-network"
    b" systemd-resolve systemd-timesync messagebus sshd chrony ntp apache mysql postgres oracle nginx named dbus polkitd tss rpc rpcuser"
    b" adm halt shutdown operator ftp postfix systemd-coredump unbound abrt cockpit-ws setroubleshoot tcpdump qemu libvirt nfsnobody".split()
)
KEPT_HOSTS = re.compile(
    rb"localhost.*|ip6-.*|broadcasthost|[\d.]+|[0-9a-f]*:[0-9a-f:]*|none|\(none\)|\d+|.*[^\w.-].*", re.IGNORECASE
)
NUMBERED = re.compile(rb"(?:node|cluster|host|server)-?\d+")
SHORTEST_USER = 3  # letters; shorter ones stand in too many words
LOOKED_AT = 1 << 16  # bytes of a log: hosts that write into it are among the first lines


@dataclass
class Pseudonyms:
    """What stands for what; `learn` all files first."""

    addresses: Addresses = field(default_factory=lambda: Addresses(secrets.token_bytes(32)))
    hosts: dict[bytes, bytes] = field(default_factory=dict)
    domains: dict[bytes, bytes] = field(default_factory=dict)
    users: dict[bytes, bytes] = field(default_factory=dict)
    _pattern: re.Pattern[bytes] | None = None
    _table: dict[bytes, bytes] = field(default_factory=dict)

    def learn(self, file: str, text: bytes) -> None:
        """Note the hosts in `text`, the beginning of `file`."""
        for name in _all(HOSTS_FILE if file.endswith("hosts") else HOSTS, text):
            self.learn_host(name)
        for name in _all(DOMAINS, text):
            self._learn_domain(name)

    def learn_users(self, text: bytes) -> None:
        """Note the users in `text`, and how long the prefixes of networks are."""
        self.addresses.learn(text)
        for name in _all(USERS, text):
            if (
                len(name) >= SHORTEST_USER
                and name not in SYSTEM_USERS
                and name.lower() not in COMMON
                and not name.isdigit()
            ):
                self.users.setdefault(name, b"user%d" % (len(self.users) + 1))

    def learn_host(self, name: bytes) -> None:
        """Note a host; of one with a domain, both."""
        host, _, domain = name.strip(b".").partition(b".")
        if KEPT_HOSTS.fullmatch(name) or not host or (host.lower() in COMMON and not NUMBERED.fullmatch(host.lower())):
            return
        if domain and not domain.replace(b".", b"").isdigit():
            self._learn_domain(domain)
        if host.lower() not in self.hosts:
            number = len(self.hosts) + 1
            while b"host%d" % number in self.hosts or b"host%d" % number in self.hosts.values():
                number += 1
            self.hosts[host.lower()] = b"host%d" % number

    def _learn_domain(self, name: bytes) -> None:
        if b"." in name and not KEPT_HOSTS.fullmatch(name):
            self.domains.setdefault(name.lower(), b"domain%d.example" % (len(self.domains) + 1))

    def replaced(self, text: bytes) -> bytes:
        """Return `text` with all that is known replaced."""
        if self._pattern is None:
            self._table = {**self.users, **self.domains, **self.hosts}
            names = sorted({*self._table}, key=len, reverse=True)
            users = [re.escape(name) for name in names if name in self.users and name not in self.hosts]
            others = [b"(?i:%s)" % re.escape(name) for name in names if name in self.hosts or name in self.domains]
            # A host may be a part of a resource's name; a user's name is a word of its own.
            self._pattern = re.compile(
                rb"(?<![A-Za-z0-9])(?:" + b"|".join(others or [rb"(?!)"]) + rb")(?![A-Za-z0-9])"
                rb"|(?<![\w.-])(?:" + b"|".join(users or [rb"(?!)"]) + rb")(?![\w-])"
            )
        text = self._pattern.sub(lambda found: self._table.get(found[0]) or self._table[found[0].lower()], text)
        return self.addresses.replaced(text)

    def as_json(self) -> str:
        """Return the map, for whoever made it: real name -> pseudonym."""
        tables = {"hosts": self.hosts, "domains": self.domains, "users": self.users, "addresses": self.addresses.known}
        shown = {
            what: {
                real.decode("utf-8", "replace"): made.decode() for real, made in sorted(table.items()) if real != made
            }
            for what, table in tables.items()
        }
        return json.dumps({"schema": SCHEMA, **shown}, indent=1) + "\n"


def _all(patterns: Iterable[bytes], text: bytes) -> Iterable[bytes]:
    """Yield the names that the patterns find, each word by itself."""
    for pattern in patterns:
        for found in re.finditer(pattern, text, re.MULTILINE):
            yield from found[1].split()
