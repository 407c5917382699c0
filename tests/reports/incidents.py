"""Incidents written by hand, for the reports' tests and for looking at the page."""

import dataclasses
from datetime import datetime, timezone

import pandas as pd

from ha_report.incident import Incident
from ha_report.model import (
    ClusterFacts,
    Event,
    Evidence,
    FailCount,
    FailedOperation,
    Finding,
    InputFile,
    NodeState,
    ResourceState,
    Snapshot,
    Source,
)

VERSION = "0.1"
BEGIN = datetime(2026, 11, 23, 2, 1, tzinfo=timezone.utc)
BEGIN_US = int(BEGIN.timestamp()) * 1_000_000
START = Event(
    time_us=BEGIN_US + 35_575_000,
    writer="node02",
    node="node02",
    program="pacemaker-controld",
    level="notice",
    kind="operation-result",
    resource="r_ip",
    operation="start",
    interval_ms=0,
    call=6,
    rc=1,
    status="complete",
    reason="[findif] failed",
    value=None,
    text="Result of start operation for r_ip on node02: error ([findif] failed)"
    " | CIB update 15, graph action confirmed; call=6 key=r_ip_start_0 rc=1",
    file="node02/pacemaker.log",
    line=365,
)
FAILED_START = FailedOperation(
    resource="r_ip",
    agent="ocf:heartbeat:IPaddr2",
    operation="start",
    interval_ms=0,
    node="node02",
    call=6,
    rc=1,
    rc_text="error",
    status="complete",
    exit_reason="[findif] failed",
    time=BEGIN.replace(second=35, microsecond=575_000),
    sources=(
        Source("node02/pacemaker.log", 365),
        Source("node01/pacemaker.log", 431),
        Source("node02/ha-log", 115),
        Source("node01/crm_mon.txt", 21),
    ),
)
NO_ROUTE = Finding(
    rule="ipaddr2-no-route",
    severity="error",
    confidence="certain",
    title="r_ip could not start on node02: node02 has no interface in 192.168.200.0/24, and nic is not set",
    cause="Without `nic` the agent takes the interface from the routing table. node02 has only eth0 in 192.168.100.0/24; "
    "on node01 eth1 serves the address. r_ip runs on node01 since 02:01:35; node02 is barred from it.",
    resource="r_ip",
    node="node02",
    time=FAILED_START.time,
    evidence=(
        Evidence(
            "node02/pacemaker.log", 354, "Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: Unable to find nic or netmask."
        ),
        Evidence(
            "node02/pacemaker.log",
            365,
            f"Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event)  notice: {START.text}",
        ),
        Evidence("node02/ip_route.txt", 1, "192.168.100.0/24 dev eth0 proto kernel scope link src 192.168.100.102"),
        Evidence("node01/cib.xml", 21, '<nvpair name="ip" value="192.168.200.50" id="r_ip-instance_attributes-ip"/>'),
    ),
    remedy=(
        "Give node02 an interface with an address in 192.168.200.0/24 (its eth1 is missing), then lift the bar:",
        "$ crm_resource --cleanup --resource r_ip --node node02",
    ),
    verify=(
        "$ ip -o -f inet route list match 192.168.200.50 scope link",
        "On node02 this must name an interface; today it prints nothing.",
    ),
    references=("https://github.com/ClusterLabs/resource-agents/blob/main/heartbeat/findif.sh",),
)


def frame(events):
    """Return events as an incident holds them."""
    with pd.option_context("mode.string_storage", "python"):  # as to_frame does
        made = pd.DataFrame(list(events), columns=list(Event._fields)).rename(columns={"time_us": "time"})
    made["time"] = pd.to_datetime(made["time"].astype("Int64"), unit="us", utc=True).astype("datetime64[us, UTC]")
    numbers = ["interval_ms", "call", "rc", "line"]
    return made.astype(dict.fromkeys(numbers, "Int64"))


def incident(events=(), **changes):
    """Return an incident in which nothing is known but what `changes` say."""
    frame_ = frame(events)
    times = [event.time_us for event in events if event.time_us is not None]
    empty = {
        "sources": ["bundle"], "failed_operations": [], "cluster": ClusterFacts(), "nodes": [], "resources": [],
        "fail_counts": [], "attributes": {}, "snapshots": [], "inputs": [],
        "window_us": (min(times, default=None), max(times, default=None)),
    }  # fmt: skip
    return Incident(**(empty | {"events": frame_} | changes))


def event(second, text, **changes):
    """Return an event of node01 that many seconds after BEGIN, unlike START in `changes`."""
    quiet = {"kind": "node-state", "resource": None, "operation": None, "interval_ms": None, "call": None, "rc": None,
             "status": None, "reason": None, "writer": "node01", "node": "node01", "file": "node01/pacemaker.log"}  # fmt: skip
    return START._replace(**(quiet | {"time_us": BEGIN_US + round(second * 1_000_000), "text": text} | changes))


def result(second, node, operation, rc, line, **changes):
    """Return the event of an operation of r_ip that ended."""
    words = {0: "ok", 1: "error ([findif] failed)", 7: "not running"}[rc]
    named = "probe" if operation == "monitor" else operation
    told = {"kind": "operation-result", "resource": "r_ip", "operation": operation, "interval_ms": 0, "rc": rc}
    place = {"writer": node, "node": node, "file": f"{node}/pacemaker.log", "line": line}
    text = f"Result of {named} operation for r_ip on {node}: {words} | graph action confirmed; rc={rc}"
    return event(second, text, **(told | place | changes))


def agent(second, text, level, line, **changes):
    """Return a line of the agent on node02."""
    told = {"kind": "agent-output", "resource": "r_ip", "program": "IPaddr2", "level": level}
    place = {"writer": "node02", "node": "node02", "file": "node02/pacemaker.log", "line": line}
    return event(second, text, **(told | place | changes))


def nic_none_events():
    """Return what Pacemaker 2.1.5 logs when an address has no interface on a node (the lab's nic-none-one)."""
    route = "Unable to find nic or netmask."
    return [
        event(26, "Starting Pacemaker 2.1.5 | build=2.1.5 features: agent-manpages ascii-docs", kind="stack-started", line=4),
        event(28.735, "Quorum acquired | membership=9 members=2", kind="quorum", line=144),
        event(28.7, "Node node02 state is now member | nodeid=2 previous=unknown", node="node02", line=86),
        event(28.7, "Node node01 state is now member | nodeid=1 previous=unknown", line=88),
        event(32.759, "State transition S_ELECTION -> S_INTEGRATION", kind="controller-state", line=201),
        event(32.831, "Set DC to node01 (3.16.1)", kind="dc-set", level="info", line=228),
        event(32.839, "Transition 0 (Complete=0, Pending=0, Fired=0): Complete", kind="transition-ended", line=342),
        event(35.415, "Actions: Start      r_ip    ( node02 )", kind="action-planned", resource="r_ip", line=372),
        event(35.419, "Initiating monitor operation r_ip_monitor_0 on node02 | action 2", kind="operation-requested",
              resource="r_ip", operation="monitor", interval_ms=0, node="node02", line=376),
        agent(35, route, "error", 331),
        result(35.483, "node02", "monitor", 7, 340),
        result(35.491, "node01", "monitor", 7, 409),
        event(35.499, "Initiating start operation r_ip_start_0 on node02 | action 3", kind="operation-requested",
              resource="r_ip", operation="start", interval_ms=0, node="node02", line=416),
        agent(35.55, route, "error", 354),
        agent(35.56, "[findif] failed", "error", 355),
        START,
        START._replace(time_us=BEGIN_US + 35_000_000, file="node02/ha-log", line=115, text=START.text.split(" | ")[0]),
        event(35.579, "Transition 1 aborted by operation r_ip_start_0 'modify' on node02: Event failed | magic=0:1;3:1:0:28",
              kind="transition-aborted", resource="r_ip", operation="start", node="node02", line=428),
        event(35.579, "Transition 1 action 3 (r_ip_start_0 on node02): expected 'ok' but got 'error' | target-rc=0 rc=1",
              kind="action-failed", resource="r_ip", operation="start", interval_ms=0, rc=1, node="node02", line=431),
        event(35.583, "Setting fail-count-r_ip#start_0[node02]: (unset) -> INFINITY | from node01 with no write delay",
              kind="fail-count", resource="r_ip", node="node02", line=436),
        event(35.591, "Actions: Recover    r_ip    ( node02 -> node01 )", kind="action-planned", resource="r_ip", line=473),
        result(35.635, "node02", "stop", 0, 391),
        result(35.699, "node01", "start", 0, 503),
        event(35.735, "State transition S_TRANSITION_ENGINE -> S_IDLE", kind="controller-state", line=529),
    ]  # fmt: skip


def log(path, node, events=0, undecoded=0):
    """Return a log that was read to its end."""
    return InputFile(
        path=path, node=node, format="pacemaker-2", bytes=79_697, lines=531, first_time_us=BEGIN_US + 26_000_000,
        last_time_us=BEGIN_US + 41_735_000, events=events, undecoded_count=undecoded,
        undecoded=[Evidence(path, 120, "a line of no row"), Evidence(path, 131, "another")][:undecoded],
    )  # fmt: skip


def nic_none():
    """Return a whole incident: one failed start, the cause known, the resource moved to the other node."""
    resource = ResourceState(
        "r_ip", "ocf:heartbeat:IPaddr2", "Started", "node01", managed=True, failed=False, blocked=False
    )
    versions = {"pacemaker": "2.1.5", "corosync": "3.1.7", "resource_agents": "4.12.0", "crmsh": "4.4.1"}
    nodes = [NodeState("node01", "online", ("DC",), 0.0), NodeState("node02", "online", (), 0.2)]
    return incident(
        sorted(nic_none_events(), key=lambda told: told.time_us),
        sources=["lab/nic-none-one"],
        failed_operations=[FAILED_START],
        cluster=ClusterFacts("halab", "corosync", "node01", quorum=True, versions=versions),
        nodes=nodes,
        resources=[resource],
        fail_counts=[FailCount("r_ip", "node02", "INFINITY", "1000000", "Mon Nov 23 02:01:35 2026")],
        snapshots=[Snapshot("node01/crm_mon.txt", "crm_mon-text", nodes=nodes, resources=[resource])],
        inputs=[
            log("node01/pacemaker.log", "node01", events=16),
            log("node02/pacemaker.log", "node02", events=7, undecoded=2),
            InputFile(
                "node02/ha-log", "node02", "syslog-bsd", 12_019, 123, BEGIN_US + 26_000_000, BEGIN_US + 35_000_000, 1
            ),
            InputFile("node01/crm_mon.txt", "node01", "crm_mon-text", 741, 21),
            InputFile("node01/pengine/pe-input-0.bz2", "node01", None, 745, 0, skipped="scheduler input, not read"),
        ],
        notes=["The lines of node02/ha-log have no year; 2026 is taken from node02/pacemaker.log."],
    )


def quiet():
    """Return an incident in which nothing failed."""
    return incident(
        [event(28.735, "Quorum acquired", kind="quorum", line=144)], inputs=[log("pacemaker.log", "node01", 1, 1)]
    )


def repeating(times=334):
    """Return an incident with a monitor that failed over and over, and no rule that knows why."""
    monitor = {"operation": "monitor", "interval_ms": 10_000, "rc": 7, "reason": None}
    events = [
        START._replace(
            time_us=BEGIN_US + 10_000_000 * number, call=number, line=number + 1,
            text=f"Result of monitor operation for r_ip on node02: not running | call={number}", **monitor,
        )
        for number in range(times)
    ]  # fmt: skip
    failures = [
        FailedOperation(
            "r_ip", None, "monitor", 10_000, "node02", told.call, 7, "not running", "complete", None,
            datetime.fromtimestamp(told.time_us / 1_000_000, timezone.utc), (Source(told.file, told.line),),
        )
        for told in events
    ]  # fmt: skip
    return incident(events, failed_operations=failures, inputs=[log("node02/pacemaker.log", "node02", times)])


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|'/C calc'!A0",
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    "```\n# a headline `tick` |pipe| @admin #1",
    "\u202etxt.exe\u2028 \udc80\udcff lone",
    "</template></style><!-- {{ 7*7 }} {% raw %}",
)


def hostile():
    """Return an incident written by somebody who means harm, in every text there is."""
    everything = " ".join(HOSTILE)
    events = [
        event(
            number,
            text,
            line=number + 1,
            resource=text,
            node=text,
            kind="agent-output",
            reason=text,
            level="error",
            file=text,
        )
        for number, text in enumerate((*HOSTILE, everything))
    ]
    failures = [
        FailedOperation(text, text, text, 1, text, 1, 1, text, text, text, BEGIN, (Source(text, 1),))
        for text in HOSTILE
    ]
    return incident(
        events,
        sources=[everything],
        failed_operations=failures,
        cluster=ClusterFacts(everything, everything, everything, quorum=True, versions={everything: everything}),
        nodes=[NodeState(text, text, (text,)) for text in HOSTILE],
        resources=[ResourceState(text, text, text, text, text) for text in HOSTILE],
        fail_counts=[FailCount(text, text, text, text, text) for text in HOSTILE],
        inputs=[InputFile(text, text, text, 1, 1, skipped=text) for text in HOSTILE],
        notes=list(HOSTILE),
    )


def hostile_finding():
    """Return a finding whose words mean harm."""
    everything = " ".join(HOSTILE)
    proof = tuple(Evidence(text, 1, text) for text in HOSTILE)
    commands = tuple(f"$ {text}" for text in HOSTILE)
    return Finding("rule", "error", "likely", everything, everything, everything, everything, BEGIN, proof,
                   commands, HOSTILE, ("javascript:alert(1)", *HOSTILE))  # fmt: skip


def crowded(number=5_000):
    """Return an incident with many events, of which one in the middle failed."""
    routine = [
        event(second / 4, f"Node node{second % 7:02} state is now member", node=f"node{second % 7:02}", line=second + 1)
        for second in range(number)
    ]
    middle = number // 2
    routine[middle] = START._replace(time_us=routine[middle].time_us, line=middle + 1)
    failed = [dataclasses.replace(FAILED_START, sources=(Source(START.file, middle + 1),))] if number else []
    return incident(routine, failed_operations=failed, inputs=[log("node01/pacemaker.log", "node01", number)])


def large_cluster():
    """Return a cluster of six nodes in trouble: several findings, resources down, a node fenced, days of logs."""
    names = [f"prod-db-{number:02}.example.com" for number in range(1, 7)]
    states = ["online", "online", "standby", "UNCLEAN (offline)", "online", "maintenance"]
    nodes = [
        NodeState(name, state, ("DC",) if number == 1 else ())
        for number, (name, state) in enumerate(zip(names, states, strict=True))
    ]
    resources = [
        ResourceState(f"p_fs_{number:02}", "ocf:heartbeat:Filesystem", "Started", names[number % 3], f"g_{number // 4}")
        for number in range(24)
    ]
    resources += [
        ResourceState("p_state:0", "ocf:pacemaker:Stateful", "Promoted", names[0], "ms_state", managed=True),
        ResourceState("p_state:1", "ocf:pacemaker:Stateful", "Unpromoted", names[1], "ms_state", managed=True),
        ResourceState("p_vip", "ocf:heartbeat:IPaddr2", "Stopped", None),
        ResourceState("p_web", "systemd:httpd", "Started", names[4], managed=False),
        ResourceState("p_stuck", "ocf:heartbeat:Filesystem", "Started", names[3], failed=True, blocked=True),
    ]
    times = [(names[2], "p_fs_02", "monitor", 10_000, 7, "not running", 41), (names[3], "p_stuck", "stop", 0, 1, "Timed Out", 1),
             (names[0], "p_vip", "start", 0, 1, "error", 2)]  # fmt: skip
    failures = [
        FailedOperation(
            resource, "ocf:heartbeat:Filesystem", operation, interval, node, call, rc, words,
            words if words == "Timed Out" else "complete", "Couldn't unmount /srv; trying cleanup with KILL" if rc == 1 else None,
            datetime.fromtimestamp((BEGIN_US + 3_600_000_000 * call) / 1_000_000, timezone.utc),
            (Source(f"{node}/pacemaker.log", 100 + call), Source(f"{node}/messages", 300 + call)),
        )
        for node, resource, operation, interval, rc, words, often in times
        for call in range(often)
    ]  # fmt: skip
    events = [
        *(event(60 * number, f"High CPU load detected: {number}.250000", level="notice", kind="process-paused" if number % 50 == 0
                else "agent-output", node=names[number % 6], file=f"{names[number % 6]}/pacemaker.log", line=number + 1)
          for number in range(3_000)),
        event(90_000, "Operation 'reboot' targeting prod-db-04 by prod-db-02 for pacemaker-controld: OK",
              kind="fencing-result", node=names[3], line=9_001),
        event(90_010, "Quorum lost", kind="quorum", level="warning", node=names[1], line=9_002),
    ]  # fmt: skip
    fenced = Finding(
        "stop-failed-fencing", "error", "likely", f"p_stuck failed to stop on {names[3]}, so that node was fenced",
        "A resource that cannot be stopped must not be started elsewhere. `on-fail` of its stop is `fence`.",
        "p_stuck", names[3], failures[41].time,
        (Evidence(f"{names[3]}/pacemaker.log", 100, "Result of stop operation for p_stuck on prod-db-04: Timed Out"),),
        ("Find what keeps /srv busy:", "$ fuser -vm /srv", f"$ crm_resource --cleanup --resource p_stuck --node {names[3]}"),
        ("$ findmnt /srv",),
    )  # fmt: skip
    quorum = Finding("quorum-lost", "warning", "certain", "The partition of three nodes had no quorum for 41 s",
                     "Three of six nodes are no majority.", time=BEGIN, evidence=(Evidence("a/messages", 1, "Quorum lost"),),
                     remedy=("Add a quorum device.",))  # fmt: skip
    return incident(
        sorted(events, key=lambda told: told.time_us),
        failed_operations=sorted(failures, key=lambda failed: failed.time),
        cluster=ClusterFacts(
            "production", "corosync", names[1], quorum=False, versions={"pacemaker": "2.0.4", "corosync": "3.0.3"}
        ),
        nodes=nodes,
        resources=resources,
        fail_counts=[FailCount("p_state", names[1], "3", "5"), FailCount("p_stuck", names[3], "INFINITY", "1000000")],
        inputs=[log(f"{name}/pacemaker.log", name, 500, 2) for name in names],
        sources=["crm_report-production.tar.bz2"],
    ), [fenced, quorum]


def long_story(rounds=40):
    """Return an incident in which a resource was stopped and started again and again."""
    events = [
        result(60 * number + second, "node01", operation, 0, 10 * number + second + 1, call=2 * number + second)
        for number in range(rounds)
        for second, operation in ((0, "start"), (1, "stop"))
    ]
    return incident(events, inputs=[log("node01/pacemaker.log", "node01", len(events))])
