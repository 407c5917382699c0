"""Logs as benchmarks/generate.py makes them, small."""

import importlib.util
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@lru_cache
def generator():
    """The module; benchmarks are no package."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "benchmarks" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(layout, size, path, **options):
    """Write a log of `size` bytes in pieces of a tenth of that."""
    return generator().generate(layout, size, path, piece=size // 10, **options)
