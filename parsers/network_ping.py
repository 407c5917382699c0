"""Reads what ping prints, also parts of it: which answers came, which are missing, which came late.

    PING 192.168.200.200 (192.168.200.200) 56(84) bytes of data.
    64 bytes from 192.168.200.200: icmp_seq=15 ttl=64 time=0.169 ms
    64 bytes from 192.168.200.200: icmp_seq=17 ttl=64 time=3.22 ms
    20 packets transmitted, 19 received, 5% packet loss, time 19022ms

A number that is missing between two lines that follow each other was not answered.  Where other text stands
between them, somebody left lines out, and nothing is known.  Sources: ping of iputils (2002 on), busybox, BSD.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from ha_report.facts import Ping, Reply
from ha_report.model import Source

LATE_FACTOR = 10  # times the usual
LATE_MS = 1.0  # and at least this: below, a busy processor is reason enough
FEWEST_FOR_LATE = 3  # answers, of which the usual time can be told
MOST_LOST = 100_000  # numbers kept of one series: a file could name any
_WRAP = 1 << 16  # the number has 16 bits

_HEAD = re.compile(r"PING6? ?(?P<name>[^\s(]+?):?(?: ?\((?P<address>[^()\s]+)\))?(?P<rest>:? .*)?")
_FROM_ZERO = re.compile(r": \d+ data bytes")  # BSD and busybox, which begin with 0
_STAMP = r"(?:\[(?P<stamp>\d{1,12}(?:\.\d+)?)\] )?"
_REPLY = re.compile(
    _STAMP + r"\d+ bytes from (?P<who>.+?):? (?:icmp_[sr]eq|icmp_req|seq)=(?P<number>\d{1,5})\b(?P<rest>.*)"
)
_LOST = re.compile(
    _STAMP + r"(?:From .+ icmp_seq=(?P<refused>\d{1,5}) .*|no answer yet for icmp_seq=(?P<none>\d{1,5})"
    r"|Request timeout for icmp_seq (?P<timeout>\d{1,5}))"
)
_TIME = re.compile(r"time[=<](?P<ms>\d+(?:\.\d+)?) ?ms")
_SUMMARY = re.compile(r"(?P<sent>\d{1,9}) packets transmitted, (?P<received>\d{1,9})(?: packets)? received.*")
_TOOK = re.compile(r", time (?P<ms>\d{1,12})ms")
_NOTHING = re.compile(r"--- .+ ping statistics ---|(?:rtt|round-trip) min/avg/max.*|pipe \d+")


@dataclass
class _Series:
    """One run of ping, as far as it was read."""

    target: str
    source: Source
    first: int | None = None  # number of its first ping; None: not all of its lines are there
    last: int | None = None  # number told before, or the one before the first; None: lines are missing
    replies: list[Reply] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    stamps: list[tuple[int, float]] = field(default_factory=list)  # number, and second
    wraps: int = 0
    sent: int | None = None
    received: int | None = None
    took_s: float | None = None

    def unwrapped(self, number: int) -> int:
        """Return the number as if it never began anew."""
        highest = self.replies[-1].sequence if self.replies else 0
        if number + self.wraps < highest - _WRAP // 2:
            self.wraps += _WRAP
        return number + self.wraps

    def pass_over(self, number: int) -> None:
        """Go on to `number`: those between are missing."""
        if self.last is not None and len(self.lost) < MOST_LOST:
            self.lost.update(range(self.last + 1, number))
        self.last = number if self.last is None else max(number, self.last)

    def finished(self) -> Ping:
        """Return what is known of the run."""
        answered = {reply.sequence for reply in self.replies}
        return Ping(
            self.target,
            tuple(self.replies),
            tuple(sorted(self.lost - answered)),
            tuple(_late(self.replies)),
            self.sent,
            self.received,
            self._interval_s(),
            self.source,
        )

    def _interval_s(self) -> float | None:
        if self.took_s is not None and self.sent is not None and self.sent > 1:
            return round(self.took_s / (self.sent - 1), 2)
        if len(self.stamps) > 1 and self.stamps[-1][0] > self.stamps[0][0]:
            (first, begin), (last, end) = self.stamps[0], self.stamps[-1]
            return round((end - begin) / (last - first), 2)
        return None


def _late(replies: list[Reply]) -> Iterator[Reply]:
    times = [reply.time_ms for reply in replies if reply.time_ms is not None]
    if len(times) < FEWEST_FOR_LATE:
        return
    least = max(LATE_MS, LATE_FACTOR * median(times))
    yield from (reply for reply in replies if reply.time_ms is not None and reply.time_ms >= least)


@dataclass
class PingReader:
    """Takes lines one after the other."""

    done: list[Ping] = field(default_factory=list)
    _series: _Series | None = None

    def pings(self) -> list[Ping]:
        """Return the runs, after the last line."""
        self._finish()
        return self.done

    def take(self, text: str, source: Source) -> bool:
        """Read a line; say whether it could be read."""
        if found := _REPLY.fullmatch(text):
            self._reply(found, source)
        elif found := _LOST.fullmatch(text):
            self._missing(int(found["refused"] or found["none"] or found["timeout"]))
        elif text.startswith("PING") and (found := _HEAD.fullmatch(text)):
            self._finish()
            first = 0 if _FROM_ZERO.search(text) else 1
            self._series = _Series(found["address"] or found["name"], source, first, first - 1)
        elif self._series is not None and (found := _SUMMARY.fullmatch(text)):
            self._summary(found)
        else:
            return _NOTHING.fullmatch(text) is not None
        return True

    def pass_over(self) -> None:
        """Note that a line is none of ping's: others may have been left out there, too."""
        if self._series is not None:
            self._series.last = self._series.first = None

    def _finish(self) -> None:
        if self._series is not None:
            self.done.append(self._series.finished())
        self._series = None

    def _reply(self, found: re.Match[str], source: Source) -> None:
        """Read an answer, which may be the first line that is there."""
        who = found["who"]
        address = who[who.rfind("(") + 1 : -1] if who.endswith(")") else who
        if self._series is None or (self._series.sent is not None):
            self._finish()
            self._series = _Series(address, source)
        if "DUP!" in found["rest"]:
            return
        series = self._series
        number = series.unwrapped(int(found["number"]))
        took = _TIME.search(found["rest"])
        series.pass_over(number)
        series.replies.append(Reply(number, float(took["ms"]) if took else None, source))
        if found["stamp"]:
            series.stamps.append((number, float(found["stamp"])))

    def _missing(self, told: int) -> None:
        """Read that an answer did not come, or another machine's that it cannot."""
        if self._series is not None:
            number = self._series.unwrapped(told)
            self._series.pass_over(number)
            self._series.lost.add(number)

    def _summary(self, found: re.Match[str]) -> None:
        """Read how many were sent: where all lines are there, those after the last answer are missing."""
        series = self._series
        if series is None:
            return
        series.sent, series.received = int(found["sent"]), int(found["received"])
        took = _TOOK.search(found[0])
        series.took_s = int(took["ms"]) / 1000 if took else None
        if series.first is not None and series.sent <= MOST_LOST:
            series.pass_over(series.first + series.sent)
