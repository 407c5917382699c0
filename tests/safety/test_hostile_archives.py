"""Archives of which the headers were made by hand: nothing comes out beside the folder, and what is not taken is named.

tests/safety/test_hostile_bundles.py goes all the way to the report; here an archive is opened, and no more.
"""

import gzip
import lzma
import os
import stat
import tarfile
import time

import pytest

from collectors.archive import unpack
from collectors.archive_source import Limits
from collectors.redaction.packed import zstd
from tests.archives import link, member
from tests.archives import tar_of as gnu_tar_of

GOOD = member("node02/ha-log", b"good\n")


def tar_of(*members):
    return gnu_tar_of(*members, GOOD, tar_format=tarfile.PAX_FORMAT)


def by_hand(name=b"x", size=b"00000000000", kind=b"0", data=b""):
    """Return a member with a header that no library would write."""
    header = bytearray(512)
    for place, told in (
        (0, name),
        (100, b"0000644\0"),
        (124, size),
        (148, b" " * 8),
        (156, kind),
        (257, b"ustar\x0000"),
    ):
        header[place : place + len(told)] = told
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + data + bytes(-len(data) % 512)


def sparse(**told):
    return member("GNUSparseFile.0/x", b"1\n0\n10\n".ljust(512, b"\0"), pax_headers={f"GNU.sparse.{key}": one for key, one in told.items()})  # fmt: skip


def swapped():
    """A folder that becomes a link between two of its files."""
    return [member("d/x", b"1"), link("d/x", "/etc"), member("d/x/passwd", b"evil")]


def window(data):
    """Return it packed so that whoever unpacks it is told to keep 2 GB."""
    level, log = zstd.CompressionParameter.compression_level, zstd.CompressionParameter.window_log
    packer = zstd.ZstdCompressor(options={level: 1, log: 31})
    return packer.compress(data) + packer.compress(bytes(1 << 20)) + packer.flush()


# What is in the archive, what is said of it, and whether the good file comes out.
TAKEN = {
    "hard link to a link": (tar_of(link("s", "/etc/passwd"), link("h", "s", tarfile.LNKTYPE), member("h", b"evil")), "did not come before"),
    "hard link to itself": (tar_of(link("h", "h", tarfile.LNKTYPE)), "did not come before"),
    "folder swapped for a link": (tar_of(*swapped()), "File exists"),
    "link out in a pax header": (tar_of(member("x", type=tarfile.SYMTYPE, pax_headers={"linkpath": "/etc/passwd"})), "leads out"),
    "absolute name in a pax header": (tar_of(member("x", b"1", pax_headers={"path": "/tmp/evil"})), "absolute"),  # noqa: S108 - it must not come to be
    "bytes as a name": (tar_of(member("x", b"1", pax_headers={"hdrcharset": "BINARY", "path": "a/../../x"})), "leads out"),
    "long GNU name that climbs": (gnu_tar_of(member("a/" * 60 + "../" * 80 + "x", b"1"), GOOD), "leads out"),
    "long GNU link that climbs": (gnu_tar_of(link("l", "../" * 60 + "etc/passwd"), GOOD), "leads out"),
    "names of dots": (tar_of(member("...", b"1"), member("..", type=tarfile.DIRTYPE), member("./.", b"1")), "leads out"),
    "no name": (by_hand(b"") + tar_of(), "folder of that name"),
    "names that differ in case": (tar_of(member("Log", b"1"), member("LOG", b"2"), member("log", b"3")), None),
    "control characters of C1": (tar_of(member("a\x9b31mx", b"1")), "control characters"),
    "NUL in a name": (tar_of(member("x", b"1", pax_headers={"path": "a\0b"})), "control characters"),
    "links of 3000": (tar_of(*(link(f"l{n}", f"l{n + 1}") for n in range(3000))), "leads nowhere"),
    "links that double": (tar_of(*(link(f"a{n}", f"a{n - 1}/a{n - 1}") for n in range(1, 60)), member("a0/a0/x", b"1")), "leads nowhere"),
    "volume of many": (by_hand(kind=b"M") + tar_of(), "no file, folder or link"),
    "label of a volume": (by_hand(kind=b"V") + tar_of(), "no file, folder or link"),
    "sparse map that runs on": (tar_of(sparse(map="0,1," * 50_000 + "0,1", size="10")), None),
    "uid of 5000 digits": (tar_of(member("x", b"1", pax_headers={"uid": "9" * 5000})), None),
    "empty gzip members": (gzip.compress(b"") * 20_000 + gzip.compress(tar_of()), None),
    "empty frames": (zstd.compress(b"") * 20_000 + zstd.compress(tar_of()), None),
}  # fmt: skip
ENDED = {
    "size below zero": (by_hand(b"n", b"\xff" * 10 + (-512 & 0xFFFF).to_bytes(2, "big")), "a header is damaged"),
    "size of 4 EB": (by_hand(b"n", b"\x80" + (1 << 62).to_bytes(11, "big")) + tar_of(), "no end mark"),
    "size below zero in a pax header": (tar_of(member("x", b"1", pax_headers={"size": "-5"})), "a header is damaged"),
    "size of 1 EB in a pax header": (tar_of(member("x", b"1", pax_headers={"size": str(1 << 60)})), "no end mark"),
    "name of 20 GB": (by_hand(b"././@LongLink", b"20000000000", b"L") + tar_of(), "no end mark"),
    "sparse map of no numbers": (tar_of(sparse(major="1", minor="0", realsize="zz")), "a header is damaged"),
    "archive behind an archive": (gnu_tar_of(member("x", b"1")) + tar_of(), "goes on behind its end mark"),
    "compression in compression": (lzma.compress(lzma.compress(lzma.compress(tar_of()))), "no end mark"),
    "window of 2 GB": (window(tar_of()), "too much memory"),
}  # fmt: skip


@pytest.fixture
def opened(tmp_path):
    """Open an archive, and hold that nothing came to be beside its folder, and in it only what may."""

    def run(data):
        (tmp_path / "archive").write_bytes(data)
        begin = time.thread_time()
        done = unpack(tmp_path / "archive", tmp_path / "into", Limits(total_bytes=1 << 30))
        assert time.thread_time() - begin < 8
        assert {path.name for path in tmp_path.iterdir()} == {"archive", "into"}
        for path in (tmp_path / "into").rglob("*"):
            kind = path.lstat().st_mode
            assert stat.S_ISDIR(kind) or stat.S_ISREG(kind) or path.resolve().is_relative_to(tmp_path / "into")
            assert path.is_symlink() or stat.S_IMODE(kind) in (0o600, 0o700)
        return done, (done.root.parent if done.root.name == "node02" else done.root) / "node02/ha-log"

    return run


@pytest.mark.parametrize(("data", "said"), TAKEN.values(), ids=TAKEN)
def test_what_is_hostile_is_left_out_and_what_is_good_is_taken(opened, data, said):
    done, good = opened(data)
    assert good.read_bytes() == b"good\n"
    assert done.damage is None
    assert said is None or any(said in refusal.why for refusal in done.refused)


@pytest.mark.parametrize(("data", "said"), ENDED.values(), ids=ENDED)
def test_an_archive_that_cannot_be_read_on_is_never_taken_for_whole(opened, data, said):
    assert said in opened(data)[0].damage


def test_what_is_outside_is_not_even_looked_at(tmp_path):
    """A link to where an automounter or a dead NFS server is would hold up whoever looks."""
    os.mkfifo(tmp_path / "outside")
    told = tmp_path / "outside"
    before = told.stat().st_atime_ns
    (tmp_path / "archive").write_bytes(tar_of(link("a", "../outside/x/y")))
    done = unpack(tmp_path / "archive", tmp_path / "into", Limits())
    assert [refusal.why for refusal in done.refused] == [
        "it is a link to ../outside/x/y, which leads out of the archive"
    ]
    assert told.stat().st_atime_ns == before
