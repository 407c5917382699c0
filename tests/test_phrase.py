"""Texts that can be said in another language, too."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.phrase import Phrase, filled, pieces, translated

JAPANESE = {
    "{resource} could not start{where}": "{where}{resource} を起動できませんでした",
    " on {node}": "{node} で ",
    "{count} file": "{count} ファイル",
    "It is gone.": "失われました。",
    "the device {device|} is not there": "デバイス {device|} がありません",
    "its {name}": "その {name}",
    "see {path}": "{path} を参照",
}


def translate(one, _many, _number):
    return JAPANESE.get(one)


def said(text):
    return translated(text, translate)


def test_a_phrase_is_the_english_text_for_all_that_only_reads_it():
    phrase = Phrase("{resource} could not start{where}", resource="r_ip", where=Phrase(" on {node}", node="node02"))
    assert phrase == "r_ip could not start on node02"
    assert json.loads(json.dumps([phrase])) == ["r_ip could not start on node02"]
    assert f"{phrase}!" == "r_ip could not start on node02!"


def test_another_language_may_order_the_words_otherwise():
    phrase = Phrase("{resource} could not start{where}", resource="r_ip", where=Phrase(" on {node}", node="node02"))
    assert said(phrase) == "node02 で r_ip を起動できませんでした"


def test_one_and_many():
    assert Phrase.counted("{count} file", "{count} files", 1) == "1 file"
    assert Phrase.counted("{count} file", "{count} files", 2_000) == "2,000 files"
    assert said(Phrase.counted("{count} file", "{count} files", 2_000)) == "2,000 ファイル"


def test_what_cannot_be_said_stays_and_is_known_to():
    cause = Phrase.joined([Phrase("It is gone."), "Nobody knows why.", Phrase("It is gone.")])
    assert cause == "It is gone. Nobody knows why. It is gone."
    assert [(piece.text, piece.known) for piece in pieces(cause, translate)] == [
        ("失われました。", True),
        ("Nobody knows why.", False),
        ("失われました。", True),
    ]
    assert said(cause) == "失われました。Nobody knows why. 失われました。"


def test_parts_that_are_added_have_nothing_between_them():
    for phrase in (Phrase("It is gone.") + " (rc 1)", "rc 1: " + Phrase("It is gone.")):
        assert isinstance(phrase, Phrase)
    assert Phrase("It is gone.") + " (rc 1)" == "It is gone. (rc 1)"
    assert said("rc 1: " + Phrase("It is gone.")) == "rc 1: 失われました。"


@pytest.mark.parametrize(
    ("words", "english", "japanese"),
    [
        ({"device": "/dev/sda"}, "the device /dev/sda is not there", "デバイス /dev/sda がありません"),
        ({}, "the device is not there", "デバイス がありません"),
    ],
)
def test_a_name_may_have_words_for_want_of_one(words, english, japanese):
    phrase = Phrase("the device {device|} is not there", **words)
    assert (phrase, said(phrase)) == (english, japanese)


def test_a_name_that_nothing_tells_stands_for_itself():
    assert Phrase("see {path}") == "see its path"
    assert said(Phrase("see {path}")) == "その path を参照"


def test_words_for_want_of_one_may_hold_names():
    assert filled("no {what|{other|thing}}", {}) == "no thing"
    assert filled("no {what|{other|thing}}", {"other": "nic"}) == "no nic"


@given(st.text(), st.text())
def test_what_stands_in_a_word_is_never_taken_for_a_name(one, other):
    assert filled("a{one}b{other}c", {"one": one, "other": other}) == f"a{one}b{other}c"


def test_a_word_with_braces_is_left_as_it_is():
    assert Phrase("see {path}", path="{path} \0000\0 {x|y}") == "see {path} \0000\0 {x|y}"


def test_a_phrase_can_go_to_another_process():
    phrase = Phrase.joined([Phrase("It is gone."), Phrase.counted("{count} file", "{count} files", 3)])
    again = pickle.loads(pickle.dumps(phrase))  # noqa: S301 -- our own
    assert again == phrase
    assert said(again) == said(phrase) == "失われました。3 ファイル"
