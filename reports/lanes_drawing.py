"""Where the bars and marks of the picture stand: in parts of its width, so that it fits any screen without a script."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ha_report.model import Source
from ha_report.phrase import Phrase
from reports.lanes import every
from reports.lanes_axis import Tick, ticks
from reports.lanes_marks import GRAVITY
from reports.visible import one_line
from reports.words import clock_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from ha_report.model import Evidence
    from reports.shape import Bar, Density, Mark, Picture

EDGE = 1.2  # percent left free on both sides, so that a mark at the very end is whole; picture.js has the same
WIDE, NARROW = 960, 270  # pixels that the lanes have on a common screen, and on a phone
LETTER = 6.7  # pixels; a CJK character takes two
NEAR = 17  # pixels: marks closer than this would cover each other
PLAIN, LETTERED = 9, 24  # pixels: how far a mark reaches to the left without and with its letter
GLIMPSE = 16  # pixels: what a single snapshot shows has no length
HEIGHT, TALL, TOP = 18, 30, 4  # of bars, of those in lanes that show two at once, and above them
ERRORS, BETWEEN = 34, 8  # hundredths of the strip's height: the errors at its top, and what parts them from the lines
_EXPLAINED = ("down", "twice", "silent", "busy")
_MINUTE = 60


class Box(NamedTuple):
    """Where a bar stands."""

    x: str  # percent of the lane's width
    width: str
    y: int
    height: int


class Text(NamedTuple):
    """How a bar is lettered."""

    classes: str  # "long", "short" or neither, and "roomy" where that fits on a phone, too
    x: int  # pixels from the bar's begin


class Head(NamedTuple):
    """A mark as it shows."""

    mark: Mark
    times: int  # what it stands for; 0: another mark stands for it
    letter: str | None  # of the node it is about, where it names one


@dataclass(frozen=True)
class Drawing:
    """The picture on the scale of its whole time."""

    picture: Picture
    anchor: Callable[[Source], str | None]  # the row of the page's tables that shows a line

    def rows(self, lines: Sequence[Evidence]) -> str:
        """Return the rows that show `lines`, "-" for one that none does; nothing where that is so of all."""
        found = [self.anchor(Source(line.file, line.line)) or "-" for line in lines]
        return " ".join(found) if set(found) - {"-"} else ""

    def link(self, lines: Sequence[Evidence]) -> str:
        """Return where a mark leads without a script: the first row that shows one of its lines."""
        return next((row for row in self.rows(lines).split() if row != "-"), "picture")

    @property
    def kinds(self) -> list[str]:
        """The signs that a legend has to explain: those of marks, then those of bars that no text tells."""
        lanes = list(every(self.picture.lanes))
        marks = {mark.kind for lane in lanes for mark in lane.marks}
        bars = {bar.state for lane in lanes for bar in lane.bars}
        return [*(kind for kind in GRAVITY if kind in marks), *(kind for kind in _EXPLAINED if kind in bars)]

    def share(self, time: datetime) -> float:
        """Return where a moment stands, from 0 to 100."""
        whole = self.picture.end - self.picture.begin
        return EDGE + (100 - 2 * EDGE) * ((time - self.picture.begin) / whole)

    def at(self, time: datetime) -> str:
        """Return where a moment stands, as an SVG attribute has it."""
        return f"{self.share(time):.3f}%"

    def offset(self, time: datetime) -> str:
        """Return milliseconds since the picture begins."""
        return f"{(time - self.picture.begin).total_seconds() * 1000:.3f}".rstrip("0").rstrip(".")

    @property
    def ticks(self) -> list[Tick]:
        """The ticks of the axis."""
        return ticks(self.picture.begin, self.picture.end)

    def height(self, bars: Sequence[Bar]) -> int:
        """Return how high the bars of a lane are."""
        return TALL if any(bar.tracks > 1 for bar in bars) else HEIGHT

    def box(self, bar: Bar, whole: int = HEIGHT) -> Box:
        """Return where a bar stands in a lane with bars `whole` pixels high; the shortest is a hair wide."""
        height = whole // bar.tracks
        width = f"{max(self.share(bar.end) - self.share(bar.begin), 0.12):.3f}%"
        return Box(
            self.at(bar.begin),
            width if bar.begin < bar.end else str(GLIMPSE),
            TOP + bar.track * height,
            max(height - (bar.tracks > 1), 2),
        )

    def text(self, bar: Bar, long: str, short: str, taken: Sequence[tuple[float, int, int]]) -> Text:
        """Return how a bar is lettered between the marks of its lane, on a common screen and on a phone."""
        if bar.tracks > 2:  # noqa: PLR2004 -- a third of the height is too low for any text
            return Text("", 0)
        if bar.begin == bar.end:
            return Text("short roomy", 0)
        begin = start = self.share(bar.begin) * WIDE / 100
        for at, left, right in taken:
            start = at + right - 2 if start - right < at < start + PLAIN + left else start
        end = min([self.share(bar.end) * WIDE / 100, *(at - left for at, left, _ in taken if at > start)])
        texts = {"long": long, "short": short}
        fits = next((name for name, text in texts.items() if text and end - start > width_of(text)), "")
        roomy = fits and (end - start) * NARROW / WIDE > width_of(texts[fits])
        return Text(fits + (" roomy" if roomy else ""), round(start - begin) + 6)

    def heads(self, marks: Sequence[Mark]) -> Iterator[Head]:
        """Yield marks as they show on a common screen, where some cover each other."""
        near = NEAR / WIDE * 100
        group: list[Mark] = []
        free = True  # there is room for a letter
        for mark in marks:
            if group and self.share(mark.time) - self.share(group[0].time) >= near:
                yield from self._headed(group, free=free)
                free = self.share(mark.time) - self.share(group[-1].time) > near * LETTERED / PLAIN / 2
                group = []
            group.append(mark)
        yield from self._headed(group, free=free)

    def _headed(self, group: list[Mark], *, free: bool) -> Iterator[Head]:
        head = max(group, key=lambda mark: GRAVITY[mark.kind], default=None)
        letters = {self._letter(mark) for mark in group}
        for mark in group:
            letter = self._letter(mark)
            hidden = mark is head and (len(letters) > 1 or not free)
            times = sum(one.times for one in group) if mark is head else 0
            yield Head(mark, times, "" if hidden and letter is not None else letter)

    def _letter(self, mark: Mark) -> str | None:
        """Return the letter of the node on which an operation failed; None for marks of other kinds."""
        return self.picture.letters.get(dict(mark.words)["node"], "") if mark.kind == "failed" else None

    def taken(self, heads: Sequence[Head]) -> list[tuple[float, int, int]]:
        """Return where marks stand on a common screen, in pixels, and how far they reach to the left and to the right."""
        return [
            (
                self.share(head.mark.time) * WIDE / 100,
                LETTERED if head.letter else PLAIN,
                PLAIN + (7 * len(str(head.times)) if head.times > 1 else 0),
            )
            for head in heads
            if head.times
        ]

    def path(self, density: Density, *, errors: bool) -> str:
        """Return the bars of the strip as one path, on a ground as wide as the bins and 100 high.

        Errors stand above the lines and have a scale of their own: some dozen among thousands of lines are to be seen.
        """
        base, room = (ERRORS, ERRORS) if errors else (100, 100 - ERRORS - BETWEEN)
        most = density.most[errors]
        parts = []
        for number, *counts in density.counts:
            height = _height(counts[errors], most, room)
            if height:
                parts.append(f"M{number} {base}v-{height}h1v{height}z")
        return "".join(parts)

    def window(self, density: Density) -> str:
        """Return the viewBox that shows the whole of the strip."""
        room = density.bins * EDGE / (100 - 2 * EDGE)
        return f"{-room:.3f} 0 {density.bins + 2 * room:.3f} 100"


def _height(count: int, most: int, room: int) -> int:
    """Return the height of a bar, by the root of what it counts: a burst of thousands leaves room to see the rest."""
    return max(round(room * math.sqrt(count / most)), 7) if count else 0


def width_of(text: str) -> float:
    """Return about how wide a text is in a bar, with some room around it."""
    return 12 + LETTER * sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)  # noqa: PLR2004 -- where CJK begins


def lasting(begin: datetime, end: datetime) -> str:
    """Return how long a time is: "0.08 s", "12 s", "3 min 5 s", "2 h 10 min"."""
    seconds = (end - begin).total_seconds()
    if seconds < _MINUTE:
        digits = 2 if seconds < 1 else 1 if seconds < 10 else 0  # noqa: PLR2004 -- as many as the length deserves
        return Phrase("{count} s", count=f"{seconds:.{digits}f}")
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        Phrase("{count} d", count=str(days)) if days else "",
        Phrase("{count} h", count=str(hours)) if hours else "",
        Phrase("{count} min", count=str(minutes)) if minutes else "",
        Phrase("{count} s", count=str(rest)) if rest else "",
    ]
    first = next(number for number, part in enumerate(parts) if part)
    return Phrase.joined(parts[first : first + 2])


def span_of(begin: datetime, end: datetime, day: date | None) -> str:
    """Return "02:01:35.699 – 02:01:39", with the dates that are not `day`, each once."""
    return f"{clock_of(begin, day)} – {clock_of(end, begin.date())}"


def evidence_line(line: Evidence) -> str:
    """Return a proof on one line, its place and its text parted by a tab."""
    return f"{one_line(line.file)}:{line.line}\t{one_line(line.text)}"
