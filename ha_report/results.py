"""What counts as a failure, and what the words for a result mean.

Sources: OCF resource agent API 1.1; `determine_op_status()`, `remap_operation()` and `unpack_rsc_op()` in
lib/pengine/unpack.c of Pacemaker 1.0 to 3.0; `services_ocf_exitcode_str()`, `crm_exit_str()` for the texts.
"""

from __future__ import annotations

from ha_report.model import CANCELLED, COMPLETE, PENDING, TIMED_OUT, OcfRc

# Text of a return code, lower case, of every version: "unknown error" (to 2.0.2), "error" (2.0.3), "Error occurred" (3.0).
RC_OF_TEXT = {
    "ok": 0,
    "unknown error": 1, "error": 1, "error occurred": 1,
    "invalid parameter": 2,
    "unimplemented feature": 3, "unimplemented": 3,
    "insufficient privileges": 4,
    "not installed": 5,
    "not configured": 6,
    "not running": 7,
    "master": 8, "promoted": 8,
    "master (failed)": 9, "promoted (failed)": 9, "failed in promoted role": 9,
    "degraded": 190,
    "promoted (degraded)": 191, "degraded in promoted role": 191,
}  # fmt: skip

# Execution status of every version -> the one spelling that the report uses.
_STATUS = {"done": COMPLETE, "complete": COMPLETE, "timed out": TIMED_OUT, "cancelled": CANCELLED, "pending": PENDING}

_HARMLESS_RC = {OcfRc.OK, OcfRc.DEGRADED, OcfRc.DEGRADED_PROMOTED}
_FOUND_BY_PROBE = {OcfRc.OK, OcfRc.NOT_RUNNING, OcfRc.RUNNING_PROMOTED}
_NEVER_FAILS = {"notify", "meta-data", "validate-all", "cancel", "delete"}  # the cluster goes on whatever they answer


def status_of(text: str | None) -> str | None:
    """Return the execution status in the report's spelling; one that is not known stays as it is worded."""
    return None if text is None else _STATUS.get(text.lower(), text)


def failed(
    operation: str, interval_ms: int | None, rc: int | None, status: str | None, expected_rc: int | None = None
) -> bool:
    """Say whether an operation with this outcome failed.

    `interval_ms` 0 makes a monitor a probe, which may find the resource running or not; None (a line
    that does not tell) is a recurring one, since Pacemaker words probes as such where it omits the interval.
    `expected_rc` is the target of the transition key, None where no line tells it.
    """
    if operation in _NEVER_FAILS or status in (CANCELLED, PENDING):
        return False
    if status not in (None, COMPLETE):
        return True
    if rc is None or rc == expected_rc:
        return False
    probe = operation == "monitor" and interval_ms == 0
    if probe:
        return rc not in _FOUND_BY_PROBE and rc not in _HARMLESS_RC
    if operation == "monitor" and rc in (OcfRc.OK, OcfRc.RUNNING_PROMOTED):
        return expected_rc is not None
    return rc not in _HARMLESS_RC
