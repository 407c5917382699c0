"""The configuration in crm's words, which collecting makes of the CIB that came."""

from datetime import datetime, timezone

import pytest

from ha_report.bundle import Manifest, NodeRecord
from ha_report.collect_configuration import write_configuration

CIB = """<cib epoch="7"><configuration><crm_config/><nodes><node id="1" uname="node01"/></nodes><resources>
<primitive id="r_ip" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="r_ip-a">
<nvpair id="r_ip-a-ip" name="ip" value="{ip}"/></instance_attributes></primitive></resources><constraints/>
</configuration><status/></cib>"""
NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)


def bundle_of(folder, **nodes):
    """Make a bundle of nodes with their files; return what its manifest says."""
    for node, files in nodes.items():
        (folder / node).mkdir()
        for name, text in files.items():
            (folder / node / name).write_text(text)
    return Manifest("1", None, NOW, NOW, NOW, {}, [NodeRecord(node) for node in nodes])


def written(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("crm_configure.txt")}


def test_the_dc_s_cib_is_told_in_its_folder(tmp_path):
    manifest = bundle_of(
        tmp_path, node01={"cib.xml": CIB.format(ip="10.0.0.1")}, node02={"cib.xml": CIB.format(ip="10.0.0.2"), "DC": ""}
    )
    write_configuration(tmp_path, manifest)
    assert written(tmp_path) == {
        "node02/crm_configure.txt": "node 1: node01\nprimitive r_ip IPaddr2 \\\n\tparams ip=10.0.0.2\n"
    }
    [item] = manifest.nodes[1].items
    assert (item.name, item.status, item.bytes) == ("crm_configure.txt", "ok", 60)
    assert (tmp_path / "node02/crm_configure.txt").stat().st_mode & 0o777 == 0o600


def test_without_a_dc_any_cib_does(tmp_path):
    write_configuration(tmp_path, bundle_of(tmp_path, node01={}, node02={"cib.xml": CIB.format(ip="10.0.0.2")}))
    assert list(written(tmp_path)) == ["node02/crm_configure.txt"]


@pytest.mark.parametrize("name", ["crm_configure.txt", "pcs_config.txt"])
def test_what_a_node_told_itself_stays_alone(tmp_path, name):
    manifest = bundle_of(tmp_path, node01={"cib.xml": CIB, name: "as it is"}, node02={"cib.xml": CIB, "DC": ""})
    write_configuration(tmp_path, manifest)
    assert set(written(tmp_path).values()) <= {"as it is"}
    assert manifest.nodes[1].items == []


@pytest.mark.parametrize(
    "cib", ["", "<cib>", CIB[:200], "no xml", '<!DOCTYPE a [<!ENTITY b "c">]><cib/>', "<crm_mon/>"]
)
def test_a_damaged_cib_is_not_told_as_if_it_were_whole(tmp_path, cib):
    manifest = bundle_of(tmp_path, node01={"cib.xml": cib})
    write_configuration(tmp_path, manifest)
    assert written(tmp_path) == {}
    assert manifest.nodes[0].items == []
