"""How fast `collect` is beside crm report and crm_report: the same live cluster and window, turn by turn.

The peers run on a node, as they must; `collect` runs there, too, and once more on a workstation that is no node.

Needs root and Debian's cluster packages (make system-packages); takes about six minutes.

    .venv/bin/python benchmarks/collect.py
"""

import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HALAB = ROOT / "tests/lab/halab"
LAB = f"/run/halab-bench-{os.getpid()}"
ENVIRONMENT = os.environ | {"HALAB_DIR": LAB, "PYTHONPATH": str(ROOT)}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled, as that of the peers is
ROUNDS = 5
OFF_ROUNDS = 3  # with a node without power a round takes most of a minute
NODE_PYTHON = "/usr/bin/python3"  # what a node of the lab has; the folder of the checkout it may not see
THERE = "/opt/ha-report"
COLLECT = "from ha_report.collect_command import collect; collect(prog_name='ha-report collect')"


def lab(*command):
    """Return the exit status of a command of the lab."""
    return subprocess.run([HALAB, *command], check=False, env=ENVIRONMENT, capture_output=True).returncode


def since():
    """Return the window's begin, an hour ago, as crm report takes it in the lab's zone."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() - 3600))


def bring(node):
    """Bring ourselves and what we need to a node, as an installation would, and compile it."""
    parts = ((sysconfig.get_path("platlib"), ["."]), (ROOT, ["collectors", "ha_report", "parsers", "reports"]))
    for base, names in parts:
        packed = subprocess.run(["tar", "-cf", "-", *names], check=True, cwd=base, capture_output=True).stdout
        script = f"mkdir -p {THERE} && tar -xf - -C {THERE}"
        subprocess.run([HALAB, "exec", node, "sh", "-c", script], check=True, env=ENVIRONMENT, input=packed)
    lab("exec", node, NODE_PYTHON, "-m", "compileall", "-q", THERE)


def on_the_node(number, nodes):
    """Gather on a node, page and archive included."""
    command = ["env", f"PYTHONPATH={THERE}", NODE_PYTHON, "-c", COLLECT, "-q", "-f", "1H", *nodes]
    return lab("exec", "node01", *command, f"/root/{number}")


def ours(folder, number, nodes):
    """Gather on the workstation in the lab's network, page and archive included."""
    command = [sys.executable, "-c", COLLECT, "-q", "-F", f"{LAB}/ssh_config.ws", "-f", "1H", *nodes]
    return lab("exec", "ws", *command, f"{folder}/{number}")


def timed(run):
    """Return the seconds that `run` took, and its exit status."""
    began = time.perf_counter()
    status = run()
    return time.perf_counter() - began, status


def peers(number):
    """Return what gathers: name -> function."""
    return {
        "crm report": lambda: lab("exec", "node01", "crm", "report", "-f", since(), f"/root/crm-{number}"),
        "crm_report": lambda: lab("exec", "node01", "crm_report", "-f", since(), "--dest", f"/root/pcmk-{number}"),
    }


def alternating(folder, prefix, rounds, nodes):
    """Return the seconds of each, of all rounds; everybody has a turn in each round."""
    took = {}
    for turn in range(rounds):
        number = f"{prefix}{turn}"
        runs = {
            "ha-report collect": lambda: on_the_node(number, nodes),  # noqa: B023 - run at once, here and below
            "ha-report collect from a workstation": lambda: ours(folder, number, nodes),  # noqa: B023
            **peers(number),
        }
        for name, run in runs.items():
            seconds, status = timed(run)
            took.setdefault(name, []).append(seconds)
            print(f"  {name}: {seconds:.2f} s, exit status {status}", flush=True)
    return took


def tell(took, bar):
    """Print the medians, and the ratio to crm report."""
    medians = {name: statistics.median(seconds) for name, seconds in took.items()}
    words = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in medians.items())
    there, here = (
        medians[name] / medians["crm report"] for name in ("ha-report collect", "ha-report collect from a workstation")
    )
    print(f"{words}; ours takes {there:.2f} of crm report, {here:.2f} from a workstation (bar {bar:.2f})")


def huge(folder):
    """Print what a 2 GB log costs of which ten minutes are wanted."""
    script = (
        "import time\nnow, size, step = int(time.time()), 2 << 30, 1 << 16\n"
        "with open('/var/log/huge.log', 'wb') as log:\n"
        "    for at in range(0, size, step):\n"
        "        when = time.localtime(now - 86400 + 86400 * at // size)\n"
        "        line = time.strftime('%b %d %H:%M:%S', when) + ' node01 crmd: info: something\\n'\n"
        "        log.write((line * (step // len(line) + 1)).encode()[:step - 1] + b'\\n')\n"
    )
    lab("exec", "node01", "/usr/bin/python3", "-c", script)
    nodes = ["-n", "node01", "-Q", "-d", "--no-report", "-E", "/var/log/huge.log"]
    command = [sys.executable, "-c", COLLECT, "-q", "-F", f"{LAB}/ssh_config.ws", "-f", "10M", *nodes, f"{folder}/huge"]
    seconds, status = timed(lambda: lab("exec", "ws", *command))
    [node] = json.loads(Path(folder, "huge/manifest.json").read_text())["nodes"]
    print(
        f"2 GB log, ten minutes of it: {seconds:.2f} s, {node['received_bytes'] / 1e6:.2f} MB over the wire, exit status {status}"
    )
    lab("exec", "node01", "rm", "/var/log/huge.log")


def main():
    """Bring up a cluster with something to tell, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            lab("up")
            lab("fail", "nic-none-one")
            bring("node01")
            ours(folder, "first", ["-n", "node01 node02"])  # compiles what no installation compiled
            print("Two nodes:")
            tell(alternating(folder, "two-", ROUNDS, ["-n", "node01 node02"]), 1 / 2)
            huge(folder)
            print("One of them without power:")
            lab("power", "node02", "off")
            time.sleep(10)
            tell(alternating(folder, "one-", OFF_ROUNDS, ["-n", "node01 node02"]), 1 / 3)
        finally:
            lab("down")


if __name__ == "__main__":
    main()
