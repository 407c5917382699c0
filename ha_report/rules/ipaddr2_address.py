"""The address itself: alone on its interface, or not where the cluster says.

Sources: heartbeat/IPaddr2 of resource-agents; sysctl net.ipv4.conf.*.promote_secondaries.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.facts import Address, ConfiguredResource, Interface
from ha_report.model import Evidence, Finding, ResourceState, Snapshot, Source
from ha_report.phrase import Phrase
from ha_report.questions.attempts import addresses, segment_of
from ha_report.questions.commands import watch
from ha_report.questions.knowledge import SECOND, instant, listed, quotes
from ha_report.questions.node_network import Ip, NodeNetwork, bare_name, ip_of, last_networks, networks_of
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_SAME_TIME = 120 * SECOND


def no_static_address(incident: Incident) -> Iterator[Finding]:
    """Say that an address of the cluster is the only one on its interface.

    The agent asks for one static address on the interface.  Without it the interface is bare on the other node,
    connected routes are missing before the start, and the first of several cluster addresses carries the others.
    """
    every, networks = addresses(incident), _all_networks(incident)
    cluster = {ip_of(other) for _, other in every}
    for one, address in every:
        alone = [found for network in networks if (found := _alone(network, address, cluster)) is not None]
        if alone:
            yield _only(incident, one, address, alone)


def _all_networks(incident: Incident) -> list[NodeNetwork]:
    names = dict.fromkeys(network.node for network in last_networks(incident))
    return [network for name in names for network in networks_of(incident, name)]


def _alone(network: NodeNetwork, address: str, cluster: set[Ip | None]) -> tuple[str, str, Source] | None:
    """Return node, interface and place where `address` has no static neighbour on its interface."""
    held = network.holds(address)
    if held is None:
        return None
    device = held.interface.partition(":")[0]
    others = [
        other
        for other in network.addresses
        if other.interface.partition(":")[0] == device and other.family == held.family and other.scope in ("global", None)
        and ip_of(other.address) not in cluster
    ]  # fmt: skip
    return None if others else (network.node, device, held.source)


def _only(incident: Incident, one: ConfiguredResource, address: str, alone: list[tuple[str, str, Source]]) -> Finding:
    places = listed(Phrase("{device} of {node}", device=device, node=node) for node, device, _ in alone)
    segment = segment_of(incident, address, one.parameters)
    return Finding(
        rule="ipaddr2-no-static-address",
        severity="warning",
        confidence="certain",
        title=Phrase(
            "{address} of {resource} is the only address on {places}", address=address, resource=one.id, places=places
        ),
        cause=Phrase(
            "The agent asks for one static address on the interface, in the same segment. It works without as"
            " long as nic and cidr_netmask are set; but a second cluster address on the interface becomes the"
            " secondary of the first and goes with it, unless promote_secondaries is on, and a node that does"
            " not run the address has no way into its segment."
        ),
        resource=one.id,
        node=alone[0][0],
        evidence=quotes(incident, [*(source for _, _, source in alone), one.parameter_sources.get("ip", one.source)]),
        remedy=(
            Phrase(
                "Give the interface an address of its own in {segment} on each node; or else:",
                segment=segment or Phrase("the same segment"),
            ),
            "$ sysctl -w net.ipv4.conf.all.promote_secondaries=1",
        ),
        verify=(
            Phrase("On each node an address beside the cluster's must show:"),
            f"$ ip -o -f inet addr show dev {alone[0][1]}",
        ),
        references=(
            'IPaddr2, meta-data: "There must be at least one static IP address, which is not managed by the cluster"',
        ),
    )


def status_disagrees(incident: Incident) -> Iterator[Finding]:
    """Say that crm_mon shows an address started where the node does not have it, or has it on a dead interface.

    What the cluster believes is as old as its last monitor; without a monitor it believes for ever.  The monitor looks
    for the address alone: up to resource-agents 4.16 a link that is down is none of its business.
    """
    snapshot = next((one for one in reversed(incident.snapshots) if one.resources and one.format != "cib"), None)
    if snapshot is None:
        return
    for one, address in addresses(incident):
        for state in snapshot.resources:
            if base_name(state.id) == one.id and state.role == "Started" and state.node and not state.failed:
                network = _network_with(incident, snapshot, state.node)
                if network is not None and network.addresses and network.holds(address) is None:
                    yield _disagreement(incident, snapshot, state, one, address)
                dead = _dead_interface(network, address)
                if network is not None and dead is not None:
                    yield _unreachable(incident, snapshot, state, one, dead)


def _dead_interface(network: NodeNetwork | None, address: str) -> tuple[Address, Interface] | None:
    """Return where the address is held, if that interface is set down or has no carrier."""
    held = network.holds(address) if network is not None else None
    if network is None or held is None:
        return None
    own = next((one for one in network.interfaces if bare_name(one.name) == bare_name(held.interface)), None)
    return (held, own) if own is not None and (own.up is False or own.carrier is False) else None


def _unreachable(
    incident: Incident,
    snapshot: Snapshot,
    state: ResourceState,
    one: ConfiguredResource,
    dead: tuple[Address, Interface],
) -> Finding:
    held, interface = dead
    name, node = bare_name(interface.name), state.node or ""
    device = shlex.quote(name)
    return Finding(
        rule="status-disagrees",
        severity="error",
        confidence="certain",
        title=Phrase(
            "crm_mon shows {resource} started on {node}, but its interface {name} there {state}: nobody reaches {address}",
            resource=one.id,
            node=node,
            name=name,
            state=Phrase("is set down") if interface.up is False else Phrase("has no carrier"),
            address=held.address,
        ),
        cause=Phrase(
            "The address is still on the interface, and the agent's monitor looks for no more; it looks at the link only from"
            " resource-agents 4.17 on (check_link_status)."
        ),
        resource=one.id,
        node=node,
        time=instant(snapshot.time_us),
        evidence=(*_shown(incident, snapshot, one, node), *quotes(incident, [interface.source, held.source])),
        remedy=(
            Phrase("On {node}:", node=node),
            f"$ ip link set {device} up" if interface.up is False else f"$ ip -s link show {device}; ethtool {device}",
            Phrase(
                "To have the cluster notice it, monitor the link (a clone of ocf:heartbeat:ethmonitor or ocf:pacemaker:ping,"
                " and a location rule), or use a bond."
            ),
        ),
        verify=(Phrase("On {node} it must say UP and LOWER_UP:", node=node), f"$ ip link show {device}"),
    )


def _shown(incident: Incident, snapshot: Snapshot, one: ConfiguredResource, node: str) -> tuple[Evidence, ...]:
    """Return the line of the snapshot that shows the resource there."""
    lines = incident.quotes.around(Source(snapshot.file, 1), 0, 400)
    name = re.compile(rf"\b{re.escape(one.id)}\b")
    return tuple(line for line in lines if name.search(line.text) and node and node in line.text)[:1]


def _network_with(incident: Incident, snapshot: Snapshot, node: str) -> NodeNetwork | None:
    """Return the network of `node` as gathered together with the snapshot."""
    folder = snapshot.file.rpartition("/")[0].rpartition("/")[0]
    for network in networks_of(incident, node):
        apart = (
            None
            if None in (snapshot.time_us, network.time_us)
            else abs((snapshot.time_us or 0) - (network.time_us or 0))
        )
        if network.gathering == folder and (apart is None or apart <= _SAME_TIME // 4):
            return network
    return None


def _disagreement(
    incident: Incident, snapshot: Snapshot, state: ResourceState, one: ConfiguredResource, address: str
) -> Finding:
    elsewhere = [
        network.node for network in last_networks(incident) if network.holds(address) and network.node != state.node
    ]
    shown = _shown(incident, snapshot, one, state.node or "")
    network = _network_with(incident, snapshot, state.node or "")
    own = (
        quotes(incident, [address.source for address in network.addresses if address.scope in ("global", None)][:3])
        if network
        else ()
    )
    # One file may lack a line; two that agree prove it.
    files = {address.source.file for address in network.addresses} if network else set()
    proof: tuple[Evidence, ...] = (*shown, *own, *quotes(incident, [one.parameter_sources.get("ip", one.source)]))
    return Finding(
        rule="status-disagrees",
        severity="error",
        confidence="certain" if shown and len(files) > 1 else "likely",
        title=Phrase(
            "crm_mon shows {resource} started on {node}, but {node} does not have {address}",
            resource=one.id,
            node=state.node,
            address=address,
        )
        + (Phrase("; {elsewhere} has it", elsewhere=listed(elsewhere)) if elsewhere else ""),
        cause=Phrase("The cluster goes by its last monitor")
        + (
            Phrase(": none is configured, so it never looks again.")
            if not _monitored(one)
            else Phrase(", which has not come since the address went, or looks in the wrong place.")
        ),
        resource=one.id,
        node=state.node,
        time=instant(snapshot.time_us),
        evidence=proof,
        remedy=(Phrase("Have the cluster look again:"), f"$ crm_resource --refresh --resource {one.id}"),
        verify=(Phrase("On {node}:", node=state.node), f"$ ip -o addr show to {address}", watch(incident)),
    )


def _monitored(one: ConfiguredResource) -> bool:
    return any(operation.name == "monitor" and operation.interval_ms for operation in one.operations)


RULES = (
    Rule(
        id="ipaddr2-no-static-address",
        find=no_static_address,
        looks_at=("the addresses of the interface that holds a cluster address, less those of the cluster",),
        example="    inet 192.168.200.200/24 brd 192.168.200.255 scope global eth1",
    ),
    Rule(
        id="status-disagrees",
        find=status_disagrees,
        looks_at=(
            "where crm_mon shows an address started",
            "the addresses of that node, gathered together with crm_mon; whether their interface is up",
        ),
        example=" p_ip\t(ocf::heartbeat:IPaddr2):\tStarted node01",
    ),
)
