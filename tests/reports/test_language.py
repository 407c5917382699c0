"""The catalogues are complete, in step with the sources, and every output speaks them."""

import ast
import re
import runpy
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from ha_report import demo
from ha_report.diagnosis import findings_of
from ha_report.reading import read_incident
from reports import html, json_report, markdown, text
from reports.language import LANGUAGES, language_of
from reports.page import build
from tests.reports.conftest import SAMPLES
from tests.reports.elements import Page
from tests.reports.incidents import NO_ROUTE, VERSION, nic_none

ROOT = Path(__file__).resolve().parents[2]
TOOL = runpy.run_path(str(ROOT / "docs/translations.py"))
OTHERS = LANGUAGES[1:]
RULES = sorted((ROOT / "ha_report/rules").glob("*.py"))
SPOKEN = {"title", "cause", "remedy", "verify"}  # of a Finding or a Why
NAMES = re.compile(r"%\((\w+)\)s|\{(\w+)")


@pytest.fixture(scope="module", params=OTHERS)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def catalogue(language):
    with TOOL["path_of"](language).open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def extracted():
    return TOOL["extracted"]()


def said_by(catalogue):
    return {hashable(message.id): hashable(message.string) for message in catalogue if message.id}


def hashable(said):
    return tuple(said) if isinstance(said, list | tuple) else said or ""


def test_the_catalogue_has_what_the_sources_say_and_nothing_else(catalogue, extracted):
    """Otherwise: make translations."""
    assert set(said_by(catalogue)) == set(said_by(extracted))


def test_nothing_is_left_untranslated_or_doubtful(catalogue):
    assert [message.id for message in catalogue if message.id and not TOOL["is_translated"](message)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert len(said_by(catalogue)) > 1000


def test_what_is_read_is_what_was_translated(catalogue, language):
    """Otherwise: make translations."""
    with TOOL["path_of"](language).with_suffix(".mo").open("rb") as file:
        compiled = said_by(read_mo(file))
    assert compiled == {key: value for key, value in said_by(catalogue).items() if value}


def names_in(texts):
    found = {
        one or other for text in ([texts] if isinstance(texts, str) else texts) for one, other in NAMES.findall(text)
    }
    return found - {"count", "num"}  # English says "once", and "it is" of one thing


def test_every_translation_names_what_the_original_names(catalogue):
    wrong = {
        key: value
        for key, value in said_by(catalogue).items()
        if names_in(key) != names_in(value) or len(re.findall(r"\{", str(value))) != str(value).count("}")
    }
    assert wrong == {}


def test_a_space_at_an_end_is_kept_where_a_sentence_goes_on(catalogue):
    """ " on {nodes}" stands before its verb in Japanese, and is parted from it by a space."""
    told = {str(key): value for key, value in said_by(catalogue).items()}
    assert told.get(" on {nodes}", " ").endswith(" ")


def parts_of(node):
    """Return what a call is given, and what a formatted string is made of."""
    return list(ast.walk(node))[1:] if isinstance(node, ast.Call | ast.JoinedStr) else []


def unspoken(path):
    """Yield the lines of texts that a rule says, and that no language could say otherwise."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.keyword) and node.arg in SPOKEN:
            inside = {id(below) for one in ast.walk(node.value) for below in parts_of(one)}
            yield from (
                f"{path.name}:{text.lineno}"
                for text in ast.walk(node.value)
                if id(text) not in inside and is_sentence(text)
            )


def is_sentence(node):
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and not node.value.startswith("$ ")
        and " " in node.value
    )


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_all_that_a_rule_says_can_be_said_in_another_language(path):
    assert list(unspoken(path)) == []


def test_a_sentence_that_is_no_phrase_is_found(tmp_path):
    path = tmp_path / "rule.py"
    path.write_text('Why(title="It failed", cause=Phrase("It is gone"), remedy=(Phrase("Do this:"), "$ crm_mon -1"))')
    assert list(unspoken(path)) == ["rule.py:1"]


@pytest.fixture(scope="module", params=demo.SAMPLES)
def report(request):
    with read_incident((str(demo.path(request.param)),), None, lambda *_: None) as (incident, _):
        return build(incident, findings_of(incident), version=VERSION)


def test_every_finding_and_step_of_the_samples_is_told_in_every_language(report, language):
    say = language_of(language)
    told = [text for one in report.findings for text in (one.title, one.cause, *one.remedy, *one.verify)]
    told += [step.sentence for step in report.story]
    unknown = [
        piece.text for text in told if not text.startswith("$ ") for piece in say.pieces(text) if not piece.known
    ]
    assert len(told) > 20
    assert unknown == []


def test_the_page_the_markdown_and_the_terminal_speak_japanese_and_the_json_english(report):
    before = json_report.render(report)
    page = Page(html.render(report, "ja"))
    assert [attrs["lang"] for attrs in page.of("html")] == ["ja"]
    for told in (
        page.texts["h1"],
        markdown.render(report, "ja"),
        "\n".join(text.lines(report, colour=False, language="ja")),
    ):
        assert re.search("[ぁ-ん]", told)
    assert json_report.render(report) == before
    assert not re.search("[ぁ-ん]", before)


def test_the_commands_are_the_same_in_every_language():
    report = build(nic_none(), [NO_ROUTE], version=VERSION)
    command = "crm_resource --cleanup --resource r_ip --node node02"
    for language in LANGUAGES:
        assert f"<code>{command}</code>" in html.render(report, language)
        assert command in markdown.render(report, language)


def test_what_only_english_has_is_marked_as_english():
    page = html.render(build(nic_none(), [NO_ROUTE], version=VERSION), "ja")
    assert f'<h1 id="sentence"><span lang="en">{NO_ROUTE.title}</span></h1>' in page
    assert 'lang="en"' not in html.render(build(nic_none(), [NO_ROUTE], version=VERSION)).split("<body>")[1]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_incident_can_be_told_in_japanese(name):
    report = build(*SAMPLES[name](), version=VERSION)
    page = Page(html.render(report, "ja"))
    assert (page.unbalanced, page.stack) == ([], [])
    assert markdown.render(report, "ja")
    assert all("\x1b" not in line for line in text.lines(report, colour=False, language="ja"))


@pytest.mark.lab
def test_every_finding_of_the_lab_is_told_in_every_language(lab_captures, language):
    say = language_of(language)
    unknown = {}
    for folder in sorted(path for path in lab_captures.iterdir() if path.is_dir()):
        with read_incident((str(folder),), None, lambda *_: None) as (incident, _):
            for one in findings_of(incident):
                texts = [text for text in (one.title, one.cause, *one.remedy, *one.verify) if not text.startswith("$ ")]
                unknown |= {piece.text: folder.name for text in texts for piece in say.pieces(text) if not piece.known}
    assert unknown == {}
