"""Runs one function for each bundle, by Dask: on a cluster that is there, or on the cores of this machine.

What may go wrong with many workers is Dask's: a worker that dies has its bundles done by another.  What was with it
when workers died again and again is tried once more by itself, and given up if it kills them then.  Small bundles go
several to a task, as each task costs some milliseconds here and there.  Only a few tasks for each worker are under
way at a time, so that neither the scheduler nor this process holds what is not needed yet.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

from ha_report import __version__
from ha_report.destination import temporary_folder
from ha_report.errors import UserError
from ha_report.fleet.analysis import Analysed, Task, analyse, broken
from ha_report.fleet.extras import extra

EACH = 4  # tasks under way for each thread of a worker: enough that none waits for the next
MOST = 8  # bundles in a task
TASK_S = 1.0  # that a task of several bundles may take: at the end, workers wait for each other no longer
COUNT_AGAIN = 50  # tasks, after which the workers are counted again
PATIENCE_S = 30  # for a scheduler, and for its first worker
LIGHT = {
    # What workers do is profiled a hundred times a second, and kept for an hour: 100 MB a worker.
    "distributed.worker.profile.enabled": False,
    # Each process looks at itself from twice to fifty times a second, and waits for the thread that analyses each time.
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.memory.monitor-interval": "1s",
    # Dask has memory given back at once; then a fifth of the time goes into getting it anew.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 128 << 20, "MALLOC_MMAP_THRESHOLD_": 32 << 20},
}


def analysed(tasks: Iterable[Task], *, address: str | None, processes: int | None) -> Iterator[Analysed]:
    """Yield what comes of `tasks`, in the order in which they are done."""
    waiting = iter(tasks)
    first = next(waiting, None)
    if first is None:
        return  # nothing to do: no worker is started
    with _client(address, processes) as client:
        suspects: list[Task] = []
        yield from _few_at_a_time(client, chain([first], waiting), suspects)
        yield from _one_by_one(client, suspects)


def _few_at_a_time(client: Any, waiting: Iterator[Task], suspects: list[Task]) -> Iterator[Analysed]:
    """Yield what comes of `waiting`, except of what workers died with: that is added to `suspects`."""
    batches: dict[str, list[Task]] = {}

    def submit(room: int, size: int) -> Iterator[Any]:
        while len(batches) < room and (batch := list(islice(waiting, size))):
            future = _submit(client, batch)
            batches[future.key] = batch
            yield future

    began, done, threads = time.monotonic(), 0, _threads(client)
    under_way = extra("distributed").as_completed(list(submit(EACH * threads, 1)), raise_errors=False)
    for number, future in enumerate(under_way, 1):
        batch = batches.pop(future.key)
        done += len(batch)
        if number % COUNT_AGAIN == 0:
            threads = _threads(client)
        size = batch_size(done, (time.monotonic() - began) * threads)
        for following in submit(EACH * threads, size):  # before the results are written: nobody waits for that
            under_way.add(following)
        if _killed(future):
            suspects += batch
        else:
            yield from _results(future, batch)
        future.release()


def _one_by_one(client: Any, suspects: Iterable[Task]) -> Iterator[Analysed]:
    """Yield what comes of bundles that workers died with; with nothing else under way, it is certain which kills."""
    for task in suspects:
        future = _submit(client, [task])
        extra("distributed").wait(future)
        if _killed(future):
            yield broken(task, "every worker that read it died; it may need more memory than a worker has")
        else:
            yield from _results(future, [task])


def batch_size(done: int, thread_s: float) -> int:
    """Return how many bundles the next task takes, when `done` of them took `thread_s` seconds of all threads."""
    return max(1, min(MOST, int(TASK_S * done / max(thread_s, 0.001))))


def _submit(client: Any, batch: list[Task]) -> Any:
    return client.submit(_each, analyse, batch, pure=False)


def _each(function: Callable[[Task], Analysed], batch: list[Task]) -> list[Analysed]:
    return [function(task) for task in batch]


def _threads(client: Any) -> int:
    return max(1, int(sum(client.ncores().values())))


def _killed(future: Any) -> bool:
    return future.status == "error" and type(future.exception()).__name__ == "KilledWorker"


def _results(future: Any, batch: list[Task]) -> list[Analysed]:
    if future.status == "finished":
        made: list[Analysed] = future.result()
        return made
    problem = future.exception()
    return [broken(task, f"{type(problem).__name__}: {problem}") for task in batch]


@contextmanager
def _client(address: str | None, processes: int | None) -> Iterator[Any]:
    """Give a client of the scheduler at `address`, or of workers that live as long as the context."""
    distributed = extra("distributed")
    if address is not None:
        with _connected(distributed, address) as client:
            _require_workers(client, address)
            yield client
        return
    with (
        extra("dask").config.set(LIGHT),
        temporary_folder("ha-report-fleet-") as folder,
        _own_workers(distributed, processes or os.cpu_count() or 1, str(folder)) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def _own_workers(distributed: Any, processes: int, folder: str) -> Any:
    try:
        return distributed.LocalCluster(
            n_workers=processes,
            threads_per_worker=1,  # analysing holds the interpreter's lock
            dashboard_address="127.0.0.1:0",
            local_directory=folder,
            silence_logs=logging.CRITICAL,  # a worker's death is told in the index
        )
    except (OSError, RuntimeError) as problem:
        raise UserError(
            f"The workers could not be started: {problem}.\nSet TMPDIR to a folder that has room."
        ) from problem


def _connected(distributed: Any, address: str) -> Any:
    try:
        return distributed.Client(address, timeout=PATIENCE_S)
    except (OSError, ValueError) as problem:
        raise UserError(
            f"no Dask scheduler answers at {address}: {problem}.\nGive its address, such as tcp://host:8786."
        ) from problem


def _require_workers(client: Any, address: str) -> None:
    """Raise UserError unless there are workers, and all have this version of ha-report."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError as problem:
        raise UserError(f"{address} has no worker.\nStart one: dask worker {address}") from problem
    try:
        versions = client.run(_version)
    except ImportError as problem:
        raise UserError(f"the workers of {address} have no ha-report: {problem}.\nInstall it there.") from problem
    for worker, version in versions.items():
        if version != __version__:
            raise UserError(f"{worker} has ha-report {version}, and this is {__version__}.\nInstall the same on all.")


def _version() -> str:
    return __version__
