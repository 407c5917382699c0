"""Throws mangled files at everything that reads strangers' data; nothing may crash, hang or eat memory.

python tests/safety/fuzz.py 1000000          so many inputs, as fast as it goes; --seed for others
"""

import argparse
import io
import json
import os
import random
import signal
import sys
import tarfile
import tempfile
import time
import traceback
from collections import Counter
from datetime import timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collectors import stream  # noqa: E402 - found by the line above
from collectors.archive import is_archive, unpack  # noqa: E402
from collectors.archive_source import Limits  # noqa: E402
from collectors.redaction.masking import Redactor  # noqa: E402
from collectors.redaction.pseudonyms import Pseudonyms  # noqa: E402
from ha_report import bundle  # noqa: E402
from ha_report.errors import UserError  # noqa: E402
from parsers.documents import read_document  # noqa: E402
from parsers.recognise import text_format, xml_format  # noqa: E402

LONGEST_S = 1.0  # of one input
HANGS_S = 15.0
SEED_BYTES = 12_000  # of a file: small ones are mangled more thoroughly
TOKENS = [b"<", b">", b'"', b"'", b"\\", b"\n", b"\0", b"\xff", b"&", b"(", b")", b"[", b"]", b"{", b"=", b":", b"|", b"-", b"%s", b"9" * 30,
          b"\x1b[2J", b"\xe2\x80\xae", b" " * 50, b"&#0;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"-1", b"NaN", b"1e999", b"INFINITY", b"password="]  # fmt: skip


def seeds():
    """Return small files of all kinds that a bundle holds."""
    files = [*(ROOT / "ha_report/demo").rglob("*"), *(ROOT / "tests/data").rglob("*")]
    texts = {
        path.read_bytes()[:SEED_BYTES]
        for path in sorted(files)
        if path.is_file() and path.suffix not in (".py", ".pyc", ".bz2")
    }
    return sorted(one for one in texts if one)


def mangled(chance, data, others):
    """Return `data` with a few changes: bits, tokens, pieces cut, doubled, moved, or taken from another file."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        begin = chance.randrange(len(data) + 1)
        end = min(len(data), begin + int(chance.expovariate(0.02)))
        what = chance.randrange(7)
        if what == 0:
            data = data[:begin] + data[end:]
        elif what == 1:
            data = data[:end] + data[begin:]
        elif what == 2:
            data = data[:begin] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 40)) + data[begin:]
        elif what == 3:
            other = chance.choice(others)
            place = chance.randrange(len(other))
            data = data[:begin] + other[place : place + 200] + data[end:]
        elif what == 4:
            data = data[:begin] + bytes([chance.randrange(256)]) + data[begin + 1 :]
        elif what == 5:
            data = data[:begin]
        else:
            data = data[:begin] + data[begin:end][::-1] + data[end:]
    return data


def read_as_document(data, _folder):
    head = data[:65536].decode("utf-8", "replace")
    read_document(data, xml_format(head) or text_format(head), "node01/file", timezone.utc)


def read_as_incident(data, folder):
    from ha_report.diagnosis import findings_of
    from ha_report.reading import read_incident
    from reports import csv_report, html, json_report, markdown, page, text

    (folder / "ha-log").write_bytes(data)
    try:
        with read_incident([str(folder / "ha-log")], timezone.utc, lambda _: None) as (incident, _):
            report = page.build(incident, findings_of(incident), version="0")
            told = (
                html.render(report),
                json_report.render(report),
                markdown.render(report),
                csv_report.render(incident.events),
            )
            lines = "\n".join(text.lines(report, colour=False, encoding="utf-8"))
    except UserError:
        return
    for one in (*told, lines):
        assert "\x1b" not in one
        one.encode()
    json.loads(told[1])


def read_as_archive(data, folder):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in ("a/ha-log", "b"):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    chance = random.Random(data[:50])  # noqa: S311 - the same input is the same archive
    data = mangled(chance, packed.getvalue(), [data])
    is_archive(data[: 1 << 20])
    (folder / "archive").write_bytes(data)
    unpack(folder / "archive", folder / "into", Limits(total_bytes=1 << 24))
    for path in (folder / "into").rglob("*"):
        assert path.resolve().is_relative_to((folder / "into").resolve())


def read_as_stream(data, _folder):
    reading, writing = os.pipe()
    try:
        os.write(writing, (b"ha-report-stream 1 none 1.0 n\n" + data)[:60_000])
        os.close(writing)
        wire = stream.Wire(reading)
        greeting, begun = stream.greeting(wire, 1)
        for one in stream.arrivals(stream.Frames(wire, greeting.compressor, begun, 1)):
            one.read(1 << 16)
    except (stream.Garbled, stream.Stalled, stream.TooMuch):
        pass
    finally:
        os.close(reading)


def read_as_manifest(data, folder):
    (folder / bundle.MANIFEST).write_bytes(data)
    bundle.is_bundle(folder)


def mask(data, _folder):
    redactor = Redactor()
    first = b"".join(redactor.first("messages", io.BytesIO(data).read, Counter()))
    second = b"".join(redactor.second(io.BytesIO(first).read, Counter()))
    names = Pseudonyms()
    names.learn("cib.xml", second)
    names.learn_users(second)
    names.replaced(second)


# How often each is called of a hundred inputs: the slow ones less.
TARGETS = {
    read_as_document: 45,
    mask: 20,
    read_as_stream: 12,
    read_as_manifest: 10,
    read_as_archive: 11,
    read_as_incident: 2,
}


def once(target, data):
    """Give one input to one target; raises what it raises, and AssertionError when it took too long."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.thread_time()
        target(data, Path(folder))
        took = time.thread_time() - begin
    assert took < LONGEST_S, f"it took {took:.1f} s"


def manifest():
    item = {"name": "x", "status": "ok", "bytes": 1, "redacted": {"passwd": 1}}
    node = {"name": "node01", "state": "complete", "items": [item]}
    told = {"schema": bundle.SCHEMA, "generator": {"version": "1"}, "created": "2026-11-23T00:00:00+00:00", "cluster": None,
            "window": {"from": "2026-11-23T00:00:00+00:00", "to": "2026-11-23T01:00:00+00:00"}, "asked": {}, "nodes": [node]}  # fmt: skip
    return json.dumps(told).encode()


class Hang(BaseException):
    """Nothing that reads a file may take it for a defect of that file."""


def hang(_signal, _frame):
    raise Hang


def main():
    signal.signal(signal.SIGALRM, hang)
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("inputs", type=int)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--seconds", type=float, default=float("inf"))
    options = asked.parse_args()
    chance, files = random.Random(options.seed), seeds()  # noqa: S311 - the same seed gives the same inputs
    targets, weights = list(TARGETS), list(TARGETS.values())
    begin, failures, done = time.monotonic(), 0, Counter()
    for _ in range(options.inputs):
        target = chance.choices(targets, weights)[0]
        data = mangled(chance, manifest() if target is read_as_manifest else chance.choice(files), files)
        signal.setitimer(signal.ITIMER_REAL, HANGS_S)
        try:
            once(target, data)
        except (Exception, Hang):  # noqa: BLE001 - whatever it is, it is a find
            failures += 1
            name = Path(tempfile.gettempdir(), f"ha-report-fuzz-{options.seed}-{failures}")
            name.write_bytes(data)
            print(f"{target.__name__}: {name}\n{traceback.format_exc()[-1200:]}", flush=True)  # noqa: T201 - a program
        signal.setitimer(signal.ITIMER_REAL, 0)
        done[target.__name__] += 1
        if time.monotonic() - begin > options.seconds or failures > 20:
            break
    print(f"{sum(done.values())} inputs in {time.monotonic() - begin:.0f} s, {failures} failures: {dict(done)}")  # noqa: T201 - a program
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
