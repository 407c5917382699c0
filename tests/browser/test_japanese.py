"""The Japanese page: every word of ours is Japanese, what logs say is marked as what it is, and it reads well."""

import re

import pytest

from tests.browser.conftest import SEEN, found, opened, resized, texts

pytestmark = pytest.mark.browser
JAPANESE = re.compile("[぀-ヿ一-鿿]")
# What stands in no element that says it is English: the page's own words.
OWN_WORDS = """
const own = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
  node.parentElement.closest('[lang=en], code, script, style, template, .num, .kind, .place, select') ? 2 : 1);
const texts = [];
while (own.nextNode()) texts.push(own.currentNode.data.trim());
return texts.filter(Boolean);
"""
# Names, programs and units that are the same in every language.
NAMES = set(
    """UTC DC JSON CSV ha-report report.json report.md events.csv call IPaddr2 nic start monitor rc error online
    halab pacemaker corosync heartbeat rule all Markdown CIB crm_mon Ctrl""".split()
)


@pytest.fixture(params=["demo nic, ja", "demo heartbeat, ja"])
def address(request, pages):
    """The Japanese pages, in turn."""
    return pages[request.param]


def test_the_page_says_that_it_is_japanese(browser, address):
    opened(browser, address)
    assert browser.execute_script("return document.documentElement.lang") == "ja"
    assert JAPANESE.search(browser.title)
    assert JAPANESE.search(found(browser, "h1")[0].text)
    assert browser.get_log("browser") == []


def test_headings_buttons_and_columns_are_japanese(browser, address):
    opened(browser, address)
    for kind in ("h1", "h2", "th", "summary", ".filters label", ".command button", "header nav a"):
        told = [text for text in texts(browser, kind) if text.strip()]
        assert told
        assert [
            text for text in told if re.search("[a-z]{2}", text) and not JAPANESE.search(text) and text not in NAMES
        ] == []


def test_no_english_sentence_stands_unmarked(browser, address):
    """Four English words in a row, each of small letters, are a sentence of ours that nobody translated."""
    opened(browser, address)
    sentence = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
    own = [re.sub(r"\([^()]*\)", "", text) for text in browser.execute_script(OWN_WORDS)]  # in brackets agents speak
    assert [text for text in own if sentence.search(text)] == []


def test_lines_of_logs_are_marked_as_english(browser, address):
    opened(browser, address)
    assert {element.get_attribute("lang") for element in found(browser, ".proof, #events-table tbody")} == {"en"}


def test_the_numbers_that_scripts_fill_in_stand_in_japanese_sentences(browser, address):
    opened(browser, address)
    assert re.fullmatch(
        r"重要な [\d,]+ 件だけでなく全 [\d,]+ 件を表示", found(browser, "label[for=all-events]")[0].text
    )
    search = found(browser, ".filters[data-for=events-table] input")[0]
    search.send_keys("corosync")
    told = found(browser, ".filters[data-for=events-table] output")[0].text
    assert re.fullmatch(r"[\d,]+ 件中 [\d,]+ 件", told)


def test_no_label_is_cut_off_or_broken_badly(browser, address):
    opened(browser, address)
    for width in (1366, 360):
        resized(browser, width)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        for kind, most in (("button", 40), ("th", 60)):
            heights = browser.execute_script(f"{SEEN} return seen.map((it) => [it.offsetHeight, it.innerText])", kind)
            assert [told for told in heights if told[0] >= most] == []
