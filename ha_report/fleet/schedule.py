"""Runs one function for each bundle, by Dask: on a cluster that is there, or on the cores of this machine.

What may go wrong with many workers is Dask's: a worker that dies has its bundles done by another, and a bundle
that kills its worker again and again is given up.  Only a few bundles for each worker are under way at a time, so
that neither the scheduler nor this process holds what is not needed yet.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from ha_report import __version__
from ha_report.errors import UserError
from ha_report.fleet.analysis import Analysed, Task, analyse, broken
from ha_report.fleet.extras import extra

EACH = 4  # bundles under way for each thread of a worker: enough that none waits for the next
COUNT_AGAIN = 50  # results, after which the workers are counted again
PATIENCE_S = 30  # for a scheduler, and for its first worker
LIGHT = {
    # What workers do is profiled a hundred times a second, and kept for an hour: 100 MB a worker.
    "distributed.worker.profile.enabled": False,
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
        yield from _few_at_a_time(client, first, waiting)


def _few_at_a_time(client: Any, first: Task, waiting: Iterator[Task]) -> Iterator[Analysed]:
    distributed = extra("distributed")
    tasks: dict[str, Task] = {}

    def submit(task: Task) -> Any:
        future = client.submit(analyse, task, pure=False)
        tasks[future.key] = task
        return future

    done = distributed.as_completed([submit(first)], raise_errors=False)
    room = 0
    for number, future in enumerate(done):
        if number % COUNT_AGAIN == 0:
            room = EACH * max(1, sum(client.ncores().values()))
        task = tasks.pop(future.key)
        yield _result(future, task)
        future.release()
        for following in islice(waiting, max(0, room - len(tasks))):
            done.add(submit(following))


def _result(future: Any, task: Task) -> Analysed:
    if future.status == "finished":
        made: Analysed = future.result()
        return made
    problem = future.exception()
    if type(problem).__name__ == "KilledWorker":
        return broken(task, "every worker that read it died; it may need more memory than a worker has")
    return broken(task, f"{type(problem).__name__}: {problem}")


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
        tempfile.TemporaryDirectory(prefix="ha-report-fleet-") as scratch,
        distributed.LocalCluster(
            n_workers=processes or os.cpu_count() or 1,
            threads_per_worker=1,  # analysing holds the interpreter's lock
            dashboard_address="127.0.0.1:0",
            local_directory=scratch,
            silence_logs=logging.CRITICAL,  # a worker's death is told in the index
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


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
