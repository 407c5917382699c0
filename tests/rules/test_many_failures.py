"""Tests that what is asked for each failure does not walk all resources: with thousands of both that takes minutes."""

from collections import Counter
from dataclasses import replace

import pytest

from ha_report.diagnosis import findings_of
from ha_report.facts import Configuration
from ha_report.incident import FileFacts
from ha_report.questions.knowledge import parents_of
from ha_report.questions.placement import runs_many
from reports import html, json_report, page
from tests.rules.incidents import incident_of

PRIMITIVE = (
    '<primitive id="r{0}" class="ocf" provider="heartbeat" type="{1}"><instance_attributes id="r{0}-ia">'
    '<nvpair id="r{0}-ip" name="ip" value="10.0.1.{0}"/></instance_attributes></primitive>'
)
FAILED = (
    '<lrm_resource id="r{0}" class="ocf" provider="heartbeat" type="{1}"><lrm_rsc_op id="r{0}_last_failure_0"'
    ' operation_key="r{0}_start_0" operation="start" transition-key="{0}:1:0:a" transition-magic="0:1;{0}:1:0:a"'
    ' call-id="{0}" rc-code="1" op-status="0" interval="0" last-rc-change="1781900000"/></lrm_resource>'
)
COUNT = '<nvpair id="c{0}" name="fail-count-r{0}#start_0" value="INFINITY"/>'
CIB = (
    '<cib validate-with="pacemaker-3.9"><configuration><nodes><node id="1" uname="node01"/>'
    '<node id="2" uname="node02"/></nodes><resources>{}</resources></configuration><status>'
    '<node_state id="2" uname="node02" in_ccm="true" crmd="online" join="member" expected="member">'
    '<transient_attributes id="2"><instance_attributes id="s">{}</instance_attributes></transient_attributes>'
    '<lrm id="2"><lrm_resources>{}</lrm_resources></lrm></node_state></status></cib>\n'
)


def cib_of(failures):
    """Return a CIB in which each of as many resources failed to start on node02, every other one an address."""
    numbers = [(number, "IPaddr2" if number % 2 else "Dummy") for number in range(1, failures + 1)]
    return CIB.format(*("\n".join(form.format(*one) for one in numbers) for form in (PRIMITIVE, COUNT, FAILED)))


def walked(kind, name, items, walks):
    """Return `items` as they were, in a list or tuple that counts how often they are walked."""

    class Walked(kind):
        def __iter__(self):
            walks[name] += 1
            return super().__iter__()

    return Walked(items)


def walks_of_a_report(folder, failures):
    """Return how often each of the long lists is walked on the way to a report."""
    folder.mkdir()
    (folder / "cib.xml").write_text(cib_of(failures))
    walks = Counter()
    with incident_of(folder) as incident:
        for name in ("resources", "fail_counts", "failed_operations"):
            setattr(incident, name, walked(list, name, getattr(incident, name), walks))
            assert len(getattr(incident, name)) == failures
        incident.facts = [
            replace(one, facts=replace(one.facts, resources=walked(tuple, "configured", one.facts.resources, walks)))
            for one in incident.facts if isinstance(one.facts, Configuration)
        ]  # fmt: skip
        findings = findings_of(incident)
        assert len({finding.resource for finding in findings} - {None}) == failures
        report = page.build(incident, findings, version="0")
        for name in ("repeats", "findings", "fail_counts"):
            report = replace(report, **{name: walked(tuple, f"{name} shown", getattr(report, name), walks)})
        html.render(report)
        "".join(json_report.pieces(report))
    return walks


def test_the_lists_of_resources_and_failures_are_walked_as_often_for_twenty_failures_as_for_ten(tmp_path):
    assert walks_of_a_report(tmp_path / "few", 10) == walks_of_a_report(tmp_path / "more", 20)


@pytest.mark.parametrize("kind", ["clone", "group"])
def test_a_resource_that_holds_itself_in_a_crafted_configuration_has_an_end(tmp_path, kind):
    (tmp_path / "cib.xml").write_text(cib_of(1))
    with incident_of(tmp_path) as incident:
        [told] = [one.facts for one in incident.facts if isinstance(one.facts, Configuration)]
        own = replace(told.resources[0], id="r_a", kind=kind, children=("r_a", "r_a"))
        incident.facts = [FileFacts("cib.xml", None, None, Configuration("cib", resources=(own,)))]
        assert parents_of(incident, "r_a") == (own,)
        assert runs_many(incident) == ({"r_a"} if kind == "clone" else set())


def test_the_first_page_of_all_may_have_no_picture(tmp_path):
    (tmp_path / "cib.xml").write_text(CIB.format("", "", ""))
    with incident_of(tmp_path) as incident:
        report = page.build(incident, [], version="0")
    made = html.environment(report, html.ENGLISH)
    made.bytecode_cache = None  # templates are compiled as on a machine that has made no page yet
    assert report.picture is None
    assert made.get_template("picture.html.j2")
