"""Nodes with what runs and what failed on them, as a picture of the cluster needs it."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import FailCount, NodeState, ResourceState
from ha_report.numerals import natural
from reports.shape import NodeCard, Repeat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ha_report.incident import Incident

    Counts = Mapping[str, list[tuple[int, FailCount]]]  # by resource, each with its place among all


def cards_of(incident: Incident, repeats: Sequence[Repeat]) -> tuple[NodeCard, ...]:
    """Return a card for each node that a snapshot, a failure or an input names, in order of name: node2 before node10."""
    known = {node.name: node for node in incident.nodes}
    names = dict.fromkeys([*known, *placed_on(incident.resources), *failed_on(repeats), *told_by(incident)])
    return tuple(card_of(name, known.get(name), incident, repeats) for name in sorted(names, key=natural))


def card_of(name: str, node: NodeState | None, incident: Incident, repeats: Sequence[Repeat]) -> NodeCard:
    """Return the card of one node; `node` is None where no snapshot shows it."""
    return NodeCard(
        node=node or NodeState(name, None),
        resources=tuple(resource for resource in incident.resources if resource.node == name),
        failures=tuple(repeat for repeat in repeats if repeat.first.node == name),
        fail_counts=tuple(count for count in incident.fail_counts if count.node == name),
        from_snapshot=node is not None,
    )


def placed_on(resources: Iterable[ResourceState]) -> list[str]:
    """Return the nodes on which resources run."""
    return [resource.node for resource in resources if resource.node]


def failed_on(repeats: Iterable[Repeat]) -> list[str]:
    """Return the nodes on which operations failed."""
    return [repeat.first.node for repeat in repeats if repeat.first.node]


def told_by(incident: Incident) -> list[str]:
    """Return the nodes whose files were read; beside a snapshot of all nodes a folder needs a log to be one."""
    return [found.node for found in incident.inputs if found.node and (found.events or not incident.nodes)]


def by_resource(fail_counts: Iterable[FailCount]) -> Counts:
    """Return the fail counts by their resource."""
    found: dict[str, list[tuple[int, FailCount]]] = defaultdict(list)
    for place, count in enumerate(fail_counts):
        found[count.resource].append((place, count))
    return dict(found)


def counts_of(resource: ResourceState, counts: Counts) -> dict[str, str]:
    """Return the fail counts of a resource, node -> value; they are kept for "p_state", it shows as "p_state:0"."""
    own = [found for name in {resource.id, base_name(resource.id)} for found in counts.get(name, ())]
    return {count.node: count.value for _, count in sorted(own, key=itemgetter(0))}
