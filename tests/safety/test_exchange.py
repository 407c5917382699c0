"""What replaces something changes places with it, at once or in steps."""

import pytest

from ha_report import destination


@pytest.fixture(params=[destination.exchange, destination.exchange_in_steps], ids=["at once", "in steps"])
def exchange(request):
    return request.param


def test_files_change_places(tmp_path, exchange):
    (tmp_path / "new").write_text("new")
    (tmp_path / "old").write_text("old")
    exchange(tmp_path / "new", tmp_path / "old")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old": "new", "new": "old"}


def test_folders_change_places_with_all_that_is_in_them(tmp_path, exchange):
    for name in ("new", "old"):
        (tmp_path / "staged" / name).mkdir(parents=True)
        (tmp_path / "staged" / name / "file").write_text(name)
    (tmp_path / "staged/old").rename(tmp_path / "old")
    exchange(tmp_path / "staged/new", tmp_path / "old")
    assert (tmp_path / "old/file").read_text() == "new"
    assert (tmp_path / "staged/new/file").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old", "staged"]


def test_if_the_new_one_is_gone_the_old_one_stays(tmp_path, exchange):
    (tmp_path / "old").write_text("old")
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "new", tmp_path / "old")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old": "old"}
