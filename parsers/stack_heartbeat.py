"""Reads Heartbeat's ha.cf, and what cl_status says of links.

    keepalive 1                     seconds, or with unit: 500ms
    deadtime 6
    ucast eth0 192.168.100.102      also bcast, mcast, serial
    node node01

    node01 eth1 dead                cl_status hblinkstatus, with the node and the link before it

Source: Heartbeat's ha.cf(5), heartbeat/config.c (get_msec); tools/cl_status.c.
"""

import re
from collections.abc import Sequence

from ha_report.facts import Link, Member, StackFacts
from parsers.stack_parts import Line, Telling

_DIRECTIVE = re.compile(r"(?P<name>[a-z_]+)(?:\s+|=\s*)(?P<value>(?:[^#\s]+(?:\s+[^#\s]+)*)?)\s*(?:#.*)?")
_TIME = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?P<unit>ms|us|s|sec|m|min|h)?")
_SECONDS = {"us": 1e-6, "ms": 1e-3, None: 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_MEDIA = ("bcast", "ucast", "mcast", "mcast6", "serial")
_KNOWN_BY = ("keepalive", "deadtime", "initdead", "auto_failback", "udpport", "crm")
_NOT_KEPT = frozenset(
    "keepalive warntime initdead udpport auto_failback logfacility debugfile debug debuglevel use_logd crm baud stonith"
    " stonith_host watchdog ping ping_group hbaping hopfudge deadping respawn apiauth autojoin compression"
    " compression_threshold traditional_compression conn_logd_time logd syslogmsgfmt coredumps cpu_load realtime rtprio"
    " nice_failback uuidfrom msgfmt max_rexmit_delay max_swapouts memreserve release2 pacemaker deadtime_ping include"
    " record_config_changes record_pengine_inputs enable_config_writes quorum_server env normalpoll".split()
)
_LINK = re.compile(r"(?P<node>\S+) (?P<link>\S+) (?P<state>up|dead)")
_RUNS = re.compile(r"Heartbeat is (?:running|stopped) on this machine\.?")


def looks_like_ha_cf(text: str) -> bool:
    """Say whether a line is one by which ha.cf is known."""
    found = _DIRECTIVE.fullmatch(text)
    return found is not None and found["name"] in _KNOWN_BY and found["value"] != ""


def looks_like_cl_status(text: str) -> bool:
    """Say whether a line is one by which cl_status's output is known."""
    return _RUNS.fullmatch(text) is not None


def read_ha_cf(lines: Sequence[Line], file: str) -> StackFacts:
    """Return what the configuration tells."""
    telling = Telling(file)
    telling.told["stack"] = "heartbeat"
    nodes: list[Member] = []
    links: list[Link] = []
    for line in lines:
        if line.text.startswith("#"):
            continue
        found = _DIRECTIVE.fullmatch(line.text)
        if found is None or not _take(found["name"], found["value"], line, telling, nodes, links):
            telling.undecoded.append(telling.source(line))
    telling.told |= {"nodes": tuple(nodes), "links": tuple(links)}
    return telling.finished(lines[0])


def _take(name: str, value: str, line: Line, telling: Telling, nodes: list[Member], links: list[Link]) -> bool:
    """Read a directive; say whether there is one of that name."""
    source = telling.source(line)
    if name == "node":
        nodes += [Member(word, None, (), None, source) for word in value.split()]
    elif name in _MEDIA:
        links += [Link(device, None, address, None, source) for device, address in _media(name, value)]
        media = telling.told.get("transport", "").split()
        telling.tell("transport", " ".join(dict.fromkeys([*media, name])), line)
    elif name == "deadtime":
        telling.tell("deadtime_s", _seconds(value), line)
    elif name == "cluster":
        telling.tell("cluster_name", value or None, line)
    elif name == "logfile":
        telling.tell("logfile", value or None, line)
    else:
        return name in _NOT_KEPT
    return True


def _media(name: str, value: str) -> list[tuple[str, str | None]]:
    """Return each device of a directive, with the address it speaks to; bcast and serial name several devices."""
    words = value.split()
    if name in ("bcast", "serial"):
        return [(word, None) for word in words]
    return [(words[0], words[1] if len(words) > 1 else None)] if words else []


def _seconds(value: str) -> float | None:
    found = _TIME.fullmatch(value)
    return float(found["number"]) * _SECONDS[found["unit"]] if found else None


def read_cl_status(lines: Sequence[Line], file: str) -> StackFacts:
    """Return the links and their state; other lines of the tool name nodes and states without saying whose."""
    telling = Telling(file)
    telling.told["stack"] = "heartbeat"
    found = [(line, told) for line in lines if (told := _LINK.fullmatch(line.text))]
    links = [Link(told["link"], told["node"], None, told["state"], telling.source(line)) for line, told in found]
    if found:
        telling.tell("links", tuple(links), found[0][0])
    return telling.finished(lines[0])
