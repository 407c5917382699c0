"""How fast a fleet is indexed and asked: bundles made of the lab's captures, with names and times of their own.

    .venv/bin/python benchmarks/fleet.py            all of it with 1,000 bundles: some minutes of both cores
    .venv/bin/python benchmarks/fleet.py 30         a small run
    .venv/bin/python benchmarks/fleet.py --make 1000 FOLDER     only make the bundles

What is compared runs turn by turn: a plain loop over some of the bundles before, between and after indexing, so that
what else the machine does is in both.
"""

import argparse
import bz2
import contextlib
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAB = ROOT.parent / "shared/lab"
CORES = 2
NO_PROFILE = "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED"  # as docs/fleet.md advises
LAST_DAY = date(2026, 11, 22)
CAPTURED = date(2026, 11, 23)
KINDS = "web db mail file erp dns ldap batch".split()
NAME = re.compile(rb'(cluster[-_]name"? *(?:value=)?[":=]? *"?)halab|(?<=value=")halab(?=")')
EPOCH = re.compile(rb"\b179[0-9]{7}\b")  # seconds since 1970, as CIBs have them


def bundle_of(capture, dest, cluster, nodes, day):
    """Write a copy of a capture with other names, of another day of the same year; `nodes` is old name -> new."""
    shift = (day - CAPTURED).days
    # With a digit or a letter behind it, it is part of another name.
    names = re.compile(b"|".join(rb"(?<![\w-])" + re.escape(old.encode()) + rb"(?![\w-])" for old in nodes))
    moved = datetime(day.year, day.month, day.day, 3, tzinfo=timezone.utc).timestamp()
    for path in sorted(capture.rglob("*")):
        inside = path.relative_to(capture)
        copy = dest.joinpath(*(nodes.get(part, part) for part in inside.parts))
        if path.is_symlink() or not path.is_file():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        packed = path.suffix == ".bz2"  # the scheduler's inputs
        text = bz2.decompress(path.read_bytes()) if packed else path.read_bytes()
        if b"\0" not in text[:4096]:
            text = names.sub(lambda found: nodes[found[0].decode()].encode(), text)
            text = NAME.sub(lambda found: (found[1] or b"") + cluster.encode(), text)
            text = text.replace(b"2026-11-23", day.isoformat().encode()).replace(b"Nov 23", f"{day:%b %d}".encode())
            text = text.replace(b"2026/11/23", f"{day:%Y/%m/%d}".encode())
            text = EPOCH.sub(lambda found: str(int(found[0]) + shift * 86_400).encode(), text)
        copy.write_bytes(bz2.compress(text) if packed else text)
        os.utime(copy, (moved, moved))


def captures():
    """Return the lab's captures of all eras; of Heartbeat's none, as it has other ways to tell times."""
    found = [*(LAB / "captures").iterdir(), *(LAB / "captures-eras").glob("[123].[0-9].*/*")]
    return sorted(one for one in found if (one / "node01").is_dir() and "heartbeat" not in one.parent.name)


def make(number, folder, seed=9):
    """Make bundles of 100 clusters over eleven months in `folder`; return their paths."""
    rng = random.Random(seed)  # noqa: S311 - the same bundles each time
    known = captures()
    made = []
    for one in range(number):
        cluster = f"{KINDS[one % len(KINDS)]}{one % 100:02}"
        nodes = {f"node0{digit}": f"{cluster}{letter}" for digit, letter in zip("123", "abc", strict=True)}
        day = LAST_DAY - timedelta(days=rng.randrange(320))
        dest = folder / cluster / f"{day}-{one:04}"
        bundle_of(rng.choice(known), dest, cluster, nodes, day)
        made.append(dest)
    return made


def plain_loop(bundles):
    """Return the seconds that analysing takes in this process, and nothing else, and those of its processor."""
    from ha_report.diagnosis import findings_of  # noqa: PLC0415 - heavy, and not for those who only make bundles
    from ha_report.reading import read_incident  # noqa: PLC0415 - the same

    began, busy = time.perf_counter(), time.process_time()
    for bundle in bundles:
        with read_incident([str(bundle)], None, lambda _line: None, jobs=1) as (incident, _):
            findings_of(incident)
    return time.perf_counter() - began, time.process_time() - busy


def loop_on_all_cores(bundles):
    """Return the seconds of the plain loop, a share of the bundles in a process for each core at once, and those of processors."""
    script = "import runpy, sys; runpy.run_path(sys.argv[1])['plain_loop'](sys.argv[2:])"
    began, busy = time.perf_counter(), processor_s()
    running = [
        subprocess.Popen([sys.executable, "-c", script, __file__, *map(str, bundles[core::CORES])])
        for core in range(CORES)
    ]
    for one in running:
        one.wait()
    return time.perf_counter() - began, processor_s() - busy


def ha_report(*arguments):
    """Return what a command printed, the seconds that it took, and those of processors."""
    began, busy = time.perf_counter(), processor_s()
    command = [sys.executable, "-m", "ha_report", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    return done.stdout, time.perf_counter() - began, processor_s() - busy


def index(folder, into, *options):
    """Index while memory is watched; return seconds, those of processors, and peaks (MB) by bundles done."""
    command = [sys.executable, "-m", "ha_report", "fleet", "index", str(folder), "--into", str(into), *options]
    began, busy = time.perf_counter(), processor_s()
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    told = ["0 of 0"]
    threading.Thread(target=lambda: told.extend(running.stderr), daemon=True).start()
    peaks = {}
    while running.poll() is None:
        done = int(told[-1].partition(" of ")[0].replace(",", "") or 0)
        for role, megabytes in memory(running.pid).items():
            peaks.setdefault(role, {}).setdefault(done, 0)
            peaks[role][done] = max(peaks[role][done], megabytes)
        time.sleep(1)  # looking costs something, too
    if running.returncode not in (0, 3):
        raise SystemExit(f"index ended with {running.returncode}")
    return time.perf_counter() - began, processor_s() - busy, peaks


def processor_s():
    """Return the seconds of processors that the processes took which this one started, and theirs, and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(pid):
    """Return the resident megabytes of a process, and the most that any of its children has."""
    children = [child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in read(task).split()]
    return {"parent": resident_mb(pid), "worker": max(map(resident_mb, children), default=0)}


def resident_mb(pid):
    """Return the resident megabytes of a process; 0 when it is gone."""
    found = re.search(r"^VmRSS:\s+(\d+)", read(Path(f"/proc/{pid}/status")), re.MULTILINE)
    return int(found[1]) // 1024 if found else 0


def read(path):
    """Return the text of a file; nothing when it is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""


@contextlib.contextmanager
def dask(scratch, workers):
    """Give the address of a Dask scheduler with workers, and their processes; each is a process of its own."""
    told = scratch / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
               "--no-dashboard", "--scheduler-file", str(told)]  # fmt: skip
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": scratch,
        "env": os.environ | {"PYTHONPATH": str(ROOT), NO_PROFILE: "False"},
    }
    processes = [subprocess.Popen(command, **quiet)]
    try:
        while not told.exists():
            time.sleep(0.1)
        address = re.search(r"tcp://[\d.:]+", told.read_text())[0]
        own = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny",
               "--no-dashboard", "--local-directory", str(scratch)]  # fmt: skip
        processes += [subprocess.Popen(own, **quiet) for _ in range(workers)]
        yield address, processes[1:]
    finally:
        for one in reversed(processes):
            one.kill()
            one.wait()


def index_and_kill(folder, into, address, victim):
    """Index on a Dask cluster, and kill a worker once half of the bundles are done; return the seconds."""
    command = [
        sys.executable,
        "-m",
        "ha_report",
        "fleet",
        "index",
        str(folder),
        "--into",
        str(into),
        "--scheduler",
        address,
    ]
    began = time.perf_counter()
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd=ROOT)
    for line in running.stderr:
        found = re.match(r"([\d,]+) of ([\d,]+)", line)
        if found and victim is not None:
            done, total = (int(number.replace(",", "")) for number in found.groups())
            if done * 2 >= total:
                victim.kill()
                victim = None
    if running.wait() not in (0, 3):
        raise SystemExit(f"index ended with {running.returncode}")
    return time.perf_counter() - began


def questions(into, example):
    """Return the answer to every ready-made question as JSON, and the best of three times, of the clock and the processor."""
    from ha_report.fleet.query import ready  # noqa: PLC0415 - after the bundles are made

    answers, seconds = {}, {}
    for name in ready():
        more = [str(example)] if name == "similar" else []
        rounds = [ha_report("fleet", "query", into, name, *more, "--format", "json") for _ in range(3)]
        answers[name] = rounds[0][0]
        seconds[name] = tuple(min(times) for times in list(zip(*rounds, strict=True))[1:])
    return answers, seconds


def files_of(into):
    """Return the contents of all files of an index."""
    return {str(path.relative_to(into)): path.read_bytes() for path in sorted(into.rglob("*.parquet"))}


def verdict(what, value, bar, unit="s"):
    """Print a number beside its bar."""
    print(f"{'ok  ' if value <= bar else 'MISS'} {what}: {value:.2f} {unit} (bar {bar:g})", flush=True)


def measure(number, scratch, by_dask):
    """Print a line for each bar."""
    bundles = make(number, scratch / "bundles")
    size = sum(path.stat().st_size for path in (scratch / "bundles").rglob("*") if path.is_file())
    print(f"{number} bundles, {size / 1e6:.0f} MB")
    sample = bundles[:: max(1, number // 100)]
    plain_loop(sample[:2])  # what is read once is read
    loops = [plain_loop(sample)]
    seconds, busy, peaks = index(scratch / "bundles", scratch / "index", "--processes", str(CORES))
    loops.append(plain_loop(sample))
    both, both_busy = (one / len(sample) for one in loop_on_all_cores(sample))
    wall, processor = (sum(one) / len(loops) / len(sample) for one in zip(*loops, strict=True))
    size = sum(path.stat().st_size for path in (scratch / "index").rglob("*.parquet"))
    print(
        f"plain loop: {wall:.3f} s a bundle, of the processor {processor:.3f} s; on {CORES} cores at once"
        f" {both:.3f} s, of processors {both_busy:.3f} s"
    )
    print(
        f"index: {seconds:.1f} s, {seconds / number:.3f} s a bundle, of processors {busy / number:.3f} s; {size / 1e6:.1f} MB"
    )
    verdict("index / (plain loop / 2)", seconds / (wall * number / CORES), 1.3, "times")
    verdict("index / plain loop on both cores at once", seconds / (both * number), 1.3, "times")
    verdict(
        "processor time of index / that of the plain loop, whatever else the machine does",
        busy / (processor * number),
        1.3,
        "times",
    )
    for role, told in peaks.items():
        early = max((peak for done, peak in told.items() if done <= number // 5), default=0)
        verdict(
            f"memory of {role}: {early} MB in the first fifth, {max(told.values())} MB in all",
            max(told.values()) / max(early, 1),
            1.15,
            "times",
        )
    _, again, _ = ha_report("fleet", "index", scratch / "bundles", "--into", scratch / "index")
    verdict("second run", again, 5)
    answers, took = questions(scratch / "index", bundles[0])
    for name, (best, busy) in took.items():
        verdict(f"query {name}, of processors {busy:.2f} s,", best, 1)
    _, page, _ = ha_report("fleet", "report", scratch / "index", "-o", scratch / "page", "--reports", "3", "-q")
    print(f"page with three reports: {page:.1f} s")
    if not by_dask:
        return
    with dask(scratch, 3) as (address, workers):
        seconds = index_and_kill(scratch / "bundles", scratch / "killed", address, workers[0])
    print(f"Dask scheduler and three workers, one killed half-way: {seconds:.1f} s")
    same = questions(scratch / "killed", bundles[0])[0] == answers
    print(f"{'ok  ' if same else 'MISS'} the same answers, byte for byte")
    print(
        f"{'ok  ' if files_of(scratch / 'killed') == files_of(scratch / 'index') else 'MISS'} the same Parquet files, byte for byte"
    )


def main():
    """Measure, or only make bundles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", nargs="?", type=int, default=1000)
    parser.add_argument("--make", nargs=2, metavar=("NUMBER", "FOLDER"))
    parser.add_argument("--local", action="store_true", help="leave out the scheduler with three workers")
    given = parser.parse_args()
    if given.make:
        make(int(given.make[0]), Path(given.make[1]))
        return
    scratch = Path(tempfile.mkdtemp(prefix="ha-report-bench-"))
    try:
        measure(given.number, scratch, by_dask=not given.local)
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
