"""What the fleet needs beyond a plain install: asked for by name, and told how to get."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from ha_report.errors import UserError


class MissingExtra(UserError):
    """The program was installed without the parts for fleets."""


def require(*modules: str) -> None:
    """Raise MissingExtra for the first of `modules` that is not installed; nothing is loaded."""
    for name in modules:
        if importlib.util.find_spec(name) is None:
            raise missing(name)


def missing(name: str) -> MissingExtra:
    """Return the error for a package that is not installed."""
    return MissingExtra(f"{name} is not installed; get what fleets need by: pip install 'ha-report[fleet]'")


def extra(module: str) -> Any:
    """Return a module of the extra `fleet`; raises MissingExtra when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        name = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != name:
            raise  # the module is there, and broken
        raise missing(name) from error
