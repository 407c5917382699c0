"""Writes docs/messages.md from the rows of parsers/messages, so that neither can grow old."""
# ruff: noqa: INP001 - a script beside what it writes, no package

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import parsers.messages
from parsers.pattern import Pattern

PAGE = Path(__file__).with_name("messages.md")
HEAD = """# Messages

Which log messages are understood, for each version of each program, each with an example: a line of a real log or, where we
have none, the program's own format with values filled in. Written by `python docs/messages.py` from the rows of
`parsers/messages`; change the rows, not this page. Lines of level error or worse that no row knows are kept, too, and shown
as unexplained.
"""
# One version of each wording; what a row covers in between is in its own range.
VERSIONS = ("1.0.12", "1.1.7", "1.1.12", "1.1.16", "1.1.24", "2.0.5", "2.1.5", "3.0.2")
_RANGE = re.compile(r"(?P<first>\d[\d.]*)(?: (?:- (?P<last>\d[\d.]*)|(?P<open>and later)))?(?:,|$)")
_WHOLE = 1000  # "1.1" as an end means all of 1.1


def modules() -> Iterator[tuple[str, tuple[Pattern, ...]]]:
    """Yield the topic of each module, and its rows, in order of module name."""
    for found in sorted(pkgutil.iter_modules(parsers.messages.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"parsers.messages.{found.name}")
        yield (module.__doc__ or "").partition("\n\n")[0].replace("\n", " "), module.PATTERNS


def program_of(row: Pattern) -> str:
    """Return the program whose versions `era` counts: Pacemaker, where it begins with a number."""
    name = re.match(r"[^\d,(]*", row.era)
    return (name[0] if name else "").partition(" up to")[0].strip() or "Pacemaker"


def covers(row: Pattern, version: str) -> bool:
    """Say whether a row of Pacemaker is for `version`."""
    found = _RANGE.match(row.era)
    if found is None:
        return False
    first, last = found["first"], found["last"] or found["first"]
    asked = _numbers(version, 0)
    return _numbers(first, 0) <= asked and (bool(found["open"]) or asked <= _numbers(last, _WHOLE))


def _numbers(version: str, missing: int) -> tuple[int, ...]:
    parts = [int(part) for part in version.split(".")]
    return tuple((parts + [missing] * 3)[:3])


def page() -> str:
    """Return what docs/messages.md is to hold."""
    topics = list(modules())
    return "\n".join([HEAD, *_by_version([row for _, rows in topics for row in rows]), *_by_topic(topics)])


def _by_version(rows: list[Pattern]) -> Iterator[str]:
    """Yield the table of kinds that Pacemaker's daemons write, by version."""
    yield "## By version of Pacemaker\n"
    yield "| kind | " + " | ".join(VERSIONS) + " |\n|---|" + "---|" * len(VERSIONS)
    ours = [row for row in rows if program_of(row) == "Pacemaker"]
    for kind in sorted({row.kind for row in ours}):
        marks = (
            "yes" if any(row.kind == kind and covers(row, version) for row in ours) else "" for version in VERSIONS
        )
        yield f"| {kind} | " + " | ".join(marks) + " |"
    yield ""


def _by_topic(topics: list[tuple[str, tuple[Pattern, ...]]]) -> Iterator[str]:
    """Yield a table of rows for each topic, with an example each."""
    for topic, rows in topics:
        yield f"## {topic.rstrip('.')}\n\n| kind | program | versions | example |\n|---|---|---|---|"
        for row in rows:
            program = program_of(row)
            versions = row.era.removeprefix(program).strip(" ,")
            yield f"| {row.kind} | {program} | {versions} | {_code(row.example)} |"
        yield ""


def _code(text: str) -> str:
    return "`" + " ".join(text.split()).replace("|", r"\|") + "`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
