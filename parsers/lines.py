"""What stands before a message: time, host, program, pid and level, in every line format that clusters write.

Sources: rsyslog's traditional and RFC 5424 templates; journalctl's short outputs; cluster-glue lib/clplumbing/cl_log.c
(ha-log); Pacemaker lib/common/logging.c (detail log of 1.1 and 2.0); corosync exec/logsys.c; `ha_log()` in
resource-agents' ocf-shellfuncs (agents that append to the file themselves, without a host).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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
    regex: str  # group names are Line fields; time in mon|month, day, hms, fraction, year, zone
    example: str
    expect: dict[str, object]
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(self.regex))


_HMS = r"(?P<hms>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
# Months as C's strftime %b writes them in the locale of a service: "Dec", "Dez", "déc.", "12月".
_BSD = rf"(?P<mon>[^\W\d_]{{3,5}}\.?|\d{{1,2}}月) *(?P<day>\d{{1,2}})日? (?:(?P<year>\d{{4}}) )?{_HMS}"
_ISO = rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[T ]{_HMS}"
_GLUE = rf"(?P<year>\d{{4}})/(?P<month>\d\d)/(?P<day>\d\d)_{_HMS}"
_ZONE = r" ?(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
_LEVEL = r"(?P<level>(?i:emerg|alert|crit|error|err|warning|warn|notice|info|debug|trace))"
# As in "crmd[129]:  notice: text", "crmd: [129]: info: text", "IPaddr2(vip)[3495]: ERROR: text" or "corosync[1]:   [TOTEM ] text".
_TAG = (
    r"(?P<program>[^\s\[\]():]+)(?:\((?P<instance>[^()\s]+)\))?(?:\[(?P<pid>\w*)\])?:"
    r"(?:\s*\[\d*\]:)?(?:\s*<\d+>)?(?:\s*" + _LEVEL + r"\s*:)?(?P<message>.*)"
)

FORMATS = (
    LineFormat(
        name="pacemaker-2",
        regex=rf"^{_BSD} (?P<host>\S+) (?P<program>[\w-]+) *\[(?P<pid>\d+)\] \([^)]*\)\s+{_LEVEL}:(?P<message>.*)",
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
        regex=rf"^{_BSD} \[(?P<pid>\d+)\] (?P<host>\S+) +(?P<program>[\w-]+): +{_LEVEL}:(?P<message>.*)",
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
        regex=rf"^{_BSD} \[(?P<pid>\d+)\] (?P<host>\S+) (?P<program>corosync) {_LEVEL} +(?P<message>\[.*)",
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
        regex=rf"^{_BSD} (?P<program>corosync|openais) (?P<message>\[.*)",
        example="Jan 21 04:36:02 corosync [TOTEM ] Invalid packet data",
        expect={"host": None, "program": "corosync", "message": "[TOTEM ] Invalid packet data"},
    ),
    LineFormat(
        name="ha-log",
        regex=rf"^(?P<program>[\w/.-]+)\[(?P<pid>\d+)\](?:\[\d+\])?:\s+{_GLUE} {_LEVEL}:(?P<message>.*)",
        example="crmd[1234]: 2009/07/06_21:45:18 info: msg",
        expect={"host": None, "program": "crmd", "level": "info", "message": "msg"},
    ),
    LineFormat(
        name="agent",
        regex=rf"^(?:{_BSD}|(?P<gyear>\d{{4}})/(?P<gmonth>\d\d)/(?P<gday>\d\d)_(?P<ghms>\d\d:\d\d:\d\d))  ?"
        rf"(?P<program>[\w.-]+)\((?P<instance>[^()\s]+)\)\[(?P<pid>\d+)\]:\s+{_LEVEL}:(?P<message>.*)",
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
        name="ha-log-stonith",
        regex=rf"^(?P<program>[\w/.-]+)\[(?P<pid>\d+)\]:\s+{_LEVEL}: {_GLUE}\s(?P<message>.*)",
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
        regex=rf"^<\d{{1,3}}>1 {_ISO}{_ZONE} (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ (?:-|\[.*?\]) ?"
        r"(?:\s*" + _LEVEL + r"\s*:)?(?P<message>.*)",
        example="<29>1 2019-03-22T10:34:49.316884+08:00 15sp1-1 pacemaker-controld 1773 - -  warning: Quorum lost",
        expect={"host": "15sp1-1", "program": "pacemaker-controld", "level": "warning", "message": "Quorum lost"},
    ),
    LineFormat(
        name="syslog-iso",
        regex=rf"^{_ISO}{_ZONE} (?P<host>[^\s:]+) {_TAG}",
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
        regex=rf"^[A-Z][a-z]{{2}} {_ISO} (?P<zone>[A-Z]{{3,5}}|[+-]\d\d) (?P<host>[^\s:]+) {_TAG}",
        example="Fri 2019-03-22 10:34:47 UTC 15sp1-1 corosync[1681]:   [QUORUM] Members[1]: 168430097",
        expect={"host": "15sp1-1", "program": "corosync", "level": None, "message": "[QUORUM] Members[1]: 168430097"},
    ),
    LineFormat(
        name="syslog-bsd",
        regex=rf"^(?:<\d{{1,3}}>)?{_BSD} (?P<host>[^\s:]+) {_TAG}",
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
        regex=r"^(?P<program>pacemaker[a-z-]*|crmd|pengine|lrmd|attrd|cib|stonith-ng|stonithd|corosync|heartbeat)(?:\[(?P<pid>\w*)\])?:"
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
        regex=rf"^(?:{_BSD}|(?P<iyear>\d{{4}})-(?P<imonth>\d\d)-(?P<iday>\d\d)[T ](?P<ihms>\d\d:\d\d:\d\d)\S*) (?P<message>.*)",
        example="Nov 23 02:59:03 node02 last message repeated 2 times",
        expect={"host": None, "program": None, "message": "node02 last message repeated 2 times"},
    ),
)

_TIME_OF_DAY = re.compile(r"\d\d:\d\d:\d\d")
_TIMELESS = tuple(row for row in FORMATS if row.name == "headless")  # spares all others where there is no time

_LEVELS = {"emerg": "crit", "alert": "crit", "err": "error", "warn": "warning", "trace": "debug"}
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NAMED_ZONES = {"Z": 0, "UTC": 0, "GMT": 0}


def plain(text: str) -> str:
    """Return `text` without terminal colours, carriage returns and the NULs that a crash leaves."""
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    return text.strip("\r\n\0 ")


_SECONDS_KEPT = 10_000


class LineReader:
    """Takes lines apart, trying first the format that fitted the line before."""

    def __init__(self) -> None:
        self._last = FORMATS[0]
        self._stamps: dict[tuple[str | None, ...], Stamp | None] = {}

    def read(self, text: str) -> Line:
        """Return the parts of `text`; a line of no known format is all message."""
        found = self._last.compiled.match(text)
        if found is not None and self._last.name != "dated":
            return self._line(self._last, found)
        for row in FORMATS if _TIME_OF_DAY.search(text) else _TIMELESS:
            found = row.compiled.match(text)
            if found is not None:
                self._last = row
                return self._line(row, found)
        return Line(None, None, None, None, None, text, "unknown")

    def _line(self, row: LineFormat, found: re.Match[str]) -> Line:
        part = found.groupdict()
        level = part.get("level")
        if level is not None:
            level = level.lower()
            level = _LEVELS.get(level, level)
        return Line(
            self._stamp(part), part.get("host"), part.get("program"), part.get("instance"), level,
            (part.get("message") or "").strip(), row.name, _number(part.get("pid")),
        )  # fmt: skip

    def _stamp(self, part: dict[str, str | None]) -> Stamp | None:
        key = tuple(part.get(name) for name in _TIME_GROUPS)
        if key not in self._stamps:
            if len(self._stamps) > _SECONDS_KEPT:  # a long log has many
                self._stamps.clear()
            self._stamps[key] = _stamp_of(part)
        return self._stamps[key]


_TIME_GROUPS = (
    "mon", "month", "day", "hms", "fraction", "year", "zone",
    "gyear", "gmonth", "gday", "ghms", "iyear", "imonth", "iday", "ihms",
)  # fmt: skip


def _stamp_of(part: dict[str, str | None]) -> Stamp | None:
    """Return the time in a line's parts; None where it has none, or one that no clock shows."""
    hms = part.get("hms") or part.get("ghms") or part.get("ihms")
    month = part.get("month") or part.get("gmonth") or part.get("imonth")
    day = part.get("day") or part.get("gday") or part.get("iday")
    year = part.get("year") or part.get("gyear") or part.get("iyear")
    if hms is None or day is None:
        return None
    number = MONTHS.get((part.get("mon") or "").rstrip("."), 0) if month is None else int(month)
    hour, minute, second = int(hms[:2]), int(hms[3:5]), int(hms[6:])
    if not (number in range(1, 13) and int(day) in range(1, 32)):
        return None
    if not (hour in range(24) and minute in range(60) and second in range(61)):  # 60 is a leap second
        return None
    fraction = (part.get("fraction") or "").ljust(6, "0")[:6]
    return Stamp(
        int(year or 0), number, int(day), hour * 3600 + minute * 60 + second, int(fraction), _offset(part.get("zone"))
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) <= 9 else None  # noqa: PLR2004 - no pid is longer


def _offset(zone: str | None) -> int | None:
    """Return the seconds east of UTC that "Z", "+0800" or "+08:00" mean; None for a name that means several."""
    if zone is None or zone in _NAMED_ZONES:
        return None if zone is None else 0
    if zone[0] not in "+-":
        return None
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds
