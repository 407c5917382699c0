r"""Reads the output of iproute2's ip: addr, link, route, neigh; and of route -n and arp, which tell the same.

With -o an address has one line, and a backslash where a line ended; with -br a line has all of an interface.
"""

import re
from dataclasses import dataclass

from ha_report.facts import Address, Interface, Neighbour, Route
from ha_report.model import Source
from parsers.network_ifconfig import prefix_of

_MAC = r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5,}"
_IP = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:?[0-9A-Fa-f.]*)"
_HEAD = re.compile(r"\d+: (?P<name>[^\s:@]+)(?:@[^\s:]+)?: <(?P<flags>[^>]*)>(?P<rest>.*)")
_MTU = re.compile(r"\bmtu (?P<mtu>\d{1,9})")
_LINK = re.compile(rf"\blink/(?P<type>\S+)(?: (?P<mac>{_MAC}))?")
_INET = re.compile(
    rf"(?:\d+: (?P<name>[^\s:@]+)(?:@\S+)?\s+)?inet(?P<six>6)? (?P<address>{_IP})(?:/(?P<prefix>\d{{1,3}}))?"
    rf"(?: peer {_IP}(?:/(?P<peer_prefix>\d{{1,3}}))?)?(?P<rest>(?:\s.*)?)"
)
_SCOPE = re.compile(r"\bscope (?P<scope>\S+)(?P<words>[^\\\\]*)")
_FLAGS = frozenset(
    "secondary temporary dynamic noprefixroute deprecated tentative permanent mngtmpaddr optimistic dadfailed nodad home"
    " autojoin stable-privacy".split()
)
_BRIEF = re.compile(
    rf"(?P<name>[^\s@]+)(?:@\S+)?\s{{2,}}(?P<state>UP|DOWN|UNKNOWN|LOWERLAYERDOWN|DORMANT)"
    rf"(?P<rest>(?:\s+(?:(?:{_IP} peer )?{_IP}/\d{{1,3}}|metric \d+))*)"
)
_BRIEF_ADDRESS = re.compile(rf"(?P<address>{_IP})(?: peer {_IP})?/(?P<prefix>\d{{1,3}})")
_BRIEF_LINK = re.compile(rf"(?P<name>[^\s@]+)(?:@\S+)?\s+[A-Z]+\s+(?P<mac>{_MAC})\s+<(?P<flags>[A-Z,_0-9-]*)>")
_NOTHING = re.compile(
    r"(?:valid_lft|altname|alias|vlan|bond|bridge|bridge_slave|bond_slave|veth|tun|promiscuity)\b.*|[RT]X(?: errors)?: .*|\d+(?: +\d+){3,}"
)

_ROUTE = re.compile(
    rf"(?P<type>(?:unicast|local|broadcast|multicast|anycast|unreachable|blackhole|prohibit|throw) )?"
    rf"(?P<destination>default|{_IP}(?:/\d+)?)(?P<rest>(?: (?:via|dev|proto|scope|src|metric|table|nhid|inet6?)\b.*)?)"
)
_NEXT_HOP = re.compile(r"nexthop (?P<rest>.*)")
_VIA = re.compile(rf"\bvia (?:inet6? )?(?P<gateway>{_IP})")
_WORD_AFTER = {name: re.compile(rf"\b{name} (\S+)") for name in ("dev", "scope", "src")}
_TABLE_ROW = re.compile(
    rf"(?P<destination>default|{_IP})\s+(?P<gateway>{_IP}|\*|-)\s+(?P<mask>[\d.]+)\s+(?P<flags>[A-Z!]+)"
    r"\s+\d+\s+[\d-]+\s+\d+\s+(?P<interface>\S+)"
)
_TABLE_HEAD = re.compile(
    r"Kernel IP routing table|Destination\s+Gateway\s+Genmask\s+.*|Address\s+HWtype\s+HWaddress\s+.*"
)

_STATES = "PERMANENT|NOARP|REACHABLE|STALE|NONE|INCOMPLETE|DELAY|PROBE|FAILED"
_NEIGHBOUR = re.compile(
    rf"(?P<address>{_IP}) dev (?P<interface>\S+)(?: lladdr (?P<mac>{_MAC}))?(?: +(?:router|proxy|extern_learn|managed|proto \S+))*"
    rf"(?: +(?:used|ref|probes) \S+)* +(?P<state>{_STATES})(?: .*)?"
)
_ARP = re.compile(rf"\S+ \((?P<address>{_IP})\) at (?:(?P<mac>{_MAC})|<incomplete>).* on (?P<interface>\S+)")
_ARP_ROW = re.compile(
    rf"(?P<address>{_IP})\s+(?:(?:ether|infiniband)\s+(?P<mac>{_MAC})\s+[A-Z]+|\(incomplete\))\s+(?P<interface>\S+)"
)

Row = Address | Interface | Neighbour | Route


@dataclass
class IpReader:
    """Takes lines one after the other."""

    _name: str | None = None  # interface that the lines are about
    _destination: str | None = None  # that next hops below are of

    def take(self, text: str, source: Source) -> list[Row] | None:
        """Return what a line tells; None where it is none of these programs'."""
        for take in (self._head, self._link, self._inet, self._neighbour, self._route, self._table, self._brief):
            rows = take(text, source)
            if rows is not None:
                return rows
        return [] if _NOTHING.fullmatch(text) or _TABLE_HEAD.fullmatch(text) else None

    def _head(self, text: str, source: Source) -> list[Row] | None:
        found = _HEAD.fullmatch(text)
        if found is None:
            return None
        self._name = found["name"]
        mtu, link = _MTU.search(found["rest"]), _LINK.search(found["rest"])
        up, carrier = _flags(found["flags"])
        return [Interface(found["name"], up, _mac(link), int(mtu["mtu"]) if mtu else None, source, carrier)]

    def _link(self, text: str, source: Source) -> list[Row] | None:
        found = _LINK.match(text)
        if found is None or self._name is None:
            return None
        return [Interface(self._name, None, _mac(found), None, source)]

    def _inet(self, text: str, source: Source) -> list[Row] | None:
        """Read an address; where the interface's own line is lost, its label names it."""
        found = _INET.fullmatch(text)
        scope = _SCOPE.search(found["rest"]) if found else None
        if found is None or not (scope or found["prefix"]):
            return None
        label = None if found["six"] else _label(scope)
        name = found["name"] or self._name or (label or "").partition(":")[0]
        if not name:
            return None
        told = found["peer_prefix"] or found["prefix"]
        prefix, family = int(told) if told else None, 6 if found["six"] else 4
        secondary, label = "secondary" in found["rest"].split(), None if label == name else label
        return [
            Address(name, found["address"], prefix, family, secondary, scope["scope"] if scope else None, label, source)
        ]

    def _neighbour(self, text: str, source: Source) -> list[Row] | None:
        for pattern in (_NEIGHBOUR, _ARP, _ARP_ROW):
            if found := pattern.fullmatch(text):
                mac = found["mac"].lower() if found["mac"] else None
                state = found["state"] if pattern is _NEIGHBOUR else None
                return [Neighbour(found["address"], found["interface"], mac, state, source)]
        return None

    def _route(self, text: str, source: Source) -> list[Row] | None:
        """Read a route; one over several next hops has a line for each of them."""
        if self._destination is not None and (found := _NEXT_HOP.fullmatch(text)):
            return [_way(self._destination, found["rest"], source)]
        found = _ROUTE.fullmatch(text)
        if found is None or not (found["type"] or found["rest"]):
            return None
        way_out = found["type"] in (None, "unicast ")
        self._destination = found["destination"] if way_out else found["type"] + found["destination"]
        route = _way(self._destination, found["rest"], source)
        return [] if way_out and route.interface is None and route.gateway is None else [route]

    def _table(self, text: str, source: Source) -> list[Row] | None:
        """Read a row of `route -n`."""
        found = _TABLE_ROW.fullmatch(text)
        if found is None:
            return None
        destination = _network(found["destination"], found["mask"])
        if "!" in found["flags"]:
            destination = f"unreachable {destination}"
        gateway = None if found["gateway"] in ("*", "-", "0.0.0.0") else found["gateway"]  # noqa: S104 - read, not bound to
        interface = None if found["interface"] in ("*", "-") else found["interface"]
        return [Route(destination, interface, gateway, None, None, source)]

    def _brief(self, text: str, source: Source) -> list[Row] | None:
        """Read a line of `ip -br addr` or `ip -br link`."""
        if found := _BRIEF_LINK.fullmatch(text):
            up, carrier = _flags(found["flags"])
            return [Interface(found["name"], up, _mac(found), None, source, carrier)]
        if (found := _BRIEF.fullmatch(text)) is None:
            return None
        name, runs = found["name"], True if found["state"] == "UP" else None
        rows: list[Row] = [Interface(name, runs, None, None, source, runs)]
        for told in _BRIEF_ADDRESS.finditer(found["rest"]):
            family = 6 if ":" in told["address"] else 4
            rows.append(Address(name, told["address"], int(told["prefix"]), family, None, None, None, source))
        return rows


def _network(address: str, mask: str) -> str:
    """Return a network as ip writes it."""
    prefix = prefix_of(mask)
    if address in ("default", "0.0.0.0") and not prefix:  # noqa: S104 - read, not bound to
        return "default"
    return address if prefix in (None, 32) else f"{address}/{prefix}"


def _flags(told: str) -> tuple[bool, bool | None]:
    """Return whether an interface is up, and whether its cable carries a signal, which one that is down cannot tell."""
    flags = told.split(",")
    return "UP" in flags, "LOWER_UP" in flags if "UP" in flags else None


def _mac(found: re.Match[str] | None) -> str | None:
    mac = found["mac"].lower() if found and found["mac"] else None
    return mac if mac is not None and mac.strip("0:") else None


def _label(scope: re.Match[str] | None) -> str | None:
    words = [word for word in (scope["words"].split() if scope else []) if word not in _FLAGS]
    return words[-1] if words else None


def _way(destination: str, rest: str, source: Source) -> Route:
    """Return a route from what stands behind its destination."""
    told = {name: found[1] for name, pattern in _WORD_AFTER.items() if (found := pattern.search(rest))}
    via = _VIA.search(rest)
    return Route(
        destination, told.get("dev"), via["gateway"] if via else None, told.get("scope"), told.get("src"), source
    )
