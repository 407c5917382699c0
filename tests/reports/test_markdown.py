import dataclasses
import re

from ha_report.model import Evidence
from reports.markdown import code, escaped, render
from reports.page import build
from tests.reports.incidents import NO_ROUTE, VERSION, hostile, hostile_finding, nic_none, repeating


def outside_fences(text):
    """Return the text less its code fences, as CommonMark reads them."""
    kept, fence = [], None
    for line in text.splitlines():
        if fence is None and (opening := re.match(r"(`{3,})", line)):
            fence = opening[1]
        elif fence is None:
            kept.append(line)
        elif re.fullmatch(f"{fence}`*", line.rstrip()):
            fence = None
    assert fence is None, "a fence is left open"
    return "\n".join(kept)


def test_the_headline_is_the_verdict():
    text = render(build(nic_none(), [NO_ROUTE], version=VERSION))
    assert text.startswith("# r\\_ip could not start on node02: node02 has no interface in 192.168.200.0/24")


def test_proof_and_commands_stand_in_fences():
    text = render(build(nic_none(), [NO_ROUTE], version=VERSION))
    assert "```sh\ncrm_resource --cleanup --resource r_ip --node node02\n```" in text
    assert "node02/ip_route.txt:1\n    192.168.100.0/24 dev eth0" in text
    assert "192.168.100.0/24 dev eth0 proto" not in outside_fences(text)


def test_what_happened_is_a_list_with_what_went_wrong_in_bold():
    text = render(build(nic_none(), [NO_ROUTE], version=VERSION))
    assert (
        "- 02:01:35.575 **node02: start of r\\_ip failed (\\[findif\\] failed)** (`node02/pacemaker.log:365`)" in text
    )
    assert "- 02:01:35.699 r\\_ip started on node01 (`node01/pacemaker.log:503`)" in text


def test_repeats_are_one_row():
    text = render(build(repeating(), [], version=VERSION))
    assert "| monitor every 10 s | not running (rc 7) |  | 334 |" in text


def test_backticks_in_a_line_do_not_end_its_fence():
    proof = (Evidence("a", 1, "```\n# not a headline\n````"),)
    text = render(build(nic_none(), [dataclasses.replace(NO_ROUTE, evidence=proof)], version=VERSION))
    assert "not a headline" in text
    assert "not a headline" not in outside_fences(text)


def test_hostile_words_stay_words():
    text = outside_fences(render(build(hostile(), [hostile_finding()], version=VERSION)))
    spans = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)  # code spans show what is in them
    assert "\x1b" not in text
    assert not re.search(r"(?<!\\)<(script|img)", spans)
    assert not re.search(r"@admin", spans)
    assert not re.search(r"^# a headline", text, re.MULTILINE)


def test_every_table_row_has_as_many_cells_as_its_header(report):
    lines = outside_fences(render(report)).splitlines()
    tables = [number for number, line in enumerate(lines) if re.fullmatch(r"\|( --- \|)+", line)]
    assert tables
    for number in tables:
        columns = lines[number].count("---")
        rows = [lines[number - 1]]
        rows += [line for line in lines[number + 1 :] if line][: next_gap(lines, number)]
        assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {columns + 1}


def next_gap(lines, number):
    """Return how many rows a table has below its rule."""
    return lines[number + 1 :].index("")


def test_code_spans_hold_any_text():
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"
    assert code("a|b") == "`a\\|b`"
    assert code("") == ""


def test_plain_text_is_no_markup():
    assert escaped("*a* [b](c) <d> #1 p_ip") == "\\*a\\* \\[b\\](c) \\<d\\> \\#1 p\\_ip"
