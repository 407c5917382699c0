"""Finds the rows of every module of a package, so that adding one is adding one file."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def rows_of(package: ModuleType, name: str) -> tuple[Any, ...]:
    """Return the tuples called `name` of all modules of `package`, joined, in order of module name.

    A module that lacks its tuple raises AttributeError, and one that does not import
    raises ImportError: a row that is silently not there would be a failure not seen.
    """
    rows: list[Any] = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        rows.extend(getattr(importlib.import_module(f"{package.__name__}.{module.name}"), name))
    return tuple(rows)
