"""A node's network as the files of one folder tell it: which interface is in an address's segment.

`findif` of resource-agents asks the same: `ip -o -f inet route list match ADDRESS scope link`.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ha_report.facts import Address, Interface, NetworkFacts, Route
from ha_report.model import Source

if TYPE_CHECKING:
    from ha_report.incident import Incident

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass
class NodeNetwork:
    """What the files of one folder tell of a node's network at one time."""

    node: str
    time_us: int | None
    gathering: str = ""  # the folder that holds those of the nodes: what lies there was gathered together
    interfaces: list[Interface] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)

    def names(self) -> list[str]:
        """Return the names of the interfaces, lo left out."""
        named = [one.name for one in self.interfaces] + [one.interface for one in self.addresses]
        return [
            name for name in dict.fromkeys(name.partition(":")[0].partition("@")[0] for name in named) if name != "lo"
        ]

    def holds(self, address: str) -> Address | None:
        """Return where the node has `address`."""
        wanted = ip_of(address)
        return next((one for one in self.addresses if wanted is not None and ip_of(one.address) == wanted), None)

    def in_segment(self, address: str) -> list[tuple[str, Source]]:
        """Return the interfaces with a connected route to `address`, or an address of their own in its network."""
        wanted = ip_of(address)
        if wanted is None:
            return []
        found = {
            route.interface: route.source
            for route in self.routes
            if route.interface and route.gateway is None and _covers(route.destination, wanted)
        }
        for one in self.addresses:
            if ip_of(one.address) != wanted and one.prefix and _covers(f"{one.address}/{one.prefix}", wanted):
                found.setdefault(one.interface, one.source)
        return list(found.items())

    def down_in_segment(self, address: str) -> list[tuple[str, Source]]:
        """Return the interfaces of the address's segment, where each of them was set down, and where it is told."""
        inside = dict.fromkeys(bare_name(name) for name, _ in self.in_segment(address))
        known = {bare_name(one.name): one for one in self.interfaces}
        down = [known[name] for name in inside if name in known and known[name].up is False]
        return [(bare_name(one.name), one.source) for one in down] if len(down) == len(inside) else []

    def segments(self) -> list[tuple[str, str, Source]]:
        """Return the networks that the node is in: interface, network, where it is told; lo left out."""
        found: dict[tuple[str, str], Source] = {}
        for route in self.routes:
            if route.interface and route.gateway is None and _is_network(route.destination):
                found.setdefault((route.interface, route.destination), route.source)
        for one in self.addresses:
            network = network_of(one.address, one.prefix)
            if network is not None and one.scope in ("global", None):
                found.setdefault((one.interface, str(network)), one.source)
        return [(name, network, source) for (name, network), source in found.items() if name != "lo"]


def bare_name(interface: str) -> str:
    """Return an interface's name without a label or its other end: "eth1" of "eth1:vip" and "eth1@if9"."""
    return interface.partition(":")[0].partition("@")[0]


def ip_of(text: str | None) -> Ip | None:
    """Return an address; None where `text` is none."""
    try:
        return ipaddress.ip_address((text or "").partition("/")[0].partition("%")[0])
    except ValueError:
        return None


def canonical_form(address: str | None) -> str | None:
    """Return an IPv6 address as the kernel writes it (RFC 5952); None where it is written so, or is none."""
    known = ip_of(address)
    return str(known) if address and ":" in address and known is not None and str(known) != address else None


def network_of(address: str, prefix: int | str | None) -> Network | None:
    """Return the network that `address` is in; `prefix` in bits or, as old configurations have it, dotted."""
    try:
        return ipaddress.ip_network(f"{address}/{prefix}", strict=False) if prefix not in (None, "") else None
    except ValueError:
        return None


def _covers(destination: str, wanted: Ip) -> bool:
    try:
        network = ipaddress.ip_network(destination, strict=False)
    except ValueError:
        return False
    return network.prefixlen > 0 and network.version == wanted.version and wanted in network


def _is_network(destination: str) -> bool:
    """Say whether other machines are reached there: no address of the node itself, no "multicast ff00::/8", no fe80::/64."""
    try:
        network = ipaddress.ip_network(destination, strict=False)
    except ValueError:
        return False
    return network.num_addresses > 1 and not (network.is_link_local or network.is_multicast)


def networks_of(incident: Incident, node: str) -> list[NodeNetwork]:
    """Return what is known of the network of `node`, a folder's files at a time, in order of time."""
    folders: dict[str, NodeNetwork] = defaultdict(lambda: NodeNetwork(node, None))
    for one in incident.facts:
        if one.node != node or not isinstance(one.facts, NetworkFacts):
            continue
        folder = one.file.rpartition("/")[0]
        network = folders[folder]
        network.gathering = folder.rpartition("/")[0]
        network.time_us = network.time_us or one.time_us
        known = {(address.interface, address.address) for address in network.addresses}
        network.interfaces += [
            new for new in one.facts.interfaces if new.name not in {old.name for old in network.interfaces}
        ]
        network.addresses += [new for new in one.facts.addresses if (new.interface, new.address) not in known]
        network.routes += one.facts.routes
    found = [network for network in folders.values() if network.interfaces or network.addresses or network.routes]
    return sorted(found, key=lambda one: (one.time_us is not None, one.time_us or 0))


def network_at(incident: Incident, node: str | None, time_us: int | None) -> NodeNetwork | None:
    """Return the network of `node` as told nearest to `time_us`; the last one told where no time is known."""
    found = networks_of(incident, node) if node is not None else []
    timed = [one for one in found if one.time_us is not None]
    if time_us is None or not timed:
        return found[-1] if found else None
    return min(timed, key=lambda one: abs((one.time_us or 0) - time_us))


def last_networks(incident: Incident) -> list[NodeNetwork]:
    """Return the last known network of each node that any file tells of."""
    names = dict.fromkeys(one.node for one in incident.facts if one.node and isinstance(one.facts, NetworkFacts))
    found = [network_at(incident, name, None) for name in names]
    return [one for one in found if one is not None]
