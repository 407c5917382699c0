"""What the report cannot know: logs that are missing or end too early, clocks that disagree, lines that were dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING

from ha_report.model import Event, Finding, InputFile
from ha_report.numerals import whole_number
from ha_report.phrase import Phrase
from ha_report.questions.failures import failures
from ha_report.questions.knowledge import (
    SECOND,
    clock,
    events_of,
    instant,
    listed,
    plural,
    quotes,
    told_once,
)
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_NOT_LOGS = (
    "cib",
    "crm_mon",
    "crm-configure",
    "pcs",
    "ip-",
    "ifconfig",
    "ping",
    "versions",
    "date",
    "quorum",
    "cfgtool",
    "corosync.conf",
    "hosts",
)
_SKEW = 2 * SECOND
_LEAST = 2  # pairs of lines that have to agree
_NEAR = 3600 * SECOND


def _logs(incident: Incident) -> dict[str, list[InputFile]]:
    """Return the logs of each node that tell of the cluster."""
    found: dict[str, list[InputFile]] = defaultdict(list)
    for one in incident.inputs:
        if (
            one.node
            and one.format
            and one.events
            and one.last_time_us is not None
            and not one.format.startswith(_NOT_LOGS)
        ):
            found[one.node].append(one)
    return found


def log_gap(incident: Incident) -> Iterator[Finding]:
    """Say which nodes' logs are not there, or do not reach the time of the failure."""
    logs = _logs(incident)
    if not logs:
        return
    missing = [node.name for node in incident.nodes if node.name not in logs and "guest" not in node.roles]
    if missing:
        yield _gap(
            Phrase("No log of {missing} was read", missing=listed(missing)),
            Phrase("What happened on {missing} is known only as far as other nodes tell it.", missing=listed(missing)),
            missing[0],
            (
                Phrase(
                    "Collect the logs of {missing} too, and report on all of them together.", missing=listed(missing)
                ),
            ),
        )
    for failure in failures(incident):
        files = logs.get(failure.node or "")
        if files and failure.time_us is not None and not _covers(files, failure.time_us):
            yield _gap(
                Phrase(
                    "The logs of {node} do not reach {time}, when {resource} failed",
                    node=failure.node,
                    time=clock(failure.time_us),
                    resource=failure.resource,
                ),
                Phrase("They were cut or rotated: the lines that tell why are not in what was read."),
                failure.node,
                (Phrase("Give the rotated logs, too (such as pacemaker.log-*.gz)."),),
            )
            break
    cut = [one for one in incident.inputs if (one.skipped or "").startswith("not read to its end")]
    if cut:
        yield _gap(
            Phrase(
                "{count} could not be read to the end: {paths}",
                count=plural(len(cut), "file"),
                paths=listed(one.path for one in cut[:3]),
            ),
            f"{cut[0].skipped}.",
            cut[0].node,
            (Phrase("Get an undamaged copy."),),
        )


def _covers(files: list[InputFile], time_us: int) -> bool:
    return any(
        (one.first_time_us or 0) - 5 * SECOND <= time_us <= (one.last_time_us or 0) + 5 * SECOND for one in files
    )


def _gap(title: str, cause: str, node: str | None, remedy: tuple[str, ...]) -> Finding:
    return Finding(
        rule="log-gap", severity="notice", confidence="certain", title=title, cause=cause, node=node, remedy=remedy
    )


def clock_skew(incident: Incident) -> Iterator[Finding]:
    """Say that two nodes' clocks disagree: what one asked for, the other had done before.

    The order of lines of different nodes cannot be trusted then, nor can times of different nodes be subtracted.
    """
    asked: dict[tuple[str, str], list[int]] = defaultdict(list)
    lines: dict[tuple[str, str], tuple[Event, Event]] = {}
    for request, done in _pairs(incident):
        pair = request.writer or "", done.writer or ""
        asked[pair].append((done.time_us or 0) - (request.time_us or 0))
        lines.setdefault(pair, (request, done))
    for (dc, node), apart in asked.items():
        middle = median(apart)
        if len(apart) >= _LEAST and abs(middle) > _SKEW:
            clocks = {"node": node, "dc": dc, "seconds": f"{abs(middle) / SECOND:.0f}"}
            yield Finding(
                rule="clock-skew",
                severity="warning",
                confidence="likely",
                title=Phrase("The clock of {node} is {seconds} s behind that of {dc}", **clocks)
                if middle < 0
                else Phrase("The clock of {node} is {seconds} s ahead of that of {dc}", **clocks),
                cause=Phrase(
                    "{operations} that {dc} asked {node} for began there that much {sooner} by its own clock. Lines of"
                    " these nodes stand in a wrong order.",
                    operations=plural(len(apart), "operation"),
                    dc=dc,
                    node=node,
                    sooner=Phrase("earlier") if middle < 0 else Phrase("later"),
                ),
                node=node,
                time=instant(lines[dc, node][0].time_us),
                evidence=quotes(incident, lines[dc, node]),
                remedy=(Phrase("Have all nodes keep their time:"), "$ chronyc tracking"),
                verify=(Phrase("On each node at once:"), "$ date --utc +%T.%N"),
            )


def _pairs(incident: Incident) -> Iterator[tuple[Event, Event]]:
    """Yield what a DC asked another node for, with that node's line of doing it."""
    done: dict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in told_once(events_of(incident, "operation-requested", "operation-started")):
        done[event.writer, event.resource, event.operation, event.interval_ms or 0].append(event)
    requests: dict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in told_once(events_of(incident, "action-requested")):
        if event.node != event.writer:
            requests[event.node, event.resource, event.operation, event.interval_ms or 0].append(event)
    for key, asked in requests.items():
        own = [one for one in done.get(key, []) if one.kind == "operation-requested"] or done.get(key, [])
        if len(own) == len(asked):  # one for one, so that no clock is needed to pair them
            yield from (
                (first, second)
                for first, second in zip(asked, own, strict=True)
                if first.time_us and second.time_us and abs(second.time_us - first.time_us) < _NEAR
            )


def rate_limited(incident: Incident) -> Iterator[Finding]:
    """Say that the logging service dropped lines, so that what is not there may have happened all the same."""
    by_node: dict[str | None, list[Event]] = defaultdict(list)
    for event in told_once(events_of(incident, "log-lost")):
        by_node[event.writer].append(event)
    for node, events in by_node.items():
        lost = sum(whole_number(event.value) or 0 for event in events)
        yield Finding(
            rule="rate-limited",
            severity="notice",
            confidence="certain",
            title=Phrase(
                "{lost} lines of {node} were dropped by its logging service, first at {time}",
                lost=lost or Phrase("Some"),
                node=node or Phrase("a node"),
                time=clock(events[0].time_us),
            ),
            cause=Phrase(
                "Logging was limited to so many lines in a time. Lines that would tell of a failure may be among"
                " those that are missing; the detail log (pacemaker.log) is not limited."
            ),
            node=node,
            time=instant(events[0].time_us),
            evidence=quotes(incident, events[:4]),
            remedy=(
                Phrase(
                    "Lift the limit: RateLimitIntervalSec=0 in journald.conf, or imuxsock's"
                    ' SysSock.RateLimit.Interval="0" in rsyslog.conf.'
                ),
            ),
            verify=("$ journalctl -u systemd-journald | grep -i suppressed",),
        )


RULES = (
    Rule(
        id="log-gap",
        find=log_gap,
        looks_at=(
            "nodes of the cluster whose logs were not read",
            "failures at a time that the logs of their node do not cover",
            "files that are damaged or cut",
        ),
        example="Online: [ node01 node02 ], and no log of node02",
        advice=True,
    ),
    Rule(
        id="clock-skew",
        find=clock_skew,
        looks_at=("operations that a DC asked another node for, against that node's own line of starting them",),
        example="Nov 23 02:01:35.499 node01 pacemaker-controld  [95] (execute_rsc_action) \tnotice: Initiating start operation"
        " r_ip_start_0 on node02 | action 3",
        advice=True,
    ),
    Rule(
        id="rate-limited",
        find=rate_limited,
        looks_at=("words of rsyslog and journald on lines that they dropped",),
        example="rsyslogd: imuxsock lost 361 messages from pid 2204 due to rate-limiting",
        advice=True,
    ),
)
