"""Forty bundles that were made to do harm: each is refused or contained, and named in the report.

Each is an archive with one good log beside what is hostile; nothing is written but the report, and the log is read.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import stat
import tarfile
import time
import zipfile

import pytest
from click.testing import CliRunner

from ha_report.cli import main
from tests.archives import link, member
from tests.archives import tar_of as gnu_tar_of

EVIL = ("/var/tmp/ha-report-evil", "/tmp/ha-report-evil")  # noqa: S108 - what must not be there
LOG = (
    b"Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for r_ip on"
    b" node02: error ([findif] failed) | CIB update 15, graph action confirmed; call=6 key=r_ip_start_0 rc=1\n"
)
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE cib [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
LAUGHS = ENTITIES + b"]><cib><configuration>&j;</configuration></cib>"
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE cib [<!ENTITY x SYSTEM "file:///etc/passwd">]><cib epoch="1"><configuration>&x;</configuration></cib>'


def tar_of(*members):
    """Return an archive that keeps pax headers."""
    return gnu_tar_of(*members, tar_format=tarfile.PAX_FORMAT)


def sparse(size):
    headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "lastlog",
        "GNU.sparse.realsize": str(size),
    }
    return member("GNUSparseFile.0/lastlog", f"1\n{size}\n0\n".encode().ljust(512, b"\0"), pax_headers=headers)


def nested(depth, data):
    for _ in range(depth):
        data = tar_of(member("inner.tar", data))
    return data


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../evil", bytes(1 << 20))
    return buffer.getvalue()


# What is in the archive beside the log, and what the report or standard error says of it; None: nothing is lost by it.
HOSTILE = {
    "absolute name": ([member(EVIL[0])], "absolute"),
    "two slashes": ([member("//var/tmp/ha-report-evil")], "absolute"),
    "climbing name": ([member("../evil")], "leads out"),
    "climbing in the middle": ([member("a/../../evil")], "leads out"),
    "climbing in a pax header": ([member("x", pax_headers={"path": "../../evil"})], "leads out"),
    "folder that climbs": ([member("../evil", type=tarfile.DIRTYPE)], "leads out"),
    "symlink out": ([link("passwd", "/etc/passwd")], "leads out"),
    "symlink up": ([link("passwd", "../../../../../etc/passwd")], "leads out"),
    "symlink to proc": ([link("mem", "/proc/self/mem")], "leads out"),
    "hard link out": ([link("shadow", "/etc/shadow", tarfile.LNKTYPE)], "absolute"),
    "hard link up": ([link("shadow", "../../etc/shadow", tarfile.LNKTYPE)], "leads out"),
    "file through a symlink": ([link("d", EVIL[1][:4]), member("d/ha-report-evil", b"x")], None),
    "folder replaced by a symlink": ([member("d/a", b"x"), link("d", "..")], "folder of that name"),
    "two symlinks that lead out together": ([member("a/b/x"), link("a/b/up", "../.."), link("a/out", "b/up/../..")], "leads"),
    "symlink to itself": ([link("circle", "circle")], "leads nowhere"),
    "symlink loop of folders": ([link("d/loop", ".")], "holds it"),
    "character device": ([member("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)], "no file"),
    "block device": ([member("sda", type=tarfile.BLKTYPE, devmajor=8)], "no file"),
    "fifo": ([member("pipe", type=tarfile.FIFOTYPE)], "no file"),
    "unknown type": ([member("odd", type=b"Z")], None),
    "sparse bomb": ([sparse(1 << 50)], "sparse"),
    "newline in a name": ([member("ha-log\nnode99 evil")], "control characters"),
    "escape in a name": ([member("\x1b]0;owned\x07\x1b[2Jlog")], "control characters"),
    "name of 100,000 letters": ([member("n" * 100_000)], "too long"),
    "name of 1000 folders": ([member("d/" * 1000 + "x")], "deeper"),
    "name that is no UTF-8": ([member("\udcff\udcfe.log", LOG)], None),
    "name of a report": ([member("report.json", b'{"schema": "ha-report/1"}')], "written by ha-report"),
    "set-uid program": ([member("tool", b"#!/bin/sh\n", mode=0o6777)], None),
    "archives five deep": ([member("a.tar", nested(5, tar_of(member("x", LOG))))], "archive"),
    "archive of itself, nearly": ([member(f"{n}.tar", tar_of(member("x", b"y"))) for n in range(120)], "give it by itself"),
    "zip": ([member("x.zip", zipped())], "binary"),
    "bomb as a log": ([member("messages.bz2", bz2.compress(bytes(64 << 20)))], None),
    "bomb in a bomb": ([member("m.gz", gzip.compress(gzip.compress(bytes(32 << 20))))], None),
    "XML bomb": ([member("cib.xml", LAUGHS)], "entities"),
    "external entity": ([member("crm_mon.xml", OUTSIDE)], "entities"),
    "XML 100,000 deep": ([member("cib.xml", b"<cib>" + b"<a>" * 100_000)], None),
    "line of 30 MB": ([member("messages", b"Nov 23 02:01:35 n crmd: [1]: " + b"x" * (30 << 20))], None),
    "all bytes": ([member("ha-log.1", bytes(range(256)) * 4096)], "binary"),
    "lines that are no UTF-8": ([member("ha-log.1", LOG.replace(b"r_ip", b"r\xff\xfe") * 10)], None),
    "escapes in a log": ([member("ha-log.1", LOG.replace(b"[findif]", b"\x1b[31m\x1b]0;owned\x07") * 3)], None),
    "formulas in a log": ([member("ha-log.1", LOG.replace(b"[findif]", b"=cmd|' /C calc'!A0"))], None),
    "time of NaN": ([member("ha-log.1", LOG, pax_headers={"mtime": "nan"})], None),
    "time of the year 300,000": ([member("ha-log.1", LOG, pax_headers={"mtime": "9e12"})], None),
    "JSON 100,000 deep": ([member("manifest.json", b'{"schema": "ha-report-bundle/1", "nodes": ' + b"[" * 100_000)], None),
}  # fmt: skip


@pytest.fixture
def analyzed(tmp_path, monkeypatch):
    """Analyze an archive, and hold that nothing else was touched; gives the report and all that was said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()

    def run(data, *options):
        (tmp_path / "in.tar").write_bytes(data)
        begin = time.monotonic()
        done = CliRunner().invoke(main, ["analyze", "in.tar", "-o", "out", *options])
        assert time.monotonic() - begin < 20
        assert done.exit_code in (0, 3), done.output + done.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"in.tar", "out", "scratch"}
        assert list((tmp_path / "scratch").iterdir()) == []
        return json.loads((tmp_path / "out/report.json").read_text()), done.output + done.stderr

    return run


def test_there_are_forty_of_them():
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize(("members", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_bundle_is_contained_and_named(analyzed, tmp_path, members, said):
    report, output = analyzed(tar_of(*members, member("node02/pacemaker.log", LOG)))
    assert "r_ip" in {one["resource"] for one in report["failed_operations"]}
    assert not any(os.path.lexists(one) for one in EVIL)
    told = json.dumps(report["inputs"]) + output
    assert said is None or said in told
    assert "\x1b" not in output
    for path in (tmp_path / "out").iterdir():
        assert b"\x1b" not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"root:x:0:0" not in path.read_bytes()
    cells = (tmp_path / "out/events.csv").read_text().replace('"', "").split(",")
    assert not any(cell.startswith(("=", "@", "+")) for cell in cells)


def test_a_bomb_is_stopped_unless_the_limit_is_raised(analyzed):
    data = tar_of(member("pacemaker.log", LOG), member("zeros", bytes(300 << 20)))
    packed = lzma.compress(data, preset=0)
    assert "see --unpack-limit" in analyzed(packed)[1]
    assert "see --unpack-limit" not in analyzed(packed, "--unpack-limit", "1", "-Z")[1]


def test_show_writes_no_escape_to_a_terminal(tmp_path):
    (tmp_path / "ha-log").write_bytes(LOG.replace(b"[findif]", b"\x1b]0;owned\x07\x9b31m\xe2\x80\xae"))
    done = CliRunner().invoke(main, ["show", str(tmp_path / "ha-log")])
    assert done.exit_code == 0
    assert not set("\x1b\x07\x9b\u202e") & set(done.output)


def test_a_link_in_a_folder_that_leads_out_is_not_read(tmp_path):
    """Who untars a bundle with tar has the stranger's links on the disk."""
    (tmp_path / "private.log").write_bytes(LOG.replace(b"r_ip", b"r_private"))
    (tmp_path / "bundle/node02").mkdir(parents=True)
    (tmp_path / "bundle/node02/pacemaker.log").write_bytes(LOG)
    (tmp_path / "bundle/node02/ha-log").symlink_to("../../private.log")
    (tmp_path / "bundle/node03").symlink_to(tmp_path)
    done = CliRunner().invoke(main, ["analyze", str(tmp_path / "bundle"), "-o", str(tmp_path / "out")])
    assert done.exit_code in (0, 3), done.output
    assert "r_private" not in (tmp_path / "out/report.json").read_text()
    assert "ha-log" in (tmp_path / "out/report.json").read_text()
    done = CliRunner().invoke(main, ["redact", str(tmp_path / "bundle"), str(tmp_path / "clean")])
    assert "leads out" in done.stderr
    assert not (tmp_path / "clean/node02/ha-log").exists()
