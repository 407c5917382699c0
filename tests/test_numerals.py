"""What looks like a number is one only where a program may have written it."""

import pytest

from ha_report.numerals import natural, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("0012", 12),
        ("18446744073709551615", 18446744073709551615),
        ("9" * 5000, None),
        ("²", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_is_made_of_few_plain_digits(text, number):
    assert whole_number(text) == number


def test_names_are_ordered_by_their_numbers_however_long_these_are():
    ordered = ["10", "n1", "n01", "n2", "n10", "n10-2", "n10-10", "node²", f"n{'9' * 5000}"]
    assert sorted(ordered, key=natural) == ["10", "n01", "n1", "n2", "n10", "n10-2", "n10-10", ordered[-1], "node²"]
