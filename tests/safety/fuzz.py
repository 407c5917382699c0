"""Throws mangled files at everything that reads strangers' data; nothing may crash, hang or eat memory.

python tests/safety/fuzz.py 1000000 --state FILE      goes on where an earlier run with that FILE ended

What an input takes is its processor time, so that a machine that is busy, or a process that was stopped for a while,
makes no hang; only what does not end within ten minutes of the clock waits for something that never comes.  The garbage
collector, which would look through all that so many inputs left, stays out of it, as it does in the program.  FILE (JSON)
tells the number of inputs by kind, the slowest of each, the peak of memory, and the finds; an input is made anew from its
number: --only N.
"""

import argparse
import faulthandler
import json
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from fuzz_targets import TARGETS  # noqa: E402 - found by the line above
from mangling import chance_of, mangled, seeds  # noqa: E402

from ha_report.garbage import paused  # noqa: E402

LONGEST_S = 1.0  # of one input
HANGS_S = 20.0  # of processor time
WAITS_S = 600.0  # of the clock
MOST_MB = 1024
MOST_FINDS = 50
SAVED_EVERY = 500


class Hang(BaseException):
    """Nothing that reads a file may take it for a defect of that file."""


@dataclass
class State:
    """How far a run came."""

    seed: int = 0
    inputs: int = 0
    seconds: float = 0  # of processor time
    by_kind: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)  # kind -> seconds, number of the input
    peak_mb: int = 0
    finds: list[dict[str, object]] = field(default_factory=list)

    @classmethod
    def of(cls, path, seed):
        if path is None or not path.exists():
            return cls(seed)
        told = json.loads(path.read_text())
        return cls(**told | {"by_kind": Counter(told["by_kind"])})

    def save(self, path):
        self.peak_mb = max(self.peak_mb, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
        if path is not None:
            draft = path.with_suffix(".draft")
            draft.write_text(json.dumps(vars(self), indent=1) + "\n")
            draft.replace(path)


def once(target, data):
    """Give one input to one target, and return the seconds; raises what it raises, and AssertionError if it took too long."""
    signal.setitimer(signal.ITIMER_PROF, HANGS_S)
    signal.setitimer(signal.ITIMER_REAL, WAITS_S)
    begin = time.process_time()
    try:
        with paused():
            target(data)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    took = time.process_time() - begin
    assert took < LONGEST_S, f"it took {took:.1f} s"
    return took


def hang(_signal, _frame):
    raise Hang


def input_of(seed, number):
    """Return target and data of the input with that number."""
    chance = chance_of(seed, number)
    target = chance.choices(list(TARGETS), list(TARGETS.values()))[0]
    return target, mangled(chance, chance.choice(seeds()), seeds())


def run_one(state):
    target, data = input_of(state.seed, state.inputs)
    kind = target.__name__
    try:
        took = once(target, data)
    except (Exception, Hang):  # noqa: BLE001 - whatever it is, it is a find
        told = traceback.format_exc()[-1500:]
        state.finds.append({"kind": kind, "input": state.inputs, "told": told})
        print(f"{kind}, input {state.inputs}:\n{told}", flush=True)  # noqa: T201 - a program
    else:
        if took > state.slowest.get(kind, (0, 0))[0]:
            state.slowest[kind] = (round(took, 4), state.inputs)
    state.by_kind[kind] += 1
    state.inputs += 1


def run(state, inputs, path, seconds):
    begin, before = time.process_time(), state.seconds
    while state.inputs < inputs and len(state.finds) < MOST_FINDS:
        run_one(state)
        if state.inputs % SAVED_EVERY == 0:
            state.seconds = before + time.process_time() - begin
            state.save(path)
            if state.seconds - before > seconds:
                break
    state.seconds = before + time.process_time() - begin
    state.save(path)


def main():
    faulthandler.enable()
    for one in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(one, hang)
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("inputs", type=int, nargs="?", default=0)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--state", type=Path, help="file that remembers how far it came")
    asked.add_argument("--seconds", type=float, default=float("inf"), help="of processor time, after which it stops")
    asked.add_argument("--only", type=int, help="the input with this number")
    options = asked.parse_args()
    state = State.of(options.state, options.seed)
    if options.only is not None:
        target, data = input_of(options.seed, options.only)
        print(f"{target.__name__}: {once(target, data):.3f} s")  # noqa: T201 - a program
        return
    run(state, options.inputs, options.state, options.seconds)
    counts = ", ".join(f"{kind} {count}" for kind, count in state.by_kind.most_common())
    finds = len(state.finds)
    print(f"{state.inputs} inputs in {state.seconds:.0f} s, {state.peak_mb} MB, {finds} finds: {counts}")  # noqa: T201 - a program
    sys.exit(bool(state.finds) or state.peak_mb > MOST_MB)


if __name__ == "__main__":
    main()
