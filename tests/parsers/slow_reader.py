"""Reads a log as one would at first: line by line, each regular expression in its turn, nothing remembered.

It uses the same rows as the program and none of its short cuts, so that the two can be held against each other:
test_agreement.py does so, and benchmarks/run.py says how much faster the short cuts are.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

import parsers.messages
from ha_report.compressed import opened
from ha_report.model import Source
from ha_report.tables import rows_of
from parsers.clock import FileClock
from parsers.headers import _header_of, microseconds, second_of
from parsers.lines import FORMATS, plain
from parsers.log import kind_by_level
from parsers.records import ctime_stamp, operation_of, plausible, rc_of, record_of
from parsers.samples import DAEMONS
from parsers.told import LEVEL_ANCHORS

PATTERNS = rows_of(parsers.messages, "PATTERNS")
ANCHORS = list(dict.fromkeys([*LEVEL_ANCHORS, *(row.anchor.encode() for row in PATTERNS)]))
CANDIDATE = re.compile(b"|".join(map(re.escape, ANCHORS)))  # twice as fast as looking for each by itself
ROWS = sorted(PATTERNS, key=lambda row: ANCHORS.index(row.anchor.encode()))  # of several that match the first counts


class Slow(NamedTuple):
    """What a slow reading gives."""

    events: list  # (time, absolute, dated, line, host, program, level, pid, and what the message tells)
    records: list
    epochs: list
    undecoded: list  # lines of daemons that no row knows


def parts_of(text):
    """Return the header, the stamp and the message of a line, by the first format that fits."""
    for row in FORMATS:
        found = row.compiled.match(text)
        if found:
            part = found.groupdict()
            header = _header_of(row, text)
            return header, stamp_of(row, part, header), part["message"].strip()
    return None, None, text


def stamp_of(row, part, header):
    if not row.stamp:
        return None
    names = ("year", "mon", "month", "day")
    date = "-".join(part[name] for name in names if part.get(name)) if "month" in part else None
    text = (
        f"{date}T{part['hms']}"
        if date
        else " ".join(filter(None, (part["mon"], part["day"], part["year"], part["hms"])))
    )
    stamp = second_of(text)
    return stamp and stamp._replace(microsecond=microseconds(part["fraction"]), offset_s=header.offset_s)


def read_slowly(lines, path="log"):
    """Read lines without their newlines."""
    slow, clock, expected = Slow([], [], [], []), FileClock(), {}
    for number, raw in enumerate(lines, start=1):
        if CANDIDATE.search(raw):
            take(slow, clock, expected, number, raw, path)
    return slow


def take(slow, clock, expected, number, raw, path):
    header, stamp, text = parts_of(plain(raw.decode("utf-8", "replace")))
    said = f" {text}".replace("#011", "\t")
    for row in ROWS:
        fields = row.match(said)
        if fields is not None and plausible(fields):
            break
    else:
        kind = kind_by_level(header) if header else None
        if kind is None:
            if header and header.program in DAEMONS:
                slow.undecoded.append(number)
            return
        row, fields = None, {"resource": header.instance} if header.instance else {}
    add(slow, clock, expected, (row.kind if row else kind, fields, header, stamp, text, number, path))


def add(slow, clock, expected, found):
    kind, fields, header, stamp, text, number, path = found
    host, program, level, pid = (header.host, header.program, header.level, header.pid) if header else (None,) * 4
    moment = clock.read(stamp) if stamp else None
    node, operation = fields.get("node"), operation_of(fields)
    if kind == "agent-output" and node and host and f"{node}-{fields['resource']}".startswith(f"{host}-"):
        node, fields = host, fields | {"resource": f"{node}-{fields['resource']}"[len(host) + 1 :]}
    slow.events.append(
        (
            *(moment or (None, True, True)), number, host, program, level, pid, kind, node, fields.get("resource"),
            operation.name, operation.interval_ms, int(fields["call"]) if "call" in fields else None, rc_of(fields),
            fields.get("status"), fields.get("reason"), fields.get("value"), text,
        )
    )  # fmt: skip
    if "epoch" in fields and moment:
        slow.epochs.append((len(slow.events) - 1, int(fields["epoch"])))
    key = tuple(fields.get(name, "") for name in ("resource", "operation", "interval_ms"))
    if kind == "operation-requested":
        expected[key] = int(fields["rc"])
        return
    own = ctime_stamp(fields.get("failed_at", ""))
    when = clock.read(own) if own else moment
    target = expected.get(key) if kind == "operation-result" else None
    record = record_of(kind, fields, node, when and when.time_us, Source(path, number), target)
    if record is not None:
        slow.records.append((len(slow.events) - 1, record, own is not None))


def main():
    """Read a log and make a frame of its events, as the program does at the end."""
    import pandas as pd

    with opened(Path(sys.argv[1])) as file:
        slow = read_slowly(line.rstrip(b"\n") for line in file)
    sys.stdout.write(f"{len(pd.DataFrame.from_records(slow.events))} events\n")


if __name__ == "__main__":
    main()
