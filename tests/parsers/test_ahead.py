"""What is unpacked ahead, by a thread or by a process, is what the file holds, and its damage is told behind it."""

import bz2
import gzip
import hashlib
import lzma
import multiprocessing
import os
import signal
import sys

import pytest

from ha_report import forked
from ha_report.compressed import DAMAGE, opened, zstd
from parsers import ahead, apart
from parsers.pieces import AT_ONCE, pieces_of

PACK = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd.compress}
TEXT = b"".join(b"%d line %s\n" % (number, b"x" * (number % 97)) for number in range(60_000))


@pytest.fixture(params=["thread", "process"])
def way(request, monkeypatch):
    if request.param == "process" and sys.platform != "linux":
        pytest.skip("no process can be forked safely here")
    monkeypatch.setattr(ahead, "_may_fork", lambda: request.param == "process")
    return request.param


def read(path, room=1 << 18):
    """Return the parts that were read, and what was raised behind them."""
    found, view = [], memoryview(bytearray(room))
    with opened(path) as file, ahead.ahead_of(file, ahead._WORTH) as readinto:  # noqa: SLF001 - as if it were large
        try:
            while size := readinto(view):
                found.append(bytes(view[:size]))
        except DAMAGE as problem:
            return found, problem
    return found, None


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("room", [1 << 12, 100_003, 1 << 20])
def test_it_comes_whole_and_in_parts_that_fill_the_room(tmp_path, packing, room):
    (tmp_path / "log").write_bytes(PACK[packing](TEXT))
    found, problem = read(tmp_path / "log", room)
    assert (b"".join(found), problem) == (TEXT, None)
    assert {len(part) for part in found[:-1]} <= {room}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("packing", PACK)
def test_of_a_damaged_file_all_before_the_damage_comes_and_then_the_damage(tmp_path, packing):
    noise = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(50_000))
    packed = PACK[packing](noise)
    (tmp_path / "log").write_bytes(packed[: len(packed) * 2 // 3])
    found, problem = read(tmp_path / "log")
    with opened(tmp_path / "log") as file:
        *pieces, raised = pieces_of(file)
    pieces = [piece for piece in pieces if isinstance(piece, bytes)]
    assert b"".join(found) == b"".join(pieces)
    assert noise.startswith(b"".join(found))
    assert len(b"".join(found)) > 1 << 20
    assert (type(problem), str(problem)) == (type(raised), str(raised))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("packing", ["gzip", "xz"])  # the others unpack block by block
def test_of_a_file_that_is_cut_off_nearly_all_comes(tmp_path, packing):
    noise = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(20_000))
    packed = PACK[packing](noise)
    for part in (packed[: len(packed) // 10], packed[: len(packed) * 2 // 3]):
        (tmp_path / "log").write_bytes(part)
        found, problem = read(tmp_path / "log")
        assert isinstance(problem, EOFError)
        assert len(b"".join(found)) > len(part) - AT_ONCE


@pytest.fixture
def children(monkeypatch):
    """The processes that are made, one after the other."""
    made = []
    monkeypatch.setattr(apart, "fork", lambda: made.append(forked.fork()) or made[-1])
    return made


def test_who_wants_no_more_need_not_read_to_the_end(way, children, tmp_path):
    (tmp_path / "log").write_bytes(gzip.compress(TEXT * 10, 1))
    with opened(tmp_path / "log") as file, ahead.ahead_of(file, 1 << 30) as readinto:
        assert readinto(memoryview(bytearray(100))) == 100
    assert len(children) == (way == "process")
    for child in children:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)


def tried(readinto, room):
    try:
        return readinto(room)
    except EOFError as problem:
        return problem


def test_nothing_is_lost_silently_when_what_unpacks_is_killed(monkeypatch, children, tmp_path):
    monkeypatch.setattr(ahead, "_may_fork", lambda: True)
    (tmp_path / "log").write_bytes(gzip.compress(TEXT * 10, 1))
    room = memoryview(bytearray(1 << 18))
    with opened(tmp_path / "log") as file, ahead.ahead_of(file, 1 << 30) as readinto:
        readinto(room)
        os.kill(children[0], signal.SIGKILL)
        while not isinstance(told := tried(readinto, room), EOFError):
            assert told
    assert str(told) == "what unpacked it was killed"


def refused():
    raise BlockingIOError


def test_where_there_can_be_no_more_processes_a_thread_unpacks(monkeypatch, tmp_path):
    monkeypatch.setattr(ahead, "_may_fork", lambda: True)
    monkeypatch.setattr(apart, "fork", refused)
    (tmp_path / "log").write_bytes(gzip.compress(TEXT, 1))
    found, problem = read(tmp_path / "log")
    assert (b"".join(found), problem) == (TEXT, None)


class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def test_an_error_that_cannot_be_taken_along_is_told_in_words():
    class Broken:
        def readinto1(self, _):
            raise Odd("this", "that" * 10_000)

    with apart.by_process(Broken()) as readinto, pytest.raises(EOFError, match="this and that"):
        readinto(memoryview(bytearray(10)))


def test_a_process_is_made_only_in_one_that_was_made_to_read():
    assert not ahead._may_fork()  # noqa: SLF001
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(ahead._may_fork) == (sys.platform == "linux")  # noqa: SLF001
