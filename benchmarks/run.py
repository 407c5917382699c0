"""How fast ha-report is, as ratios measured in one run: the same machine, the same files, turn by turn.

make bench                      logs of 100 MB and 1 GB; `--sizes 100M,1G,4G` for others, `--quick` for small ones
python benchmarks/run.py --only sparse,memory --keep /tmp/logs

What ha-report is held against looks for the same anchors in the same files: Debian's ripgrep, grep, and naive Python
(tests/parsers/slow_reader.py: line by line, the same rows, nothing remembered).  Medians of alternating rounds.
"""

import argparse
import bz2
import gzip
import json
import lzma
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import generate

from ha_report.compressed import zstd
from ha_report.reading import cores
from parsers.told import table
from parsers.window import Times, cut_of

ROOT = Path(__file__).resolve().parent.parent
OURS = [sys.executable, "-m", "ha_report", "analyze", "--quiet", "--force"]
NAIVE = [sys.executable, str(ROOT / "tests/parsers/slow_reader.py")]
NAIVE_BYTES = 20 << 20  # read by naive Python, which takes as long for each megabyte as for the one before
# Reads as `analyze` does, up to the table of all events, and writes no page.
READS = (
    "import sys; from ha_report.reading import read_incident\n"
    "with read_incident(sys.argv[1:], None, print) as (incident, _): print(len(incident.events))"
)
FILES, FILE_BYTES = (1, 10, 40), 10 << 20
CRMSH = ["/usr/bin/python3", "-c"]
CRM_HISTORY = """
import sys
from crmsh.logparser import LogParser

class Cib:
    filename = None
    nodes = ["node01", "node02"]

    def match_resources(self, *_):
        return ["r_ip", "r_app", "r_web", "p_state"]

LogParser(sys.argv[1], Cib(), sys.argv[1:], 1).scan(mode="force")
"""
COMPRESS = {
    "gz": partial(gzip.open, mode="wb", compresslevel=6),
    "zst": partial(zstd.open, mode="wb"),
    "xz": partial(lzma.open, mode="wb", preset=1),
    "bz2": partial(bz2.open, mode="wb"),
}
UNPACK = {"gz": "zcat", "zst": "zstd -dcq", "xz": "xz -dc", "bz2": "bzip2 -dc"}


class Took(NamedTuple):
    """How long a command took: on the clock, and of the processors, which tells more on a machine that others use, too."""

    wall: float
    processor: float

    def __str__(self):
        return f"{self.wall:.2f} s ({self.processor:.2f} of processors)"


def medians_of(times):
    """Return the medians of the clock's and the processors' times."""
    return Took(median(one.wall for one in times), median(one.processor for one in times))


class Bench:
    """The files, and what was measured."""

    def __init__(self, folder, sizes, rounds):
        self.folder = folder
        self.sizes = sizes
        self.rounds = rounds
        self.anchors = folder / "anchors"
        self.anchors.write_bytes(b"\n".join(table()[0]) + b"\n")
        self.rows = []

    def log(self, layout, size, name="", **options):
        """Return a log, made when it is first asked for."""
        path = self.folder / f"{layout}-{size}{name}"
        if not path.exists():
            generate.generate(layout, generate.size_of(size), path, **options)
        return path

    def compressed(self, size, ending):
        """Return a compressed log."""
        path = self.folder / f"syslog-{size}.{ending}"
        if not path.exists():
            with self.log("syslog", size).open("rb") as file, COMPRESS[ending](path) as packed:
                shutil.copyfileobj(file, packed, 1 << 20)
        return path

    def ours(self, *arguments):
        """Return the command that makes a whole report."""
        return [*OURS, "--output", str(self.folder / "report"), *map(str, arguments)]

    def rg(self, path):
        """Return ripgrep's command for the same anchors."""
        return ["rg", "--count", "--fixed-strings", "--file", str(self.anchors), str(path)]

    def medians(self, commands, scale=None):
        """Return how long commands take, measured turn by turn; `scale` is for those that are given a part."""
        took = {label: [] for label in commands}
        for _ in range(self.rounds):
            for label, command in commands.items():
                took[label].append(seconds(command))
        scales = {label: (scale or {}).get(label, 1) for label in took}
        return {label: Took(*(part * scales[label] for part in medians_of(times))) for label, times in took.items()}

    def compare(self, name, bar, commands):
        """Measure commands, and note how the first of them does against the second."""
        medians = self.medians(commands)
        own, other, *_ = medians.values()
        self.row(name, bar, own.wall / other.wall, told(medians))

    def row(self, name, bar, value, details):
        """Note one result."""
        self.rows.append((name, bar, value, details))
        print(f"{name}: {value:.3g} (bar {bar}) | {details}", flush=True)


def told(medians):
    """Return seconds as they are printed."""
    return ", ".join(f"{label} {took}" for label, took in medians.items())


def seconds(command):
    """Return how long a command took, and for how long it kept processors busy."""
    shell = isinstance(command, str)
    began, busy = time.perf_counter(), processor_seconds()
    subprocess.run(
        command,
        check=False,
        shell=shell,
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Took(time.perf_counter() - began, processor_seconds() - busy)


def processor_seconds():
    """Return how long all commands up to now kept processors busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def environment():
    """Return what the commands run in: the program of this checkout."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def peak_mib(command):
    """Return the most memory that a command or one of its processes had."""
    script = (
        "import json, resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(json.dumps(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], check=True, cwd=ROOT, env=environment(), capture_output=True
    )
    return json.loads(done.stdout) / 1024


def sparse(bench):
    """A machine's log with some cluster lines: the whole report against ripgrep's count."""
    for size in bench.sizes:
        path = bench.log("syslog", size)
        bar = "<= 0.3" if generate.size_of(size) > 2 << 30 else "<= 0.5"
        bench.compare(
            f"sparse {size}, analyze / rg -c",
            bar,
            {"analyze": bench.ours(path), "rg": bench.rg(path), "wc": ["wc", "-l", str(path)]},
        )


def naive(bench):
    """Against Python that looks at each line."""
    for layout, bar in (("syslog", ">= 30"), ("detail", ">= 8")):
        size = bench.sizes[min(1, len(bench.sizes) - 1)]
        path, part = bench.log(layout, size), bench.folder / f"{layout}-part"
        with path.open("rb") as file:
            part.write_bytes(generate.whole_lines(file.read(NAIVE_BYTES + 4096), NAIVE_BYTES))
        reads = [sys.executable, "-c", READS, str(path)]
        commands = {"naive": [*NAIVE, str(part)], "read": reads, "analyze": bench.ours(path)}
        took = bench.medians(commands, {"naive": path.stat().st_size / part.stat().st_size})
        bench.row(
            f"{layout} {size}, naive / read into a table", bar, took["naive"].wall / took["read"].wall, told(took)
        )
        bench.row(
            f"{layout} {size}, naive / analyze",
            bar,
            took["naive"].wall / took["analyze"].wall,
            "with all rules and the page",
        )


def compressed(bench):
    """Compressed logs against the system's tool piped into ripgrep."""
    size = bench.sizes[min(1, len(bench.sizes) - 1)]
    for ending, tool in UNPACK.items():
        if shutil.which(tool.split()[0]):
            small = bench.sizes[0] if ending in ("bz2", "xz") else size
            path = bench.compressed(small, ending)
            pipe = f"{tool} {path} | rg --count --fixed-strings --file {bench.anchors}"
            bench.compare(
                f".{ending} of {small}, analyze / {tool} | rg",
                "<= 0.5" if ending == "gz" else "<= 1.0",
                {"analyze": bench.ours(path), "pipe": pipe},
            )


def window(bench):
    """Ten minutes of the largest log."""
    size = bench.sizes[-1]
    path = bench.log("syslog", size)
    last = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    at = generate.BEGIN + (last - generate.BEGIN) / 2
    end = at + timedelta(minutes=10)
    command = bench.ours(path, "--from", at.isoformat(), "--to", end.isoformat(), "--timezone", "UTC")
    took = medians_of([seconds(command) for _ in range(bench.rounds)])
    bench.row(f"ten minutes of {size}, seconds", "< 1.2", took.wall, f"whole process: {took}")
    times = Times(int(at.timestamp()) * 1_000_000, int(end.timestamp()) * 1_000_000, timezone.utc)
    finding = []
    for _ in range(9):
        began = time.perf_counter()
        cut = cut_of(path, times, int(path.stat().st_mtime) * 1_000_000)
        finding.append(time.perf_counter() - began)
    read = (cut.end - cut.begin) / 1e6 if cut else path.stat().st_size / 1e6
    bench.row(
        f"finding them in {size}, milliseconds",
        "< 20",
        median(finding) * 1000,
        f"{read:.0f} MB of {path.stat().st_size / 1e6:.0f} are read",
    )


def memory(bench):
    """Peak memory of small and large logs that hold as many cluster lines: what is said takes room, what is not does not."""
    for name, lines in (("-1000", 1000), ("", None)):
        sizes = (bench.sizes[0], bench.sizes[-1])
        peaks = [peak_mib(bench.ours(bench.log("syslog", size, name, cluster_lines=lines))) for size in sizes]
        told = f"{lines} cluster lines" if lines else "10,000 cluster lines a gigabyte"
        details = ", ".join(f"{size} {peak:.0f} MiB" for size, peak in zip(sizes, peaks, strict=True))
        bench.row(f"peak memory in MiB, {told}", "< 300", max(peaks), f"{details}; the largest process")
        bench.row(f"peak memory, largest / smallest log, {told}", "<= 1.2", peaks[1] / peaks[0], details)


def growth(bench):
    """Sizes, and numbers of files."""
    sizes = bench.medians({size: bench.ours(bench.log("syslog", size)) for size in bench.sizes})
    first, last = bench.sizes[0], bench.sizes[-1]
    grown = generate.size_of(last) / generate.size_of(first)
    bench.row(f"time of {last} / {first}", f"<= {grown:.0f}", sizes[last].wall / sizes[first].wall, told(sizes))
    files = bench.medians({f"{count} of {FILE_BYTES >> 20} MB": bench.ours(folder_of(bench, count)) for count in FILES})
    one, *_, most = files.values()
    bench.row(f"time of {FILES[-1]} files / 1", f"<= {FILES[-1]}", most.wall / one.wall, told(files))


def folder_of(bench, count):
    """Return a folder of so many logs."""
    folder = bench.folder / f"files-{count}"
    folder.mkdir(exist_ok=True)
    for number in range(count):
        if not (folder / f"log-{number}").exists():
            generate.generate("syslog", FILE_BYTES, folder / f"log-{number}", seed=number)
    return folder


def peers(bench):
    """The scan of crmsh's `crm history`, where that is installed: its own class, on the same log."""
    if subprocess.run([*CRMSH, "import crmsh.logparser"], check=False, capture_output=True).returncode:
        return
    path = bench.log("syslog", bench.sizes[0])
    commands = {"crm history": [*CRMSH, CRM_HISTORY, str(path)], "analyze": bench.ours(path)}
    bench.compare(f"{bench.sizes[0]}, crm history / analyze", ">= 20", commands)


def startup(bench):
    """The commands that need nothing."""
    took = medians_of([seconds([sys.executable, "-m", "ha_report", "--help"]) for _ in range(9)])
    bench.row("--help, seconds", "< 0.1", took.wall, str(took))


PARTS = (startup, sparse, naive, compressed, window, memory, growth, peers)


def report(bench):
    """Print the results as a table for docs/performance.md."""
    print(
        f"\n{time.strftime('%Y-%m-%d')}, {cores()} cores, Python {platform.python_version()}, medians of {bench.rounds}\n"
    )
    print("| what | bar | measured | |\n|---|---|---|---|")
    for name, bar, value, details in bench.rows:
        met = {
            "<": value < float(bar.split()[1]),
            "<=": value <= float(bar.split()[1]),
            ">=": value >= float(bar.split()[1]),
        }[bar.split()[0]]
        print(f"| {name} | {bar} | {value:.3g}{'' if met else ' (not met)'} | {details} |")


def main():
    """Measure all, or the parts named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="logs of 20 and 100 MB, one round")
    parser.add_argument("--sizes", default="100M,1G", help="of the logs, the smallest first")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help=", ".join(part.__name__ for part in PARTS))
    parser.add_argument("--keep", type=Path, help="folder for the logs, which stay there for the next run")
    given = parser.parse_args()
    sizes, rounds = (["20M", "100M"], 1) if given.quick else (given.sizes.split(","), given.rounds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, sizes, rounds)
        for part in PARTS:
            if not given.only or part.__name__ in given.only.split(","):
                part(bench)
        report(bench)


if __name__ == "__main__":
    main()
