"""Everything that reads strangers' data, as functions of the bytes of one input; what they raise is a find.

Most are single readers, called directly whatever the data looks like; a share goes through the opener, and all the
way to the rendered report.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import random
import sys
import tarfile
import tempfile
from collections import Counter
from datetime import timezone
from functools import wraps
from pathlib import Path

from collectors import stream
from collectors.archive import is_archive, unpack
from collectors.archive_source import Limits
from collectors.redaction.masking import Redactor
from collectors.redaction.packed import zstd
from collectors.redaction.pseudonyms import Pseudonyms
from ha_report import bundle
from ha_report.compressed import DAMAGE, decompressed, opened
from ha_report.errors import UserError
from ha_report.incident import Window
from ha_report.model import InputFile
from ha_report.tables import rows_of
from parsers import beside, cib, configure_cib, crm_mon_text, crm_mon_xml, xml_tree
from parsers import messages as message_rows
from parsers.dates import latest_date, zone_of
from parsers.documents import read_document
from parsers.journal import format_of
from parsers.log import read_blocks
from parsers.log_reading import LogReading
from parsers.read import Reading, read
from parsers.recognise import is_binary, is_json, text_format, xml_format
from parsers.scan import blocks_of
from parsers.settle import Settler, clues_of
from parsers.told import LONGEST

sys.path.insert(0, str(Path(__file__).parent))

from mangling import mangled, seeds

FILE = "node01/file"
UTC = timezone.utc
LOOKED_AT_US = 1_795_392_000_000_000
READERS = sorted(set(beside.READERS.values()), key=lambda one: one.__module__)
PATTERNS = rows_of(message_rows, "PATTERNS")
PACKERS = (gzip.compress, bz2.compress, lzma.compress, zstd.compress)
WINDOWS = (Window(), Window(LOOKED_AT_US - 10**11, LOOKED_AT_US))
NAMES = ("ha-log", "node01/messages", "node02/pacemaker.log", "node01/cib.xml", "crm_mon.txt", "node02/ip_a.txt", "corosync.conf", "date.txt")  # fmt: skip


def chance_in(data):
    """Return what chooses where a target has a choice: the same input gives the same."""
    return random.Random(data[:80])  # noqa: S311 - see above


def in_folder(target):
    """Give the target an empty folder that is gone behind it."""

    @wraps(target)
    def with_folder(data):
        with tempfile.TemporaryDirectory() as folder:
            target(data, Path(folder))

    return with_folder


def document(data):
    """Read what is recognised for what it is."""
    head = data[:65536].decode("utf-8", "replace")
    is_binary(data), is_json(head), latest_date(head), zone_of(head[:400])
    read_document(data, xml_format(head) or text_format(head), FILE, UTC)


def any_reader(data):
    """Read it as what it may not be."""
    lines = data.decode("utf-8", "replace").split("\n")
    reader = chance_in(data).choice((*READERS, None))
    if reader is None:
        crm_mon_text.read(lines, FILE, UTC)
        return
    facts = reader(lines, FILE)
    beside.undecoded(facts)


def xml(data):
    tree = xml_tree.parse(data)
    if tree.root is not None:
        cib.read(tree.root, FILE)
        configure_cib.read(tree.root, FILE)
        crm_mon_xml.read(tree.root, FILE, UTC)


def log(data):
    """Read lines of a log or a journal, and settle their times."""
    kind = format_of(data.decode("utf-8", "replace")) or chance_in(data).choice(
        (None,) * 6 + ("journal-json", "journal-export")
    )
    reading = LogReading(InputFile(path=FILE))
    read_blocks(blocks_of(io.BytesIO(data).readinto), reading, kind)
    clues_of(reading)
    settler = Settler(reading, "node01", UTC, LOOKED_AT_US, {})
    settler.gaps(settler.events())
    settler.records()
    settler.span()


def message(data):
    """Try as much of the line as is looked at on every row whose anchor it holds: none is behind a header that the scan wants."""
    for line in data.decode("utf-8", "replace").split("\n")[:20]:
        for row in PATTERNS:
            row.match(line[:LONGEST])


def packed(data):
    """Read a log that is packed, and mangled after that."""
    chance = chance_in(data)
    stream_of = io.BytesIO(mangled(chance, chance.choice(PACKERS)(data), seeds()))
    try:
        with decompressed(stream_of, fast=chance.random() < 0.5) as plain:
            while plain.read(1 << 16):
                pass
    except DAMAGE:
        pass


@in_folder
def archive(data, folder):
    """Open an archive in which something is wrong."""
    container = io.BytesIO()
    with tarfile.open(fileobj=container, mode="w") as tar:
        for name in ("a/ha-log", "b"):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    chance = chance_in(data)
    whole = mangled(chance, container.getvalue(), [data])
    if chance.random() < 0.3:
        whole = mangled(chance, chance.choice(PACKERS)(whole), [data])
    is_archive(whole[: 1 << 20])
    (folder / "archive").write_bytes(whole)
    unpack(folder / "archive", folder / "into", Limits(total_bytes=1 << 24))
    for path in (folder / "into").rglob("*"):
        assert path.resolve().is_relative_to((folder / "into").resolve())


@in_folder
def bundle_opener(data, folder):
    """Read a folder of a few files, all of them of this one, with or without a window of time."""
    chance = chance_in(data)
    for name in chance.sample(NAMES, chance.choice((1, 2, 4))):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        part = mangled(chance, data, [data]) if chance.random() < 0.5 else chance.choice(seeds())
        path.write_bytes(chance.choice(PACKERS)(part) if chance.random() < 0.2 else part)
    read([(folder, "bundle")], chance.choice((None, UTC)), UTC, Reading(chance.choice(WINDOWS)))
    bundle.is_bundle(folder)


@in_folder
def report(data, folder):
    """Go all the way, to each form of the report."""
    from ha_report.diagnosis import findings_of
    from ha_report.reading import read_incident
    from reports import csv_report, html, json_report, markdown, page, text

    (folder / "ha-log").write_bytes(data)
    try:
        with read_incident([str(folder / "ha-log")], UTC, lambda _: None) as (incident, _):
            built = page.build(incident, findings_of(incident), version="0")
            told = (html.render(built), json_report.render(built), markdown.render(built), csv_report.render(incident.events),
                    "\n".join(text.lines(built, colour=False, encoding="utf-8")))  # fmt: skip
    except UserError:
        return
    for one in told:
        assert "\x1b" not in one
        one.encode()
    json.loads(told[1])


@in_folder
def difference(data, folder):
    """Compare it with what it was made of."""
    from ha_report.diagnosis import findings_of
    from ha_report.reading import read_incident
    from reports import difference_html, difference_text
    from reports.difference import compare

    (folder / "before").write_bytes(data)
    (folder / "after").write_bytes(mangled(chance_in(data), data, seeds()))
    try:
        with (
            read_incident([str(folder / "before")], UTC, lambda _: None) as (before, _),
            read_incident([str(folder / "after")], UTC, lambda _: None) as (after, _),
        ):
            found = compare((before, findings_of(before)), (after, findings_of(after)), version="0")
    except UserError:
        return
    assert "\x1b" not in difference_html.render(found) + difference_text.markdown(found)
    json.loads(difference_text.as_json(found))


def answer(data):
    """Take it as what a node sends."""
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


@in_folder
def manifest(data, folder):
    chance = chance_in(data)
    (folder / bundle.MANIFEST).write_bytes(mangled(chance, _manifest(), seeds()))
    bundle.is_bundle(folder)


def _manifest():
    item = {"name": "x", "status": "ok", "bytes": 1, "redacted": {"passwd": 1}}
    node = {"name": "node01", "state": "complete", "items": [item]}
    told = {"schema": bundle.SCHEMA, "generator": {"version": "1"}, "created": "2026-11-23T00:00:00+00:00", "cluster": None,
            "window": {"from": "2026-11-23T00:00:00+00:00", "to": "2026-11-23T01:00:00+00:00"}, "asked": {}, "nodes": [node]}  # fmt: skip
    return json.dumps(told).encode()


def mask(data):
    """Mask it in both passes, and rename what is in it."""
    redactor = Redactor()
    first = b"".join(redactor.first("messages", io.BytesIO(data).read, Counter()))
    second = b"".join(redactor.second(io.BytesIO(first).read, Counter()))
    names = Pseudonyms()
    names.learn("cib.xml", second)
    names.learn_users(second)
    names.replaced(second)


@in_folder
def files(data, folder):
    """Open a file of a bundle as the parsers do."""
    (folder / "file").write_bytes(data)
    try:
        with opened(folder / "file") as file:
            file.read()
    except DAMAGE:
        pass


# How often each is called of a thousand inputs: the slow ones less.
TARGETS = {
    log: 310,
    any_reader: 180,
    document: 130,
    xml: 70,
    message: 40,
    mask: 45,
    packed: 50,
    answer: 50,
    archive: 50,
    manifest: 25,
    files: 5,
    bundle_opener: 35,
    report: 8,
    difference: 2,
}
