"""The strip: lines of all logs over time, and above them the errors."""

import re
from datetime import timedelta

import pytest

from ha_report.model import InputFile
from reports import lanes_density
from reports.html import render
from reports.lanes_density import BINS, FEW, density_of
from reports.lanes_drawing import BETWEEN, ERRORS, Drawing
from reports.page import build
from tests.reports.incidents import BEGIN, BEGIN_US, VERSION, event, incident, nic_none

SECOND = 1_000_000
MINUTES = timedelta(seconds=180)  # a second in each of the coarsest bins


def log(path, lines, first_s=0, last_s=180):
    begin, end = (BEGIN_US + second * SECOND for second in (first_s, last_s))
    return InputFile(path, lines=lines, first_time_us=begin, last_time_us=end, format="syslog-iso")


def counter(*seconds):
    """Return what counts the lines of a log that were written in these seconds."""
    return lambda borders: [sum(BEGIN_US + second * SECOND < border for second in seconds) for border in borders]


def strip(made, errors=None):
    return density_of(made, errors or [False] * len(made.events), BEGIN, BEGIN + MINUTES)


def lines_of(level):
    return {number: lines for number, lines, _ in level.counts}


def test_the_lines_of_every_log_are_added_up_in_their_bins():
    made = incident(inputs=[log("a", 3), log("b", 1)], counters={"a": counter(2.5, 2.5, 9.5), "b": counter(9.5)})
    coarse, *_, fine = strip(made)
    assert lines_of(coarse) == {2: 2, 9: 2}
    assert lines_of(fine) == {90: 2, 342: 2}
    assert coarse.most == (2, 0)


def test_every_grain_tells_of_the_same_lines_and_errors():
    density = build(nic_none(), [], version=VERSION).picture.density
    assert tuple(level.bins for level in density) == BINS
    for which in (1, 2):
        assert len({sum(one[which] for one in level.counts) for level in density}) == 1


def test_events_tell_how_many_lines_a_log_has_that_is_compressed():
    made = incident([event(90, "x", line=901, file="a.gz")], inputs=[log("a.gz", 1000)])
    counts = lines_of(strip(made)[0])
    assert sum(counts.values()) == 1000
    assert {counts[number] for number in range(90)} == {10}
    assert sum(counts[number] for number in range(90, 180)) == 100


def test_of_a_log_of_which_nothing_is_known_its_events_are_its_lines():
    made = incident([event(second, "x") for second in (1.5, 1.5, 7.5)])
    assert lines_of(strip(made)[0]) == {1: 2, 7: 1}


def test_a_log_that_is_gone_is_told_by_its_events():
    made = incident([event(90, "x", line=501, file="a")], inputs=[log("a", 1000)], counters={"a": lambda _: []})
    assert sum(lines_of(strip(made)[0]).values()) == 1000


def test_a_log_of_another_time_is_not_asked():
    made = incident(inputs=[log("a", 9, 200, 300)], counters={"a": lambda _: pytest.fail("asked")})
    assert strip(made)[0].counts == ()


def test_of_many_logs_fewer_borders_are_asked_for_and_no_line_is_lost():
    asked = []

    def count(borders):
        asked.append(len(borders))
        return counter(*range(1, 180))(borders)

    names = [f"log{number}" for number in range(FEW + 1)]
    made = incident(inputs=[log(name, 179) for name in names], counters=dict.fromkeys(names, count))
    assert sum(lines_of(strip(made)[0]).values()) == 179 * len(names)
    assert set(asked) == {BINS[-1] // lanes_density.APART + 1}


def test_errors_stand_above_the_lines_and_have_a_scale_of_their_own():
    made = incident([event(2.5, "x")], inputs=[log("node01/pacemaker.log", 900)], counters={
        "node01/pacemaker.log": counter(*[2.5] * 900),
    })  # fmt: skip
    level = strip(made, [True])[0]
    drawing = Drawing(build(nic_none(), [], version=VERSION).picture, lambda _: None)
    assert level.counts == ((2, 900, 1),)
    assert drawing.path(level, errors=False) == f"M2 100v-{100 - ERRORS - BETWEEN}h1v{100 - ERRORS - BETWEEN}z"
    assert drawing.path(level, errors=True) == f"M2 {ERRORS}v-{ERRORS}h1v{ERRORS}z"


def test_the_page_says_what_is_counted():
    page = render(build(nic_none(), [], version=VERSION))
    strip = re.search(r'<div class="lane density">.*?</div>', page, re.DOTALL)[0]
    assert "log lines" in strip
    assert ">errors<" in strip
    assert 'aria-label="How many lines the logs have over time, and above them how many errors"' in strip
