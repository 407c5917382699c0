"""The program that runs on a node: it takes what it is told, ends in time, and leaves nothing, in every shell."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from collectors import items, stream
from collectors.items import Item
from collectors.program import Window, assembled, program

SHELLS = {"dash": ["dash"], "busybox ash": ["busybox", "ash"], "bash --posix": ["bash", "--posix"]}
ALL = [pytest.param(shell, id=name) for name, shell in SHELLS.items()]
NOW = int(time.time())


def window_of(begin, end, **more):
    """Return a window that is asked for now: node.sh takes an old question for a wrong clock."""
    return Window(begin, end, int(time.time()), **more)


@pytest.fixture
def env(tmp_path):
    """Return an environment that the processes of this test can be told by, with a place of their own to write to."""
    (tmp_path / "work").mkdir()
    return os.environ | {"HA_REPORT_TEST": f"{os.getpid()}-{time.monotonic_ns()}", "TMPDIR": str(tmp_path / "work")}


def left_of(env):
    """Return the processes that inherited `env`."""
    mark = f"HA_REPORT_TEST={env['HA_REPORT_TEST']}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes():
                found.append((path.parent / "cmdline").read_bytes())
        except OSError:
            continue  # it has just ended
    return found


def start(shell, text, env):
    process = subprocess.Popen(
        [*shell, "-s"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        start_new_session=True,
    )
    process.stdin.write(text.encode())
    process.stdin.flush()
    return process


def nothing_is_left(env, within_s=5):
    """Say whether all ended; what was killed a moment ago may need a moment to go."""
    deadline = time.monotonic() + within_s
    while left := left_of(env) + list(Path(env["TMPDIR"]).iterdir()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return not left


@pytest.fixture
def run(env):
    """Return a function that gives what came, by kind and name, and how long it took."""

    def run(shell, text):
        return take(shell, text, env, run.times)

    run.times = {}
    return run


def take(shell, text, env, times):
    begin = time.monotonic()
    with start(shell, text, env) as process:
        wire = stream.Wire(process.stdout.fileno())
        greeting, begun = stream.greeting(wire, 10)
        came = {}
        for one in stream.arrivals(stream.Frames(wire, greeting.compressor, begun, 30)):
            came[one.kind, one.name] = one.read(1 << 30) if one.kind == "out" else one.text()
            times[one.name] = one.mtime
        assert process.wait(5) == 0
        assert process.stderr.read() == b""
    assert nothing_is_left(env)
    return came, time.monotonic() - begin


def taking(*rows, window=None):
    return assembled(window or window_of(NOW - 3600, NOW + 60), {"test": rows}, ["phase test"])


def statuses(came):
    lines = [line.split() for (kind, _), text in came.items() if kind == "status" for line in text.splitlines()]
    return {name: status for name, status, *_ in lines}


@pytest.mark.parametrize("shell", ALL)
def test_output_errors_and_exit_status_come_each_by_its_own(shell, run):
    came, _ = run(shell, taking(Item("a.txt", "echo out; echo err >&2; exit 3"), Item("b.txt", "no-such-program")))
    assert came["out", "a.txt"] == b"out\n"
    assert came["err", "a.txt"] == "err\n"
    assert statuses(came) == {"a.txt": "3", "b.txt": "127"}


@pytest.mark.parametrize("shell", ALL)
def test_what_hangs_costs_its_limit_and_its_children_end_too(shell, run):
    hanging = Item("hang.txt", "echo begun; (trap '' TERM; sleep 300) & sleep 300 | cat", 1)
    came, seconds = run(shell, taking(hanging, Item("next.txt", "echo next")))
    assert statuses(came) == {"hang.txt": "timed-out", "next.txt": "0"}
    assert came["out", "hang.txt"] == b"begun\n"
    assert seconds < 60


@pytest.mark.parametrize("shell", ALL)
def test_when_whoever_asked_is_gone_all_ends(shell, env):
    """Ctrl-C, kill -9 of ssh, a broken line: on the node standard input ends."""
    with start(shell, taking(Item("hang.txt", "sleep 300 | sleep 300", 300)), env) as process:
        process.stdout.readline()
        deadline = time.monotonic() + 5
        while len(left_of(env)) < 5 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.stdin.close()
        process.wait(10)
    assert nothing_is_left(env)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("shell", ALL)
def test_a_signal_ends_all(shell, number, env):
    with start(shell, taking(Item("hang.txt", "sleep 300", 300)), env) as process:
        process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(number)
        assert process.wait(10) == 128 + signal.SIGTERM
    assert nothing_is_left(env)


@pytest.mark.parametrize("shell", ALL)
def test_the_logs_that_are_asked_for_come_cut_to_the_window(shell, tmp_path, run):
    log = tmp_path / "my cluster.log"
    stamps = [NOW - 7200 + 10 * number for number in range(720)]
    log.write_text("".join(f"{time.strftime('%b %d %H:%M:%S', time.localtime(at))} node01 crmd: x\n" for at in stamps))
    window = window_of(NOW - 3600, NOW - 1800, ha_logs=(str(log),), extra_logs=(str(tmp_path / "not-there"),))
    came, _ = run(shell, program(window, only={"logs"}))
    assert len(came["out", "my_cluster.log"].splitlines()) == sum(window.begin_s <= at <= window.end_s for at in stamps)
    assert statuses(came)["not-there"] == "127"


@pytest.mark.parametrize("shell", ALL)
def test_rotated_logs_come_too_and_packed_ones_as_they_are(shell, tmp_path, run):
    line = time.strftime("%b %d %H:%M:%S", time.localtime(NOW - 600)) + " node01 crmd: x\n"
    for name in ("messages", "messages.1", "messages.2", "messages.3"):
        (tmp_path / name).write_text(line)
    subprocess.run(["gzip", tmp_path / "messages.2"], check=True)
    os.utime(tmp_path / "messages.3", (NOW - 9000, NOW - 9000))  # ended before the window
    window = window_of(NOW - 3600, NOW, ha_logs=(str(tmp_path / "messages"),))
    came, _ = run(shell, program(window, only={"logs"}))
    ours = {name for (kind, name) in came if kind == "out" and name.startswith("messages")}
    assert {"messages", "messages.1", "messages.2.gz"} <= ours
    assert came["out", "messages.2.gz"] == (tmp_path / "messages.2.gz").read_bytes()
    assert "messages.3" not in ours


def test_a_pipe_among_the_logs_does_not_hold_it_up(tmp_path, run):
    os.mkfifo(tmp_path / "pipe")
    window = window_of(NOW - 3600, NOW, extra_logs=(str(tmp_path / "pipe"),))
    came, seconds = run(["dash"], program(window, only={"logs"}))
    assert ("out", "pipe") not in came
    assert seconds < 5


@pytest.mark.parametrize("shell", ALL)
def test_of_a_folder_come_the_files_of_the_window_newest_first(shell, tmp_path, run):
    source = tmp_path / "pengine"
    source.mkdir()
    for number in range(6):
        (source / f"pe-input-{number}.bz2").write_bytes(bytes([number]))
        os.utime(source / f"pe-input-{number}.bz2", (NOW - 1000 * number, NOW - 1000 * number))
    (source / "pe-input.last").write_text("3")
    window = window_of(NOW - 3600, NOW + 60)
    came, _ = run(shell, assembled(window, {}, [f"{{ folder pengine {source} 3; folders_told; }} | compress"]))
    names = [name for (kind, name) in came if kind == "out"]
    assert names == [f"pengine/pe-input-{number}.bz2" for number in range(3)]
    assert statuses(came)["pengine/"] == "truncated"
    assert run.times["pengine/pe-input-1.bz2"] == NOW - 1000


@pytest.mark.parametrize("shell", ALL)
def test_all_items_run_on_a_machine_that_is_no_node(shell, run):
    """This one: whatever is not there is told as missing, and nothing breaks."""
    came, _ = run(shell, program(window_of(NOW - 600, NOW, quick=True)))
    told = statuses(came)
    expected = {item.file for rows in items.PHASES.values() for item in rows if not item.slow}
    assert expected <= told.keys()
    assert told["hosts"] == "0"


@pytest.mark.shellcheck
def test_shellcheck_finds_nothing_in_the_whole_program(tmp_path):
    path = tmp_path / "program.sh"
    path.write_text(program(Window(0, 1, 0, wait_s=60)))
    # SC2317, unreachable: functions that are called by name.
    done = subprocess.run(
        ["shellcheck", "-S", "warning", "-e", "SC2317", path], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_program_fits_into_a_pipe():
    """It is written at once; more would wait for a node that does not read."""
    assert len(program(Window(0, 1, 0, wait_s=60))) < 60_000


def test_files_of_the_bundle_are_named_once():
    names = [item.file for rows in items.PHASES.values() for item in rows]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("shell", ALL)
def test_traces_are_found_where_the_cib_says(shell, tmp_path, run):
    traces = tmp_path / "my traces"
    (traces / "IPaddr2").mkdir(parents=True)
    trace = traces / "IPaddr2/vip.start.0"
    trace.write_text("+ ip addr add")
    os.utime(trace, (NOW, NOW))  # the window was fixed when the tests began
    cib = tmp_path / "cib.xml"
    nvpair = f'  <nvpair name="trace_dir" value="{traces}" id="a"/>\n'
    cib.write_text(f'<cib>\n{nvpair}{nvpair}  <nvpair name="trace_ra" value="1"/>\n</cib>\n')
    flow = [f"{{ traces_elsewhere {tmp_path}/none.xml {cib}; folders_told; }} | compress"]
    came, _ = run(shell, assembled(window_of(NOW - 3600, NOW + 60), {}, flow))
    assert came["out", "trace_ra/IPaddr2/vip.start.0"] == b"+ ip addr add"
    assert statuses(came) == {"trace_ra/": "0"}


@pytest.mark.parametrize("grep", ["", "have() { false; }\n"], ids=["with grep", "without grep"])
@pytest.mark.parametrize("shell", ALL)
def test_logs_are_found_where_syslog_is_told_to_write_them(shell, grep, tmp_path):
    settings = tmp_path / "rsyslog.conf"
    settings.write_text(
        "# local7.* /var/log/not-this\n$ModLoad imuxsock\n*.*;auth,authpriv.none\t-/var/log/syslog\n"
        "local5.info /var/log/my-cluster.log\nmail.* -/var/log/mail.log\nauth.* /var/log/auth.log\n*.emerg :omusrmsg:*\n"
    )
    ends = f"\n{grep}syslog_files {tmp_path}/none {settings}\n"
    script = assembled(window_of(0, NOW), {}, []).replace("\nmain\n", ends)
    said = subprocess.run([*shell, "-s"], input=script, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["/var/log/syslog", "/var/log/my-cluster.log"]


def test_a_big_log_takes_no_memory_on_the_node(tmp_path, run):
    """A quarter of a gigabyte of yesterday, the window at its end, and half of that for any process.

    What malloc reserves for each thread of zstd, and does not use, is left out: it alone may be as much.
    """
    log = tmp_path / "big.log"
    yesterday, now = (time.strftime("%b %d %H:%M:%S", time.localtime(at)) for at in (NOW - 86400, NOW))
    with log.open("w") as file:
        for _ in range(256):
            file.write(f"{yesterday} node01 crmd: info: something\n" * ((1 << 20) // 45))
        file.write(f"{now} node01 crmd: info: the end\n")
    window = window_of(NOW - 600, NOW + 60, extra_logs=(str(log),))
    text = assembled(window, {}, ["logs | compress"]).replace("log_paths >", 'echo "$extra_logs" >')
    came, _ = run(["sh", "-c", "ulimit -v 128000; export MALLOC_ARENA_MAX=1; exec sh -s", "sh"], text)
    assert came["out", "big.log"].endswith(b"the end\n")
    assert len(came["out", "big.log"]) < 1 << 18


def test_a_node_without_room_says_so(env):
    places = "/dev/shm /run /tmp /var/tmp"  # noqa: S108 - what stands in the program
    text = assembled(window_of(0, NOW), {}, ["phase none"]).replace(places, "").replace('"$HOME"', "/proc")
    done = subprocess.run(
        ["sh", "-s"], input=text, capture_output=True, text=True, check=False, env=env | {"TMPDIR": "/proc"}
    )
    assert done.returncode == 73
    assert "no room" in done.stderr


CRM_MON = "#!/bin/sh\necho 'Current DC: node02 (version 2.1.5) - partition with quorum'\n"


@pytest.mark.parametrize("shell", ALL)
def test_an_item_that_needs_what_is_not_there_is_missing_and_never_runs(shell, run):
    came, _ = run(
        shell,
        taking(
            Item("without.txt", "echo ran", needs="no-such-program /no/such/file*"),
            Item("program.txt", "echo ran", needs="no-such-program sh"),
            Item("file.txt", "echo ran", needs="/no/such/file /etc/passw*"),
        ),
    )
    assert statuses(came) == {"without.txt": "127", "program.txt": "0", "file.txt": "0"}
    assert ("out", "without.txt") not in came


@pytest.mark.parametrize("shell", ALL)
@pytest.mark.parametrize(
    ("nodes", "here", "speaks"),
    [
        (("node01",), "node01", True),
        (("node01", "node02"), "node02", True),
        (("node01", "node02"), "node01", False),
        (("node01", "node03"), "node01", True),  # the DC is not asked
    ],
)
def test_what_all_nodes_know_the_dc_tells_if_it_is_asked(shell, nodes, here, speaks, tmp_path, env):
    for name, text in {"crm_mon": CRM_MON, "uname": f"#!/bin/sh\necho {here}\n"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    script = assembled(window_of(0, NOW, nodes=nodes), {}, [])
    script = script.replace(
        "\nmain\n",
        "\nwork=$TMPDIR box=$TMPDIR lane=0 this_node=$(uname -n)\nif (speaks_for_all 2>/dev/null); then echo yes; else echo no; fi\n",
    )
    path = {"PATH": f"{tmp_path}:{env['PATH']}"}
    done = subprocess.run([*shell, "-s"], input=script, capture_output=True, text=True, check=True, env=env | path)
    assert done.stdout == ("yes\n" if speaks else "no\n")


FAMILY = """
(sleep 9 & (sleep 9 & sleep 9; :) & wait) &
top=$!
n=0; while [ $n -lt 200 ] && family=" $top " && family_by_parents && set -- $family && [ $# -lt 5 ]; do n=$((n + 1)); done
echo $family
family=" $top "; family_by_children; echo $family
kill_family $top
"""


@pytest.mark.skipif(not list(Path("/proc/self/task").glob("*/children")), reason="the kernel does not name children")
@pytest.mark.parametrize("shell", ALL)
def test_a_kernel_that_names_children_tells_the_same_family_as_all_parents_do(shell):
    program_text = Path(items.__file__).with_name("node.sh").read_text()
    functions = program_text.partition("# ---- processes")[2].partition("# Ends all")[0]
    told = subprocess.run([*shell, "-c", functions + FAMILY], capture_output=True, text=True, check=False)
    by_parents, by_children = (line.split() for line in told.stdout.splitlines())
    assert len(by_parents) == 5
    assert sorted(by_children) == sorted(by_parents)
