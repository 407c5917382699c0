"""The signature of a failure: what failed and how, in words that two clusters with the same cause share.

Names of nodes and resources, addresses and numbers are taken out: they are a cluster's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import COMPLETE, FailedOperation, Finding
from ha_report.questions.knowledge import agent_of, agent_type, known_nodes

if TYPE_CHECKING:
    from ha_report.incident import Incident

_LONGEST = 120  # characters of a reason: what follows is one cluster's tale
_OWN_WORDS = re.compile(
    r"(?P<ADDRESS>\b\d{1,3}(?:\.\d{1,3}){3}\b(?:/\d+)?|(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:]))"
    r"|(?P<HEX>\b0x[0-9a-f]+\b|\b[0-9a-f]{8,}\b)"
    r"|(?P<N>\d+)",
    re.IGNORECASE,
)


def features_of(incident: Incident, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return what is alike between clusters with the same failure, in order of the alphabet."""
    own = _own_names(incident)
    found = {_of_finding(incident, one) for one in findings if one.severity == "error"}
    found |= {_of_failure(incident, one, own) for one in incident.failed_operations}
    return tuple(sorted(found))


def _of_finding(incident: Incident, finding: Finding) -> str:
    agent = agent_of(incident, finding.resource) if finding.resource else None
    return " ".join(filter(None, ["finding", finding.rule, finding.symptom, agent_type(agent)]))


def _of_failure(incident: Incident, failed: FailedOperation, own: re.Pattern[str] | None) -> str:
    agent = agent_type(agent_of(incident, failed.resource, failed.agent)) or "unknown agent"
    often = "recurring " if failed.interval_ms else ""
    status = failed.status if failed.status and failed.status.lower() != COMPLETE else None
    answer = " ".join(filter(None, [f"rc={'-' if failed.rc is None else failed.rc}", status]))
    reason = without_names(failed.exit_reason, own) if failed.exit_reason else ""
    return f"operation {agent} {often}{failed.operation} {answer}" + (f": {reason}" if reason else "")


def _own_names(incident: Incident) -> re.Pattern[str] | None:
    """Return what matches the names of the cluster's nodes and resources."""
    resources = [base_name(one.id) for one in incident.resources]
    resources += [base_name(one.resource) for one in incident.failed_operations]
    return any_of([*known_nodes(incident), *resources])


def any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return what matches any of `names` as a word, the longest first."""
    longest_first = sorted({name for name in names if name}, key=lambda name: (-len(name), name))
    if not longest_first:
        return None
    return re.compile(r"(?<![\w.-])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![\w-])")


def without_names(text: str, own: re.Pattern[str] | None) -> str:
    """Return a reason with NAME, ADDRESS, HEX and N for what is a cluster's own."""
    plain = own.sub("NAME", text) if own else text
    plain = _OWN_WORDS.sub(lambda found: found.lastgroup or "", plain)
    return " ".join(plain.split())[:_LONGEST]
