"""Reads constraints in the crm shell's configuration language.

    location l_ip r_ip 100: node02
    location l_state c_state rule $role=Master 50: #uname eq node01
    colocation c_all inf: r_app ( r_ip1 r_ip2 )
    order o_all Mandatory: r_ip:start r_app:start symmetrical=false
    rsc_ticket t_all ticket-A: r_app:Master loss-policy=stop

Source: crmsh's parse.py (ConstraintParser, ResourceSet).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ha_report.facts import Constraint
from ha_report.model import Source
from parsers.configure_crm_text import Statement, Word, rule_end
from parsers.configure_parts import full_score, role_less

_KINDS = {
    "location": "location",
    "colocation": "colocation",
    "collocation": "colocation",
    "order": "order",
    "rsc_ticket": "ticket",
}
CONSTRAINTS = tuple(_KINDS)

_NOT_A_RESOURCE = ("", "_rsc_set_")


class _Rule(NamedTuple):
    """A rule of a location."""

    score: str | None  # None: another rule, which this one refers to, has it
    expression: list[str]


def constraint(statement: Statement, words: Sequence[Word], source: Source) -> Constraint:
    """Return the constraint that a statement tells; `words` are those after its keyword, at least one."""
    kind = _KINDS[statement.keyword]
    if kind == "location":
        return _location(statement, words, source)
    scored = len(words) > 1 and _is_score(words[1])
    score = full_score(words[1].text[:-1]) if scored and kind != "ticket" else None
    resources = _named(words[2 if scored else 1 :])
    return Constraint(words[0].text, kind, score, statement.text, resources, None, source)


def _location(statement: Statement, words: Sequence[Word], source: Source) -> Constraint:
    rest = words[1:]
    end = next((at for at, word in enumerate(rest) if word.pair or _is_score(word) or word.text == "rule"), len(rest))
    subject, rest = rest[:end], rest[end:]
    resources = () if subject and subject[0].text.startswith("/") else _named(subject)
    rules = list(_rules(rest))
    scores = {rule.score for rule in rules} if rules else {_own_score(rest)}
    score = scores.pop() if len(scores) == 1 else None
    node = _only_node(rules) if rules else _own_node(rest)
    return Constraint(words[0].text, "location", score, statement.text, resources, node, source)


def _is_score(word: Word) -> bool:
    return word.text.endswith(":") and word.pair is None


def _named(words: Sequence[Word]) -> tuple[str, ...]:
    """Return the resources that are named, without roles, actions, brackets and options."""
    bare = [role_less(word.text.strip("()[]{}")) for word in words if word.pair is None]
    return tuple(text for text in bare if text not in _NOT_A_RESOURCE)


def _own_score(words: Sequence[Word]) -> str | None:
    return next((full_score(word.text[:-1]) for word in words if _is_score(word)), None)


def _own_node(words: Sequence[Word]) -> str | None:
    """Return the node after the score."""
    at = next((at for at, word in enumerate(words) if _is_score(word)), len(words))
    return words[at + 1].text if at + 1 < len(words) else None


def _rules(words: Sequence[Word]) -> Iterator[_Rule]:
    position = 0
    while position < len(words):
        if words[position].text.lower() == "rule":
            end = rule_end(words, position + 1)
            yield _rule(words[position + 1 : end])
            position = end
        else:
            position += 1


def _rule(words: Sequence[Word]) -> _Rule:
    """Return a rule; one without a score has that of a must."""
    refers = any(word.pair and word.pair[0] == "$id-ref" for word in words)
    expression = [word.text for word in words if not word.text.startswith(("$", "role=")) and not _is_score(word)]
    return _Rule(None if refers else _own_score(words) or "INFINITY", expression)


def _only_node(rules: Sequence[_Rule]) -> str | None:
    """Return the node of a single rule that is true on that node and nowhere else."""
    match [rule.expression for rule in rules]:
        case [["#uname", "eq", node]]:
            return node
        case _:
            return None
