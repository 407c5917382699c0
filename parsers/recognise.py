"""Tells what a file is by what stands in it; its name is asked only where the content leaves it open.

Rows are tried in order; adding a format is adding a row here and its reader in `parsers.beside`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

HEAD = 1 << 16  # bytes of a file that are looked at

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOSTLY_TEXT = 0.02  # share of control characters up to which a file is text: a crash may leave NULs in a log


@dataclass(frozen=True)
class ContentRow:
    """A format known by its content: `regex` is searched in the first 64 KiB, ^ at each line.

    Every match has one of `words` in it: most files have none, and searching them takes a hundred times as long.
    """

    format: str
    regex: str
    example: str
    words: tuple[str, ...]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """`regex`, compiled."""
        return re.compile(self.regex, re.MULTILINE)

    def is_in(self, head: str) -> bool:
        """Say whether the beginning of a file is of this format."""
        return any(word in head for word in self.words) and self.compiled.search(head) is not None


XML = (
    ContentRow(
        "crm_mon-xml",
        r"<(?:crm_mon|pacemaker-result)\b",
        '<crm_mon version="1.1.24">',
        ("<crm_mon", "<pacemaker-result"),
    ),
    ContentRow("cib", r"<cib\b", '<cib validate-with="pacemaker-1.2" epoch="7">', ("<cib",)),
    ContentRow("html", r"(?i)<!doctype html|<html\b", "<html><head><title>Cluster status</title>", ("<",)),
)

TEXTS = (
    ContentRow("ip-addr", r"^\d+: [^\s:]+: <[A-Z][A-Z0-9_,-]*>", "2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500", (": <",)),
    ContentRow("ifconfig", r"^\S+ +Link encap:|^\S+: flags=\d+<", "eth0      Link encap:Ethernet  HWaddr 00:16:3E:39:91:00", (" Link encap:", ": flags=")),
    ContentRow("ip-neigh", r"^[0-9a-f.:]+ dev \S+ (?:lladdr \S+ )?(?:[A-Z]+|router [A-Z]+) *$", "192.168.100.102 dev eth0 lladdr 9a:0c:31:5b:1a:02 REACHABLE", (" dev ",)),
    ContentRow("ip-route", r"^(?:default|\d+\.\d+\.\d+\.\d+(?:/\d+)?) (?:via \S+ )?dev \S+", "192.168.100.0/24 dev eth0 proto kernel", ("dev ",)),
    ContentRow("ping", r"^PING \S+ .*bytes of data|icmp_(?:seq|req)=\d+ ttl=", "PING 192.168.0.1 (192.168.0.1) 56(84) bytes of data.", ("PING ", "icmp_")),
    ContentRow("corosync.conf", r"^[ \t]*(?:totem|nodelist|quorum) *\{", "totem {", ("{",)),
    ContentRow("ha.cf", r"^(?:keepalive|deadtime|initdead|udpport) +\d|^crm (?:yes|respawn|on)", "keepalive 1", ("keepalive ", "deadtime ", "initdead ", "udpport ", "crm ")),
    ContentRow("crm-configure", r"^(?:primitive|property|rsc_defaults|location|colocation|order|group|clone|ms)\b.*(?:\\$|=|:)", "primitive r_ip IPaddr2 \\", ("primitive", "property", "rsc_defaults", "location", "order", "group", "clone", "ms")),
    ContentRow("pcs-config", r"^Cluster Name:|^ ?Resource: \S+ \(class=", "Cluster Name: alpha", ("Cluster Name:", "Resource: ")),
    ContentRow("quorum", r"^Quorum information$|^Quorum provider:", "Quorum information", ("Quorum ",)),
    ContentRow("cfgtool", r"^Printing (?:ring|link) status|^Local node ID \d+", "Local node ID 1, transport knet", ("Printing ", "Local node ID ")),
    ContentRow("cl_status", r"^Heartbeat is running on this machine", "Heartbeat is running on this machine.", ("Heartbeat is running",)),
    ContentRow("versions", r"^(?:ii +)?(?:pacemaker|corosync|heartbeat|resource-agents|cluster-glue)[\w.:-]*(?:[\t =:]+|-)\d", "corosync\t3.1.7-1+deb12u2", ("pacemaker", "corosync", "heartbeat", "resource-agents", "cluster-glue")),
    ContentRow("hosts", r"^(?:127\.0\.0\.1|::1)\s+\S*localhost", "127.0.0.1\tlocalhost", ("localhost",)),
)  # fmt: skip


_JSON = re.compile(r"\s*(?:\{\s*(?:\}|\"[^\"\n]*\"\s*:)|\[\s*[\[{\"\]])")
_OWN_REPORT = re.compile(r'\s*\{\s*"schema"\s*:\s*"ha-report/')
OWN_FILES = ("index.html", "report.json", "report.md", "events.csv")


def is_json(head: str) -> bool:
    """Say whether a document is JSON; a journal in that format is known before."""
    return _JSON.match(head) is not None


def is_own_report(head: str) -> bool:
    """Say whether this is the report.json that ha-report writes."""
    return _OWN_REPORT.match(head) is not None


def is_binary(head: bytes) -> bool:
    """Say whether `head` is anything but text."""
    return (
        len(_BINARY.findall(head.replace(b"\0", b""))) > len(head) * _MOSTLY_TEXT or head.count(b"\0") > len(head) // 2
    )


def xml_format(head: str) -> str | None:
    """Return the format of an XML or HTML document; None for any other text."""
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith("<"):
        return None
    return _first(XML, start)


def text_format(head: str) -> str | None:
    """Return the format of a text that is neither a log nor a snapshot; None for one that no row knows."""
    return _first(TEXTS, head)


def _first(rows: tuple[ContentRow, ...], head: str) -> str | None:
    return next((row.format for row in rows if row.is_in(head)), None)
