"""Writes docs/rules.md from the rules themselves, so that neither can grow old."""
# ruff: noqa: INP001 - a script beside what it writes, no package

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ha_report.diagnosis import rules
from ha_report.questions.symptoms import symptoms
from ha_report.rules_command import agents_of, capital, in_short, more_on, remedies, summary
from ha_report.symptom import Symptom

PAGE = Path(__file__).with_name("rules.md")
HEAD = """# Rules

What ha-report can conclude, and how. `ha-report rules` lists the same, and `ha-report rules RULE` explains one. Written by
`python docs/rules.py` from the rows in `ha_report/rules` and `ha_report/symptoms`; change those, not this page.

A finding is **certain** when its evidence proves it, **likely** when everything known agrees with it, and **possible** when
it is the first thing to look at. A failure has one cause: of the rules that explain it the surest stays, and `unexplained`
only where no other does. What followed a failure is told with it, not beside it.
"""

SYMPTOMS = """# Symptoms

What agents say when an operation fails, and what it means. A rule that finds one of these tells it in place of its general
words, with the real names, and `report.json` gives its id as `symptom`. Names in capitals stand for what the agent's words or
the configuration tell.
"""


def page() -> str:
    """Return what docs/rules.md is to hold."""
    parts = [HEAD]
    for rule in sorted(rules(), key=lambda one: one.id):
        more = f"\n\n{more_on(rule)}" if more_on(rule) else ""
        looks_at = "\n".join(f"- {one}" for one in rule.looks_at)
        example = rule.example.expandtabs(1).strip()
        parts.append(
            f"## {rule.id}\n\n{capital(summary(rule))}.{more}\n\nLooks at:\n\n{looks_at}\n\n```text\n{example}\n```\n"
        )
    return "\n".join([*parts, SYMPTOMS, *map(section, sorted(symptoms(), key=lambda one: one.id))])


def section(row: Symptom) -> str:
    """Return what the page tells of one symptom."""
    done = "\n".join(f"- `{one[2:]}`" if one.startswith("$ ") else f"- {one}" for one in remedies(row))
    return (
        f"## {row.id}\n\n{capital(in_short(row.title))}. {in_short(row.cause)}\n\n"
        f"{agents_of(row)}; {row.versions}; {row.proof} where the agent says:\n\n```text\n{row.says}\n```\n\n"
        f"Remedy:\n\n{done}\n\n```text\n{row.example.expandtabs(1).strip()}\n```\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page())
