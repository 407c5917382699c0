"""Reads what crm_mon, `crm status`, `pcs status` and crm_simulate print, of Pacemaker 1.0 to 3.0.

Also parts of it, inside other text: a line is understood by its own words and by the heading above
it, never by its position.  Lines between understood ones that no rule knows are counted as
undecoded; text before and after is none of ours.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from ha_report.model import Snapshot
from parsers import crm_mon_resources
from parsers.crm_mon_history import with_history
from parsers.crm_mon_lines import cleaned
from parsers.crm_mon_reading import Reading

FORMAT = "crm_mon-text"


def read(lines: Sequence[str], file: str, zone: tzinfo) -> Snapshot:
    """Return what the lines tell; times without a zone are in `zone`."""
    reading = Reading(Snapshot(file, FORMAT), zone)
    printed = cleaned(lines)
    position = 0
    while position < len(printed):
        position += reading.take(printed, position)
    return _finished(reading)


def _finished(reading: Reading) -> Snapshot:
    snapshot = reading.snapshot
    snapshot.time_us = reading.header.time_us
    snapshot.cluster = reading.header.facts()
    snapshot.nodes = [
        replace(node, roles=("DC", *node.roles)) if node.name == snapshot.cluster.dc else node
        for node in snapshot.nodes
    ]
    snapshot.resources = crm_mon_resources.once(snapshot.resources)
    snapshot.agents = {state.id: state.agent for state in snapshot.resources if state.agent}
    records = [failure.record(reading.zone, source) for failure, source in reading.failures]
    snapshot.operations = with_history(records, reading.history, reading.zone)
    return snapshot
