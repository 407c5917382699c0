"""Archives as strangers send them: whole, and cut off."""

import bz2
import gzip
import lzma
import os
import stat
import subprocess
import sys
import tarfile
import time
import zlib

import pytest

from collectors.archive import HEAD_BYTES, is_archive, unpack
from ha_report.errors import UserError
from tests.archives import link, member, tar_of
from tests.collectors.conftest import LOG, files_below

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESSIONS = {
    "none": lambda data: data,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd.compress,
    "two-gzip-parts": lambda data: gzip.compress(data[:700]) + gzip.compress(data[700:]),
    "two-zstd-frames": lambda data: zstd.compress(data[:700]) + zstd.compress(data[700:]),
}


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_an_archive_is_unpacked_whatever_its_compression(unpacked, compress):
    done = unpacked(compress(tar_of(member("report/node01/ha-log", LOG), member("report/node02/ha-log", b""))))
    assert done.members == ["report/node01/ha-log", "report/node02/ha-log"]
    assert (done.root / "node01/ha-log").read_bytes() == LOG
    assert (done.refused, done.damage) == ([], None)


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_an_archive_is_told_from_a_log_by_its_contents(compress):
    assert is_archive(compress(tar_of(member("ha-log", LOG)))[:HEAD_BYTES])
    assert not is_archive(compress(LOG)[:HEAD_BYTES])


@pytest.mark.parametrize("head", [b"", b"BZh9", b"\x1f\x8b\x08", bytes(10240), b"\xfd7zXZ\x00garbage", LOG[:100]])
def test_what_is_no_archive_is_none(head):
    assert not is_archive(head)


def test_bzip2_of_nine_hundred_kilobytes_that_hardly_shrink_is_still_recognised():
    """The first block is the whole of what HEAD_BYTES must hold."""
    packed = bz2.compress(tar_of(member("core", os.urandom(2_000_000))))
    assert is_archive(packed[:HEAD_BYTES])


def test_the_root_is_the_one_top_folder_or_else_the_folder_given(unpacked, tmp_path):
    assert unpacked(tar_of(member("hb_report-1/node01/ha-log"))).root == tmp_path / "into" / "hb_report-1"
    assert unpacked(tar_of(member("node02/ha-log"))).root == tmp_path / "into"


def test_times_are_kept_for_they_date_logs_without_a_year(unpacked):
    done = unpacked(tar_of(member("a", mtime=1_300_000_000), member("b", mtime=0)))
    assert [(done.root / name).stat().st_mtime for name in "ab"] == [1_300_000_000, 0]


def test_a_time_that_is_none_becomes_the_archives_own(unpacked):
    done = unpacked(tar_of(member("a", pax_headers={"mtime": "nan"}), tar_format=tarfile.PAX_FORMAT))
    assert time.time() - (done.root / "a").stat().st_mtime < 60


def test_files_are_the_readers_own_and_no_set_uid_survives(unpacked):
    done = unpacked(tar_of(member("tool", b"#!/bin/sh\n", mode=0o6777, uid=0, gid=0)))
    assert stat.S_IMODE((done.root / "tool").stat().st_mode) == 0o600


def test_a_folder_nobody_may_read_is_made_readable(unpacked):
    done = unpacked(tar_of(member("d", type=tarfile.DIRTYPE, mode=0), member("d/ha-log", b"x")))
    assert (done.root / "ha-log").read_bytes() == b"x"


def test_links_inside_the_archive_are_kept(unpacked):
    """crm report links what is the same on all nodes, and ha-log.txt to pacemaker.log."""
    done = unpacked(
        tar_of(
            link("report/node01/sysinfo.txt", "../sysinfo.txt"),
            member("report/sysinfo.txt", b"Linux"),
            member("report/node01/ha-log.txt", LOG),
            link("report/node01/pacemaker.log", "report/node01/ha-log.txt", tarfile.LNKTYPE),
            link("report/latest", "node01"),
        )
    )
    assert done.refused == []
    assert (done.root / "node01/sysinfo.txt").read_bytes() == b"Linux"
    assert (done.root / "node01/pacemaker.log").read_bytes() == LOG
    assert (done.root / "latest/ha-log.txt").read_bytes() == LOG


def test_names_that_are_not_utf_8_can_be_written_and_read(unpacked):
    done = unpacked(tar_of(member("ログ/\udcb1\udcb2.log", LOG)))
    assert files_below(done.root) == ["\\xb1\\xb2.log"]
    assert done.root.name == "ログ"


def test_a_refused_name_is_shown_escaped_and_short(unpacked):
    [refusal] = unpacked(tar_of(member("\x1b]0;" + "x" * 10_000))).refused
    assert refusal.name.isprintable()
    assert len(refusal.name) < 300


@pytest.mark.parametrize("compressed", [False, True], ids=["none", "gzip"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_off_archive_gives_every_byte_that_stands_before_the_cut(unpacked, compressed, share):
    noise = [os.urandom(50_000) for _ in range(8)]
    packed = tar_of(*(member(f"node{n}/ha-log", data) for n, data in enumerate(noise)))
    packed = gzip.compress(packed) if compressed else packed
    cut = packed[: int(len(packed) * share)]
    plain = zlib.decompressobj(wbits=31).decompress(cut) if compressed else cut
    whole, rest = divmod(len(plain), 512 + 50_176)  # a header, and contents filled up to whole blocks
    done = unpacked(cut)
    got = b"".join((done.root / name).read_bytes() for name in done.members)
    assert got == b"".join(noise)[: whole * 50_000 + max(0, min(rest - 512, 50_000))]
    assert done.damage


@pytest.mark.parametrize("name", ["bzip2", "xz", "zstd"])
def test_a_cut_off_archive_gives_its_whole_blocks(unpacked, name):
    noise = [os.urandom(500_000) for _ in range(8)]
    packed = COMPRESSIONS[name](tar_of(*(member(f"node{n}/ha-log", data) for n, data in enumerate(noise))))
    done = unpacked(packed[: len(packed) * 3 // 4])
    got = b"".join((done.root / name).read_bytes() for name in done.members)
    assert b"".join(noise).startswith(got)
    assert len(got) > 1_700_000  # bzip2 gives nothing of a block of 900 kB that is not whole
    assert "node" in done.damage


def test_a_cut_off_file_keeps_the_time_of_the_archive(unpacked):
    done = unpacked(tar_of(member("ha-log", LOG))[:5000])
    assert (done.root / "ha-log").stat().st_mtime == 1_300_000_000
    assert (done.root / "ha-log").stat().st_size == 5000 - 512


def test_a_cut_between_two_members_is_noticed(unpacked):
    first = tar_of(member("a", LOG[:512]))
    assert "cut off" in unpacked(first[:1024]).damage


def test_an_overwritten_header_in_the_middle_is_noticed(unpacked):
    data = bytearray(tar_of(member("a", LOG[:512]), member("b", LOG)))
    data[1024:1124] = b"\xff" * 100
    done = unpacked(bytes(data))
    assert done.members == ["a"]
    assert done.damage.startswith("a header is damaged")


@pytest.mark.parametrize("data", [b"", LOG, gzip.compress(LOG), gzip.compress(b"")], ids=["empty", "log", "gz", "0.gz"])
def test_what_is_no_archive_at_all_is_damage_and_no_crash(unpacked, data):
    done = unpacked(data)
    assert "nothing could be read" in done.damage
    assert files_below(done.root) == []


def test_a_full_disk_says_what_to_do(tmp_path):
    """A tmpfs of 1 MB is the disk; mounting it needs root."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        (tmp_path / "archive").write_bytes(tar_of(member("ha-log", os.urandom(2 << 20))))
        with pytest.raises(UserError, match="Set TMPDIR"):
            unpack(tmp_path / "archive", disk / "into")
    finally:
        subprocess.run(["umount", disk], check=True)


def test_the_hb_report_of_a_stranger_is_unpacked_whole(corpus, tmp_path):
    [archive] = corpus.glob("hb_report-2.0.1-crmsh-history/*.tar.bz2")
    done = unpack(archive, tmp_path / "into")
    assert (done.damage, done.refused) == (None, [])
    assert done.root.name == "history-test"
    assert (done.root / "15sp1-1/ha-log.txt").stat().st_mtime == 1553238512


@pytest.mark.parametrize("name", ["crm1", "crm2", "pcmk2", "pcmk4-deadnode"])
def test_what_crm_report_and_its_peer_made_is_as_tar_unpacks_it(lab_captures, tmp_path, name):
    archive = lab_captures / "peers-reports" / f"{name}.tar.bz2"
    assert is_archive(archive.read_bytes()[:HEAD_BYTES])
    done = unpack(archive, tmp_path / "ours")
    assert (done.damage, done.refused) == (None, [])
    (tmp_path / "tars").mkdir()
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path / "tars"], check=True)
    theirs = tmp_path / "tars"
    assert files_below(tmp_path / "ours") == files_below(theirs)
    for path in files_below(theirs):
        assert (tmp_path / "ours" / path).read_bytes() == (theirs / path).read_bytes()
        if not (theirs / path).is_symlink():
            assert int((tmp_path / "ours" / path).stat().st_mtime) == int((theirs / path).stat().st_mtime)
