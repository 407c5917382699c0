"""Every incident that the lab made: the first finding is what was done to the cluster, in every era."""

from pathlib import Path

import pytest

from ha_report.diagnosis import findings_of
from tests.rules.incidents import copied, diagnosed, errors, incident_of

LAB = Path(__file__).resolve().parents[3] / "shared" / "lab"

# scenario -> (rule, resource, node) of the first finding; None where a cause has no resource or no one node.
CAUSES = {
    "bad-address-ra4": ("agent-misconfigured", "r_ip", "node02"),
    "clone-anon": ("start-failed", "r_cl", "node02"),
    "clone-fail": ("start-failed", "r_cl:1", "node02"),
    "demote-fail": ("demote-failed", "p_state", "node01"),
    "fence-fail": ("fencing-failed", "st_halab", "node02"),
    "fence-ok": ("node-lost", None, "node02"),
    "group-member": ("start-failed", "r_app", "node01"),
    "ip-nic-missing": ("ipaddr2-nic-missing", "r_ip", "node02"),
    "ip-none-one": ("ipaddr2-no-route", "r_ip", "node02"),
    "ip-none-one-debug": ("ipaddr2-no-route", "r_ip", "node02"),
    "ip-none-one-ra4": ("ipaddr2-no-route", "r_ip", "node02"),
    "ip-none-one-syslog": ("ipaddr2-no-route", "r_ip", "node02"),
    "migrate-fail": ("migrate-failed", "r_vm", "node01"),
    "monitor-ip": ("address-removed-outside", "r_ip", "node01"),
    "monitor-ip-debug": ("address-removed-outside", "r_ip", "node01"),
    "monitor-ip-logd": ("address-removed-outside", "r_ip", "node01"),
    "monitor-timeout": ("operation-timeout", "r_app", "node01"),
    "new-year": ("address-removed-outside", "r_ip", "node01"),
    "nic-missing": ("ipaddr2-nic-missing", "r_ip", "node02"),
    "nic-none-one": ("ipaddr2-no-route", "r_ip", "node02"),
    "node-kill": ("node-lost", None, "node02"),
    "node-return": ("node-lost", None, "node02"),
    "node-stop": ("node-shutdown", None, "node02"),
    "not-configured": ("agent-misconfigured", "r_ip", "node01"),
    "not-installed": ("agent-missing", "r_web", "node01"),
    "ping": ("network-link-lost", None, "node01"),
    "promote-fail": ("promote-failed", "p_state", "node01"),
    "quorum-loss": ("network-link-lost", None, "node03"),
    "remote-fence": ("node-lost", "rem01", "rem01"),
    "split-brain": ("split-brain", "r_ip", None),
    "standby": ("start-refused", None, "node02"),
    "start-timeout": ("operation-timeout", "r_delay", "node01"),
    "stonith-fail": ("fencing-failed", "st_node02", "node02"),
    "stonith-ok": ("node-lost", None, "node02"),
    "stop-block": ("stop-failed", "r_app", "node02"),
    "stop-block-2": ("stop-failed", "r_app", "node02"),
    "story": ("address-removed-outside", "r_ip", "node01"),
}
# Where the same was done to another node or instance, or a resource failed on both nodes and the other was first.
OTHERWISE = {
    "1.0.12-heartbeat/demote-fail": ("demote-failed", "p_state:1", "node01"),
    "1.0.12-heartbeat/promote-fail": ("promote-failed", "p_state:1", "node01"),
    "1.0.12-heartbeat/monitor-timeout": ("operation-timeout", "r_app", "node02"),
    "1.0.12-heartbeat/not-configured": ("agent-misconfigured", "r_ip", "node02"),
    "1.0.12-heartbeat/not-installed": ("agent-missing", "r_web", "node02"),
    "1.1.24/not-installed": ("agent-missing", "r_web", "node02"),
    "2.0.5/not-installed": ("agent-missing", "r_web", "node02"),
}
# What an administrator did, and no failure.
MEANT = {"node-stop", "standby"}
# Incidents in which more than one thing was done, one after the other.
SEVERAL = {"story": ["address-removed-outside", "ipaddr2-no-route"]}


def captures():
    folders = [*(LAB / "captures").glob("*/truth.json"), *(LAB / "captures-eras").glob("*/*/truth.json")]
    return sorted(path.parent for path in folders)


def name_of(case):
    return f"{case.parent.name}/{case.name}" if case.parent.name != "captures" else case.name


@pytest.fixture(scope="module", params=captures() or [None], ids=lambda case: name_of(case) if case else "none")
def diagnosis(request):
    """A capture, its findings, and the lines that they quote as they stand in its files."""
    if request.param is None:
        pytest.skip("the lab's captures are no part of the project; its developers have them beside the checkout")
    with copied(request.param) as folder:
        findings = diagnosed(folder)
        lines = {
            (one.file, one.line): (folder / one.file).read_bytes().split(b"\n")[one.line - 1].decode("utf-8", "replace")
            for finding in findings
            for one in finding.evidence
            if not one.file.endswith(".bz2")
        }
    return request.param, findings, lines


def test_the_first_finding_is_the_cause(diagnosis):
    case, findings, _ = diagnosis
    first = findings[0]
    assert (first.rule, first.resource, first.node) == OTHERWISE.get(name_of(case), CAUSES[case.name])
    assert first.confidence in ("certain", "likely")


def test_each_cause_is_one_error_and_nothing_else_is(diagnosis):
    case, findings, _ = diagnosis
    expected = [] if case.name in MEANT else SEVERAL.get(case.name, [CAUSES[case.name][0]])
    assert [finding.rule for finding in errors(findings)] == expected


def test_every_proof_stands_where_it_is_said_to(diagnosis):
    _, findings, lines = diagnosis
    assert errors(findings) == [] or findings[0].evidence
    for finding in findings:
        for one in finding.evidence:
            if (one.file, one.line) in lines:
                assert one.text == lines[one.file, one.line].rstrip("\r")[:2000]
                assert one.text.strip()


def test_what_is_to_be_done_names_real_things(diagnosis):
    """A command with a placeholder is no command to paste; only what no file tells may be left open."""
    _, findings, _ = diagnosis
    for finding in errors(findings):
        assert finding.remedy
        assert finding.verify
        commands = [line for line in (*finding.remedy, *finding.verify) if line.startswith("$ ")]
        assert commands
        assert not [line for line in commands if "None" in line]


def test_a_capture_in_the_table_is_there_to_be_tested():
    if not captures():
        pytest.skip("the lab's captures are no part of the project; its developers have them beside the checkout")
    assert {case.name for case in captures()} == set(CAUSES)


def test_a_capture_is_diagnosed_fast_enough_to_be_asked_again():
    """The rules alone, without the reading."""
    cases = captures()
    if not cases:
        pytest.skip("the lab's captures are no part of the project; its developers have them beside the checkout")
    with copied(cases[0]) as folder, incident_of(folder) as incident:
        assert findings_of(incident) == findings_of(incident)


PARTS = {
    "syslog alone": ("syslog", "messages"),
    "detail log alone": ("pacemaker.log", "corosync.log", "ha-log"),
}
ERAS = ("captures", "1.0.12-heartbeat")


@pytest.mark.parametrize("names", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize(
    "case",
    [case for case in captures() if case.parent.name in ERAS] or [None],
    ids=lambda case: name_of(case) if case else "none",
)
def test_logs_without_configuration_and_snapshots_tell_the_same_cause(case, names):
    """What is missing makes a finding weaker, and never another one."""
    if case is None:
        pytest.skip("the lab's captures are no part of the project; its developers have them beside the checkout")
    with copied(case) as folder:
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            if path.name not in names or "snap" in path.relative_to(folder).parts:
                path.unlink()
        found = errors(diagnosed(folder)) if any(path.is_file() for path in folder.rglob("*")) else []
    expected = OTHERWISE.get(name_of(case), CAUSES[case.name])
    if case.name not in MEANT:
        assert found[0].rule == expected[0]
        assert found[0].node == expected[2]
    assert len(found) == (0 if case.name in MEANT else len(SEVERAL.get(case.name, [1])))
