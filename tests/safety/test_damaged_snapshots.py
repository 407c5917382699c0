"""A snapshot that is cut off, or crafted, costs no more than itself: what could be read of it counts, and the rest is named."""

import gzip
import random

import pytest
from click.testing import CliRunner

from ha_report.cli import main
from ha_report.questions.knowledge import MOST_LISTED, listed
from ha_report.reading import read_incident

CHANCE = random.Random(8)  # noqa: S311 - the same in every run
NODES = [f"node{CHANCE.random()}" for _ in range(3000)]
CIB = "<cib epoch='1'><configuration><nodes>" + "".join(f"<node id='{n}' uname='{n}'/>\n" for n in NODES)


@pytest.fixture
def bundle(tmp_path):
    (tmp_path / "node01").mkdir()
    (tmp_path / "node01/cib.xml.gz").write_bytes(gzip.compress(CIB.encode())[:-3000])
    (tmp_path / "node01/ha-log").write_text("Nov 23 02:01:10 node01 pacemakerd[1]: notice: Starting Pacemaker 2.1\n")
    return tmp_path


def test_a_packed_snapshot_that_is_cut_off_is_read_as_far_as_it_goes(bundle):
    with read_incident([str(bundle)], None, lambda _line: None) as (incident, _):
        [cib] = [entry for entry in incident.inputs if entry.path == "node01/cib.xml.gz"]
        assert cib.skipped.startswith("not read to its end: ")
        assert len(CIB) / 2 < cib.bytes < len(CIB)
        assert len(incident.nodes) > len(NODES) / 2


def test_a_bundle_with_such_a_snapshot_has_its_report(bundle, tmp_path):
    done = CliRunner().invoke(main, ["analyze", str(bundle), "-o", str(tmp_path / "out")])
    assert done.exit_code == 3
    assert (tmp_path / "out/index.html").exists()


def test_very_many_names_are_listed_in_part():
    """Each text holds those before it: all of 60,000 took 23 GB."""
    told = listed(f"node{number:05}" for number in range(60_000))
    assert told.startswith("node00000, node00001, ")
    assert told.endswith(f" and {60_000 - MOST_LISTED:,} more")
    assert listed(map(str, range(MOST_LISTED))).endswith("98 and 99")
