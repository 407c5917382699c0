"""Whatever happens while it writes: what stands under its name is whole, what was there is not lost, the next run works.

A disk that is full stands for all that the system refuses: a tmpfs of each size in turn, so that every write is once
the one that fails.  HA_REPORT_FAULTS=N runs N kills and as many sizes; CI runs a few.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ha_report import bundle
from ha_report.compressed import opened

sys.path.insert(0, str(Path(__file__).parent))

import faults
from standing import check, nothing_leaked

ROOT = Path(__file__).resolve().parents[2]
RUNS = int(os.environ.get("HA_REPORT_FAULTS", "3"))
RUN = "from ha_report.cli import main; main()"
FAKE_SSH = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift 2\nexec sh -c "$*"\n'
LINE = (
    "Nov 23 02:01:{:02}.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for r_ip on"
    " node02: error (with Kx7.pQ2z) | CIB update 15, graph action confirmed; call={} key=r_ip_start_0 rc=1\n"
)


@pytest.fixture
def here(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/ssh").write_text(FAKE_SSH)
    (tmp_path / "bin/ssh").chmod(0o755)
    (tmp_path / "bin/cibadmin").write_text('#!/bin/sh\nexec cat "$CIB"\n')
    (tmp_path / "bin/cibadmin").chmod(0o755)
    (tmp_path / "source/node02").mkdir(parents=True)
    (tmp_path / "source/node02/cib.xml").write_text('<cib><nvpair name="passwd" value="Kx7.pQ2z"/></cib>')
    log = "".join(LINE.format(n % 60, n) for n in range(3000))
    (tmp_path / "source/node02/pacemaker.log").write_text(log)
    (tmp_path / "disk").mkdir()
    return tmp_path


def command_of(name, here):
    return {
        "analyze": ["analyze", here / "source", "-o", "out", "-q"],
        "redact": ["redact", here / "source", "out", "-q"],
        "redact to an archive": ["redact", here / "source", "out.tar.xz", "-q"],
        "collect": [
            "collect",
            "-Q",
            "-q",
            "-n",
            "node02",
            "-E",
            here / "source/node02/pacemaker.log",
            "-f",
            "2000-01-01",
            "out",
        ],
    }[name]


def start(name, here, *more, cwd=None, **environment):
    environment = (
        os.environ
        | {
            "PYTHONPATH": str(ROOT),
            "PATH": f"{here / 'bin'}:{os.environ['PATH']}",
            "TMPDIR": str(here),
            "CIB": str(here / "source/node02/cib.xml"),
        }
        | environment
    )
    command = [sys.executable, "-c", RUN, *map(str, command_of(name, here)), *more]
    return subprocess.Popen(
        command, cwd=cwd or here / "disk", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # fmt: skip


def run(name, here, *more, **environment):
    with start(name, here, *more, **environment) as process:
        return process.wait(120), process.stderr.read()


NAMES = ["redact", "redact to an archive", "collect", "analyze"]


def moments(name, here):
    """Return how long a run takes, measured, and random moments in it."""
    begin = time.monotonic()
    status, said = run(name, here)
    assert status == 0, said
    took = time.monotonic() - begin
    chance = random.Random(name)  # noqa: S311 - the same in every run
    return [chance.uniform(0.05, took) for _ in range(RUNS)]


def emptied(folder):
    subprocess.run(["find", folder, "-mindepth", "1", "-delete"], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_kill_at_any_moment_leaves_nothing_half_written_under_its_name(here, name):
    for moment in moments(name, here):
        emptied(here / "disk")
        with start(name, here) as process:
            time.sleep(moment)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        check(here / "disk")
        if name != "analyze":
            nothing_leaked(here / "disk", b"Kx7.pQ2z")
    emptied(here / "disk")
    assert run(name, here)[0] == 0


def test_a_kill_while_a_bundle_is_replaced_loses_neither_both_nor_its_archive(here):
    times = moments("collect", here)
    before = (here / "disk/out/manifest.json").read_bytes()
    assert before
    for moment in times:
        with start("collect", here, "-Z") as process:
            time.sleep(moment)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        check(here / "disk")
        kept = [path for path in (here / "disk").iterdir() if path.is_dir() and (path / "manifest.json").exists()]
        assert any(bundle.load(path) for path in kept)
    assert run("collect", here, "-Z")[0] == 0


def mounted(folder, size):
    options = f"size={size}"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True)
    return done.returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_disk_that_is_full_at_any_write_is_told_and_leaves_nothing(here, name):
    status, _ = run(name, here)
    assert status == 0
    needed = sum(path.stat().st_size for path in (here / "disk").rglob("*") if path.is_file())
    emptied(here / "disk")
    chance = random.Random(name)  # noqa: S311 - the same in every run
    for _ in range(RUNS):
        size = chance.randrange(4096, 16_384 + needed * 3 // 2) // 4096 * 4096
        if os.geteuid() or not mounted(here / "disk", size):
            pytest.skip("mounting a small disk needs root")
        try:
            status, said = run(name, here)
            assert "Traceback" not in said, (size, said)
            assert status in (0, 1, 3)
            names = check(here / "disk")
            assert status == 0 or "could not be written" in said or "No room" in said, said
            assert status != 1 or names <= {"out"}, (size, names)
            assert not any(path.name.startswith(".") for path in (here / "disk").iterdir())
        finally:
            subprocess.run(["umount", here / "disk"], check=True)
    assert run(name, here)[0] == 0


def test_a_destination_that_may_not_be_written_is_told(here):
    if os.geteuid() or not mounted(here / "disk", 1 << 20):
        pytest.skip("mounting a small disk needs root")
    try:
        subprocess.run(["mount", "-o", "remount,ro", here / "disk"], check=True)
        for name in NAMES:
            status, said = run(name, here)
            assert status == 1, said
            assert "could not be written" in said
            assert "Traceback" not in said
    finally:
        subprocess.run(["umount", here / "disk"], check=True)


def test_a_log_that_shrinks_while_it_is_read_is_no_error(here):
    """Rotation with copytruncate."""
    log = here / "source/node02/pacemaker.log"
    whole = log.read_bytes()
    for moment in (0.1, 0.3, 0.5):
        log.write_bytes(whole * 30)
        with start("redact", here) as process:
            time.sleep(moment)
            os.truncate(log, 1000)
            assert process.wait(60) in (0, 3)
            assert "Traceback" not in process.stderr.read()
        with opened(here / "disk/out/node02/pacemaker.log") as file:
            assert b"Kx7" not in file.read()
        emptied(here / "disk")


@pytest.mark.parametrize("name", ["redact", "collect"])
def test_a_closed_standard_output_does_no_harm_to_what_is_written(here, name):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": f"{here / 'bin'}:{os.environ['PATH']}"}
    words = [str(one) for one in command_of(name, here) if one != "-q"]
    subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-c", RUN, *words],
        check=False, cwd=here / "disk", env=environment, stderr=subprocess.PIPE, timeout=60,
    )  # fmt: skip
    assert "out" in check(here / "disk")


@pytest.mark.parametrize(
    ("name", "jumps"), [("collect", "3 -86400"), ("collect", "50 -4000000000"), ("analyze", "7 40000000")]
)
def test_a_clock_that_jumps_there_and_back_spoils_nothing(here, name, jumps):
    """Of the program, and of all that it starts: date(1) on the node tells another day each time, too."""
    library = faults.library(here)
    if library is None:
        pytest.skip("making the clock jump needs a C compiler: cc, gcc or clang")
    begin = time.monotonic()
    status, said = run(name, here, LD_PRELOAD=str(library), FAULT_CLOCK=jumps)
    assert "Traceback" not in said
    assert status in (0, 3), said
    assert time.monotonic() - begin < 60
    assert check(here / "disk") >= {"out"}
    if name == "collect":
        nothing_leaked(here / "disk", b"Kx7.pQ2z")
        [node] = bundle.load(here / "disk/out").nodes
        assert (node.state, any(item.bytes for item in node.items)) == ("complete", True)


def test_a_log_that_is_rotated_while_it_is_gathered_is_no_error(here):
    """Renamed, and begun anew, over and over."""
    log = here / "source/node02/pacemaker.log"
    whole = log.read_bytes()
    with start("collect", here) as process:
        while process.poll() is None:
            log.rename(log.with_suffix(".log.1"))
            log.write_bytes(whole[: len(whole) // 2])
            time.sleep(0.01)
        assert process.returncode in (0, 3)
        assert "Traceback" not in process.stderr.read()
    assert check(here / "disk") >= {"out"}
    nothing_leaked(here / "disk", b"Kx7.pQ2z")
