"""Keeps no more events than memory has room for: failures first, then kinds that are rare, of each the latest."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

from parsers.log_reading import LogReading

MOST_EVENTS = 1_000_000
ROOM = 1.25  # times as many may be there for a while, so that not each further event makes all be looked at
_GRAVE = frozenset({"error", "crit"})


def keep_most(readings: Sequence[LogReading], most: int) -> None:
    """Leave out events of `readings` until at most `most` are left in all."""
    if sum(len(reading.times) for reading in readings) <= most:
        return
    classes = [_classes(number, reading) for number, reading in enumerate(readings)]
    counts = Counter(one for own in classes for one in own)
    allowed = _allowed(counts, most)
    for reading, own in zip(readings, classes, strict=True):
        _keep(reading, own, allowed)


Class = tuple[bool, str, int]  # whether it is a failure, the kind, and the number of the log


def _classes(number: int, reading: LogReading) -> list[Class]:
    failed = {index for index, _, _ in reading.records}
    return [
        (index in failed or header.level in _GRAVE, told.kind, number)
        for index, (header, told) in enumerate(zip(reading.headers, reading.told, strict=True))
    ]


def _allowed(counts: Counter[Class], most: int) -> Counter[Class]:
    """Return how many of each class may stay: all of the rare ones, and of the others equally many."""
    allowed: Counter[Class] = Counter()
    for grave in (True, False):
        waiting = sorted((count, one) for one, count in counts.items() if one[0] == grave)
        for place, (count, one) in enumerate(waiting):
            allowed[one] = min(count, (most - allowed.total()) // (len(waiting) - place))
    return allowed


def _keep(reading: LogReading, classes: list[Class], allowed: Counter[Class]) -> None:
    """Keep the latest events of each class, and count down what else is allowed."""
    kept = []
    for index in range(len(classes) - 1, -1, -1):
        if allowed[classes[index]] > 0:
            allowed[classes[index]] -= 1
            kept.append(index)
        else:
            reading.left_out[classes[index][1]] += 1
    kept.reverse()
    for name in ("times", "lines", "headers", "told"):
        column = getattr(reading, name)
        setattr(reading, name, [column[index] for index in kept])
    reading.begins = array("q", (reading.begins[index] for index in kept))
    reading.absolute, reading.dated = (
        bytearray(flags[index] for index in kept) for flags in (reading.absolute, reading.dated)
    )
    places = {index: place for place, index in enumerate(kept)}
    reading.records = [(places[one[0]], *one[1:]) for one in reading.records if one[0] in places]
    reading.epochs = [(places[index], epoch) for index, epoch in reading.epochs if index in places]
    if reading.unasked is not None:
        reading.unasked = [places[index] for index in reading.unasked if index in places]


def notes_of(readings: Sequence[LogReading], most: int) -> list[str]:
    """Return what a reader should know of events that were left out."""
    left_out: Counter[str] = sum((reading.left_out for reading in readings), Counter())
    if not left_out:
        return []
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in left_out.most_common(5))
    more = f" and {len(left_out) - 5} other kinds" if len(left_out) > 5 else ""  # noqa: PLR2004 - as many as fit a line
    note = (
        f"{left_out.total():,} events are left out, as no more than {most:,} are kept: {kinds}{more}. "
        "Failures and rare kinds stay; of the others the latest. Give --from and --to to see all of a shorter time."
    )
    return [note]
