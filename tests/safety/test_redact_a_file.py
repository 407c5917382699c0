"""`redact` cleans a single file, too; OUT is a file then."""

import gzip
import lzma
import tarfile

import pytest
from click.testing import CliRunner

from ha_report.cli import main

SECRET = b"hunter2xyz"
LOG = b"Nov 23 02:01:35 node02 backup[1]: password=hunter2xyz\nNov 23 02:01:36 node02 backup[1]: said hunter2xyz\n"
CLEAN = LOG.replace(SECRET, b"******")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def redact(*words):
    return CliRunner().invoke(main, ["redact", *map(str, words)])


@pytest.mark.parametrize("packed", [bytes, gzip.compress, lzma.compress], ids=["plain", "gzip", "xz"])
def test_a_file_is_cleaned_and_packed_as_it_was(here, packed):
    (here / "ha-log").write_bytes(packed(LOG))
    done = redact("ha-log", "clean")
    assert (done.exit_code, done.output) == (0, "Wrote clean: 2 secrets masked in 1 files.\n")
    unpacked = {bytes: bytes, gzip.compress: gzip.decompress, lzma.compress: lzma.decompress}[packed]
    assert unpacked((here / "clean").read_bytes()) == CLEAN
    assert (here / "clean").stat().st_mode & 0o777 == 0o600
    assert (here / "ha-log").read_bytes() == packed(LOG)


def test_it_goes_into_an_archive_where_that_is_asked_for(here):
    (here / "ha-log").write_bytes(LOG)
    assert redact("ha-log", "clean.tar.gz").exit_code == 0
    with tarfile.open(here / "clean.tar.gz") as tar:
        assert tar.extractfile("clean/ha-log").read() == CLEAN


def test_a_link_to_a_file_is_that_file(here):
    (here / "ha-log").write_bytes(LOG)
    (here / "link").symlink_to("ha-log")
    assert redact("link", "clean").exit_code == 0
    assert (here / "clean").read_bytes() == CLEAN


def test_its_pseudonyms_stand_in_a_map_beside_it(here):
    (here / "ha-log").write_bytes(LOG)
    assert redact("--anonymize", "ha-log", "clean.log").exit_code == 0
    assert {path.name for path in here.iterdir()} == {"ha-log", "clean.log", "clean.log.map.json"}
    assert SECRET not in (here / "clean.log").read_bytes()


def test_a_file_that_was_an_archive_is_not_taken_for_a_log(here):
    (here / "mon.tar.gz").write_bytes(gzip.compress(LOG))
    done = redact("mon.tar.gz", "clean")
    assert (done.exit_code, done.stderr.splitlines()[0]) == (
        1, "Error: Nothing of mon.tar.gz could be taken, so there is nothing to clean.",
    )  # fmt: skip
    assert not (here / "clean").exists()


def test_what_cannot_be_looked_into_is_not_called_clean(here):
    (here / "mon.zip").write_bytes(b"PK\x03\x04" + LOG)
    done = redact("mon.zip", "clean")
    assert (done.exit_code, "not looked into" in done.stderr) == (1, True)
    assert not (here / "clean").exists()
