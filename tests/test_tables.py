"""Rows are found in every module of a package, and a module that has none is an error."""

import importlib
import sys

import pytest

from ha_report.tables import rows_of


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Make a package of the modules given as sources, and import it."""

    def make(**sources):
        (tmp_path / "sample_rows").mkdir()
        (tmp_path / "sample_rows/__init__.py").write_text("")
        for name, source in sources.items():
            (tmp_path / f"sample_rows/{name}.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module("sample_rows")

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "sample_rows"]:
        del sys.modules[name]


def test_rows_come_in_order_of_the_modules_names(package):
    assert rows_of(package(b="ROWS = (3,)", a="ROWS = (1, 2)"), "ROWS") == (1, 2, 3)


def test_a_new_file_is_all_that_a_new_row_takes(package):
    assert rows_of(package(only="ROWS = ('row',)"), "ROWS") == ("row",)


def test_a_module_without_its_tuple_is_an_error(package):
    with pytest.raises(AttributeError, match="ROWS"):
        rows_of(package(a="ROWS = (1,)", forgotten="RWOS = (2,)"), "ROWS")


def test_a_module_that_does_not_import_is_an_error(package):
    with pytest.raises(ImportError, match="no_such_module"):
        rows_of(package(broken="import no_such_module\nROWS = ()"), "ROWS")
