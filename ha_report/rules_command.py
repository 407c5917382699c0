"""The command that says what can be concluded, and how; docs/rules.md is made of the same.

Beside the rules it knows the symptoms: what agents say when they fail, and what that means.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ha_report.rule import Rule
    from ha_report.symptom import Symptom

_PLACE = re.compile(r"\{(\w+)(?:\|[^{}]*)?\}")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule", required=False)
def rules(rule: str | None) -> None:
    """Say what can be concluded; with RULE, or a symptom, how, with a real example.

    \b
    ha-report rules
    ha-report rules ipaddr2-no-route
    ha-report rules filesystem-no-device
    """  # noqa: D301 - click wants the backspace itself
    from ha_report.diagnosis import rules as every  # noqa: PLC0415 - loads pandas
    from ha_report.questions.symptoms import symptoms  # noqa: PLC0415 - loads pandas

    known = {one.id: one for one in every()}
    said = {one.id: one for one in symptoms()}
    if rule is None:
        click.echo("\n".join(listed(known, said)))
    elif rule in known:
        click.echo("\n".join(explained(known[rule])))
    elif rule in said:
        click.echo("\n".join(meant(said[rule])))
    else:
        raise click.BadParameter(f"{rule!r} is none of them: {', '.join(sorted(known))}.", param_hint="RULE")


def listed(known: dict[str, Rule], said: dict[str, Symptom]) -> Iterator[str]:
    """Yield a line for each rule, then one for each symptom."""
    width = max(map(len, (*known, *said)))
    yield from (f"{name:<{width}}  {summary(one)}" for name, one in sorted(known.items()))
    yield ""
    yield "Symptoms: what agents say, and what it means"
    yield from (f"{name:<{width}}  {in_short(one.title)}" for name, one in sorted(said.items()))


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


def in_short(template: str) -> str:
    """Return a template of a symptom as people read it: "the device DEVICE does not exist there"."""
    while (plain := _PLACE.sub(lambda found: found[1].upper(), template)) != template:
        template = plain
    return " ".join(template.split())


def agents_of(row: Symptom) -> str:
    """Return the agents that say it."""
    return ", ".join(row.agents)


def meant(row: Symptom) -> Iterator[str]:
    """Yield what a terminal shows of one symptom."""
    yield row.id
    yield ""
    yield textwrap.fill(f"{capital(in_short(row.title))}. {in_short(row.cause)}", 100)
    yield ""
    yield f"Agents: {agents_of(row)}"
    yield f"Versions: {row.versions}"
    yield f"Words: {row.says}"
    yield ""
    yield "Remedy:"
    yield from (f"  {line}" for line in remedies(row))
    yield ""
    yield "Verify:"
    yield from (f"  {in_short(line)}" for line in row.verify)
    yield ""
    yield "Example:"
    yield f"  {row.example.expandtabs(1).strip()}"


def remedies(row: Symptom) -> Iterator[str]:
    """Yield what is to be done, a setting as its name and value."""
    for one in row.remedy:
        yield in_short(one if isinstance(one, str) else f"Set the {one.of} {one.name}={one.value}")


def capital(text: str) -> str:
    """Return a sentence's words with a capital letter in front."""
    return text[0].upper() + text[1:]
