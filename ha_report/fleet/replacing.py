"""Replaces several Parquet files, all or none: each is written beside its place first, then they change places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from ha_report.destination import exchange
from ha_report.fleet.extras import extra

Change = Callable[[Path, Any], None]  # takes a file, and the table that it shall hold; without rows it shall be gone


@contextmanager
def replacing() -> Iterator[Change]:
    """Give what notes a change; at the end all are brought to their places, or on an error none."""
    drafts: dict[Path, Path] = {}

    def change(path: Path, table: Any) -> None:
        drafts[path] = path.with_name(f".{path.name}.draft")
        path.parent.mkdir(parents=True, exist_ok=True)
        drafts[path].unlink(missing_ok=True)  # a run that was killed may have left one
        if table.num_rows:
            extra("pyarrow.parquet").write_table(table, drafts[path], compression="zstd")

    try:
        yield change
        _swap_all(drafts)
    finally:
        for draft in drafts.values():  # what was there before, or never came to its place
            with suppress(OSError):  # the next run replaces it
                draft.unlink(missing_ok=True)


def _swap_all(drafts: dict[Path, Path]) -> None:
    with ExitStack() as undone:
        for path, draft in drafts.items():
            _swap(path, draft)
            undone.callback(_swap, path, draft)
        undone.pop_all()


def _swap(path: Path, draft: Path) -> None:
    """Let the two change places, of which one may not be there; once more, and all is as it was."""
    if path.exists() and draft.exists():
        exchange(draft, path)
    elif draft.exists():
        draft.rename(path)
    elif path.exists():
        path.rename(draft)
