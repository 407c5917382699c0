import csv
import io

import pytest

from ha_report.model import Event
from reports.csv_report import guarded, render
from tests.reports.incidents import START, event, frame, hostile


def cells(events):
    return list(csv.DictReader(io.StringIO(render(events))))


def test_the_columns_are_those_of_an_event():
    [row] = cells(frame([START]))
    assert list(row) == ["time", *Event._fields[1:]]


def test_an_event_reads_back():
    [row] = cells(frame([START]))
    assert row["time"] == "2026-11-23T02:01:35.575000+00:00"
    assert (row["resource"], row["rc"], row["text"], row["line"]) == ("r_ip", "1", START.text, "365")


def test_what_is_missing_is_empty():
    [row] = cells(frame([event(1, "Quorum acquired")._replace(time_us=None)]))
    assert (row["time"], row["rc"], row["resource"], row["value"]) == ("", "", "", "")


@pytest.mark.parametrize("text", ["a, b", 'say "no"', '"', ",", "it's; fine"])
def test_what_parts_cells_may_stand_in_one(text):
    [row] = cells(frame([event(1, text)._replace(resource=text)]))
    assert (row["text"], row["resource"]) == (text, text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1+1"])
def test_no_cell_is_a_formula(text):
    assert guarded(text).startswith("'")


def test_no_hostile_cell_is_a_formula_or_a_second_line():
    rows = cells(hostile().events)
    assert len(rows) == len(hostile().events)
    texts = [cell for row in rows for cell in row.values()]
    assert not [text for text in texts if text.lstrip()[:1] in {"=", "+", "@"}]
    assert "\x1b" not in "".join(texts)


def test_without_events_there_is_still_a_header():
    assert render(frame([])).strip() == ",".join(["time", *Event._fields[1:]])
