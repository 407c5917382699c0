import gzip

import pytest

from ha_report import quotes
from ha_report.model import Evidence, Source
from ha_report.quotes import Quotes


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


def test_a_line_that_is_not_there_is_an_empty_quote(quoting):
    assert quoting.evidence(Source("node01/log", 5000)).text == ""
    assert quoting.evidence(Source("nowhere", 1)).text == ""
