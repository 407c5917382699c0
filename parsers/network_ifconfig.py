"""Reads ifconfig's output, in its wording until 2012 (net-tools 1.60), also in Japanese, and since then (2.10)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ha_report.facts import Address, Interface
from ha_report.model import Source

_MAC = r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5,}"
_OLD_HEAD = re.compile(r"(?P<name>\S+)\s+Link encap:.*")
_OLD_MAC = re.compile(rf"(?:HWaddr|ハードウェアアドレス)\s+(?P<mac>{_MAC})")
_OLD_INET = re.compile(r"inet(?: addr|アドレス):\s*(?P<address>[\d.]+).*")
_OLD_MASK = re.compile(r"(?:Mask|マスク):(?P<mask>[\d.]+)")
_OLD_INET6 = re.compile(
    r"inet6(?: addr|アドレス):\s*(?P<address>[0-9A-Fa-f:.]+)(?:/(?P<prefix>\d{1,3}))?(?:\s+(?:Scope|範囲):(?P<scope>\S+))?.*"
)
_OLD_FLAGS = re.compile(r"(?P<flags>(?:\[NO FLAGS\]|[A-Z]+(?: [A-Z]+)*) +)?MTU:(?P<mtu>\d{1,9})\b.*")
_NEW_HEAD = re.compile(r"(?P<name>\S+?): flags=\d+<(?P<flags>[^>]*)>\s+(?:metric \d+\s+)?mtu (?P<mtu>\d{1,9}).*")
_NEW_INET = re.compile(r"inet (?P<address>[\d.]+)\s+netmask (?P<mask>[\d.]+).*")
_NEW_INET6 = re.compile(
    r"inet6 (?P<address>[0-9A-Fa-f:.]+)(?:%\S+)?\s+prefixlen (?P<prefix>\d{1,3})(?:\s+scopeid 0x[0-9a-f]+<(?P<scope>\w*)>)?.*"
)
_NEW_MAC = re.compile(rf"(?:ether|infiniband) (?P<mac>{_MAC})\b.*")
_NOTHING = re.compile(
    r"[RT]X (?:packets|errors|bytes|パケット|バイト).*|(?:collisions|衝突)[(:（].*|collisions:.*|loop .*txqueuelen.*|unspec .*"
    r"|(?:Interrupt|Base address|Memory|割り込み|メモリ):.*|device (?:interrupt|memory) .*"
)
_SCOPES = {"リンク": "link", "ホスト": "host", "グローバル": "global", "compat": "compat"}


@dataclass
class IfconfigReader:
    """Takes lines one after the other."""

    _name: str | None = None  # as ifconfig names it: "eth0:0" is an address of eth0

    def take(self, text: str, source: Source) -> list[Address | Interface] | None:
        """Return what a line tells; None where it is none of ifconfig's."""
        if found := _OLD_HEAD.fullmatch(text) or _NEW_HEAD.fullmatch(text):
            self._name = found["name"]
        if self._name is None:
            return None
        rows: list[Address | Interface] = [
            *self._interface(text, source, self._name),
            *self._address(text, source, self._name),
        ]
        return rows if rows or _NOTHING.fullmatch(text) else None

    def _interface(self, text: str, source: Source, name: str) -> Iterator[Interface]:
        """Read what is told of the interface itself."""
        base = name.partition(":")[0]
        if _OLD_HEAD.fullmatch(text):
            found = _OLD_MAC.search(text)
            yield Interface(base, None, found["mac"].lower() if found else None, None, source)
        elif found := _NEW_HEAD.fullmatch(text) or _OLD_FLAGS.fullmatch(text):
            flags = (found["flags"] or "").replace(",", " ").split()
            up = "UP" in flags
            yield Interface(base, up, None, int(found["mtu"]), source, "RUNNING" in flags if up else None)
        elif found := _NEW_MAC.fullmatch(text):
            yield Interface(base, None, found["mac"].lower(), None, source)

    def _address(self, text: str, source: Source, name: str) -> Iterator[Address]:
        base, label = name.partition(":")[0], name if ":" in name else None
        if found := _OLD_INET.fullmatch(text):
            mask = _OLD_MASK.search(text)
            yield Address(base, found["address"], prefix_of(mask["mask"] if mask else ""), 4, None, None, label, source)
        elif found := _NEW_INET.fullmatch(text):
            yield Address(base, found["address"], prefix_of(found["mask"]), 4, None, None, label, source)
        elif found := _OLD_INET6.fullmatch(text) or _NEW_INET6.fullmatch(text):
            told = (found["scope"] or "").lower() or None
            prefix = int(found["prefix"]) if found["prefix"] else None
            yield Address(base, found["address"], prefix, 6, None, _SCOPES.get(told or "", told), None, source)


def prefix_of(mask: str) -> int | None:
    """Return the bits of a netmask such as 255.255.255.0; None for what is none."""
    parts = mask.split(".")
    if len(parts) != 4 or not all(re.fullmatch(r"[0-9]{1,3}", part) and int(part) < 256 for part in parts):  # noqa: PLR2004 - bytes
        return None
    bits = "".join(f"{int(part):08b}" for part in parts)
    return bits.count("1") if "01" not in bits else None
