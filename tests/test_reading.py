"""Sources of every kind, opened and read."""

import gzip
import lzma
import tarfile

import pytest

from ha_report.reading import read_incident

RESULT = (
    "Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for r_ip on"
    " node02: error ([findif] failed) | CIB update 15, graph action confirmed; call=6 key=r_ip_start_0 rc=1\n"
)
AGENT = "Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: Unable to find nic or netmask.\n"


def read(*sources):
    with read_incident([str(source) for source in sources], None, lambda _: None) as (incident, problems):
        return incident, problems


def inputs(incident):
    return {one.path: one for one in incident.inputs}


def pack(folder, archive):
    with tarfile.open(archive, "w:bz2") as tar:
        tar.add(folder, folder.name)
    return archive


@pytest.fixture
def crm_report(tmp_path):
    folder = tmp_path / "pcmk-Mon"
    (folder / "node02").mkdir(parents=True)
    (folder / "node02" / "pacemaker.log.extract.txt").write_text(RESULT)
    return folder


def test_an_archive_inside_an_archive_is_read(tmp_path, crm_report):
    """sos holds the tarball that crm_report made."""
    sos = tmp_path / "sosreport-node02"
    (sos / "sos_commands" / "pacemaker").mkdir(parents=True)
    (sos / "sos_commands" / "host").mkdir(parents=True)
    (sos / "sos_commands" / "host" / "hostname").write_text("node02\n")
    pack(crm_report, sos / "sos_commands" / "pacemaker" / "crm_report.tar.bz2")
    incident, problems = read(pack(sos, tmp_path / "sos.tar.bz2"))
    assert problems == []
    assert [one.resource for one in incident.failed_operations] == ["r_ip"]
    inner = "sos_commands/pacemaker/crm_report.tar.bz2"
    assert inputs(incident)[inner].skipped == f"an archive: its files follow as {inner}/"
    assert f"{inner}/node02/pacemaker.log.extract.txt" in inputs(incident)
    assert "gathered by sos report on node02" in incident.notes[0]


def test_lines_without_a_host_are_of_the_node_that_the_layout_tells(tmp_path):
    (tmp_path / "sos_commands" / "host").mkdir(parents=True)
    (tmp_path / "sos_commands" / "host" / "hostname").write_text("node07\n")
    (tmp_path / "ha-log").write_text(AGENT)
    incident, _ = read(tmp_path)
    assert list(incident.events["node"]) == ["node07"]


def test_lines_without_a_host_are_of_the_node_whose_folder_they_lie_in(tmp_path):
    for node in ("node01", "node02"):
        (tmp_path / node).mkdir()
        (tmp_path / node / "pacemaker.log").write_text(RESULT.replace("node02", node) + AGENT)
    incident, _ = read(tmp_path)
    agents = incident.events[incident.events["kind"] == "agent-error"]
    assert list(agents["node"]) == ["node01", "node02"]


def test_a_date_beside_a_log_tells_its_year_and_zone(tmp_path):
    (tmp_path / "ha-log").write_text(RESULT)
    (tmp_path / "date.txt").write_text("Mon Nov 23 02:05:00 JST 2015\n")
    incident, _ = read(tmp_path)
    assert incident.failed_operations[0].time.isoformat() == "2015-11-22T17:01:35.575000+00:00"


def test_a_line_that_tells_its_second_since_1970_tells_the_zone_and_the_year(tmp_path):
    (tmp_path / "ha-log").write_text(
        "Nov 23 11:59:04 node02 crmd: [129]: WARN: update_failcount: Updating failcount for r_ip on node02 after failed start:"
        " rc=1 (update=INFINITY, time=1321927144)\n".replace("Nov 23 11", "Nov 22 11")
        + "Nov 22 11:59:03 node02 crmd: [129]: info: process_lrm_event: LRM operation r_ip_start_0 (call=3, rc=1, cib-update=48,"
        " confirmed=true) unknown error\n"
    )
    incident, _ = read(tmp_path)
    assert incident.failed_operations[0].time.isoformat() == "2011-11-22T01:59:03+00:00"


def test_logs_alone_tell_the_nodes_and_the_dc(tmp_path):
    (tmp_path / "ha-log").write_text(
        "Nov 23 02:01:30 node01 crmd: [122]: info: update_dc: Set DC to node01 (3.0.1)\n"
        "Nov 23 02:01:35 node01 heartbeat: [99]: WARN: node node02: is dead\n"
    )
    incident, _ = read(tmp_path)
    assert (incident.cluster.dc, incident.cluster.stack) == ("node01", "Heartbeat")
    assert [(node.name, node.state) for node in incident.nodes] == [("node01", "online"), ("node02", "offline")]


def test_a_long_time_without_a_line_is_a_gap(tmp_path):
    minutes = [*range(60), *range(300, 360)]
    (tmp_path / "messages").write_text(
        "".join(f"Nov 23 {minute // 60:02}:{minute % 60:02}:00 node01 cron[1]: {'x' * 400}\n" for minute in minutes)
    )
    incident, _ = read(tmp_path / "messages")
    [(begin, end)] = incident.inputs[0].gaps_us
    assert 240 <= (end - begin) / 60_000_000 <= 265


def test_an_even_log_has_no_gap_however_rare_its_lines(tmp_path):
    (tmp_path / "messages").write_text(
        "".join(
            f"Nov {day:2} {hour:02}:00:00 node01 cron[1]: {'x' * 5000}\n" for day in range(1, 9) for hour in (3, 15)
        )
    )
    incident, _ = read(tmp_path / "messages")
    assert incident.inputs[0].gaps_us == []


SUPPORTCONFIG = """\
#=============================================================================#
# SUSE Linux Enterprise Server                                                #
#==[ Command ]======================================#
# /bin/rpm -q pacemaker corosync
pacemaker-2.0.4+20200616.2deceaa3a-3.3.1.x86_64
corosync-2.4.5-10.17.1.x86_64

#==[ Command ]======================================#
# /usr/sbin/crm_mon -r -1
Cluster Summary:
  * Stack: corosync
  * Current DC: node01 (version 2.0.4-2deceaa3a) - partition with quorum
  * Last updated: Mon Nov 23 02:05:03 2020
  * 2 nodes configured

Node List:
  * Online: [ node01 node02 ]

Failed Resource Actions:
  * r_ip_start_0 on node02 'error' (1): call=6, status='complete', exitreason='[findif] failed', last-rc-change='2020-11-23 02:01:35Z', queued=0ms, exec=56ms

#==[ Configuration File ]===========================#
# /var/lib/pacemaker/cib/cib.xml
<cib crm_feature_set="3.3.0" epoch="7" num_updates="0" admin_epoch="0">
  <configuration>
    <resources>
      <primitive id="r_ip" class="ocf" provider="heartbeat" type="IPaddr2"/>
    </resources>
  </configuration>
</cib>
"""


def test_the_sections_of_a_supportconfig_file_are_read_one_by_one(tmp_path):
    (tmp_path / "basic-environment.txt").write_text("Linux node01 5.3.18-24.52-default #1 SMP x86_64\n")
    (tmp_path / "ha.txt").write_text(SUPPORTCONFIG)
    incident, problems = read(tmp_path)
    assert problems == []
    [one] = incident.failed_operations
    assert (one.agent, one.sources[0].file) == ("ocf:heartbeat:IPaddr2", "ha.txt")
    assert SUPPORTCONFIG.split("\n")[one.sources[0].line - 1].startswith("  * r_ip_start_0")
    assert "gathered by supportconfig on node01" in incident.notes[0]


def test_an_earlier_report_in_a_bundle_is_passed_over(tmp_path):
    """It quotes the failures, and would make each of them two."""
    (tmp_path / "pacemaker.log").write_text(RESULT)
    (tmp_path / "report.json").write_text(
        '{\n"schema": "ha-report/1",\n"text": "r_ip_start_0 (node=n, call=6, rc=1, status=complete): e"}'
    )
    (tmp_path / "report.md").write_text("    r_ip_start_0 (node=n2, call=7, rc=1, status=complete): unknown error\n")
    incident, _ = read(tmp_path)
    assert len(incident.failed_operations) == 1
    assert {one.skipped for one in incident.inputs} == {None, "written by ha-report"}


def test_json_is_no_log(tmp_path):
    (tmp_path / "pacemaker.log").write_text(RESULT)
    (tmp_path / "truth.json").write_text(
        '{"failed": ["r_ip2_start_0 (node=n, call=6, rc=1, status=complete): unknown error"]}'
    )
    assert len(read(tmp_path)[0].failed_operations) == 1


@pytest.mark.parametrize(
    ("host", "name"), [("node02", "node02.example.com"), ("node02.example.com", "node02"), ("NODE02", "node02")]
)
def test_a_host_that_syslog_spells_in_another_way_is_the_node_that_the_cluster_names(tmp_path, host, name):
    told = (
        f"Nov 23 02:01:35 {host} crmd[96]:   notice: Result of start operation for r_ip on {name}: 1 (unknown error) \n"
    )
    agent = f"Nov 23 02:01:35 {host} IPaddr2(r_ip)[158]: ERROR: [findif] failed\n"
    (tmp_path / "messages").write_text(agent + told)
    incident, _ = read(tmp_path)
    assert set(incident.events["node"]) == {name}
    assert [one.name for one in incident.nodes] == [name]


def test_hosts_that_share_a_first_label_stay_apart(tmp_path):
    (tmp_path / "messages").write_text(
        "".join(
            f"Nov 23 02:01:35 db crmd[96]:   notice: Node db.{site} state is now member\n" for site in ("east", "west")
        )
    )
    assert set(read(tmp_path)[0].events["writer"]) == {"db"}


def test_logs_alone_tell_where_resources_run(tmp_path):
    (tmp_path / "ha-log").write_text(
        "".join(
            f"Nov 23 02:01:{second} n1 crmd[9]:   notice: Result of {operation} operation for {resource} on {node}: 0 (ok) \n"
            for second, operation, resource, node in (
                (10, "start", "r_ip", "n1"), (11, "start", "r_fs", "n1"), (20, "stop", "r_ip", "n1"), (21, "start", "r_ip", "n2"),
                (22, "stop", "r_fs", "n1"),
            )
        )
    )  # fmt: skip
    found = {(one.id, one.role, one.node) for one in read(tmp_path)[0].resources}
    assert found == {("r_ip", "Started", "n2"), ("r_fs", "Stopped", None)}


@pytest.mark.parametrize("pack_log", [gzip.compress, lzma.compress])
def test_a_small_log_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path, pack_log):
    noise = "".join(f"Nov 23 02:01:{second:02} node02 app[{second}]: {'%x' % 7**second}\n" for second in range(40, 60))
    packed = pack_log((RESULT + noise).encode())
    (tmp_path / "ha-log.packed").write_bytes(packed[: len(packed) * 9 // 10])
    incident, problems = read(tmp_path / "ha-log.packed")
    assert [one.resource for one in incident.failed_operations] == ["r_ip"]
    assert "not read to its end" in problems[0]
