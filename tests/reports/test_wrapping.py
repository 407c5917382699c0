"""Lines of a terminal, in Latin letters and in Japanese."""

from hypothesis import given
from hypothesis import strategies as st

from reports.wrapping import NOT_FIRST, columns, padded, wrapped

TEXT = (
    "node02 で r_ip を起動できませんでした: node02 に 192.168.200.0/24 のインターフェースがありません (nic も未設定)。"
)


def test_a_japanese_character_takes_two_columns():
    assert columns("r_ip を") == 7
    assert padded("ログ", 6) == "ログ  "


def test_japanese_is_broken_where_a_line_is_full():
    lines = wrapped(TEXT, 40, "  ", "    ")
    assert all(columns(line) <= 40 for line in lines)
    assert lines[0].startswith("  node02")
    assert all(line.startswith("    ") for line in lines[1:])
    assert len(lines) == 4


def test_words_and_addresses_stay_whole():
    assert any("192.168.200.0/24" in line for line in wrapped(TEXT, 40, "", ""))


@given(st.text(alphabet="あ。、「」abc ー", max_size=80))
def test_no_line_begins_with_what_may_not(text):
    lines = wrapped(text, 20, "", "")
    assert not [
        line for line in lines[1:] if line[0] in NOT_FIRST and text.lstrip()[:1] not in NOT_FIRST and " " not in text
    ]
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_english_is_wrapped_as_ever():
    assert wrapped("one two three", 8, "", "  ") == ["one two", "  three"]
