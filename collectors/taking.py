"""Takes what comes from one node: holds its files until all secrets are known, then writes them, and says how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from collectors import items, stream
from collectors.redaction import packed
from collectors.redaction.held import Room
from collectors.redaction.masking import Redactor
from ha_report import bundle
from ha_report.bundle import ItemRecord, NodeRecord

SAID_CHARACTERS = 2000  # of standard error, in the manifest
LOST = "the node was lost before it came"
WORDS = (bundle.TIMED_OUT, bundle.TRUNCATED, bundle.SKIPPED)  # node.sh says these in place of an exit status
COMMANDS = {item.file: item.command for rows in items.PHASES.values() for item in rows}
# Asked for whenever anything is: it tells the passwords that may stand in the rest.
TELLS_SECRETS = "cib.xml"


@dataclass
class Taking:
    """What comes from one node, on its way into the bundle."""

    record: NodeRecord
    folder: Path
    redactor: Redactor | None
    room: Room
    tell: Callable[[str], None]
    waiting: dict[str, packed.Waiting] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    status: dict[str, tuple[str, float | None, str]] = field(default_factory=dict)  # exit status or word, seconds, path
    logs_came: bool = False

    def take(self, arrival: stream.Arrival) -> None:
        """Take what comes; a name that came already is passed over, and so is a file where a folder is."""
        if arrival.kind == "out":
            if not self.in_the_way(arrival.name):
                file = packed.take(self.redactor, self.room, arrival.name, arrival.read, arrival.mtime)
                self.waiting[arrival.name] = file
                self.tell(arrival.name)
        elif arrival.kind == "err":
            self.said[arrival.name] = arrival.text()
        else:
            self.logs_came |= arrival.name == "logs"
            for line in arrival.text().splitlines():
                self.note(line)

    def in_the_way(self, name: str) -> bool:
        """Return whether a file came already with which `name` cannot be in one folder."""
        above = name.split("/")[:-1]
        folders = {"/".join(above[: depth + 1]) for depth in range(len(above))}
        return (
            name in self.waiting
            or not folders.isdisjoint(self.waiting)
            or any(one.startswith(f"{name}/") for one in self.waiting)
        )

    def note(self, line: str) -> None:
        """Read a line of node.sh: NAME STATUS BEGIN END, then the path that a log has there."""
        name, status, begin, end, *path = [*line.split(" ", 4), "", "", ""][:5]
        if end and not (name in self.status and status == "127"):  # a folder may be at one of several places
            self.status[name] = (status, _seconds(begin, end), " ".join(path))

    def settle(self, only: Collection[str] | None) -> None:
        """Write what came into the folder, now that all secrets are known; `only` names the items that were wanted."""
        if only is not None and TELLS_SECRETS not in only:
            self.waiting.pop(TELLS_SECRETS, None)
            self.status.pop(TELLS_SECRETS, None)
        for name, file in self.waiting.items():
            packed.settle(self.redactor, file, self.folder / name)
        if self.redactor:
            self.said = {name: self.redactor.text(text) for name, text in self.said.items()}
            self.record.problem = self.record.problem and self.redactor.text(self.record.problem)

    def records(self, expected: Mapping[str, str], *, settled: bool) -> list[ItemRecord]:
        """Return a record for each item, and for those of `expected` that never came; empty files go."""
        records = [self.item(name, settled=settled) for name in self.status]
        folders = tuple(name for name in self.status if name.endswith("/"))
        records += [
            self.cut_off(name, settled=settled)
            for name in self.waiting.keys() - self.status.keys()
            if not name.startswith(folders)
        ]
        known = {record.name for record in records}
        records += [
            ItemRecord(name, bundle.FAILED, command=command, problem=LOST)
            for name, command in expected.items()
            if name not in known and not (name == "logs" and self.logs_came)
        ]
        return sorted(records, key=lambda record: record.name)

    def cut_off(self, name: str, *, settled: bool) -> ItemRecord:
        """Return the record of a file the status of which did not come any more."""
        record = ItemRecord(name, bundle.FAILED, problem="the node was lost while it came")
        self.measure(record, [name], settled=settled)
        return record

    def item(self, name: str, *, settled: bool) -> ItemRecord:
        """Return how an item went of which the node said so."""
        status, seconds, path = self.status[name]
        inside = sorted(one for one in self.waiting if one == name or (name.endswith("/") and one.startswith(name)))
        record = ItemRecord(name, "", int(status) if status.isdigit() else None, seconds=seconds)
        record.command = path or COMMANDS.get(name)
        self.measure(record, inside, settled=settled)
        record.status = _word(status, record.bytes)
        problems = [self.waiting[one].problem for one in inside]
        said = harmless(self.said.get(name, "").strip())
        record.problem = "; ".join(filter(None, [*problems, said]))[:SAID_CHARACTERS] or None
        if settled and not record.bytes:
            for one in inside:
                (self.folder / one).unlink(missing_ok=True)
        return record

    def measure(self, record: ItemRecord, names: Sequence[str], *, settled: bool) -> None:
        """Note the size of the files `names`, and when they are written what they hold."""
        paths = [self.folder / name for name in names]
        if not settled:
            record.bytes = sum(self.waiting[name].plain.size for name in names)
            return
        record.bytes = sum(path.stat().st_size for path in paths)
        record.sha256 = packed.sha256_of(paths) if record.bytes else None
        record.redacted = dict(sum((self.waiting[name].redacted for name in names), Counter[str]()))


def harmless(text: str) -> str:
    """Return what a node said, in a form that does no harm on a terminal."""
    return "".join(one if one.isprintable() or one in "\n\t" else one.encode("unicode_escape").decode() for one in text)


def _word(status: str, size: int) -> str:
    """Return the manifest's word for what node.sh says."""
    if status in WORDS:
        return status
    if status == "127" and not size:
        return bundle.MISSING
    if status not in ("0", "127"):
        return bundle.FAILED
    return bundle.OK if size else bundle.EMPTY


def _seconds(begin: str, end: str) -> float | None:
    try:
        return round(float(end) - float(begin), 3)
    except ValueError:
        return None  # a date(1) without nanoseconds
