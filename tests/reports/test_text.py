import re
import unicodedata

from reports.page import build
from reports.text import WIDTH, lines
from tests.reports.incidents import NO_ROUTE, VERSION, event, incident, nic_none, quiet, repeating


def shown(incident, *findings):
    return "\n".join(lines(build(incident, findings, version=VERSION), colour=False))


def test_the_verdict_comes_first_then_proof_then_remedy():
    text = shown(nic_none(), NO_ROUTE)
    assert text.startswith(
        "r_ip could not start on node02: node02 has no interface in 192.168.200.0/24, and\nnic is not set"
    )
    assert text.index("Proof") < text.index("Remedy") < text.index("Verify") < text.index("Failed operations (1)")


def test_a_command_is_on_one_line_to_be_copied():
    assert "\n  $ crm_resource --cleanup --resource r_ip --node node02\n" in shown(nic_none(), NO_ROUTE)


def test_repeats_are_one_entry():
    text = shown(repeating())
    assert "02:01:00  r_ip monitor every 10 s on node02  334 times, last 02:56:30" in text


def test_nothing_failed_is_told_with_what_was_read():
    text = shown(quiet())
    assert text.startswith("No failed operation found in 1 file")
    assert "pacemaker.log: pacemaker-2, 80 kB, 1 event, 1 not understood" in text


def test_what_is_left_out_is_counted():
    kinds = [event(second, f"High CPU load {second}", level="error", kind=f"k{second}") for second in range(30)]
    assert "... and 10 more events" in shown(incident(kinds))


def test_the_story_is_told_in_sentences_with_what_went_wrong_marked():
    text = shown(nic_none(), NO_ROUTE)
    assert "  02:01:35.575 ! node02: start of r_ip failed ([findif] failed)\n" in text
    assert "  02:01:35.699 + r_ip started on node01\n" in text


def test_no_line_is_wider_than_the_terminal_but_commands(report):
    wide = [line for line in lines(report, colour=False) if len(line) > WIDTH and not line.startswith("  $ ")]
    assert wide == []


def test_no_control_character_reaches_the_terminal(report):
    for line in lines(report, colour=False):
        assert not [character for character in line if unicodedata.category(character) in {"Cc", "Cs"}]


def test_colour_is_the_only_escape_and_only_when_asked_for(report):
    plain, coloured = lines(report, colour=False), lines(report, colour=True)
    assert coloured != plain
    assert [re.sub(r"\x1b\[[0-9;]+m", "", line) for line in coloured] == plain
