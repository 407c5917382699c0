"""Runs all rules on an incident, and puts the root cause first."""

from __future__ import annotations

import ha_report.rules
from ha_report.incident import Incident
from ha_report.model import Finding
from ha_report.tables import rows_of

_SEVERITIES = ("error", "warning", "notice")
_CONFIDENCES = ("certain", "likely", "possible")


def findings_of(incident: Incident) -> list[Finding]:
    """Return what the rules conclude, gravest first; of equals, the surest, then the earliest."""
    found = [finding for rule in rows_of(ha_report.rules, "RULES") for finding in rule(incident)]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[int, int, bool, float]:
    when = finding.time.timestamp() if finding.time else 0.0
    return _SEVERITIES.index(finding.severity), _CONFIDENCES.index(finding.confidence), finding.time is None, when
