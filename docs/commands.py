"""Writes docs/commands.md from the commands' own --help, so that neither can grow old: `make docs`."""
# ruff: noqa: INP001 - a script beside what it writes, no package

from collections.abc import Iterator
from pathlib import Path

import click

from ha_report.cli import main

PAGE = Path(__file__).with_name("commands.md")
WIDTH = 100
HEAD = """# Commands

What `ha-report --help` and `ha-report COMMAND --help` say. Written by `make docs`; change the commands, not this page.
"""


def contexts(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """Yield a context for `command`, then for each of its commands, in order of name."""
    settings = {"terminal_width": WIDTH, **command.context_settings}
    context = click.Context(command, parent, info_name=name, **settings)
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from contexts(command.commands[below], below, context)


def page() -> str:
    """Return what docs/commands.md is to hold."""
    parts = [HEAD]
    for context in contexts(main, "ha-report"):
        lines = (line.rstrip() for line in context.get_help().splitlines())
        parts.append(f"## {context.command_path}\n\n```text\n" + "\n".join(lines) + "\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
