"""`ha-report diff` compares two bundles of one cluster."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from ha_report.cli import main

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "ha_report/demo/nic"
KEPT = ("corosync.conf", "corosync.log", "versions.txt", "date.txt", "crm_configure.txt")  # tell of no operation
PARTS = ["Findings", "Failed operations", "Versions", "Configuration", "Cluster and nodes", "Resources", "Placement"]


def diff(*arguments):
    return CliRunner().invoke(main, ["diff", *map(str, arguments)])


def changes(*arguments):
    """Return the changes by part, each as (kind, subject, name, before, after)."""
    done = diff(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    return {part["title"]: [tuple(one.values()) for one in part["changes"]] for part in told["parts"]}


def edited(bundle, name, old, new):
    for file in bundle.rglob(name):
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))


@pytest.fixture
def before(tmp_path):
    """The sample's cluster before its address failed, on an older Pacemaker."""
    bundle = tmp_path / "before"
    shutil.copytree(DEMO, bundle)
    for file in bundle.rglob("*"):
        if file.is_file() and file.name not in KEPT:
            file.unlink()
    edited(bundle, "versions.txt", "2.1.5-1", "2.1.4-1")
    return bundle


def test_a_bundle_and_itself_do_not_differ():
    assert diff(DEMO, DEMO).stdout.startswith("Nothing differs.\n")


def test_what_failed_since_is_new(before):
    told = changes(before, DEMO)
    [(kind, severity, rule, old, new), *_] = told["Findings"]
    assert (kind, severity, rule, old) == ("new", "error", "ipaddr2-no-route", None)
    assert new.startswith("r_ip could not start on node02")


def test_what_was_mended_is_gone(before):
    findings = changes(DEMO, before)["Findings"]
    assert ("gone", "error", "ipaddr2-no-route") in {one[:3] for one in findings}
    told = diff(DEMO, before).stdout
    assert " - error ipaddr2-no-route: r_ip could not start on node02" in " ".join(told.split())


def test_an_update_is_a_changed_version(before):
    assert changes(before, DEMO)["Versions"] == [
        ("changed", "pacemaker", "version", "2.1.4-1+deb12u1", "2.1.5-1+deb12u1")
    ]


def test_a_version_on_one_node_alone_names_the_nodes(tmp_path):
    shutil.copytree(DEMO, tmp_path / "half")
    file = tmp_path / "half/node02/versions.txt"
    file.write_text(file.read_text().replace("2.1.5-1+deb12u1", "2.1.6-1"))
    [(*_, new)] = changes(DEMO, tmp_path / "half")["Versions"]
    assert new == "2.1.5-1+deb12u1 (node01), 2.1.6-1 (node02)"


def test_a_setting_that_changed_is_told_with_both_values(tmp_path):
    shutil.copytree(DEMO, tmp_path / "after")
    edited(tmp_path / "after", "cib.xml", 'name="stonith-enabled" value="false"', 'name="stonith-enabled" value="true"')
    edited(tmp_path / "after", "crm_configure.txt", "stonith-enabled=false", "stonith-enabled=true")
    told = changes(DEMO, tmp_path / "after")
    assert ("changed", "cluster", "property stonith-enabled", "false", "true") in told["Configuration"]


def test_where_a_resource_runs_is_compared(tmp_path):
    shutil.copytree(DEMO, tmp_path / "after")
    for file in (tmp_path / "after").rglob("crm_mon.xml"):
        file.unlink()
    edited(tmp_path / "after", "crm_mon.txt", "Started node01", "Started node02")
    assert changes(DEMO, tmp_path / "after")["Placement"] == [("changed", "r_ip", "runs on", "node01", "node02")]


def test_passwords_of_a_configuration_are_masked(tmp_path):
    for name, secret in (("before", "hunter2"), ("after", "swordfish")):
        shutil.copytree(DEMO, tmp_path / name)
        for file in (tmp_path / name).rglob("cib.xml"):
            text = file.read_text()
            place = text.index("<nvpair", text.index("<instance_attributes"))
            file.write_text(f'{text[:place]}<nvpair id="p" name="passwd" value="{secret}"/>{text[place:]}')
    told = diff(tmp_path / "before", tmp_path / "after", "--format", "json").stdout
    assert "hunter2" not in told
    assert "swordfish" not in told


def test_two_clusters_are_no_before_and_after(tmp_path):
    shutil.copytree(DEMO, tmp_path / "other")
    for name in ("cib.xml", "corosync.conf", "crm_configure.txt"):
        for file in (tmp_path / "other").rglob(name):
            file.write_text(file.read_text().replace("halab", "other"))
    assert "These are two clusters: halab and other." in diff(DEMO, tmp_path / "other").stdout


def test_in_a_terminal_no_line_is_wider_than_80(before):
    lines = diff(before, DEMO).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line in PARTS] == [part for part in PARTS if part in lines]
    assert {"Findings", "Versions", "Placement"} - set(lines) <= {"Placement"}


def test_markdown_has_a_table_for_each_part(before):
    told = diff(before, DEMO, "--format", "markdown").stdout
    assert "### Findings" in told
    assert "| ~ | `pacemaker` | version | `2.1.4-1+deb12u1` | `2.1.5-1+deb12u1` |" in told


def test_the_page_is_one_file_that_runs_nothing(before, tmp_path):
    done = diff(before, DEMO, "-o", tmp_path / "out/changes.html")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "out/changes.html").read_text()
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "unsafe" not in page
    assert "<script" not in page
    assert " style=" not in page
    assert "2.1.4-1+deb12u1" in page
    assert (tmp_path / "out/changes.html").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["changes.html"]


def test_a_page_that_is_there_is_replaced_only_when_told(tmp_path):
    page = tmp_path / "changes.html"
    page.write_text("mine")
    assert diff(DEMO, DEMO, "-o", page).exit_code == 1
    assert page.read_text() == "mine"
    assert diff(DEMO, DEMO, "-o", page, "--force").exit_code == 0
    assert page.read_text() != "mine"


def test_hostile_values_are_text_everywhere(tmp_path):
    shutil.copytree(DEMO, tmp_path / "after")
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt;|`x`\u202e"
    edited(
        tmp_path / "after",
        "cib.xml",
        'name="stonith-enabled" value="false"',
        f'name="stonith-enabled" value="{hostile}"',
    )
    for file in (tmp_path / "after").rglob("crm_configure.txt"):
        file.unlink()
    assert diff(DEMO, tmp_path / "after", "-o", tmp_path / "page.html").exit_code == 0
    assert "<script" not in (tmp_path / "page.html").read_text()
    assert "&lt;script&gt;alert(1)" in (tmp_path / "page.html").read_text()
    [row] = [
        line
        for line in diff(DEMO, tmp_path / "after", "--format", "markdown").stdout.splitlines()
        if "alert(1)" in line and line.startswith("| ~")
    ]
    assert row.count("|") - row.count("\\|") == 6
    assert "\u202e" not in diff(DEMO, tmp_path / "after").stdout


def test_what_cannot_be_read_is_said(tmp_path):
    (tmp_path / "letter").write_text("Dear all")
    done = diff(tmp_path / "letter", DEMO)
    assert done.exit_code == 1
    assert "nothing in it that ha-report can read" in done.output


def test_captures_of_two_eras_differ_in_every_part(lab_captures, lab_eras):
    told = changes(lab_eras / "2.0.5/monitor-ip", lab_captures / "nic-missing")
    assert set(told) >= set(PARTS) - {"Cluster and nodes"}
