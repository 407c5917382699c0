"""What belongs to no resource, in the crm shell's language: settings, fencing levels, tags, access rights, alerts.

Sources: https://crmsh.github.io/man/, and what crmsh 4.4 prints.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise, takewhile
from xml.etree.ElementTree import Element

from reports.crm_resources import Known, Renderer, settings, values
from reports.crm_words import NotInWords, childless, described, identifier, only, value, word

SETS_OF_ALERT = {"meta_attributes": "meta", "instance_attributes": "attributes"}
SELECTED = {"select_nodes": "nodes", "select_fencing": "fencing", "select_resources": "resources"}
# In the order in which crmsh tells them.
ACL_WORDS = {"description": "description=", "attribute": "attr:", "object-type": "type:", "reference": "ref:"}
OLD_ACL = ("read", "write", "deny", "role_ref")
OLD_ACL_WORDS = ("ref", "tag", "attribute")

_NVPAIR = r"(?:/nvpair\[@name='(?P<attribute>[^']*)'\])?"
_RESOURCE = r"//primitive\[@id='(?P<id>[^']*)'\]"
SHORTCUTS = {
    name: re.compile(pattern)
    for name, pattern in {
        "cib": "/cib",
        "status": "/cib/status",
        "node": r"//nodes/node(?:\[@uname='(?P<id>[^']*)'\])?",
        "nodeattr": f"//nodes/node/instance_attributes{_NVPAIR}",
        "nodeutil": r"//nodes/node/utilization(?:\[@uname='(?P<id>[^']*)'\])?",
        "property": f"//crm_config/cluster_property_set{_NVPAIR}",
        "meta": f"{_RESOURCE}/meta_attributes{_NVPAIR}",
        "params": f"{_RESOURCE}/instance_attributes{_NVPAIR}",
        "utilization": f"{_RESOURCE}/utilization",
        "location": r"//rsc_location\[@id='cli-prefer-(?P<id>[^']*)' and @rsc='(?P=id)'\]",
    }.items()
}


def settings_of(keyword: str) -> Renderer:
    """Return what tells a set of properties or defaults, a line for each value."""

    def lines(element: Element, known: Known) -> list[str]:
        only(element, "id")
        return [f"{keyword} {word(element.get('id'))}:", *values(element, known)]

    return lines


def tag(element: Element, _known: Known) -> list[str]:
    """Return a tag and what it is put on."""
    only(element, "id")
    return [" ".join(["tag", word(element.get("id")), *_names(element, "obj_ref")])]


def _names(element: Element, tag_of_name: str) -> list[str]:
    """Return the names that an element lists; one without any has no words."""
    for child in element:
        only(child, "id")
        childless(child)
        if child.tag != tag_of_name:
            raise NotInWords(child.tag)
    names = [word(child.get("id")) for child in element]
    if not names or not all(name[0].isalpha() or name[0] == "_" for name in names):
        raise NotInWords(element.tag)
    return names


def topology(element: Element, known: Known) -> list[str]:
    """Return the devices of each level for each target, or once where crmsh takes the targets for all nodes."""
    only(element)
    levels: dict[str, list[tuple[int, str]]] = {}
    for child in element:
        levels.setdefault(_target(child), []).append(_level(child))
    found = {target: " ".join(_in_sequence(levels, target)) for target in levels}
    if len(set(found.values())) == 1 and len(found) == len(known.nodes):
        if set(found) != {f"{node}:" for node in known.nodes}:  # then it reads other targets than it wrote
            raise NotInWords(element.tag)
        return [f"fencing_topology {found.popitem()[1]}"]
    return ["fencing_topology", *(f"{target} {devices}" for target, devices in found.items())]


def _target(element: Element) -> str:
    if element.tag != "fencing-level":
        raise NotInWords(element.tag)
    target, pattern, attribute = (element.get(f"target{what}") for what in ("", "-pattern", "-attribute"))
    if target is not None:
        only(element, "id", "index", "devices", "target")
        return f"{word(target)}:"
    if pattern is not None:
        only(element, "id", "index", "devices", "target-pattern")
        return f"pattern:{word(pattern)}"
    only(element, "id", "index", "devices", "target-attribute", "target-value")
    return f"attr:{word(attribute)}={word(element.get('target-value'))}"


def _level(element: Element) -> tuple[int, str]:
    childless(element)
    index = element.get("index", "")
    if not re.fullmatch("[1-9]", index):  # Pacemaker knows no others
        raise NotInWords(index)
    return int(index), word(element.get("devices"))


def _in_sequence(levels: dict[str, list[tuple[int, str]]], target: str) -> list[str]:
    """Return the devices of the levels 1, 2 and so on, as crmsh numbers them anew."""
    ordered = sorted(levels[target])
    if sorted(levels[target], key=_devices) != sorted(ordered, key=_devices):  # the same ones twice, the later first
        raise NotInWords(target)
    before = _before(levels, target) if target.startswith("attr:") else 0
    if [index - before for index, _ in ordered] != list(range(1, len(ordered) + 1)):
        raise NotInWords(target)
    return [devices for _, devices in ordered]


def _devices(level: tuple[int, str]) -> str:
    return level[1]


def _before(levels: dict[str, list[tuple[int, str]]], target: str) -> int:
    """Return how many levels stand before with the same node attribute: crmsh counts on through its values."""
    others = takewhile(lambda other: other != target, levels)
    attribute = target.partition("=")[0]
    return sum(len(levels[other]) for other in others if other.partition("=")[0] == attribute)


def role(element: Element, _known: Known) -> list[str]:
    """Return what a role may read and write; before Pacemaker 1.1.12 a user could be told the same."""
    only(element, "id", "description")
    if not len(element) and "description" not in element.attrib:
        raise NotInWords(element.tag)
    keyword = "role" if element.tag == "acl_role" else "user"
    return [f"{keyword} {word(element.get('id'))}", *described(element), *map(_permission, element)]


def _permission(element: Element) -> str:
    childless(element)
    if element.tag in OLD_ACL:
        return _old_permission(element)
    if element.tag != "acl_permission":
        raise NotInWords(element.tag)
    only(element, "id", "kind", "xpath", *ACL_WORDS)
    path = element.get("xpath")
    told = [f"{sign}{value(element.attrib[name])}" for name, sign in ACL_WORDS.items() if name in element.attrib]
    return " ".join([word(element.get("kind")), *told, *([] if path is None else [_xpath(path)])])


def _old_permission(element: Element) -> str:
    if element.tag == "role_ref":
        only(element, "id")
        return f"role:{word(element.get('id'))}"
    only(element, "id", "xpath", *OLD_ACL_WORDS)
    path = element.get("xpath")
    told = [f"{name}:{word(element.attrib[name])}" for name in OLD_ACL_WORDS if name in element.attrib]
    return " ".join([element.tag, *([] if path is None else [_xpath(path)]), *told])


def _xpath(path: str) -> str:
    """Return a path, or crmsh's word for it: `meta:r_ip:target-role`."""
    for name, pattern in SHORTCUTS.items():
        if found := pattern.fullmatch(path):
            return ":".join([name, *(word(part) for part in found.groups() if part is not None)])
    return f"xpath:{value(path)}"


def target(element: Element, _known: Known) -> list[str]:
    """Return the roles of a user or a group of users."""
    only(element, "id")
    return [f"{element.tag} {identifier(element.get('id'))}", *_names(element, "role")]


def alert(element: Element, known: Known) -> list[str]:
    """Return what Pacemaker runs when something happens, and whom it tells."""
    only(element, "id", "path", "description")
    path = element.get("path")
    if not path:
        raise NotInWords(element.tag)
    _numbered(element)
    head = [f"alert {word(element.get('id'))} {value(path)}", *described(element)]
    braces = _braces(element)
    return [*head, *(_part(child, braces, known) for child in element)]


def _braces(element: Element) -> tuple[str, ...]:
    """Return the braces that all recipients need if settings of the alert follow one of them."""
    tags = [child.tag for child in element]
    if "recipient" in tags and not SETS_OF_ALERT.keys().isdisjoint(tags[tags.index("recipient") :]):
        return "{", "}"
    for before, after in pairwise(element):
        if before.tag == "recipient" and len(before) and after.tag == "select":
            raise NotInWords(after.tag)  # it would read as one more setting of the recipient
    return ()


def _numbered(element: Element) -> None:
    """Raise NotInWords if recipients are not named as crmsh names them, as it would rename them."""
    ids = [child.get("id") for child in element.iterfind("recipient")]
    if ids != [f"{element.get('id')}-recipient-{number}" for number in range(1, len(ids) + 1)]:
        raise NotInWords(str(ids))


def _part(element: Element, braces: tuple[str, ...], known: Known) -> str:
    if element.tag == "recipient":
        return " ".join(["to", *braces[:1], *_recipient(element, known), *braces[1:]])
    if element.tag == "select":
        return " ".join(["select", *_selected(element)])
    return settings(element, SETS_OF_ALERT, known)


def _recipient(element: Element, known: Known) -> Iterator[str]:
    only(element, "id", "value")
    found = element.get("value")
    if found is None or found in ("{", "}"):
        raise NotInWords(found)
    yield value(found)
    yield from (settings(child, SETS_OF_ALERT, known) for child in element)


def _selected(element: Element) -> Iterator[str]:
    only(element)
    if not len(element):
        raise NotInWords(element.tag)
    for child in element:
        only(child)
        if child.tag == "select_attributes":
            yield " ".join(["attributes", "{", *map(_attribute, child), "}"])
        elif child.tag in SELECTED:
            childless(child)
            yield SELECTED[child.tag]
        else:
            raise NotInWords(child.tag)


def _attribute(element: Element) -> str:
    only(element, "id", "name")
    childless(element)
    if element.tag != "attribute":
        raise NotInWords(element.tag)
    return word(element.get("name"))


RENDERERS: dict[str, Callable[[Element, Known], list[str]]] = {
    "tag": tag,
    "fencing-topology": topology,
    "acl_role": role,
    "acl_user": role,
    "acl_target": target,
    "acl_group": target,
    "alert": alert,
    "property": settings_of("property"),
    "rsc_defaults": settings_of("rsc_defaults"),
    "op_defaults": settings_of("op_defaults"),
}
