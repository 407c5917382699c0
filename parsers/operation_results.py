"""What results are called in status outputs and CIBs, beside the words that every log has too (`ha_report.results`).

Sources: Pacemaker's include/crm/services.h (1.1 to 2.1) and lib/common/results.c (3.0) for the
words, lib/pengine/unpack.c (unpack_rsc_op, remap_operation) for which executions failed.
"""

import re

from ha_report.model import CANCELLED, COMPLETE, PENDING, TIMED_OUT
from ha_report.results import RC_OF_TEXT, failed

ERROR_STATUS = 4
UNDECIDED = frozenset({-1, 1})  # pending, cancelled: neither good nor bad
RC_PENDING = 193
PENDING_RCS = frozenset({14, RC_PENDING})  # of an operation under way: of Pacemaker 1.0, and since 1.1.8

STATUS_TEXT = {
    -1: PENDING,
    0: COMPLETE,
    1: CANCELLED,
    2: TIMED_OUT,
    3: "NOT SUPPORTED",
    4: "Error",
    5: "Hard error",
    6: "Fatal error",
    7: "Not installed",
    8: "Internal communication failure",
    9: "Cannot execute now",
    10: "No fence device",
    11: "CIB secrets unavailable",
}

# What only crm_mon prints: internal codes, the OCF_* names of 1.1.8 to 1.1.10, 3.0's words for a service in danger.
_RC_OF_RARE_TEXT = {
    "status: unknown": 14,
    "unknown exec error": -2,
    "timeout occurred": 124,
    "service is active but might fail soon": 190,
    "service is promoted but might fail soon": 191,
    "master (degraded)": 191,
    "ocf_ok": 0, "ocf_unknown_error": 1, "ocf_invalid_param": 2, "ocf_unimplement_feature": 3, "ocf_insufficient_priv": 4,
    "ocf_not_installed": 5, "ocf_not_configured": 6, "ocf_not_running": 7, "ocf_running_master": 8, "ocf_failed_master": 9,
    "ocf_degraded": 190, "ocf_degraded_master": 191, "ocf_pending": 193, "ocf_not_supported": 194, "ocf_cancelled": 196,
    "ocf_timeout": 198, "ocf_other_error": 199,
}  # fmt: skip
STATUS_WORDS = frozenset(text.lower() for text in STATUS_TEXT.values()) | {
    "done",
    "unsupported",
    "unknown!",
    "no executor connection",
}

KEY = re.compile(r"(?P<resource>\S+)_(?P<operation>[a-z]+(?:-[a-z]+)*)_(?P<interval>\d{1,15})")


def rc_of(text: str | None) -> int | None:
    """Return the code that a result is worded for: 1 for "unknown error", "error", "Error occurred"."""
    bare = " ".join((text or "").lower().split())
    return RC_OF_TEXT.get(bare, _RC_OF_RARE_TEXT.get(bare))


def status_text(code: int | None) -> str | None:
    """Return how Pacemaker 2.1 words an execution status, so that all CIBs speak alike."""
    return None if code is None else STATUS_TEXT.get(code, "UNKNOWN!")


def split_key(key: str | None) -> tuple[str, str, int] | None:
    """Return resource, operation and interval (ms) of an operation key such as "r_ip_monitor_10000".

    None for the ids of history entries (r_ip_last_0, r_ip_last_failure_0), which name no operation.
    """
    found = KEY.fullmatch(key or "")
    if found is None or found["operation"] in ("last", "failure"):
        return None
    resource, operation = found["resource"], found["operation"]
    if resource.endswith("_migrate") and operation in ("to", "from"):
        resource, operation = resource.removesuffix("_migrate"), f"migrate_{operation}"
    return (resource, operation, int(found["interval"])) if resource else None


def is_failure(
    operation: str, interval_ms: int | None, rc: int | None, status: int | None, expected: int | None
) -> bool:
    """Say whether the cluster counts this result as a failure.

    `status` is the executor's code, `expected` the result that the transition key asks for;
    None where not told.
    """
    if status in UNDECIDED or rc == RC_PENDING:
        return False
    if status == ERROR_STATUS and rc is not None:
        status = None  # somebody is to look at it: the result decides
    return failed(operation, interval_ms, rc, status_text(status), expected)
