"""Makes each call that writes fail in turn, of each command, and each that reads a source; nothing may be broken by it.

python tests/safety/faults.py                    all calls, all commands; says how many there were
python tests/safety/faults.py --each 40          one of 40
python tests/safety/faults.py --sample           as CI does it: of each command two calls, with two refusals
python tests/safety/faults.py analyze --only 17  the 17th call of one command, with what it said

The calls are made to fail by faults.c, which a C compiler makes a library of.  One process loads the program and then
forks for each run, so that a run takes what the work takes.  "lasts" says that all calls behind the failed one fail,
too, as on a disk that stays full.
"""

import argparse
import ctypes
import errno
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from standing import check, nothing_leaked  # noqa: E402 - found by the line above

SECRET = "Kx7.pQ2z"  # noqa: S105 - for a test
LINE = (
    "Nov 23 02:01:{:02}.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for r_ip on"
    f" node02: error (with {SECRET}) | CIB update 15, graph action confirmed; call={{}} key=r_ip_start_0 rc=1\n"
)
CIB = f'<cib><nvpair name="passwd" value="{SECRET}"/></cib>\n'
COLLECT = ["collect", "-n", "node02", "--ssh-command", "../../bin/ssh", "-Q", "-E", "../../source/node02/pacemaker.log", "-f", "2000-01-01"]  # fmt: skip
# The node answers each time as it did the first time: what can fail here is the same, and it takes no seconds.
NODE = "#!/bin/sh\n[ -s {0} ] || {{ sh >{0}.part; mv {0}.part {0}; }}\nexec cat {0}\n"
# Of each command its words, what it writes, and whether it replaces what stands there.
COMMANDS = {
    "analyze": (["analyze", "../../source", "-o", "out"], False),
    "analyze, replacing": (["analyze", "../../source", "-o", "out", "-Z"], True),
    "analyze an archive": (["analyze", "../../source.tar.gz", "-o", "out"], False),
    "redact": (["redact", "../../source", "out"], False),
    "redact into an archive": (["redact", "../../source", "out.tar.xz"], False),
    "redact with pseudonyms": (["redact", "--anonymize", "../../source.tar.gz", "out"], False),
    "demo": (["demo", "out"], False),
    "diff": (["diff", "../../source", "../../later", "-o", "out.html"], False),
    "diff, replacing": (["diff", "../../source", "../../later", "-o", "out.html", "-Z"], True),
    "collect": ([*COLLECT, "out"], False),
    "collect, replacing": ([*COLLECT, "-Z", "out"], True),
}  # fmt: skip
# What needs the extra for fleets: one scheduler does the work for all runs.
SCHEDULER = """
import distributed
with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None) as cluster:
    print(cluster.scheduler_address, flush=True)
    open(0).read()
"""
ADDRESS = "ADDRESS"  # of it
FLEET = {
    "fleet index": (["fleet", "index", "../../source", "--into", "out", "--scheduler", ADDRESS], False),
    "fleet index, adding": (["fleet", "index", "../../source", "../../later", "--into", "out", "--scheduler", ADDRESS], True),
    "fleet report, replacing": (["fleet", "report", "../../index", "-o", "out", "-Z"], True),
}  # fmt: skip
if all(map(importlib.util.find_spec, ("pyarrow", "duckdb", "distributed", "fsspec"))):
    COMMANDS |= FLEET
REFUSALS = [(errno.ENOSPC, False), (errno.ENOSPC, True), (errno.EIO, False), (errno.EIO, True), (errno.EROFS, True)]
READS = [name for name in COMMANDS if name.startswith(("analyze", "redact"))]  # a source that a disk may not give
ALLOWED = {0, 1, 3}
NEXT_RUNS = 8  # of the commands that take a second, behind so many faults the next run is tried


@dataclass
class Outcome:
    """What a run came to."""

    status: int
    said: str
    calls: int  # that could have failed
    call: str  # the name of the one that did


def library(folder):
    """Return the library, made in `folder`; None where nothing can make it."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    made = Path(folder, "faults.so")
    command = [compiler, "-shared", "-fPIC", "-std=gnu17", "-O1", "-w", "-o", made, HERE / "faults.c", "-ldl"]
    done = subprocess.run(command, check=False, capture_output=True)
    return made if done.returncode == 0 else None


def prepare(here):
    """Fill `here` with what the commands read, and with programs for collect that answer at once."""
    for name, count in (("source", 40), ("later", 30)):
        (here / name / "node02").mkdir(parents=True)
        (here / name / "node02/cib.xml").write_text(CIB)
        (here / name / "node02/pacemaker.log").write_text("".join(LINE.format(n, n) for n in range(count)))
    subprocess.run(["tar", "czf", here / "source.tar.gz", "-C", here, "source"], check=True)
    (here / "bin").mkdir()
    for name in ("cibadmin", "crm_mon", "crm", "pcs", "journalctl", "corosync-cfgtool", "corosync-quorumtool"):
        (here / "bin" / name).write_text(
            f"#!/bin/sh\nexec cat {here}/source/node02/cib.xml\n" if name == "cibadmin" else "#!/bin/sh\nexit 127\n"
        )
        (here / "bin" / name).chmod(0o755)
    (here / "bin/ssh").write_text(NODE.format(here / "answer"))
    (here / "bin/ssh").chmod(0o755)
    for name in ("disk", "temporary"):
        (here / "faulty" / name).mkdir(parents=True)


class Program:
    """The program, loaded once, in a process in which calls can be made to fail."""

    def __init__(self, here):
        self.here = here
        self.scheduler = ""  # its address
        self.faults = ctypes.CDLL(None)
        self.faults.fault_count.restype = ctypes.c_long
        self.faults.fault_last.restype = ctypes.c_char_p
        self.faults.fault_arm.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_char_p]

    def run(self, words, at=0, error=errno.EIO, lasts=False, reading=False):
        """Run the command with the call number `at` failing, 0 for none."""
        said = self.here / "said"
        words = [self.scheduler if word == ADDRESS else word for word in words]
        child = os.fork()
        if child == 0:
            self._be(words, said, (at, error, lasts, reading))
        status = os.waitpid(child, 0)[1]
        return Outcome(
            os.waitstatus_to_exitcode(status),
            said.read_text(),
            self.faults.fault_count(),
            self.faults.fault_last().decode(),
        )

    def _be(self, words, said, plan):
        """Be the program."""
        from ha_report.cli import main

        status = 70
        try:
            os.chdir(self.here / "faulty/disk")
            descriptor = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
            tempfile.tempdir = str(self.here / "faulty/temporary")
            self.faults.fault_arm(*map(int, plan), str(self.here / ("source" if plan[3] else "faulty")).encode())
            try:
                main(args=words)
            except SystemExit as end:
                status = end.code or 0
            self.faults.fault_arm(0, 0, 0, 0, b"")
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:  # noqa: BLE001 - told, and found in what was said
            self.faults.fault_arm(0, 0, 0, 0, b"")
            import traceback

            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(status)


@dataclass
class Trial:
    """All runs of one command."""

    program: Program
    name: str
    runs: Counter[str] = field(default_factory=Counter)  # by the call that failed
    finds: list[str] = field(default_factory=list)
    calls: int = 0

    @property
    def words(self):
        return COMMANDS[self.name][0]

    @property
    def disk(self):
        return self.program.here / "faulty/disk"

    def sample(self):
        """Make two calls fail, others for each command, with two of the refusals."""
        turn = list(COMMANDS).index(self.name)
        calls = self.counted(errno.EIO)
        before = self.before()
        for number in (turn, turn + 2):
            error, lasts = REFUSALS[number % len(REFUSALS)]
            self.once(1 + (number * 7 + calls // 3) % calls, error, lasts, before)
        if self.name in READS:
            self.reading(1 + turn, lasts=bool(turn % 2))

    def counted(self, error):
        """Return how many calls can fail with that error."""
        self.empty()
        self.before()
        calls = self.program.run(self.words, error=error).calls
        self.calls += calls
        self.empty()
        return calls

    def each(self, step, only=None):
        """Make one call of `step` fail, each in its turn, with each refusal."""
        for number, (error, lasts) in enumerate(REFUSALS):
            calls = self.counted(error)
            before = self.before()
            for at in [only] if only else range(1 + number % step, calls + 1, step):
                self.once(at, error, lasts, before)
        for lasts in (False, True) if self.name in READS else ():
            self.empty()
            self.before()
            calls = self.program.run(self.words, reading=True).calls
            for at in [only] if only else range(1, calls + 1, step):
                self.reading(at, lasts=lasts)

    def reading(self, at, *, lasts):
        """Let one call fail that reads a source."""
        self.empty()
        self.before()
        done = self.program.run(self.words, at, errno.EIO, lasts, reading=True)
        self.runs[f"{done.call} of a source"] += 1
        try:
            assert "Traceback" not in done.said
            assert done.status in ALLOWED
            assert "could not be written" not in done.said
            if self.name.startswith("redact") and "could not be read" in done.said:
                assert "may stand in the others" in done.said or done.status == 1
            elif self.name.startswith("redact"):
                nothing_leaked(self.disk, SECRET.encode())
        except (AssertionError, OSError) as wrong:
            self.finds.append(f"{self.name}: reading, call {at} ({done.call}): status {done.status}: {wrong}\n{done.said[-600:]}")  # fmt: skip
        self.empty()

    def empty(self):
        subprocess.run(["find", self.disk, self.disk.parent / "temporary", "-mindepth", "1", "-delete"], check=True)

    def before(self):
        """Put there what is to be replaced, the same each time, and return what it holds."""
        if COMMANDS[self.name][1]:
            kept = self.program.here / f"kept, {self.name}"
            if not kept.exists():
                made = self.program.run(FLEET["fleet index"][0] if "index" in self.name else self.words)
                assert made.status == 0, made.said
                shutil.copytree(self.disk, kept)
            shutil.copytree(kept, self.disk, dirs_exist_ok=True)
        return contents(self.disk)

    def once(self, at, error, lasts, before):
        """Let one call fail, and hold all that must be."""
        done = self.program.run(self.words, at, error, lasts)
        self.runs[done.call or "none"] += 1
        try:
            self.hold(done, before, lasts=lasts)
            if at % NEXT_RUNS == 0 or not self.name.startswith(("collect", "fleet")):
                again = self.program.run(self.again())
                assert again.status == 0, f"the next run: {again.said}"
                check(self.disk)
        except (AssertionError, OSError) as wrong:
            lasting = ", lasting" if lasts else ""
            self.finds.append(f"{self.name}: call {at} ({done.call}), {errno.errorcode[error]}{lasting}: status {done.status}: {wrong}\n{done.said[-600:]}")  # fmt: skip
        if contents(self.disk) != before or any(path.name.startswith(".") for path in self.disk.iterdir()):
            self.empty()
            self.before()

    def hold(self, done, before, *, lasts):
        lines = done.said.strip().splitlines()
        assert "Traceback" not in done.said
        assert done.status in ALLOWED
        names = check(self.disk)
        nothing_leaked(self.disk, SECRET.encode()) if self.name.startswith(("redact", "collect")) else None
        if done.status == 1:
            errors = [line for line in lines if line.startswith("Error: ")]
            assert len(errors) == 1, "not one line says what went wrong"
            assert len(lines[lines.index(errors[0]) :]) <= 2
            unpacked = self.name.startswith("collect") and "out is there and whole" in done.said
            if before and not lasts:
                changed = {path for path, data in contents(self.disk).items() if before.get(path) != data}
                assert before.keys() <= contents(self.disk).keys(), "what was there is gone"
                assert not changed or (unpacked and not any(path.endswith(".xz") for path in changed)), f"{changed} are not as they were"  # fmt: skip
            kept = {"out"} if unpacked else set()
            kept |= {"out.map.json"} & names if lasts else set()  # whole, and nothing could remove it
            kept |= (
                {"out"} if self.name.startswith("fleet index") else set()
            )  # whole, and without what could not be written
            assert before or names <= kept, f"{names} is there, as if all were well"
        if done.status == 0:
            assert names, "nothing came of it"

    def again(self):
        """Return the words of the run that comes after it: what stands there now may be replaced."""
        force = [] if "-Z" in self.words or self.name.startswith(("redact", "fleet")) else ["-Z"]
        for name in ("out", "out.tar.xz", "out.map.json") if self.name.startswith("redact") else ():
            path = self.disk / name
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        return [*self.words, *force]


def contents(folder):
    """Return what all files hold that stand under a final name."""
    files = [
        path for path in folder.rglob("*") if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    ]
    return {str(path): path.read_bytes() for path in files}


def trials(here, names, step, only=None):
    """Yield what came of each command; called in a process that has the library."""
    # Each run would load these anew.
    import collectors.collect
    import collectors.nodes
    import collectors.packing
    import collectors.redaction.whole  # noqa: F401
    import reports.files  # noqa: F401
    from ha_report.collect_command import _warm_up

    os.environ.pop("LD_PRELOAD", None)  # of what collect starts nothing is to fail
    os.environ["PATH"] = f"{here / 'bin'}:{os.environ['PATH']}"
    _warm_up()
    program = Program(here)
    with scheduler(here, program) if FLEET.keys() & set(names) else nullcontext():
        for name in names:
            trial = Trial(program, name)
            trial.each(step, only) if step else trial.sample()
            yield trial


@contextmanager
def scheduler(here, program):
    """Have a scheduler for what needs one, and an index to report on."""
    import distributed  # noqa: F401
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    environment = os.environ | {"PYTHONPATH": str(HERE.parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", SCHEDULER], env=environment, cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:  # fmt: skip
        program.scheduler = process.stdout.readline().strip()
        made = program.run(["fleet", "index", "../../source", "--into", "../../index", "--scheduler", ADDRESS])
        assert made.status == 0, made.said
        yield
        process.stdin.close()


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("commands", nargs="*", default=list(COMMANDS), help=", ".join(COMMANDS))
    asked.add_argument("--each", type=int, default=1, help="one call of so many")
    asked.add_argument("--sample", action="store_const", const=0, dest="each", help="as CI does it")
    asked.add_argument("--only", type=int, help="the call with this number")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if "faults" not in os.environ.get("LD_PRELOAD", ""):
            made = library(folder)
            if made is None:
                sys.exit("faults.py needs a C compiler: cc, gcc or clang")
            environment = os.environ | {"LD_PRELOAD": str(made), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            sys.exit(subprocess.run([sys.executable, *sys.argv], check=False, env=environment).returncode)
        here = Path(folder)
        prepare(here)
        finds = runs = 0
        for trial in trials(here, options.commands, options.each, options.only):
            runs, finds = runs + sum(trial.runs.values()), finds + len(trial.finds)
            told = ", ".join(f"{call} {count}" for call, count in trial.runs.most_common())
            print(f"{trial.name}: {sum(trial.runs.values())} runs, {len(trial.finds)} finds: {told}", flush=True)  # noqa: T201 - a program
            print(*trial.finds[:20], sep="\n", flush=True)  # noqa: T201
        print(f"{runs} runs, {finds} finds")  # noqa: T201
        sys.exit(bool(finds))


if __name__ == "__main__":
    main()
