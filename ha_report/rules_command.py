"""The command that says what can be concluded, and how; docs/rules.md is made of the same."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ha_report.rule import Rule


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule", required=False)
def rules(rule: str | None) -> None:
    """Say what can be concluded; with RULE, how, with a real example.

    \b
    ha-report rules
    ha-report rules ipaddr2-no-route
    """  # noqa: D301 - click wants the backspace itself
    from ha_report.diagnosis import rules as every  # noqa: PLC0415 - loads pandas

    known = {one.id: one for one in every()}
    if rule is None:
        width = max(map(len, known))
        click.echo("\n".join(f"{name:<{width}}  {summary(one)}" for name, one in sorted(known.items())))
        return
    if rule not in known:
        raise click.BadParameter(f"{rule!r} is none of them: {', '.join(sorted(known))}.", param_hint="RULE")
    click.echo("\n".join(explained(known[rule])))


def summary(rule: Rule) -> str:
    """Return what a rule concludes, in one sentence."""
    first = inspect.cleandoc(rule.find.__doc__ or "").partition("\n")[0]
    return first.removeprefix("Say that ").removeprefix("Say ").removeprefix("Yield ").rstrip(".")


def more_on(rule: Rule) -> str:
    """Return what more the rule's docstring says, as one paragraph."""
    return " ".join(inspect.cleandoc(rule.find.__doc__ or "").partition("\n")[2].split())


def explained(rule: Rule) -> Iterator[str]:
    """Yield what a terminal shows of one rule."""
    yield rule.id
    yield ""
    yield textwrap.fill(f"{capital(summary(rule))}.", 100)
    if more_on(rule):
        yield ""
        yield textwrap.fill(more_on(rule), 100)
    yield ""
    yield "Looks at:"
    for one in rule.looks_at:
        yield textwrap.fill(one, 100, initial_indent="  - ", subsequent_indent="    ")
    yield ""
    yield "Example:"
    yield f"  {rule.example.expandtabs(1).strip()}"


def capital(text: str) -> str:
    """Return a sentence's words with a capital letter in front."""
    return text[0].upper() + text[1:]
