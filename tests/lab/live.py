"""A cluster of the lab, and a workstation in its network that gathers from it over a real sshd."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HALAB = Path(__file__).with_name("halab")
COLLECT = "from ha_report.collect_command import collect; collect(prog_name='ha-report collect')"
SSH_TIMEOUT_S = 6  # that the lab's ssh_config gives


class Lab:
    """A cluster, and a workstation in its network."""

    def __init__(self, folder, nodes):
        self.folder = folder
        self.nodes = nodes
        self.environment = os.environ | {"HALAB_DIR": folder, "PYTHONPATH": str(ROOT)}

    def __call__(self, *command, check=True, data=None):
        done = subprocess.run(
            [HALAB, *map(str, command)],
            check=False,
            capture_output=True,
            timeout=240,
            env=self.environment,
            input=data or b"",
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout.decode()

    def collect_command(self, *arguments):
        """Return the command line on the workstation, over the lab's network."""
        ssh = ["-F", f"{self.folder}/ssh_config.ws"]
        return [HALAB, "exec", "ws", sys.executable, "-c", COLLECT, *ssh, *map(str, arguments)]

    def collect(self, *arguments):
        """Run it, and return how it ended and how long it took."""
        begin = time.monotonic()
        done = subprocess.run(
            self.collect_command(*arguments), check=False, capture_output=True, text=True, timeout=240,
            env=self.environment, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done, time.monotonic() - begin


def up(name, nodes):
    lab = Lab(f"/run/halab-{name}-{os.getpid()}", nodes)
    lab("up", "--nodes", nodes)
    return lab


def nodes_of(folder):
    return {node["name"]: node for node in json.loads((folder / "manifest.json").read_text())["nodes"]}
