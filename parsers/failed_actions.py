"""Reads one entry of a list of failed actions, in the words of every Pacemaker from 1.0 to 3.0.

Three shapes, each a `print` of crm_mon (tools/crm_mon.c, later lib/pengine/pe_output.c):

- to 1.1.11: `KEY (node=N, call=C, rc=R, status=S): TEXT`, from 1.1.8 on with times before the
  bracket closes, and a newline that ctime() left behind; heartbeat 2 has the status as TEXT.
- 1.1.12 to 2.1.1, later with --show-detail: `KEY on N 'TEXT' (R): call=C, status=S, exitreason='..', ...`
- from 2.1.2 on: `RSC 10s-interval monitor on N returned 'TEXT' (REASON) at TIME after 35ms`, or
  `... could not be executed (STATUS: REASON) at TIME`.

An exit reason is free text with quotes and brackets inside, so its end is found from what follows.
"""

import re
from datetime import timezone, tzinfo
from typing import NamedTuple

from ha_report.model import COMPLETE, OperationRecord, Source
from ha_report.results import status_of
from parsers.local_time import duration_ms, read_time
from parsers.operation_results import STATUS_WORDS, rc_of, split_key

BULLET = re.compile(r"\s*(?:[*+•·-]\s+)?")

_DATE = r"\w{3}\s+\w{3}\s+\d{1,2}\s+\d\d:\d\d:\d\d\s+\d{4}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?\s*(?:Z|[+-]\d\d:?\d\d)?"
_DURATION = r"[\d.]+(?:ms|[dhms])[\d.dhms]*"

OLD_SHAPE = re.compile(
    r"(?P<key>\S+_\d+) \(node=(?P<node>[^\s,]+), call=(?P<call>-?\w+), rc=(?P<rc>-?\d{1,6})"
    r"(?:, status=(?P<status>[^,)]*))?"
    rf"(?:, last-(?:run|rc-change)='?(?P<time>{_DATE})'?)?"
    # The two were printed in each other's place until 1.1.11.
    r"(?:\s*, queued=(?P<exec>\d+)ms, exec=\d+ms)?"
    r"\s*\): ?(?P<text>.*)"
)
DETAIL_SHAPE = re.compile(
    r"(?P<key>\S+_\d+) on (?P<node>\S+) '(?P<text>[^']*)' \((?P<rc>-?\d{1,6})\):\s*(?P<rest>call=.*)"
)
FRIENDLY_SHAPE = re.compile(
    r"(?P<resource>\S+) (?:(?P<interval>\S+)-interval )?(?P<operation>[a-z][a-z_-]*) on (?P<node>\S+) "
    r"(?:returned '(?P<text>[^']*)'|could not be executed \((?P<status>[^():]*))(?P<rest>.*)"
)
_FRIENDLY_TIMED = re.compile(rf"(?P<said>.*) at (?P<time>{_DATE})(?: after (?P<after>{_DURATION}))?(?![\w.]).*")
_FRIENDLY_UNTIMED = re.compile(rf"(?P<said>.*?)(?: after (?P<after>{_DURATION}))?")
# With the bracket that opened before the status, and 2.1.2's "because".
_SAID = re.compile(r"(?: \((?P<reason>.*)\)|: (?P<why>.*)\)|\))?(?: because '(?P<because>.*)')?")

# What an entry begins with, when it is whole enough to be told from other text.
ENTRY_START = re.compile(
    r"\S+_\d+ \(node=\S+, call="
    r"|\S+_\d+ on \S+ '[^']*' \(-?\d+\):"
    r"|\S+ (?:\S+-interval )?[a-z][a-z_-]* on \S+ (?:returned '|could not be executed \()"
)
# What only the second line of an entry begins with.
CONTINUATION = re.compile(
    r"\s*(?:,\s*)?(?:exit-?reason|last-rc-change|last-run|queued|exec|status|call)=|\s*\): \S|\s*\(\S|\s*(?:because '|at |after \d)"
)

_REMARK = re.compile(r"\s{2,}|\s+(?=#|<|/|\()(?!\(failed\)|\(degraded\))")
_STATUS = re.compile(r"status='?(.*?)'?(?=,|$)")
_REASON = re.compile(
    r"exit-?reason='(.*?)'(?=\s*,(?:\s*(?:#|<|//).*?)?\s*(?:last-rc-change|last-run|queued|exec)=|\s*,?\s*$)"
)
_REASON_THEN_REMARK = re.compile(r"exit-?reason='([^']*)'")
_CALL = re.compile(r"call=(-?\d+)")
_TIME = re.compile(r"last-(?:rc-change|run)='([^']*)'")
_EXEC = re.compile(r"\bexec=(\d+)ms")


class Failure(NamedTuple):
    """An entry, as far as it could be read."""

    node: str
    resource: str
    operation: str
    interval_ms: int
    call: int | None
    rc: int | None
    rc_text: str | None
    status: str | None
    exit_reason: str | None
    time: str | None  # as printed
    exec_ms: int | None
    whole: bool  # nothing of it can be missing

    @property
    def told(self) -> int:
        """Return how many of its fields make sense: of two ways to join its lines, the better has more."""
        known = sum(value is not None for value in self) + self.whole
        sensible = ((self.status or "").lower() in STATUS_WORDS, read_time(self.time, timezone.utc) is not None)
        return known + sum(sensible)

    def record(self, zone: tzinfo, source: Source) -> OperationRecord:
        """Return the row; times without a zone are in `zone`."""
        return OperationRecord(
            self.node, self.resource, self.operation, self.interval_ms, self.call, self.rc, self.rc_text, status_of(self.status),
            self.exit_reason, read_time(self.time, zone), self.exec_ms, None, "crm_mon", source,
        )  # fmt: skip


def read_failure(text: str) -> Failure | None:
    """Read an entry that was brought into one line; None if it is none, or is cut off too early."""
    bare = BULLET.sub("", text, count=1).strip()
    if found := OLD_SHAPE.match(bare):
        return _old(found)
    if found := DETAIL_SHAPE.match(bare):
        return _detailed(found)
    found = FRIENDLY_SHAPE.match(bare)
    return _friendly(found) if found else None


def reason_of(text: str | None) -> str | None:
    """Return an exit reason, None for the words that stand where there is none."""
    bare = " ".join((text or "").split())
    return None if bare in ("", "none") else bare


def _old(found: re.Match[str]) -> Failure | None:
    key = split_key(found["key"])
    if key is None:
        return None
    resource, operation, interval_ms = key
    text, status = _REMARK.split(found["text"].strip())[0], found["status"]
    if status is None and text.lower() in STATUS_WORDS:
        text, status = "", text
    return Failure(
        found["node"], resource, operation, interval_ms, _number(found["call"]), int(found["rc"]), text or None,
        status and status.strip(), None, found["time"], _number(found["exec"]), rc_of(text) is not None or not text,
    )  # fmt: skip


def _detailed(found: re.Match[str]) -> Failure | None:
    key = split_key(found["key"])
    if key is None:
        return None
    resource, operation, interval_ms = key
    rest = found["rest"]
    reason = _first(_REASON, rest) or _first(_REASON_THEN_REMARK, rest)
    beside_reason = _REASON.sub("", rest)  # which may hold "status=" or "exec=" of its own
    executed = _first(_EXEC, beside_reason)
    return Failure(
        found["node"], resource, operation, interval_ms, _number(_first(_CALL, rest)), int(found["rc"]), found["text"] or None,
        _first(_STATUS, beside_reason), reason_of(reason), _first(_TIME, beside_reason), _number(executed), executed is not None,
    )  # fmt: skip


def _friendly(found: re.Match[str]) -> Failure | None:
    ending = _FRIENDLY_TIMED.match(found["rest"]) or _FRIENDLY_UNTIMED.fullmatch(found["rest"])
    said = ending and _SAID.fullmatch(ending["said"])
    interval_ms = duration_ms(found["interval"]) if found["interval"] else 0
    if ending is None or said is None or interval_ms is None or (found["status"] and not ending["said"]):
        return None  # a sentence, or a reason that goes on in the next line
    operation = "monitor" if found["operation"] == "probe" else found["operation"]
    reason = reason_of(said["reason"] or said["why"] or said["because"])
    return Failure(
        found["node"], found["resource"], operation, interval_ms, None, rc_of(found["text"]), found["text"],
        found["status"] or COMPLETE, reason, ending.groupdict().get("time"), duration_ms(ending["after"]), (ending["after"] or "").endswith("s"),
    )  # fmt: skip


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1].strip() if found else None


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?\d{1,15}", text) else None
