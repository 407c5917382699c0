"""Reads what stands beside logs and snapshots: networks, configurations, the membership layer's files, versions.

The format, known by content (parsers.recognise), says which reader serves; adding one is a row in READERS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ha_report.facts import Configuration, NetworkFacts, StackFacts, VersionFacts
from ha_report.model import Source
from parsers import configure, network, stack_files, versions

Facts = NetworkFacts | Configuration | StackFacts | VersionFacts

READERS: dict[str, Callable[[Sequence[str], str], Facts]] = {
    "ip-addr": network.read,
    "ip-route": network.read,
    "ip-neigh": network.read,
    "ifconfig": network.read,
    "ping": network.read,
    "crm-configure": configure.read,
    "pcs-config": configure.read,
    "corosync.conf": stack_files.read,
    "ha.cf": stack_files.read,
    "quorum": stack_files.read,
    "cfgtool": stack_files.read,
    "cl_status": stack_files.read,
    "versions": versions.read,
}


def read(text_format: str, lines: Sequence[str], file: str) -> Facts | None:
    """Return what the file tells; None for a format that tells nothing of these."""
    reader = READERS.get(text_format)
    return reader(lines, file) if reader else None


def undecoded(facts: Facts) -> tuple[Source, ...]:
    """Return the lines that the reader did not understand, among those that it did."""
    return () if isinstance(facts, VersionFacts) else facts.undecoded
