"""`ha-report collect` end to end, with a fake ssh: nodes that answer, and nodes that fail in all ways."""

import gzip
import hashlib
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

from ha_report.compressed import opened

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


PASSWORD = "Kx7.pQ2z&1"  # noqa: S105 - it is to be found nowhere
CIB = '<cib><configuration><nvpair id="f-passwd" name="passwd" value="Kx7.pQ2z&amp;1"/></configuration></cib>'


@pytest.fixture
def secretive(collect):
    """A node the CIB of which tells a password, which stands in logs that come before it and after it, packed and not."""
    (collect.fake / "bin/cibadmin").write_text(f"#!/bin/sh\necho '{CIB}'\necho 'cannot log in with {PASSWORD}' >&2\n")
    (collect.fake / "bin/cibadmin").chmod(0o755)
    (collect.fake / "bin/crm_mon").write_text(f"#!/bin/sh\necho 'fence: used {PASSWORD}'\n")
    (collect.fake / "bin/crm_mon").chmod(0o755)
    line = f"Nov 23 02:01:35 node01 fence_ipmilan[9]: tried {PASSWORD} and Kx7.pQ2z%261\n"
    (collect.fake / "fence.log").write_text(line)
    (collect.fake / "fence.log.1.gz").write_bytes(gzip.compress(line.encode() * 100))
    return ["-n", "node01", "-E", collect.fake / "fence.log", "-E", collect.fake / "fence.log.1.gz"]


def holds(root, text):
    """Return the files below `root` that hold `text`, also packed ones."""
    found = []
    for path in filter(Path.is_file, root.rglob("*")):
        with opened(path) as file:
            if text.encode() in file.read():
                found.append(path.name)
    return found


def test_a_password_of_the_cib_is_masked_wherever_it_stands(collect, secretive):
    done = collect(*secretive, "x")
    assert done.returncode == 0, done.stderr
    for spelled in (PASSWORD, "Kx7.pQ2z"):
        assert holds(collect.here, spelled) == []
    with opened(collect.here / "x/node01/fence.log.1.gz") as file:
        assert file.read() == b"Nov 23 02:01:35 node01 fence_ipmilan[9]: tried ****** and ******\n" * 100
    items = {item["name"]: item for item in nodes_of(collect.here / "x")["node01"]["items"]}
    assert items["fence.log.1.gz"]["redacted"] == {"passwd": 200}
    assert items["cib.xml"]["problem"] == "cannot log in with ******"
    assert items["cib.xml"]["sha256"] == hashlib.sha256((collect.here / "x/node01/cib.xml").read_bytes()).hexdigest()


@pytest.mark.usefixtures("secretive")
def test_what_comes_later_is_masked_by_what_the_cib_tells_now(collect):
    """--retry asks for what was missing only; the CIB is asked again for its passwords, and stays as it was."""
    assert collect("-n", "node01", "x").returncode == 0
    before = (collect.here / "x/node01/cib.xml").stat()
    manifest = manifest_of(collect.here / "x")
    manifest["asked"]["extra_logs"] = [str(collect.fake / "fence.log")]
    manifest["nodes"][0]["items"].append({"name": "logs", "status": "failed"})
    (collect.here / "x/manifest.json").write_text(json.dumps(manifest))
    assert collect("--retry", "x", quick=False).returncode == 0
    assert (collect.here / "x/node01/fence.log").read_text().endswith("tried ****** and ******\n")
    assert (collect.here / "x/node01/cib.xml").stat().st_mtime == before.st_mtime
    assert holds(collect.here, PASSWORD) == []


def files_there(folder):
    """Return the files that are below `folder` at this moment; what the node itself puts into TMPDIR is not the bundle's."""
    return [Path(here, name) for here, _, names in os.walk(folder) for name in names if "/ha-report." not in here]


def bytes_of(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_no_file_on_the_disk_ever_holds_a_secret(collect, secretive):
    """Also when it is killed: what is left then is looked through."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "FAKE": str(collect.fake), "TMPDIR": str(collect.here)}
    environment["PATH"] = f"{collect.fake / 'bin'}:{os.environ['PATH']}"
    command = [sys.executable, "-c", COLLECT, "-Q", *map(str, secretive), "-d", "x"]
    leaked = []
    with subprocess.Popen(
        command, cwd=collect.here, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            leaked += [path for path in files_there(collect.here) if PASSWORD.encode() in bytes_of(path)]
    assert process.returncode == 0
    assert leaked == []


def test_not_to_mask_is_warned_of(collect, secretive):
    done = collect(*secretive, "--no-redact", "-d", "x")
    assert "secrets are not masked" in done.stderr
    assert "fence.log" in holds(collect.here / "x", PASSWORD)


def test_pseudonyms_are_told_in_a_file_beside_the_bundle_only(collect, secretive):
    assert collect(*secretive, "--anonymize", "x").returncode == 0
    told = json.loads((collect.here / "x.map.json").read_text())
    assert stat.S_IMODE((collect.here / "x.map.json").stat().st_mode) == 0o600
    assert told["hosts"]["node01"] == "host1"
    assert [node["name"] for node in manifest_of(collect.here / "x")["nodes"]] == ["host1"]
    assert (
        (collect.here / "x/host1/fence.log").read_text().endswith("host1 fence_ipmilan[9]: tried ****** and ******\n")
    )
    assert holds(collect.here / "x", "node01") == []
    with tarfile.open(collect.here / "x.tar.xz") as tar:
        assert not any("map" in name or "node01" in name for name in tar.getnames())
    assert collect(*secretive, "--anonymize", "-Z", "x").returncode == 1  # the map of the first one would be lost


HOSTILE = {
    "endless": ("ha-report-stream 1 none 1 n", "{ head -c 512 /dev/zero | tr '\\0' x; cat /dev/zero; }", "more than 1 MB"),
    "bomb": ("ha-report-stream 1 gzip 1 n", "head -c 300000000 /dev/zero | gzip", "more than 1 MB"),
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
    done = collect("-n", f"node01 {name}", "--node-limit", "1", "--log-limit", "1", "--ssh-timeout", "1", "-d", "x")
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
    assert sum(path.stat().st_size for path in came) < 2 << 20
    assert {path.name for path in collect.here.iterdir()} == {"x"}
    assert not any(path.is_symlink() for path in collect.here.rglob("*"))
    assert "\x1b" not in (collect.here / "x/description.txt").read_text()


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


def test_the_report_is_in_the_language_that_was_asked_for(collect, log):
    assert collect("-n", "node01", "-E", log, "-d", "--lang", "ja", "x").returncode == 0
    assert '<html lang="ja">' in (collect.here / "x/index.html").read_text()
