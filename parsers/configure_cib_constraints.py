"""Reads the constraints of a CIB, and words them as the crm shell does, which is the shortest that people know.

Source: Pacemaker's xml/constraints-*.rng and rule-*.rng; crmsh's cliformat.py for the wording.
"""

from collections.abc import Iterator

from ha_report.facts import Constraint
from parsers.configure_cib_place import Place
from parsers.configure_parts import full_score
from parsers.xml_tree import Element

_EXPRESSIONS = ("expression", "date_expression", "rule", "rsc_expression", "op_expression")


def take_location(element: Element, place: Place) -> None:
    """Read where a resource may or may not run; its score is the rules' where they agree."""
    rules = list(element.findall("rule"))
    scores = {full_score(rule.get("score") or rule.get("score-attribute")) for rule in rules}
    score = full_score(element.get("score")) or (scores.pop() if len(scores) == 1 else None)
    node = element.get("node")
    own = [f"{score}:" if score else "", node] if node else []
    words = [*_subject(element), *_role(element), *own, *(f"rule {_rule(rule)}" for rule in rules)]
    _add_constraint(element, place, "location", words, score, node or _only_node(rules))


def _subject(element: Element) -> list[str]:
    """Return what a location is about, as the crm shell writes it."""
    if pattern := element.get("rsc-pattern"):
        return [f"/{pattern}/"]
    sets = _sets(element)
    return ["{", *sets, "}"] if sets else _resources(element)


def _only_node(rules: list[Element]) -> str | None:
    """Return the node of a single rule that is true on that node and nowhere else."""
    if len(rules) != 1 or len(rules[0].children) != 1:
        return None
    expression = rules[0].children[0]
    return (
        expression.get("value")
        if (expression.get("attribute"), expression.get("operation")) == ("#uname", "eq")
        else None
    )


def _rule(rule: Element) -> str:
    """Return a rule as the crm shell writes it."""
    score = rule.get("score") or rule.get("score-attribute")
    role = [f"$role={rule.get('role')}"] if rule.get("role") else []
    link = f" {rule.get('boolean-op') or 'and'} "
    expressions = (_expression(child) for child in rule.children if child.tag in _EXPRESSIONS)
    return " ".join([*role, f"{score}:" if score else "", link.join(expressions)]).strip()


def _expression(element: Element) -> str:
    if element.tag == "expression":
        told = (element.get(name) for name in ("attribute", "operation", "value"))
        parts = [part for part in told if part]
        return " ".join(parts if element.get("value") else reversed(parts))
    operation = element.get("operation") or ""
    pairs = [
        value if operation in ("lt", "gt") else f"{name}={value}"
        for part in (element, *element.children)
        for name, value in part.attrib.items()
        if name not in ("id", "operation")
    ]
    return " ".join([element.tag.removesuffix("_expression"), operation, *pairs])


def take_colocation(element: Element, place: Place) -> None:
    """Read what runs together, or never together."""
    score = full_score(element.get("score"))
    pair = [_with(element, "rsc", "rsc-role"), _with(element, "with-rsc", "with-rsc-role")]
    _add_constraint(element, place, "colocation", [f"{score}:" if score else "", *pair, *_sets(element)], score)


def take_order(element: Element, place: Place) -> None:
    """Read what starts, stops or is promoted after what."""
    told = element.get("kind") or full_score(element.get("score"))
    pair = [_with(element, "first", "first-action"), _with(element, "then", "then-action")]
    more = [f"symmetrical={element.get('symmetrical')}"] if element.get("symmetrical") else []
    _add_constraint(element, place, "order", [f"{told}:" if told else "", *pair, *_sets(element), *more], told)


def take_ticket(element: Element, place: Place) -> None:
    """Read what may run only while this cluster has a ticket."""
    more = [f"loss-policy={element.get('loss-policy')}"] if element.get("loss-policy") else []
    words = [f"{element.get('ticket') or ''}:", _with(element, "rsc", "rsc-role"), *_sets(element), *more]
    _add_constraint(element, place, "ticket", words, None)


def _with(element: Element, name: str, more: str) -> str:
    """Return `id:role`, or as much of it as is told."""
    told = (element.get(name), element.get(more))
    return ":".join(part for part in told if part)


def _role(element: Element) -> list[str]:
    return [f"role={element.get('role')}"] if element.get("role") else []


def _sets(element: Element) -> list[str]:
    """Return the resource sets of a constraint: in brackets those whose order is free."""
    parts: list[str] = []
    for one in element.findall("resource_set"):
        more = one.get("role") or one.get("action")
        named = [f"{name}:{more}" if more else name for name in _referred(one)]
        parts += ["(", *named, ")"] if (one.get("sequential") or "").lower() in ("false", "no", "off", "0") else named
    return parts


def _referred(resource_set: Element) -> Iterator[str]:
    return (name for entry in resource_set.findall("resource_ref") if (name := entry.get("id")))


def _resources(element: Element) -> list[str]:
    named = [element.get(name) or "" for name in ("rsc", "with-rsc", "first", "then")]
    in_sets = [name for one in element.findall("resource_set") for name in _referred(one)]
    return [name for name in (*named, *in_sets) if name]


def _add_constraint(
    element: Element, place: Place, kind: str, words: list[str], score: str | None, node: str | None = None
) -> None:
    words = ["rsc_ticket" if kind == "ticket" else kind, element.get("id") or "", *words]
    text = " ".join(word for word in words if word)
    resources = tuple(_resources(element))
    place.gathered.constraints.append(
        Constraint(element.get("id"), kind, score, text, resources, node, place.source(element))
    )
