"""Constraints in the crm shell's language: `colocation c1 inf: ( r_a r_b ) r_ip`.

A set of resources stands between parentheses if it is not sequential, between brackets if not all of
it is required.  Sources: https://crmsh.github.io/man/#topics.Features.Resourcesets, and what crmsh 4.4 prints.
"""

from collections.abc import Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element

from reports.crm_resources import Known, Renderer
from reports.crm_rules import WEIGHTS, rule, weight
from reports.crm_words import NotInWords, before_colon, childless, only, pair, pairs, score, word

NOT_A_PAIR = "_rsc_set_"  # before what would read as two resources without a set
KINDS = ("Mandatory", "Optional", "Serialize")


def location(element: Element, known: Known) -> list[str]:
    """Return where resources run: a node and a score, or rules."""
    only(element, "id", "rsc", "rsc-pattern", "node", "score", "role", "resource-discovery")
    sets = [child for child in element if child.tag == "resource_set"]
    rules = [child for child in element if child.tag != "resource_set"]
    head = ["location", word(element.get("id")), _placed(element, sets)]
    head += [pair(name, element.attrib[name]) for name in ("role", "resource-discovery") if name in element.attrib]
    if rules:
        only(element, "id", "rsc", "rsc-pattern", "role", "resource-discovery")
        return [" ".join(head), *(_rule(child, known) for child in rules)]
    return [" ".join([*head, score(element.get("score")), word(element.get("node"))])]


def _rule(element: Element, known: Known) -> str:
    if element.tag != "rule":
        raise NotInWords(element.tag)
    return rule(element, known.referenced)


def _placed(element: Element, sets: list[Element]) -> str:
    """Return what the location is for: a resource, those of a pattern, or a set of resources."""
    resource, pattern = element.get("rsc"), element.get("rsc-pattern")
    if (resource is not None) + (pattern is not None) + bool(sets) != 1:
        raise NotInWords(element.tag)
    if sets:
        return f"{{ {' '.join(_sets(sets, 'role'))} }}"
    return word(resource) if resource is not None else f"/{word(pattern)}/"


def colocation(element: Element, _known: Known) -> list[str]:
    """Return which resources run together."""
    only(element, "id", *WEIGHTS, "rsc", "rsc-role", "with-rsc", "with-rsc-role", "node-attribute")
    head = ["colocation", word(element.get("id")), weight(element)]
    attribute = pairs(element, "id", *WEIGHTS, "rsc", "rsc-role", "with-rsc", "with-rsc-role")
    if len(element):
        only(element, "id", *WEIGHTS, "node-attribute")
        return [" ".join([*head, *_paired(element, "role"), *attribute])]
    both = [_with(element, "rsc", "rsc-role"), _with(element, "with-rsc", "with-rsc-role")]
    return [" ".join([*head, *both, *attribute])]


def order(element: Element, _known: Known) -> list[str]:
    """Return which resources start first; one with a score has no words in newer shells."""
    only(element, "id", "kind", "symmetrical", "first", "then", "first-action", "then-action")
    kind = element.get("kind")
    if kind not in (None, *KINDS):
        raise NotInWords(kind)
    head = ["order", word(element.get("id")), *([] if kind is None else [f"{kind}:"])]
    symmetry = pairs(element, "id", "kind", "first", "then", "first-action", "then-action")
    if len(element):
        only(element, "id", "kind", "symmetrical")
        return [" ".join([*head, *_paired(element, "action"), *symmetry])]
    both = [_with(element, "first", "first-action"), _with(element, "then", "then-action")]
    return [" ".join([*head, *both, *symmetry])]


def ticket(element: Element, _known: Known) -> list[str]:
    """Return which resources need a ticket of another site."""
    only(element, "id", "ticket", "rsc", "rsc-role", "loss-policy")
    head = ["rsc_ticket", word(element.get("id")), f"{before_colon(element.get('ticket'))}:"]
    policy = pairs(element, "id", "ticket", "rsc", "rsc-role")
    if not len(element):
        return [" ".join([*head, _with(element, "rsc", "rsc-role"), *policy])]
    only(element, "id", "ticket", "loss-policy")
    mark = [NOT_A_PAIR] if _count(element) == 1 else []
    return [" ".join([*head, *mark, *_sets(list(element), "role"), *policy])]


def _with(element: Element, name: str, detail: str) -> str:
    """Return a resource, with its role or action: `c_db:Promoted`."""
    more = element.get(detail)
    return word(element.get(name)) + (f":{word(more)}" if more is not None else "")


def _count(element: Element) -> int:
    return sum(len(child) for child in element)


def _paired(element: Element, detail: str) -> list[str]:
    """Return sets, marked where they would read as two resources without a set."""
    last_is_open = not _closed(element[-1])
    if last_is_open and _count(element) == 1:
        raise NotInWords(element.tag)
    mark = [NOT_A_PAIR] if last_is_open and _count(element) == len(("first", "then")) else []
    return [*mark, *_sets(list(element), detail)]


def _closed(element: Element) -> tuple[str, str] | None:
    """Return the signs around a set, or None if it stands open."""
    if element.get("require-all") == "false":
        return "[", "]"
    return ("(", ")") if element.get("sequential") == "false" else None


def _sets(sets: list[Element], detail: str) -> Iterator[str]:
    """Yield the sets; two open ones that differ in nothing would read as one."""
    for before, after in pairwise(sets):
        if _closed(before) is _closed(after) is None and before.get(detail) == after.get(detail):
            raise NotInWords(after.tag)
    return (_set(one, detail) for one in sets)


def _set(element: Element, detail: str) -> str:
    only(element, "id", "sequential", "require-all", detail)
    if element.tag != "resource_set" or not len(element) or not _is_told(element):
        raise NotInWords(element.tag)
    names = [_name(child, element.get(detail)) for child in element]
    signs = _closed(element)
    if signs is None:
        return " ".join(names)
    in_sequence = ["sequential=true"] if signs[0] == "[" and element.get("sequential") != "false" else []
    return " ".join([signs[0], *names, *in_sequence, signs[1]])


def _is_told(element: Element) -> bool:
    """Say whether the signs tell all of a set; `0` and `1` they do not."""
    return {element.get(name, "true") for name in ("sequential", "require-all")} <= {"true", "false"}


def _name(element: Element, detail: str | None) -> str:
    only(element, "id")
    childless(element)
    if element.tag != "resource_ref":
        raise NotInWords(element.tag)
    return word(element.get("id")) + (f":{word(detail)}" if detail is not None else "")


RENDERERS: dict[str, Renderer] = {
    "rsc_colocation": colocation,
    "rsc_location": location,
    "rsc_order": order,
    "rsc_ticket": ticket,
}
