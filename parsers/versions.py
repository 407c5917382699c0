"""Reads which versions are installed: lists of packages, what programs say of themselves, hb_report's sysinfo.txt.

    pacemaker-1.1.23-1.el7.x86_64                                       rpm -qa
    pacemaker 2.0.1-1.4 - SUSE Linux Enterprise 15 x86_64               sysinfo.txt of hb_report and crm report
    adduser 3.134 all                                                   sysinfo.txt of crm_report
    ii  pacemaker  2.1.5-1+deb12u1  amd64  cluster resource manager     dpkg -l
    Pacemaker 2.1.5 (Build: a3f44794f94)                                pacemakerd --version

A package's version counts before what its program says, since it tells the distribution's patches.  Sources:
cluster-glue's hb_report/utillib.sh (pkg_ver_rpm, crm_info), crmsh's report/utils.py, Pacemaker's report.collector.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ha_report.facts import Version, VersionFacts
from ha_report.model import Source
from parsers.lines import plain

LONGEST = 1000  # characters of a line that tells a version; real ones have some hundred

_VERSION = r"(?P<version>[0-9][\w.+:~^-]*)"
_NAME = r"(?P<name>[A-Za-z][\w.+-]*)"
_ARCHITECTURES = "x86_64|i[3-6]86|noarch|aarch64|ppc64le|ppc64|s390x|amd64|arm64|armhf|ppc64el|all|src"


class Row(NamedTuple):
    """One way of telling a version; without a group `name` it is always of the package `name`."""

    regex: str
    example: str
    expect: tuple[str, str]  # package, version
    name: str | None = None


PACKAGES = (
    Row(
        rf"{_NAME}(?::[a-z0-9]+)?\t{_VERSION}",
        "libknet1:amd64\t1.25-1",
        ("libknet1", "1.25-1"),
    ),
    Row(
        rf"[hirpu]i[ R]\s+{_NAME}(?::[a-z0-9]+)?\s+{_VERSION}(?:\s.*)?",
        "ii  pacemaker  2.1.5-1+deb12u1  amd64  cluster resource manager",
        ("pacemaker", "2.1.5-1+deb12u1"),
    ),
    Row(
        # crmsh cuts a Debian version at its colon ("resource-agents 1 - amd64"), so that one digit is no version.
        rf"{_NAME} (?!\d+ - ){_VERSION} - .*",
        "cluster-glue 1.0.12+v1.git.1534346580.be86a9f2-178.7 - network x86_64",
        ("cluster-glue", "1.0.12+v1.git.1534346580.be86a9f2-178.7"),
    ),
    Row(
        rf"{_NAME} {_VERSION} (?:{_ARCHITECTURES})",
        "cluster-glue 1.0.12-21+b2 amd64",
        ("cluster-glue", "1.0.12-21+b2"),
    ),
    Row(
        rf"(?P<name>[A-Za-z][\w.+-]*?)-(?P<version>[0-9][\w.+~^]*-[\w.+~^]+?)\.(?:{_ARCHITECTURES})",
        "pacemaker-1.1.23-1.el7_9.1.x86_64",
        ("pacemaker", "1.1.23-1.el7_9.1"),
    ),
    Row(
        r"(?P<name>[A-Za-z][\w.+-]*?)-(?P<version>[0-9]+(?:\.[\w+~^]+)+-[0-9][\w.+~^]*)",
        "heartbeat-3.0.5-1.1.el5",
        ("heartbeat", "3.0.5-1.1.el5"),
    ),
)

PROGRAMS = (
    Row(
        rf"Pacemaker {_VERSION}(?: .*)?",
        "Pacemaker 2.1.5 (Build: a3f44794f94): agent-manpages",
        ("pacemaker", "2.1.5"),
        "pacemaker",
    ),
    Row(rf"CRM Version: {_VERSION}(?: .*)?", "CRM Version: 1.0.12 (066152ee)", ("pacemaker", "1.0.12"), "pacemaker"),
    Row(
        rf"crm_mon {_VERSION}(?: .*)?",
        "crm_mon 1.0.12 for Heartbeat (Build: unknown)",
        ("pacemaker", "1.0.12"),
        "pacemaker",
    ),
    Row(
        rf"Corosync Cluster Engine, version '{_VERSION}'.*",
        "Corosync Cluster Engine, version '1.4.7' SVN revision ''",
        ("corosync", "1.4.7"),
        "corosync",
    ),
    Row(rf"[Hh]eartbeat(?: version)?:? {_VERSION}.*", "heartbeat version: 3.0.6", ("heartbeat", "3.0.6"), "heartbeat"),
    Row(rf"[Cc]luster[- ][Gg]lue: {_VERSION}.*", "Cluster glue: 1.0.9", ("cluster-glue", "1.0.9"), "cluster-glue"),
    Row(rf"stonith: {_VERSION} \(.*", "stonith: 1.0.12 (0a7add1d9996)", ("cluster-glue", "1.0.12"), "cluster-glue"),
    Row(rf"crm(?:sh)? {_VERSION}(?: .*)?", "crm 4.4.1 (Build Unknown)", ("crmsh", "4.4.1"), "crmsh"),
    Row(
        rf"resource-agents: {_VERSION}(?: .*)?",
        "resource-agents: 3.9.2",
        ("resource-agents", "3.9.2"),
        "resource-agents",
    ),
    Row(rf"(?:DRBD )?version: {_VERSION} \(api:.*", "version: 8.4.11 (api:1/proto:86-101)", ("drbd", "8.4.11"), "drbd"),
    Row(rf"{_NAME} (?P<version>[0-9]+(?:[.][\w+~^]+)+(?:-[\w.+~^]+)?)", "corosync 3.1.7", ("corosync", "3.1.7")),
)

# A line that is nothing but a list: "added afterwards: cluster-glue 1.0.9 (git glue-1.0.9), resource-agents 3.9.2".
# In a sentence a version may be any, such as the one in which something was mended.
_ITEM = rf"{_NAME.replace('?P<name>', '')} [0-9][\w.+:~^-]*(?: \([^()]*\))?"
_LIST = re.compile(rf"(?:[A-Za-z ]+: )?(?P<list>{_ITEM}(?:, {_ITEM})+)")
_IN_LIST = re.compile(rf"{_NAME} {_VERSION}(?: \([^()]*\))?(?:, )?")
_DISTRIBUTION = re.compile(r"PRETTY_NAME=(?P<quoted>.*)|Distribution: (?P<plain>.+)|Description:\t(?P<lsb>.+)")
_NO_DISTRIBUTION = ("None", "unknown", "")
_KERNEL = re.compile(r"Kernel release: (?P<plain>\S+)|Linux \S+ (?P<uname>[0-9]\S*) .*")


@dataclass
class _Reading:
    """What was read so far."""

    packages: dict[str, Version] = field(default_factory=dict)
    programs: dict[str, Version] = field(default_factory=dict)
    distribution: Version | None = None
    kernel: Version | None = None


_COMPILED = tuple((row, re.compile(row.regex)) for row in PACKAGES)
_COMPILED_PROGRAMS = tuple((row, re.compile(row.regex)) for row in PROGRAMS)


def read(lines: Sequence[str], file: str) -> VersionFacts:
    """Return what the lines tell; of two versions of one package the first counts."""
    reading = _Reading()
    for number, raw in enumerate(lines, start=1):
        _take(plain(raw).strip(), Source(file, number), reading)
    packages = reading.programs | reading.packages
    return VersionFacts(packages, reading.distribution, reading.kernel)


def _take(text: str, source: Source, reading: _Reading) -> None:
    if len(text) > LONGEST or _take_system(text, source, reading):
        return
    for rows, known in ((_COMPILED, reading.packages), (_COMPILED_PROGRAMS, reading.programs)):
        for row, pattern in rows:
            if found := pattern.fullmatch(text):
                name = row.name or found["name"].lower()
                known.setdefault(name, Version(found["version"], source))
                return
    if listed := _LIST.fullmatch(text):
        for found in _IN_LIST.finditer(listed["list"]):
            reading.programs.setdefault(found["name"].lower(), Version(found["version"], source))


def _take_system(text: str, source: Source, reading: _Reading) -> bool:
    """Read the distribution or the kernel; say whether the line tells one of them."""
    if found := _KERNEL.fullmatch(text):
        reading.kernel = reading.kernel or Version(found["plain"] or found["uname"], source)
    elif found := _DISTRIBUTION.fullmatch(text):
        told = next(group for group in found.groups() if group is not None).strip("\"'")
        if told not in _NO_DISTRIBUTION:
            reading.distribution = reading.distribution or Version(told, source)
    else:
        return False
    return True
