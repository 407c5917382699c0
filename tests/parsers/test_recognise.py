"""What a file is, told by what stands in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.beside import READERS
from parsers.recognise import TEXTS, XML, is_binary, text_format, xml_format


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: row.format)
def test_a_text_is_known_by_its_example_and_no_earlier_row_claims_it(row):
    assert text_format(f"first line\n{row.example}\nlast line") == row.format


@pytest.mark.parametrize("row", [*TEXTS, *XML], ids=lambda row: row.format)
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_every_text_of_a_format_has_one_of_its_words(row, data):
    assert row.is_in(data.draw(st.from_regex(row.compiled)))


@pytest.mark.parametrize("row", XML, ids=lambda row: row.format)
def test_a_document_is_known_by_its_example(row):
    assert xml_format(f"\ufeff\n{row.example}") == row.format


def test_every_reader_has_a_format_that_is_recognised():
    assert set(READERS) <= {row.format for row in TEXTS}


@pytest.mark.parametrize("text", ["", "Dear colleague,\nall is well.\n", "a = 1\n"])
def test_prose_is_of_no_format(text):
    assert text_format(text) is None


def test_text_with_the_nuls_that_a_crash_leaves_is_text():
    assert not is_binary(b"Nov 23 02:01:35 node02 x\n" * 50 + b"\0" * 500)


def test_japanese_is_text():
    assert not is_binary("いつのまにか師走\n".encode() * 20)


def test_a_program_is_binary():
    assert is_binary(bytes(range(256)) * 8)
