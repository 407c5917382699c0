"""`ha-report collect` end to end, with a fake ssh: nodes that answer, and nodes that fail in all ways."""

import bz2
import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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


def test_bundle_report_and_archive_come_from_all_nodes(collect, log):
    done = collect("-n", "node01 node02", "-n", "node03", "-E", log, "incident")
    assert done.returncode == 0, done.stderr
    dest = collect.here / "incident"
    assert {"index.html", "report.json", "report.md", "events.csv", "description.txt"} <= {
        path.name for path in dest.iterdir()
    }
    assert [node["state"] for node in manifest_of(dest)["nodes"]] == ["complete"] * 3
    failed = json.loads((dest / "report.json").read_text())["failed_operations"]
    assert {(one["resource"], one["exit_reason"]) for one in failed} == {("r_ip", "No nic found")}
    with tarfile.open(collect.here / "incident.tar.xz") as tar:
        assert "incident/node02/hosts" in tar.getnames()
    assert sorted(path.name for path in collect.here.iterdir()) == ["incident", "incident.tar.xz"]


def test_every_item_is_in_the_manifest_with_its_hash(collect):
    assert collect("-n", "node01", "-d", "x").returncode == 0
    for item in nodes_of(collect.here / "x")["node01"]["items"]:
        path = collect.here / "x/node01" / item["name"]
        if path.is_file():
            done = subprocess.run(["sha256sum", path], check=True, capture_output=True, text=True)
            assert item["sha256"] == done.stdout.split()[0]
            assert item["bytes"] == path.stat().st_size > 0
        else:
            assert item["bytes"] == 0 or item["name"].endswith("/")
    assert abs(nodes_of(collect.here / "x")["node01"]["clock_offset_s"]) < 1


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


@pytest.mark.parametrize("name", ["-oProxyCommand=touch x", "a;b", "$(id)", "a/b", "..", "a b;c", "`id`", "user@-x"])
def test_names_that_mean_something_else_are_refused(collect, name):
    done = collect("-n", name, "x")
    assert done.returncode in (1, 2)
    assert not (collect.fake / "arguments").exists()


def test_the_users_ssh_is_asked_and_its_checks_stay(collect):
    collect(
        "-n", "node01", "-u", "admin", "-X", "-p 2222", "-X", "-o Compression=yes", "-F", "/etc/x", "--sudo", "-d", "x"
    )
    [line] = (collect.fake / "arguments").read_text().splitlines()
    words = line.split()
    assert words[:8] == ["-F", "/etc/x", "-p", "2222", "-o", "Compression=yes", "-l", "admin"]
    assert line.endswith("-- node01 exec sudo -n -- /bin/sh -s")
    assert "BatchMode=yes" in words
    assert "StrictHostKeyChecking" not in line


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


def test_only_the_user_may_read_it(collect):
    os.umask(0o022)
    assert collect("-n", "node01", "deep/down/x").returncode == 0
    for path in [collect.here / "deep/down/x.tar.xz", *(collect.here / "deep/down/x").rglob("*")]:
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_passwords_are_masked_in_what_is_gathered(collect, tmp_path):
    written = '<nvpair id="a" name="passwd" value="S3cret"/>\nparams passwd="S3cret two" login=admin\npassword=S3cret\n'
    (tmp_path / "extra.log").write_text(written)
    assert collect("-n", "node01", "-E", tmp_path / "extra.log", "-p", "log.n", "-d", "x").returncode == 0
    got = (collect.here / "x/node01/extra.log").read_text()
    assert "S3cret" not in got
    assert "admin" not in got
    assert got.startswith('<nvpair id="a" name="passwd" value="******"/>')
    [item] = [item for item in nodes_of(collect.here / "x")["node01"]["items"] if item["name"] == "extra.log"]
    assert item["redacted"] == {"passwd": 2, "password": 1, "login": 1}
    assert collect("-n", "node01", "-E", tmp_path / "extra.log", "--no-sanitize", "-d", "y").returncode == 0
    assert (collect.here / "y/node01/extra.log").read_text() == written


def test_passwords_are_masked_in_transition_inputs(tmp_path):
    from collectors.redact import Redactor

    path = tmp_path / "pe-input-1.bz2"
    path.write_bytes(bz2.compress(b'<nvpair id="a" name="passwd" value="S3cret"/>'))
    os.utime(path, (1000, 1000))
    assert Redactor().mask_file(path) == {"passwd": 1}
    assert b"S3cret" not in bz2.decompress(path.read_bytes())
    assert path.stat().st_mtime == 1000


def test_what_is_in_the_way_is_refused_before_anybody_is_asked(collect):
    (collect.here / "mine").mkdir()
    (collect.here / "mine/notes").touch()
    (collect.here / "x.tar.xz").write_text("mine")
    for arguments in (["mine"], ["-Z", "mine"], ["x"], ["-Z", "x"]):
        assert collect("-n", "node01", *arguments).returncode == 1
    assert not (collect.fake / "arguments").exists()
    assert (collect.here / "x.tar.xz").read_text() == "mine"


@pytest.mark.parametrize("ending", ["xz", "gz", "zst"])
def test_a_bundle_is_replaced_only_when_told(collect, ending):
    arguments = ["-n", "node01", "--archive", ending, "x"]
    assert collect(*arguments).returncode == 0
    assert "-Z" in collect(*arguments).stderr
    assert collect("-Z", *arguments).returncode == 0
    (collect.here / "x/notes").touch()
    assert collect("-Z", *arguments).returncode == 1
    assert sorted(path.name for path in collect.here.iterdir()) == ["x", f"x.tar.{ending}"]


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


def test_the_program_is_shown_and_nothing_runs(collect):
    done = collect("-n", "node01 node02", "--dry-run", "x")
    assert done.returncode == 0
    assert done.stdout.startswith("# node01: over ssh\n# node02: over ssh\n#!/bin/sh\n")
    assert done.stdout.endswith("main\n")
    assert not (collect.fake / "arguments").exists()
    assert list(collect.here.iterdir()) == []


def test_this_machine_alone_needs_no_ssh(collect):
    assert collect("-S", "-d", "x").returncode == 0
    [node] = manifest_of(collect.here / "x")["nodes"]
    assert (node["name"], node["over"]) == (os.uname().nodename, "local")
    assert not (collect.fake / "arguments").exists()


def test_the_items_are_listed(collect):
    done = collect("--list-items")
    assert "crm_mon.txt" in done.stdout
    assert "pengine/" in done.stdout


@pytest.mark.parametrize(("begin", "end"), [("1H", "2H"), ("foo", "now"), ("05/09/2007", "now")])
def test_a_window_that_cannot_be_is_a_wrong_command_line(collect, begin, end):
    assert collect("-n", "node01", "-f", begin, "-t", end, "x").returncode == 2
