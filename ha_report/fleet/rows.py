"""The tables of the index: what a row tells, in which type and unit.

The annotations are all there is: `index.py` makes the Parquet schemas of them, and docs/fleet.md its tables.  Each
table has the columns `cluster` and `month` besides, as folders.  Times are UTC; unknown is null, never a guess.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NamedTuple

Text = str | None
Bundle = Annotated[str, "sha256 of the bundle's content: of an archive, that of the file"]


class BundleRow(NamedTuple):
    """A bundle that was analysed, or could not be."""

    bundle: Bundle
    source: Annotated[str, "where it lay, without passwords"]
    size_bytes: Annotated[int | None, "of its files as they lie there"]
    files: Annotated[int | None, "files in it; 1 for an archive"]
    first_time: Annotated[datetime | None, "first time that anything in it tells of"]
    last_time: Annotated[datetime | None, "last time that anything in it tells of; `month` is that of it"]
    nodes: Annotated[tuple[str, ...], "names of the cluster's nodes"]
    stack: Annotated[Text, "corosync, heartbeat, ..."]
    failed_operations: Annotated[int, "failed executions of operations"]
    errors: Annotated[int, "findings of severity error"]
    warnings: Annotated[int, "findings of severity warning"]
    downtime_s: Annotated[float | None, "seconds that resources ran nowhere, summed up over them"]
    verdict: Annotated[Text, "title of the first finding: the root cause"]
    verdict_rule: Annotated[Text, "rule of the first finding"]
    features: Annotated[tuple[str, ...], "signature of the failure: what failed and how, without names and numbers"]
    events: Annotated[int, "events in the logs"]
    problems: Annotated[tuple[str, ...], "parts of it that could not be read"]
    error: Annotated[Text, "why nothing could be read of it; null: it was analysed"]
    program: Annotated[str, "version of ha-report that analysed it"]


class FailedOperationRow(NamedTuple):
    """One failed execution of an operation, whatever number of lines tells of it."""

    bundle: Bundle
    execution: Annotated[str, "the same in every bundle that tells of this execution: count these"]
    resource: Annotated[str, "with the instance number where there is one"]
    agent: Annotated[Text, "such as ocf:heartbeat:IPaddr2"]
    operation: Annotated[str, "start, stop, monitor, ..."]
    interval_ms: Annotated[int | None, "milliseconds; 0 is a one-off or a probe"]
    node: Annotated[Text, "where it failed"]
    call: Annotated[int | None, "the executor's number of this execution"]
    rc: Annotated[int | None, "OCF return code; null: it never finished"]
    status: Annotated[Text, "execution status: complete, Timed Out, ..."]
    exit_reason: Annotated[Text, "what the agent gave as its reason"]
    time: Annotated[datetime | None, "when it failed"]
    file: Annotated[Text, "a file of the bundle that tells of it"]
    line: Annotated[int | None, "the line there; 1 is the first"]
    told_by: Annotated[int, "lines of the bundle that tell of it"]


class FindingRow(NamedTuple):
    """What a rule concluded."""

    bundle: Bundle
    conclusion: Annotated[str, "the same in every bundle of the cluster that this was concluded from: count these"]
    rank: Annotated[int, "place among the bundle's findings; 1 is the root cause"]
    rule: Annotated[str, "see ha-report rules"]
    symptom: Annotated[Text, "known words of an agent that tell the cause"]
    severity: Annotated[str, "error, warning, notice"]
    confidence: Annotated[str, "certain, likely, possible"]
    title: Annotated[str, "what failed, where, why"]
    cause: Annotated[str, "a few more sentences"]
    resource: Annotated[Text, "that it is about"]
    agent: Annotated[Text, "of that resource"]
    node: Annotated[Text, "that it is about"]
    time: Annotated[datetime | None, "when it happened"]
    references: Annotated[tuple[str, ...], "issues, documentation"]


class EventRow(NamedTuple):
    """The events of one kind and level on one node, counted."""

    bundle: Bundle
    kind: Annotated[str, "name of the message, see docs/messages.md"]
    node: Annotated[Text, "that the messages are about"]
    level: Annotated[Text, "error, warning, notice, info, ..."]
    events: Annotated[int, "how many"]
    first_time: Annotated[datetime | None, "time of the first"]
    last_time: Annotated[datetime | None, "time of the last"]


class InputRow(NamedTuple):
    """One file of the bundle, and how reading it went."""

    bundle: Bundle
    path: Annotated[str, "inside the bundle"]
    node: Annotated[Text, "whose file it is"]
    format: Annotated[Text, "null: not understood"]
    size_bytes: Annotated[int, "unpacked"]
    lines: Annotated[int, "of text"]
    events: Annotated[int, "made of it"]
    undecoded: Annotated[int, "lines like a cluster's that no row knows"]
    skipped: Annotated[Text, "why it was not read, or not to its end"]
    first_time: Annotated[datetime | None, "its first time"]
    last_time: Annotated[datetime | None, "its last time"]


class VersionRow(NamedTuple):
    """A version of a program that the cluster ran."""

    bundle: Bundle
    package: Annotated[str, "pacemaker, corosync, resource-agents, ..."]
    version: Annotated[str, "as written there"]
    node: Annotated[Text, "that has it; null: told of the cluster"]
    told_by: Annotated[str, "package: a list of packages; program: itself, where no list is"]


class SourceRow(NamedTuple):
    """A place that was looked at, so that what did not change need not be read again."""

    source: Annotated[str, "where a bundle lay, without passwords"]
    stamp: Annotated[Text, "of the names, sizes and times of its files; null: to be read again"]
    bundle: Annotated[str, "what lay there"]
    cluster: Annotated[str, "where its rows are"]
    month: Annotated[str, "where its rows are"]
    size_bytes: Annotated[int | None, "of its files"]
    files: Annotated[int | None, "how many"]


TABLES: dict[str, type[NamedTuple]] = {
    "bundles": BundleRow,
    "failed_operations": FailedOperationRow,
    "findings": FindingRow,
    "events": EventRow,
    "inputs": InputRow,
    "versions": VersionRow,
}
