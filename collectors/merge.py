"""Brings what came now together with what a bundle has already: --retry adds, and takes nothing away."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from ha_report import bundle
from ha_report.bundle import ItemRecord, NodeRecord


def merged(before: list[NodeRecord], now: list[NodeRecord], came: Path, folder: Path) -> list[NodeRecord]:
    """Return the records of all nodes; the files of `came`/NODE move to `folder`/NODE."""
    records = {record.name: record for record in before}
    for record in now:
        _move(came / record.name, folder / record.name)
        earlier = records.get(record.name)
        records[record.name] = _both(earlier, record, folder / record.name) if earlier else record
    return list(records.values())


def _both(before: NodeRecord, now: NodeRecord, folder: Path) -> NodeRecord:
    """Return what is known of a node after a second attempt."""
    if now.state == bundle.UNREACHABLE:
        return replace(before, problem=now.problem)
    again = {item.name: item for item in now.items}
    items = {item.name: item for item in before.items} | again
    if any(item.name not in again for item in before.items if item.name == "logs"):
        del items["logs"]  # stood for all logs; they have come, each by its name
    kept = sorted((_kept(item, folder) for item in items.values()), key=lambda item: item.name)
    state = now.state if now.state == bundle.COMPLETE else before.state
    return replace(now, state=state, items=kept, received_bytes=before.received_bytes + now.received_bytes)


def _kept(item: ItemRecord, folder: Path) -> ItemRecord:
    """Return the record of an item that did not come this time either, with the size of the file that is there."""
    path = folder / item.name
    return replace(item, bytes=path.stat().st_size) if not item.came and path.is_file() else item


def _move(source: Path, folder: Path) -> None:
    for here, _, files in os.walk(source):
        inside = folder / Path(here).relative_to(source)
        inside.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in files:
            Path(here, name).replace(inside / name)
