"""Whether an address went because its interface did: a monitor finds it gone, and the start that follows no interface.

Sources: heartbeat/findif.sh of resource-agents 3.9.4 to 4.18, tools/findif.c before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ha_report.model import OcfRc
from ha_report.questions.attempts import NO_ROUTE, WRONG, Attempt, attempt_of, is_address, may_be_findif
from ha_report.questions.failures import Failure, failures_at
from ha_report.questions.knowledge import SECOND, parameters_of
from ha_report.questions.node_network import ip_of, last_networks

if TYPE_CHECKING:
    from ha_report.incident import Incident

_SOON = 60 * SECOND


def is_gone(failure: Failure) -> bool:
    """Say whether a recurring monitor found not running what should run."""
    return (
        failure.operation == "monitor"
        and not failure.is_probe
        and failure.rc == OcfRc.NOT_RUNNING
        and not failure.timed_out
    )


def attempts_without_nic(incident: Incident, told: Iterable[Failure]) -> list[Attempt]:
    """Return the failed starts among `told` on nodes that do not have the interface that nic names."""
    return [attempt for failure in told if (attempt := attempt_of(incident, failure)) and _lacks(attempt)]


def _lacks(attempt: Attempt) -> bool:
    if attempt.says(WRONG) or (attempt.address is not None and ip_of(attempt.address) is None):
        return False
    if attempt.missing_nic is not None:
        return attempt.nic in (attempt.missing_nic, None)
    return bool(attempt.lacks_nic) and attempt.says(NO_ROUTE) is None


def start_without_nic(incident: Incident, gone: Failure) -> Failure | None:
    """Return the start that tells why the address of `gone` went: within a minute, its interface was not there."""
    if not is_address(gone) or gone.time_us is None:
        return None
    after = [
        one
        for one in failures_at(incident, gone.resource, gone.node)
        if one.time_us is not None and 0 <= one.time_us - gone.time_us <= _SOON and may_be_findif(one)
    ]
    return next((attempt.failure for attempt in attempts_without_nic(incident, after)), None)


def nic_that_is_not_there(incident: Incident, gone: Failure) -> str | None:
    """Return the interface that nic names, where the node is known to have others only."""
    nic = (parameters_of(incident, gone.resource) or {}).get("nic", "").partition(":")[0]
    there = next((one.names() for one in last_networks(incident) if one.node == gone.node), [])
    return nic if nic and there and nic not in there else None
