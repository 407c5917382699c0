"""Keeps Python's garbage collector away from what stays to the end: modules, rows, and the page made of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nothing be looked through within, nor what came of it ever again.

    Otherwise all of it is looked through whenever something is loaded, and twice when the program leaves.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
