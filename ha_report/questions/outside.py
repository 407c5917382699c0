"""Lines of others than the cluster beside a failure: the kernel, systemd, NetworkManager, dhclient.

They make no events, so they are read from the log around a line that did, as far as their clock says the
same minute.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from ha_report.model import Evidence, Source
from ha_report.questions.departures import departures
from ha_report.questions.failures import failures
from ha_report.questions.knowledge import ByIdentity
from ha_report.quotes import BESIDE

if TYPE_CHECKING:
    from ha_report.incident import Incident

_MOST_AHEAD = 2000  # places of which the lines are read ahead
_SHOWN = 160  # characters of a line that a sentence quotes
_SECONDS = 30  # how far apart two lines may be to belong together
_CLOCK = re.compile(r"(?<!\d)(\d\d):(\d\d):(\d\d)(?!\d)")
_MIXED = ("syslog", "messages", "ha-log", "journal", "kern", "daemon.log")


def beside(incident: Incident, node: str | None, time_us: int | None, pattern: re.Pattern[str]) -> list[Evidence]:
    """Return the lines that match, of logs that everybody writes, near `time_us` on `node`."""
    found: dict[str, Evidence] = {}
    for anchor in _anchors(incident, node, time_us):
        for line in _near(incident, anchor, pattern):
            found.setdefault(line.text, line)
    return list(found.values())


def _anchors(incident: Incident, node: str | None, time_us: int | None) -> Iterator[Source]:
    """Yield for each mixed log of `node` the event nearest to `time_us`."""
    if time_us is None or node is None:
        return
    for (writer, _), (times, sources) in _mixed(ByIdentity(incident)).items():
        if writer == node:
            place = bisect_left(times, time_us)
            near = [number for number in (place - 1, place) if 0 <= number < len(times)]
            nearest = min(near, key=lambda number: abs(times[number] - time_us))
            if abs(times[nearest] - time_us) <= _SECONDS * 1_000_000:
                yield sources[nearest]


@lru_cache(maxsize=2)
def _mixed(same: ByIdentity) -> dict[tuple[str, str], tuple[list[int], list[Source]]]:
    """Return the times, in order, and the places of the events in each mixed log of each node."""
    frame = same.incident.events
    logs = [file for file in frame["file"].unique() if any(name in str(file).rsplit("/", 1)[-1] for name in _MIXED)]
    frame = frame[frame["file"].isin(logs) & frame["time"].notna() & frame["writer"].notna()]
    columns = (frame["writer"], frame["file"], frame["time"].astype("int64"), frame["line"])
    found: dict[tuple[str, str], tuple[list[int], list[Source]]] = {}
    for writer, file, time_us, line in zip(*(column.tolist() for column in columns), strict=True):
        times, sources = found.setdefault((writer, file), ([], []))
        times.append(time_us)
        sources.append(Source(file, line))
    return found


def _near(incident: Incident, anchor: Source, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    """Yield the lines around `anchor` that match and whose clock is near that of `anchor`."""
    quotes = incident.quotes
    if quotes.only_from_the_beginning(anchor.file, [_stretch(anchor)]):
        _read_ahead(ByIdentity(incident))
    begin = _clock(quotes.evidence(anchor).text)
    for line in quotes.matching(anchor, BESIDE, pattern):
        now = _clock(line.text)
        if begin is not None and now is not None and min(abs(now - begin), 86400 - abs(now - begin)) <= _SECONDS:
            yield line


def _stretch(anchor: Source) -> tuple[int, int]:
    return max(anchor.line - BESIDE, 1), anchor.line + BESIDE


@lru_cache(maxsize=2)
def _read_ahead(same: ByIdentity) -> None:
    """Read of each compressed log in one pass what may be asked for: there is no way back in it but from its beginning."""
    incident = same.incident
    anchors = [one for gone in departures(incident) for one in _anchors(incident, gone.node, gone.time_us)]
    anchors += [one for failure in failures(incident) for one in _anchors(incident, failure.node, failure.time_us)]
    for file, own in groupby(sorted([*dict.fromkeys(anchors)][:_MOST_AHEAD]), key=lambda anchor: anchor.file):
        wanted = [stretch for one in own for stretch in (_stretch(one), (one.line, one.line))]
        if missing := incident.quotes.only_from_the_beginning(file, wanted):
            incident.quotes.read_ahead(file, missing)


def _clock(text: str) -> int | None:
    """Return the second of the day at the head of a line."""
    found = _CLOCK.search(text[:60])
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]) if found else None


def words_of(line: Evidence) -> str:
    """Return a log's line without its head."""
    return re.sub(r"^.*?\d\d:\d\d:\d\d\S*\s+\S+\s+", "", line.text).strip().rstrip(".")[:_SHOWN]
