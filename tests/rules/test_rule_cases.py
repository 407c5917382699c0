"""Each rule on files: what it must recognise, and what only looks like it."""

import re

import pytest

from ha_report.diagnosis import rules
from tests.rules.incidents import DATA, copied, diagnosed, diagnosed_copy, without_one_line

POSITIVE = sorted(DATA.glob("*/positive*"))
NEAR_MISSES = sorted(DATA.glob("*/near-miss*"))
# What a finding may become when one of its proofs is gone: it says less, and nothing wrong.
WEAKER = {"unexplained", "start-failed", "monitor-failed"}


def name_of(case):
    return f"{case.parent.name}/{case.name}"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_rule_has_a_positive_case_and_a_near_miss(rule):
    assert list((DATA / rule.id).glob("positive*"))
    assert list((DATA / rule.id).glob("near-miss*"))


@pytest.mark.parametrize("case", POSITIVE, ids=name_of)
def test_what_a_rule_is_for_is_recognised(case):
    assert case.parent.name in {finding.rule for finding in diagnosed_copy(case)}


@pytest.mark.parametrize("case", NEAR_MISSES, ids=name_of)
def test_what_only_looks_like_it_is_not(case):
    assert case.parent.name not in {finding.rule for finding in diagnosed_copy(case)}


@pytest.mark.parametrize("case", POSITIVE, ids=name_of)
def test_no_single_line_that_is_lost_makes_a_wrong_cause(case):
    """Weaker or none is right: an error of another rule that claims to be sure is not."""
    whole = diagnosed_copy(case)
    known = {finding.rule for finding in whole}
    for line, sure in without_one_line(case, whole):
        wrong = {one.rule for one in sure} - known - WEAKER
        assert wrong == set(), f"without {line.file}:{line.line}: {line.text}"


def test_an_address_that_is_not_written_as_the_kernel_does_may_still_be_there():
    """resource-agents before 4.4.0 (issue 1357) do not find it again, so nobody need have removed it."""
    case = DATA / "address-removed-outside" / "positive"
    with copied(case) as folder:
        [before] = [one for one in diagnosed(folder) if one.rule == case.parent.name]
        address = re.search(r"192\.168\.\d+\.\d+", before.title)[0]
        for path in (path for path in folder.rglob("*") if path.is_file()):
            path.write_bytes(path.read_bytes().replace(address.encode(), b"2001:DB8::0050"))
        [after] = [one for one in diagnosed(folder) if one.rule == case.parent.name]
    assert (before.confidence, after.confidence) == ("certain", "likely")
    assert "2001:db8::50" in after.cause
