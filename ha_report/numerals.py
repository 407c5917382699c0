"""Numbers that strangers wrote: `int` refuses some that look like one, and raises for those of more than 4,300 digits."""

from __future__ import annotations

import re

_MOST_DIGITS = 30  # no program writes more
_STEPS = re.compile(r"([^0-9]*)([0-9]*)")


def whole_number(text: str | None, most: int = _MOST_DIGITS) -> int | None:
    """Return a decimal number without a sign; None for any other text, and for more than `most` digits."""
    return int(text) if text and len(text) <= most and text.isascii() and text.isdecimal() else None


def natural(name: str) -> tuple[list[tuple[str, int, str]], str]:
    """Return a sort key that takes digits for numbers: node2 comes before node10."""
    steps = ((word, digits.lstrip("0")) for word, digits in _STEPS.findall(name))
    return [(word, len(digits), digits) for word, digits in steps], name
