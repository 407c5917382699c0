import json
import os
import stat

import pytest

from ha_report.errors import DestinationInTheWay, UserError
from reports import csv_report, files, html
from reports.files import NAMES, write
from tests.reports.incidents import NO_ROUTE, VERSION, nic_none, quiet


def written(dest, incident=None, *, force=False):
    return write(incident or nic_none(), [NO_ROUTE], dest, version=VERSION, force=force)


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_report_is_four_files_in_a_new_folder_with_its_parents(tmp_path):
    dest = tmp_path / "a" / "b" / "report"
    assert written(dest) == dest / "index.html"
    assert names(dest) == sorted(NAMES)
    assert names(dest.parent) == ["report"]


def test_only_the_user_may_read_it(tmp_path):
    written(tmp_path / "report")
    modes = [stat.S_IMODE((tmp_path / "report" / name).stat().st_mode) for name in NAMES]
    assert modes == [0o600] * 4
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o700


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path, monkeypatch):
    inode = tmp_path.stat().st_ino
    monkeypatch.chdir(tmp_path)
    written(files.Path())
    assert names(tmp_path) == sorted(NAMES)
    assert tmp_path.stat().st_ino == inode


def test_a_link_to_an_empty_folder_is_not_followed(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    with pytest.raises(DestinationInTheWay, match="is a symbolic link"):
        written(tmp_path / "link", force=True)
    assert names(tmp_path / "there") == []
    assert (tmp_path / "link").is_symlink()


def test_a_report_in_the_way_is_kept_unless_forced(tmp_path):
    dest = tmp_path / "report"
    written(dest)
    with pytest.raises(DestinationInTheWay, match=r"holds a report already.*\n.*-Z/--force"):
        written(dest, quiet())
    written(dest, quiet(), force=True)
    assert json.loads((dest / "report.json").read_text())["failed_operations"] == []
    assert names(dest) == sorted(NAMES)


def test_force_replaces_only_the_report_and_leaves_what_others_put_beside_it(tmp_path):
    dest = tmp_path / "report"
    written(dest)
    (dest / "notes.txt").write_text("mine")
    written(dest, force=True)
    assert (dest / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "mine"),
        ("report.json", "{}"),
        ("report.json", '{"schema": "ha-report/10"}'),
        ("index.html", "<p>"),
    ],
)
def test_what_ha_report_did_not_make_is_never_replaced(tmp_path, force, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(DestinationInTheWay, match=name):
        written(tmp_path, force=force)
    assert names(tmp_path) == [name]
    assert (tmp_path / name).read_text() == text


def test_a_link_among_the_files_of_a_report_is_not_followed(tmp_path):
    dest, other = tmp_path / "report", tmp_path / "precious"
    written(dest)
    other.write_text("mine")
    (dest / "index.html").unlink()
    (dest / "index.html").symlink_to(other)
    with pytest.raises(DestinationInTheWay):
        written(dest, force=True)
    assert other.read_text() == "mine"


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "report").write_text("mine")
    with pytest.raises(DestinationInTheWay, match="report is a file"):
        written(tmp_path / "report", force=True)


def test_a_dangling_link_in_the_way_is_named(tmp_path):
    (tmp_path / "report").symlink_to("nowhere")
    with pytest.raises(DestinationInTheWay, match="is a symbolic link"):
        written(tmp_path / "report", force=True)


def test_a_parent_that_is_a_file_is_an_error_that_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"could not be written: Not a directory"):
        written(tmp_path / "file" / "report")


def test_a_parent_that_may_not_be_written_to_is_an_error_that_says_so(ordinary_user):
    (ordinary_user / "mine").mkdir(mode=0o500)
    with pytest.raises(UserError, match="Permission denied"):
        written(ordinary_user / "mine" / "a" / "report")


def test_a_parent_where_nothing_can_be_made_is_an_error_that_says_so():
    if not os.path.isdir("/proc/self"):  # noqa: PTH112 -- asked before pathlib is of use
        pytest.skip("no /proc here")
    with pytest.raises(UserError, match="could not be written"):
        written(files.Path("/proc/ha-report/report"))


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
@pytest.mark.parametrize("module", [html, csv_report], ids=["html", "csv_report"])
@pytest.mark.parametrize("there", ["new", "empty", "report"])
@pytest.mark.parametrize("alone_below", [0, 1 << 30], ids=["by two processes", "by one"])
def test_nothing_half_written_stays_behind(tmp_path, monkeypatch, error, module, there, alone_below):
    monkeypatch.setattr(files, "_MANY", alone_below)
    dest = tmp_path / "deep" / "report"
    if there != "new":
        dest.mkdir(parents=True)
    if there == "report":
        written(dest)
    before = sorted(str(path) for path in tmp_path.rglob("*"))

    def broken(*_):
        raise error

    monkeypatch.setattr(module, "render", broken)
    with pytest.raises(UserError if error is OSError else error):
        written(dest, force=True)
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_two_processes_write_what_one_writes(tmp_path, monkeypatch):
    written(tmp_path / "one")
    monkeypatch.setattr(files, "_MANY", 0)
    written(tmp_path / "two")
    one, two = ({name: (tmp_path / dest / name).read_bytes() for name in NAMES} for dest in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("moves", range(4))
def test_a_report_being_replaced_is_put_back_when_a_move_fails(tmp_path, monkeypatch, moves):
    written(tmp_path)
    before = {name: (tmp_path / name).read_text() for name in NAMES}
    rename = files.Path.rename
    left = iter(range(moves))

    def refused(source, target):
        if next(left, None) is None:
            monkeypatch.setattr(files.Path, "rename", rename)
            raise OSError(5, "Input/output error")
        return rename(source, target)

    monkeypatch.setattr(files.Path, "rename", refused)
    with pytest.raises(UserError, match="Input/output error"):
        written(tmp_path, quiet(), force=True)
    assert {name: (tmp_path / name).read_text() for name in NAMES} == before
    assert names(tmp_path) == sorted(NAMES)
