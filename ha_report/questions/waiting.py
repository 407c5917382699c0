"""What a resource that is not started waits for: a ticket, an instance that nobody promoted, a node that is healthy.

Sources: Pacemaker Explained, on ticket constraints, promotion scores and node health; crm_ticket(8), crm_attribute(8).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.facts import ConfiguredResource, Constraint
from ha_report.model import Event, Finding, ResourceState, Source
from ha_report.phrase import Phrase
from ha_report.questions.failures import failures
from ha_report.questions.knowledge import (
    configurations,
    events_of,
    known_nodes,
    listed,
    parents_of,
    properties_of,
    property_source,
    quotes,
    resource_of,
    told_once,
)

if TYPE_CHECKING:
    from ha_report.incident import Incident

_PROMOTED = ("Promoted", "Master")
_TICKET = re.compile(r"rsc_ticket \S+ (\S+):|ticket[ =]['\"]?([\w.-]+)")


def waiting(incident: Incident, stopped: list[str]) -> Iterator[Finding]:
    """Yield why resources that nothing failed of do not run, where the configuration and the state prove it."""
    yield from _unpromoted(incident, stopped)
    yield from _without_ticket(incident, stopped)
    yield from _unhealthy(incident, stopped)


def _waits(title: str, cause: str, confidence: str, resource: str | None, evidence: Iterable[Source | Event | None],
           remedy: tuple[str, ...], verify: tuple[str, ...], incident: Incident) -> Finding:  # fmt: skip
    return Finding(
        rule="start-refused",
        severity="warning",
        confidence=confidence,
        title=title,
        cause=cause,
        resource=resource,
        evidence=quotes(incident, evidence),
        remedy=remedy,
        verify=verify,
    )


def _unpromoted(incident: Incident, stopped: list[str]) -> Iterator[Finding]:
    """Yield the clones of which no instance is promoted, with what waits for one, while all nodes are there."""
    if any(not (node.state or "online").startswith(("online", "standby")) for node in incident.nodes):
        return
    failed = {failure.resource for failure in failures(incident)}
    for clone in _promotable(incident):
        inner = {base_name(name) for name in _leaves(incident, clone)}
        shown = [one for one in incident.resources if base_name(one.id) in inner and one.node]
        if not shown or any(one.role in _PROMOTED for one in shown) or inner & failed:
            continue
        if clone.meta.get("target-role", "").lower() in ("slave", "unpromoted", "stopped"):
            continue
        following = [name for name in stopped if _follows(incident, name, clone.id)]
        yield _waits(
            Phrase(
                "No instance of {clone} is promoted{waiting}",
                clone=clone.id,
                waiting=Phrase("; for one waits {resources}", resources=listed(following)) if following else "",
            ),
            Phrase(
                "Nothing failed: the cluster promotes an instance only where it has a promotion score, which the agent"
                " sets (master-{resource}) once it is fit to be promoted, or a location constraint gives it.",
                resource=min(inner),
            ),
            "likely",
            min(inner),
            [clone.source, *_constraints_with(incident, clone.id)],
            (
                Phrase("See which scores there are; the agent's log tells why it sets none:"),
                "$ crm_simulate --live-check --show-scores | grep -i promot",
                f"$ crm_attribute --query --lifetime reboot --node {shlex.quote(_any_node(shown))} --name master-{min(inner)}",
            ),
            (Phrase("One instance must be promoted:"), "$ crm_mon -1rA"),
            incident,
        )


def _any_node(shown: list[ResourceState]) -> str:
    return next(one.node for one in shown if one.node)


def _promotable(incident: Incident) -> list[ConfiguredResource]:
    configured = next(configurations(incident), None)
    every = configured.resources if configured is not None else ()
    return [one for one in every if one.kind == "master" or one.meta.get("promotable", "").lower() in ("true", "1")]


def _leaves(incident: Incident, holder: ConfiguredResource) -> Iterator[str]:
    """Yield the primitives that a clone or group holds."""
    for name in holder.children:
        inner = resource_of(incident, name)
        if inner is not None and inner.children:
            yield from _leaves(incident, inner)
        else:
            yield name


def _constraints_with(incident: Incident, name: str) -> list[Source]:
    return [one.source for one in _constraints(incident) if name in one.resources and one.kind == "colocation"]


def _constraints(incident: Incident) -> tuple[Constraint, ...]:
    configured = next(configurations(incident), None)
    return configured.constraints if configured is not None else ()


def _follows(incident: Incident, name: str, clone: str) -> bool:
    """Say whether a resource is to run where an instance of the clone is promoted."""
    own = _own_names(incident, name)
    return any(
        one.kind == "colocation" and clone in one.resources and own & set(one.resources)
        and re.search(r"[Mm]aster|[Pp]romoted", one.text)
        for one in _constraints(incident)
    )  # fmt: skip


def _own_names(incident: Incident, name: str) -> set[str]:
    return {name, *(one.id for one in parents_of(incident, name))}


def _without_ticket(incident: Incident, stopped: list[str]) -> Iterator[Finding]:
    """Yield what is stopped and may run only while this cluster has a ticket."""
    for one in _constraints(incident):
        names = [name for name in stopped if _own_names(incident, name) & set(one.resources)]
        if one.kind != "ticket" or not names:
            continue
        found = _TICKET.search(one.text)
        ticket = next((name for name in found.groups() if name), "") if found else ""
        yield _waits(
            Phrase.counted(
                "{resources} is not started: it needs the ticket {ticket}",
                "{resources} are not started: they need the ticket {ticket}",
                len(names),
                resources=listed(names),
                ticket=ticket,
            ),
            Phrase(
                "Nothing failed: a ticket constraint lets them run only on the site that has the ticket, and nothing shows"
                " that it was granted to this one."
            ),
            "likely",
            names[0],
            [one.source],
            (
                Phrase("See whether this site has it; booth grants it, or, if no other site runs them, you:"),
                "$ crm_ticket --info",
                *([f"$ crm_ticket --ticket {shlex.quote(ticket)} --grant"] if ticket else []),
            ),
            (Phrase("The ticket must be granted:"), "$ crm_mon -1rc"),
            incident,
        )


def _unhealthy(incident: Incident, stopped: list[str]) -> Iterator[Finding]:
    """Yield that no node is healthy enough to run what is stopped."""
    strategy = properties_of(incident).get("node-health-strategy", "none")
    red = [
        one for one in told_once(events_of(incident, "attribute-changed")) if (one.reason or "").startswith("#health")
    ]
    last = {(one.node, one.reason): one for one in red}
    ill = {node: one for (node, _), one in last.items() if node and one.value == "red"}
    if strategy == "none" or not stopped or not ill or set(known_nodes(incident)) - set(ill):
        return
    yield _waits(
        Phrase.counted(
            "{resources} is not started: the health of {nodes} is red",
            "{resources} are not started: the health of {nodes} is red",
            len(stopped),
            resources=listed(stopped),
            nodes=listed(ill),
        ),
        Phrase(
            "node-health-strategy={strategy} keeps resources away from nodes whose health attributes are red: {names}.",
            strategy=strategy,
            names=listed(one.reason or "" for one in ill.values()),
        ),
        "certain",
        stopped[0],
        [*ill.values(), property_source(incident, "node-health-strategy")],
        (
            Phrase("Mend what the attribute speaks of (its agent sets it anew), or take it back:"),
            *(
                f"$ attrd_updater --delete --node {shlex.quote(node)} --name {shlex.quote(one.reason or '')}"
                for node, one in ill.items()
            ),
        ),
        ("$ crm_mon -1rA",),
        incident,
    )
