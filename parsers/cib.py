"""Reads the configuration of a CIB, and, through `cib_status`, the state that it keeps beside it.

Sources: Pacemaker's xml/*.rng for 0.6 to 3.0; lib/pengine/complex.c (get_rsc_attributes) for which
of several values counts.  Heartbeat 2 has `<attributes>` between a set and its nvpairs, and
underscores where later versions have dashes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ha_report.model import ClusterFacts, ResourceState, Snapshot
from parsers.cib_nodes import Nodes, is_true, read_nodes, told
from parsers.cib_status import agent_of, fail_counts, failed_operations, removed_resources
from parsers.xml_tree import Element

FORMAT = "cib"

MOST_IMPORTANT_SET = "cib-bootstrap-options"

_HOLDERS = ("group", "clone", "master", "master_slave", "bundle")  # master_slave: heartbeat 2


@dataclass
class Configuration:
    """What a resource's settings are looked up in."""

    by_id: dict[str, Element]
    defaults: dict[str, str]  # rsc_defaults

    def templates(self, resource: Element) -> list[Element]:
        """Return the resource and its template, whose settings count after its own."""
        template = self.by_id.get(resource.get("template") or "")
        return [resource] if template is None else [resource, template]

    def pairs(self, holder: Element, set_tag: str) -> dict[str, str]:
        """Return the settings in the sets `set_tag` of an element: of two values the first counts."""
        pairs: dict[str, str] = {}
        for child in holder.findall(set_tag):
            for name, value in _pairs(self._referred(child), self.by_id):
                pairs.setdefault(name, value)
        return pairs

    def settings(self, resource: Element, holders: tuple[Element, ...], set_tag: str) -> dict[str, str]:
        """Return a resource's settings with those of its template and of the groups and clones around it."""
        merged: dict[str, str] = {}
        for element in (*self.templates(resource), *reversed(holders)):
            merged = self.pairs(element, set_tag) | merged
        return merged

    def _referred(self, element: Element) -> Element:
        return self.by_id.get(element.get("id-ref") or "", element)


def read(root: Element, file: str) -> Snapshot:
    """Return what the document tells; also of a part of a CIB, such as its status section alone."""
    configuration = _configuration(root)
    properties = _properties(root, configuration)
    snapshot = Snapshot(file, FORMAT, _execution_time(root), properties=properties)
    nodes = read_nodes(root, _connections(root), properties)
    snapshot.cluster = _facts(nodes)
    snapshot.nodes, snapshot.attributes = nodes.states(), nodes.attributes
    _add_resources(root, configuration, snapshot)
    _add_removed(nodes, snapshot)
    snapshot.fail_counts = fail_counts(nodes.attributes, _thresholds(root, configuration))
    snapshot.operations = failed_operations(nodes, file)
    return snapshot


def _configuration(root: Element) -> Configuration:
    configuration = Configuration(
        {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}, {}
    )
    for section in root.iter("rsc_defaults"):
        configuration.defaults |= configuration.pairs(section, "meta_attributes")
    return configuration


def _execution_time(root: Element) -> int | None:
    """Return when the scheduler used this CIB, which only its own inputs tell."""
    date = root.get("execution-date")
    return int(date) * 1_000_000 if date and re.fullmatch(r"\d{1,11}", date) else None


def _pairs(holder: Element, by_id: dict[str, Element]) -> Iterator[tuple[str, str]]:
    for element in holder.iter("nvpair"):
        pair = by_id.get(element.get("id-ref") or "", element)
        name, value = element.get("name") or pair.get("name"), pair.get("value")
        if name and value is not None:
            yield name, value


def _properties(root: Element, configuration: Configuration) -> dict[str, str]:
    """Return the cluster's properties; one set of them beats all others."""
    sets = [child for section in root.iter("crm_config") for child in section.findall("cluster_property_set")]
    properties: dict[str, str] = {}
    for element in sorted(sets, key=lambda element: element.get("id") != MOST_IMPORTANT_SET):
        for name, value in _pairs(element, configuration.by_id):
            properties.setdefault(name.replace("_", "-") if name in ("dc_version", "cluster_name") else name, value)
    return properties


def _facts(nodes: Nodes) -> ClusterFacts:
    quorum, version = told(nodes.root, "have-quorum"), nodes.properties.get("dc-version")
    return ClusterFacts(
        name=nodes.properties.get("cluster-name"),
        stack=nodes.properties.get("cluster-infrastructure"),
        dc=nodes.dc,
        quorum=None if quorum is None else is_true(quorum),
        versions={_program(nodes.root, version): version} if version else {},
    )


def _program(root: Element, version: str) -> str:
    """Return whose version it is: before Pacemaker there was heartbeat 2, with a feature set below 3."""
    feature_sets = (element.get("crm_feature_set") for element in root.iter("cib", "lrm_rsc_op"))
    feature_set = next((text for text in feature_sets if text), "3")
    return "heartbeat" if feature_set.startswith(("1.", "2.")) and version.startswith("2.") else "pacemaker"


def primitives(root: Element) -> Iterator[tuple[Element, tuple[Element, ...]]]:
    """Yield each primitive of the configuration, with the groups, clones and bundles around it."""
    waiting: list[tuple[Element, tuple[Element, ...]]] = [(section, ()) for section in root.iter("resources")]
    while waiting:
        element, holders = waiting.pop(0)
        if element.tag == "primitive" and element.get("id"):
            yield element, holders
        inside = (*holders, element) if element.tag in _HOLDERS else holders
        waiting[:0] = [(child, inside) for child in element.children if child.tag in ("primitive", *_HOLDERS)]


def _add_resources(root: Element, configuration: Configuration, snapshot: Snapshot) -> None:
    for primitive, holders in primitives(root):
        name = primitive.attrib["id"]
        agent = next((agent for element in configuration.templates(primitive) if (agent := agent_of(element))), None)
        snapshot.resources.append(_resource(primitive, holders, agent, configuration, snapshot.properties))
        snapshot.parameters[name] = configuration.settings(primitive, holders, "instance_attributes")
        snapshot.agents |= {name: agent} if agent else {}


def _add_removed(nodes: Nodes, snapshot: Snapshot) -> None:
    """Add resources that only the history knows; connections to guests and parts of bundles are configured nowhere."""
    if not snapshot.parameters:
        return
    bundles = tuple(f"{bundle.get('id')}-" for bundle in nodes.root.iter("bundle") if bundle.get("id"))
    for state in removed_resources(nodes.root, {*snapshot.parameters, *nodes.roles}):
        if not state.id.startswith(bundles):
            snapshot.resources.append(state)
            snapshot.agents |= {state.id: state.agent} if state.agent else {}


def _resource(
    primitive: Element,
    holders: tuple[Element, ...],
    agent: str | None,
    configuration: Configuration,
    properties: dict[str, str],
) -> ResourceState:
    settings = configuration.defaults | configuration.settings(primitive, holders, "meta_attributes")
    kept_off = is_true(settings.get("maintenance", properties.get("maintenance-mode")))
    managed = is_true(settings.get("is-managed", properties.get("is-managed-default", "true")))
    holder = holders[-1].get("id") if holders else None
    return ResourceState(primitive.attrib["id"], agent, parent=holder, managed=managed and not kept_off)


def _thresholds(root: Element, configuration: Configuration) -> dict[str, str]:
    """Return resource id -> migration-threshold, where one is set."""
    found: dict[str, str] = {}
    for primitive, holders in primitives(root):
        settings = configuration.defaults | configuration.settings(primitive, holders, "meta_attributes")
        if "migration-threshold" in settings:
            found[primitive.attrib["id"]] = settings["migration-threshold"]
    return found


def _connections(root: Element) -> dict[str, str]:
    """Return node name -> "remote" or "guest", of the nodes that the cluster runs as resources."""
    roles: dict[str, str] = {}
    for primitive, holders in primitives(root):
        if agent_of(primitive) == "ocf:pacemaker:remote":
            roles[primitive.attrib["id"]] = "remote"
        pairs = (pair for meta in primitive.findall("meta_attributes") for pair in meta.iter("nvpair"))
        roles |= {
            pair.attrib["value"]: "guest" for pair in pairs if pair.get("name") == "remote-node" and pair.get("value")
        }
        for bundle in (holder for holder in holders if holder.tag == "bundle"):
            roles |= {f"{bundle.get('id')}-{number}": "guest" for number in range(_replicas(bundle))}
    return roles


def _replicas(bundle: Element) -> int:
    """Return how many nodes a bundle makes at most; a number out of all reason is cut."""
    counts = [
        child.get("replicas") or child.get("promoted-max") or child.get("masters") or "" for child in bundle.children
    ]
    return next((min(int(count), 1000) for count in counts if re.fullmatch(r"\d{1,9}", count)), 1)
