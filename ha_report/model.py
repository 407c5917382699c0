"""The nouns of the project: what logs and snapshots tell, in the words of Pacemaker's documentation.

Standard library only, no behaviour beyond what the words mean.  Times of rows that come in
great numbers are integers, microseconds since 1970 in UTC (`*_us`); times of few rows are
aware `datetime`s in UTC.  Unknown is None, never a guess.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple


class OcfRc(IntEnum):
    """What an agent's exit code means (OCF resource agent API; Pacemaker's lib/common/results.c)."""

    OK = 0
    UNKNOWN_ERROR = 1
    INVALID_PARAM = 2
    UNIMPLEMENTED = 3
    INSUFFICIENT_PRIV = 4
    NOT_INSTALLED = 5
    NOT_CONFIGURED = 6
    NOT_RUNNING = 7
    RUNNING_PROMOTED = 8
    FAILED_PROMOTED = 9
    DEGRADED = 190
    DEGRADED_PROMOTED = 191


# Execution status, spelled as Pacemaker 1.1 to 2.1 spells it; `complete` says only that the agent answered.
COMPLETE, TIMED_OUT, CANCELLED, PENDING = "complete", "Timed Out", "Cancelled", "pending"


class Source(NamedTuple):
    """A place in an input: the proof of what is said."""

    file: str  # as the report names it: path inside the bundle, or as it was given
    line: int  # 1 is the first line


class Event(NamedTuple):
    """One thing that a log line says, of those that a pattern row knows."""

    time_us: int | None  # None: the line has no time that could be read
    writer: str | None  # node whose log this is
    node: str | None  # node that the message is about; the writer where it names none
    program: str | None  # "crmd", "pacemaker-controld", "IPaddr2", ...
    level: str | None  # "error", "warning", "notice", "info", "debug", "crit"
    kind: str  # name of the pattern row that matched, such as "operation-result"
    resource: str | None
    operation: str | None  # "start", "stop", "monitor", ...
    interval_ms: int | None  # 0 is a one-off or a probe; above 0 a recurring monitor
    call: int | None  # the executor's number of this execution
    rc: int | None  # OCF return code; None when the line tells none
    status: str | None  # execution status
    reason: str | None  # the agent's exit reason, or why the cluster did something
    value: str | None  # what else the row captures: fail count, state, transition, device ...
    text: str  # the message, without time, host and program
    file: str
    line: int
    pid: int | None = None  # of the writing process; that of an agent tells its operation


class OperationRecord(NamedTuple):
    """One telling of one execution of an operation, by a log line or a snapshot.

    Many records may tell of one execution; `ha_report.incident` brings them together.
    """

    node: str | None
    resource: str
    operation: str  # a probe is a monitor with interval_ms 0
    interval_ms: int | None
    call: int | None
    rc: int | None
    rc_text: str | None  # as worded there: "unknown error", "error", "Error occurred", ...
    status: str | None
    exit_reason: str | None
    time_us: int | None
    exec_ms: int | None
    expected_rc: int | None  # from the transition key; None when not told
    teller: str  # "controller", "executor", "transition", "scheduler", "crm_mon", "cib"; "agent": only the exit reason
    source: Source
    moment: str = "start"  # what time_us is: the operation's "start" or "end", or when somebody "told" of it later


@dataclass(frozen=True)
class FailedOperation:
    """One failed execution of an operation, whatever number of lines tells of it."""

    resource: str
    agent: str | None
    operation: str
    interval_ms: int | None
    node: str | None
    call: int | None
    rc: int | None
    rc_text: str | None
    status: str | None
    exit_reason: str | None
    time: datetime | None  # UTC
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Evidence:
    """A line that proves something, with its text as it stands in the file."""

    file: str
    line: int
    text: str


@dataclass(frozen=True)
class NodeState:
    """A node as a snapshot shows it."""

    name: str
    state: str | None  # "online", "offline", "standby", "maintenance", "pending", "UNCLEAN (offline)", ...
    roles: tuple[str, ...] = ()  # "DC", "remote", "guest"
    clock_offset_s: float | None = None


@dataclass(frozen=True)
class ResourceState:
    """A resource instance as a snapshot shows it; an instance active on two nodes is two of these."""

    id: str  # with the instance number where there is one: "p_state:0"
    agent: str | None = None  # "ocf:heartbeat:IPaddr2" (one colon between parts, whatever the source writes)
    role: str | None = None  # "Started", "Stopped", "Promoted", "Unpromoted", "Starting", ...
    node: str | None = None
    parent: str | None = None  # the group, clone or bundle that holds it
    managed: bool | None = None
    failed: bool | None = None
    blocked: bool | None = None
    orphaned: bool | None = None


@dataclass(frozen=True)
class FailCount:
    """The fail count of a resource on a node."""

    resource: str
    node: str
    value: str  # "1", "INFINITY" (1000000 is INFINITY)
    threshold: str | None = None  # migration-threshold
    last_failure: str | None = None  # as worded


@dataclass(frozen=True)
class ClusterFacts:
    """What a snapshot says of the cluster as a whole."""

    name: str | None = None
    stack: str | None = None  # "corosync", "heartbeat", "openais", ...
    dc: str | None = None
    quorum: bool | None = None
    versions: dict[str, str] = field(default_factory=dict)  # program -> version


@dataclass
class Snapshot:
    """One output of crm_mon, pcs status, crm status, or one CIB."""

    file: str
    format: str  # "crm_mon-text", "crm_mon-xml", "cib"
    time_us: int | None = None  # when it was taken ("Last updated")
    cluster: ClusterFacts = field(default_factory=ClusterFacts)
    nodes: list[NodeState] = field(default_factory=list)
    resources: list[ResourceState] = field(default_factory=list)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)  # node -> name -> value
    operations: list[OperationRecord] = field(default_factory=list)  # those that failed, or have a history entry
    fail_counts: list[FailCount] = field(default_factory=list)
    agents: dict[str, str] = field(default_factory=dict)  # resource id -> agent
    parameters: dict[str, dict[str, str]] = field(default_factory=dict)  # resource id -> instance attributes (CIB)
    properties: dict[str, str] = field(default_factory=dict)  # cluster properties (CIB)
    undecoded: list[Source] = field(default_factory=list)  # lines that no rule of the reader understood


@dataclass
class InputFile:
    """One file that was read, and how that went: nothing disappears silently."""

    path: str  # as the report names it
    node: str | None = None
    format: str | None = None  # "pacemaker-2", "syslog-bsd", "crm_mon-text", ...; None: not understood
    bytes: int = 0
    lines: int = 0
    first_time_us: int | None = None
    last_time_us: int | None = None
    events: int = 0
    undecoded: list[Evidence] = field(default_factory=list)  # looked like a cluster message, but no row knows it
    undecoded_count: int = 0  # all of them; `undecoded` keeps the first few
    skipped: str | None = None  # why it was not read, or not to its end
    gaps_us: list[tuple[int, int]] = field(default_factory=list)  # long times without a line, from and to


@dataclass(frozen=True)
class Finding:
    """What a rule concluded: what failed, where, why, and what to do about it."""

    rule: str
    severity: str  # "error", "warning", "notice"
    confidence: str  # "certain" (proved by the evidence), "likely", "possible"
    title: str  # a sentence with subject, place and cause
    cause: str
    resource: str | None = None
    node: str | None = None
    time: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    remedy: tuple[str, ...] = ()  # sentences, or commands to paste (those begin with "$ ")
    verify: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    symptom: str | None = None  # id of the row of ha_report.symptoms that tells the cause
