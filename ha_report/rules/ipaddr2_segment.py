"""IPaddr2 without a way to its segment: no connected route to the address.

Sources: heartbeat/IPaddr2, heartbeat/findif.sh and tools/findif.c of resource-agents 1.0 to 4.18.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.facts import ConfiguredResource
from ha_report.model import Finding, OcfRc, Source
from ha_report.phrase import Phrase
from ha_report.questions.attempts import NO_ROUTE, WRONG, Attempt, addresses, attempt_of, may_be_findif, segment_of
from ha_report.questions.commands import cleanup, set_parameter, show_configuration
from ha_report.questions.failures import Failure, failures
from ha_report.questions.knowledge import known_nodes, listed, quotes, resource_of
from ha_report.questions.node_network import NodeNetwork, ip_of, last_networks
from ha_report.questions.stories import Why, stories, tell, told_as, where
from ha_report.questions.symptoms import by_cause, with_symptom
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident


def _no_route_proof(attempt: Attempt) -> str | None:
    """Return how sure it is that the node has no route to the address; None where it is something else."""
    if attempt.missing_nic or attempt.says(WRONG) or attempt.lacks_nic:
        return None
    if attempt.address is not None and ip_of(attempt.address) is None:
        return None
    hard = attempt.failure.rc in (OcfRc.NOT_CONFIGURED, OcfRc.INVALID_PARAM)
    told = attempt.says(NO_ROUTE) is not None
    if told:
        return "certain" if attempt.off_segment or attempt.is_free else "likely"
    if hard or (attempt.parameters is not None and not attempt.is_free):
        return None
    if attempt.findif_failed:
        return "certain" if attempt.off_segment else "likely"
    if attempt.off_segment:
        return "likely"
    return None


def _bare(attempt: Attempt) -> bool:
    """Say whether nothing but the result is known, so that a missing segment is a mere possibility."""
    silent = not attempt.said and attempt.failure.reason is None
    open_to_it = attempt.parameters is None or (attempt.is_free and attempt.off_segment is None)
    return silent and open_to_it and attempt.failure.rc == OcfRc.UNKNOWN_ERROR


def no_route(incident: Incident) -> Iterator[Finding]:
    """Say that an address could not come up as no interface of the node is in its segment.

    Without nic or cidr_netmask the agent takes them from the routing table, and only connected routes count.
    The answer is 1 (unknown error, error) up to resource-agents 4.16 and 5 (not installed) from 4.17 on; either
    sets the fail count to INFINITY, since a failed start is fatal on its node by default.
    """
    for told in stories(incident, may_be_findif):
        attempts = [attempt_of(incident, failure) for failure in told]
        sure = [attempt for attempt in attempts if _no_route_proof(attempt)]
        for alike in by_cause(incident, [attempt.failure for attempt in sure]):
            own = [attempt for attempt in sure if attempt.failure in alike]
            for part in ([one for one in own if one.down], [one for one in own if not one.down]):
                if part:
                    yield _no_route_finding(incident, part)
        if not sure:
            bare = [attempt for attempt in attempts if _bare(attempt)]
            if bare:
                yield _possible(incident, bare)
    yield from _before_it_fails(incident)


def _before_it_fails(incident: Incident) -> Iterator[Finding]:
    """Yield addresses that could not start on a node if they had to, though none has failed yet."""
    tried = {(failure.resource, failure.node) for failure in failures(incident)}
    for one, address in addresses(incident):
        if (one.parameters.get("nic") and one.parameters.get("cidr_netmask")) or "nic" in one.by_rule:
            continue
        networks = [
            network for network in last_networks(incident) if network.node in known_nodes(incident) and network.routes
        ]
        lacking = [one for one in networks if not one.in_segment(address) or one.down_in_segment(address)]
        untried = [network for network in lacking if (one.id, network.node) not in tried]
        if len(lacking) < len(networks):
            down = [network for network in untried if network.down_in_segment(address)]
            bare = [network for network in untried if network not in down]
            yield from [_would_fail(incident, one, address, part) for part in (down, bare) if part]


def _would_fail(incident: Incident, one: ConfiguredResource, address: str, lacking: list[NodeNetwork]) -> Finding:
    nodes = listed(network.node for network in lacking)
    segment = segment_of(incident, address, one.parameters)
    down = [(network.node, *found) for network in lacking for found in network.down_in_segment(address)]
    return Finding(
        rule="ipaddr2-no-route",
        severity="warning",
        confidence="certain",
        title=Phrase(
            "{resource} could not start on {nodes}: {lack}, and {unset} is not set",
            resource=one.id,
            nodes=nodes,
            lack=_lack_there(
                [name for _, name, _ in down], segment or Phrase("the segment of {address}", address=address)
            ),
            unset="cidr_netmask" if one.parameters.get("nic") else "nic",
        ),
        cause=Phrase(
            'Nothing has failed yet; but a failover to there would end with "unknown error" (not installed from'
            " resource-agents 4.17 on)."
        ),
        resource=one.id,
        node=lacking[0].node,
        evidence=quotes(
            incident,
            [
                one.parameter_sources.get("ip", one.source),
                *(source for _, _, source in down),
                *(source for network in lacking for _, _, source in network.segments()[:2]),
            ],
        ),
        remedy=tuple(_before(one.id, nodes, segment, down)),
        verify=(f"$ ip -o -f {_family(address)} route list match {address} scope link",),
    )


def _lack_there(down: list[str], segment: str) -> Phrase:
    """Return what an address would miss: an interface, or that it is up."""
    if down:
        return Phrase("{interfaces} in {segment} is down there", interfaces=listed(down), segment=segment)
    return Phrase("no interface there is in {segment}", segment=segment)


def _before(resource: str, nodes: str, segment: str | None, down: list[tuple[str, str, Source]]) -> Iterator[str]:
    """Yield what is to be done before the resource has to start there."""
    for node, name, _ in down:
        yield from (Phrase("On {node}:", node=node), f"$ ip link set {name} up")
    if not down:
        yield Phrase(
            "Give {nodes} an interface with an address in {segment}, or keep {resource} away from there.",
            nodes=nodes,
            segment=segment or Phrase("the segment"),
            resource=resource,
        )


def _family(address: str | None) -> str:
    return "inet6" if ":" in (address or "") else "inet"


def _no_route_finding(incident: Incident, attempts: list[Attempt]) -> Finding:
    failures = [attempt.failure for attempt in attempts]
    first = attempts[0]
    surest = "certain" if any(_no_route_proof(one) == "certain" for one in attempts) else "likely"
    segment = segment_of(incident, first.address, first.parameters)
    why = Why(
        rule="ipaddr2-no-route",
        confidence=surest,
        title=told_as(failures, _title(attempts, segment)),
        cause=Phrase.joined(_no_route_cause(incident, attempts)),
        sources=tuple(_network_sources(incident, attempts)),
        remedy=_no_route_remedy(incident, attempts, segment),
        verify=_no_route_verify(first),
        references=(
            "findif.sh of resource-agents: nic and netmask come from `ip route list match ADDRESS scope link`",
            "Pacemaker Explained: start-failure-is-fatal",
        ),
    )
    return tell(incident, failures, with_symptom(incident, failures, why))


def _title(attempts: list[Attempt], segment: str | None) -> Phrase:
    """Return that the interface is down, or that there is none and why that counts."""
    first, failures = attempts[0], [attempt.failure for attempt in attempts]
    if first.down:
        return Phrase("{interfaces} in {segment} is down", interfaces=_down(attempts), segment=segment or first.address)
    return Phrase("{lack}{unset}", lack=_lack(first, failures, segment), unset=_unset(first))


def _down(attempts: list[Attempt]) -> str:
    """Return "eth1 of node02": the interfaces that are down."""
    return listed(
        Phrase("{names} of {node}", names=name, node=attempt.failure.node or Phrase("the node"))
        for attempt in attempts
        for name, _ in attempt.down
    )


def _lack(first: Attempt, failures: list[Failure], segment: str | None) -> str:
    nodes = listed(failure.node or Phrase("the node") for failure in failures)
    return Phrase.counted(
        "{nodes} has no interface in {segment}",
        "{nodes} have no interface in {segment}",
        len({failure.node for failure in failures}),
        nodes=nodes,
        segment=segment or Phrase("the segment of {address}", address=first.address or first.failure.resource),
    )


def _unset(attempt: Attempt) -> str:
    """Return ", and nic is not set", of what the configuration leaves open."""
    if attempt.parameters is None:
        return ""
    if not attempt.nic:
        return Phrase(", and nic is not set")
    return Phrase(", and cidr_netmask is not set") if not attempt.parameters.get("cidr_netmask") else ""


def _no_route_cause(incident: Incident, attempts: list[Attempt]) -> Iterator[str]:
    first = attempts[0]
    if first.nic is None:
        yield Phrase(
            "Without nic the agent takes the interface from the routing table, and only a connected route to the"
            " address counts."
        )
    elif first.is_free:
        yield Phrase(
            "Without cidr_netmask the agent takes the netmask from a connected route on {nic}, and there is none.",
            nic=first.nic,
        )
    for attempt in attempts:
        if attempt.off_segment and attempt.network:
            own = listed(
                Phrase("{name} in {network}", name=name, network=network)
                for name, network, _ in attempt.network.segments()
            )
            yield (
                Phrase("{node} has only {own}.", node=attempt.failure.node, own=own)
                if own
                else Phrase("{node} is in no network.", node=attempt.failure.node)
            )
        elif attempt.down:
            yield Phrase(
                "When the files were gathered {interfaces} was set down: it keeps its address, but has no route.",
                interfaces=_down([attempt]),
            )
        elif attempt.off_segment is False:
            yield Phrase(
                "When the files were gathered {node} had such an interface; it came too late for this start.",
                node=attempt.failure.node,
            )
    others = [Phrase("{names} of {node}", node=node, names=names) for node, names in _serving(incident, attempts)]
    if others:
        yield Phrase("Elsewhere the segment is served by {interfaces}.", interfaces=listed(others))


def _serving(incident: Incident, attempts: list[Attempt]) -> Iterator[tuple[str, str]]:
    """Yield the other nodes that have an interface in the segment, with its name."""
    failed = {attempt.failure.node for attempt in attempts}
    for network in last_networks(incident):
        if network.node not in failed and attempts[0].address:
            names = [name for name, _ in network.in_segment(attempts[0].address)]
            if names and network.node in (known_nodes(incident) or [network.node]):
                yield network.node, listed(names)


def _network_sources(incident: Incident, attempts: list[Attempt]) -> Iterator[Source]:
    """Yield what proves the lack: the routes and addresses that there are, and the parameters."""
    for attempt in attempts:
        if attempt.network is not None and attempt.off_segment:
            yield from [source for _, _, source in attempt.network.segments()][:2]
        yield from [source for _, source in attempt.down]
    resource = resource_of(incident, attempts[0].failure.resource)
    if resource is not None:
        yield resource.parameter_sources.get("ip", resource.source)


def _no_route_remedy(incident: Incident, attempts: list[Attempt], segment: str | None) -> tuple[str, ...]:
    first, nodes = attempts[0], [attempt.failure.node for attempt in attempts]
    if first.down:
        return _set_up(incident, attempts)
    named = listed(node or Phrase("the node") for node in nodes)
    names = {names for _, names in _serving(incident, attempts)}
    like = Phrase(" (on other nodes it is {names})", names=listed(names)) if names else ""
    lines: list[str] = [
        Phrase(
            "Give {nodes} an interface with an address in {segment}{like}, then lift the bar:",
            nodes=named,
            segment=segment or Phrase("the segment of the address"),
            like=like,
        )
    ]
    lines += [cleanup(incident, first.failure.resource, node) for node in nodes]
    if not first.nic:
        lines.append(Phrase("Or, where the interface has the same name on every node, name it:"))
        lines += set_parameter(incident, first.failure.resource, "nic", next(iter(names), "ethN").split(",")[0])
    return tuple(lines)


def _set_up(incident: Incident, attempts: list[Attempt]) -> tuple[str, ...]:
    """Return how to have the interfaces up again, now and at the next boot."""
    each = [(attempt.failure.node, name) for attempt in attempts for name, _ in attempt.down]
    return (
        *(
            line
            for node, name in each
            for line in (Phrase("On {node}:", node=node or Phrase("the node")), f"$ ip link set {name} up")
        ),
        Phrase("See that the network configuration brings it up at boot; then lift the bar:"),
        *(cleanup(incident, attempt.failure.resource, attempt.failure.node) for attempt in attempts),
    )


def _no_route_verify(attempt: Attempt) -> tuple[str, ...]:
    return (
        Phrase(
            "On {node} this must name an interface; where nothing is printed, the start fails:",
            node=attempt.failure.node or Phrase("the node"),
        ),
        f"$ ip -o -f {_family(attempt.address)} route list match {attempt.address or 'ADDRESS'} scope link",
    )


def _possible(incident: Incident, attempts: list[Attempt]) -> Finding:
    """Return the first thing to look at when an address fails to start and no line tells why."""
    failures = [attempt.failure for attempt in attempts]
    first = attempts[0]
    on = first.failure.node or Phrase("the node")
    why = Why(
        rule="ipaddr2-no-route",
        confidence="possible",
        title=Phrase(
            "{resource} could not start{where}, perhaps because {on} has no interface in the address's segment",
            resource=first.failure.resource,
            where=where(failures),
            on=on,
        )
        + ("" if first.parameters else Phrase(" and nic is not set")),
        cause=Phrase(
            "The result alone does not tell the cause. For an address it is most often this one: nic is not set,"
            " and no interface of {on} has an address in its segment.",
            on=on,
        ),
        remedy=(
            Phrase(
                "To be sure, collect the agent's own lines in the log of {on}, the configuration, and the node's"
                " network:",
                on=on,
            ),
            f"$ grep -e IPaddr2 -e findif -e {first.failure.resource} /var/log/ha-log /var/log/messages",
            "$ ip -o addr show; ip route show",
            *show_configuration(incident),
        ),
        verify=_no_route_verify(first),
        references=("findif.sh of resource-agents: the same failure is rc 1 before 4.17 and rc 5 from then on",),
    )
    return tell(incident, failures, why)


RULES = (
    Rule(
        id="ipaddr2-no-route",
        find=no_route,
        looks_at=(
            "a failed start of IPaddr2 or IPaddr with rc 1 or 5",
            (
                'the agent\'s words: "Unable to find nic or netmask", "Unable to find cidr_netmask", "[findif] failed" (from'
                ' resource-agents 3.9.4 on), "findif -C] failed", "Cannot use default route w/o netmask", "No interface found" before'
            ),
            "the parameters nic and cidr_netmask",
            "addresses and routes of that node, and of the others; whether its interface in the segment is down",
        ),
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: Unable to find nic or netmask.",
    ),
)
