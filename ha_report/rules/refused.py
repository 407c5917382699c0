"""Nothing failed, and yet something does not run: because somebody, a rule or a missing quorum says so.

Sources: Pacemaker Explained, on target-role, is-managed, maintenance-mode, standby and constraints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.facts import Configuration, ConfiguredResource, Constraint
from ha_report.model import Event, Evidence, Finding, Source
from ha_report.numerals import whole_number
from ha_report.phrase import Phrase
from ha_report.questions.commands import cleanup, node_command, set_meta, set_property
from ha_report.questions.departures import departures
from ha_report.questions.failures import failures
from ha_report.questions.knowledge import (
    clock,
    configurations,
    events_of,
    instant,
    known_nodes,
    listed,
    parents_of,
    properties_of,
    property_source,
    quotes,
    resource_of,
    told_once,
)  # fmt: skip
from ha_report.questions.placement import downtime, stopped_everywhere
from ha_report.questions.waiting import waiting
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_TRUE = ("true", "on", "yes", "1")
_SOON = 30_000_000  # microseconds
_BARS = ("-INFINITY", "-1000000", "-inf")
_INFINITY = ("INFINITY", "1000000")


def start_refused(incident: Incident) -> Iterator[Finding]:
    """Say why something does not run though nothing failed: standby, maintenance, target-role, a ban, no quorum, a ticket."""
    found = [*_standby(incident), *_maintenance(incident), *_no_quorum(incident)]
    stopped = _stopped(incident)
    for name in stopped:
        found += [*_told_to_stop(incident, name), *_barred(incident, name)]
    found += waiting(incident, [name for name in stopped if name not in {one.resource for one in found}])
    yield from found
    if not found and not failures(incident):
        for name in stopped:
            yield from _nowhere(incident, name)


def _stopped(incident: Incident) -> list[str]:
    """Return the resources that are shown stopped, and have no failure that would explain it."""
    failed = {failure.resource for failure in failures(incident)}
    return [name for name in stopped_everywhere(incident) if name not in failed]


def _line_of(incident: Incident, *words: str) -> tuple[Evidence, ...]:
    """Return the line of the last crm_mon that holds all of `words`."""
    for snapshot in reversed(incident.snapshots):
        if snapshot.format != "cib":
            lines = incident.quotes.around(Source(snapshot.file, 1), 0, 400)
            found = next((line for line in lines if all(word in line.text for word in words)), None)
            if found is not None:
                return (found,)
    return ()


def _standby(incident: Incident) -> Iterator[Finding]:
    """Yield the nodes in standby, as the last state shows."""
    for node in incident.nodes:
        if not (node.state or "").startswith("standby"):
            continue
        told = [
            one
            for one in told_once(events_of(incident, "online-status"))
            if one.node == node.name and one.value == "standby"
        ]
        since = told[0] if told else None
        moved = [
            gap for gap in downtime(incident) if since and since.time_us and abs(gap.begin_us - since.time_us) < _SOON
        ]
        by_failure = "on-fail" in (node.state or "")
        went = Phrase(" {resources} moved away.", resources=listed(gap.resource for gap in moved)) if moved else ""
        yield Finding(
            rule="start-refused",
            severity="notice",
            confidence="certain",
            title=Phrase("{name} is in standby{at}: nothing may run there", name=node.name, at=_at(since)),
            cause=Phrase(
                "The cluster put it in standby when an operation with on-fail=standby failed there.{went}", went=went
            )
            if by_failure
            else Phrase("Somebody put it in standby; that is no failure.{went}", went=went),
            node=node.name,
            time=instant(since.time_us) if since else None,
            evidence=(
                *quotes(incident, told[:1]),
                *_line_of(incident, node.name, "tandby"),
                *_attribute(incident, node.name),
            ),
            remedy=(
                Phrase("When the cause of the failure is mended, a clean-up ends the standby:"),
                *dict.fromkeys(
                    cleanup(incident, one.resource, node.name) for one in failures(incident) if one.node == node.name
                ),
            )
            if by_failure
            else (Phrase("When it may run resources again:"), *node_command(incident, "unstandby", node.name)),
            verify=("$ crm_mon -1",),
        )


def _at(event: Event | None) -> str:
    return Phrase(" since {time}", time=clock(event.time_us)) if event is not None and event.time_us is not None else ""


def _attribute(incident: Incident, node: str) -> tuple[Evidence, ...]:
    """Return the line of a configuration that puts the node in standby."""
    for one in reversed(incident.facts):
        if isinstance(one.facts, Configuration) and one.facts.nodes.get(node, {}).get("standby") in _TRUE:
            lines = incident.quotes.around(Source(one.file, 1), 0, 400)
            return tuple(line for line in lines if "standby" in line.text)[:1]
    return ()


def _maintenance(incident: Incident) -> Iterator[Finding]:
    nodes = [node.name for node in incident.nodes if (node.state or "").startswith("maintenance")]
    whole = properties_of(incident).get("maintenance-mode", "false").lower() in _TRUE
    managed_off = properties_of(incident).get("is-managed-default", "true").lower() in ("false", "off", "no")
    if not nodes and not whole and not managed_off:
        return
    source = property_source(incident, "maintenance-mode", "is-managed-default")
    yield Finding(
        rule="start-refused",
        severity="notice",
        confidence="certain",
        title=Phrase("The whole cluster is in maintenance: nothing is started, stopped or recovered there")
        if whole or managed_off
        else Phrase.counted(
            "{nodes} is in maintenance: nothing is started, stopped or recovered there",
            "{nodes} are in maintenance: nothing is started, stopped or recovered there",
            len(nodes),
            nodes=listed(nodes),
        ),
        cause=Phrase("In maintenance the cluster lets everything be as it is, also what fails."),
        node=nodes[0] if nodes else None,
        evidence=(*quotes(incident, [source]), *_line_of(incident, nodes[0] if nodes else "", "aintenance")),
        remedy=(
            Phrase("When the maintenance is over:"),
            *(
                set_property(incident, "maintenance-mode", "false")
                if whole
                else [command for node in nodes for command in node_command(incident, "unmaintenance", node)]
            ),
        ),
        verify=("$ crm_mon -1",),
    )


def _no_quorum(incident: Incident) -> Iterator[Finding]:
    """Yield that the last state is a partition without quorum, so that nothing is started."""
    if incident.cluster.quorum is not False or properties_of(incident).get("no-quorum-policy", "stop") == "ignore":
        return
    stopped = list(_stopped(incident))
    told = told_once(events_of(incident, "no-quorum", "quorum", "quorum-waiting"))
    lost = [one for one in told if one.kind != "quorum" or one.value in ("lost", "non-primary")]
    explained = any(one.kind in ("lost", "cut off") for one in departures(incident))
    yield Finding(
        rule="start-refused",
        severity="error" if stopped and not explained else "warning",
        confidence="certain" if _line_of(incident, "WITHOUT quorum") or lost else "likely",
        title=Phrase("This partition has no quorum")
        + (
            Phrase.counted(
                ", so {resources} is not started",
                ", so {resources} are not started",
                len(stopped),
                resources=listed(stopped[:6]),
            )
            if stopped
            else ""
        ),
        cause=Phrase(
            "Fewer than half of the nodes see each other. A part without quorum starts nothing, and by default"
            " stops what it ran."
        ),
        evidence=(
            *_line_of(incident, "WITHOUT quorum"),
            *quotes(incident, lost[-2:]),
            *quotes(incident, [property_source(incident, "no-quorum-policy")]),
        ),
        remedy=(
            Phrase("Bring the other nodes back, or mend the network to them:"),
            "$ corosync-quorumtool -s",
            "$ corosync-cfgtool -s",
        ),
        verify=(Phrase("It must say: Quorate: Yes"), "$ corosync-quorumtool -s"),
        references=("Pacemaker Explained: no-quorum-policy",),
    )


def _told_to_stop(incident: Incident, name: str) -> Iterator[Finding]:
    """Yield a resource that target-role or is-managed keeps down, itself or through what holds it."""
    own = resource_of(incident, name)
    for one in (*([own] if own else []), *parents_of(incident, name)):
        role = one.meta.get("target-role", "").lower()
        if role == "stopped":
            yield _refused(
                incident,
                name,
                one,
                Phrase("{name} is stopped because target-role of {resource} is Stopped", name=name, resource=one.id),
                Phrase("Somebody stopped it; that is no failure."),
                (Phrase("To have it run:"), *set_meta(incident, one.id, "target-role", "Started")),
            )
            return
        if one.meta.get("is-managed", "true").lower() in ("false", "off", "no"):
            yield _refused(
                incident,
                name,
                one,
                Phrase("{name} is stopped and not managed: the cluster does not start it", name=name),
                Phrase("is-managed of {resource} is false.", resource=one.id),
                (Phrase("To have the cluster run it:"), *set_meta(incident, one.id, "is-managed", "true")),
            )
            return


def _refused(
    incident: Incident, name: str, one: ConfiguredResource, title: str, cause: str, remedy: tuple[str, ...]
) -> Finding:
    lines = incident.quotes.around(one.source, 0, 60)
    meta = next((line for line in lines if "target-role" in line.text or "is-managed" in line.text), None)
    return Finding(
        rule="start-refused",
        severity="notice",
        confidence="certain",
        title=title,
        cause=cause,
        resource=name,
        evidence=((meta,) if meta else quotes(incident, [one.source])) + _line_of(incident, name, "topped"),
        remedy=remedy,
        verify=("$ crm_mon -1r",),
    )


def _barred(incident: Incident, name: str) -> Iterator[Finding]:
    """Yield a stopped resource that constraints or old failures bar from every node."""
    holders = {name, *(one.id for one in parents_of(incident, name))}
    bars = {one.node: one for one in _bans(incident) if one.node and holders & set(one.resources)}
    counted = {
        one.node: one
        for one in incident.fail_counts
        if base_name(one.resource) in holders and _is_enough(one.value, one.threshold)
    }
    nodes = [node.name for node in incident.nodes if (node.state or "online") == "online"] or known_nodes(incident)
    if not nodes or not (bars or counted) or any(node not in bars and node not in counted for node in nodes):
        return
    why = [
        Phrase("{node}: fail count {value}", node=node, value=counted[node].value)
        if node in counted
        else Phrase("{node}: constraint {constraint}", node=node, constraint=bars[node].id or bars[node].text)
        for node in nodes
    ]
    why += [
        Phrase("{node}: {state}", node=node.name, state=node.state)
        for node in incident.nodes
        if node.name not in nodes and node.state
    ]
    cleared = dict.fromkeys(one for node in nodes if node in bars for one in bars[node].resources if one in holders)
    yield Finding(
        rule="start-refused",
        severity="warning",
        confidence="certain",
        title=Phrase("{name} is not started: it is barred from {nodes}", name=name, nodes=listed(nodes)),
        cause=Phrase.joined(why, "; ") + ".",
        resource=name,
        evidence=(
            *quotes(incident, [bars[node].source for node in nodes if node in bars]),
            *_line_of(incident, name, "fail-count"),
        ),
        remedy=(
            *([Phrase("Lift the failures:"), cleanup(incident, name, None)] if counted else []),
            *([Phrase("Take back the bans:")] if cleared else []),
            *(f"$ crm_resource --clear --resource {one}" for one in cleared),
        ),
        verify=("$ crm_simulate --live-check --show-scores",),
    )


def _nowhere(incident: Incident, name: str) -> Iterator[Finding]:
    """Yield a stopped resource of which the scheduler says no more than that no node may run it."""
    said = [one for one in events_of(incident, "cannot-run") if one.resource and base_name(one.resource) == name]
    if not said:
        return
    holders = {name, *(one.id for one in parents_of(incident, name))}
    configured = next(configurations(incident), None)
    naming = [one for one in configured.constraints if holders & set(one.resources)] if configured else []
    yield Finding(
        rule="start-refused",
        severity="warning",
        confidence="likely" if naming else "possible",
        title=Phrase("{name} is not started: the cluster finds no node that may run it", name=name),
        cause=Phrase(
            "Nothing failed. These constraints name it: {constraints}.",
            constraints=listed(one.id or one.text for one in naming),
        )
        if naming
        else Phrase("Nothing failed. Constraints of what it depends on, or utilization, may leave it no node."),
        resource=name,
        time=instant(said[-1].time_us),
        evidence=quotes(incident, [said[-1], *(one.source for one in naming[:6])]),
        remedy=(
            Phrase("See which node has which score, and why, then change the constraint:"),
            "$ crm_simulate --live-check --show-scores --show-utilization",
            f"$ crm_resource --constraints --resource {name}",
        ),
        verify=("$ crm_mon -1r",),
        references=("Pacemaker Explained: location constraints, rules, utilization",),
    )


def _is_enough(value: str, threshold: str | None) -> bool:
    if value in _INFINITY:
        return True
    failed, allowed = whole_number(value), whole_number(threshold)
    return failed is not None and allowed is not None and failed >= allowed > 0


def _bans(incident: Incident) -> Iterator[Constraint]:
    first = next(configurations(incident), None)
    if first is not None:
        yield from (one for one in first.constraints if one.kind == "location" and one.score in _BARS)


RULES = (
    Rule(
        id="start-refused",
        find=start_refused,
        looks_at=(
            "nodes in standby or maintenance, and maintenance-mode of the cluster",
            "resources that are shown stopped, without a failure: target-role, is-managed, of themselves and of what holds them",
            "location constraints with -INFINITY and fail counts at the migration threshold, on every node",
            "a partition without quorum",
            "ticket constraints; clones of which no instance is promoted; nodes whose health is red",
            "where none of these is found: the scheduler's word that a stopped resource cannot run anywhere",
        ),
        example="Node node02 (c260b6a9-d4fd-46d9-8aaf-5a6a073ddcdc): standby",
    ),
)
