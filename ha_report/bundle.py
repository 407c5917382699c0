"""The bundle's shape on disk: the contract between collecting and reading.

A bundle is a folder with manifest.json, description.txt and a folder for each node.  The
manifest says what was asked, what came, what did not and why; docs/bundle.md describes it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ha_report.errors import UserError

SCHEMA = "ha-report-bundle/1"
MANIFEST = "manifest.json"
DESCRIPTION = "description.txt"

# Status of an item.  "failed" with an exit status is the command's own word; without, it never came.
OK, EMPTY, MISSING, FAILED = "ok", "empty", "missing", "failed"
TIMED_OUT, TRUNCATED, SKIPPED = "timed-out", "truncated", "skipped"

# State of a node.
COMPLETE, PARTIAL, UNREACHABLE = "complete", "partial", "unreachable"


class NotABundle(UserError):
    """What should be a bundle holds no manifest that can be read."""


@dataclass
class ItemRecord:
    """How one item of a node went; its file, if any came, is NODE/name."""

    name: str
    status: str
    exit_status: int | None = None  # of the command on the node; None: it did not end by itself, or is a file
    bytes: int = 0
    sha256: str | None = None  # of the file as it is in the bundle; None: there is none
    seconds: float | None = None
    command: str | None = None
    problem: str | None = None  # what the command said on standard error, or why nothing came
    redacted: dict[str, int] = field(default_factory=dict)  # name of what was masked -> how often

    @property
    def came(self) -> bool:
        """Whether there is no use in asking for it again."""
        return self.status not in (TIMED_OUT, SKIPPED) and not (self.status == FAILED and self.exit_status is None)


@dataclass
class NodeRecord:
    """How one node went."""

    name: str
    state: str = UNREACHABLE
    problem: str | None = None
    over: str = "ssh"  # or "local"
    clock_offset_s: float | None = None  # the node's clock less that of who asked
    seconds: float = 0.0
    received_bytes: int = 0  # over the wire, compressed
    items: list[ItemRecord] = field(default_factory=list)

    def lacking(self) -> list[ItemRecord]:
        """Return the items that should be asked for again."""
        return [item for item in self.items if not item.came]


@dataclass
class Manifest:
    """What manifest.json holds."""

    version: str  # of ha-report
    cluster: str | None
    begin: datetime  # of the window; aware, as are all
    end: datetime
    created: datetime
    asked: dict[str, Any] = field(default_factory=dict)  # options that a later --retry must repeat
    nodes: list[NodeRecord] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        """Write manifest.json into `folder`."""
        write_private(folder / MANIFEST, json.dumps(self.as_json(), indent=1) + "\n")

    def as_json(self) -> dict[str, Any]:
        """Return what the file holds, in its order."""
        return {
            "schema": SCHEMA,
            "generator": {"name": "ha-report", "version": self.version},
            "created": self.created.isoformat(),
            "cluster": self.cluster,
            "window": {"from": self.begin.isoformat(), "to": self.end.isoformat()},
            "asked": self.asked,
            "nodes": [asdict(node) for node in self.nodes],
        }

    def missing(self) -> list[str]:
        """Return a sentence for each node and item that is not, or not wholly, in the bundle."""
        return [sentence for node in self.nodes for sentence in _missing_of(node)]


def _missing_of(node: NodeRecord) -> list[str]:
    if node.state == UNREACHABLE:
        return [f"{node.name}: nothing came: {node.problem}"]
    words = [f"{node.name}: not all came: {node.problem}"] if node.problem else []
    for status, what in (
        (TIMED_OUT, "took too long"),
        (TRUNCATED, "is cut at its size limit"),
        (SKIPPED, "is too big"),
    ):
        names = [item.name for item in node.items if item.status == status]
        if names:
            words.append(f"{node.name}: {', '.join(names)} {what}")
    return words


def is_bundle(folder: Path) -> bool:
    """Return whether ha-report made the bundle in `folder`."""
    try:
        load(folder)
    except UserError:
        return False
    return True


def load(folder: Path) -> Manifest:
    """Return the manifest of the bundle in `folder`; raises NotABundle."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        if told["schema"] != SCHEMA:
            raise NotABundle(f"{folder} is a bundle of another kind: {told['schema']}.\nThis version knows {SCHEMA}.")
        return _manifest(told)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise NotABundle(
            f"{folder} is not a bundle: its {MANIFEST} cannot be read ({type(error).__name__}: {error}).\n"
            "Give the folder that `ha-report collect` made."
        ) from error


def _manifest(told: dict[str, Any]) -> Manifest:
    return Manifest(
        version=told["generator"]["version"],
        cluster=told["cluster"],
        begin=datetime.fromisoformat(told["window"]["from"]),
        end=datetime.fromisoformat(told["window"]["to"]),
        created=datetime.fromisoformat(told["created"]),
        asked=told["asked"],
        nodes=[
            NodeRecord(**{**node, "items": [ItemRecord(**item) for item in node["items"]]}) for node in told["nodes"]
        ],
    )


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
