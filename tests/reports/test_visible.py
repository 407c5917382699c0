import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.visible import one_line, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b2J", "\\x9b2J"),
        ("a\x00b\x7f", "a\\x00b\\x7f"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("日本語 ok", "日本語 ok"),
        ("a\tb\nc", "a\tb\nc"),
    ],
)
def test_what_would_act_is_spelled_out(text, shown):
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_no_text_keeps_a_control_character_and_all_can_be_written(text):
    shown = one_line(text)
    assert not [character for character in shown if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}]
    shown.encode()
