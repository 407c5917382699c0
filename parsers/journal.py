"""The journal in its machine formats: one JSON object a line (journalctl -o json), or blocks of fields (-o export).

They are made into the lines that journalctl -o short-iso-precise would print, block by block and line for line,
so that the scan and all line formats serve them too, and line numbers stay true.  Source: systemd's
docs/JOURNAL_EXPORT_FORMATS.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FIELD = re.compile(rb"^([A-Z_][A-Z0-9_]*)(?:=(.*))?$")
_LEVELS = ("emerg", "alert", "crit", "error", "warning", "notice", "info", "debug")
_WANTED = {
    b"__REALTIME_TIMESTAMP", b"_SOURCE_REALTIME_TIMESTAMP", b"_HOSTNAME", b"SYSLOG_IDENTIFIER", b"_COMM", b"SYSLOG_PID", b"_PID",
    b"PRIORITY", b"MESSAGE",
}  # fmt: skip

_JSON = re.compile(r'^\{[^\n]*"__REALTIME_TIMESTAMP"', re.MULTILINE)
_EXPORT = re.compile(r"^__REALTIME_TIMESTAMP=\d+$", re.MULTILINE)


def format_of(head: str) -> str | None:
    """Return "journal-json" or "journal-export", or None for any other text."""
    if "__REALTIME_TIMESTAMP" not in head:
        return None
    if _JSON.search(head):
        return "journal-json"
    return "journal-export" if _EXPORT.search(head) and "__CURSOR=" in head else None


def as_lines(blocks: Iterator[bytes], kind: str) -> Iterator[bytes]:
    """Yield each block of a journal with its entries as syslog lines; what is no entry stays as it is."""
    entry_of: Callable[[bytes], bytes] = _from_json if kind == "journal-json" else _Export().take
    for block in blocks:
        lines = block.split(b"\n")
        last = lines.pop()
        made = [entry_of(line) for line in lines]
        yield b"".join(line + b"\n" for line in made) + (entry_of(last) if last else b"")


def _from_json(line: bytes) -> bytes:
    if not line.startswith(b"{"):
        return line
    try:
        entry = json.loads(line)
    except ValueError:  # torn by a crash
        return line
    return _line({str(name): _text(value) for name, value in entry.items()}) if isinstance(entry, dict) else line


def _text(value: Any) -> str:
    """Return a field's value; a message with bytes that are no text is a list of numbers."""
    if isinstance(value, list):
        numbers = [number for number in value if isinstance(number, int) and 0 <= number < 256]  # noqa: PLR2004 - a byte
        return bytes(numbers).decode("utf-8", "replace") if len(numbers) == len(value) else str(value[-1:])
    return "" if value is None else str(value)


class _Export:
    """Collects the fields of an entry; its line stands where the empty line that ends it stood."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}

    def take(self, line: bytes) -> bytes:
        if not line:
            made, self._fields = _line(self._fields), {}
            return made
        found = _FIELD.match(line)
        if found is not None and found[1] in _WANTED and found[2] is not None:
            self._fields[found[1].decode()] = found[2].decode("utf-8", "replace")
        return b""


def _line(fields: dict[str, str]) -> bytes:
    """Return the line that says what the fields of an entry say; an entry without a time is an empty line."""
    stamp = fields.get("_SOURCE_REALTIME_TIMESTAMP") or fields.get("__REALTIME_TIMESTAMP") or ""
    message = fields.get("MESSAGE", "").replace("\n", " ")
    try:
        moment = _EPOCH + timedelta(microseconds=int(stamp))
    except (ValueError, OverflowError):
        return message.encode()
    program = fields.get("SYSLOG_IDENTIFIER") or fields.get("_COMM") or "journal"
    pid = fields.get("SYSLOG_PID") or fields.get("_PID") or ""
    host = fields.get("_HOSTNAME", "-")
    level = _level(fields.get("PRIORITY", ""), message)
    return f"{moment.isoformat()} {host} {program.replace(' ', '_')}[{pid}]: {level}{message}".encode()


def _level(priority: str, message: str) -> str:
    """Return the level that the journal keeps, where the message does not begin with one."""
    if not re.fullmatch(r"[0-7]", priority) or re.match(
        r"\s*(?:\w+: )?\s*(?:" + "|".join(_LEVELS) + r")\s*:", message, re.IGNORECASE
    ):
        return ""
    return f"{_LEVELS[int(priority)]}: "
