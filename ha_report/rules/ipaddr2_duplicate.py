"""One address in two places: another host has it, two nodes do, or two resources are configured with it.

Sources: heartbeat/IPaddr2 of resource-agents (`run_arping`, `ip_stop`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.facts import ConfiguredResource
from ha_report.model import Event, Finding, OcfRc, Source
from ha_report.phrase import Phrase
from ha_report.questions.apart import apart_now
from ha_report.questions.attempts import addresses, is_address, other_stopped, sharing
from ha_report.questions.commands import cleanup, set_parameter, watch
from ha_report.questions.failures import Failure, lines_of_agent, said_by
from ha_report.questions.knowledge import SECOND, clock, configurations, instant, listed, quotes
from ha_report.questions.node_network import NodeNetwork, last_networks
from ha_report.questions.partitions import partitions
from ha_report.questions.placement import runs_many
from ha_report.questions.stories import Why, cleanups, stories, tell, told_as, where
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_COLLISION = re.compile(r"address collision \S+ \[DAD\]|IPv6 duplicate address|dadfailed|duplicate address")
_SAME_TIME = 120 * SECOND
# Each of the two is monitored by the address alone, and stopped by taking it away.
_REFERENCE = "IPaddr2: an address that is up already is taken for its own, and ip_stop removes it whoever set it"


def duplicate_address(incident: Incident) -> Iterator[Finding]:
    """Say that an address is up on two nodes, that another host has it, or that two resources share it.

    What ran twice in a split of the cluster is told there.
    """
    shared = {one.id: address for address, several in sharing(incident).items() for one in several}
    for address, several in sharing(incident).items():
        yield from _shared(incident, address, several)
    for told in stories(incident, lambda failure: is_address(failure) and failure.operation == "start"):
        collided = [failure for failure in told if _collision(incident, failure) and failure.resource not in shared]
        if collided:
            yield _collided(incident, collided)
    if not partitions(incident) and apart_now(incident) is None:
        yield from (
            _on_two(incident, one, address, places) for one, address, places in _twice(incident) if one.id not in shared
        )


def _shared(incident: Incident, address: str, several: list[ConfiguredResource]) -> Iterator[Finding]:
    """Yield what the sharing made fail, or else that it will."""
    names = {one.id for one in several}
    told = list(stories(incident, lambda failure: failure.resource in names and _by_sharing(incident, failure)))
    for story in told:
        yield tell(incident, story, _why_shared(incident, address, several, story))
    latest = next(configurations(incident), None)
    if not told and latest is not None and names <= {one.id for one in latest.resources}:
        yield _will_fail(incident, address, several)


def _by_sharing(incident: Incident, failure: Failure) -> bool:
    """Say whether it failed as it does when another resource has the address, or took it away."""
    if failure.timed_out:
        return False
    if failure.operation == "start":
        return _collision(incident, failure)
    return failure.operation == "monitor" and not failure.is_probe and failure.rc == OcfRc.NOT_RUNNING


def _why_shared(incident: Incident, address: str, several: list[ConfiguredResource], told: list[Failure]) -> Why:
    """Return why it failed; certain where the log has the stop of the other one just before."""
    stops = [stop for failure in told if (stop := other_stopped(incident, failure)) and _is_one_of(stop, several)]
    others = listed(one.id for one in several if one.id != told[0].resource)
    return Why(
        rule="ipaddr2-duplicate-address",
        confidence="certain" if stops else "likely",
        title=told_as(
            told, Phrase("{others} is configured with the same address {address}", others=others, address=address)
        ),
        cause=Phrase.joined([*(_took(stop, address) for stop in stops[:1]), _APART]),
        sources=(*stops, *_configured(several), *(source for _, source in _holders(incident, address))),
        remedy=(*_give_another(incident, several), Phrase("Then clear the failure:"), *_cleanups(incident, told)),
        verify=(*_one_each(address), watch(incident)),
        references=(_REFERENCE,),
    )


_APART = Phrase(
    "The cluster takes them for two things and may run them on two nodes; each finds the address of the other"
    " as its own, and takes it away when it stops."
)


def _is_one_of(stop: Event, several: list[ConfiguredResource]) -> bool:
    return stop.resource in {one.id for one in several}


def _took(stop: Event, address: str) -> Phrase:
    return Phrase(
        "When the cluster stopped {other} on {node} at {time}, {address} went with it.",
        other=stop.resource,
        node=stop.node,
        time=clock(stop.time_us),
        address=address,
    )


def _configured(several: list[ConfiguredResource]) -> list[Source]:
    return [one.parameter_sources.get("ip", one.source) for one in several]


def _holders(incident: Incident, address: str) -> list[tuple[str, Source]]:
    """Return the nodes that have `address`, with where it is told."""
    return [(network.node, held.source) for network in last_networks(incident) if (held := network.holds(address))]


def _give_another(incident: Incident, several: list[ConfiguredResource]) -> tuple[str, ...]:
    """Return how to part them; which of them is the wrong one, only people know."""
    last = several[-1].id
    return (
        Phrase("Give one of them an address of its own, or delete it where it is there twice by mistake:"),
        *set_parameter(incident, last, "ip", "ADDRESS"),
    )


def _cleanups(incident: Incident, told: list[Failure]) -> tuple[str, ...]:
    return tuple(cleanup(incident, failure.resource, failure.node) for failure in told)


def _one_each(address: str) -> tuple[str, ...]:
    return (Phrase("On each node; only one may show it:"), f"$ ip -o addr show to {address}")


def _will_fail(incident: Incident, address: str, several: list[ConfiguredResource]) -> Finding:
    """Return that they share it, though nothing has failed yet; on two nodes at once it is an error by now."""
    holders = _holders(incident, address)
    twice = len(holders) > 1 and not partitions(incident) and apart_now(incident) is None
    held = Phrase("{address} is up on {nodes} at once.", address=address, nodes=listed(node for node, _ in holders))
    return Finding(
        rule="ipaddr2-duplicate-address",
        severity="error" if twice else "warning",
        confidence="certain",
        title=Phrase(
            "{resources} are configured with the same address {address}",
            resources=listed(one.id for one in several),
            address=address,
        ),
        cause=Phrase.joined([*([held] if twice else []), _APART]),
        resource=several[0].id,
        evidence=quotes(incident, [*_configured(several), *(source for _, source in holders)]),
        remedy=_give_another(incident, several),
        verify=_one_each(address),
        references=(_REFERENCE,),
    )


def _collision(incident: Incident, failure: Failure) -> bool:
    return any(_COLLISION.search(said_by(event)) for event in lines_of_agent(incident, failure))


def _collided(incident: Incident, told: list[Failure]) -> Finding:
    first = told[0]
    address = next((ip for one, ip in addresses(incident) if one.id == first.resource), Phrase("its address"))
    why = Why(
        rule="ipaddr2-duplicate-address",
        confidence="certain",
        title=Phrase(
            "{resource} could not start{where}: another host answers for {address}",
            resource=first.resource,
            where=where(told),
            address=address,
        ),
        cause=Phrase(
            "The agent asks the network before it takes an address, and somebody else has it: another machine,"
            " or another node that could not stop it."
        ),
        remedy=(
            Phrase("Find the other holder by its hardware address, and take the address from it; then lift the bar:"),
            f"$ arping -D -c 3 -I INTERFACE {address}",
            *cleanups(incident, told),
        ),
        verify=(
            Phrase("No answer may come while the resource is stopped:"),
            f"$ arping -D -c 3 -I INTERFACE {address}",
        ),
        references=("IPaddr2: run_arping; duplicate address detection of IPv6",),
    )
    return tell(incident, told, why)


def _twice(incident: Incident) -> Iterator[tuple[ConfiguredResource, str, list[tuple[NodeNetwork, Source]]]]:
    """Yield addresses that two nodes hold at the same time, by files gathered together."""
    for one, address in addresses(incident):
        if one.id in runs_many(incident):
            continue
        held = [(network, found.source) for network in last_networks(incident) if (found := network.holds(address))]
        if len(held) > 1 and _together([network for network, _ in held]):
            yield one, address, held


def _together(networks: list[NodeNetwork]) -> bool:
    """Say whether files were gathered together, so that what they show was true at one time."""
    times = [network.time_us for network in networks if network.time_us is not None]
    one_folder = len({network.gathering for network in networks}) == 1
    return one_folder and (not times or max(times) - min(times) <= _SAME_TIME)


def _on_two(
    incident: Incident, one: ConfiguredResource, address: str, places: list[tuple[NodeNetwork, Source]]
) -> Finding:
    nodes = listed(network.node for network, _ in places)
    return Finding(
        rule="ipaddr2-duplicate-address",
        severity="error",
        confidence="certain",
        title=Phrase("{address} of {resource} is up on {nodes} at once", address=address, resource=one.id, nodes=nodes),
        cause=Phrase(
            "Both answer for it, so that connections go now here, now there. The cluster keeps it on one node;"
            " the other has it from a stop that failed, or from its own network configuration."
        ),
        resource=one.id,
        node=places[0][0].node,
        time=instant(places[0][0].time_us),
        evidence=quotes(incident, [source for _, source in places]),
        remedy=(
            Phrase("On the node where the cluster does not run it, take the address away:"),
            f"$ ip addr del {address}/PREFIX dev INTERFACE",
        ),
        verify=(Phrase("On each node; only one may show it:"), f"$ ip -o addr show to {address}"),
    )


RULES = (
    Rule(
        id="ipaddr2-duplicate-address",
        find=duplicate_address,
        looks_at=(
            "resources of the configuration that share an address, and a stop of one that took it from the other",
            'the agent\'s words: "IPv4 address collision", "IPv6 address collision" (run_arping, DAD)',
            "addresses of all nodes that were gathered within two minutes",
            "that no split of the cluster explains it",
        ),
        example="IPaddr2(r_ip)[169]:    ERROR: IPv4 address collision 192.168.200.50 [DAD]",
    ),
)
