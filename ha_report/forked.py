"""Work that a second process does meanwhile, which begins with all that is known here: nothing is handed over but how it ended."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import active_count
from typing import NoReturn

LONGEST = 4000  # bytes that `packed` gives at most: a pipe takes as many at once
_PR_SET_PDEATHSIG = 1  # of prctl(2), linux/prctl.h
_SAID = 500  # characters of what an error says


def may_fork() -> bool:
    """Say whether a process can be made here: where the system can do it safely, and beside no thread, which may hold a lock."""
    return sys.platform == "linux" and active_count() == 1


def fork() -> int:
    """Return the new process, 0 in itself, which goes with the first; raises OSError where there can be no more."""
    with unwarned():
        process = os.fork()
    if not process:
        go_with_the_first()
    return process


@contextmanager
def unwarned() -> Iterator[None]:
    """Make processes without a warning of numpy's threads: they do nothing here, and no child calls what uses them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        yield


def go_with_the_first() -> None:
    """Leave interrupts to the process that made this one, and end with it, also when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only where processes are made

        with suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextmanager
def alongside(work: Callable[[], None], *, worth: bool) -> Iterator[None]:
    """Do `work` while the body of the context runs, in a process of its own where that is `worth` it, else behind it.

    What it raises is raised at the end; where the body raises something it is ended.  It can change nothing here but files.
    """
    made = _made(work) if worth and may_fork() else None
    if made is None:
        yield
        work()
        return
    process, told = made
    try:
        with open(told, "rb") as pipe:  # noqa: PTH123 - no path
            yield
            end = pipe.read()
    except BaseException:
        os.kill(process, signal.SIGKILL)
        raise
    finally:
        os.waitpid(process, 0)
    problem = unpacked(end) if end else ChildProcessError("what wrote it was killed")
    if isinstance(problem, BaseException):
        raise problem


def _made(work: Callable[[], None]) -> tuple[int, int] | None:
    """Return a process that does `work`, and the pipe that tells how it ended; None where there can be no more processes."""
    told, tell = os.pipe()
    try:
        process = fork()
    except OSError:
        os.close(told)
        return None
    else:
        if not process:
            _do(work, tell)
        return process, told
    finally:
        os.close(tell)


def _do(work: Callable[[], None], tell: int) -> NoReturn:
    end: BaseException | None = None
    try:
        try:
            work()
        except BaseException as problem:  # noqa: BLE001 - raised again in the first process
            end = problem
        os.write(tell, packed(end))
    finally:
        os._exit(0)  # nothing that the first process has begun is ended twice


def packed(end: object) -> bytes:
    """Return what tells another process how something ended, in no more than LONGEST bytes."""
    try:
        told = pickle.dumps(end)
        pickle.loads(told)  # noqa: S301 - an exception may be made from other things than it holds
    except Exception:  # noqa: BLE001 - whatever it is that cannot be taken along
        told = b""
    return told if told and len(told) <= LONGEST else pickle.dumps(EOFError(str(end)[:_SAID]))


def unpacked(told: bytes) -> object:
    """Return what `packed` was given."""
    found: object = pickle.loads(told)  # noqa: S301 - of our own process
    return found
