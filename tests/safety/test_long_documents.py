"""A crafted snapshot or configuration holds nobody up: what its reader takes grows with its lines, and no faster.

tests/safety/test_long_lines.py holds the same for logs.
"""

import re
import time
from datetime import timezone
from pathlib import Path

import pytest

from parsers import beside, crm_mon_text
from parsers.recognise import text_format

DATA = Path(__file__).resolve().parents[1] / "data"
DEMO = Path(__file__).resolve().parents[2] / "ha_report/demo"
FILLERS = ["a", "a ", " ", "1", "=", "a=", "a:", "(", "[a", "- ", "a,", "\t", "'", '"a', "::", "0.", "a-", "a@", "<", "{", "\\"]  # fmt: skip
SIZE = 1200
MOST_LINES = 40


def documents():
    """Return a document of each kind that has a reader, of each of its lines one of those that look alike."""
    found = {}
    for path in sorted(
        [*DEMO.rglob("*.txt"), *DEMO.rglob("*.conf"), *DEMO.rglob("*.cf"), *DATA.rglob("*.txt"), *DATA.rglob("*.conf")]
    ):
        text = path.read_text()
        kind = "crm_mon" if "crm_mon" in str(path) else text_format(text[:65536])
        if kind:
            found.setdefault(kind, {}).update((re.sub(r"\d+", "1", line), line) for line in text.splitlines())
    return {kind: list(lines.values())[:: len(lines) // MOST_LINES + 1] for kind, lines in found.items()}


DOCUMENTS = documents()


def crafted(lines, filler, size):
    body = (filler * size)[:size]
    heads = [re.match(r"\s*\S*\s?", line)[0] for line in lines]
    yield [line + body for line in lines]
    yield [head + body + line[len(head) :] for head, line in zip(heads, lines, strict=True)]
    yield [line[: len(line) * 2 // 3] + body + line[len(line) * 2 // 3 :] for line in lines]
    yield [(line * (size // max(1, len(line)) + 1))[:size] for line in lines]


def seconds(read, lines):
    begin = time.thread_time()
    read(lines)
    return time.thread_time() - begin


def grows(took, then):
    """Return whether twice the text takes so much more; a busy machine alone does that now and then, but not each time."""
    return then > 3 * took + 0.05


def reader_of(kind):
    if kind in beside.READERS:
        return lambda lines: beside.read(kind, lines, "x")
    return lambda lines: crm_mon_text.read(lines, "x", timezone.utc)


def test_every_reader_has_a_document():
    assert {beside.READERS[kind] for kind in DOCUMENTS if kind in beside.READERS} == set(beside.READERS.values())
    assert "crm_mon" in DOCUMENTS


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_no_reader_takes_long_for_a_crafted_document(kind):
    slow = {}
    read = reader_of(kind)
    for filler in FILLERS:
        for once, twice in zip(
            crafted(DOCUMENTS[kind], filler, SIZE), crafted(DOCUMENTS[kind], filler, SIZE * 2), strict=True
        ):
            took, then = seconds(read, once), seconds(read, twice)
            if grows(took, then) and all(grows(seconds(read, once), seconds(read, twice)) for _ in range(2)):
                slow[filler, twice[0][:40]] = took, then
    assert slow == {}
