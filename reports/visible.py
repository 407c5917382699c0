"""Makes visible what a text would do to its reader: terminal escapes, control and direction characters.

Log lines are bytes that anybody may have written.  An escape sequence must not reach a
terminal (CVE-2003-0063 and its many kin), a direction override must not turn a command
round on a page (Unicode TR36), and a lone surrogate cannot be written at all.
"""

from __future__ import annotations

import re

BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
UNSEEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI}\u2028\u2029\ufeff\ud800-\udfff]")
SURROGATE = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Return `text` with such characters spelled out, as \x1b or \u202e; tab and newline stay."""
    return text if text.isprintable() else UNSEEN.sub(spelled, text)


def spelled(found: re.Match[str]) -> str:
    """Return the escape of one character; a byte that was not UTF-8 shows as that byte (PEP 383)."""
    try:
        [code] = found[0].encode("latin-1", "surrogateescape")
    except UnicodeEncodeError:
        return f"\\u{ord(found[0]):04x}"
    return f"\\x{code:02x}"


def one_line(text: str) -> str:
    r"""Return `text` fit for one line: visible, and with line ends and tabs spelled as spaces."""
    return text.strip() if text.isprintable() else visible(re.sub(r"[\t\r\n]+", " ", text)).strip()


def encodable(text: str) -> str:
    """Return `text` with lone surrogates replaced, so that it can be written as UTF-8."""
    try:
        text.encode()  # to try it takes a tenth of the time that a search takes
    except UnicodeEncodeError:
        return SURROGATE.sub("\ufffd", text)
    return text
