"""Gathers from all nodes at once: each node has a thread, a session and a folder of its own.

Whatever happens to a node, what it sent is kept, and its record says what is lacking and why.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from collectors import items, ssh, stream
from collectors.program import Window, program
from collectors.redaction.held import Room
from collectors.redaction.masking import Redactor
from collectors.taking import LOST, TELLS_SECRETS, Taking, harmless
from ha_report import bundle
from ha_report.bundle import NodeRecord

# Silence that no item explains: the longest limit, what killing it takes, and a slow line.
SILENCE_S = max(item.limit_s for rows in items.PHASES.values() for item in rows) + 15
AT_ONCE = 64  # nodes; a cluster of Pacemaker has no more


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
    redactor: Redactor | None
    tell: Callable[[Progress], None]
    here: str | None = None  # the node that is this machine, which needs no ssh
    limits: stream.Limits = stream.LIMITS
    stopped: bool = False
    sessions: dict[str, ssh.Session] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, wanted: Mapping[str, Collection[str] | None], folder: Path) -> list[NodeRecord]:
        """Return a record for each node of `wanted`, in its order; what came is in `folder`/NODE.

        A node is given with the items to take, None for all.  KeyboardInterrupt ends the sessions; what came
        until then is kept, and the records say so.
        """
        with closing(Room(folder)) as room:
            takings = {node: self.taking(node, folder / node, room) for node in wanted}
            self.ask(takings, wanted)
            for node, only in wanted.items():
                takings[node].settle(only)
                self.close(takings[node], only, settled=True)
        return [taking.record for taking in takings.values()]

    def ask(self, takings: Mapping[str, Taking], wanted: Mapping[str, Collection[str] | None]) -> None:
        """Ask all nodes at once, and wait for them."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(self.node, takings[node], only) for node, only in wanted.items()]
            try:
                for future in futures:
                    future.result()
            except KeyboardInterrupt:
                self.stop()
                for future in futures:
                    future.result()
            except BaseException:
                self.stop()
                raise

    def taking(self, node: str, folder: Path, room: Room) -> Taking:
        """Return what takes what comes from `node`."""
        begin = time.monotonic()
        record = NodeRecord(node, over="local" if node == self.here else "ssh")
        tell = lambda item: self.tell(_progress(record, item, begin))  # noqa: E731 - it is of this node
        return Taking(record, folder, self.redactor, room, tell)

    def stop(self) -> None:
        """End all sessions; their threads then end by themselves."""
        self.stopped = True
        with self.lock:
            for session in self.sessions.values():
                session.process.terminate()

    def node(self, taking: Taking, only: Collection[str] | None) -> None:
        """Ask one node, and note how it went."""
        record = taking.record
        begin = time.monotonic()
        self.tell(Progress(record.name, "", 0, 0.0))
        if not self.stopped:
            session = ssh.start_here() if record.name == self.here else ssh.start(self.access, record.name)
            with self.lock:
                self.sessions[record.name] = session
            session.feed(program(self.window, only if only is None or not self.redactor else {*only, TELLS_SECRETS}))
            self.finish(record, session, self.take(taking, session))
        else:
            record.problem = "stopped by Ctrl-C"
        record.seconds = round(time.monotonic() - begin, 3)
        self.close(taking, only, settled=False)
        self.tell(Progress(record.name, "", record.received_bytes, record.seconds, record))

    def close(self, taking: Taking, only: Collection[str] | None, *, settled: bool) -> None:
        """Write the records of a node's items; the first time without what is known only when all secrets are."""
        record = taking.record
        if record.state != bundle.UNREACHABLE:
            record.items = taking.records(_expected(self.window, only), settled=settled)
        if record.state == bundle.COMPLETE and any(item.problem == LOST for item in record.items):
            record.state, record.problem = bundle.PARTIAL, "the connection ended before all had come"

    def take(self, taking: Taking, session: ssh.Session) -> str | None:
        """Take what comes; return what went wrong, None at a proper end."""
        wire = stream.Wire(session.output, self.limits)
        try:
            greeting, begun = stream.greeting(wire, self.access.patience_s)
            taking.record.state = bundle.PARTIAL
            taking.record.clock_offset_s = round(greeting.clock_offset_s, 3)
            silence_s = max(SILENCE_S, self.window.wait_s + 15)
            for arrival in stream.arrivals(stream.Frames(wire, greeting.compressor, begun, silence_s)):
                taking.record.received_bytes = wire.received_bytes
                taking.take(arrival)
        except stream.Stalled:
            return "it does not answer" if taking.record.state == bundle.UNREACHABLE else "it fell silent"
        except stream.TooMuch as error:
            return str(error)
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
        record.problem = problem and harmless(problem)


def _progress(record: NodeRecord, item: str, begin: float) -> Progress:
    return Progress(record.name, item, record.received_bytes, time.monotonic() - begin)


def _expected(window: Window, only: Collection[str] | None) -> dict[str, str]:
    """Return what a node should send: name -> command."""
    names = {
        item.file: item.command for rows in items.PHASES.values() for item in rows if not (window.quick and item.slow)
    }
    names["logs"] = "the logs of the node"
    names |= {f"{folder.name}/": folder.path for folder in items.FOLDERS}
    return {name: command for name, command in names.items() if only is None or name in only}


def this_node() -> str:
    """Return the name that this machine has as a node: its uname."""
    return os.uname().nodename
