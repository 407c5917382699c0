"""Turns the fields of a matched pattern row into an operation record: one telling of one execution."""

from __future__ import annotations

import re
from typing import NamedTuple

from ha_report.model import COMPLETE, TIMED_OUT, OperationRecord, Source
from ha_report.results import RC_OF_TEXT, failed, status_of
from parsers.lines import MONTHS, YEARS, Stamp

# Who speaks in a kind of event.  "agent" adds the exit reason, but proves no failure by itself: probes print errors too.
TELLERS = {
    "operation-result": "controller",
    "operation-ended": "executor",
    "action-failed": "transition",
    "operation-failed": "scheduler",
    "restart-prevented": "scheduler",
    "agent-output": "agent",
}
_ONE_OFF = {"start", "stop", "promote", "demote", "notify", "migrate_to", "migrate_from", "reload", "reload-agent"}
_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_DURATION = re.compile(r"(\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(ms|s|m|h)?$")
_CTIME = re.compile(r"(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) +(\d\d?) (\d\d?):(\d\d):(\d\d) (\d{4})")


class Operation(NamedTuple):
    """The operation that a message names."""

    name: str | None
    interval_ms: int | None


_NUMBERS = ("interval_ms", "call", "rc", "expected_rc", "epoch", "exec_ms", "timeout_ms", "exec", "timeout")
_MOST_DIGITS = 15  # no daemon counts farther; a torn or crafted line may


def plausible(fields: dict[str, str]) -> bool:
    """Say whether the numbers of a message are such as a daemon writes."""
    return all(len(fields[name]) <= _MOST_DIGITS for name in _NUMBERS if name in fields)


def operation_of(fields: dict[str, str]) -> Operation:
    """Return the operation and its interval; a "probe" is a monitor with interval 0."""
    name = fields.get("operation")
    interval = fields.get("interval_ms")
    if name in ("probe", "status"):
        return Operation("monitor", 0)
    if interval is not None:
        return Operation(name, int(interval))
    return Operation(name, 0 if name in _ONE_OFF else None)


def record_of(
    kind: str, fields: dict[str, str], node: str | None, time_us: int | None, source: Source, expected_rc: int | None
) -> OperationRecord | None:
    """Return what a message tells of a failed execution; None when it tells of none.

    The time of a scheduler's record is that of its line, unless the line says when the failure was.
    """
    teller = TELLERS.get(kind)
    resource = fields.get("resource")
    operation = operation_of(fields)
    if teller is None or resource is None or operation.name is None:
        return None
    rc = rc_of(fields)
    status = _status(teller, fields, rc)
    expected = int(fields["expected_rc"]) if "expected_rc" in fields else expected_rc
    if teller == "agent":
        if "reason" not in fields:
            return None
    elif teller == "executor" and operation.name == "monitor" and status == COMPLETE:
        return None  # its code may be an LSB one, and a probe's cannot be told from a monitor's
    elif not failed(operation.name, operation.interval_ms, rc, status, expected):
        return None
    return OperationRecord(
        node=node,
        resource=resource,
        operation=operation.name,
        interval_ms=operation.interval_ms,
        call=int(fields["call"]) if "call" in fields else None,
        rc=rc,
        rc_text=fields.get("rc_text"),
        status=status,
        exit_reason=fields.get("reason") or None,
        time_us=time_us,
        exec_ms=_exec_ms(fields),
        expected_rc=expected,
        teller=teller,
        source=source,
        moment=_moment(teller, fields),
    )


def _moment(teller: str, fields: dict[str, str]) -> str:
    if "failed_at" in fields:
        return "start"
    return "told" if teller == "scheduler" else "end"


def rc_of(fields: dict[str, str]) -> int | None:
    """Return the return code that a message tells, in a number or in words."""
    if "rc" in fields:
        return int(fields["rc"])
    return RC_OF_TEXT.get(fields.get("rc_text", "").lower())


def _status(teller: str, fields: dict[str, str], rc: int | None) -> str | None:
    """Return the execution status that a message tells or implies.

    The scheduler words a timeout as the return code it is stored with (1), so that its "error" alone
    leaves open whether the agent answered at all.
    """
    if "status" in fields:
        return status_of(fields["status"])
    if teller in ("scheduler", "transition") and (rc is None or rc in (1, -2)):
        reason = fields.get("reason", "")
        if "did not complete within" in reason:
            return TIMED_OUT
        return COMPLETE if reason else None
    return COMPLETE


def _exec_ms(fields: dict[str, str]) -> int | None:
    """Return how long the agent ran, as told, or how long it was allowed to when it did not finish."""
    for name in ("exec_ms", "timeout_ms"):
        if name in fields:
            return int(fields[name])
    for name in ("exec", "timeout"):
        found = _DURATION.match(fields.get(name, ""))
        if found:
            return round(float(found[1]) * _MS[found[2] or "s"])
    return None


def ctime_stamp(text: str) -> Stamp | None:
    """Return the time in "Nov 23 02:01:35 2026" or "Mon Nov 23 02:01:35 2026"; None when it is another text."""
    found = _CTIME.search(text)
    if found is None or found[1] not in MONTHS or int(found[6]) not in YEARS:
        return None
    hour, minute, second = int(found[3]), int(found[4]), int(found[5])
    return Stamp(int(found[6]), MONTHS[found[1]], int(found[2]), hour * 3600 + minute * 60 + second, 0, None)
