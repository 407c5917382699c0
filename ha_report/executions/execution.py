"""One execution of an operation as it is put together of what several tell, and all executions of a group, by time.

Thousands of records may tell of one execution, and a resource may fail thousands of times: whether a record
belongs to an execution is answered from what its records have in common, and the nearest in time are tried first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from functools import lru_cache

from ha_report.model import COMPLETE, TIMED_OUT, OperationRecord

SECOND = 1_000_000
SAME = SECOND  # two times of one thing, one of them in whole seconds
NEAR = 5 * SECOND  # syslog and detail log, or two daemons, tell of one thing within this
_SNAPSHOT_LAG = 120 * SECOND  # a snapshot gives the start of an operation, in whole seconds; the log its end
_UNKNOWN_TIMEOUT = 1200 * SECOND  # how long a timed out operation may have run when nothing tells
_QUARTER = 900 * SECOND  # a zone that is not known puts tellings whole quarters of an hour apart
_FARTHEST_ZONE = 15 * 3600 * SECOND

# Whose word counts, field by field: the one that ran the operation first.
RANK = {"controller": 0, "cib": 1, "crm_mon": 2, "transition": 3, "executor": 4, "scheduler": 5, "agent": 6}
_SNAPSHOTS = {"cib", "crm_mon"}


@lru_cache(maxsize=1 << 16)
def base_name(resource: str) -> str:
    """Return the name without the instance number: the scheduler writes "p_state:0" where the controller has "p_state"."""
    name, colon, number = resource.rpartition(":")
    return name if colon and number.isdigit() else resource


class Execution:
    """The records of what seems to be one execution."""

    def __init__(self, number: int) -> None:
        self.number = number  # in the order in which executions were found
        self.records: list[OperationRecord] = []
        self.call: int | None = None
        self.time_us: int | None = None  # when the operation failed, as its best teller says
        self._best = len(RANK), 0
        self._names: set[str] = set()
        self._moments: set[str] = set()
        self._intervals: set[int] = set()
        self._rcs: set[int] = set()  # of the records that say the agent answered
        self._spans: dict[tuple[str, ...], tuple[int, int]] = {}  # first and last time of each that tells it only once
        self._ran_ms: int | None = None
        self._timed_out = False
        self._snapshots: set[bool] = set()

    def add(self, record: OperationRecord) -> None:
        """Add a record, which agrees with those that are here."""
        self.records.append(record)
        self.call = record.call if self.call is None else self.call
        self._names.add(record.resource)
        self._moments.add(record.moment)
        self._snapshots.add(record.teller in _SNAPSHOTS)
        if record.interval_ms is not None:
            self._intervals.add(record.interval_ms)
        if record.status == COMPLETE and record.rc is not None:
            self._rcs.add(record.rc)
        self._timed_out |= record.status == TIMED_OUT
        if record.exec_ms is not None:
            self._ran_ms = max(record.exec_ms, self._ran_ms or 0)
        if record.time_us is not None:
            self._add_time(record, record.time_us)

    def _add_time(self, record: OperationRecord, time_us: int) -> None:
        rank = RANK[record.teller], time_us
        if record.teller != "agent" and rank < self._best:
            self._best, self.time_us = rank, time_us
        told = _told_once(record)
        if told is not None:
            first, last = self._spans.get(told, (time_us, time_us))
            self._spans[told] = min(first, time_us), max(last, time_us)

    def takes(self, record: OperationRecord) -> bool:
        """Say whether nothing that both tell is different, and the names can mean one instance."""
        return self._is_same_instance(record) and self._agrees(record)

    def _is_same_instance(self, record: OperationRecord) -> bool:
        """Say whether the names are equal, or one of them is without a number."""
        return self._names == {record.resource} or base_name(record.resource) in self._names | {record.resource}

    def _agrees(self, record: OperationRecord) -> bool:
        if None not in (self.call, record.call) and self.call != record.call:
            return False
        if record.interval_ms is not None and not self._intervals <= {record.interval_ms}:
            return False
        if record.status == COMPLETE and record.rc is not None and not self._rcs <= {record.rc}:
            return False
        told = _told_once(record)
        if told is None or record.time_us is None or told not in self._spans:
            return True
        first, last = self._spans[told]  # one teller spoke of two failures: it gives each its own time
        return last - SAME <= record.time_us <= first + SAME

    def reaches(self, record: OperationRecord, apart: int) -> bool:
        """Say whether times so far apart may be told of one execution, here and by `record`."""
        return apart <= self._allowance(record) or self._other_zone(record, apart)

    def _allowance(self, record: OperationRecord) -> int:
        if self._moments == {record.moment}:
            return NEAR
        ran = [ms for ms in (self._ran_ms, record.exec_ms) if ms is not None]
        if ran:
            return _SNAPSHOT_LAG + max(ran) * 1000
        return _UNKNOWN_TIMEOUT if self._timed_out or record.status == TIMED_OUT else _SNAPSHOT_LAG

    def _other_zone(self, record: OperationRecord, apart: int) -> bool:
        """Say whether a snapshot's instant and a log's time on the wall are one, told in zones that differ."""
        if len(self._snapshots | {record.teller in _SNAPSHOTS}) == 1 or record.call is None or self.call is None:
            return False
        rest = min(apart % _QUARTER, _QUARTER - apart % _QUARTER)
        return apart <= _FARTHEST_ZONE and rest <= 10 * SECOND


def _told_once(record: OperationRecord) -> tuple[str, ...] | None:
    """Return who tells each failure once, or gives it the same time each time; None for those that repeat."""
    if record.moment == "told" or record.teller == "agent":
        return None
    return record.teller, record.moment, record.source.file if record.moment == "end" else ""


def farthest(records: list[OperationRecord]) -> tuple[int, int]:
    """Return how far apart in time records of one execution can be, of those in a group; and of those with a call."""
    ran = max((record.exec_ms or 0 for record in records), default=0)
    reach = max(_SNAPSHOT_LAG + ran * 1000, _UNKNOWN_TIMEOUT)
    if len({record.moment for record in records}) == 1:
        reach = NEAR
    zones = {record.teller in _SNAPSHOTS for record in records if record.call is not None}
    return reach, max(reach, _FARTHEST_ZONE) if len(zones) > 1 else reach


class Nearby:
    """Executions, to be found by the times of their records."""

    def __init__(self, reach_us: int) -> None:
        self._reach_us = reach_us
        self._times: list[tuple[int, int]] = []  # of a record, and the number of its execution
        self._known: dict[int, Execution] = {}
        self._untimed: dict[int, Execution] = {}

    def add(self, execution: Execution, record: OperationRecord) -> None:
        """Note that `execution` has got `record`."""
        self._known[execution.number] = execution
        if record.time_us is not None:
            insort(self._times, (record.time_us, execution.number))
            self._untimed.pop(execution.number, None)
        elif all(own.time_us is None for own in execution.records):
            self._untimed[execution.number] = execution

    def nearest(self, record: OperationRecord) -> Execution | None:
        """Return the execution nearest in time that `record` can tell of; one without times when no other fits."""
        if record.time_us is None:
            return next((one for _, one in sorted(self._known.items()) if one.takes(record)), None)
        best: Execution | None = None
        least = 0
        for apart, number in self._outwards(record.time_us):
            execution = self._known[number]
            if best is not None and (apart > least or number > best.number):
                if apart > least:
                    return best
                continue
            if execution.reaches(record, apart) and execution.takes(record):
                best, least = execution, apart
        return best or next((one for _, one in sorted(self._untimed.items()) if one.takes(record)), None)

    def _outwards(self, time_us: int) -> Iterator[tuple[int, int]]:
        """Yield the distance and the execution of what is near in time, the nearest first, each execution once."""
        after = bisect_left(self._times, (time_us, -1))
        before, seen = after - 1, set[int]()
        while True:
            behind = time_us - self._times[before][0] if before >= 0 else self._reach_us + 1
            ahead = self._times[after][0] - time_us if after < len(self._times) else self._reach_us + 1
            apart = min(behind, ahead)
            if apart > self._reach_us:
                return
            place, before, after = (before, before - 1, after) if behind <= ahead else (after, before, after + 1)
            number = self._times[place][1]
            if number not in seen:
                seen.add(number)
                yield apart, number


class ByFailure:
    """Executions in the order of the times at which they failed."""

    def __init__(self) -> None:
        self._times: list[tuple[int, int]] = []  # time, and the negative number: of equal times the first found is last
        self._placed: dict[int, tuple[int, int]] = {}
        self._known: dict[int, Execution] = {}

    def place(self, execution: Execution) -> None:
        """Put an execution where its time belongs, which may have changed."""
        key = execution.time_us or 0, -execution.number
        old = self._placed.get(execution.number)
        if old == key:
            return
        if old is not None:
            del self._times[bisect_left(self._times, old)]
        insort(self._times, key)
        self._placed[execution.number], self._known[execution.number] = key, execution

    def latest(self, record: OperationRecord) -> Execution | None:
        """Return the latest execution that `record`, told at some later time, can repeat."""
        end = len(self._times) if record.time_us is None else bisect_right(self._times, (record.time_us + NEAR, 0))
        for place in range(end - 1, -1, -1):
            execution = self._known[-self._times[place][1]]
            if execution.takes(record):
                return execution
        return None
