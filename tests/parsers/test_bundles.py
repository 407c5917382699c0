"""Which files are read, and whose they are."""

import os

import pytest

from parsers.bundles import LAYOUTS, files_of, layout_of


@pytest.mark.parametrize("row", LAYOUTS, ids=lambda row: row.name)
def test_a_layout_is_known_by_its_example_and_no_earlier_row_claims_it(row):
    assert layout_of(["README", row.example]) == row


def test_a_file_met_again_by_a_link_is_read_once(tmp_path):
    (tmp_path / "a").write_text("x")
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").symlink_to("a")
    assert [(one.name, one.same_as) for one in files_of(tmp_path, "")] == [("a", None), ("b", "a"), ("c", "a")]


def test_a_link_out_of_the_bundle_is_named_and_not_followed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "in" / "link").symlink_to("../secret")
    [one] = files_of(tmp_path / "in", "")
    assert one.unreadable == "a link that leads out of the bundle"


def test_links_to_nowhere_and_to_themselves_are_named(tmp_path):
    (tmp_path / "lost").symlink_to("gone")
    (tmp_path / "round").symlink_to("round")
    assert all(one.unreadable for one in files_of(tmp_path, ""))


def test_a_pipe_is_not_opened(tmp_path):
    """crm report hung on a named pipe in /var/log once (bsc#1121912)."""
    os.mkfifo(tmp_path / "pipe")
    [one] = files_of(tmp_path, "")
    assert one.unreadable == "not an ordinary file"
