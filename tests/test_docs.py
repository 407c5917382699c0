"""The documentation names what there is, and nothing that there is not."""

import re
import runpy
from pathlib import Path

import click
import pytest

from ha_report.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCS = runpy.run_path(str(ROOT / "docs/commands.py"))
COMMANDS = {context.command_path: context.command for context in DOCS["contexts"](main, "ha-report")}
OPTIONS = [
    (path, option)
    for path, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option)
]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_help_that_ends_as_a_sentence(path):
    first = (COMMANDS[path].help or "").strip().partition("\n\n")[0]
    assert first.endswith((".", ":")), first


@pytest.mark.parametrize(("path", "option"), OPTIONS, ids=lambda value: getattr(value, "name", value))
def test_every_option_has_help(path, option):
    assert option.help, path


def test_help_shows_no_marks_of_the_formatter():
    r"""click takes the character \b, not a backslash and a b, for a paragraph to be left as it is."""
    assert "\\b" not in DOCS["page"]()


@pytest.mark.parametrize("name", main.commands)
def test_the_readme_names_every_command(name):
    assert f"ha-report {name}" in (ROOT / "README.md").read_text()


def test_the_page_of_commands_is_current():
    assert DOCS["PAGE"].read_text() == DOCS["page"](), "write it anew: make docs"


def test_the_readme_begins_with_the_two_commands_and_the_picture():
    """A screen is 40 lines; who reads no further has seen the program run."""
    screen = (ROOT / "README.md").read_text().splitlines()[:40]
    demo, test, picture = (
        next(number for number, line in enumerate(screen) if text in line)
        for text in ("make demo", "make test", "docs/page.png")
    )
    assert demo < test < picture


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_are_there(page):
    """A path in `code` that holds a slash and ends like a file is one of the project."""
    text = page.read_text()
    linked = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    for link in linked:
        assert (page.parent / link).exists(), link
    for name in re.findall(r"`([\w.]+/[\w./-]+\.(?:py|md|toml|sh))`", text):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_are_named_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", page.read_text())) | set(
        re.findall(r"^ *make ([a-z-]+)", page.read_text(), re.MULTILINE)
    )
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_that_are_named_exist(page):
    real = {name for _, option in OPTIONS for name in [*option.opts, *option.secondary_opts]} | {"--help"}
    lines = [line for line in page.read_text().splitlines() if line.strip().startswith("ha-report ")]
    named = {word.partition("=")[0] for line in lines for word in line.split() if re.match(r"--?[a-zA-Z]", word)}
    assert named <= real
