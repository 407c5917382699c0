"""Rules in the crm shell's language: `rule $role=Promoted 50: #uname eq node01 and date spec hours=9-16`.

Sources: https://crmsh.github.io/man/#topics.Syntax.RuleExpressions, and what crmsh 4.4 prints.
"""

from collections.abc import Set as AbstractSet
from xml.etree.ElementTree import Element

from reports.crm_words import NotInWords, childless, only, pair, pairs, score, word

# What crmsh reads in a date; Pacemaker knows more.
DATE_WORDS = frozenset("hours monthdays weekdays yearsdays months weeks years weekyears moon".split())
VALUE_SOURCES = ("param", "meta")
COMPARISONS = ("lt", "gt", "lte", "gte", "eq", "ne")
TYPES = ("string", "integer", "number", "version")
WEIGHTS = ("score", "score-attribute")
RULE = ("id", "id-ref", "role", *WEIGHTS, "boolean-op")


def rule(element: Element, referenced: AbstractSet[str]) -> str:
    """Return a rule; it tells its id if another place of the configuration refers to it."""
    only(element, *RULE)
    if "id-ref" in element.attrib:
        only(element, "id-ref")
        childless(element)
        return f"rule $id-ref={word(element.get('id-ref'))}"
    operator = element.get("boolean-op", "and")
    if operator not in (("and", "or") if len(element) > 1 else ("and",)) or not len(element):
        raise NotInWords(operator)
    expressions = f" {operator} ".join(map(_expression, element))
    return " ".join(["rule", *_options(element, referenced), expressions])


def _options(element: Element, referenced: AbstractSet[str]) -> list[str]:
    """Return id, role and score; a rule without score is one that holds without question."""
    identifier, role = element.get("id"), element.get("role")
    found = [f"$id={word(identifier)}"] if identifier in referenced else []
    found += [f"$role={word(role)}"] if role is not None else []
    if element.get("score") != "INFINITY" or "score-attribute" in element.attrib:
        found.append(weight(element))
    return found


def weight(element: Element) -> str:
    """Return the score, or the node attribute that holds it."""
    attribute = element.get("score-attribute")
    if attribute is None:
        return score(element.get("score"))
    if "score" in element.attrib:
        raise NotInWords(attribute)
    return f"{word(attribute)}:"


def _expression(element: Element) -> str:
    if element.tag == "expression":
        return _comparison(element)
    if element.tag == "date_expression":
        return f"date {_date(element)}"
    raise NotInWords(element.tag)


def _comparison(element: Element) -> str:
    childless(element)
    only(element, "id", "attribute", "operation", "value", "type", "value-source")
    attribute, operation = word(element.get("attribute")), element.get("operation")
    if operation in ("defined", "not_defined"):
        only(element, "id", "attribute", "operation")
        return f"{operation} {attribute}"
    if operation not in COMPARISONS or attribute in ("date", "defined", "not_defined") or "=" in attribute:
        raise NotInWords(operation)
    return f"{attribute} {_type(element)}{operation} {_value(element)}"


def _type(element: Element) -> str:
    """Return the type of the comparison; as strings is how they are compared by default."""
    found = element.get("type", "string")
    if found not in TYPES:
        raise NotInWords(found)
    return "" if found == "string" else f"{found}:"


def _value(element: Element) -> str:
    """Return the value, which crmsh writes without quotes, whatever it is."""
    found, source = word(element.get("value")), element.get("value-source")
    if "{" in found or source not in (None, *VALUE_SOURCES):
        raise NotInWords(found)
    return found if source is None else f"{source}{{{found}}}"


def _date(element: Element) -> str:
    operation = element.get("operation")
    if operation in ("gt", "lt"):
        childless(element)
        bound = "start" if operation == "gt" else "end"
        only(element, "id", "operation", bound)
        return f"{operation} {pair(bound, element.get(bound, '')).removeprefix(f'{bound}=')}"
    only(element, "id", "operation", "start", "end")
    if operation == "date_spec":
        return " ".join(["spec", *_dates(element, "date_spec")])
    if operation == "in_range":
        return " ".join(["in", *_range(element)])
    raise NotInWords(operation)


def _range(element: Element) -> list[str]:
    """Return two bounds, or the first and how long it is."""
    bounds = pairs(element, "id", "operation")
    if "start" not in element.attrib or ("end" in element.attrib) is bool(len(element)):
        raise NotInWords("in_range")
    return [*bounds, *_dates(element, "duration")] if len(element) else bounds


def _dates(element: Element, tag: str) -> list[str]:
    if [child.tag for child in element] != [tag]:
        raise NotInWords(tag)
    childless(element[0])
    only(element[0], "id", *DATE_WORDS)
    found = pairs(element[0], "id")
    if not found:
        raise NotInWords(tag)
    return found
