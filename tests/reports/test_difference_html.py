import re

from reports.difference import Change, Difference, Part, Side
from reports.difference_html import render
from tests.reports.elements import Page

BEFORE, AFTER = Side("monday", "halab", "2026-11-23 02:00:00 UTC"), Side("tuesday", "halab", "2026-11-24 02:00:00 UTC")
DIFFERENCE = Difference(
    BEFORE,
    AFTER,
    (
        Part("Findings", (Change("error", "node-lost", None, "node02 was lost"),)),
        Part("Versions", (Change("pacemaker", "version", "2.1.5", "2.1.6"), Change("crmsh", "version", "4.4", None))),
    ),
    ("Fencing is off",),
    "0.1",
)


def heads(html):
    return [re.findall(r"<th [^>]*>([^<]+)</th>", table) for table in re.findall(r"<thead>.*?</thead>", html)]


def test_the_columns_of_findings_are_called_what_they_hold():
    assert heads(render(DIFFERENCE)) == [
        ["Change", "Severity", "Rule", "Before", "After"],
        ["Change", "Subject", "What", "Before", "After"],
    ]


def test_each_change_says_its_kind_by_a_word_and_a_sign():
    html = render(DIFFERENCE)
    told = re.findall(r'<tr class="(\w+)">\s*<td[^>]*><span[^>]*>(.)</span> (\w+)</td>', html)
    assert told == [("new", "+", "new"), ("changed", "~", "changed"), ("gone", "-", "gone")]


def test_the_page_is_whole_and_every_table_has_a_caption():
    made = Page(render(DIFFERENCE))
    assert (made.unbalanced, made.stack) == ([], [])
    assert len(made.of("caption")) == len(made.of("table")) == 2
