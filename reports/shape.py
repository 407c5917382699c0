"""The report as plain data: all that a page, a file or a terminal shows, and nothing of how.

No pandas in here, so that every output can be tried with a few rows written by hand.  Times
are aware datetimes in UTC; unknown is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
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


@dataclass(frozen=True)
class Story:
    """The events that a page has room for, in order of time."""

    key: tuple[Moment, ...]  # the few that tell what happened
    shown: tuple[Moment, ...]  # those of the full table, key ones included
    distinct: int  # how many there are in all, each counted once


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
    story: Story
    inputs: tuple[InputRow, ...]
    notes: tuple[str, ...]
    placement: tuple[Placement, ...] = ()
    downtime: tuple[Downtime, ...] = ()

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
