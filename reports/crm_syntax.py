"""A cluster's configuration in the crm shell's language, as `crm configure show` prints it, from its CIB.

The shell need not be there, and no node is asked.  What the language has no words for is
written as crmsh writes it, `xml <element .../>`: nothing of the configuration is lost.
Compared with crmsh 4.4 as Debian has it; where that one fails, here is a text all the same.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from reports import crm_cluster, crm_constraints, crm_resources
from reports.crm_resources import Known
from reports.crm_words import GOES_ON, HOLDERS, RESOURCES, NotInWords, xml

SECTIONS = ("nodes", "constraints", "tags", "acls", "alerts")
# What a set in a section is, which its tag alone does not say.
SETTINGS = {
    ("crm_config", "cluster_property_set"): "property",
    ("rsc_defaults", "meta_attributes"): "rsc_defaults",
    ("op_defaults", "meta_attributes"): "op_defaults",
}
SECTIONS_OF_SETTINGS = frozenset(section for section, _ in SETTINGS)
# Kinds in one row are sorted together, by their ids.
ORDER = (
    ("node",),
    ("template",),
    ("primitive",),
    ("bundle",),
    ("group",),
    ("master",),
    ("clone",),
    ("tag",),
    ("rsc_colocation", "rsc_location", "rsc_order"),
    ("rsc_ticket", "fencing-topology"),
    ("property",),
    ("rsc_defaults",),
    ("op_defaults",),
    ("acl_role",),
    ("acl_target", "acl_group", "acl_user"),
    ("alert",),
)
PLACES = {kind: place for place, kinds in enumerate(ORDER) for kind in kinds}
RENDERERS = crm_resources.RENDERERS | crm_constraints.RENDERERS | crm_cluster.RENDERERS


def crm_syntax(cib: Element) -> str:
    """Return the configuration of a CIB, a statement for each object, in crmsh's order."""
    configuration = cib if cib.tag == "configuration" else cib.find("configuration")
    if configuration is None:
        return ""
    known = _known(configuration)
    objects = sorted(_objects(configuration), key=_place)
    return "".join(f"{_statement(kind, element, known)}\n" for kind, element in objects)


def _known(configuration: Element) -> Known:
    """Gather what others are asked for; a rule in a rule may refer to one, but crmsh does not look there."""
    ids, referenced = set(), set()
    for parent in configuration.iter():
        for child in parent:
            ids.add(child.get("id", ""))
            if (parent.tag, child.tag) != ("rule", "rule"):
                referenced.add(child.get("id-ref", ""))
    unames = tuple(name for element in configuration.iterfind("nodes/node") if (name := element.get("uname")))
    return Known(frozenset(ids), frozenset(referenced), unames)


def _place(found: tuple[str, Element]) -> tuple[int, str]:
    kind, element = found
    return PLACES.get(kind, len(ORDER)), element.get("id", kind if kind == "fencing-topology" else "")


def _objects(configuration: Element) -> Iterator[tuple[str, Element]]:
    """Yield each object with its kind; resources are told also where others hold them."""
    for section in configuration:
        if section.tag == "resources":
            yield from _resources(section)
        elif section.tag in SECTIONS or section.tag in SECTIONS_OF_SETTINGS:
            yield from ((SETTINGS.get((section.tag, child.tag), child.tag), child) for child in section)
        else:
            yield section.tag, section


def _resources(section: Element) -> Iterator[tuple[str, Element]]:
    """Yield the resources and those in them, whose parents name them only."""
    waiting = list(section)
    while waiting:
        element = waiting.pop()
        yield element.tag, element
        if element.tag in HOLDERS:
            waiting.extend(child for child in element if child.tag in RESOURCES)


def _statement(kind: str, element: Element, known: Known) -> str:
    renderer = RENDERERS.get(kind)
    try:
        return xml(element) if renderer is None else (GOES_ON + "\t").join(renderer(element, known))
    except NotInWords:
        return xml(element)
