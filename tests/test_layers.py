"""Imports point one way: nouns, shared shapes, four verbs that never meet, the commands where they do."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ha_report", "collectors", "parsers", "reports")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# From the bottom up; a layer imports what stands below it.  The four verbs are a layer, and each is a world of its own.
NOUNS = (
    "ha_report.model",
    "ha_report.phrase",
    "ha_report.errors",
    "ha_report.destination",
    "ha_report.expressions",
    "ha_report.tables",
    "ha_report.compressed",
    "ha_report.garbage",
    "ha_report.forked",
    "ha_report.numerals",
    "ha_report.zones",
)
WORDS = (
    "ha_report.results",
    "ha_report.facts",
    "ha_report.log_state",
    "ha_report.kept_lines",
    "ha_report.quotes",
    "ha_report.times",
)
SHAPES = ("ha_report.attribution", "ha_report.executions", "ha_report.incident", "ha_report.bundle", "ha_report.demo")
# What rules ask of an incident, and how they say it.
QUESTIONS = ("ha_report.questions", "ha_report.rule", "ha_report.symptom", "ha_report.symptoms")
VERBS = ("collectors", "parsers", "ha_report.rules", "reports")
MEETING = ("ha_report.reading", "ha_report.diagnosis")
# Everything above one incident: many of them, and those of a notebook.
FLEET = ("ha_report.fleet", "ha_report.loaded")
COMMANDS = (
    "ha_report.cli",
    "ha_report.__main__",
    "ha_report.collect_command",
    "ha_report.collect_configuration",
    "ha_report.collect_options",
    "ha_report.collect_progress",
    "ha_report.diff_command",
    "ha_report.fleet_command",
    "ha_report.options",
    "ha_report.redact_command",
    "ha_report.rules_command",
)
LAYERS = (NOUNS, WORDS, SHAPES, QUESTIONS, VERBS, MEETING, FLEET, COMMANDS)


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place_of(module):
    """Return the number of the layer and the name in LAYERS that `module` belongs to, or None for both."""
    for number, names in enumerate(LAYERS):
        for name in names:
            if module == name or module.startswith(name + "."):
                return number, name
    return None, None


def imports_of(source):
    """Yield the modules that a source may import, also inside functions; names of a package count as its modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong_imports(module, source):
    layer, name = place_of(module)
    return [
        imported
        for imported in imports_of(source)
        for there, other in [place_of(imported)]
        if there is not None and other != name and (there > layer or (there == layer and name in VERBS))
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path):
    assert module_of(path) == "ha_report" or place_of(module_of(path))[1], "say in LAYERS where this module belongs"
    if module_of(path) != "ha_report":
        assert wrong_imports(module_of(path), path.read_text()) == []


def test_the_package_itself_imports_nothing():
    """It is imported by whoever imports any of its modules."""
    assert list(imports_of((ROOT / "ha_report/__init__.py").read_text())) == []


WRONG = {
    "a noun that knows a shape": ("ha_report.model", "from ha_report.incident import Incident"),
    "a verb that calls another": ("parsers.read", "from collectors.archive import unpack"),
    "the same, as a module": ("reports.html", "import parsers.lines"),
    "the same, as a name of the package": ("collectors.archive", "from parsers import lines"),
    "a rule that formats": ("ha_report.rules.start_failed", "from reports import text"),
    "a verb that calls a command": ("reports.files", "from ha_report import cli"),
    "inside a function": ("parsers.cib", "def read():\n    import ha_report.cli"),
    "for types only": ("parsers.cib", "if TYPE_CHECKING:\n    from reports.page import Report"),
    "under another name": ("parsers.cib", "import reports.page as page"),
}


@pytest.mark.parametrize(("module", "source"), WRONG.values(), ids=WRONG)
def test_a_wrong_import_is_found(module, source):
    assert len(wrong_imports(module, source)) == 1


RIGHT = {
    "downwards": ("parsers.cib", "from ha_report.model import Snapshot"),
    "the version": ("ha_report.cli", "from ha_report import __version__"),
    "its own package": ("parsers.read", "from parsers import cib\nimport parsers.lines"),
    "the standard library and others": ("ha_report.model", "import re\nfrom collections.abc import Iterator"),
    "where they meet": ("ha_report.reading", "from collectors.archive import unpack\nfrom parsers.read import read"),
}


@pytest.mark.parametrize(("module", "source"), RIGHT.values(), ids=RIGHT)
def test_a_right_import_is_left_alone(module, source):
    assert wrong_imports(module, source) == []


def test_a_relative_import_is_found():
    with pytest.raises(AssertionError, match="absolute"):
        list(imports_of("from .model import Event"))
