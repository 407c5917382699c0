r"""Reads what shows a node's network: ip addr, ip link, ip route, ip neigh, ifconfig, route -n, arp, ping.

A line is understood by its own words, not by its place or indentation, which text on its way through mails
and web pages loses; several outputs in one file (sysstats.txt of hb_report) are read alike.

    2: eth0@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP      ip addr
        inet 192.168.200.50/24 brd 192.168.200.255 scope global secondary eth1:vip
    2: eth0    inet 192.168.28.121/24 scope global eth0\       valid_lft forever        ip -o addr
    eth0      Link encap:Ethernet  HWaddr 00:16:3E:39:91:00                             ifconfig until 2012
     inet addr:192.168.28.121  Bcast:192.168.28.255  Mask:255.255.255.0
    eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500                          ifconfig since then

What two programs tell of one interface or address is one row.  Sources: iproute2's ip/ipaddress.c, iproute.c,
ipneigh.c; net-tools' lib/interface.c of 1.60 and 2.10.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

from ha_report.facts import Address, Interface, Neighbour, NetworkFacts, Route
from ha_report.model import Source
from parsers.lines import plain
from parsers.network_ifconfig import IfconfigReader
from parsers.network_ip import IpReader, Row
from parsers.network_ping import PingReader

LONGEST = 10_000  # characters of a line that is read: with -br an interface with all its addresses has one
_COMMAND_MARKS = ("+ ", "$ ", "# ", "#####")  # what stands before a command in files that hold several outputs

_Merged = TypeVar("_Merged", Interface, Address)


@dataclass
class _Reading:
    """What was read so far, and the readers that remember what lines are about."""

    rows: list[Row] = field(default_factory=list)
    undecoded: list[Source] = field(default_factory=list)
    unknown: list[Source] = field(default_factory=list)  # since the last line that was understood
    ip: IpReader = field(default_factory=IpReader)
    ifconfig: IfconfigReader = field(default_factory=IfconfigReader)
    ping: PingReader = field(default_factory=PingReader)
    begun: bool = False

    def take(self, text: str, source: Source) -> bool:
        """Read a line; say whether it could be read."""
        for reader in (self.ifconfig, self.ip):
            rows = reader.take(text, source)
            if rows is not None:
                self.rows += rows
                return True
        if self.ping.take(text, source):
            return True
        self.ping.pass_over()
        return False

    def note(self, source: Source, *, understood: bool) -> None:
        """Count lines among understood ones that no rule knows; other text is none of ours."""
        if understood:
            self.undecoded += self.unknown
            self.unknown.clear()
            self.begun = True
        elif self.begun:
            self.unknown.append(source)


def read(lines: Sequence[str], file: str) -> NetworkFacts:
    """Return what the lines tell."""
    reading = _Reading()
    for number, raw in enumerate(lines, start=1):
        text, source = plain(raw).strip(), Source(file, number)
        if not text or len(text) > LONGEST or text.startswith(_COMMAND_MARKS):
            reading.unknown.clear()
        else:
            reading.note(source, understood=reading.take(text, source))
    return NetworkFacts(
        _merged((row.name, row) for row in reading.rows if isinstance(row, Interface)),
        _merged(((row.interface, row.address), row) for row in reading.rows if isinstance(row, Address)),
        tuple(row for row in reading.rows if isinstance(row, Route)),
        tuple(row for row in reading.rows if isinstance(row, Neighbour)),
        tuple(reading.ping.pings()),
        tuple(reading.undecoded),
    )


def _merged(rows: Iterable[tuple[object, _Merged]]) -> tuple[_Merged, ...]:
    """Return one row for each key: what the first does not tell, a later one may."""
    found: dict[object, _Merged] = {}
    for key, row in rows:
        found[key] = _filled(found[key], row) if key in found else row
    return tuple(found.values())


def _filled(row: _Merged, later: _Merged) -> _Merged:
    missing = [one.name for one in fields(row) if getattr(row, one.name) is None]
    return replace(row, **{name: getattr(later, name) for name in missing})
