"""What stands below what, so that the first screen holds it all."""

import dataclasses

import pytest

from ha_report.model import Evidence
from reports.balance import proof_is_longer, rows
from tests.reports.incidents import NO_ROUTE

LINE = Evidence(
    "node01/pacemaker.log", 1, "Nov 23 02:04:34 node01 pacemaker-based: notice: Node node02 state is now lost"
)


@pytest.mark.parametrize(("lines", "longer"), [(0, False), (1, False), (6, True)])
def test_the_longer_of_proof_and_remedy(lines, longer):
    finding = dataclasses.replace(NO_ROUTE, remedy=("Look at it:", "$ ip -s link show"), verify=("$ crm_mon -1",))
    assert proof_is_longer([LINE] * lines, finding) is longer


def test_a_japanese_line_is_full_with_half_as_many_characters():
    assert (rows("a" * 40, 40), rows("あ" * 40, 40), rows("", 40)) == (1, 2, 1)
