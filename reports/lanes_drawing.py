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
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date, datetime

    from ha_report.model import Evidence
    from reports.shape import Bar, Density, Lane, Mark, Picture

EDGE = 1.2  # percent left free on both sides, so that a mark at the very end is whole; picture_axis.js has the same
WIDE, NARROW = 960, 270  # pixels that the lanes have on a common screen, and on a phone
LETTER = 6.7  # pixels; a CJK character takes two
NEAR = 17  # pixels: marks closer than this would cover each other
PLAIN, LETTERED = 9, 24  # pixels: how far a mark reaches to the left without and with its letter
DIGIT = 7  # pixels of a digit in the number behind a mark
GLIMPSE = 16  # pixels: what a single snapshot shows has no length
HEIGHT, TALL, TOP = 18, 30, 4  # of bars, of those in lanes that show two at once, and above them
ERRORS, BETWEEN = 34, 8  # hundredths of the strip's height: the errors at its top, and what parts them from the lines
PLACED = ("started", "promoted", "unpromoted", "part")  # bars that are lettered with their node
_EXPLAINED = ("down", "twice", "silent", "busy")
_MINUTE = 60


class Box(NamedTuple):
    """Where a bar stands."""

    x: str  # percent of the lane's width
    middle: str
    width: str
    y: int
    height: int
    baseline: int  # of its text


class Text(NamedTuple):
    """How a bar is lettered."""

    fits: str  # "long", "short" or neither
    dx: int = 0  # pixels from the bar's begin, of a short one from its middle
    roomy: bool = False  # it fits on a phone, too


class Head(NamedTuple):
    """A mark as it shows."""

    mark: Mark
    times: int  # what it stands for; 0: another mark stands for it
    letter: str  # of the node on which an operation failed; nothing for marks of other kinds
    lettered: bool = False  # its letter shows


@dataclass(frozen=True)
class Drawing:
    """The picture on the scale of its whole time."""

    picture: Picture
    anchor: Callable[[Source], str | None]  # the row of the page's tables that shows a line

    def rows(self, lines: Sequence[Evidence]) -> str:
        """Return the rows that show `lines`, "-" for one that none does; nothing where that is so of all."""
        found = [self.anchor(Source(line.file, line.line)) or "-" for line in lines]
        return " ".join(found) if set(found) - {"-"} else ""

    @property
    def kinds(self) -> list[str]:
        """The signs that a legend has to explain: those of marks, then those of bars that no text tells."""
        lanes = list(every(self.picture.lanes))
        marks = {mark.kind for lane in lanes for mark in lane.marks}
        bars = {bar.state for lane in lanes for bar in lane.bars}
        return [*(kind for kind in GRAVITY if kind in marks), *(kind for kind in _EXPLAINED if kind in bars)]

    @property
    def longest_name(self) -> int:
        """The characters of the longest name of a lane."""
        return max((len(lane.name) for lane in every(self.picture.lanes)), default=0)

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
        begin, end = self.share(bar.begin), self.share(bar.end)
        top, inner = TOP + bar.track * height, max(height - (bar.tracks > 1), 2)
        return Box(
            f"{begin:.3f}%",
            f"{(begin + end) / 2:.3f}%",
            f"{max(end - begin, 0.12):.3f}%" if bar.begin < bar.end else str(GLIMPSE),
            top,
            inner,
            top + inner // 2 + 4,
        )

    def text(self, bar: Bar, long: str, short: str, taken: Sequence[tuple[float, int, int]]) -> Text:
        """Return how a bar is lettered between the marks of its lane, on a common screen and on a phone."""
        if bar.tracks > 2:  # noqa: PLR2004 -- a third of the height is too low for any text
            return Text("")
        if bar.begin == bar.end:
            return Text("short", GLIMPSE // 2, roomy=True)
        begin = start = self.share(bar.begin) * WIDE / 100
        for at, left, right in taken:
            start = at + right - 2 if start - right < at < start + PLAIN + left else start
        end = min([self.share(bar.end) * WIDE / 100, *(at - left for at, left, _ in taken if at > start)])
        texts = {"long": long, "short": short}
        fits = next((name for name, text in texts.items() if text and end - start > width_of(text)), "")
        roomy = bool(fits) and (end - start) * NARROW / WIDE > width_of(texts[fits])
        return Text(fits, round(start - begin) + 6 if fits == "long" else 0, roomy)

    def heads(self, lane: Lane) -> list[Head]:
        """Return the marks of a lane as they show on a common screen, where some cover each other."""
        heads = [head for group, free in self._groups(lane.marks) for head in self._headed(group, free=free)]
        taken = self.taken(heads)
        return [
            head._replace(lettered=False) if head.lettered and self._named(head, lane.bars, taken) else head
            for head in heads
        ]

    def _groups(self, marks: Sequence[Mark]) -> Iterator[tuple[list[Mark], bool]]:
        """Yield marks that would cover each other together, and whether there is room for a letter before them."""
        group: list[Mark] = []
        before = -math.inf  # pixels: where the mark before stands
        for mark in marks:
            if group and self._pixels(mark) - self._pixels(gravest(group)) >= NEAR + count_width(counted(group)):
                yield group, self._pixels(gravest(group)) - before > LETTERED + PLAIN
                before = self._pixels(gravest(group))
                group = []
            group.append(mark)
        if group:
            yield group, self._pixels(gravest(group)) - before > LETTERED + PLAIN

    def _pixels(self, mark: Mark) -> float:
        return self.share(mark.time) * WIDE / 100

    def _headed(self, group: list[Mark], *, free: bool) -> Iterator[Head]:
        shown = gravest(group)
        letters = {self._letter(mark) for mark in group}
        for mark in group:
            letter = self._letter(mark)
            if mark is shown:
                yield Head(mark, counted(group), letter, bool(letter) and free and len(letters) == 1)
            else:
                yield Head(mark, 0, letter)

    def _letter(self, mark: Mark) -> str:
        return self.picture.letters.get(dict(mark.words)["node"], "") if mark.kind == "failed" else ""

    def _named(self, head: Head, bars: Sequence[Bar], taken: Sequence[tuple[float, int, int]]) -> bool:
        """Return whether a mark stands on a bar that is lettered with the node of the mark."""
        node, time = dict(head.mark.words)["node"], head.mark.time
        under = [bar for bar in bars if bar.node == node and bar.state in PLACED and bar.begin <= time <= bar.end]
        return any(self.text(bar, "", head.letter, taken).fits for bar in under)

    def taken(self, heads: Sequence[Head]) -> list[tuple[float, int, int]]:
        """Return where marks stand on a common screen, in pixels, and how far they reach to the left and to the right."""
        return [
            (self._pixels(head.mark), LETTERED if head.lettered else PLAIN, PLAIN + count_width(head.times))
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


def gravest(group: Sequence[Mark]) -> Mark:
    """Return the mark that stands for those it covers."""
    return max(group, key=lambda mark: GRAVITY[mark.kind])


def counted(group: Sequence[Mark]) -> int:
    """Return how many things a group of marks stands for."""
    return sum(mark.times for mark in group)


def count_width(number: int) -> int:
    """Return the pixels of the number behind a mark, which only more than one has."""
    return DIGIT * len(str(number)) if number > 1 else 0


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


def first_row(rows: str) -> str:
    """Return where a mark leads without a script: the first of its rows that there is."""
    return next((row for row in rows.split() if row != "-"), "picture")


def on_lines(proof: Iterable[Evidence]) -> str:
    """Return each line of a proof on one line, its place and its text parted by a tab."""
    return "\n".join(f"{one_line(line.file)}:{line.line}\t{one_line(line.text)}" for line in proof)
