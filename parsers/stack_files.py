"""Reads what tells of the layer below Pacemaker: corosync.conf, ha.cf, corosync-cfgtool, corosync-quorumtool, cl_status.

What a file is, its lines tell.  Sources: corosync's corosync.conf(5), votequorum(5), tools/corosync-cfgtool.c and
corosync-quorumtool.c of 1.4 to 3.1; Heartbeat's ha.cf(5) and tools/cl_status.c.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ha_report.facts import StackFacts
from ha_report.model import Source
from parsers.lines import plain
from parsers.stack_corosync import looks_like_corosync_conf, read_corosync_conf
from parsers.stack_heartbeat import looks_like_cl_status, looks_like_ha_cf, read_cl_status, read_ha_cf
from parsers.stack_parts import Line
from parsers.stack_tools import looks_like_cfgtool, looks_like_quorumtool, read_cfgtool, read_quorumtool


class _Format(NamedTuple):
    """A file, how it is known, and who reads it."""

    name: str
    is_one: Callable[[str], bool]  # told a line
    read: Callable[[Sequence[Line], str], StackFacts]


_FORMATS = (
    _Format("quorum", looks_like_quorumtool, read_quorumtool),
    _Format("cfgtool", looks_like_cfgtool, read_cfgtool),
    _Format("cl_status", looks_like_cl_status, read_cl_status),
    _Format("corosync.conf", looks_like_corosync_conf, read_corosync_conf),
    _Format("ha.cf", looks_like_ha_cf, read_ha_cf),
)


def read(lines: Sequence[str], file: str) -> StackFacts:
    """Return what the lines tell; of a text that is none of these files nothing but its place."""
    found = [Line(number, text) for number, raw in enumerate(lines, start=1) if (text := plain(raw).strip())]
    for row in _FORMATS:
        if any(row.is_one(line.text) for line in found):
            return row.read(found, file)
    return StackFacts(Source(file, 1))
