"""Failed operations as a rule looks at them: repeats folded, with the lines that tell why, and what followed.

A promote that failed 334 times is one failure with its count.  What followed (fail count, the bar on a
node, a group that stopped) belongs to the failure's own story and is told there, not as alarms of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import COMPLETE, TIMED_OUT, Event, Evidence, FailedOperation, OcfRc, Source
from ha_report.questions.knowledge import (
    END_OF_TIME,
    SECOND,
    ByIdentity,
    agent_of,
    agent_type,
    best_file,
    between,
    clean,
    events_of,
    known_nodes,
    microseconds,
    quotes,
    states_of,
)

if TYPE_CHECKING:
    from ha_report.incident import Incident

# An agent's lines stand in whole seconds, and up to two seconds apart from the daemons' lines of the same run.
_BEFORE = 3 * SECOND
_AFTER = 2 * SECOND
_LONGEST_RUN = 30 * SECOND  # how long before its end an operation's own lines are looked for
_APART = 3600 * SECOND  # the same failure later than this after the last one is another story
_NOISE = re.compile(
    r"^(?:#012)*(?:Usage: |/usr/lib\S*/findif version)|^\s*route [\[{]|<AF>|Address Families|List of possible"
)
_CLOCK = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \w+: (?:Failed: )?")
# All but the last line of what Python prints when it gives up, and what comes behind every complaint.
_TRACE = re.compile(r"^\s|^Traceback|Please use '-h' for usage|^[\s^~]*$|DeprecationWarning")
_UP = ("Started", "Promoted", "Master", "Unpromoted", "Slave")
_DEVICE_LINES = ("fence-agent-output", "unexplained")
_AGENT_LINES = ("agent-error", "agent-warning", "agent-output")


@dataclass(frozen=True)
class Failure:
    """One operation of one resource that failed on one node in one way, however often in a row."""

    operations: tuple[FailedOperation, ...]  # in order of time
    agent: str | None
    of_remote_node: bool = False  # its resource is the connection to a Pacemaker Remote node

    @property
    def first(self) -> FailedOperation:
        """Return the first run that failed."""
        return self.operations[0]

    @cached_property
    def resource(self) -> str:
        """Return the name of the resource, without an instance number."""
        return base_name(self.first.resource)

    @property
    def node(self) -> str | None:
        """Return where it failed."""
        return self.first.node

    @property
    def operation(self) -> str:
        """Return what failed: "start", "monitor", ..."""
        return self.first.operation

    @property
    def rc(self) -> int | None:
        """Return the agent's answer."""
        return self.first.rc

    @property
    def agent_type(self) -> str | None:
        """Return the last part of the agent's name: "IPaddr2"."""
        return agent_type(self.agent)

    @property
    def timed_out(self) -> bool:
        """Say whether it did not end in its time."""
        return self.first.status == TIMED_OUT

    @property
    def is_fence_device(self) -> bool:
        """Say whether it is of a fence device; where nothing tells the agent, the resource's name may."""
        if self.agent is not None:
            return self.agent.startswith("stonith:")
        return re.search(r"fence|fencing|stonith|ipmi|^st_", self.resource, re.IGNORECASE) is not None

    @property
    def is_remote_connection(self) -> bool:
        """Say whether it is of the connection to a Pacemaker Remote node."""
        return self.agent == "ocf:pacemaker:remote" or self.of_remote_node

    @property
    def is_probe(self) -> bool:
        """Say whether it is a one-off monitor."""
        return self.operation == "monitor" and self.first.interval_ms == 0

    @property
    def count(self) -> int:
        """Return how often it failed in a row."""
        return len(self.operations)

    @cached_property
    def time_us(self) -> int | None:
        """Return when it failed first."""
        return microseconds(self.first.time)

    @property
    def sources(self) -> frozenset[Source]:
        """Return every place that tells of it."""
        return frozenset(Source(*source) for operation in self.operations for source in operation.sources)

    @property
    def reason(self) -> str | None:
        """Return the agent's exit reason, of the first run that has one."""
        told = next((one.exit_reason for one in self.operations if one.exit_reason), None)
        return clean(told) if told else None


def failures(incident: Incident) -> tuple[Failure, ...]:
    """Return the failures, repeats folded, in order of their first time, those without one last."""
    return _folded(ByIdentity(incident))


def failures_at(incident: Incident, resource: str, node: str | None) -> list[Failure]:
    """Return the failures of a resource on a node, in their order."""
    return _at_places(ByIdentity(incident)).get((resource, node), [])


@lru_cache(maxsize=2)
def _at_places(same: ByIdentity) -> dict[tuple[str, str | None], list[Failure]]:
    found: dict[tuple[str, str | None], list[Failure]] = defaultdict(list)
    for failure in failures(same.incident):
        found[failure.resource, failure.node].append(failure)
    return dict(found)


@lru_cache(maxsize=2)
def _folded(same: ByIdentity) -> tuple[Failure, ...]:
    incident = same.incident
    alike: dict[tuple[object, ...], list[FailedOperation]] = defaultdict(list)
    for one in incident.failed_operations:
        rc = None if one.status == TIMED_OUT else one.rc
        alike[base_name(one.resource), one.node, one.operation, one.interval_ms, rc, one.status == TIMED_OUT].append(
            one
        )
    nodes = {event.node for event in events_of(incident, "node-state", "remote-node-lost")} | set(known_nodes(incident))
    found = [
        Failure(tuple(run), agent_of(incident, run[0].resource, run[0].agent), run[0].resource in nodes)
        for runs in alike.values()
        for run in _runs(runs)
    ]
    return tuple(
        sorted(found, key=lambda failure: (failure.first.time is None, failure.time_us or 0, failure.resource))
    )


def _runs(operations: list[FailedOperation]) -> Iterator[list[FailedOperation]]:
    """Part failures of one kind where a long quiet time lies between them."""
    run: list[FailedOperation] = []
    for one in operations:
        before, now = microseconds(run[-1].time) if run else None, microseconds(one.time)
        if before is not None and now is not None and now - before > _APART:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def lines_of_agent(incident: Incident, failure: Failure) -> list[Event]:
    """Return what the agent said in the first run that failed, each text once, in order."""
    if failure.time_us is None:
        return []
    begin = failure.time_us - (_LONGEST_RUN if failure.timed_out else _BEFORE)
    kinds = (*_AGENT_LINES, *_DEVICE_LINES) if failure.is_fence_device else _AGENT_LINES
    near = between(events_of(incident, *kinds), begin, failure.time_us + _AFTER)
    own = [event for event in near if _is_of(event, failure) and not _is_noise(event)]
    known = any(event.operation is not None and event.kind == "agent-error" for event in own)
    sure = [event for event in own if event.operation is not None] if known else []
    ordered = sorted(sure or own, key=lambda event: (best_file(event.file), event.file, event.line))
    said: dict[str, Event] = {}
    for event in ordered:
        said.setdefault(said_by(event), event)
    return sorted(said.values(), key=lambda event: (event.file, event.line))


def _is_of(event: Event, failure: Failure) -> bool:
    """Say whether an agent's line is of this operation; a line that names no operation may be."""
    if event.node not in (failure.node, None) and event.writer != failure.node:
        return False
    if event.kind == "unexplained":
        return event.program == "sbd" and (failure.agent_type or "").endswith("sbd")
    if event.kind == "fence-agent-output":
        plugin = "fence_legacy" if "/" in (failure.agent_type or "") else None  # which runs the plugins of cluster-glue
        return event.value in (failure.agent_type, failure.resource, plugin)
    if event.resource is None and event.program != failure.agent_type:
        return False
    if event.resource is not None and base_name(event.resource) != failure.resource:
        return False
    if event.operation not in (failure.operation, None):
        return False
    return event.interval_ms in (failure.first.interval_ms, None) or failure.operation != "monitor"


def _is_noise(event: Event) -> bool:
    """Say whether an agent printed nothing, or only how some program is called: findif of 1.0 does when it finds nothing."""
    if event.kind in ("agent-output", "fence-agent-output") and not clean(event.reason or event.value or ""):
        return True
    if event.kind == "fence-agent-output":
        return not clean(event.reason or "") or _TRACE.search(event.reason or "") is not None
    return _NOISE.search(event.value or "") is not None or not said_by(event)


def said_by(event: Event) -> str:
    """Return the words of an agent's line, less what the log and fence agents put around them."""
    return _CLOCK.sub("", clean(event.reason or event.value or event.text))


def result_lines(incident: Incident, failure: Failure) -> tuple[Evidence, ...]:
    """Return the lines that prove the failure: the result as the node's own log has it, else the best there is."""
    sources = failure.first.sources
    ranked = sorted(sources, key=lambda one: (not _on_node(one, failure), best_file(one.file)))
    found = quotes(incident, ranked[:12])
    telling = [one for one in found if _tells_result(one.text, failure)]
    return tuple((telling or list(found))[:1])


def _on_node(source: Source, failure: Failure) -> bool:
    return failure.node is not None and f"{failure.node}/" in source.file


def _tells_result(text: str, failure: Failure) -> bool:
    """Say whether a line tells the outcome, rather than what the agent printed."""
    words = ("Result of ", "LRM operation ", "Operation ", "returned '", "(node=", "on_node=", " on ")
    return failure.resource in text and any(word in text for word in words) and "output [" not in text


def is_complete(failure: Failure) -> bool:
    """Say whether the agent answered at all."""
    return failure.first.status in (COMPLETE, None)


def runs_elsewhere(incident: Incident, failure: Failure) -> bool:
    """Say whether only a probe missed the agent's program on a node that does not run the resource, while another does.

    In clusters whose nodes have different tasks that is nobody's trouble: the node could not run it if it had to.
    """
    missed = failure.is_probe and (failure.rc == OcfRc.NOT_INSTALLED or (failure.first.status or "") == "Not installed")
    if not missed:
        return False
    shown = states_of(incident, failure.resource)
    up = {one.node for one in shown if one.role in _UP and one.node and not one.failed}
    return bool(up) and failure.node not in up


def later(events: list[Event], time_us: int | None) -> list[Event]:
    """Return those of `events`, which are in order of time, that come after `time_us` or have no time."""
    return events if time_us is None else between(events, time_us - SECOND, END_OF_TIME)
