import base64
import gzip
import json

import pytest

from reports import json_report
from reports.blocks import JSON, PACKED, block, blocks
from reports.page import build
from tests.reports.incidents import NO_ROUTE, START, VERSION, crowded, hostile, incident, nic_none


def read(made):
    """Return what a script reads of a block."""
    if made.type == JSON:
        return json.loads(made.text)
    return json.loads(gzip.decompress(base64.b64decode(made.text)))


def data_of(report):
    return {made.id: read(made) for made in blocks(report)}


def timeline(events):
    """Return the timeline as download.js makes it of columns, less its times."""
    names = ("node", "kind", "text", "resource", "operation", "file")
    columns = [[events[name]["values"][code] for code in events[name]["codes"]] for name in names]
    return list(zip(*columns, events["line"], strict=True))


def test_every_event_stands_in_the_columns_in_the_order_of_the_report(report):
    told = json.loads(json_report.render(report))["timeline"]
    names = ("node", "kind", "text", "resource", "operation")
    wanted = [(*(row[name] for name in names), row["source"]["file"], row["source"]["line"]) for row in told]
    assert timeline(data_of(report)["events-data"]) == wanted


def test_times_are_distances_in_microseconds():
    late = START._replace(time_us=START.time_us + 7, line=400)
    timeless = START._replace(time_us=None, line=401)
    told = data_of(build(incident([START, late, timeless]), [], version=VERSION))["events-data"]
    assert told["time"] == [START.time_us, 7, None]


def test_a_line_in_two_logs_is_told_by_one_of_them():
    told = data_of(build(nic_none(), [NO_ROUTE], version=VERSION))["events-data"]
    rows = timeline(told)
    told_by = {rows[int(other)][5:]: rows[lead][5:] for other, lead in told["same"].items()}
    assert told_by["node02/ha-log", 115] == ("node02/pacemaker.log", 365)


def test_the_rest_of_the_report_is_there_less_its_timeline():
    report = build(nic_none(), [NO_ROUTE], version=VERSION)
    assert data_of(report)["report-data"] == json.loads(json_report.render(report)) | {"timeline": None}


def test_a_short_block_is_readable_and_a_long_one_packed():
    short, long = (blocks(build(crowded(number), [], version=VERSION))[0] for number in (10, 5_000))
    assert (short.type, long.type) == (JSON, PACKED)
    assert len(long.text) < 100_000


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!-- <script", "\u2028"])
def test_no_text_ends_its_block(text):
    made = block("x", {"text": text})
    assert "<" not in made.text
    assert read(made) == {"text": text}


def test_hostile_events_read_back_but_for_what_is_no_unicode():
    told = data_of(build(hostile(), [], version=VERSION))["events-data"]
    assert told["text"]["values"][0] == "<script>alert(1)</script>"
