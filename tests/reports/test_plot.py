from datetime import timedelta

from ha_report.model import NodeState
from reports import plot
from reports.page import build
from reports.text import WIDTH, lines
from tests.reports.incidents import NO_ROUTE, VERSION, event, incident, nic_none, quiet, result
from tests.reports.months import months


def picture(made):
    return build(made, [], version=VERSION).picture


def cells(made, encoding="utf-8"):
    return {row.name: row.cells for row in plot.rows(picture(made), encoding)}


def section(made, *findings, **options):
    text = lines(build(made, findings, version=VERSION), colour=options.pop("colour", False), **options)
    begin = next(number for number, line in enumerate(text) if "Timeline (UTC)" in line)
    return text[begin : text.index("", begin)]


def test_a_resource_is_drawn_with_the_letter_of_its_node_and_its_failure():
    row = cells(nic_none())["r_ip"]
    assert row.rstrip("A").strip() == "×"
    assert row.endswith("AAA")


def test_a_node_is_drawn_in_blocks_and_the_dc_in_full_ones():
    row = cells(nic_none())["A node01"]
    assert row[0] == "░"
    assert row[-1] == "█"


def test_every_line_has_a_character_for_each_stretch_of_time():
    assert {len(row) for row in cells(nic_none()).values()} == {plot.COLUMNS}


def test_where_the_encoding_lacks_blocks_the_plot_is_ascii():
    assert all(row.isascii() for row in cells(nic_none(), "ascii").values())
    assert cells(nic_none(), "ascii")["A node01"].endswith("#")
    assert "\n".join(section(nic_none(), encoding="latin-1")).isascii()


def test_the_times_of_both_ends_stand_above():
    head = section(nic_none())[1]
    assert head.split() == ["02:01:26", "02:01:41.735"]
    assert len(head) == 2 + plot.NAMES + plot.COLUMNS


def test_the_legend_explains_the_signs_that_are_there_and_no_others():
    legend = section(nic_none())[-1]
    assert "× failed" in legend
    assert "A runs on that node" in legend
    assert "runs twice" not in legend


def test_downtime_is_a_line_between_two_letters():
    made = incident(
        [
            result(0, "node01", "start", 0, 1),
            result(20, "node01", "stop", 0, 2),
            result(40, "node02", "start", 0, 3),
            event(60, "x", kind="controller-state"),
        ]
    )
    row = cells(made)["r_ip"]
    assert "".join(dict.fromkeys(row)) == "A_B"
    assert row.count("_") == plot.COLUMNS // 3


def test_a_large_cluster_still_fits_a_terminal():
    text = section(months(nodes=32, resources=200, days=30))
    assert len(text) <= 25
    assert max(len(line) for line in text) <= WIDTH
    rows = plot.rows(picture(months(nodes=32, resources=200, days=30)))
    assert all(row.grave for row in rows if row.name.startswith("rsc"))


def test_what_the_terminal_has_no_room_for_is_counted():
    assert section(months(nodes=32, resources=200, days=30))[-1] == "  ... and 24 more nodes and 190 more resources"
    assert plot.left_out(picture(nic_none())) == [0, 0]


def test_a_long_name_keeps_its_end():
    assert plot.short("prmFilesystem_data_number_001") == "prmFil..ber_001"
    assert plot.short("r_ip") == "r_ip"


def test_only_what_went_wrong_is_coloured_and_only_when_asked_for():
    plain, coloured = section(nic_none(), NO_ROUTE), section(nic_none(), NO_ROUTE, colour=True)
    assert not [line for line in plain if "\x1b" in line]
    row = next(line for line in coloured if "r_ip" in line)
    assert "\x1b[1;31m×\x1b[0m" in row


def test_without_times_there_is_no_plot():
    assert not [line for line in lines(build(quiet(), [], version=VERSION), colour=False) if "Timeline" in line]


def test_lines_are_counted_in_every_column():
    events = [event(number, "x", kind="controller-state") for number in range(61)]
    made = picture(incident(events, nodes=[NodeState("node01", "online")]))
    row = plot.rows(made)[-1]
    assert row.name == "log lines"
    assert " " not in row.cells
    assert made.end - made.begin == timedelta(seconds=60)
