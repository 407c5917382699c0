"""Archives that are crafted to fill a disk, or to keep the reader busy for ever."""

import bz2
import subprocess
import tarfile
import time

import pytest

from collectors.archive_source import Limits
from tests.archives import member, tar_of
from tests.collectors.conftest import LOG, sparse


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
