"""Reads the constraints that pcs prints, in the wording of 0.9 to 0.11.2 and the later one.

    Resource: r_ip
      Enabled on: node01 (score:100) (id:l_ip)              0.9; from 0.10 on the node has a line of its own
    start r_ip then start r_app (kind:Mandatory) (id:o_all)
    resource 'r_ip' prefers node 'node01' with score 100 (id: l_ip)                from 0.11.3 on
    start resource 'r_ip' then start resource 'r_app' (id: o_all)
      kind=Mandatory

Sources: pcs 0.9.169, 0.10.8 and 0.11.1 constraint.py, rule.py; 0.12.3 pcs/cli/constraint/output/.
"""

import re
from dataclasses import dataclass, field

from ha_report.facts import Constraint
from ha_report.model import Source
from parsers.configure_parts import full_score
from parsers.configure_pcs_text import Line, pairs

_NOTE = re.compile(r"\((?P<name>[a-z-]+): ?(?P<value>[^()]*)\)")
_QUOTED = re.compile(r"'([^']*)'")
_PREFERS = re.compile(r"(?P<verb>prefers|avoids) node '(?P<node>[^']*)' with score (?P<score>\S+)")
_NODE = re.compile(r"(?:(?:En|Dis)abled on: |Node: )(?P<node>[^\s(]+) \(score:")
_LABEL = re.compile(r"(?:Enabled|Disabled) on:")
_CONSTRAINT = re.compile(r"Constraint(?: \([^()]*\))?: (?P<id>\S+)(?P<more>.*)")
_SUBJECT = re.compile(r"Resource(?P<pattern> pattern)?:(?: (?P<name>\S+))?")
_PLAIN = {
    "colocation": re.compile(r"(?P<first>\S+) with (?P<then>\S+)(?: \(|$)"),
    "order": re.compile(r"(?:\S+ )?(?P<first>\S+) then (?:[a-z_]+ (?=[^\s(]))?(?P<then>\S+)(?: \(|$)"),
    "ticket": re.compile(r"(?:[A-Z][a-z]+ )?(?P<first>[^\s=]+)(?= \S+=| \()"),
}
_SCORED = ("score", "kind", "score-attribute")
_OPENERS = ("Resource Sets:", "Rules:", "Lifetime:", "Resource Set:")


@dataclass
class _Draft:
    """A constraint under construction."""

    line: Line
    source: Source
    id: str | None = None
    score: str | None = None
    node: str | None = None
    resources: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    expressions: list[str] = field(default_factory=list)
    apart: bool = False  # what is told now is of one of its sets, or of its lifetime

    def finished(self, kind: str) -> Constraint:
        """Return the constraint; a rule that compares nothing but the name names its node."""
        match [expression.split() for expression in self.expressions]:
            case [["#uname", "eq", node]]:
                self.node = node
        return Constraint(
            self.id, kind, self.score, " ".join(self.words), tuple(self.resources), self.node, self.source
        )


@dataclass
class ConstraintSection:
    """The lines below a heading such as "Location Constraints:"."""

    kind: str
    file: str
    done: list[Constraint] = field(default_factory=list)
    _draft: _Draft | None = None
    _subject: Line | None = None  # "Resource: r_ip", of the older wording
    _label: str = ""  # "Enabled on:"

    def close(self) -> list[Constraint]:
        """Return the constraints."""
        self._finish()
        return self.done

    def take(self, line: Line) -> bool:
        """Read a line; say whether it could be read."""
        if self._draft is not None and line.indent > self._draft.line.indent:
            return self._go_on(self._draft, line)
        self._finish()
        if self.kind == "location" and self._take_older_location(line):
            return True
        return line.text in _OPENERS or self._begin(line)

    def _finish(self) -> None:
        if self._draft is not None:
            self.done.append(self._draft.finished(self.kind))
        self._draft = None

    def _open(self, line: Line, resources: list[str], *words: str) -> _Draft:
        notes = {found["name"]: found["value"].strip() for found in _NOTE.finditer(line.text)}
        score = full_score(notes.get("score") or notes.get("kind"))
        source = Source(self.file, line.number)
        self._draft = _Draft(line, source, notes.get("id"), score, resources=resources, words=[*words, line.text])
        return self._draft

    def _take_older_location(self, line: Line) -> bool:
        """Read a line below which, or in which, a node or a rule is told."""
        if found := _SUBJECT.fullmatch(line.text):
            self._subject = line
        elif _LABEL.fullmatch(line.text):
            self._label = line.text
        elif self._subject is None:
            return False
        elif found := _NODE.match(line.text):
            self._open(line, self._named(), self._subject.text, self._label).node = found["node"]
        elif found := _CONSTRAINT.fullmatch(line.text):
            self._open(line, self._named(), self._subject.text).id = found["id"]
        else:
            return False
        return True

    def _named(self) -> list[str]:
        found = _SUBJECT.fullmatch(self._subject.text) if self._subject else None
        return [found["name"]] if found and found["name"] and not found["pattern"] else []

    def _begin(self, line: Line) -> bool:
        """Read the first line of a constraint."""
        if line.text.startswith("Set Constraint:"):
            self._open(line, []).id = line.text.partition(":")[2].strip() or None
        elif line.text.startswith("set "):
            self._begin_sets(line)
        elif "resource '" in line.text or "resource pattern '" in line.text:
            self._begin_later(line)
        elif self.kind in _PLAIN and (found := _PLAIN[self.kind].match(line.text)):
            self._open(line, [name for name in found.groups() if name])
        else:
            return False
        return True

    def _begin_sets(self, line: Line) -> None:
        """Read `set A B sequential=true (id:..) setoptions score=INFINITY (id:..)`."""
        sets, _, options = line.text.partition(" setoptions ")
        bare = re.sub(r"\([^()]*\)", "", sets).split()
        draft = self._open(line, [word for word in bare if word != "set" and "=" not in word])
        for name, value in pairs(_NOTE.sub("", options)):
            if name in _SCORED:
                draft.score = full_score(value)

    def _begin_later(self, line: Line) -> None:
        """Read a constraint in the later wording."""
        found = _PREFERS.search(line.text)
        told = _QUOTED.findall(line.text[: found.start()] if found else line.text)
        named = [] if "resource pattern '" in line.text else told[: 1 if self.kind == "ticket" else 2]
        draft = self._open(line, named)
        if found:
            draft.node = found["node"]
            draft.score = full_score(("-" if found["verb"] == "avoids" else "") + found["score"])

    def _go_on(self, draft: _Draft, line: Line) -> bool:
        """Read a line below the first of a constraint."""
        draft.words.append(line.text)
        if line.text.startswith(("Resource Set:", "Lifetime:")):
            draft.apart = True
        elif line.text.startswith("Resources:"):
            draft.resources += _QUOTED.findall(line.text)
        elif line.text.startswith("Expression:"):
            draft.expressions.append(_NOTE.sub("", line.text.partition(":")[2]).strip())
        elif not draft.apart:
            for name, value in pairs(_NOTE.sub("", line.text)):
                if name in _SCORED:
                    draft.score = full_score(value)
        return True
