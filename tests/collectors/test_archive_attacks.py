"""Archives that are crafted to write where they must not."""

import tarfile
import tempfile
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest

from collectors.archive import unpack
from collectors.archive_source import Limits
from tests.archives import link, member, tar_of
from tests.collectors.conftest import LOG, files_below, sparse

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
