import gzip
import re
from array import array

import pytest

from ha_report import quotes
from ha_report.model import Evidence, Source
from ha_report.quotes import Places, Quotes


@pytest.fixture(params=["plain", "compressed"])
def quoting(request, tmp_path):
    text = b"".join(b"line %d\n" % number for number in range(1, 1001))
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(text) if request.param == "compressed" else text)
    return Quotes({"node01/log": path})


@pytest.mark.parametrize("block", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("line", [1, 2, 499, 1000])
def test_a_line_is_found_whatever_the_size_of_the_blocks(quoting, monkeypatch, block, line):
    monkeypatch.setattr(quotes, "_BLOCK", block)
    assert quoting.evidence(Source("node01/log", line)).text == f"line {line}"


def test_the_lines_around_come_with_their_numbers(quoting):
    assert quoting.around(Source("node01/log", 2), before=5, after=1) == [
        Evidence("node01/log", number, f"line {number}") for number in (1, 2, 3)
    ]


@pytest.mark.parametrize("few", [7, 1 << 12])
@pytest.mark.parametrize("known", [(), (1,), (40,), (3, 17, 18, 60), (60,)], ids=str)
def test_a_stretch_is_told_alike_from_whatever_place_is_known(tmp_path, monkeypatch, few, known):
    """It is read forwards from a known line before it, or backwards from one behind it, where that is nearer."""
    monkeypatch.setattr(quotes, "_FEW_LINES", few)
    lines = [b"line %d" % number + b"." * (number % 3) + b"\n" for number in range(1, 61)]
    begins = array("q", (sum(map(len, lines[: number - 1])) for number in known))
    (tmp_path / "log").write_bytes(b"".join(lines))
    places = Places(passed=[(0, 0)], lines=array("q", known), begins=begins, total=60)
    quoting, plain = Quotes({"log": tmp_path / "log"}, {"log": places}), Quotes({"log": tmp_path / "log"})
    for line in (1, 2, 3, 4, 17, 39, 41, 58, 60):
        for before, after in ((0, 0), (3, 3), (30, 2)):
            assert quoting.around(Source("log", line), before, after) == plain.around(
                Source("log", line), before, after
            )


def test_of_the_lines_around_those_that_match_are_told(quoting):
    found = quoting.matching(Source("node01/log", 500), 30, re.compile("[05]0$"))
    assert found == [Evidence("node01/log", 500, "line 500")]
    assert [one.line for one in quoting.matching(Source("node01/log", 3), 9, re.compile("1"))] == [1, 10, 11, 12]
    assert quoting.evidence(Source("node01/log", 11)).text == "line 11"


def test_a_line_that_is_not_there_is_an_empty_quote(quoting):
    assert quoting.evidence(Source("node01/log", 5000)).text == ""
    assert quoting.evidence(Source("nowhere", 1)).text == ""


def ahead_of(quoting, wanted, file="node01/log"):
    """Return what is at hand of each stretch once all were read ahead."""
    quoting.read_ahead(file, wanted)
    assert all(quoting.is_at_hand(file, *stretch) for stretch in wanted)
    return {(first, last): quoting.around(Source(file, first), 0, last - first) for first, last in wanted}


@pytest.mark.parametrize("block", [1, 64, 1 << 20])
def test_stretches_that_overlap_are_read_in_one_pass_in_any_order(quoting, monkeypatch, block):
    monkeypatch.setattr(quotes, "_BLOCK", block)
    wanted = [(990, 1003), (5, 9), (7, 8), (5, 5), (1, 2), (2000, 2001)]
    found = ahead_of(quoting, wanted)
    assert {stretch: [one.line for one in lines] for stretch, lines in found.items()} == {
        (1, 2): [1, 2], (5, 5): [5], (5, 9): [5, 6, 7, 8, 9], (7, 8): [7, 8], (990, 1003): list(range(990, 1002)), (2000, 2001): [],
    }  # fmt: skip
    assert all(
        one.text == (f"line {one.line}" if one.line <= 1000 else "") for lines in found.values() for one in lines
    )


def test_a_stretch_is_told_alike_alone_and_among_others(quoting, tmp_path):
    wanted = [(1, 3), (400, 404), (998, 1004)]
    alone = {(first, last): quoting.around(Source("node01/log", first), 0, last - first) for first, last in wanted}
    assert ahead_of(Quotes({"node01/log": tmp_path / "log"}), wanted) == alone


def test_of_a_file_that_is_cut_off_the_stretches_before_the_damage_are_read(tmp_path):
    packed = gzip.compress(b"".join(b"line %d\n" % number for number in range(1, 200_001)))
    (tmp_path / "log.gz").write_bytes(packed[: len(packed) // 2])
    found = ahead_of(Quotes({"log": tmp_path / "log.gz"}), [(1, 2), (199_999, 200_000)], "log")
    assert [len(lines) for lines in found.values()] == [2, 0]
