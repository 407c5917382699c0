from ha_report.facts import Configuration, ConfiguredOperation, ConfiguredResource, Constraint
from ha_report.incident import FileFacts
from ha_report.model import Source
from reports.settings import settings_of
from tests.reports.incidents import incident


def settings(*configurations):
    return settings_of(incident(facts=[FileFacts("cib.xml", "node01", None, one) for one in configurations]))


def at(line):
    return Source("cib.xml", line)


R_IP = ConfiguredResource(
    id="r_ip",
    agent="ocf:heartbeat:IPaddr2",
    kind="primitive",
    parameters={"ip": "192.168.200.50", "password": "hunter2"},
    meta={"migration-threshold": "3"},
    operations=(ConfiguredOperation("monitor", 10_000, 20_000, "fence", None, at(5), {"enabled": "true"}),),
    children=(),
    source=at(3),
    parameter_sources={"ip": at(4)},
)


def test_a_resource_is_told_setting_by_setting():
    rows = [
        (one.kind, one.subject, one.name, one.value, one.source.line) for one in settings(Configuration("cib", (R_IP,)))
    ]
    assert rows == [
        ("primitive", "r_ip", "agent", "ocf:heartbeat:IPaddr2", 3),
        ("parameter", "r_ip", "ip", "192.168.200.50", 4),
        ("parameter", "r_ip", "password", "******", 3),
        ("meta", "r_ip", "migration-threshold", "3", 3),
        ("operation", "r_ip", "monitor every 10 s", "timeout 20 s, on-fail fence, enabled true", 5),
    ]


def test_properties_come_first_and_constraints_last():
    configuration = Configuration(
        "cib",
        (R_IP,),
        (Constraint("l_ip", "location", "100", "location l_ip r_ip 100: node02", ("r_ip",), "node02", at(9)),),
        properties={"stonith-enabled": "false"},
        property_sources={"stonith-enabled": at(1)},
    )
    rows = settings(configuration)
    assert (rows[0].subject, rows[0].name, rows[0].value) == (None, "stonith-enabled", "false")
    assert (rows[-1].kind, rows[-1].name) == ("location", "l_ip")


def test_the_latest_file_counts():
    """The facts of an incident stand in order of time."""
    before, after = (
        Configuration("cib", properties={"no-quorum-policy": value}, property_sources={"no-quorum-policy": at(line)})
        for line, value in enumerate(("stop", "ignore"), 1)
    )
    assert [(one.value, one.source.line) for one in settings(before, after)] == [("ignore", 2)]
