"""Tells which compressed logs hold nothing of a window, so that they need not be unpacked.

A compressed log cannot be entered in its middle; but where logs were rotated, the next one begins where this one ends.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from itertools import pairwise
from typing import NamedTuple

from parsers.clock import SECOND, FileClock, Moment
from parsers.headers import LineReader
from parsers.lines import plain
from parsers.window import SLACK, ZONES, Times

OUTSIDE = "outside the time that was asked for"
_ROTATED = re.compile(r"[-._](?:\d+(?:[.-]\d+)*|gz|bz2|xz|zst|old)\b")  # messages-20261101.gz, syslog.2.gz
_YEAR = 366 * 86_400 * SECOND
_LONGEST = 300 * 86_400 * SECOND  # of a log whose lines have no year: a longer one may reach round the year


class Head(NamedTuple):
    """A log, by what is known before it is read."""

    number: int
    folder: tuple[str, ...]
    name: str
    text: str  # its first lines
    modified_us: int
    compressed: bool


def outside(heads: Sequence[Head], window: Times) -> set[int]:
    """Return the numbers of the compressed logs that hold nothing of the window."""
    groups: dict[tuple[tuple[str, ...], str], list[Head]] = defaultdict(list)
    for head in heads:
        groups[head.folder, _ROTATED.sub("", head.name)].append(head)
    return {number for group in groups.values() for number in _outside(group, window)}


def _outside(group: list[Head], window: Times) -> Iterator[int]:
    """Yield those of one log's files that the next one's beginning shows to lie outside."""
    told = [(head, moment) for head in group if (moment := first_time(head.text)) is not None]
    if len({moment.dated for _, moment in told}) > 1 or len({head.modified_us for head, _ in told}) < len(told):
        return  # which one follows which is not certain
    in_order = sorted(told, key=lambda one: one[1].time_us if one[1].dated else one[0].modified_us)
    for (head, first), (_, after) in pairwise(in_order):
        if head.compressed and not _may_hold(first, after, window, in_order[-1][0].modified_us):
            yield head.number


def first_time(text: str) -> Moment | None:
    """Return the time of the first line that tells one."""
    lines, clock = LineReader(), FileClock()
    for raw in text.split("\n")[:-1]:
        header, second, fraction, _ = lines.split(plain(raw))
        if second and (moment := clock.told(second, fraction, header.offset_s)):
            return moment
    return None


def _may_hold(first: Moment, after: Moment, window: Times, youngest_us: int) -> bool:
    """Say whether lines from `first` to `after` may be of the window; of days without a year any year may be meant."""
    slack = SLACK if first.absolute else SLACK + ZONES
    begin, end = first.time_us - slack, after.time_us + slack
    if first.dated:
        return (window.end_us is None or begin <= window.end_us) and (window.begin_us is None or window.begin_us <= end)
    if window.begin_us is None:
        return True
    length = (after.time_us - first.time_us) % _YEAR + 2 * slack
    lasts = (window.end_us or youngest_us) - window.begin_us
    if length > _LONGEST or not 0 <= lasts <= _LONGEST:
        return True
    asked = _in_the_year(window.begin_us)
    return (asked - begin) % _YEAR <= length or (begin - asked) % _YEAR <= lasts


def _in_the_year(time_us: int) -> int:
    """Return the time of the year, in that of parsers.clock."""
    moment = datetime.fromtimestamp(time_us / SECOND, timezone.utc)
    return int(moment.replace(year=2000).timestamp()) * SECOND
