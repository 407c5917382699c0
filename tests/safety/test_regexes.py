"""No text that is made to be slow to search holds up the masking: its time grows with the text, and no faster."""

import time

import pytest

from collectors.redaction.finding import Finder

FINDER = Finder()
TRIGGERS = sorted({trigger for trigger, *_ in FINDER._rows})  # noqa: SLF001 - whatever is looked for
FILLERS = [
    b"a",
    b" ",
    b"=",
    b'"',
    b"\\",
    b'\\"',
    b"&quot;",
    b"a=",
    b"<",
    b'value="',
    b'name="',
    b"-p ",
    b"://a:",
    b"\n",
    b"||",
    b"0",
    b"'\"",
]
SIZE = 15_000


def seconds(text):
    begin = time.thread_time()
    FINDER.find(text)
    return time.thread_time() - begin


@pytest.mark.parametrize("filler", FILLERS)
def test_a_crafted_text_is_searched_as_fast_as_any(filler):
    """A megabyte of the worst takes two or three seconds, which is the price of a secret in every sixth byte."""
    slow = {}
    for trigger in TRIGGERS[FILLERS.index(filler) % 3 :: 3]:
        for text in (
            (trigger + filler) * (SIZE // len(trigger + filler)),
            trigger + filler * (SIZE // len(filler)) + trigger,
        ):
            if (took := seconds(text)) > 0.25:
                slow[trigger, text[:40]] = took
    assert slow == {}
