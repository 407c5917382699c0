"""Indexing by Dask: on this machine's cores, and on a cluster of processes of which one is killed."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from ha_report.fleet.query import ready
from ha_report.fleet.schedule import batch_size
from tests.fleet.indexing import files_of, index, sql

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
BUNDLES = 12


def ha_report(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "ha_report", *map(str, arguments)],
        check=False, capture_output=True, text=True, env=ENVIRONMENT,
    )  # fmt: skip


def dask(kind, *arguments, cwd):
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *map(str, arguments)]
    return subprocess.Popen(command, env=ENVIRONMENT, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def scheduler(tmp_path):
    """The address of a Dask scheduler and its two workers, three processes of their own."""
    told = tmp_path / "scheduler.json"
    processes = [dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", told, cwd=tmp_path)]
    try:
        deadline = time.monotonic() + 60
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        address = re.search(r"tcp://[\d.:]+", told.read_text())[0]
        processes += [
            dask("worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", tmp_path, cwd=tmp_path)
            for _ in range(2)
        ]
        yield address, processes[1:]
    finally:
        for one in reversed(processes):
            one.kill()
            one.wait()


@pytest.fixture
def bundles(tmp_path, write_bundle):
    """Bundles of three clusters, one of them broken."""
    for number in range(BUNDLES - 1):
        write_bundle(
            f"bundles/b{number:02}", cluster=("shop", "bank", "mail")[number % 3], day=date(2026, 10, 11 + number)
        )
    (tmp_path / "bundles/broken.tar.gz").write_bytes(b"\x1f\x8b broken")
    return tmp_path / "bundles"


def answers(folder):
    """Return what every ready-made question gives, in the bytes that a user gets."""
    example = {"similar": ["b00"]}
    return {
        name: ha_report("fleet", "query", folder, name, *example.get(name, []), "--format", form).stdout
        for name in ready()
        for form in ("json",)
    }


def test_two_workers_of_which_one_is_killed_half_way_give_what_one_process_gives(tmp_path, bundles, scheduler):
    address, (victim, _) = scheduler
    command = ["-m", "ha_report", "fleet", "index", bundles, "--into", tmp_path / "by-dask", "--scheduler", address]
    running = subprocess.Popen(
        [sys.executable, *map(str, command)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    progress = []
    for line in running.stderr:
        progress.append(line)
        if int(line.split()[0]) >= BUNDLES // 3 and victim.poll() is None:
            victim.send_signal(signal.SIGKILL)
            victim.wait()
    told, _ = running.communicate()
    assert victim.returncode == -signal.SIGKILL, "it was killed while there was work"
    assert progress[-1] == f"{BUNDLES} of {BUNDLES} bundles\n"
    assert told == f"{tmp_path / 'by-dask'}: {BUNDLES} analysed, 1 of them could not be read.\n"
    assert running.returncode == 3
    index(tmp_path / "here", bundles)
    assert files_of(tmp_path / "by-dask") == files_of(tmp_path / "here")
    assert answers(tmp_path / "by-dask") == answers(tmp_path / "here")


def test_without_a_scheduler_the_cores_of_this_machine_do_it(tmp_path, bundles):
    done = ha_report("fleet", "index", bundles, "--into", tmp_path / "index", "--processes", "2")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        3, f"{tmp_path / 'index'}: {BUNDLES} analysed, 1 of them could not be read.",
    )  # fmt: skip
    index(tmp_path / "here", bundles)
    assert files_of(tmp_path / "index") == files_of(tmp_path / "here")
    again = ha_report("fleet", "index", bundles, "--into", tmp_path / "index")
    assert again.stdout == f"{tmp_path / 'index'}: 0 analysed, {BUNDLES} unchanged.\n"
    assert again.stderr == "", "no worker was started"


def test_after_an_update_all_can_be_analysed_again(tmp_path, write_bundle):
    bundle = write_bundle("one")
    index(tmp_path / "index", bundle)
    before = files_of(tmp_path / "index")
    done = ha_report("fleet", "index", bundle, "--into", tmp_path / "index", "--again", "--processes", "1")
    assert done.stdout == f"{tmp_path / 'index'}: 1 analysed.\n"
    assert files_of(tmp_path / "index") == before


def test_a_scheduler_that_is_not_there_is_said(monkeypatch):
    from ha_report.errors import UserError
    from ha_report.fleet import schedule
    from ha_report.fleet.analysis import Task

    monkeypatch.setattr(schedule, "PATIENCE_S", 1)
    with pytest.raises(UserError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        list(schedule.analysed([Task("one", "one", None)], address="tcp://127.0.0.1:1", processes=None))


def test_what_came_before_an_interruption_is_kept(tmp_path, write_bundle):
    """Ctrl-C after two of three bundles: the next run has one left to do."""
    from ha_report.fleet.analysis import Task, analyse
    from ha_report.fleet.index import opened_for_writing
    from ha_report.fleet.sources import find
    from ha_report.fleet_command import _batches

    for number in range(3):
        write_bundle(f"bundles/b{number}", day=date(2026, 10, 11 + number))
    found = list(find(str(tmp_path / "bundles")))

    def interrupted():
        for one in found[:2]:
            yield analyse(Task(one.url, one.name, one.stamp))
        raise KeyboardInterrupt

    with opened_for_writing(tmp_path / "index") as made, pytest.raises(KeyboardInterrupt):
        list(_batches(interrupted(), made.add))
    assert sql(tmp_path / "index", "SELECT count(*) FROM bundles") == [(2,)]
    assert [one.name for one in index(tmp_path / "index", tmp_path / "bundles")] == [found[2].name]


def test_without_the_extra_one_line_says_what_to_install(tmp_path, write_bundle):
    """A module of that name that is not there, in a process of its own."""
    script = "import sys; sys.modules['{}'] = None; from ha_report.cli import main; main()"
    for missing, arguments in (
        ("pyarrow", ["index", write_bundle("one"), "--into", tmp_path / "index"]),
        ("distributed", ["index", tmp_path / "one", "--into", tmp_path / "index"]),
        ("duckdb", ["query", tmp_path / "made", "trend"]),
    ):
        index(tmp_path / "made", tmp_path / "one")
        done = subprocess.run(
            [sys.executable, "-c", script.format(missing), "fleet", *map(str, arguments)],
            check=False, capture_output=True, text=True, env=ENVIRONMENT,
        )  # fmt: skip
        assert done.returncode == 1
        assert not (tmp_path / "index").exists()
        assert (
            done.stderr
            == f"Error: {missing} is not installed; get what fleets need by: pip install 'ha-report[fleet]'\n"
        )


@pytest.mark.parametrize(
    ("done", "thread_s", "size"),
    [(1, 0, 8), (2, 3.0, 1), (40, 6.0, 6), (40, 4.0, 8), (1000, 150.0, 6), (3, 900.0, 1)],
)
def test_a_task_takes_as_many_bundles_as_are_done_in_a_second_and_no_more_than_eight(done, thread_s, size):
    assert batch_size(done, thread_s) == size


DEADLY = """
import dask
from ha_report.fleet import schedule
from ha_report.fleet.analysis import Task
from tests.fleet.deadly import analyse

schedule.analyse = analyse
dask.config.set({{"distributed.scheduler.allowed-failures": 1}})  # less to wait for
tasks = [Task("{bundle}", "one", "stamp"), Task("deadly", "deadly", "stamp"), Task("{bundle}", "two", "stamp")]
for one in schedule.analysed(tasks, address=None, processes=1):
    print(one.name, one.stamp, one.cluster, one.error)
"""


def test_a_bundle_that_kills_worker_after_worker_is_a_row_with_its_error_and_others_are_not(tmp_path, write_bundle):
    script = DEADLY.format(bundle=write_bundle("one"))
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, env=ENVIRONMENT, cwd=tmp_path
    )
    assert sorted(done.stdout.splitlines()) == [
        "deadly None unknown every worker that read it died; it may need more memory than a worker has",
        "one stamp shop None",
        "two stamp shop None",
    ]
