r"""Resources in the crm shell's language, each a head and the lines that it goes on with.

    primitive r_ip IPaddr2 \
            params ip=192.168.200.50 nic=eth1 \
            op monitor interval=10s

Sources: https://crmsh.github.io/man/, and what crmsh 4.4 prints.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from reports.crm_rules import rule
from reports.crm_words import (
    RESOURCES,
    NotInWords,
    before_colon,
    childless,
    children,
    described,
    only,
    pair,
    pairs,
    word,
)

SETS = {"instance_attributes": "params", "meta_attributes": "meta", "utilization": "utilization"}
SETS_OF_OPERATION = {"instance_attributes": "op_params", "meta_attributes": "op_meta"}
SETS_OF_NODE = {"instance_attributes": "attributes", "utilization": "utilization"}
HIDDEN_NAMES = "passw"  # how names begin whose values crmsh hides; where it writes XML it does not
HIDDEN = "******"
# What begins something else where no value follows it.
SECTIONS = ("rule", "operations", "op", *SETS.values(), *SETS_OF_OPERATION.values())
CONTAINERS = ("docker", "podman", "rkt")
MAPPINGS = {"network": "port-mapping", "storage": "storage-mapping"}


class Known(NamedTuple):
    """What a statement asks of the rest of the configuration."""

    ids: frozenset[str]
    referenced: frozenset[str]  # by an id-ref
    nodes: tuple[str, ...]  # unames


def primitive(element: Element, known: Known) -> list[str]:
    """Return a primitive or a template of primitives."""
    only(element, "id", "class", "provider", "type", "template", "description")
    keyword = "primitive" if element.tag == "primitive" else "rsc_template"
    _readable(element)
    lines = [f"{keyword} {word(element.get('id'))} {_agent(element)}", *described(element)]
    for child in element:
        lines += _operations(child, known) if child.tag == "operations" else [settings(child, SETS, known)]
    return lines


def _agent(element: Element) -> str:
    """Return class, provider and type; the agents of resource-agents are told by their type alone."""
    template = element.get("template")
    if template is not None:
        only(element, "id", "template", "description")
        return f"@{word(template)}"
    names = [element.get("class"), element.get("provider"), element.get("type")]
    if names[:2] == ["ocf", "heartbeat"]:
        return word(names[2])
    if (names[0] == "ocf") is not (names[1] is not None):
        raise NotInWords(names[0])
    return ":".join(word(name) for name in names if name is not None)


def settings(element: Element, keywords: dict[str, str], known: Known) -> str:
    """Return a set of attributes on one line: `params 5: rule #uname eq node01 nic=eth1`."""
    only(element, "id", "id-ref", "score")
    keyword = keywords.get(element.tag)
    if keyword is None:
        raise NotInWords(element.tag)
    if "id-ref" in element.attrib:
        only(element, "id-ref")
        childless(element)
        return f"{keyword} $id-ref={word(element.get('id-ref'))}"
    return " ".join([keyword, *_options(element, known), *values(element, known)])


def _options(element: Element, known: Known) -> Iterator[str]:
    """Yield id and score; crmsh tells that others refer to a set only where it is a utilization."""
    identifier, weight = element.get("id"), element.get("score")
    if element.tag == "utilization" and identifier in known.referenced:
        yield f"$id={word(identifier)}"
    if weight is not None:
        yield f"{word(weight)}:"


def _readable(element: Element) -> None:
    """Raise NotInWords if a set stands behind one of its kind that only refers: crmsh would read them in reverse."""
    referring = set()
    for child in element:
        if "id-ref" in child.attrib:
            referring.add(child.tag)
        elif child.tag in referring:
            raise NotInWords(child.tag)


def values(element: Element, known: Known) -> Iterator[str]:
    """Yield the rules of a set, then its names and values."""
    for child in element:
        if child.tag == "rule":
            yield rule(child, known.referenced)
        elif child.tag == "nvpair":
            yield _setting(child, known)
        else:
            raise NotInWords(child.tag)


def _setting(element: Element, known: Known) -> str:
    only(element, "id", "id-ref", "name", "value")
    childless(element)
    reference, name, text = (element.get(attribute) for attribute in ("id-ref", "name", "value"))
    if reference is not None:
        return _referred(element, reference, known)
    if name is None or (text is None and name in SECTIONS):
        raise NotInWords(name)
    shown = pair(name, text or "")
    if text is None:
        return shown.removesuffix('=""')
    return f'{name}="{HIDDEN}"' if name.startswith(HIDDEN_NAMES) else shown


def _referred(element: Element, reference: str, known: Known) -> str:
    only(element, "id-ref", "name")
    if reference not in known.ids:
        raise NotInWords(reference)
    name = element.get("name")
    return f"@{word(reference)}" if name is None else f"@{word(reference)}:{word(name)}"


def _operations(element: Element, known: Known) -> Iterator[str]:
    only(element, "id", "id-ref")
    if "id-ref" in element.attrib:
        only(element, "id-ref")
        yield f"operations  $id-ref={word(element.get('id-ref'))}"  # crmsh writes two blanks
    elif "id" in element.attrib:
        yield f"operations $id={word(element.get('id'))}"
    elif not len(element):
        raise NotInWords(element.tag)
    for operation in element:
        yield from _operation(operation, known)


def _operation(element: Element, known: Known) -> Iterator[str]:
    """Yield an operation's lines; crmsh tells its description twice."""
    if element.tag != "op":
        raise NotInWords(element.tag)
    _readable(element)
    yield " ".join(["op", word(element.get("name")), *pairs(element, "id", "name")])
    yield from described(element)
    for child in element:
        yield settings(child, SETS_OF_OPERATION, known)


def group(element: Element, known: Known) -> list[str]:
    """Return a group, a clone or a promotable clone of before Pacemaker 2.0, with the names of what they hold."""
    only(element, "id", "description")
    keyword = {"master": "ms"}.get(element.tag, element.tag)
    held = [word(child.get("id")) for child in element if child.tag in RESOURCES]
    if not held:
        raise NotInWords(element.tag)
    _readable(element)
    sets = [settings(child, SETS, known) for child in element if child.tag not in RESOURCES]
    return [" ".join([keyword, word(element.get("id")), *held]), *described(element), *sets]


def bundle(element: Element, known: Known) -> list[str]:
    """Return a bundle; crmsh reads the container first, wherever it stands."""
    only(element, "id", "description")
    parts = children(element)
    if not parts or parts[0].tag not in CONTAINERS:
        raise NotInWords(element.tag)
    _readable(element)
    return [f"bundle {word(element.get('id'))}", *described(element), *(_part(part, known) for part in parts)]


def _part(element: Element, known: Known) -> str:
    if element.tag == "primitive":
        return f"primitive {word(element.get('id'))}"
    if element.tag in SETS:
        return settings(element, SETS, known)
    if element.tag not in (*CONTAINERS, *MAPPINGS):
        raise NotInWords(element.tag)
    return " ".join([element.tag, *pairs(element), *_mappings(element)])


def _mappings(element: Element) -> Iterator[str]:
    for child in element:
        childless(child)
        if child.tag != MAPPINGS.get(element.tag):
            raise NotInWords(child.tag)
        yield " ".join([child.tag, *pairs(child)])


def node(element: Element, known: Known) -> list[str]:
    """Return a node: `node 1: node01`, or `node node01` where the id is its name."""
    only(element, "id", "uname", "type", "description")
    _readable(element)
    name, kind = before_colon(element.get("uname")), element.get("type")
    shown = name if element.get("id") == name else f"{_node_id(element)}: {name}"
    head = f"node {shown}" + (f":{word(kind)}" if kind not in (None, "normal") else "")
    return [head, *described(element), *(settings(child, SETS_OF_NODE, known) for child in element)]


def _node_id(element: Element) -> str:
    """Return a number or a UUID; others crmsh reads as a name."""
    found = before_colon(element.get("id"))
    if "." in found:
        raise NotInWords(found)
    return found


Renderer = Callable[[Element, Known], list[str]]
RENDERERS: dict[str, Renderer] = {
    "node": node,
    "template": primitive,
    "primitive": primitive,
    "bundle": bundle,
    "group": group,
    "master": group,
    "clone": group,
}
