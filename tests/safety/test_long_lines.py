"""A crafted line holds nobody up: the time that a message row takes grows with the line, and no faster."""

import re
import time

import pytest

import parsers.messages
from ha_report.diagnosis import findings_of
from ha_report.expressions import from_run_start
from ha_report.questions.knowledge import clean
from ha_report.questions.symptoms import seen_in_words, symptoms
from ha_report.reading import read_incident
from ha_report.tables import rows_of
from parsers.told import LONGEST

PATTERNS = rows_of(parsers.messages, "PATTERNS")
FILLERS = ["a", "a_", "_", "1", "a ", "a,", "a/", "[", "'a", "(a", "a:", "a-", "=a;"]
SIZE = 20_000
SAID = 8_000  # characters of what an agent says


def crafted(row, filler):
    body = (filler * SIZE)[:SIZE]
    yield row.anchor + body
    yield body + row.anchor
    yield (row.anchor + body[:40]) * (SIZE // (len(row.anchor) + 40))
    yield row.example.partition(row.anchor)[0] + row.anchor + " " + body
    yield row.example + body
    yield f"{row.example} " * (SIZE // len(row.example))
    yield f"{body} {row.example}!"


def seconds(row, text):
    begin = time.thread_time()
    row.match(text)
    return time.thread_time() - begin


@pytest.mark.parametrize("filler", FILLERS)
def test_no_row_takes_long_for_a_crafted_line(filler):
    """Rows that tried a run of characters from each of them took a second for 4,000, and would take 25 for these."""
    slow = {
        (row.kind, row.regex): text[:60]
        for row in PATTERNS
        for text in crafted(row, filler)
        if seconds(row, text) > 0.25
    }
    assert slow == {}


@pytest.mark.parametrize("cut", [1, 2, 4, 12])
def test_no_row_takes_long_for_a_line_that_begins_again_and_again_and_never_ends(cut):
    slow = {}
    for row in PATTERNS:
        begun = row.example[:-cut]
        took = seconds(row, (begun * (LONGEST // len(begun) + 1))[:LONGEST]) if row.anchor in begun else 0
        if took > 0.25:
            slow[row.kind, row.regex] = took
    assert slow == {}


def test_no_row_takes_long_for_blanks_wherever_they_stand():
    """A list of actions took minutes where thousands of blanks followed its parenthesis, and no other."""
    slow = {}
    for row in PATTERNS:
        for end in range(len(row.example) + 1):
            said = f" {row.example[:end]}{' ' * 1000}"
            for text in (said, f"{said}x") if row.anchor in said else ():
                took = seconds(row, text)
                if took > 0.05:
                    slow[row.kind, row.regex] = end, took
    assert slow == {}


def groups(regex, text):
    found = re.search(regex, text)
    return found and (found.span(), found.groupdict())


@pytest.mark.parametrize("row", PATTERNS, ids=lambda row: f"{row.kind} {row.era}")
def test_a_run_tried_from_its_start_gives_what_it_gave(row):
    around = ("{}", "x{}", " {} ", "a:b {}", "node01: {}; {}", "({})", "[r_ip_{}", "{}{}", "Node {}", "\t* {}")
    for other in PATTERNS if row.regex != from_run_start(row.regex) else [row]:
        for text in (frame.format(*[other.example] * frame.count("{}")) for frame in around):
            if row.anchor in text:
                assert groups(from_run_start(row.regex), text) == groups(row.regex, text)


def test_what_an_agent_printed_is_cleaned_in_time_that_grows_with_it_and_no_faster():
    begin = time.thread_time()
    assert clean("a" + " " * 20_000 + "b#012" + " " * 20_000 + r"c\n \n") == "a" + " " * 20_000 + "b; c"
    assert time.thread_time() - begin < 0.25


@pytest.mark.parametrize("filler", ["a", "a_", "1", "a ", "a/", "a:", " ", "/"])
def test_no_symptom_takes_long_for_what_a_crafted_agent_says(filler):
    begin = time.thread_time()
    seen_in_words(None, [filler * 100_000])
    assert time.thread_time() - begin < 2


def words_of(regex):
    """Return what stands literally in a regular expression: a crafted line repeats it."""
    return re.findall(r"[A-Za-z/][A-Za-z '/:-]{3,}", regex)


def crafted_words(row, body):
    yield from (body, row.example + body, body + row.example, f"{row.example} " * (SAID // len(row.example)))
    for word in words_of(row.says):
        yield from (word + body, body + word, (word + body[:40]) * (SAID // (len(word) + 40)))


@pytest.mark.parametrize("filler", ["a", "a_", "1", "a ", "a/", "/", "[", "/dev/", "external/", "fence_"])
def test_no_symptom_takes_longer_than_a_line_is_long(filler):
    """Each row by itself, and four times what is ever looked at: one that tried each start took seconds."""
    body = (filler * SAID)[:SAID]
    slow = {}
    for row in symptoms():
        for text in crafted_words(row, body):
            begin = time.thread_time()
            row.pattern.search(text)
            if time.thread_time() - begin > 0.03:
                slow[row.id] = text[:60]
    assert slow == {}


@pytest.mark.parametrize("row", symptoms(), ids=lambda row: row.id)
def test_a_symptom_tried_from_the_start_of_a_run_gives_what_it_gave(row):
    frames = ("{}", "x{}", " {} ", "a:b {}", "node01: {}; {}", "({})", "[r_ip_{}", "{}{}", "x y{}z {}")
    for other in symptoms():
        for text in (frame.format(*[other.example] * frame.count("{}")) for frame in frames):
            assert groups(from_run_start(row.says), text) == groups(row.says, text)


@pytest.mark.parametrize(
    ("regex", "started"),
    [
        (r"a|(?P<x>\S+) b", r"a|(?<!\S)(?P<x>\S+) b"),
        (r"(?:a|(?P<x>\S+)) b", r"(?:a|(?P<x>\S+)) b"),
        (r"a\|[|(](?P<y>\d+)|(?P<z>[\w)|-]+) c", r"a\|[|(](?P<y>\d+)|(?<![\w)|-])(?P<z>[\w)|-]+) c"),
    ],
)
def test_every_alternative_is_tried_from_the_start_of_its_run(regex, started):
    assert from_run_start(regex) == started


AGENT_SAYS = (
    "Nov 23 02:01:35  IPaddr2(r_ip)[158]:    ERROR: {}\n"
    "Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for r_ip on"
    " node02: error ([findif] failed) | CIB update 15, graph action confirmed; call=6 key=r_ip_start_0 rc=1\n"
)


@pytest.mark.parametrize("piece", ["a", "/a.", "IP address [", "primitive.", "findif"])
def test_rules_look_at_no_more_of_a_crafted_line_than_they_can_afford(tmp_path, piece):
    (tmp_path / "pacemaker.log").write_text(AGENT_SAYS.format(piece * (500_000 // len(piece))))
    with read_incident([str(tmp_path)], None, lambda _: None) as (incident, _):
        began = time.process_time()
        assert findings_of(incident)
        assert time.process_time() - began < 5
