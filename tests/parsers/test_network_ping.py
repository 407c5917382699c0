"""Lost and late pings, told by whole outputs of ping and by parts of them."""

from pathlib import Path

import pytest

from ha_report.model import Source
from parsers import network, network_ping

SHARED = Path(__file__).resolve().parents[3] / "shared"


def at(line):
    return Source("file", line)


SEED = """\
<省略>
64 bytes from 192.168.200.200: icmp_seq=14 ttl=64 time=0.159 ms
64 bytes from 192.168.200.200: icmp_seq=15 ttl=64 time=0.169 ms
64 bytes from 192.168.200.200: icmp_seq=17 ttl=64 time=3.22 ms
64 bytes from 192.168.200.200: icmp_seq=18 ttl=64 time=0.226 ms
64 bytes from 192.168.200.200: icmp_seq=19 ttl=64 time=0.177 ms
<省略>
"""


def the_ping(text):
    [ping] = network.read(text.split("\n"), "file").pings
    return ping


def test_a_lost_ping_and_a_late_one_are_told_of_a_part_of_the_output():
    ping = the_ping(SEED)
    assert (ping.target, ping.lost_sequence) == ("192.168.200.200", (16,))
    assert [(one.sequence, one.time_ms, one.source) for one in ping.late] == [(17, 3.22, at(4))]
    assert (ping.sent, ping.received, ping.interval_s) == (None, None, None)


@pytest.mark.corpus
def test_the_seeds_own_files_tell_the_same():
    folder = SHARED / "seed/real-address"
    after = the_ping((folder / "after/node03/ping.txt").read_text())
    started = the_ping((folder / "started/node03/ping.txt").read_text())
    assert (after.lost_sequence, [one.sequence for one in after.late]) == ((16,), [17])
    assert (started.lost_sequence, started.late, len(started.replies)) == ((), (), 3)


def reply(number, text="time=0.2 ms"):
    return f"64 bytes from 10.0.0.1: icmp_seq={number} ttl=64 {text}\n"


HEAD = "PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.\n"


def summary(sent, received):
    return f"\n--- 10.0.0.1 ping statistics ---\n{sent} packets transmitted, {received} received, 0% packet loss, time {(sent - 1) * 1002}ms\n"


def test_the_summary_tells_of_pings_that_were_lost_at_the_end():
    ping = the_ping(HEAD + reply(2) + reply(3) + summary(5, 2))
    assert ping.lost_sequence == (1, 4, 5)
    assert (ping.sent, ping.received, ping.interval_s) == (5, 2, 1.0)


def test_no_answer_at_all_is_all_lost():
    assert the_ping(HEAD + summary(3, 0)).lost_sequence == (1, 2, 3)


def test_where_lines_were_left_out_nothing_is_lost():
    ping = the_ping(HEAD + reply(1) + "[...]\n" + reply(9) + summary(12, 12))
    assert ping.lost_sequence == ()


def test_what_ping_tells_as_lost_is_lost_unless_an_answer_came_yet():
    text = (
        HEAD
        + "no answer yet for icmp_seq=1\nno answer yet for icmp_seq=2\n"
        + reply(2)
        + "From 10.0.0.9 icmp_seq=3 Destination Host Unreachable\n"
    )
    assert the_ping(text).lost_sequence == (1, 3)


def test_answers_out_of_order_and_twice_are_no_loss():
    ping = the_ping(HEAD + reply(2) + reply(1) + reply(2, "time=9 ms (DUP!)") + reply(3))
    assert (ping.lost_sequence, len(ping.replies)) == ((), 3)


def test_busybox_counts_from_zero_and_iputils_from_one():
    assert (
        the_ping(
            "PING 10.0.0.1 (10.0.0.1): 56 data bytes\n64 bytes from 10.0.0.1: seq=0 ttl=64 time=0.1 ms\n"
        ).lost_sequence
        == ()
    )
    assert (
        the_ping("PING ::1(::1) 56 data bytes\n64 bytes from ::1: icmp_seq=1 ttl=64 time=0.1 ms\n").lost_sequence == ()
    )


def test_the_number_begins_anew_after_65535():
    assert the_ping(reply(65534) + reply(65535) + reply(0) + reply(2)).lost_sequence == (65537,)


def test_a_name_with_its_address_is_the_address():
    assert the_ping("64 bytes from vip.example (10.0.0.1): icmp_req=1 ttl=64 time=0.1 ms").target == "10.0.0.1"


def test_the_interval_is_that_of_the_printed_times():
    text = "".join(f"[{1700000000 + number / 5:.6f}] " + reply(number) for number in (1, 2, 4))
    assert the_ping(text).interval_s == 0.2


def test_two_runs_are_two():
    text = HEAD + reply(1) + summary(1, 1) + HEAD.replace("10.0.0.1", "10.0.0.2")
    first, second = network.read(text.split("\n"), "file").pings
    assert (first.target, second.target, second.replies) == ("10.0.0.1", "10.0.0.2", ())


def test_few_answers_make_no_usual_time_and_a_millisecond_is_not_late():
    assert the_ping(reply(1) + reply(2, "time=50 ms")).late == ()
    assert the_ping(reply(1, "time=0.01 ms") * 3 + reply(4, "time=0.5 ms")).late == ()


def test_a_file_that_names_any_number_costs_no_memory():
    text = "".join(reply(number) for number in (1, 60000) * 20)
    assert len(the_ping(text).lost_sequence) < network_ping.MOST_LOST + 65536
