"""Keeps Python's garbage collector away from rows, which hold no circles, and from what stays to the end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Let nothing be looked through within: it would be a million rows, again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nothing be looked through within, nor what came of it ever again: modules, rows, and the page made of them.

    Otherwise all of it is looked through whenever something is loaded, and twice when the program leaves.
    """
    with paused():
        try:
            yield
        finally:
            gc.freeze()
