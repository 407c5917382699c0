"""Shows how far the nodes are: a line a node that is written anew on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from ha_report.bundle import COMPLETE, TRUNCATED, UNREACHABLE

if TYPE_CHECKING:
    from collectors.collect import Progress

_UP, _CLEAR = "\x1b[{}A", "\x1b[2K"


class Board:
    """The lines on standard error; told by all nodes' threads."""

    def __init__(self, nodes: list[str], *, terminal: bool, quiet: bool, verbose: int) -> None:
        self.lines = {node: f"{node}: waiting" for node in nodes}
        self.terminal = terminal and not quiet and not verbose
        self.quiet = quiet
        self.verbose = verbose
        self.drawn = False
        self.lock = threading.Lock()

    def tell(self, progress: Progress) -> None:
        """Show what a node has come to."""
        with self.lock:
            self.lines[progress.node] = line = _line(progress)
            if self.terminal:
                self.draw()
            elif not self.quiet and (self.verbose or progress.done or not progress.item):
                click.echo(line, err=True)

    def draw(self) -> None:
        """Write all lines over those that stand there."""
        up = _UP.format(len(self.lines)) if self.drawn else ""
        click.echo(up + "\n".join(f"\r{_CLEAR}{line[:120]}" for line in self.lines.values()), err=True)
        self.drawn = True

    def end(self) -> None:
        """Leave the lines as they are."""
        self.drawn = False


def _line(progress: Progress) -> str:
    amount = f"{_size(progress.received_bytes)}, {progress.seconds:.1f} s"
    done = progress.done
    if done is None:
        return f"{progress.node}: {progress.item or 'connecting'}, {amount}"
    if done.state == UNREACHABLE:
        return f"{progress.node}: nothing came: {done.problem}"
    items = sum(1 for item in done.items if item.bytes or item.status == TRUNCATED)
    return f"{progress.node}: {'done' if done.state == COMPLETE else 'in part'}, {items} items, {amount}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.0f} kB"  # noqa: PLR2004 - reads better so
