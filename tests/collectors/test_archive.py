"""Archives as strangers send them: whole, cut off, and crafted to do harm."""

import bz2
import gzip
import lzma
import os
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest

from collectors.archive import HEAD_BYTES, is_archive, unpack
from collectors.archive_source import Limits
from ha_report.errors import UserError
from tests.archives import link, member, tar_of

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
LOG = b"".join(b"Nov 23 02:01:%02d node02 crmd: [%d]: info: line\n" % (n % 60, n) for n in range(2000))


@pytest.fixture
def unpacked(tmp_path):
    """Unpack the bytes of an archive, and hold that nothing else was touched."""

    def run(data, limits=None):
        archive = tmp_path / "archive"
        archive.write_bytes(data)
        done = unpack(archive, tmp_path / "into", limits or Limits())
        assert {path.name for path in tmp_path.iterdir()} == {"archive", "into"}
        return done

    return run


def files_below(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


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


ATTACKS = {
    "absolute name": ([member("/ha-report-was-here")], "absolute"),
    "name that climbs": ([member("../evil")], "leads out"),
    "name that climbs later": ([member("node01/../../evil")], "leads out"),
    "newline in the name": ([member("ha-log\nnode99")], "control characters"),
    "terminal sequence in the name": ([member("\x1b[2Jha-log")], "control characters"),
    "C1 control in the name": ([member("\x9b2Jha-log")], "control characters"),
    "very deep name": ([member("/".join(["d"] * 200))], "deeper than"),
    "very long name": ([member("n" * 5000)], "too long"),
    "absolute link": ([link("passwd", "/etc/passwd")], "leads out"),
    "link that climbs": ([link("passwd", "../../../../etc/passwd")], "leads out"),
    "link to nothing": ([link("dangling", "not-there")], "leads nowhere"),
    "link to itself": ([link("circle", "circle")], "leads nowhere"),
    "link to its own folder": ([link("d/loop", ".")], "holds it"),
    "link with a very long target": ([link("l", "t" * 5000)], "too long"),
    "hard link out": ([link("shadow", "/etc/shadow", tarfile.LNKTYPE)], "absolute"),
    "hard link that climbs": ([link("shadow", "../archive", tarfile.LNKTYPE)], "leads out"),
    "hard link to nothing": ([link("l", "not-there", tarfile.LNKTYPE)], "did not come before"),
    "character device": ([member("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)], "no file, folder or link"),
    "block device": ([member("sda", type=tarfile.BLKTYPE, devmajor=8)], "no file, folder or link"),
    "fifo, which would hang a reader": ([member("pipe", type=tarfile.FIFOTYPE)], "no file, folder or link"),
}


@pytest.mark.parametrize(("members", "why"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused_by_name_and_the_rest_is_kept(unpacked, members, why):
    done = unpacked(tar_of(*members, member("ha-log", LOG)))
    assert [why in refusal.why for refusal in done.refused] == [True]
    assert done.damage is None
    assert done.members == ["ha-log"]
    assert files_below(done.root) == ["ha-log"]
    assert (done.root / "ha-log").read_bytes() == LOG


def test_a_file_is_not_written_through_a_link(unpacked, tmp_path):
    (tmp_path / "into").mkdir()
    done = unpacked(
        tar_of(link("logs", ".."), member("logs/evil", b"x"), link("ha-log", "../archive"), member("ha-log"))
    )
    assert (tmp_path / "into/logs").is_dir()
    assert not (tmp_path / "into/logs").is_symlink()
    assert done.members == ["logs/evil", "ha-log"]


def test_two_links_that_lead_out_only_together_are_refused(unpacked, tmp_path):
    """`up` alone ends inside; `out`, taken by its words alone, does too."""
    (tmp_path / "into").mkdir()
    done = unpacked(tar_of(member("a/b/ha-log"), link("a/b/up", "../.."), link("a/out", "b/up/../archive")))
    assert {refusal.name for refusal in done.refused} == {"a/b/up", "a/out"}
    assert files_below(tmp_path / "into") == ["a/b/ha-log"]


def test_a_link_that_stood_in_the_folder_before_is_not_followed(unpacked, tmp_path):
    (tmp_path / "into").mkdir()
    (tmp_path / "into/node01").symlink_to("..")
    done = unpacked(tar_of(member("node01/evil", b"x")))
    assert [refusal.why for refusal in done.refused] == ["a file stands where its folder belongs"]


def test_of_two_members_with_one_name_the_last_counts_and_the_first_is_named(unpacked):
    done = unpacked(tar_of(member("ha-log", b"old"), member("./ha-log", b"new")))
    assert (done.root / "ha-log").read_bytes() == b"new"
    assert [(refusal.name, "same name" in refusal.why) for refusal in done.refused] == [("ha-log", True)]
    assert done.members == ["./ha-log"]


def test_replacing_a_member_does_not_change_the_file_it_was_linked_to(unpacked):
    done = unpacked(
        tar_of(member("first", b"kept"), link("second", "first", tarfile.LNKTYPE), member("second", b"longer text"))
    )
    assert (done.root / "first").read_bytes() == b"kept"


def test_a_file_and_a_folder_of_one_name_do_not_meet(unpacked):
    done = unpacked(tar_of(member("x", b"file"), member("x/y"), member("d/e"), member("d", b"file")))
    assert done.members == ["x", "d/e"]
    assert [refusal.name for refusal in done.refused] == ["x/y", "d"]


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


def test_a_bomb_is_stopped_at_the_ratio(unpacked, tmp_path):
    packed = bz2.compress(tar_of(member("zeros", bytes(32 << 20))))
    assert len(packed) < 1000
    done = unpacked(packed, Limits(ratio_from_bytes=4 << 20))
    assert "1000 times its size" in done.damage
    assert (tmp_path / "into/zeros").stat().st_size <= 4 << 20


def test_a_bomb_is_stopped_at_the_total(unpacked):
    done = unpacked(tar_of(member("a", LOG), member("b", LOG), member("c", LOG)), Limits(total_bytes=2 * len(LOG)))
    assert "more than" in done.damage
    assert done.members[0] == "a"


def test_a_bomb_of_empty_files_is_stopped_at_their_number(unpacked):
    done = unpacked(tar_of(*(member(f"f{n}") for n in range(50))), Limits(members=20))
    assert "more than 20 members" in done.damage
    assert len(done.members) == 20


def sparse(name, apparent_bytes):
    """A file that is all hole, as GNU tar 1.0 sparse members tell it."""
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name}
    headers["GNU.sparse.realsize"] = str(apparent_bytes)
    return member(
        "GNUSparseFile.0/" + name, f"1\n{apparent_bytes}\n0\n".encode().ljust(512, b"\0"), pax_headers=headers
    )


def test_a_sparse_bomb_is_refused_and_the_rest_is_kept(unpacked):
    data = tar_of(sparse("lastlog", 1 << 50), member("ha-log", LOG), tar_format=tarfile.PAX_FORMAT)
    done = unpacked(data)
    assert [(refusal.name, "sparse" in refusal.why) for refusal in done.refused] == [("lastlog", True)]
    assert done.members == ["ha-log"]


def test_sparse_files_count_with_their_holes(unpacked):
    data = tar_of(*(sparse(f"s{n}", 40_000) for n in range(4)), tar_format=tarfile.PAX_FORMAT)
    done = unpacked(data, Limits(total_bytes=100_000))
    assert done.members == ["s0", "s1"]
    assert [refusal.name for refusal in done.refused] == ["s2", "s3"]


def test_a_small_sparse_file_is_unpacked_as_it_was(unpacked, tmp_path):
    """/var/log/lastlog and preallocated logs have holes, and `tar -S` stores them as such."""
    (tmp_path / "into").mkdir()
    with (tmp_path / "into" / "lastlog").open("wb") as file:
        file.truncate(1 << 20)
        file.seek(500_000)
        file.write(b"node01")
    packed = subprocess.run(
        ["tar", "-C", tmp_path / "into", "-S", "--format=pax", "-cf", "-", "lastlog"], check=True, capture_output=True
    ).stdout
    before = (tmp_path / "into" / "lastlog").read_bytes()
    assert len(packed) < 100_000
    assert (unpacked(packed).root / "lastlog").read_bytes() == before


@pytest.mark.parametrize("before", [[], [member("ha-log", LOG)]], ids=["first", "later"])
def test_headers_without_end_are_stopped(unpacked, before):
    """tarfile reads a long name into memory, however long its header says that it is."""
    long_name = member("././@LongLink", b"n" * (3 << 20), type=tarfile.GNUTYPE_LONGNAME)
    done = unpacked(tar_of(*before, long_name, member("x")))
    assert "header is longer" in done.damage
    assert len(done.members) == len(before)


def test_headers_that_lead_to_headers_are_stopped(unpacked):
    chain = [member("x", b"7 a=bc\n", type=tarfile.XHDTYPE)] * 2000
    assert "header is damaged" in unpacked(tar_of(*chain, member("x"))).damage


@pytest.mark.parametrize("kind", [b"0", b"Z"], ids=["file", "unknown kind"])
@pytest.mark.parametrize("size", [b"\xff" * 12, b"\x80" + b"\x7f" * 11], ids=["negative", "huge"])
def test_a_size_that_cannot_be_ends_the_reading_at_once(unpacked, size, kind):
    data = bytearray(tar_of(member("ha-log", LOG), member("b", LOG)))
    second = 512 + -(-len(LOG) // 512) * 512
    data[second + 124 : second + 136] = size
    data[second + 156 : second + 157] = kind
    data[second + 148 : second + 156] = b" " * 8
    data[second + 148 : second + 156] = b"%06o\0 " % sum(data[second : second + 512])
    started = time.monotonic()
    done = unpacked(bytes(data))
    assert done.damage
    assert (done.root / "ha-log").read_bytes() == LOG
    assert time.monotonic() - started < 5


def with_checksums(data):
    """Make every header of a crafted tar pass for whole: a broken checksum would hide what else is wrong."""
    for start in range(0, len(data) - 511, 512):
        if data[start + 257 : start + 262] == b"ustar":
            data[start + 148 : start + 156] = b" " * 8
            data[start + 148 : start + 156] = b"%06o\0 " % sum(data[start : start + 512])
    return bytes(data)


GRAIN = tar_of(
    member("a/log", LOG[:700]),
    link("a/soft", "../a/log"),
    link("hard", "a/log", tarfile.LNKTYPE),
    member("x" * 150, b"y", mtime=1.5),
    sparse("holes", 4096),
    tar_format=tarfile.PAX_FORMAT,
)


@hypothesis.given(st.lists(st.tuples(st.integers(0, len(GRAIN) - 1), st.integers(0, 255)), max_size=12), st.integers(0))
def test_no_crafted_archive_crashes_or_writes_outside(changes, cut):
    data = bytearray(GRAIN)
    for place, value in changes:
        data[place] = value
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "archive")
        archive.write_bytes(with_checksums(data)[: len(GRAIN) - cut % 2048])
        unpack(archive, Path(folder, "into"), Limits(total_bytes=1 << 24))
        assert {path.name for path in Path(folder).iterdir()} == {"archive", "into"}
        for path in Path(folder, "into").rglob("*"):
            assert path.resolve().is_relative_to(Path(folder, "into").resolve())


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
