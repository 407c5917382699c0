"""The incident: everything known, brought together from the rows that the parsers made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ha_report.attribution import attributed
from ha_report.executions import failed_operations, signs_of
from ha_report.facts import Configuration, NetworkFacts, StackFacts, VersionFacts
from ha_report.log_state import cluster_of, in_order, nodes_of, resources_of
from ha_report.model import (
    ClusterFacts,
    Event,
    FailCount,
    FailedOperation,
    InputFile,
    NodeState,
    OperationRecord,
    ResourceState,
    Snapshot,
)
from ha_report.quotes import Places, Quotes

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = ("interval_ms", "call", "rc", "line", "pid")
_FEW_VALUES = ("writer", "node", "program", "level", "kind", "resource", "operation", "status", "file")


# Returns how many lines a log has before each of some instants in order; nothing once it can no longer be read.
LineCounter = Callable[[Sequence[int]], list[int]]


@dataclass(frozen=True)
class FileFacts:
    """What one file beside the logs tells: a network, a configuration, the membership layer, versions."""

    file: str
    node: str | None
    time_us: int | None  # when it was gathered, as far as the files of its folder tell
    facts: NetworkFacts | Configuration | StackFacts | VersionFacts


@dataclass
class Readings:
    """The rows that the parsers made of all sources, before they are brought together."""

    inputs: list[InputFile] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    records: list[OperationRecord] = field(default_factory=list)
    programs: set[str] = field(default_factory=set)  # cluster daemons that wrote any line
    snapshots: list[Snapshot] = field(default_factory=list)
    facts: list[FileFacts] = field(default_factory=list)
    paths: dict[str, Path] = field(
        default_factory=dict
    )  # where the inputs lie, by the names that the report gives them
    places: dict[str, Places] = field(default_factory=dict)  # where lines are in them, as far as that is known
    counters: dict[str, LineCounter] = field(default_factory=dict)  # of the plain logs among them
    notes: list[str] = field(default_factory=list)


@dataclass
class Incident:
    """Everything known.

    `events` has one row per `model.Event`, in order of time (those without one last), its columns the
    fields of Event with `time` (datetime64[us, UTC]) in place of `time_us`, and numbers as Int64.
    """

    sources: list[str]  # as given on the command line
    events: pd.DataFrame
    failed_operations: list[FailedOperation]  # in order of time, those without a time last
    cluster: ClusterFacts
    nodes: list[NodeState]
    resources: list[ResourceState]
    fail_counts: list[FailCount]
    attributes: dict[str, dict[str, str]]  # node -> name -> value
    snapshots: list[Snapshot]
    inputs: list[InputFile]
    facts: list[FileFacts] = field(default_factory=list)  # in order of time, those without one first
    window_us: tuple[int | None, int | None] = (None, None)  # first and last time that anything tells of
    notes: list[str] = field(default_factory=list)  # what the reader should know: missing years, zones, ...
    quotes: Quotes = field(default_factory=lambda: Quotes({}))  # the inputs' lines, as long as they are open
    counters: dict[str, LineCounter] = field(default_factory=dict)  # of plain logs, by the names of `inputs`


@dataclass(frozen=True)
class Window:
    """The time that a report is to cover, microseconds since 1970; None is no bound."""

    begin_us: int | None = None
    end_us: int | None = None

    def holds(self, time_us: int | None) -> bool:
        """Say whether what happened then belongs in; what has no time may."""
        if time_us is None:
            return True
        return (self.begin_us or time_us) <= time_us <= (self.end_us or time_us)


ALL_TIMES = Window()


def build(sources: list[str], readings: Readings, window: Window = ALL_TIMES) -> Incident:
    """Return the incident that `readings` tell of.

    The window is for what happened, not for what tells of it: the scheduler repeats a failure long afterwards.
    """
    snapshots = sorted(readings.snapshots, key=_by_age)
    state = _latest(snapshots)
    agents = {resource: agent for snapshot in snapshots for resource, agent in snapshot.agents.items()}
    ordered = in_order(readings.events)
    cluster = _cluster(
        [snapshot.cluster for snapshot in reversed(snapshots)] + [cluster_of(ordered, readings.programs)]
    )
    agents |= {one.id: one.agent for snapshot in snapshots for one in snapshot.resources if one.agent is not None}
    return Incident(
        sources=sources,
        events=to_frame(event for event in attributed(readings.events, agents) if window.holds(event.time_us)),
        failed_operations=[
            one
            for one in failed_operations(readings.records, agents, signs_of(readings.events))
            if window.holds(None if one.time is None else round(one.time.timestamp() * 1_000_000))
        ],
        cluster=cluster,
        nodes=state.nodes if state and state.nodes else nodes_of(ordered, cluster.dc),
        resources=state.resources if state and state.resources else resources_of(ordered, agents),
        fail_counts=_last_told(snapshots),
        attributes=state.attributes if state else {},
        snapshots=snapshots,
        inputs=readings.inputs,
        facts=sorted(readings.facts, key=lambda one: (one.time_us is not None, one.time_us or 0, one.file)),
        window_us=_window(readings.inputs),
        notes=readings.notes,
        quotes=Quotes(readings.paths, readings.places),
        counters=readings.counters,
    )


def to_frame(events: Iterable[Event]) -> pd.DataFrame:
    """Return one row per event, in order of time, then of file and line."""
    import pandas as pd  # noqa: PLC0415 - takes a third of a second: only where it is needed

    # Not in pyarrow's memory where pyarrow is there: lines may hold bytes that are no text, and it takes none.
    with pd.option_context("mode.string_storage", "python"):
        return _framed(pd.DataFrame.from_records(list(events), columns=list(Event._fields)))


def _framed(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - as above

    frame["time_us"] = pd.to_datetime(frame["time_us"].astype("Int64"), unit="us", utc=True)
    frame = frame.rename(columns={"time_us": "time"})
    for name in _NUMBERS:
        frame[name] = frame[name].astype("Int64")
    for name in _FEW_VALUES:
        frame[name] = frame[name].astype("category")
    ordered: pd.DataFrame = frame.sort_values(["time", "file", "line"], kind="stable", ignore_index=True)
    return ordered


def _by_age(snapshot: Snapshot) -> tuple[bool, int, int, str]:
    """Order snapshots by time; of the same second, the one that shows the state best comes last."""
    best_last = ("cib", "crm_mon-text", "crm_mon-xml")
    place = best_last.index(snapshot.format) if snapshot.format in best_last else 0
    return snapshot.time_us is not None, snapshot.time_us or 0, place, snapshot.file


def _latest(snapshots: list[Snapshot]) -> Snapshot | None:
    """Return the snapshot that shows the last known state: crm_mon's, as a CIB only implies it."""
    shown = [snapshot for snapshot in snapshots if snapshot.nodes and snapshot.format != "cib"]
    return shown[-1] if shown else next((one for one in reversed(snapshots) if one.nodes or one.resources), None)


def _cluster(facts: list[ClusterFacts]) -> ClusterFacts:
    """Return the cluster's facts, each from the first of `facts` that tells it."""
    versions: dict[str, str] = {}
    for one in facts:
        versions = one.versions | versions
    return ClusterFacts(
        name=next((one.name for one in facts if one.name), None),
        stack=next((one.stack for one in facts if one.stack), None),
        dc=next((one.dc for one in facts if one.dc), None),
        quorum=next((one.quorum for one in facts if one.quorum is not None), None),
        versions=versions,
    )


def _last_told(snapshots: list[Snapshot]) -> list[FailCount]:
    """Return the fail counts of the latest snapshot that shows any state."""
    shown = [snapshot for snapshot in snapshots if snapshot.nodes or snapshot.fail_counts]
    return shown[-1].fail_counts if shown else []


def _window(inputs: list[InputFile]) -> tuple[int | None, int | None]:
    firsts = [one.first_time_us for one in inputs if one.first_time_us is not None]
    lasts = [one.last_time_us for one in inputs if one.last_time_us is not None]
    return min(firsts, default=None), max(lasts, default=None)
