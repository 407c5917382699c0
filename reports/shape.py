"""The report as plain data: all that a page, a file or a terminal shows, and nothing of how.

No pandas in here, so that every output can be tried with a few rows written by hand.  Times
are aware datetimes in UTC; unknown is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ha_report.model import (
        ClusterFacts,
        Evidence,
        FailCount,
        FailedOperation,
        Finding,
        NodeState,
        ResourceState,
        Source,
    )


class TimelineRow(NamedTuple):
    """One event; a NamedTuple, as an incident may have a million of them."""

    time: datetime | None
    node: str | None
    kind: str
    severity: str  # "error", "warning", "notice"
    text: str  # the message as it was logged
    resource: str | None
    operation: str | None
    source: Source
    weight: int  # how much it matters to a reader: 0 routine, 3 a failure


class Moment(NamedTuple):
    """An event as the page shows it: the lines of several logs that say the same are one."""

    row: TimelineRow
    sources: tuple[Source, ...]
    numbers: tuple[int, ...]  # of the rows of the timeline that say it, `row` first


class StoryStep(NamedTuple):
    """One step of what happened, as an operator would tell it."""

    time: datetime | None
    node: str | None
    severity: str  # "error" for what went wrong, "good" for what works again, else "notice"
    kind: str  # "failed", "moved", "lost", ...
    sentence: str  # the step as an operator would tell it
    source: Source | None  # a line that tells of it


@dataclass(frozen=True)
class Excerpt:
    """The events that a page has room for, in order of time."""

    key: tuple[Moment, ...]  # the few that tell what happened
    shown: tuple[Moment, ...]  # those of the full table, key ones included
    moments: tuple[Moment, ...]  # all there are

    @property
    def distinct(self) -> int:
        """How many events there are, each counted once."""
        return len(self.moments)


@dataclass(frozen=True)
class Repeat:
    """Failed executions of one operation with one result on one node, folded into a row."""

    first: FailedOperation
    count: int
    last_time: datetime | None
    exit_reasons: tuple[str, ...]  # distinct, in order of time
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Verdict:
    """What a reader in a hurry has to know, in one sentence."""

    sentence: str
    severity: str  # "error", "warning", "notice"
    confidence: str | None  # None: nothing was concluded, the sentence only tells what was read
    cause: str | None  # a few more sentences
    finding: Finding | None  # where the sentence comes from, if a rule said it
    evidence: tuple[Evidence, ...] = ()


class NearLine(NamedTuple):
    """A line that is quoted as proof, or stands near one that is."""

    line: Evidence
    quoted: bool


class Second(NamedTuple):
    """What was written in one second; `cells` has an entry for each node of the surroundings."""

    time: datetime
    cells: tuple[tuple[NearLine, ...], ...]


@dataclass(frozen=True)
class Surroundings:
    """What stood around the lines of a proof."""

    nodes: tuple[str, ...]  # the columns of `seconds`
    seconds: tuple[Second, ...]  # in order of time
    files: tuple[tuple[NearLine, ...], ...]  # stretches of files that are no logs
    left_out: int  # lines that there was no room for


@dataclass(frozen=True)
class NodeCard:
    """A node with what runs on it and what failed on it."""

    node: NodeState
    resources: tuple[ResourceState, ...]
    failures: tuple[Repeat, ...]
    fail_counts: tuple[FailCount, ...]
    from_snapshot: bool  # False: only logs or failures name it, so its state is not known


@dataclass(frozen=True)
class InputRow:
    """One file that was read, and how that went."""

    path: str
    node: str | None
    format: str | None
    bytes: int
    lines: int
    first_time: datetime | None
    last_time: datetime | None
    events: int
    undecoded: int
    examples: tuple[Evidence, ...]  # some of the lines that were not understood
    skipped: str | None
    gaps: tuple[tuple[datetime, datetime], ...] = ()  # long times without a line


class Setting(NamedTuple):
    """One thing that is configured."""

    kind: str  # "property", "default", "parameter", "meta", "operation", "location", "colocation", "order", "ticket"
    subject: str | None  # the resource it is for; None: the cluster as a whole
    name: str
    value: str
    source: Source


class Placement(NamedTuple):
    """Where a resource ran, and when."""

    resource: str
    node: str
    role: str | None
    begin: datetime | None
    end: datetime | None


class Downtime(NamedTuple):
    """When a resource ran nowhere."""

    resource: str
    begin: datetime
    end: datetime | None  # None: it did not run again

    @property
    def seconds(self) -> float | None:
        """How long it was down."""
        return (self.end - self.begin).total_seconds() if self.end else None


class Mark(NamedTuple):
    """What happened at one moment, or several times within a moment."""

    time: datetime
    kind: str  # "failed", "fenced", "not-fenced", "lost", "quorum-lost", "quorum", "transition", "stopped", "change", "cleaned"
    words: tuple[tuple[str, str], ...]  # what its sentence is made of, by name
    evidence: tuple[Evidence, ...]  # a few of the lines that tell of it; the text without time and host
    times: int = 1
    last: datetime | None = None  # of several, the latest


class Bar(NamedTuple):
    """A time that a node or a resource spent in one state."""

    begin: datetime
    end: datetime
    state: str  # of a node "online", "lost", ...; of a resource "started", "promoted", "down", "twice", ...
    node: str | None = None  # where the resource ran
    dc: bool = False  # the node was the DC
    many: int = 0  # what a state counts: nodes that run a clone, changes too short to be told apart
    evidence: Evidence | None = None
    track: int = 0  # of bars at the same time, its place from the top
    tracks: int = 1


@dataclass(frozen=True)
class Lane:
    """One row of the picture."""

    name: str
    kind: str  # "node", "resource", "group", "clone", "partitions", "transitions", "changes", "more-nodes", ...
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    members: tuple[Lane, ...] = ()  # folded into it
    note: str | None = None  # what else is known: the agent


class Density(NamedTuple):
    """How many lines all logs have, and how many of their events are errors, in one bin after the other."""

    bins: int
    most: tuple[int, int]  # lines and errors in one bin
    counts: tuple[tuple[int, int, int], ...]  # number of the bin, lines, errors; bins without any are left out


@dataclass(frozen=True)
class Picture:
    """The incident as lanes over time."""

    begin: datetime
    end: datetime
    focus: tuple[datetime, datetime] | None  # where the failures are, if that is a small part of the whole
    letters: dict[str, str]  # node -> its letter
    nodes: tuple[Lane, ...]
    resources: tuple[Lane, ...]
    cluster: tuple[Lane, ...]  # partitions, transitions, changes of the configuration
    density: tuple[Density, ...]  # from coarse to fine

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Every lane in order from the top, those that are folded away left out."""
        return (*self.nodes, *self.resources, *self.cluster)


@dataclass(frozen=True)
class Report:
    """Everything that is told of an incident."""

    version: str  # of the program that made it
    sources: tuple[str, ...]  # as given on the command line
    window: tuple[datetime | None, datetime | None]
    verdict: Verdict
    cluster: ClusterFacts
    nodes: tuple[NodeState, ...]
    resources: tuple[ResourceState, ...]
    fail_counts: tuple[FailCount, ...]
    cards: tuple[NodeCard, ...]
    failed_operations: tuple[FailedOperation, ...]
    repeats: tuple[Repeat, ...]
    findings: tuple[Finding, ...]
    timeline: tuple[TimelineRow, ...]
    excerpt: Excerpt
    story: tuple[StoryStep, ...]
    inputs: tuple[InputRow, ...]
    notes: tuple[str, ...]
    placement: tuple[Placement, ...] = ()
    downtime: tuple[Downtime, ...] = ()
    picture: Picture | None = None  # None: nothing tells what happened when
    settings: tuple[Setting, ...] = ()
    around: Mapping[tuple[Evidence, ...], Surroundings] = field(default_factory=dict)  # proof -> what stood around it

    @property
    def other_findings(self) -> tuple[Finding, ...]:
        """The findings that the verdict does not tell already."""
        return tuple(finding for finding in self.findings if finding is not self.verdict.finding)

    @property
    def unplaced(self) -> tuple[ResourceState, ...]:
        """The resources that ran on no node at the snapshot."""
        return tuple(resource for resource in self.resources if resource.node is None)

    @property
    def snapshot_known(self) -> bool:
        """Whether anything tells the state of nodes and resources."""
        return bool(self.nodes or self.resources)
