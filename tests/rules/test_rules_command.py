"""`ha-report rules` and docs/rules.md say what the rules say."""

import re
import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner

from ha_report.diagnosis import rules as every
from ha_report.questions.symptoms import symptoms
from ha_report.rules_command import rules

DOCS = runpy.run_path(str(Path(__file__).resolve().parents[2] / "docs" / "rules.py"))


def ran(*arguments):
    return CliRunner().invoke(rules, arguments)


def test_all_rules_are_listed_with_a_sentence():
    lines = ran().output.partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in lines] == sorted(rule.id for rule in every())
    assert all(len(line.split()) > 4 for line in lines)


def test_all_symptoms_are_listed_behind_the_rules():
    lines = ran().output.partition("\n\n")[2].splitlines()[1:]
    assert [line.split()[0] for line in lines] == sorted(row.id for row in symptoms())
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.parametrize("row", symptoms(), ids=lambda row: row.id)
def test_a_symptom_is_explained_with_its_agents_versions_remedy_and_an_example(row):
    output = ran(row.id).output
    assert output.startswith(f"{row.id}\n")
    assert row.example.expandtabs(1).strip() in output
    assert f"Versions: {row.versions}" in output
    assert not re.search(r"\{[a-z]", output.partition("Words: ")[0])


@pytest.mark.parametrize("rule", every(), ids=lambda rule: rule.id)
def test_a_rule_is_explained_with_what_it_looks_at_and_an_example(rule):
    output = ran(rule.id).output
    assert output.startswith(f"{rule.id}\n")
    assert rule.example.expandtabs(1).strip() in output
    assert all(" ".join(one.split()[:3]) in output for one in rule.looks_at)


def test_a_rule_that_is_none_is_refused_and_the_others_are_named():
    result = ran("nosuch")
    assert result.exit_code == 2
    assert "unexplained" in result.output


def test_the_page_of_rules_is_current():
    assert DOCS["PAGE"].read_text() == DOCS["page"](), "write it anew: python docs/rules.py"
