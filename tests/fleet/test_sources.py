import os
import tarfile

import pytest

from ha_report.errors import UserError
from ha_report.fleet.sources import contents_of, find, opened, shown


def log(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Nov 23 02:01:26 node01 corosync[71]: [MAIN] ready\n")
    return path


def names(given, below):
    return [os.path.relpath(one.name, below) for one in find(str(given))]


def test_a_folder_with_folders_of_nodes_is_one_bundle(tmp_path):
    log(tmp_path / "incident/node01/ha-log")
    log(tmp_path / "incident/node02/ha-log")
    assert names(tmp_path / "incident", tmp_path) == ["incident"]


def test_a_folder_of_bundles_gives_each_at_any_depth_and_archives_too(tmp_path):
    log(tmp_path / "2026-10/one/node01/ha-log")
    log(tmp_path / "2026-11/two/node01/pacemaker.log")
    log(tmp_path / "2026-11/README")
    log(tmp_path / "2026-11/three.tar.bz2")
    assert names(tmp_path, tmp_path) == ["2026-10/one", "2026-11/three.tar.bz2", "2026-11/two"]


def test_a_folder_of_bundles_that_a_program_made_is_no_bundle(tmp_path):
    """A manifest in each of them tells that they are no nodes' folders."""
    for name in ("one", "two"):
        log(tmp_path / name / "manifest.json")
        log(tmp_path / name / "ha-log")
    assert names(tmp_path, tmp_path) == ["one", "two"]


def test_a_pattern_names_bundles(tmp_path):
    for name in ("web1", "web2", "db1"):
        log(tmp_path / name / "node01/ha-log")
    assert names(f"{tmp_path}/web*", tmp_path) == ["web1", "web2"]


def test_a_name_that_looks_like_a_pattern_is_a_name(tmp_path):
    log(tmp_path / "web[1]/node01/ha-log")
    assert names(tmp_path / "web[1]", tmp_path) == ["web[1]"]


def test_a_loop_of_links_ends(tmp_path):
    log(tmp_path / "one/node01/ha-log")
    (tmp_path / "one/node01/again").symlink_to(tmp_path)
    assert names(tmp_path, tmp_path) == ["one"]


@pytest.mark.parametrize("given", ["nothing-here", "nothing-*", "memory://nothing-here"])
def test_what_is_not_there_is_said(tmp_path, given):
    with pytest.raises(UserError, match="nothing"):
        list(find(given if "://" in given else str(tmp_path / given)))


def test_an_empty_folder_has_no_bundle(tmp_path):
    with pytest.raises(UserError, match="no bundle there"):
        list(find(str(tmp_path)))


def test_a_stamp_changes_with_any_file(tmp_path):
    file = log(tmp_path / "one/node01/ha-log")
    [before] = find(str(tmp_path))
    os.utime(file, (0, 0))
    [after] = find(str(tmp_path))
    assert before.stamp != after.stamp


def test_the_hash_is_of_names_and_contents_alone(tmp_path):
    file = log(tmp_path / "one/ha-log")
    log(tmp_path / "two/ha-log")
    os.utime(file, (0, 0))
    assert contents_of(tmp_path / "one") == contents_of(tmp_path / "two")
    (tmp_path / "two/ha-log").rename(tmp_path / "two/ha-log.1")
    assert contents_of(tmp_path / "one").sha256 != contents_of(tmp_path / "two").sha256


def test_the_hash_of_an_archive_is_that_of_sha256sum(tmp_path):
    """So that a bundle in the index can be told from any shell."""
    (tmp_path / "a.tar").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert contents_of(tmp_path / "a.tar").sha256 == expected


def test_a_fifo_in_a_bundle_is_not_waited_for(tmp_path):
    log(tmp_path / "one/ha-log")
    os.mkfifo(tmp_path / "one/pipe")
    assert contents_of(tmp_path / "one").files == 1


@pytest.fixture
def memory():
    """A file system elsewhere, empty."""
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    yield system
    system.rm("/", recursive=True)


def put(system, path, text="Nov 23 02:01:26 node01 corosync[71]: [MAIN] ready\n"):
    system.pipe_file(path, text.encode())


def test_bundles_elsewhere_are_told_apart_like_those_here(memory):
    put(memory, "/b/one/node01/ha-log")
    put(memory, "/b/one/node02/ha-log")
    put(memory, "/b/deep/two/manifest.json")
    put(memory, "/b/deep/two/node01/ha-log")
    put(memory, "/b/three.tar.gz")
    put(memory, "/b/README")
    assert sorted(one.name for one in find("memory://b")) == [
        "memory:///b/deep/two",
        "memory:///b/one",
        "memory:///b/three.tar.gz",
    ]
    assert sorted(one.name for one in find("memory://b/*.tar.gz")) == ["memory:///b/three.tar.gz"]


def test_a_bundle_elsewhere_is_copied_whole_and_gone_afterwards(memory):
    put(memory, "/b/one/node01/ha-log", "first")
    put(memory, "/b/one/node02/ha-log", "second")
    [found] = find("memory://b/one")
    with opened(found.url) as path:
        assert [(path / node / "ha-log").read_text() for node in ("node01", "node02")] == ["first", "second"]
    assert not path.exists()


def test_a_bundle_elsewhere_that_changed_has_another_stamp(memory):
    put(memory, "/b/one/node01/ha-log", "first")
    [before] = find("memory://b")
    put(memory, "/b/one/node01/ha-log", "other")
    [after] = find("memory://b")
    assert (before.size_bytes, before.name) == (after.size_bytes, after.name)
    assert before.stamp != after.stamp


def test_what_a_web_server_has_is_read(tmp_path, web_server):
    pytest.importorskip("aiohttp")
    log(tmp_path / "one/node01/ha-log")
    with tarfile.open(tmp_path / "one.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "one", "one")
    [found] = find(f"{web_server}/one.tar.gz")
    with opened(found.url) as path:
        assert contents_of(path) == contents_of(tmp_path / "one.tar.gz")


def test_a_folder_of_a_web_server_is_a_bundle_like_any(tmp_path, web_server):
    """Its paths have two slashes in them."""
    pytest.importorskip("aiohttp")
    log(tmp_path / "all/one/node01/ha-log")
    log(tmp_path / "all/two/node01/ha-log")
    found = list(find(f"{web_server}/all"))
    assert [one.name for one in found] == [f"{web_server}/all/one", f"{web_server}/all/two"]
    with opened(found[0].url) as path:
        assert contents_of(path) == contents_of(tmp_path / "all/one")


def test_what_a_file_system_says_in_its_own_way_is_told_without_the_password():
    fsspec = pytest.importorskip("fsspec")

    class Refused(Exception):
        pass

    class Closed(fsspec.AbstractFileSystem):
        def __init__(self, **_options):
            raise Refused("sftp://me:secret@host lets nobody in.")

    fsspec.register_implementation("closed", Closed, clobber=True)
    with pytest.raises(UserError) as told:
        list(find("closed://me:secret@host/a"))
    assert told.value.message.splitlines()[0] == "closed://host/a: sftp://host lets nobody in."


SHOWN = {
    "sftp://me:secret@host/a": "sftp://me:***@host/a",
    "s3://bucket/a": "s3://bucket/a",
    "https://h/a?X-Amz-Signature=abc&id=5": "https://h/a?X-Amz-Signature=***&id=5",
    "zip://in::https://me:pw@h/a.zip": "zip://in::https://me:***@h/a.zip",
}


@pytest.mark.parametrize(("url", "expected"), SHOWN.items())
def test_no_password_is_written_down(url, expected):
    assert shown(url) == expected
