"""Where results go: never through a link, whole or not at all, and for their owner alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ha_report.errors import DestinationInTheWay


class DestinationIsALink(DestinationInTheWay):
    """DEST is a symbolic link: what it leads to may be another's choice.  Exit status 2, as of a wrong command line."""

    exit_code = 2

    def __init__(self, dest: Path) -> None:
        super().__init__(f"{dest} is a symbolic link, and nothing is written through one: choose another name.")


def refuse_links(*paths: Path | None) -> None:
    """Raise DestinationIsALink if one of the paths is a symbolic link."""
    for path in paths:
        if path is not None and path.is_symlink():
            raise DestinationIsALink(path)


def write_whole(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in the place of one that may be there; on OSError that one stays."""
    descriptor, name = tempfile.mkstemp(prefix=".ha-report-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
