"""Gathers from all nodes at once: each node has a thread, a session and a folder of its own.

Whatever happens to a node, what it sent is kept, and its record says what is lacking and why.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from collectors import items, ssh, stream
from collectors.program import Window, program
from collectors.redact import Redactor
from ha_report import bundle
from ha_report.bundle import ItemRecord, NodeRecord

# Silence that no item explains: the longest limit, what killing it takes, and a slow line.
SILENCE_S = max(item.limit_s for rows in items.PHASES.values() for item in rows) + 15
AT_ONCE = 64  # nodes; a cluster of Pacemaker has no more
SAID_CHARACTERS = 2000  # of standard error, in the manifest
LOST = "the node was lost before it came"
WORDS = (bundle.TIMED_OUT, bundle.TRUNCATED, bundle.SKIPPED)  # node.sh says these in place of an exit status


@dataclass(frozen=True)
class Progress:
    """How far a node is."""

    node: str
    item: str  # what came last; "" at the start
    received_bytes: int
    seconds: float
    done: NodeRecord | None = None


@dataclass
class Gathering:
    """One run of `collect`: what is asked of whom, and the sessions that are open."""

    window: Window
    access: ssh.Access
    redactor: Redactor
    tell: Callable[[Progress], None]
    here: str | None = None  # the node that is this machine, which needs no ssh
    stopped: bool = False
    sessions: dict[str, ssh.Session] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, wanted: Mapping[str, Collection[str] | None], folder: Path) -> list[NodeRecord]:
        """Return a record for each node of `wanted`, in its order; what came is in `folder`/NODE.

        A node is given with the items to take, None for all.  KeyboardInterrupt ends the sessions; what came
        until then is kept, and the records say so.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(self.node, node, only, folder / node) for node, only in wanted.items()]
            try:
                return [future.result() for future in futures]
            except KeyboardInterrupt:
                self.stop()
                return [future.result() for future in futures]
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """End all sessions; their threads then end by themselves."""
        self.stopped = True
        with self.lock:
            for session in self.sessions.values():
                session.process.terminate()

    def node(self, node: str, only: Collection[str] | None, folder: Path) -> NodeRecord:
        """Return how `node` went."""
        record = NodeRecord(node, over="local" if node == self.here else "ssh")
        begin = time.monotonic()
        self.tell(Progress(node, "", 0, 0.0))
        taking = _Taking(record, folder, self.redactor, lambda item: self.tell(_progress(record, item, begin)))
        if not self.stopped:
            session = ssh.start_here() if node == self.here else ssh.start(self.access, node)
            with self.lock:
                self.sessions[node] = session
            session.feed(program(self.window, only))
            self.finish(record, session, self.take(taking, session))
        else:
            record.problem = "stopped by Ctrl-C"
        record.seconds = round(time.monotonic() - begin, 3)
        if record.state != bundle.UNREACHABLE:
            record.items = taking.records(_expected(self.window, only))
        if record.state == bundle.COMPLETE and any(item.problem == LOST for item in record.items):
            record.state, record.problem = bundle.PARTIAL, "the connection ended before all had come"
        self.tell(Progress(node, "", record.received_bytes, record.seconds, record))
        return record

    def take(self, taking: _Taking, session: ssh.Session) -> str | None:
        """Take what comes; return what went wrong, None at a proper end."""
        wire = stream.Wire(session.output)
        try:
            greeting, begun = stream.greeting(wire, self.access.patience_s)
            taking.record.state = bundle.PARTIAL
            taking.record.clock_offset_s = round(greeting.clock_offset_s, 3)
            silence_s = max(SILENCE_S, self.window.wait_s + 15)
            for arrival in stream.arrivals(stream.Frames(wire, greeting.compressor, begun, silence_s), taking.folder):
                taking.record.received_bytes = wire.received_bytes
                taking.take(arrival)
        except stream.Stalled:
            return "it does not answer" if taking.record.state == bundle.UNREACHABLE else "it fell silent"
        except stream.Garbled as error:
            return f"what it sent cannot be read ({error})" if str(error) else ""
        except OSError as error:
            return f"what it sent could not be written here: {error.strerror}"
        finally:
            taking.record.received_bytes = wire.received_bytes
        return None

    def finish(self, record: NodeRecord, session: ssh.Session, problem: str | None) -> None:
        """Note in the record how the session ended."""
        status, said = session.end(grace_s=0.0 if problem else 5.0)
        if self.stopped:
            problem = "stopped by Ctrl-C"
        elif problem == "it does not answer":
            problem = f"it did not answer within {self.access.patience_s} s; is it up? try: ssh {record.name}"
        elif problem is None and status == 0:
            record.state = bundle.COMPLETE
        elif not problem:
            problem = ssh.meaning(said, status, record.name)
        record.problem = problem


def _progress(record: NodeRecord, item: str, begin: float) -> Progress:
    return Progress(record.name, item, record.received_bytes, time.monotonic() - begin)


@dataclass
class _Taking:
    """What comes from one node, on its way into the bundle."""

    record: NodeRecord
    folder: Path
    redactor: Redactor
    tell: Callable[[str], None]
    files: dict[str, tuple[Path, dict[str, int]]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    status: dict[str, tuple[str, float | None, str]] = field(default_factory=dict)  # exit status or word, seconds, path
    logs_came: bool = False

    def take(self, arrival: stream.Arrival) -> None:
        if arrival.kind == "out" and arrival.path:
            self.files[arrival.name] = (arrival.path, self.redactor.mask_file(arrival.path))
            self.tell(arrival.name)
        elif arrival.kind == "err":
            self.said[arrival.name] = arrival.text
        else:
            self.logs_came |= arrival.name == "logs"
            for line in arrival.text.splitlines():
                self.note(line)

    def note(self, line: str) -> None:
        """Read a line of node.sh: NAME STATUS BEGIN END, then the path that a log has there."""
        name, status, begin, end, *path = [*line.split(" ", 4), "", "", ""][:5]
        if end and not (name in self.status and status == "127"):  # a folder may be at one of several places
            self.status[name] = (status, _seconds(begin, end), " ".join(path))

    def records(self, expected: Mapping[str, str]) -> list[ItemRecord]:
        """Return a record for each item, and for those of `expected` that never came; empty files go."""
        records = [self.item(name) for name in self.status]
        folders = tuple(name for name in self.status if name.endswith("/"))
        records += [
            self.cut_off(name) for name in self.files.keys() - self.status.keys() if not name.startswith(folders)
        ]
        known = {record.name for record in records}
        records += [
            ItemRecord(name, bundle.FAILED, command=command, problem=LOST)
            for name, command in expected.items()
            if name not in known and not (name == "logs" and self.logs_came)
        ]
        return sorted(records, key=lambda record: record.name)

    def cut_off(self, name: str) -> ItemRecord:
        """Return the record of a file the status of which did not come any more."""
        path, redacted = self.files[name]
        return ItemRecord(
            name, bundle.FAILED, None, path.stat().st_size, _sha256([path]),
            problem="the node was lost while it came", redacted=redacted,
        )  # fmt: skip

    def item(self, name: str) -> ItemRecord:
        status, seconds, path = self.status[name]
        inside = [one for one in self.files if one == name or (name.endswith("/") and one.startswith(name))]
        paths = [self.files[one][0] for one in sorted(inside)]
        size = sum(one.stat().st_size for one in paths)
        redacted: dict[str, int] = {}
        for one in inside:
            for what, count in self.files[one][1].items():
                redacted[what] = redacted.get(what, 0) + count
        record = ItemRecord(name, _word(status, size), int(status) if status.isdigit() else None, size)
        record.seconds, record.redacted = seconds, redacted
        record.command = path or COMMANDS.get(name)
        record.problem = self.said.get(name, "").strip()[:SAID_CHARACTERS] or None
        if size:
            record.sha256 = _sha256(paths)
        else:
            for one in inside:
                self.files[one][0].unlink()
        return record


COMMANDS = {item.file: item.command for rows in items.PHASES.values() for item in rows}


def _expected(window: Window, only: Collection[str] | None) -> dict[str, str]:
    """Return what a node should send: name -> command."""
    names = {
        item.file: item.command for rows in items.PHASES.values() for item in rows if not (window.quick and item.slow)
    }
    names["logs"] = "the logs of the node"
    names |= {f"{folder.name}/": folder.path for folder in items.FOLDERS}
    return {name: command for name, command in names.items() if only is None or name in only}


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


def _sha256(paths: Sequence[Path]) -> str:
    """Return the hash of the files, one behind the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while data := file.read(1 << 20):
                digest.update(data)
    return digest.hexdigest()


def this_node() -> str:
    """Return the name that this machine has as a node: its uname."""
    return os.uname().nodename
