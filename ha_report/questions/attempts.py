"""Starts of an address that failed, as IPaddr2 and its findif see them.

Sources: heartbeat/IPaddr2, heartbeat/findif.sh and tools/findif.c of resource-agents 1.0 to 4.18.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.expressions import from_run_start
from ha_report.facts import ConfiguredResource
from ha_report.model import Event, OcfRc, Source
from ha_report.questions.failures import Failure, is_complete, lines_of_agent, said_by
from ha_report.questions.knowledge import (
    SECOND,
    agent_of,
    agent_type,
    between,
    configurations,
    events_of,
    parameters_of,
)
from ha_report.questions.node_network import NodeNetwork, ip_of, last_networks, network_at, network_of
from ha_report.questions.placement import runs_many

if TYPE_CHECKING:
    from ha_report.incident import Incident

ADDRESS_AGENTS = ("IPaddr2", "IPaddr", "IPv6addr")

# findif.sh (resource-agents 3.9.4 and later), then the findif program before it.
NO_ROUTE = re.compile(
    r"Unable to find nic or netmask|Unable to find cidr_netmask|Unable to find nic, or netmask mismatch"
    r"|More than 1 routes match|Cannot use default route w/o netmask|No route to [0-9a-f:.]+|No interface found"
    r"|Unable to find nic\b"
)
_NO_NIC = re.compile(
    from_run_start(
        r'Invalid interface name \[(?P<nic>[^\]]+)\]|Device "(?P<device>[^"]+)" does not exist'
        r'|(?P<unknown>\S+): unknown interface|Cannot find device "(?P<absent>[^"]+)"'
    )
)
WRONG = re.compile(
    r"IP address \[.*\] not valid|Invalid netmask|Bogus netmask|Invalid broadcast|is mandatory|address collision"
    r"|unrecognized arp_sender|exceeds maximum character|inet prefix is expected"
)
_NAMED_SO = re.compile(r"ipaddr|vip|(?:^|[_.-])ip(?:\d|[_.-]|$)", re.IGNORECASE)
_LINK_DOWN = re.compile(r"available, but device has status")
_LATE = 20 * SECOND  # how long a monitor may take
_FINDIF = re.compile(r"findif.*failed")
_RCS = (OcfRc.UNKNOWN_ERROR, OcfRc.NOT_INSTALLED, OcfRc.NOT_CONFIGURED, OcfRc.INVALID_PARAM, None)


@dataclass(frozen=True)
class Attempt:
    """A start of an address that failed, with what the agent said and what is known of the node's network."""

    failure: Failure
    said: tuple[Event, ...]
    parameters: Mapping[str, str] | None
    network: NodeNetwork | None

    def says(self, pattern: re.Pattern[str]) -> Event | None:
        """Return the first line of the agent that matches."""
        return next(
            (event for event in self.said if pattern.search(said_by(event)) or pattern.search(event.text)), None
        )

    @property
    def findif_failed(self) -> bool:
        """Say whether findif failed, whatever it said."""
        return bool(self.says(_FINDIF)) or bool(_FINDIF.search(self.failure.reason or ""))

    @property
    def address(self) -> str | None:
        """Return the address that is to come up."""
        return (self.parameters or {}).get("ip") or (self.parameters or {}).get("ipv6addr")

    @property
    def nic(self) -> str | None:
        """Return the interface that nic names."""
        return (self.parameters or {}).get("nic", "").partition(":")[0] or None

    @property
    def is_free(self) -> bool:
        """Say whether the agent has to ask the routing table, as nic or netmask is not set."""
        return self.parameters is not None and not (self.nic and self.parameters.get("cidr_netmask"))

    @property
    def off_segment(self) -> bool | None:
        """Say whether the node has no interface in the address's segment; None where nothing tells."""
        if self.network is None or self.address is None or not (self.network.routes or self.network.addresses):
            return None
        return not self.network.in_segment(self.address)

    @property
    def down(self) -> list[tuple[str, Source]]:
        """Return the interfaces of the address's segment, where each of them was set down, and where it is told."""
        return self.network.down_in_segment(self.address) if self.network is not None and self.address else []

    @property
    def lacks_nic(self) -> bool | None:
        """Say whether the node lacks the interface that nic names; None where nothing tells."""
        if self.nic is None or self.network is None or not self.network.interfaces:
            return None
        return self.nic not in self.network.names()

    @property
    def missing_nic(self) -> str | None:
        """Return the interface that the agent missed, as it says itself."""
        line = self.says(_NO_NIC)
        found = _NO_NIC.search(said_by(line)) or _NO_NIC.search(line.text) if line else None
        return next((name for name in found.groups() if name), None) if found else None


def is_address(failure: Failure) -> bool:
    """Say whether this is an agent of addresses; where nothing tells the agent, the resource's name may."""
    if failure.agent_type is not None:
        return failure.agent_type in ADDRESS_AGENTS
    return "findif" in (failure.reason or "") or _NAMED_SO.search(failure.resource) is not None


def is_link_down(failure: Failure) -> bool:
    """Say whether the agent took the address but found no link: resource-agents 4.17 answers 5 then, and nothing is missing."""
    return is_address(failure) and _LINK_DOWN.search(failure.reason or "") is not None


def addresses(incident: Incident) -> list[tuple[ConfiguredResource, str]]:
    """Return the resources that are addresses, with their address, as the latest configuration has them."""
    for configuration in configurations(incident):
        found = [(one, one.parameters["ip"]) for one in configuration.resources
                 if agent_type(one.agent) in ADDRESS_AGENTS and ip_of(one.parameters.get("ip"))]  # fmt: skip
        if found:
            return found
    return []


def sharing(incident: Incident) -> dict[str, list[ConfiguredResource]]:
    """Return each address that several resources are configured with, and these; any file may tell it.

    A clone of an address is no second one beside it: LVS has the same on the loopback of each real server.
    """
    found: dict[str, list[ConfiguredResource]] = {}
    for configuration in configurations(incident):
        own: dict[str, list[ConfiguredResource]] = {}
        for one in configuration.resources:
            address = ip_of(one.parameters.get("ip"))
            if address is not None and agent_type(one.agent) in ADDRESS_AGENTS and _is_single(incident, one):
                own.setdefault(str(address), []).append(one)
        for shared, several in own.items():
            if len(several) > 1 and all(_still(incident, one) for one in several):
                found.setdefault(shared, several)
    return found


def _is_single(incident: Incident, one: ConfiguredResource) -> bool:
    return one.kind == "primitive" and "ip" not in one.by_rule and one.id not in runs_many(incident)


def _still(incident: Incident, one: ConfiguredResource) -> bool:
    """Say whether no later file gives the resource another address."""
    latest = (parameters_of(incident, one.id) or {}).get("ip")
    return latest is None or ip_of(latest) == ip_of(one.parameters["ip"])


def other_stopped(incident: Incident, failure: Failure) -> Event | None:
    """Return the cluster's last stop of another address on that node, if the failed monitor is the first one after it."""
    at = failure.time_us
    if at is None:
        return None
    since = at - 2 * (failure.first.interval_ms or 0) * 1000 - _LATE
    stops = [
        event
        for event in between(events_of(incident, "operation-result"), since, at - 1)
        if event.operation == "stop" and event.rc == OcfRc.OK and event.node == failure.node
        and event.resource is not None and base_name(event.resource) != failure.resource
        and _is_of_address(incident, event.resource)
    ]  # fmt: skip
    return stops[-1] if stops else None


def _is_of_address(incident: Incident, resource: str) -> bool:
    agent = agent_type(agent_of(incident, resource))
    return agent in ADDRESS_AGENTS if agent else _NAMED_SO.search(resource) is not None


def attempt_of(incident: Incident, failure: Failure) -> Attempt:
    """Return what is known of a failed start of an address."""
    said = tuple(lines_of_agent(incident, failure))
    network = network_at(incident, failure.node, failure.time_us)
    return Attempt(failure, said, parameters_of(incident, failure.resource), network)


def may_be_findif(failure: Failure) -> bool:
    """Say whether findif can be at fault: it is asked at a start, and by newer agents at each monitor."""
    if not is_address(failure) or failure.rc not in _RCS or not is_complete(failure):
        return False
    return failure.operation == "start" or (failure.operation == "monitor" and "findif" in (failure.reason or ""))


def segment_of(incident: Incident, address: str | None, parameters: Mapping[str, str] | None) -> str | None:
    """Return the network of an address, by its netmask or by that of a node that is in it."""
    if address is None:
        return None
    network = network_of(address, (parameters or {}).get("cidr_netmask"))
    if network is not None and network.prefixlen < network.max_prefixlen:
        return str(network)
    for known in last_networks(incident):
        for _, told, _ in known.segments():
            own = network_of(*told.split("/", 1)) if "/" in told else None
            wanted = ip_of(address)
            if own is not None and wanted is not None and wanted.version == own.version and wanted in own:
                return str(own)
    return None
