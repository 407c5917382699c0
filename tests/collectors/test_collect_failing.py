"""`ha-report collect` where something fails: a node, the connection, the disk, the patience of its user."""

import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from tests.collectors.conftest import COLLECT, ROOT, nodes_of

FAILURES = {
    "refused": "connection refused",
    "nokey": "--ask-password",
    "changed": "ssh-keygen -R changed",
    "nosudo": "-u root",
    "silent": "did not answer",
}


def test_what_fails_is_named_with_what_to_do_and_the_rest_is_whole(collect):
    begin = time.monotonic()
    done = collect("--ssh-timeout", "1", "-n", f"node01 {' '.join(FAILURES)}", "-d", "x")
    assert time.monotonic() - begin < 1 + 4 + 8
    assert done.returncode == 3
    for node, words in FAILURES.items():
        [line] = [line for line in done.stderr.splitlines() if line.startswith(f"ha-report: {node}: ")]
        assert words in line
    nodes = nodes_of(collect.here / "x")
    assert nodes.pop("node01")["state"] == "complete"
    assert {node["state"] for node in nodes.values()} == {"unreachable"}
    assert (collect.here / "x/index.html").is_file()
    assert "refused" in (collect.here / "x/description.txt").read_text()


def test_a_greeting_before_the_stream_does_no_harm(collect):
    assert collect("-n", "greets", "-d", "x").returncode == 0


def test_a_node_that_sends_nonsense_does_not_hold_up_the_others(collect):
    done = collect("--ssh-timeout", "1", "-n", "node01 garbage", "-d", "x")
    assert done.returncode == 3
    assert nodes_of(collect.here / "x")["garbage"]["state"] == "unreachable"


def test_of_a_node_that_dies_in_the_middle_what_came_is_kept_and_retry_brings_the_rest(collect):
    done = collect("-n", "node01 dies", "x")
    assert done.returncode == 3, done.stderr
    dies = nodes_of(collect.here / "x")["dies"]
    assert dies["state"] == "partial"
    lost = {item["name"] for item in dies["items"] if item["status"] == "failed" and item["exit_status"] is None}
    assert "versions.txt" in lost
    assert not (collect.here / "x/dies/versions.txt").exists()

    (collect.fake / "mended").touch()
    done = collect("--retry", "x", quick=False)
    assert done.returncode == 0, done.stderr
    nodes = nodes_of(collect.here / "x")
    assert [node["state"] for node in nodes.values()] == ["complete", "complete"]
    assert (collect.here / "x/dies/hosts").read_text() == Path("/etc/hosts").read_text()
    with tarfile.open(collect.here / "x.tar.xz") as tar:
        assert "x/dies/hosts" in tar.getnames()
    assert "Nothing is missing" in collect("--retry", "x", quick=False).stderr


def test_retry_brings_a_node_that_was_down(collect):
    assert collect("-n", "node01 refused", "x").returncode == 3
    before = (collect.here / "x/node01/hosts").stat()
    (collect.here / "x/description.txt").write_text("what I saw")
    (collect.fake / "mended").touch()
    assert collect("--retry", "x", quick=False).returncode == 0
    assert nodes_of(collect.here / "x")["refused"]["state"] == "complete"
    assert (collect.here / "x/node01/hosts").stat().st_mtime == before.st_mtime
    assert (collect.here / "x/description.txt").read_text() == "what I saw"


def test_when_no_node_gives_anything_there_is_no_bundle(collect):
    done = collect("-n", "refused", "x")
    assert done.returncode == 1
    assert "connection refused" in done.stderr
    assert list(collect.here.iterdir()) == []


def test_ctrl_c_keeps_what_came(collect):
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "FAKE": str(collect.fake),
        "PATH": f"{collect.fake / 'bin'}:{os.environ['PATH']}",
    }
    command = [sys.executable, "-c", COLLECT, "-Q", "-n", "node01 silent", "--ssh-timeout", "60", "x"]
    with subprocess.Popen(command, cwd=collect.here, env=env, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("node01: done"):
                break
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 3
        assert "stopped by Ctrl-C" in process.stderr.read()
    assert nodes_of(collect.here / "x")["node01"]["state"] == "complete"
    assert (collect.here / "x/index.html").is_file()
    assert (collect.here / "x.tar.xz").is_file()


HOSTILE = {
    "endless": ("ha-report-stream 1 none 1 n", "{ head -c 512 /dev/zero | tr '\\0' x; cat /dev/zero; }", "a header is longer than"),
    "bomb": ("ha-report-stream 1 gzip 1 n", "head -c 300000000 /dev/zero | gzip", "a header is longer than"),
    "much": ("ha-report-stream 1 gzip 1 n", "truncate -s 30M $FAKE/hosts; tar -C $FAKE -cf - --transform s,^,out/, hosts | gzip", "more than 8 MB"),
    "other": ("ha-report-stream 1 none 1 n", "tar -cf - --transform 's,^,out/../../,' -C / etc/hostname", None),
    "links": ("ha-report-stream 1 none 1 n", "mkdir -p $FAKE/l/out; ln -sf /etc/passwd $FAKE/l/out/hosts; tar -C $FAKE/l -cf - out", None),
    "escapes": ("\\033]0;owned\\007\\033[2J", "printf '\\033[31mred\\n' >&2; exit 1", "\\x1b]0;owned\\x07\\x1b[2J"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_node_is_contained_and_named(collect, name):
    first, then, said = HOSTILE[name]
    script = (collect.fake / "bin/ssh").read_text()
    case = f'{name}) printf "{first}\\n"; {then} ;;\n'
    (collect.fake / "bin/ssh").write_text(script.replace("case $node in\n", "case $node in\n" + case))
    begin = time.monotonic()
    done = collect("-n", f"node01 {name}", "--node-limit", "8", "--log-limit", "1", "--ssh-timeout", "1", "-d", "x")
    assert time.monotonic() - begin < 30
    assert "\x1b" not in done.stderr + done.stdout
    nodes = nodes_of(collect.here / "x")
    assert nodes["node01"]["state"] == "complete"
    assert nodes[name]["state"] != "complete" or not nodes[name]["items"]
    if said:
        assert said in nodes[name]["problem"]
    came = [
        path
        for path in (collect.here / "x").rglob("*")
        if path.is_file() and path.is_relative_to(collect.here / "x" / name)
    ]
    assert sum(path.stat().st_size for path in came) < 9 << 20
    assert {path.name for path in collect.here.iterdir()} == {"x"}
    assert not any(path.is_symlink() for path in collect.here.rglob("*"))
    assert "\x1b" not in (collect.here / "x/description.txt").read_text()


def test_a_disk_that_is_full_here_is_told(collect, tmp_path):
    """A file size limit stands for it: the system refuses to write on."""
    command = [sys.executable, "-c", COLLECT, "-Q", "-n", "node01", "x"]
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "FAKE": str(tmp_path),
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-c", 'trap "" XFSZ; ulimit -S -f 8; exec "$@"', "bash", *command],
        check=False, capture_output=True, text=True, cwd=collect.here, env=env,
    )  # fmt: skip
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(collect.here.iterdir()) == []
