r"""Takes text in the crm shell's configuration language apart: statements, words, sections, rules.

    primitive r_ip IPaddr2 \
            params ip=192.168.200.50 nic="eth1" \
            op monitor interval=10s timeout=20s

A statement goes on after a backslash.  Where a mail or a web page lost the backslashes, a line that begins
with a word that can begin no statement goes on, too.  Sources: crmsh's parse.py and cliformat.py, 1.2 to
5.0, and the shell of Pacemaker 1.0 before it, which quotes every value and writes `$id="..."`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from parsers.lines import plain

RESOURCES = ("primitive", "rsc_template", "group", "clone", "ms", "master", "bundle")
CONSTRAINTS = ("location", "colocation", "collocation", "order", "rsc_ticket")
SETTINGS = ("property", "rsc_defaults", "op_defaults")
NOT_KEPT = (
    "fencing_topology",
    "fencing-topology",
    "tag",
    "alert",
    "role",
    "user",
    "acl_target",
    "acl_group",
    "monitor",
    "rsctest",
)
STATEMENTS = frozenset({"node", "xml", *RESOURCES, *CONSTRAINTS, *SETTINGS, *NOT_KEPT})
SECTIONS = frozenset(
    {
        "params",
        "meta",
        "utilization",
        "operations",
        "op",
        "op_params",
        "op_meta",
        "attributes",
        "docker",
        "podman",
        "rkt",
        "network",
        "storage",
        "port-mapping",
        "storage-mapping",
    }
)

_PROMPT = re.compile(r"(?:[#$>]\s+)?(?:crm\([^)\s]*\)\S*[#>]\s*|crm\s+configure\s+)")
_QUOTED = re.compile(r"(?P<name>[^\s=\"']*=)?(?:\"(?P<double>(?:\\.|[^\"\\])*)\"?|'(?P<single>[^']*)'?)")
_WORD = re.compile(rf"{re.sub(r'[?]P<[a-z]+>', '?:', _QUOTED.pattern)}|\S+")
_CHATTER = re.compile(r"(?:WARNING|INFO|NOTICE)\b")

_DATE_WORDS = frozenset(
    "start end hours monthdays weekdays yearsdays yeardays months weeks years weekyears moon seconds minutes days".split()
)
_COMPARISON = re.compile(r"(?:(?:string|version|number|integer):)?(?:lt|gt|lte|gte|eq|ne)")


class Word(NamedTuple):
    """A word without its quotes."""

    text: str
    line: int  # 1 is the first of the file

    @property
    def pair(self) -> tuple[str, str] | None:
        """Return name and value of `name=value`."""
        name, equals, value = self.text.partition("=")
        return (name, value) if equals and name else None


@dataclass
class Statement:
    """One statement, whatever number of lines it takes."""

    keyword: str
    line: int
    pieces: list[tuple[int, str]] = field(default_factory=list)  # line, and what stands there
    goes_on: bool = False

    @property
    def text(self) -> str:
        """Return the statement on one line."""
        return " ".join(piece for _, piece in self.pieces)

    @cached_property
    def words(self) -> list[Word]:
        """The words after the keyword."""
        found = [Word(_unquoted(word), line) for line, piece in self.pieces for word in _WORD.findall(piece)]
        return found[1:]


class Section(NamedTuple):
    """A part of a statement that a word such as `params` begins; the head is before the first of them."""

    name: str
    words: list[Word]
    line: int


def _unquoted(word: str) -> str:
    """Return a word without quotes, which stand around all of it or around its value."""
    found = _QUOTED.fullmatch(word) if '"' in word or "'" in word else None
    if found is None:
        return word
    return (found["name"] or "") + (found["single"] or (found["double"] or "").replace('\\"', '"'))


def statements(lines: Sequence[str], unknown: list[int]) -> Iterator[Statement]:
    """Yield the statements; the numbers of lines that belong to none are added to `unknown`."""
    current: Statement | None = None
    for number, raw in enumerate(lines, start=1):
        text = _PROMPT.sub("", plain(raw).strip(), count=1)
        if not text or text.startswith("#"):
            continue
        first = text.split(maxsplit=1)[0].rstrip("\\").lower()
        if current is not None and _belongs(first, current):
            _add(current, number, text)
            continue
        if current is not None:
            yield current
        current = Statement(first, number) if first in STATEMENTS else None
        if current is not None:
            _add(current, number, text)
        elif not _CHATTER.match(text):
            unknown.append(number)
    if current is not None:
        yield current


def _belongs(first: str, current: Statement) -> bool:
    """Say whether a line goes on with `current`: after a last line that a backslash ends by mistake it does not."""
    if first in STATEMENTS:
        return current.goes_on and current.keyword in ("bundle", *NOT_KEPT)
    return current.goes_on or first in SECTIONS or first == "rule" or "=" in first


def _add(statement: Statement, number: int, text: str) -> None:
    statement.goes_on = text.endswith("\\")
    statement.pieces.append((number, text.rstrip("\\").strip()))


def sections(words: Sequence[Word]) -> list[Section]:
    """Return the head, named "", and the sections."""
    found = [Section("", [], words[0].line if words else 0)]
    for word in words:
        if word.text.lower() in SECTIONS:
            found.append(Section(word.text.lower(), [], word.line))
        else:
            found[-1].words.append(word)
    return found


def rule_end(words: Sequence[Word], position: int) -> int:
    """Return where the rule ends whose first word after `rule` is at `position`."""
    while position < len(words) and (_is_rule_option(words[position].text)):
        position += 1
    while True:
        position = _expression_end(words, position)
        if position >= len(words) or words[position].text.lower() not in ("and", "or"):
            return position
        position += 1


def _is_rule_option(text: str) -> bool:
    return text.startswith(("$", "role=")) or (text.endswith(":") and "=" not in text)


def _expression_end(words: Sequence[Word], position: int) -> int:
    texts = [word.text for word in words[position : position + 2]]
    if texts[:1] == ["date"]:
        return position + 3 if texts[1:] in (["lt"], ["gt"]) else _date_end(words, position + 2)
    if texts[:1] in (["defined"], ["not_defined"]):
        return position + 2
    return position + 3 if len(texts) == 2 and _COMPARISON.fullmatch(texts[1]) else position  # noqa: PLR2004 - a pair


def _date_end(words: Sequence[Word], position: int) -> int:
    while position < len(words) and (pair := words[position].pair) and pair[0] in _DATE_WORDS:
        position += 1
    return position
