"""What differs between two incidents of one cluster, as plain data: the one thing all outputs of `diff` show.

A finding, a setting or a resource is the same in both if its subject is; that the times differ is no difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ha_report.executions import base_name
from ha_report.facts import VersionFacts
from ha_report.questions.placement import placement
from reports.settings import settings_of
from reports.words import count_of, operation_of, result_of, utc, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ha_report.incident import Incident
    from ha_report.model import Finding, ResourceState

NEW, GONE, CHANGED = "new", "gone", "changed"
Told = dict[tuple[str, str], str]  # subject and name -> value
RUNNING = ("Started", "Promoted", "Unpromoted", "Master", "Slave")


class Change(NamedTuple):
    """One thing that differs; None is what is not there."""

    subject: str
    name: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """Whether it is new, gone or changed."""
        return NEW if self.before is None else GONE if self.after is None else CHANGED


class Part(NamedTuple):
    """All that differs in one respect."""

    title: str
    changes: tuple[Change, ...]


class Side(NamedTuple):
    """One of the two that are compared."""

    source: str
    cluster: str | None
    window: str


@dataclass(frozen=True)
class Difference:
    """Everything that differs."""

    before: Side
    after: Side
    parts: tuple[Part, ...]  # those without a change are left out
    still: tuple[str, ...]  # titles of the findings that both have
    version: str  # of the program that compared them

    @property
    def sentence(self) -> str:
        """What a reader in a hurry has to know."""
        if not self.parts:
            return "Nothing differs."
        findings = [one.kind for part in self.parts if part.title == FINDINGS for one in part.changes]
        others = sum(len(part.changes) for part in self.parts if part.title != FINDINGS)
        told = [f"{count_of(findings.count(kind), f'{kind} finding')}" for kind in (NEW, GONE) if kind in findings]
        return ", ".join([*told, *([count_of(others, "other change")] if others else [])]).capitalize() + "."

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know of what was compared."""
        names = {self.before.cluster, self.after.cluster} - {None}
        return (f"These are two clusters: {' and '.join(sorted(map(str, names)))}.",) if len(names) > 1 else ()


FINDINGS = "Findings"


def compare(
    before: tuple[Incident, Sequence[Finding]], after: tuple[Incident, Sequence[Finding]], *, version: str
) -> Difference:
    """Return what differs between two incidents, each with its findings."""
    first, second = before[0], after[0]
    parts = (
        Part(FINDINGS, changed_findings(before[1], after[1])),
        Part("Failed operations", changed(failures_told(first), failures_told(second))),
        Part("Versions", changed(versions_told(first), versions_told(second))),
        Part("Configuration", changed(settings_told(first), settings_told(second))),
        Part("Cluster and nodes", changed(cluster_told(first), cluster_told(second))),
        Part("Resources", changed(resources_told(first), resources_told(second))),
        Part("Placement", changed(placement_told(first), placement_told(second))),
    )
    known = keys_of(before[1])
    return Difference(
        before=side(first),
        after=side(second),
        parts=tuple(part for part in parts if part.changes),
        still=tuple(one.title for one in after[1] if key_of(one) in known),
        version=version,
    )


def side(incident: Incident) -> Side:
    """Return what names one of the two."""
    begin, end = incident.window_us
    return Side(", ".join(incident.sources), incident.cluster.name, window_of((utc(begin), utc(end))))


def changed(before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]) -> tuple[Change, ...]:
    """Return the entries that are not the same in both: those of `after` in its order, then those that are gone."""
    keys = dict.fromkeys([*after, *before])
    return tuple(Change(*key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key))


def key_of(finding: Finding) -> tuple[str, str | None, str | None, str | None]:
    """Return what makes a finding the same as one of another time."""
    return finding.rule, finding.symptom, finding.resource, finding.node


def keys_of(findings: Sequence[Finding]) -> set[tuple[str, str | None, str | None, str | None]]:
    """Return the keys of findings."""
    return {key_of(one) for one in findings}


def changed_findings(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[Change, ...]:
    """Return the findings that only one of the two has, the new ones first."""
    new = [one for one in after if key_of(one) not in keys_of(before)]
    gone = [one for one in before if key_of(one) not in keys_of(after)]
    return (
        *(Change(one.severity, one.rule, None, one.title) for one in new),
        *(Change(one.severity, one.rule, one.title, None) for one in gone),
    )


def failures_told(incident: Incident) -> Told:
    """Return how often each operation failed with which result."""
    counted: Counter[tuple[str, str]] = Counter()
    for one in incident.failed_operations:
        what = f"{operation_of(one.operation, one.interval_ms)}: {result_of(one)}"
        counted[f"{one.resource} on {one.node or 'an unknown node'}", what] += 1
    return {key: count_of(number, "time") for key, number in counted.items()}


def versions_told(incident: Incident) -> Told:
    """Return the version of each package, with the nodes where not all have the same."""
    nodes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in incident.facts:
        if isinstance(one.facts, VersionFacts):
            for name, version in versions_in(one.facts):
                nodes[name][version].append(one.node or "")
    for name, version in incident.cluster.versions.items():
        if name.replace("_", "-") not in nodes:
            nodes[name.replace("_", "-")][version].append("")
    return {(name, "version"): versions_by_node(found) for name, found in sorted(nodes.items())}


def versions_in(facts: VersionFacts) -> Iterator[tuple[str, str]]:
    """Yield what one file tells."""
    yield from ((name, found.version) for name, found in facts.packages.items())
    for name, told in (("distribution", facts.distribution), ("kernel", facts.kernel)):
        if told:
            yield name, told.version


def versions_by_node(found: Mapping[str, Sequence[str]]) -> str:
    """Return "2.1.5", or "2.1.5 (node01), 2.1.6 (node02)"."""
    if len(found) == 1:
        return next(iter(found))
    return ", ".join(
        f"{version} ({', '.join(sorted(set(filter(None, nodes))))})" for version, nodes in sorted(found.items())
    )


def settings_told(incident: Incident) -> Told:
    """Return what is configured; values that are secret are masked."""
    return {(one.subject or "cluster", f"{one.kind} {one.name}"): one.value for one in settings_of(incident)}


def cluster_told(incident: Incident) -> Told:
    """Return what holds for the cluster, and the state of its nodes."""
    known = incident.cluster
    quorum = None if known.quorum is None else "yes" if known.quorum else "no"
    facts = {"name": known.name, "stack": known.stack, "DC": known.dc, "quorum": quorum}
    told = {("cluster", name): value for name, value in facts.items() if value is not None}
    return told | {(node.name, "state"): node.state or "not known" for node in incident.nodes}


def resources_told(incident: Incident) -> Told:
    """Return the agent, roles and troubles of each resource, and its fail counts."""
    states: dict[str, list[ResourceState]] = defaultdict(list)
    for one in incident.resources:
        states[base_name(one.id)].append(one)
    told = {(name, "state"): ", ".join(sorted(state_words(own))) for name, own in states.items()}
    told |= {(name, "agent"): own[0].agent for name, own in states.items() if own[0].agent}
    counts = {(one.resource, f"fail count on {one.node}"): one.value for one in incident.fail_counts}
    return dict(sorted((told | counts).items()))


def state_words(states: Sequence[ResourceState]) -> set[str]:
    """Return the roles of a resource's instances, and what is wrong with any of them."""
    words = {one.role or "role not known" for one in states}
    for name in ("failed", "blocked", "orphaned"):
        if any(getattr(one, name) for one in states):
            words.add(name)
    return words | ({"unmanaged"} if any(one.managed is False for one in states) else set())


def placement_told(incident: Incident) -> Told:
    """Return where each resource ran last, as the snapshot shows; without one, as the logs tell."""
    nodes: dict[str, set[str]] = defaultdict(set)
    if incident.resources:
        for one in incident.resources:
            nodes[base_name(one.id)] |= {one.node} if one.node and one.role in RUNNING else set()
    else:
        for stay in placement(incident):
            nodes[stay.resource] |= {stay.node} if stay.end is None else set()
    return {(name, "runs on"): ", ".join(sorted(found)) or "no node" for name, found in sorted(nodes.items())}
