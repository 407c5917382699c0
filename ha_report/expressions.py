"""Regular expressions of rows, so that no crafted line holds them up."""

from __future__ import annotations

import re

# What a regex may begin with that fits wherever one looks: a run of characters, perhaps behind a word ("(?:Node )?").
_LEADING_RUN = re.compile(r"^((?:\(\?:[\w ]* \)\?)*)(\((?:\?:|\?P<\w+>))(\\[Sdw]|\[(?:[^\]\\]|\\.)+\])\+")
# What a bar or a parenthesis in it parts nothing: an escape, a set of characters.
_PIECES = re.compile(r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]|.", re.DOTALL)


def from_run_start(regex: str) -> str:
    """Return `regex` so that a run which one of its alternatives begins with is only tried from where the run begins.

    Where it matches from further inside, it matches from there, too, and a search takes the leftmost: the result is the
    same.  But a crafted line, one run of 100,000 characters, is searched once and not 100,000 times.
    """
    return "|".join(
        _LEADING_RUN.sub(lambda found: f"{found[1]}(?<!{found[3]}){found[2]}{found[3]}+", one)
        for one in _alternatives(regex)
    )


def _alternatives(regex: str) -> list[str]:
    """Return what stands between the bars that are in no parenthesis."""
    found, depth = [""], 0
    for piece in _PIECES.findall(regex):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return found
