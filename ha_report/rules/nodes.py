"""Nodes that went away: lost at once, or shut down in order.

Sources: `crm_update_peer_state()` and `peer_update_callback()` of the controller, exec/totemsrp.c of corosync,
heartbeat.c of Heartbeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Event, Evidence, Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.apart import apart_now
from ha_report.questions.commands import is_1_0, watch
from ha_report.questions.daemon_deaths import death_behind
from ha_report.questions.departures import Departure, departures
from ha_report.questions.failures import failures, result_lines
from ha_report.questions.fencings import Fencing, fencings
from ha_report.questions.knowledge import (
    END_OF_TIME,
    SECOND,
    between,
    clock,
    events_of,
    instant,
    listed,
    properties_of,
    quotes,
    written_by,
)
from ha_report.questions.outside import beside
from ha_report.questions.placement import downtime, placement
from ha_report.questions.stories import joined
from ha_report.questions.symptoms import cause_of, names_of, remedy_of, seen_in_words, sentence
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_SOON = 120 * SECOND
_ECHO = 2 * SECOND  # clocks of nodes, and whole seconds, are so far apart
_SBD = re.compile(r"\bsbd(?:\[\d+\])?: .*(?:Latency: |is outdated|Majority of devices lost)")


def node_lost(incident: Incident) -> Iterator[Finding]:
    """Say that a node went without a shutdown: it crashed, froze, lost power or its network.

    Its own log tells most: it just ends.  corosync on the others says that no leave message came.  One whose daemon
    had just died is told there (daemon-died).
    """
    told = {one.node for one in departures(incident)}
    for gone in departures(incident):
        if death_behind(incident, gone) is not None:
            continue
        if gone.kind == "lost":
            yield _lost(incident, gone)
        elif gone.kind == "fenced" and not _caused(incident, gone):
            yield _fenced(incident, gone)
    if apart_now(incident) is None:
        yield from (finding for finding in _offline(incident) if finding.node not in told)


def _lost(incident: Incident, gone: Departure) -> Finding:
    fence = next(
        (one for one in fencings(incident) if one.node == gone.node and one.begin_us >= gone.time_us - _SOON), None
    )
    last = last_words(incident, gone)
    remote = [one for one in failures(incident) if one.resource == gone.node and one.is_remote_connection]
    sure = any(one.kind in ("node-left-unclean", "remote-node-lost") for one in gone.proof) or last is not None
    sources: list[Source | Event] = [
        *gone.proof[:2],
        gone.told[0],
        *([last] if last else []),
        *(fence.told[:1] if fence else []),
    ]
    lines = [line for one in remote for line in result_lines(incident, one)]
    reset = beside(incident, gone.node, gone.time_us, _SBD)[:3]
    seen = seen_in_words("sbd", [line.text for line in reset])
    names = names_of(incident, seen, None, gone.node) if seen else {}
    fault = sentence(seen.symptom.title, names) if seen else Phrase("it crashed, froze or lost power or its network")
    return Finding(
        rule="node-lost",
        severity="warning" if fence is not None and not fence.done else "error",
        confidence="certain" if sure else "likely",
        title=Phrase(
            "{node} was lost at {time} without a shutdown: {fault}",
            node=gone.node,
            time=clock(gone.time_us),
            fault=fault,
        ),
        cause=Phrase.joined(
            [*(cause_of(seen, names, reset) if seen else ()), *_lost_cause(incident, gone, fence, last)]
        ),
        resource=gone.node if remote else None,
        node=gone.node,
        time=instant(gone.time_us),
        evidence=joined(lines, quotes(incident, sources), reset, quotes(incident, _moves(incident, gone)[1])),
        remedy=(
            Phrase(
                "Find out what happened to {node} just before {time}: power, hardware, kernel, hypervisor, network:",
                node=gone.node,
                time=clock(gone.time_us),
            ),
            "$ last -x -F | head",
            "$ journalctl --boot=-1 --lines=200",
            *(remedy_of(incident, seen.symptom, gone.node, names) if seen else ()),
        ),
        verify=(Phrase("The node must be online again, and fencing must work before the next time:"), watch(incident)),
        references=('corosync: "Failed to receive the leave message" means that the node did not say that it leaves',),
        symptom=seen.symptom.id if seen else None,
    )


def _caused(incident: Incident, gone: Departure) -> bool:
    """Say whether an operation failed on the node just before: then its fencing is told there."""
    return any(
        one.node == gone.node and one.time_us is not None and gone.time_us - _SOON <= one.time_us <= gone.time_us
        for one in failures(incident)
    )


def _fenced(incident: Incident, gone: Departure) -> Finding:
    """Return that a node was fenced while it was a member, and why as the cluster says it."""
    reason = next((one.reason for one in gone.proof if one.kind == "fencing-scheduled" and one.reason), None)
    by_hand = "termination was requested" in (reason or "")
    asked = gone.proof[0].time_us or gone.time_us
    done = next((one for one in fencings(incident) if one.node == gone.node and one.end_us >= asked), None)
    return Finding(
        rule="node-lost",
        severity="notice" if by_hand else "error",
        confidence="certain" if reason else "likely",
        title=Phrase("{node} was fenced at {time}", node=gone.node, time=clock(gone.time_us))
        + (
            Phrase(", as somebody had asked for")
            if by_hand
            else Phrase(": {reason}", reason=reason)
            if reason
            else Phrase(" while it was a member of the cluster")
        ),
        cause=Phrase("The cluster asked for it at {time}", time=clock(gone.proof[0].time_us))
        + (Phrase(": {reason}.", reason=reason) if reason else "."),
        node=gone.node,
        time=instant(gone.time_us),
        evidence=quotes(incident, [*gone.proof[:2], gone.told[0], *(done.told[:1] if done else [])]),
        remedy=(
            Phrase("Nothing to mend, if this was meant.")
            if by_hand
            else Phrase("Look at what the cluster complains of on {node}.", node=gone.node),
        ),
        verify=(watch(incident),),
    )


def last_words(incident: Incident, gone: Departure) -> Event | None:
    """Return the last line of the node's own log before it went; None where the log goes on."""
    own = written_by(incident, gone.node)
    before = between(own, 0, gone.time_us)
    began = [one for one in events_of(incident, "stack-started") if one.writer == gone.node]
    booted = min((one.time_us or 0 for one in between(began, gone.time_us, END_OF_TIME - 1)), default=END_OF_TIME)
    goes_on = between(own, gone.time_us + _ECHO, min(gone.time_us + _SOON, booted) - 1)
    return before[-1] if before and not goes_on else None


def _lost_cause(incident: Incident, gone: Departure, fence: Fencing | None, last: Event | None) -> Iterator[str]:
    if any(one.kind == "node-left-unclean" for one in gone.proof):
        yield Phrase("No leave message came, as one does in a shutdown.")
    if last is not None:
        yield Phrase("Its own log just ends at {time}.", time=clock(last.time_us))
    if fence is not None and fence.done:
        yield Phrase("{by} fenced it at {time}.", by=fence.by or Phrase("The cluster"), time=clock(fence.end_us))
    elif properties_of(incident).get("stonith-enabled", properties_of(incident).get("fencing-enabled")) == "false":
        yield Phrase(
            "Fencing is off, so nothing made sure that it was down before its resources were started elsewhere."
        )
    if gone.back_us is not None:
        yield Phrase("It was back at {time}.", time=clock(gone.back_us))
    yield from _moves(incident, gone)[0]


def _moves(incident: Incident, gone: Departure) -> tuple[list[str], list[Source]]:
    """Return what became of the resources that ran on the node, and where that is told."""
    ended = [stay for stay in placement(incident) if stay.node == gone.node and stay.end_us == gone.time_us]
    names = {stay.resource for stay in ended}
    gaps = [gap for gap in downtime(incident) if gap.resource in names and gap.begin_us == gone.time_us]
    back = [gap for gap in gaps if gap.end_us is not None]
    never = [gap.resource for gap in gaps if gap.end_us is None]
    sentences: list[str] = []
    if back:
        longest = max((gap.end_us or 0) - gap.begin_us for gap in back) / SECOND
        sentences.append(
            Phrase(
                "{resources} ran nowhere for {longest} s, then elsewhere.",
                resources=listed(gap.resource for gap in back),
                longest=f"{longest:.1f}",
            )
        )
    if never:
        sentences.append(
            Phrase.counted(
                "{resources} has not run since.", "{resources} have not run since.", len(never), resources=listed(never)
            )
        )
    return sentences, [gap.ended_by for gap in back if gap.ended_by is not None][:1]


def _offline(incident: Incident) -> Iterator[Finding]:
    """Yield nodes that a snapshot shows gone, where no log tells of it."""
    for node in incident.nodes:
        state = node.state or ""
        if ("offline" not in state.lower() and "UNCLEAN" not in state) or "guest" in node.roles:
            continue
        unclean = "UNCLEAN" in state
        snapshot = next(
            (one for one in reversed(incident.snapshots) if any(own.name == node.name for own in one.nodes)), None
        )
        yield Finding(
            rule="node-lost",
            severity="warning",
            confidence="likely" if unclean else "possible",
            title=Phrase("{name} is {state}", name=node.name, state=state)
            + (
                Phrase(": the cluster does not know what it does")
                if unclean
                else Phrase("; no log that was read tells why")
            ),
            cause=Phrase("Its resources stay where they were until it is fenced or comes back.")
            if unclean
            else Phrase("It may have been shut down."),
            node=node.name,
            time=instant(snapshot.time_us) if snapshot else None,
            evidence=_line_with(incident, snapshot.file if snapshot else None, node.name),
            remedy=(
                Phrase("Look at {name} itself, and collect its logs.", name=node.name),
                "$ stonith_admin --history '*'",
            ),
            verify=(watch(incident),),
        )


def _line_with(incident: Incident, file: str | None, name: str) -> tuple[Evidence, ...]:
    """Return the line of a snapshot that shows a node gone."""
    lines = incident.quotes.around(Source(file, 1), 0, 200) if file else []
    gone = ("ffline", "OFFLINE", "UNCLEAN", 'online="false"')
    return tuple(line for line in lines if name in line.text and any(word in line.text for word in gone))[:1]


def node_shutdown(incident: Incident) -> Iterator[Finding]:
    """Say that somebody shut the cluster down on a node in order; what ran there moved away before."""
    for gone in departures(incident):
        if gone.kind == "shutdown":
            yield _shut(incident, gone)


def _shut(incident: Incident, gone: Departure) -> Finding:
    own = [one for one in gone.proof if one.kind in ("stack-stopping", "stack-stopped")]
    back = Phrase(" It was back at {time}.", time=clock(gone.back_us)) if gone.back_us is not None else ""
    program = (
        "Heartbeat" if is_1_0(incident) or incident.cluster.stack == "heartbeat" else Phrase("Pacemaker and corosync")
    )
    moved = [
        gap for gap in downtime(incident) if gone.time_us - _SOON <= gap.begin_us <= gone.time_us + _SOON and gap.end_us
    ]
    went = Phrase(" {resources} moved.", resources=listed(gap.resource for gap in moved)) if moved else ""
    return Finding(
        rule="node-shutdown",
        severity="notice",
        confidence="certain" if own else "likely",
        title=Phrase(
            "{node} was shut down in order at {time}", node=gone.node, time=clock((gone.proof or gone.told)[0].time_us)
        ),
        cause=Phrase(
            "An administrator, or the system's shutdown, stopped {program} on it.{went}{back}",
            program=program,
            went=went,
            back=back,
        ),
        node=gone.node,
        time=instant(gone.proof[0].time_us),
        evidence=quotes(incident, [*gone.proof[:4], gone.told[0]]),
        remedy=(
            Phrase("Nothing failed. To have {node} in the cluster again, start it there:", node=gone.node),
            "$ service heartbeat start"
            if incident.cluster.stack == "heartbeat" or is_1_0(incident)
            else "$ systemctl start pacemaker",
        ),
        verify=(watch(incident),),
    )


RULES = (
    Rule(
        id="node-lost",
        find=node_lost,
        looks_at=(
            "a node that the others call lost or dead, with no shutdown asked for before",
            '"Failed to receive the leave message" of corosync, 2.3.5 and later',
            "the node's own log, which just ends; or goes on, and then it was cut off (network-link-lost, split-brain)",
            "the cluster's lost connection to a Pacemaker Remote node",
            "whether fencing followed, or came first",
        ),
        example="Nov 23 02:04:10 [66] node01 corosync notice  [TOTEM ] Failed to receive the leave message. failed: 2",
        repeats=True,
    ),
    Rule(
        id="node-shutdown",
        find=node_shutdown,
        looks_at=(
            'a shutdown that was asked for: the attribute shutdown, a shutdown request, "Shutting down Pacemaker"',
            "the node's own log, which says that it stops",
            "Heartbeat calls a node dead after a shutdown, too",
        ),
        example="Nov 23 02:05:03.567 node02 pacemakerd          [85] (pcmk_shutdown_worker) \tnotice: Shutting down Pacemaker",
        repeats=True,
    ),
)
