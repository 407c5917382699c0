"""What tests of collecting share: a fake ssh, first on the path, for nodes that answer and nodes that fail; an archive unpacked."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collectors.archive import unpack
from collectors.archive_source import Limits
from tests.archives import member

ROOT = Path(__file__).resolve().parents[2]
LOG = b"".join(b"Nov 23 02:01:%02d node02 crmd: [%d]: info: line\n" % (n % 60, n) for n in range(2000))
COLLECT = "from ha_report.collect_command import collect; collect(prog_name='ha-report collect')"

# Runs what ssh would run, here; the node's name says how it fares.
FAKE_SSH = """#!/bin/sh
ulimit -S -f unlimited
echo "$@" >>"$FAKE/arguments"
while [ "$1" != -- ]; do shift; done
node=$2; shift 2
[ ! -e "$FAKE/mended" ] || node=node01
case $node in
refused) echo "ssh: connect to host refused port 22: Connection refused" >&2; exit 255 ;;
nokey) echo "root@nokey: Permission denied (publickey,password)." >&2; exit 255 ;;
changed) echo "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @" >&2; exit 255 ;;
nosudo) echo "sudo: a password is required" >&2; exit 1 ;;
silent) exec sleep 300 ;;
garbage) echo welcome; exec cat /dev/urandom ;;
greets) echo "Welcome to greets!"; cat /etc/passwd; exec sh -c "$*" ;;
dies) exec sh -c "$*" | head -c 3000 ;;
*) exec sh -c "$*" ;;
esac
"""


@pytest.fixture
def collect(tmp_path):
    """Return a function that runs the command, and gives how it ended and the manifest."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/ssh").write_text(FAKE_SSH)
    (tmp_path / "bin/ssh").chmod(0o755)
    (tmp_path / "here").mkdir()

    def run(*arguments, quick=True, environment=()):
        command = [sys.executable, "-c", COLLECT, *(["-Q"] if quick else []), *map(str, arguments)]
        env = os.environ | {
            "PYTHONPATH": str(ROOT),
            "FAKE": str(tmp_path),
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        }
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path / "here",
            env=env | dict(environment),
            timeout=90,
        )

    run.here = tmp_path / "here"
    run.fake = tmp_path
    return run


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text())


def nodes_of(folder):
    return {node["name"]: node for node in manifest_of(folder)["nodes"]}


@pytest.fixture
def log(tmp_path):
    """Return a log with a failed start, just written."""
    at = time.strftime("%b %d %H:%M:%S", time.localtime(time.time() - 60))
    path = tmp_path / "pacemaker.log"
    path.write_text(
        f"{at}.123 node01 pacemaker-controld  [1] (log_executor_event)  notice: Result of start operation for r_ip on node01:"
        " error (No nic found) | graph action confirmed; call=12 key=r_ip_start_0 rc=1\n"
    )
    return path


@pytest.fixture
def unpacked(tmp_path):
    """Unpack the bytes of an archive, and hold that nothing else was touched."""

    def run(data, limits=None):
        archive = tmp_path / "archive"
        archive.write_bytes(data)
        done = unpack(archive, tmp_path / "into", limits or Limits())
        assert {path.name for path in tmp_path.iterdir()} == {"archive", "into"}
        return done

    return run


def files_below(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def sparse(name, apparent_bytes):
    """A file that is all hole, as GNU tar 1.0 sparse members tell it."""
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name}
    headers["GNU.sparse.realsize"] = str(apparent_bytes)
    return member(
        "GNUSparseFile.0/" + name, f"1\n{apparent_bytes}\n0\n".encode().ljust(512, b"\0"), pax_headers=headers
    )
