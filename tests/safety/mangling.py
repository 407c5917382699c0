"""Small files of all kinds that a bundle holds, and what mangles them: the inputs of fuzz.py."""

import random
from functools import cache
from pathlib import Path

import parsers.messages
from ha_report.tables import rows_of

ROOT = Path(__file__).resolve().parents[2]
SEED_BYTES = 12_000  # of a file: small ones are mangled more thoroughly
LINES_AT_ONCE = 40
BLOWN_UP = 0.003  # share of the inputs
BIG = 100_000
HEADERS = (b"Nov 23 02:01:07 node01 pacemaker-controld[96]: notice: ", b"Nov 23 02:01:07 node02 crmd: [812]: ERROR: ",
           b"Nov 23 02:01:07 [1201] node01       crmd:     info: ", b"2026-11-23T02:01:07.123456+09:00 node01 corosync[9]:   [TOTEM ] ",
           b"node01 heartbeat: [99]: 2026/11/23_02:01:07 WARN: ", b"Nov 23 02:01:07.575 node02 pacemaker-based     [96] (log_info) \tinfo: ")  # fmt: skip
TOKENS = [b"<", b">", b'"', b"'", b"\\", b"\n", b"\0", b"\xff", b"&", b"(", b")", b"[", b"]", b"{", b"=", b":", b"|", b"-", b"%s", b"9" * 30,
          b"\x1b[2J", b"\xe2\x80\xae", b" " * 50, b"&#0;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"-1", b"NaN", b"1e999", b"INFINITY", b"password=",
          b"\r", b"\t", b"\xed\xa0\x80", b"\xef\xbb\xbf", "９²".encode(), b"0000-00-00", b"Feb 30 25:61:61", b"99999-12-31T23:59:60Z", b"+99:99",
          b"\x1f\x8b\x08", b"BZh9", b"__REALTIME_TIMESTAMP=", b'{"__REALTIME_TIMESTAMP":"1e400"}', b"* Node", b"_monitor_-1", b"rc=-9999999999"]  # fmt: skip


@cache
def seeds():
    """Return small files of all kinds, and lines of every message row behind headers of all ages."""
    files = [*(ROOT / "ha_report/demo").rglob("*"), *(ROOT / "tests/data").rglob("*")]
    texts = {
        path.read_bytes()[:SEED_BYTES]
        for path in sorted(files)
        if path.is_file() and path.suffix not in (".py", ".pyc", ".bz2")
    }
    return tuple(sorted(one for one in texts if one)) + tuple(_logs())


def _logs():
    examples = [row.example.encode() for row in rows_of(parsers.messages, "PATTERNS")]
    for header in HEADERS:
        for begin in range(0, len(examples), LINES_AT_ONCE):
            yield b"".join(header + one + b"\n" for one in examples[begin : begin + LINES_AT_ONCE])


def mangled(chance, data, others):
    """Return `data` with a few changes: bits, tokens, pieces cut, doubled, moved, or taken from another file."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        begin = chance.randrange(len(data) + 1)
        end = min(len(data), begin + int(chance.expovariate(0.02)))
        what = chance.randrange(8)
        if what == 0:
            data = data[:begin] + data[end:]
        elif what == 1:
            data = data[:end] + data[begin:]
        elif what == 2:
            data = data[:begin] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 40)) + data[begin:]
        elif what == 3:
            other = chance.choice(others)
            place = chance.randrange(len(other) + 1)
            data = data[:begin] + other[place : place + 200] + data[end:]
        elif what == 4:
            data = data[:begin] + bytes([chance.randrange(256)]) + data[begin + 1 :]
        elif what == 5:
            data = data[:begin]
        elif what == 6:
            data = _lines_moved(chance, data)
        else:
            data = data[:begin] + data[begin:end][::-1] + data[end:]
    return _blown_up(chance, data) if chance.random() < BLOWN_UP else data


def _blown_up(chance, data):
    """Return `data` with a piece of it so often that it is big: what takes time by the square shows then."""
    begin = chance.randrange(len(data) + 1)
    piece = data[begin : begin + chance.choice((1, 2, 10, 100, 1000))]
    return data[:begin] + piece * (BIG // max(1, len(piece))) + data[begin:]


def _lines_moved(chance, data):
    """Return `data` with some of its lines in another order, twice, or not at all."""
    lines = data.split(b"\n")
    begin = chance.randrange(len(lines))
    some = lines[begin : begin + chance.choice((1, 2, 10))]
    place = chance.randrange(len(lines) + 1)
    return b"\n".join(lines[:place] + some * chance.choice((1, 1, 3)) + lines[place:])


def chance_of(seed, number):
    """Return what makes input `number`: the same in every run."""
    return random.Random(seed << 40 | number)  # noqa: S311 - the same seed gives the same inputs
