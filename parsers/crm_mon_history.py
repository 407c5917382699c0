"""Node attributes, fail counts and operation histories in crm_mon's output (options -A, -f, -o, -t).

    * Node node01:                                    1.x; `* Node: node01 (1):` from 2.0.3 on
        + default_ping_set               	: 0         	: Connectivity is lost
       r_ip: migration-threshold=1 fail-count=1000000 last-failure='Mon Jul  8 11:36:13 2013'
        + (7) monitor: interval=30000ms last-rc-change='...' exec-time=20ms queue-time=0ms rc=14 (status: unknown)

Sources: tools/crm_mon.c (print_rsc_history, print_op_history), lib/pengine/pe_output.c (op_history_string).
"""

import re
from collections.abc import Iterable
from datetime import tzinfo
from typing import NamedTuple

from ha_report.model import FailCount, OcfRc, OperationRecord, Source
from parsers.local_time import duration_ms, read_time
from parsers.operation_results import PENDING_RCS, is_failure

INFINITY = "INFINITY"
_SCORE_INFINITY = 1_000_000

_ATTRIBUTE = re.compile(r"(?P<name>\S(?:.*?\S)?)\s+:(?: (?P<value>.*?))?(?:\s+: Connectivity is .*)?")
_SUMMARY = re.compile(
    r"(?P<resource>\S+?): (?:migration-threshold=(?P<threshold>\S+?)|orphan)(?:\s+fail-count=(?P<count>\S+?))?"
    r"(?:\s+last-failure='?(?P<last>[^']*?)'?)?:?"
)
_ORPHAN = re.compile(r"Orphan resource: (?P<resource>\S+?):?|(?P<name>\S+?):")
_OPERATION = re.compile(r"\((?P<call>-?\d{1,12})\) (?P<task>[a-z][\w-]*):?(?P<rest>.*)")
_PAIR = re.compile(r"""(?<![a-z-])([a-z-]+)=(?:'([^']*)'|"([^"]*)"|(\S+))""")
_RESULT = re.compile(r"\brc=(?P<rc>-?\d{1,6}) \((?P<text>.*)\)")


class HistoryEntry(NamedTuple):
    """One line of a resource's operation history."""

    node: str
    resource: str
    operation: str
    interval_ms: int
    call: int
    rc: int | None
    rc_text: str | None
    time: str | None  # as printed
    exec_ms: int | None

    @property
    def failed(self) -> bool:
        """Say whether the result is bad whatever was expected, which histories do not tell.

        A monitor that is to find a resource stopped answers "not running", and the history of a
        pending operation has one of the codes for pending.
        """
        if self.rc in PENDING_RCS or (self.operation == "monitor" and self.rc == OcfRc.NOT_RUNNING):
            return False
        return self.rc is not None and is_failure(self.operation, self.interval_ms, self.rc, None, None)

    def record(self, zone: tzinfo, source: Source) -> OperationRecord:
        """Return the row; times without a zone are in `zone`."""
        return OperationRecord(
            self.node, self.resource, self.operation, self.interval_ms, self.call, self.rc, self.rc_text, None,
            None, read_time(self.time, zone), self.exec_ms, None, "crm_mon", source,
        )  # fmt: skip


class Summary(NamedTuple):
    """The line above a resource's history."""

    resource: str
    fail_count: FailCount | None


def read_attribute(bare: str) -> tuple[str, str] | None:
    """Read `name    : value`, without the remark on connectivity."""
    found = _ATTRIBUTE.fullmatch(bare)
    return (found["name"], (found["value"] or "").strip()) if found else None


def read_summary(bare: str, node: str) -> Summary | None:
    """Read the line that names a resource, with its fail count if it has one."""
    if orphan := _ORPHAN.fullmatch(bare):
        return Summary(orphan["resource"] or orphan["name"], None)
    found = _SUMMARY.fullmatch(bare)
    if found is None:
        return None
    count = fail_count(found["count"])
    if count is None and not found["last"]:
        return Summary(found["resource"], None)
    return Summary(
        found["resource"], FailCount(found["resource"], node, count or "0", found["threshold"], found["last"] or None)
    )


def read_operation(bare: str, node: str, resource: str) -> HistoryEntry | None:
    """Read `(call) task: interval=.. rc=N (text)`."""
    found = _OPERATION.fullmatch(bare)
    if found is None:
        return None
    result = _RESULT.search(found["rest"])
    pairs = {name: first or second or third for name, first, second, third in _PAIR.findall(found["rest"])}
    return HistoryEntry(
        node=node, resource=resource, operation="monitor" if found["task"] == "probe" else found["task"],
        interval_ms=duration_ms(pairs.get("interval")) or 0, call=int(found["call"]),
        rc=int(result["rc"]) if result else None, rc_text=result["text"] if result else None,
        time=pairs.get("last-rc-change"), exec_ms=duration_ms(pairs.get("exec-time")),
    )  # fmt: skip


def fail_count(value: str | None) -> str | None:
    """Return a fail count with one spelling of INFINITY; None for none, or zero."""
    if value is None or not re.fullmatch(r"\+?(?:INFINITY|\d{1,18})", value):
        return None
    bare = value.lstrip("+")
    if bare == INFINITY or int(bare) >= _SCORE_INFINITY:
        return INFINITY
    return str(int(bare)) if int(bare) else None


def with_history(
    records: list[OperationRecord], history: Iterable[tuple[HistoryEntry, Source]], zone: tzinfo
) -> list[OperationRecord]:
    """Return the failed actions, and those failures of the history that the list does not name.

    Lists since 2.1.2 tell no call and histories often no time: together they meet the logs.
    """
    told = {_execution(record) for record in records}
    failed = [entry.record(zone, source) for entry, source in history if entry.failed]
    calls = {_execution(record): record.call for record in failed}
    listed = [
        record if record.call is not None else record._replace(call=calls.get(_execution(record))) for record in records
    ]
    return listed + [record for record in failed if _execution(record) not in told]


def _execution(record: OperationRecord) -> tuple[str | None, str, str, int | None]:
    return record.node, record.resource, record.operation, record.interval_ms
