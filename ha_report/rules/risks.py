"""Configurations that have not hurt yet, with why they matter in this cluster.

Sources: Pacemaker Explained; meta-data of resource-agents for advised timeouts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ha_report.facts import Configuration, ConfiguredOperation, ConfiguredResource
from ha_report.model import Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.attempts import addresses
from ha_report.questions.commands import add_monitor, move_monitor, set_default, set_meta, set_parameter, set_property
from ha_report.questions.departures import departures
from ha_report.questions.knowledge import (
    agent_type,
    configurations,
    known_nodes,
    listed,
    properties_of,
    property_source,
    quotes,
)
from ha_report.questions.node_network import last_networks
from ha_report.rule import Rule
from ha_report.rules.fencing import fence_devices, fencing_is_off

if TYPE_CHECKING:
    from ha_report.incident import Incident

_SHORT_MS = 20_000  # Pacemaker's own default; agents of resource-agents advise as much or more
_TWO = 2
_NEVER_MONITORED = ("ping", "pingd", "SysInfo", "ClusterMon", "MailTo")


def risky_configuration(incident: Incident) -> Iterator[Finding]:
    """Say what in the configuration invites trouble, and why here: fencing, quorum, monitors, thresholds, names."""
    configuration = next(configurations(incident), None)
    if configuration is None:
        return
    yield from _fencing(incident)
    yield from _quorum(incident)
    yield from _nic(incident)
    primitives = [
        one
        for one in configuration.resources
        if one.kind == "primitive" and not (one.agent or "").startswith("stonith:")
    ]
    yield from _unmonitored(incident, primitives)
    yield from _same_intervals(incident, primitives)
    yield from _thresholds(incident, configuration, primitives)
    yield from _operations(incident, primitives)


def _risk(incident: Incident, title: str, cause: str, sources: Sequence[Source | None], remedy: tuple[str, ...], *,
          severity: str = "notice", resource: str | None = None, verify: tuple[str, ...] = ()) -> Finding:  # fmt: skip
    return Finding(
        rule="risky-configuration",
        severity=severity,
        confidence="certain",
        title=title,
        cause=cause,
        resource=resource,
        evidence=quotes(incident, sources),
        remedy=remedy,
        verify=verify or ("$ crm_verify --live-check --verbose",),
    )


def _fencing(incident: Incident) -> Iterator[Finding]:
    told_already = any(one.kind == "lost" for one in departures(incident))
    if fencing_is_off(incident) and not told_already:
        yield _risk(
            incident,
            Phrase("Fencing is off (stonith-enabled=false)"),
            Phrase(
                "When a node is not seen, the cluster cannot make sure that it is down: resources may run twice, and"
                " a stop that fails blocks its resource."
            ),
            [property_source(incident, "stonith-enabled", "fencing-enabled")],
            (
                Phrase("Configure a fence device for each node, then:"),
                *set_property(incident, "stonith-enabled", "true"),
            ),
            severity="warning",
        )
    elif (
        not fencing_is_off(incident)
        and fence_devices(incident)
        and properties_of(incident).get("stonith-action") == "off"
    ):
        yield _risk(
            incident,
            Phrase("A fenced node is switched off and stays off (stonith-action=off)"),
            Phrase("Somebody has to switch it on again."),
            [property_source(incident, "stonith-action")],
            set_property(incident, "stonith-action", "reboot"),
        )


def _quorum(incident: Incident) -> Iterator[Finding]:
    if properties_of(incident).get("no-quorum-policy") != "ignore":
        return
    nodes = len(known_nodes(incident))
    more = (
        Phrase("With three nodes or more nothing asks for it.")
        if nodes > _TWO
        else Phrase("With two nodes it is only safe where fencing works.")
    )
    if nodes <= _TWO and not fencing_is_off(incident):
        return
    yield _risk(
        incident,
        Phrase("A part of the cluster without quorum goes on as if it were whole (no-quorum-policy=ignore)"),
        Phrase("When the network between nodes breaks, each part starts everything. {more}", more=more),
        [property_source(incident, "no-quorum-policy")],
        set_property(incident, "no-quorum-policy", "stop"),
        severity="warning",
        verify=("$ corosync-quorumtool -s",),
    )


def _nic(incident: Incident) -> Iterator[Finding]:
    """Yield addresses without nic, where nodes name the interface of the segment differently."""
    for one, address in addresses(incident):
        if one.parameters.get("nic") or "nic" in one.by_rule:
            continue
        places = {network.node: _devices(network, address) for network in last_networks(incident)}
        names = {devices[0] for devices in places.values() if devices}
        sources = [one.parameter_sources.get("ip", one.source), *_sources(incident, address)]
        if len(names) > 1:
            told = listed(
                Phrase("{devices} on {node}", devices=devices[0], node=node)
                for node, devices in places.items()
                if devices
            )
            yield _risk(
                incident,
                Phrase(
                    "nic of {resource} is not set, and its interface has different names: {told}",
                    resource=one.id,
                    told=told,
                ),
                Phrase(
                    "The agent takes the interface from the routing table, so it works as long as each node has a"
                    ' connected route to {address}; where one is missing, the start fails with "unknown error".',
                    address=address,
                ),
                sources,
                (
                    Phrase("Name the interface alike on every node, then set it:"),
                    *set_parameter(incident, one.id, "nic", min(names)),
                ),
                severity="warning",
                resource=one.id,
                verify=(f"$ ip -o -f inet route list match {address} scope link",),
            )


def _devices(network: object, address: str) -> list[str]:
    """Return the interfaces that are in the segment, or that hold the address itself."""
    found = [name for name, _ in network.in_segment(address)]  # type: ignore[attr-defined]
    held = network.holds(address)  # type: ignore[attr-defined]
    return [name.partition(":")[0] for name in (found or ([held.interface] if held else []))]


def _sources(incident: Incident, address: str) -> list[Source]:
    """Return where the interfaces of the segment are told."""
    found = [network.in_segment(address)[:1] for network in last_networks(incident)]
    held = [one.source for network in last_networks(incident) if (one := network.holds(address))]
    return [source for one in found for _, source in one] + held[:2]


def _unmonitored(incident: Incident, primitives: list[ConfiguredResource]) -> Iterator[Finding]:
    bare = [one for one in primitives if agent_type(one.agent) not in _NEVER_MONITORED and one.kind == "primitive"
            and not any(operation.name == "monitor" and operation.interval_ms for operation in one.operations)]  # fmt: skip
    if bare:
        names = listed(one.id for one in bare)
        yield _risk(
            incident,
            Phrase.counted(
                "{resources} has no recurring monitor",
                "{resources} have no recurring monitor",
                len(bare),
                resources=names,
            ),
            Phrase("The cluster starts it and never looks again: a failure goes unseen."),
            [one.source for one in bare[:3]],
            (
                Phrase("Add one:"),
                *add_monitor(incident, bare[0].id),
            ),
            severity="warning",
            resource=bare[0].id,
        )


def _same_intervals(incident: Incident, primitives: list[ConfiguredResource]) -> Iterator[Finding]:
    """Yield resources with two monitors of one interval, as for two roles: the cluster tells operations apart by it."""
    for one in primitives:
        every = [each for each in one.operations if each.name == "monitor" and each.interval_ms]
        first = {each.interval_ms: each for each in reversed(every)}
        twice = [each for each in every if first[each.interval_ms] is not each]
        if twice:
            seconds = (twice[0].interval_ms or 0) // 1000
            yield _risk(
                incident,
                Phrase(
                    "{resource} has two monitors with the interval {seconds} s, and only one of them runs",
                    resource=one.id,
                    seconds=seconds,
                ),
                Phrase(
                    "The cluster tells operations of a resource apart by name and interval. Where the two are for different roles,"
                    " instances of one role are not monitored."
                ),
                [first[twice[0].interval_ms].source, twice[0].source],
                (
                    Phrase("Give one of them another interval, such as one second more:"),
                    *move_monitor(incident, one.id, twice[0].role, seconds),
                ),
                severity="warning",
                resource=one.id,
            )


def _thresholds(
    incident: Incident, configuration: Configuration, primitives: list[ConfiguredResource]
) -> Iterator[Finding]:
    defaults = configuration.rsc_defaults
    if "failure-timeout" in defaults:
        return
    own = [one for one in primitives if "migration-threshold" in one.meta and "failure-timeout" not in one.meta]
    if own or "migration-threshold" in defaults:
        first = own[0].id if own else None
        value = own[0].meta["migration-threshold"] if own else defaults["migration-threshold"]
        yield _risk(
            incident,
            Phrase("migration-threshold={value} without failure-timeout", value=value)
            + (Phrase(" ({resources})", resources=listed(one.id for one in own[:4])) if own else ""),
            Phrase(
                "Failures are counted for ever: once a node has reached the threshold it stays barred until somebody"
                " cleans up, and the next failure may find no node left."
            ),
            [own[0].source if own else configuration.rsc_default_sources.get("migration-threshold")],
            set_meta(incident, first, "failure-timeout", "10min")
            if first
            else set_default(incident, "failure-timeout", "10min"),
            resource=first,
        )


def _operations(incident: Incident, primitives: list[ConfiguredResource]) -> Iterator[Finding]:
    every = [(one, operation) for one in primitives for operation in one.operations]
    blocks = [(one, operation) for one, operation in every if operation.on_fail == "block"]
    if blocks:
        one, operation = blocks[0]
        yield _risk(
            incident,
            Phrase(
                "on-fail=block: when {operation} of {resource} fails, the cluster lets go of it",
                operation=operation.name,
                resource=one.id,
            ),
            Phrase("It is neither stopped nor started elsewhere until somebody cleans up."),
            [operation.source],
            (Phrase("Where fencing works, leave on-fail to its default."),),
            resource=one.id,
        )
    short = [(one, operation) for one, operation in every if _is_short(operation)]
    if short:
        told = listed(
            Phrase(
                "{operation} of {resource} {seconds} s",
                operation=operation.name,
                resource=one.id,
                seconds=(operation.timeout_ms or 0) // 1000,
            )
            for one, operation in short[:4]
        )
        yield _risk(
            incident,
            Phrase("Timeouts shorter than agents advise: {told}", told=told),
            Phrase(
                "On a busy host the operation fails though nothing is wrong; for a stop that means fencing or a"
                " blocked resource."
            ),
            [operation.source for _, operation in short[:3]],
            (Phrase("Give at least 20 s, and what the agent's meta-data advises."),),
            resource=short[0][0].id,
        )


def _is_short(operation: ConfiguredOperation) -> bool:
    """Say whether a start, stop or monitor has less time than it should have."""
    counted = operation.name in ("start", "stop", "monitor", "promote", "demote")
    return counted and operation.timeout_ms is not None and 0 < operation.timeout_ms < _SHORT_MS


RULES = (
    Rule(
        id="risky-configuration",
        find=risky_configuration,
        looks_at=(
            "stonith-enabled, stonith-action, no-quorum-policy",
            "addresses without nic, against the interfaces of all nodes",
            "resources without a recurring monitor, or with two of one interval; on-fail=block; timeouts below 20 s",
            "migration-threshold without failure-timeout",
        ),
        example="\tstonith-enabled=false \\",
        advice=True,
    ),
)
