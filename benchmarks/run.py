"""How fast ha-report is, as ratios measured in one run: the same machine, the same file, turn by turn.

make bench
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 3
NOISE = "Nov 23 {h:02}:{m:02}:{s:02} node02 CRON[{n}]: (root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.hourly)\n"
EVENT = (
    "Nov 23 {h:02}:{m:02}:{s:02} node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for"
    " r_{n} on node02: error ([findif] failed) | CIB update 15, graph action confirmed; call={n} key=r_{n}_start_0 rc=1\n"
)


def make_log(path, size, every):
    """Write a log of about `size` bytes, of which one line in `every` is an event."""
    written, number = 0, 0
    with path.open("w") as file:
        while written < size:
            number += 1
            second = number // 40
            form = EVENT if number % every == 0 else NOISE
            written += file.write(form.format(h=second // 3600 % 24, m=second // 60 % 60, s=second % 60, n=number))


def seconds(command):
    """Return the best of some rounds."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return min(took)


NAIVE = "import re, sys; rule = re.compile(rb'Result of|ERROR|error:'); print(sum(bool(rule.search(x)) for x in open(sys.argv[1], 'rb')))"


def main():
    """Make both logs, and print a line for each."""
    size = int(os.environ.get("BENCH_MB", "200")) << 20
    with tempfile.TemporaryDirectory() as folder:
        for name, every in (("sparse", 5000), ("dense", 20)):
            log = Path(folder, name)
            make_log(log, size, every)
            ours = seconds([sys.executable, "-m", "ha_report", "show", log])
            naive = seconds([sys.executable, "-c", NAIVE, log])
            cat = seconds(["wc", "-l", log])
            megabytes = log.stat().st_size / 1e6
            print(
                f"{name}: {megabytes:.0f} MB, show {ours:.2f} s ({megabytes / ours:.0f} MB/s),"
                f" naive search by line {naive / ours:.2f}x of that, wc -l {cat / ours:.3f}x"
            )


if __name__ == "__main__":
    main()
