"""What stands before a message: time, host, program, pid and level, in every line format that clusters write.

Sources: rsyslog's traditional and RFC 5424 templates; journalctl's short outputs; cluster-glue lib/clplumbing/cl_log.c
(ha-log); Pacemaker lib/common/logging.c (detail log of 1.1 and 2.0); corosync exec/logsys.c; `ha_log()` in
resource-agents' ocf-shellfuncs (agents that append to the file themselves, without a host).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "Jan janv ene gen jan",
            "Feb févr fév feb fev",
            "Mar mars Mär März mar mrt",
            "Apr avr avril abr apr",
            "May Mai mai may mag mei maj",
            "Jun juin jun giu",
            "Jul juil jul lug",
            "Aug août ago aug",
            "Sep sept sep set Sept",
            "Oct Okt oct ott okt out",
            "Nov nov",
            "Dec Dez déc dic dec dez",
        ),
        start=1,
    )
    for name in (*names.split(), f"{number}月")
}


YEARS = range(1970, 2200)  # that a clock may show; any other is damage


class Stamp(NamedTuple):
    """A time as a line tells it."""

    year: int  # 0: not told
    month: int
    day: int
    second: int  # of the day
    microsecond: int
    offset_s: int | None  # seconds east of UTC; None: not told


class Line(NamedTuple):
    """A log line, taken apart."""

    stamp: Stamp | None
    host: str | None
    program: str | None  # "crmd", "pacemaker-controld", "IPaddr2", ...
    instance: str | None  # the resource in "IPaddr2(r_ip)"
    level: str | None  # one of "crit", "error", "warning", "notice", "info", "debug"
    message: str
    format: str  # name of the row that matched
    pid: int | None = None


@dataclass(frozen=True)
class LineFormat:
    """One way to write a line; rows are tried in order, the one that matched last first."""

    name: str
    before: str  # what stands before the time; group names are Line fields
    stamp: str  # the time to the second, in groups mon|month, day, hms, year; empty where the format has none
    after: str  # what stands behind it, from the zone to the message
    example: str
    expect: dict[str, object]

    @cached_property
    def regex(self) -> str:
        """The whole line."""
        return f"^{self.before}{self.stamp and self.stamp + _FRACTION}{self.after}"

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """`regex`, compiled."""
        return re.compile(self.regex)

    @cached_property
    def time(self) -> re.Pattern[str]:
        """Its beginning in three groups: before the second, the second, its fraction."""
        return re.compile(f"^({_unnamed(self.before)}){self._second}")

    @cached_property
    def parts(self) -> re.Pattern[str]:
        """The same in five groups: before the second, the second, its fraction, between it and the message, the message."""
        between, _, message = self.after.partition("(?P<message>")
        return re.compile(f"^({_unnamed(self.before)}){self._second}({_unnamed(between)})({message}")

    @property
    def _second(self) -> str:
        return f"({_unnamed(self.stamp)}){_NAMED.sub('(', _FRACTION)}" if self.stamp else "()()"


_NAMED = re.compile(r"\(\?P<\w+>")


def _unnamed(regex: str) -> str:
    return _NAMED.sub("(?:", regex)


_HMS = r"(?P<hms>\d\d:\d\d:\d\d)"
_FRACTION = r"(?:[.,](?P<fraction>\d{1,9}))?"
# Months as C's strftime %b writes them in the locale of a service: "Dec", "Dez", "déc.", "12月".
_BSD = rf"(?P<mon>[^\W\d_]{{3,5}}\.?|\d{{1,2}}月) *(?P<day>\d{{1,2}})日? (?:(?P<year>\d{{4}}) )?{_HMS}"
_ISO = rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[T ]{_HMS}"
_GLUE = rf"(?P<year>\d{{4}})/(?P<month>\d\d)/(?P<day>\d\d)_{_HMS}"
STAMPS = (_BSD, _ISO, _GLUE)
_ZONE = r" ?(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
_LEVEL = r"(?P<level>(?i:emerg|alert|crit|error|err|warning|warn|notice|info|debug|trace))"
# As in "crmd[129]:  notice: text", "crmd: [129]: info: text", "IPaddr2(vip)[3495]: ERROR: text" or "corosync[1]:   [TOTEM ] text".
_TAG = (
    r"(?P<program>[^\s\[\]():]+)(?:\((?P<instance>[^()\s]+)\))?(?:\[(?P<pid>\w*)\])?:"
    r"(?:\s*\[\d*\]:)?(?:\s*<\d+>)?(?:\s*" + _LEVEL + r"\s*:)?(?P<message>.*)"
)

# resource-agents writes two blanks before the program, or one.
_AGENT = rf"  ?(?P<program>[\w.-]+)\((?P<instance>[^()\s]+)\)\[(?P<pid>\d+)\]:\s+{_LEVEL}:(?P<message>.*)"

FORMATS = (
    LineFormat(
        name="pacemaker-2",
        before="",
        stamp=_BSD,
        after=rf" (?P<host>\S+) (?P<program>[\w-]+) *\[(?P<pid>\d+)\] \([^)]*\)\s+{_LEVEL}:(?P<message>.*)",
        example="Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation",
        expect={
            "host": "node02",
            "program": "pacemaker-controld",
            "level": "notice",
            "message": "Result of start operation",
        },
    ),
    LineFormat(
        name="pacemaker-1.1",
        before="",
        stamp=_BSD,
        after=rf" \[(?P<pid>\d+)\] (?P<host>\S+) +(?P<program>[\w-]+): +{_LEVEL}:(?P<message>.*)",
        example="Nov 23 02:48:42 [95] node02       crmd:   notice: process_lrm_event:\tResult of start operation",
        expect={
            "host": "node02",
            "program": "crmd",
            "level": "notice",
            "message": "process_lrm_event:\tResult of start operation",
        },
    ),
    LineFormat(
        name="corosync",
        before="",
        stamp=_BSD,
        after=rf" \[(?P<pid>\d+)\] (?P<host>\S+) (?P<program>corosync) {_LEVEL} +(?P<message>\[.*)",
        example="Mar 22 10:34:47 [1681] 15sp1-1 corosync notice  [TOTEM ] Initializing transport (UDP/IP Multicast).",
        expect={
            "host": "15sp1-1",
            "program": "corosync",
            "level": "notice",
            "message": "[TOTEM ] Initializing transport (UDP/IP Multicast).",
        },
    ),
    LineFormat(
        name="corosync-1",
        before="",
        stamp=_BSD,
        after=r" (?P<program>corosync|openais) (?P<message>\[.*)",
        example="Jan 21 04:36:02 corosync [TOTEM ] Invalid packet data",
        expect={"host": None, "program": "corosync", "message": "[TOTEM ] Invalid packet data"},
    ),
    LineFormat(
        name="ha-log",
        before=r"(?P<program>[\w/.-]+)\[(?P<pid>\d+)\](?:\[\d+\])?:\s+",
        stamp=_GLUE,
        after=rf" {_LEVEL}:(?P<message>.*)",
        example="crmd[1234]: 2009/07/06_21:45:18 info: msg",
        expect={"host": None, "program": "crmd", "level": "info", "message": "msg"},
    ),
    LineFormat(
        name="agent",
        before="",
        stamp=_BSD,
        after=_AGENT,
        example="Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: Unable to find nic or netmask.",
        expect={
            "host": None,
            "program": "IPaddr2",
            "instance": "r_ip",
            "level": "error",
            "message": "Unable to find nic or netmask.",
        },
    ),
    LineFormat(
        name="agent",
        before="",
        stamp=_GLUE,
        after=_AGENT,
        example="2026/11/23_02:01:35  IPaddr2(r_ip)[158]:    ERROR: Unable to find nic or netmask.",
        expect={"host": None, "program": "IPaddr2", "instance": "r_ip", "level": "error"},
    ),
    LineFormat(
        name="ha-log-stonith",
        before=rf"(?P<program>[\w/.-]+)\[(?P<pid>\d+)\]:\s+{_LEVEL}: ",
        stamp=_GLUE,
        after=r"\s(?P<message>.*)",
        example="external/labpower[622]:\tERROR: 2026/11/23_03:03:41\t labpower: cannot connect to the power switch",
        expect={
            "host": None,
            "program": "external/labpower",
            "level": "error",
            "message": "labpower: cannot connect to the power switch",
        },
    ),
    LineFormat(
        name="syslog-rfc5424",
        before=r"<\d{1,3}>1 ",
        stamp=_ISO,
        after=rf"{_ZONE} (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ (?:-|\[.*?\]) ?(?:\s*{_LEVEL}\s*:)?(?P<message>.*)",
        example="<29>1 2019-03-22T10:34:49.316884+08:00 15sp1-1 pacemaker-controld 1773 - -  warning: Quorum lost",
        expect={"host": "15sp1-1", "program": "pacemaker-controld", "level": "warning", "message": "Quorum lost"},
    ),
    LineFormat(
        name="syslog-iso",
        before="",
        stamp=_ISO,
        after=rf"{_ZONE} (?P<host>[^\s:]+) {_TAG}",
        example="2019-03-22T10:57:27.930481+08:00 15sp1-1 pacemaker-controld[1740]:  notice: Peer 15sp1-2 was terminated",
        expect={
            "host": "15sp1-1",
            "program": "pacemaker-controld",
            "level": "notice",
            "message": "Peer 15sp1-2 was terminated",
        },
    ),
    LineFormat(
        name="journal-short-full",
        before=r"[A-Z][a-z]{2} ",
        stamp=_ISO,
        after=rf" (?P<zone>[A-Z]{{3,5}}|[+-]\d\d) (?P<host>[^\s:]+) {_TAG}",
        example="Fri 2019-03-22 10:34:47 UTC 15sp1-1 corosync[1681]:   [QUORUM] Members[1]: 168430097",
        expect={"host": "15sp1-1", "program": "corosync", "level": None, "message": "[QUORUM] Members[1]: 168430097"},
    ),
    LineFormat(
        name="syslog-bsd",
        before=r"(?:<\d{1,3}>)?",
        stamp=_BSD,
        after=rf" (?P<host>[^\s:]+) {_TAG}",
        example="Nov 23 02:59:03 node02 crmd: [129]: info: process_lrm_event: LRM operation r_ip_start_0",
        expect={
            "host": "node02",
            "program": "crmd",
            "level": "info",
            "message": "process_lrm_event: LRM operation r_ip_start_0",
        },
    ),
    LineFormat(
        name="headless",  # copied without its first columns
        before="",
        stamp="",
        after=r"(?P<program>pacemaker[a-z-]*|crmd|pengine|lrmd|attrd|cib|stonith-ng|stonithd|corosync|heartbeat)(?:\[(?P<pid>\w*)\])?:"
        r"(?:\s*\[\d*\]:)?(?:\s*" + _LEVEL + r"\s*:)?(?P<message>.*)",
        example="pacemaker-schedulerd[8995]:  warning: Unexpected result (error) was recorded",
        expect={
            "host": None,
            "program": "pacemaker-schedulerd",
            "level": "warning",
            "message": "Unexpected result (error) was recorded",
        },
    ),
    LineFormat(
        name="dated",  # a time, and after it nothing that is known
        before="",
        stamp=_BSD,
        after=r" (?P<message>.*)",
        example="Nov 23 02:59:03 node02 last message repeated 2 times",
        expect={"host": None, "program": None, "message": "node02 last message repeated 2 times"},
    ),
    LineFormat(
        name="dated",
        before="",
        stamp=_ISO,
        after=r"\S* (?P<message>.*)",
        example="2026-11-23T02:59:03+01:00 node02 last message repeated 2 times",
        expect={"host": None, "program": None, "message": "node02 last message repeated 2 times"},
    ),
)

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def plain(text: str) -> str:
    """Return `text` without terminal colours, carriage returns and the NULs that a crash leaves."""
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    return text.strip("\r\n\0 ")
