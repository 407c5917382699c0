"""Reads the configuration of a CIB: resources, constraints, properties, defaults, nodes.

`parsers.cib` reads the same document for the state it implies; this is what was asked for, with a line for
each setting.  Sources: Pacemaker's xml/*.rng for 0.6 to 3.0.  Heartbeat 2 has `<attributes>` between a set and
its nvpairs, underscores where later versions have dashes, and `master_slave`.
"""

from collections.abc import Callable

from ha_report.facts import Configuration
from parsers.configure_cib_constraints import take_colocation, take_location, take_order, take_ticket
from parsers.configure_cib_place import Place
from parsers.configure_parts import Draft, Gathered, Settings, operation
from parsers.xml_tree import Element

FORMAT = "cib"

_KINDS = {
    "primitive": "primitive",
    "template": "template",
    "group": "group",
    "clone": "clone",
    "master": "master",
    "master_slave": "master",
    "bundle": "bundle",
}
_CONTAINERS = ("docker", "podman", "rkt")


def read(root: Element, file: str) -> Configuration:
    """Return what the document tells; also of a part of a CIB, such as its resources alone."""
    gathered = Gathered(FORMAT, file)
    place = Place(gathered, {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib})
    for section in root.iter("crm_config", "nodes", "resources", "constraints", "rsc_defaults", "op_defaults"):
        elements = [section] if section.tag.endswith("_defaults") else section.children
        for element in elements:
            take(element, place)
    return gathered.finished()


def take(element: Element, place: Place) -> bool:
    """Read one element of the configuration with all below it; say whether it is one that is kept."""
    if element.tag in _KINDS:
        for resource in element.iter(*_KINDS):
            _take_resource(resource, place)
        return True
    reader = _READERS.get(element.tag)
    if reader is not None:
        reader(element, place)
    return reader is not None


def _settings(holder: Element, tag: str, place: Place) -> Settings:
    """Return what the sets `tag` of an element hold."""
    settings = Settings()
    for child in holder.findall(tag):
        _add_set(place.referred(child), settings, place)
    return settings


def _add_set(element: Element, settings: Settings, place: Place) -> None:
    ruled = element.find("rule") is not None
    for entry in element.iter("nvpair"):
        pair = place.referred(entry)
        name, value = entry.get("name") or pair.get("name"), pair.get("value")
        if name and value is not None:
            settings.add(name, value, place.source(pair), ruled=ruled)


def _take_resource(element: Element, place: Place) -> None:
    name = element.get("id")
    if not name:
        return
    draft = place.gathered.add(Draft(name, _KINDS[element.tag], place.source(element)))
    draft.agent, draft.template = _agent(element), element.get("template")
    draft.parameters = _settings(element, "instance_attributes", place)
    draft.meta = _settings(element, "meta_attributes", place)
    draft.children = [child.attrib["id"] for child in element.children if child.tag in _KINDS and child.get("id")]
    for part in element.children if element.tag == "bundle" else ():
        if part.tag in (*_CONTAINERS, "network"):
            _add_attributes(part, draft.parameters, place)
    _add_operations(element, draft, place)


def _agent(element: Element) -> str | None:
    parts = [part for name in ("class", "provider", "type") if (part := element.get(name))]
    return ":".join(parts) if element.get("type") and element.tag in ("primitive", "template") else None


def _add_attributes(element: Element, settings: Settings, place: Place) -> None:
    for name, value in element.attrib.items():
        if name != "id":
            settings.add(name, value, place.source(element))


def _add_operations(element: Element, draft: Draft, place: Place) -> None:
    for holder in element.findall("operations"):
        for entry in place.referred(holder).findall("op"):
            told = {name.replace("_", "-"): value for name, value in entry.attrib.items() if name != "description"}
            for tag in ("instance_attributes", "meta_attributes"):
                told = _settings(entry, tag, place).values | told
            draft.operations.append(operation(entry.get("name") or "", told, place.source(entry)))


def _take_properties(element: Element, place: Place) -> None:
    settings = Settings()
    _add_set(place.referred(element), settings, place)
    place.gathered.property_sets.append((element.get("id") or "", settings))


def _take_defaults(element: Element, place: Place) -> None:
    gathered = place.gathered
    settings = gathered.rsc_defaults if element.tag == "rsc_defaults" else gathered.op_defaults
    for child in element.findall("meta_attributes"):
        _add_set(place.referred(child), settings, place)


def _take_node(element: Element, place: Place) -> None:
    name = element.get("uname") or element.get("id")
    if name:
        place.gathered.nodes[name] = _settings(element, "instance_attributes", place).values


_READERS: dict[str, Callable[[Element, Place], None]] = {
    "rsc_location": take_location,
    "rsc_colocation": take_colocation,
    "rsc_order": take_order,
    "rsc_ticket": take_ticket,
    "cluster_property_set": _take_properties,
    "rsc_defaults": _take_defaults,
    "op_defaults": _take_defaults,
    "node": _take_node,
}
