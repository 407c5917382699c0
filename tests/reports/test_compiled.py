"""Templates that were compiled are kept, and a folder that cannot be written to is no error."""

import sys

import jinja2
import pytest

from reports.compiled import Compiled, FinalizedOnly


@pytest.fixture
def templates(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "page.j2").write_text("Hello {{ name }}")
    return tmp_path


def rendered(templates):
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), autoescape=True, bytecode_cache=Compiled(templates)
    )
    return environment.get_template("page.j2").render(name="<you>")


def kept(templates):
    return list(templates.glob("__pycache__/*.jinja2"))


def test_a_template_is_compiled_once(templates, monkeypatch):
    assert rendered(templates) == "Hello &lt;you&gt;"
    assert len(kept(templates)) == 1
    monkeypatch.setattr(jinja2.Environment, "_generate", None)  # what compiles is gone
    assert rendered(templates) == "Hello &lt;you&gt;"


def test_a_changed_template_is_compiled_anew(templates):
    rendered(templates)
    (templates / "page.j2").write_text("Bye {{ name }}")
    assert rendered(templates) == "Bye &lt;you&gt;"


@pytest.mark.parametrize("damage", [b"", b"junk", None])
def test_what_is_kept_may_be_damaged(templates, damage):
    rendered(templates)
    [path] = kept(templates)
    path.write_bytes(path.read_bytes()[:-9] if damage is None else damage)
    assert rendered(templates) == "Hello &lt;you&gt;"


def test_a_folder_that_cannot_be_written_to_is_no_error(templates):
    (templates / "__pycache__").write_text("in the way")
    assert rendered(templates) == "Hello &lt;you&gt;"


def test_nothing_is_kept_where_python_keeps_nothing(templates, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    rendered(templates)
    assert kept(templates) == []


class Environment(jinja2.Environment):
    code_generator_class = FinalizedOnly


def test_what_finalize_returns_is_printed_as_it_is():
    """A jinja2 that asks its generator otherwise shows here; pages would still be right, and take longer."""
    made = Environment(autoescape=True, finalize="[{}]".format)
    page = made.from_string("{% macro twice(word) %}{{ word }}{{ word }}{% endmacro %}{{ name }} {{ twice(name) }}")
    assert page.render(name="<") == "[<] [[<][<]]"


def test_without_a_finalize_all_is_escaped():
    assert Environment(autoescape=True).from_string("{{ name }}").render(name="<") == "&lt;"
