"""Each symptom on files: what it must be told by, and what only looks like it."""

import re

import pytest

from ha_report.questions.symptoms import filled, seen_in_words, symptoms
from tests.rules.incidents import SYMPTOMS, copied, diagnosed, diagnosed_copy, without_one_line

POSITIVE = sorted(SYMPTOMS.glob("*/positive*"))
NEAR_MISSES = sorted(SYMPTOMS.glob("*/near-miss*"))
FIRST = [min((SYMPTOMS / row.id).glob("positive*")) for row in symptoms()]
# An operation that a line tells of as failed, in the words of Pacemaker 1.0 and 2.1, and the same as a success.
FAILED = (
    (r"(Result of [\w-]+ operation for \S+ on [^\s:]+): [^|]* \|(?:(.* rc=)\d+)?", r"\1: ok |\g<2>0"),
    (r"(LRM operation \S+ \(call=\d+, rc=)\d+(.*\)) .*", r"\g<1>0\2 ok"),
    (r"(exited with (?:status|return code)) \d+(?: \([^(]*\)(?= \())?", r"\1 0"),
)
TOLD_AGAIN = re.compile(r"Unexpected result|Preventing|could not be executed|Timed Out|timed out after")
# What a fencing that nobody's operation asked for, or the death of a node, tells.
NO_OPERATION = {"fence-plug", "fence-not-worked", "sbd-storage-slow"}


def name_of(case):
    return f"{case.parent.name}/{case.name}"


def symptoms_of(findings):
    return {finding.symptom for finding in findings} - {None}


def changed(folder, change):
    for path in folder.rglob("*.log"):
        path.write_text("".join(f"{line}\n" for line in map(change, path.read_text().splitlines()) if line is not None))
    for path in [*folder.rglob("ha-log"), *folder.rglob("crm_configure.txt")]:
        path.write_text("".join(f"{line}\n" for line in map(change, path.read_text().splitlines()) if line is not None))


@pytest.mark.parametrize("row", symptoms(), ids=lambda row: row.id)
def test_every_symptom_knows_its_own_example_and_no_other_row_takes_it(row):
    agent = row.agents[0].replace("*", "x")
    seen = seen_in_words(agent, [row.example], (row.operations or (None,))[0])
    assert seen is not None
    assert seen.symptom.id == row.id


@pytest.mark.parametrize("row", symptoms(), ids=lambda row: row.id)
def test_a_title_holds_for_all_nodes_and_every_name_in_a_sentence_reads(row):
    """On which nodes it failed stands before the title."""
    assert "{node" not in row.title
    assert not row.title.endswith(".")
    assert all(text.endswith((".", ":", "?")) for text in (row.cause, *sentences(row)))
    assert len(row.id.split("-")) > 1


def sentences(row):
    return [one for one in (*row.remedy, *row.verify) if isinstance(one, str) and not one.startswith("$ ")]


def test_the_words_of_an_agent_that_nothing_names_prove_nothing():
    """Several agents say this; and what but one says another one, unknown here, may say as well."""
    program = seen_in_words(None, ["Setup problem: couldn't find command: tomcat"])
    assert (program.symptom.id, program.proof) == ("agent-no-program", "likely")
    device = seen_in_words(None, ["Couldn't find device [/dev/sdb1]. Expected /dev/??? to exist"])
    assert (device.symptom.id, device.proof) == ("filesystem-no-device", "likely")


def test_what_an_agent_says_before_it_is_killed_is_the_cause_only_if_it_can_wait_for_it():
    busy, wrong = (
        case for case in POSITIVE if name_of(case) in ("filesystem-busy/positive", "pgsql-not-promotable/positive")
    )
    assert diagnosed_copy(busy)[0].rule == "operation-timeout"
    assert {finding.symptom for finding in diagnosed_copy(wrong) if finding.rule == "operation-timeout"} == {None}


def test_what_is_to_be_pasted_is_quoted_for_the_shell():
    names = {"directory": "/srv/a b; reboot"}
    assert list(filled(["$ umount {directory}", "$ ls {device}"], names)) == ["$ umount '/srv/a b; reboot'"]


def test_the_cases_are_those_of_the_symptoms():
    assert {folder.name for folder in SYMPTOMS.iterdir() if folder.is_dir()} == {row.id for row in symptoms()}


@pytest.mark.parametrize("case", POSITIVE, ids=name_of)
def test_what_a_symptom_is_for_is_told_first_and_nothing_else_is_seen(case):
    findings = diagnosed_copy(case)
    assert (
        next(finding.symptom for finding in findings if finding.symptom or finding.rule != "operation-timeout")
        == case.parent.name
    )
    assert symptoms_of(findings) <= {case.parent.name, *TOO.get(name_of(case), ())}


# What failed next in the same capture, for a reason of its own.
TOO = {"filesystem-read-failed/positive": {"filesystem-no-device"}}


@pytest.mark.parametrize("case", FIRST, ids=name_of)
def test_what_is_to_be_done_names_real_things(case):
    finding = diagnosed_copy(case)[0]
    assert finding.evidence
    for line in (finding.title, finding.cause, *finding.remedy, *finding.verify):
        assert not re.search(r"\{\w+[|}]|\0|None", line), line
    assert any(line.startswith("$ ") for line in (*finding.remedy, *finding.verify))


@pytest.mark.parametrize("case", NEAR_MISSES, ids=name_of)
def test_what_only_looks_like_it_is_not(case):
    assert case.parent.name not in symptoms_of(diagnosed_copy(case))


@pytest.mark.parametrize("case", [case for case in FIRST if case.parent.name not in NO_OPERATION], ids=name_of)
def test_the_same_words_of_an_operation_that_succeeded_are_none(case):
    def succeeded(line):
        for failed, well in FAILED:
            line = re.sub(failed, well, line)
        return None if TOLD_AGAIN.search(line) else line

    with copied(case) as folder:
        changed(folder, succeeded)
        assert symptoms_of(diagnosed(folder)) == set()


@pytest.mark.parametrize("case", [case for case in FIRST if case.parent.name not in NO_OPERATION], ids=name_of)
def test_the_same_words_of_another_agent_are_none(case):
    [row] = [row for row in symptoms() if row.id == case.parent.name]
    own = "|".join(re.escape(agent.rpartition(":")[2]).replace(r"\*", r"[\w-]+") for agent in row.agents)

    def of_another(line):
        line = re.sub(r"^(primitive \S+) \S+", r"\1 ocf:other:Thing", line)
        return re.sub(rf"(?<= )(?:{own})(?=[([])", "Thing", line)

    with copied(case) as folder:
        changed(folder, of_another)
        generic = {row.id for row in symptoms() if any(agent.startswith("ocf:*") for agent in row.agents)}
        assert symptoms_of(diagnosed(folder)) <= generic


@pytest.mark.parametrize("case", FIRST, ids=name_of)
def test_no_single_line_that_is_lost_makes_a_wrong_cause(case):
    """Weaker or none is right: an error with another symptom is not."""
    whole = diagnosed_copy(case)
    known = symptoms_of(whole) | {None}
    for line, sure in without_one_line(case, whole):
        wrong = {one.symptom for one in sure} - known
        assert wrong == set(), f"without {line.file}:{line.line}: {line.text}"


def near_misses():
    lines = (SYMPTOMS / "near-misses.txt").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if not line.startswith("#"))


def test_words_that_only_look_like_it_are_not_taken_for_it():
    missed = near_misses()
    assert set(missed) == {row.id for row in symptoms()}
    for row in symptoms():
        for operation in row.operations or (None,):
            seen = seen_in_words(row.agents[0].replace("*", "x"), [missed[row.id]], operation, (row.rcs or (None,))[0])
            assert seen is None or seen.symptom.id != row.id, missed[row.id]
