"""Daemons of the cluster that a signal ended, and what the other nodes made of it.

Sources: `pcmk_child_exit()` and `pcmk_process_exit()` of pacemakerd; `crm_update_peer_proc()` of the controller: a node whose
daemons are gone is lost to the others, though it and corosync on it go on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ha_report.model import Event
from ha_report.questions.departures import Departure, departures
from ha_report.questions.knowledge import END_OF_TIME, SECOND, ByIdentity, between, events_of, told_once

if TYPE_CHECKING:
    from ha_report.incident import Incident

_AFTER_SPLIT = 120 * SECOND
_BEHIND = 15 * SECOND  # the others notice within so long; to fence a node for it takes longer
_ASKED = ("15", "2", "1")  # signals that ask a process to end


def deaths(incident: Incident) -> list[Event]:
    """Return the deaths of daemons that nobody asked for, each once; not those when parts of a cluster met again.

    Where a log has no line on the death itself, the one on starting the daemon anew tells of it.
    """
    return _deaths(ByIdentity(incident))


@lru_cache(maxsize=2)
def _deaths(same: ByIdentity) -> list[Event]:
    incident = same.incident
    died = told_once(events_of(incident, "daemon-died"))
    anew = [one for one in told_once(events_of(incident, "daemon-respawned")) if not _told_among(one, died)]
    unasked = [event for event in (*died, *anew) if event.reason not in _ASKED and not _after_split(incident, event)]
    return sorted(unasked, key=lambda event: END_OF_TIME if event.time_us is None else event.time_us)


def _told_among(event: Event, died: list[Event]) -> bool:
    """Say whether the log has any death on the node just before a daemon was started anew."""
    at = event.time_us or 0
    return any(one.writer == event.writer for one in between(died, at - _BEHIND, at + _BEHIND))


def _after_split(incident: Incident, event: Event) -> bool:
    return event.time_us is not None and any(
        one.kind == "cut off" and one.time_us <= event.time_us <= (one.back_us or one.time_us) + _AFTER_SPLIT
        for one in departures(incident)
    )


def death_behind(incident: Incident, gone: Departure) -> Event | None:
    """Return the death of a daemon that made the others lose its node."""
    asked = _asked(gone)
    near = between(deaths(incident), asked - _BEHIND, asked + SECOND)
    return next((event for event in near if is_behind(event, gone)), None)


def _asked(gone: Departure) -> int:
    """Return when the others lost a node, or asked for it to be fenced."""
    return min((one.time_us or gone.time_us for one in gone.proof if gone.kind == "fenced"), default=gone.time_us)


def is_behind(event: Event, gone: Departure) -> bool:
    """Say whether a node went because this daemon of it had just died."""
    near = event.time_us is not None and -SECOND <= _asked(gone) - event.time_us <= _BEHIND
    return near and event.writer == gone.node and gone.kind in ("lost", "fenced")
