import base64
import dataclasses
import hashlib
import itertools
import re

import pytest

from ha_report.model import Evidence, InputFile, NodeState, Source
from reports.html import SCRIPTS, STYLES, render
from reports.markup import breakable, marked, moment, prose, said
from reports.page import build
from reports.shape import Setting
from tests.reports.elements import Page
from tests.reports.incidents import (
    BEGIN,
    FAILED_START,
    NO_ROUTE,
    START,
    VERSION,
    crowded,
    event,
    hostile,
    hostile_finding,
    incident,
    log,
    nic_none,
    quiet,
    repeating,
)


def page(incident, *findings):
    return Page(render(build(incident, findings, version=VERSION)))


def test_every_element_is_closed(made):
    assert (made.unbalanced, made.stack) == ([], [])


def test_every_id_is_there_once_and_every_link_within_leads_somewhere(made):
    ids = [attrs["id"] for _, attrs in made.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    inside = {attrs["href"][1:] for attrs in made.of("a") if attrs["href"].startswith("#")}
    labels = {attrs["for"] for attrs in made.of("label") if "for" in attrs}
    named = {attrs["aria-labelledby"] for _, attrs in made.elements if "aria-labelledby" in attrs}
    assert (inside | labels | named) - set(ids) == set()


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else(html, made):
    [policy] = [attrs["content"] for attrs in made.of("meta") if attrs.get("http-equiv")]
    for tag, directive, files in (("style", "style-src", STYLES), ("script", "script-src", SCRIPTS)):
        texts = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(texts) == len(files)
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
        assert f"{directive} {allowed};" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_is_fetched_from_elsewhere(made):
    assert not [attrs for _, attrs in made.elements if "src" in attrs or "style" in attrs]
    assert [attrs["href"] for attrs in made.of("link")] == ["data:,"]
    assert {"script", "style"} <= {tag for tag, _ in made.elements}
    assert not re.search(r"@import|url\(", made.texts["style"])


def test_no_element_carries_a_handler_or_a_script_address(made):
    for _, attrs in made.elements:
        assert not [name for name in attrs if name.startswith("on")]
        assert not str(attrs.get("href", "")).startswith("javascript:")


def test_hostile_text_is_text():
    made = page(hostile(), hostile_finding(), hostile_finding())
    assert len([attrs for attrs in made.of("script") if "type" not in attrs]) == len(SCRIPTS)
    assert made.of("img") == []
    assert "<script>alert(1)</script>" in made.texts["h1"]
    assert "{{ 7*7 }}" in made.texts["h1"]
    assert "\\x1b]0;owned" in made.texts["h1"]


def test_the_sentence_is_the_headline_and_the_title():
    made = page(nic_none(), NO_ROUTE)
    assert made.texts["h1"] == NO_ROUTE.title
    assert made.texts["title"].startswith(f"{NO_ROUTE.title} · halab")


def test_a_proof_leads_to_its_line_in_the_timeline():
    html = render(build(nic_none(), [NO_ROUTE], version=VERSION))
    [row] = re.findall(r'href="#(e\d+)">node02/<wbr>pacemaker\.log:365', html)[:1]
    told = html[html.index(f'<tr id="{row}"') :]
    assert "Result of start operation" in told[: told.index("</tr>")]


def test_the_commands_can_be_copied():
    html = render(build(nic_none(), [NO_ROUTE], version=VERSION))
    assert "<code>crm_resource --cleanup --resource r_ip --node node02</code><button" in html


def test_a_crowded_timeline_says_where_the_rest_is():
    html = render(build(crowded(), [], version=VERSION))
    assert html.count('<tr id="e') == 1_000
    assert "Without scripts the page shows 1,000 of 5,000 events" in html
    assert 'href="events.csv"' in html


def first_section(html):
    """Return the part of a page that tells the verdict."""
    after = re.search('<section id="(?!verdict)', html).start()
    return html[html.index('<section id="verdict"') : after]


def test_what_else_went_wrong_stands_with_the_verdict():
    other = dataclasses.replace(NO_ROUTE, title="r_db could not start", resource="r_db")
    advice = dataclasses.replace(other, title="Fencing is off", severity="warning")
    told = first_section(render(build(nic_none(), [NO_ROUTE, advice, other], version=VERSION)))
    assert '<a href="#finding-3">r_db could not start</a>' in told
    assert "Fencing is off" not in told


def test_of_many_that_went_wrong_three_stand_with_the_verdict():
    others = [dataclasses.replace(NO_ROUTE, title=f"r_{number} could not start") for number in range(5)]
    told = first_section(render(build(nic_none(), [NO_ROUTE, *others], version=VERSION)))
    assert told.count("could not start</a>") == 3
    assert '<li><a href="#findings">2 more findings</a></li>' in told


@pytest.mark.parametrize(("number", "folded"), [(12, False), (13, True)])
def test_a_few_events_are_not_folded_away(number, folded):
    routine = [event(second, f"x {second}", kind="controller-state") for second in range(1, number)]
    html = render(build(incident([START, *routine], failed_operations=[FAILED_START]), [], version=VERSION))
    assert ('<input type="checkbox" id="all-events">' in html) is folded
    assert ("Show all 13, not only the one that matters most" in html) is folded
    assert ('class="notice routine"' in html) is folded


def test_a_cluster_of_a_dozen_nodes_is_pictured_with_a_verdict_that_has_no_proof():
    nodes = [NodeState(f"node{number:02}", "online") for number in range(1, 13)]
    calm = incident([event(1, "x", kind="quorum"), event(9, "y", kind="quorum")], nodes=nodes)
    failed = dataclasses.replace(nic_none(), nodes=nodes)
    assert 'class="cluster"' in first_section(render(build(calm, [], version=VERSION)))
    assert 'class="cluster"' not in first_section(render(build(failed, [NO_ROUTE], version=VERSION)))


def test_a_file_that_covers_one_moment_names_it_once_and_one_that_was_skipped_has_no_size():
    read = dataclasses.replace(log("a", "node01"), last_time_us=log("a", "node01").first_time_us)
    skipped = InputFile("core", None, None, 0, 0, skipped="binary")
    html = render(build(incident(inputs=[read, skipped]), [], version=VERSION))
    assert ">2026-11-23 02:01:26</td>" in html
    assert "0 B" not in html[: html.index("<template")]


def test_repeats_are_one_row():
    html = render(build(repeating(), [], version=VERSION))
    assert "334×" in html
    assert "334 lines in 1 file" in html


def test_a_page_without_a_snapshot_says_so():
    assert "No snapshot (crm_mon, CIB) is among the files read" in render(build(quiet(), [], version=VERSION))


def test_each_finding_has_an_address_and_its_own_markdown():
    made = page(nic_none(), NO_ROUTE, hostile_finding())
    ids = {attrs.get("id") for _, attrs in made.elements}
    assert {"finding-1", "finding-2", "finding-1-markdown", "finding-2-markdown", "failure-1"} <= ids


def test_what_happened_is_told_in_sentences():
    html = render(build(nic_none(), [NO_ROUTE], version=VERSION))
    story = html[html.index('<section id="story"') :]
    assert '<span class="said">node02: start of r_ip failed ([findif] failed)</span>' in story
    assert '<span class="said">r_ip started on node01</span>' in story


def test_a_setting_that_a_finding_quotes_is_marked_and_leads_there():
    report = build(nic_none(), [NO_ROUTE], version=VERSION)
    quoted = Setting("parameter", "r_ip", "ip", "192.168.200.50", Source("node01/cib.xml", 21))
    html = render(dataclasses.replace(report, settings=(quoted, quoted._replace(source=Source("node01/cib.xml", 3)))))
    assert html.count('href="#finding-1"><span aria-hidden="true">▲') == 1


def test_no_table_header_is_without_its_scope(made):
    assert {attrs.get("scope") for attrs in made.of("th")} <= {"col"}


def test_headings_go_down_one_step_at_a_time(made):
    levels = [int(tag[1]) for tag, _ in made.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_the_words_that_count_are_marked_longest_first():
    line = Evidence("a", 1, "r_ip_start_0 of r_ip <failed> rc=1 rc=12")
    assert marked(line, ("rc=1", "r_ip")) == (
        "r_ip_start_0 of <mark>r_ip</mark> &lt;failed&gt; <mark>rc=1</mark> rc=12"
    )


@pytest.mark.parametrize(
    ("made", "html"),
    [
        (prose("set `nic` <now>"), "set <code>nic</code> &lt;now&gt;"),
        (prose(None), ""),
        (said("ok | call=<1>"), 'ok<span class="soft"> | call=&lt;1&gt;</span>'),
        (said(" ok| a=1"), 'ok<span class="soft">| a=1</span>'),
        (said("a||b"), "a||b"),
        (said("ok"), "ok"),
        (breakable("a/b.log"), "a/<wbr>b.log"),
        (breakable("a.example.com"), "a.<wbr>example.<wbr>com"),
        (breakable("<a>"), "&lt;a&gt;"),
        (moment(BEGIN, BEGIN.date()), '<time datetime="2026-11-23T02:01:00+00:00">02:01:00</time>'),
        (moment(None, None), "no time"),
    ],
)
def test_small_markup_escapes_what_it_is_given(made, html):
    assert str(made) == html
