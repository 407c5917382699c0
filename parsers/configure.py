"""Reads the cluster's configuration from what a shell prints, `crm configure show` or `pcs config`.

Which of them it is, the lines tell: pcs writes headings, the crm shell statements.
"""

import re
from collections.abc import Sequence

from ha_report.facts import Configuration
from parsers import configure_crm, configure_pcs

_PCS = re.compile(
    r"\s*(?:(?:Resource|Group|Clone|Master|Bundle): \S+(?: \(.*\))?|Cluster Name:.*|Stonith Devices:"
    r"|(?:Location|Ordering|Order|Colocation|Ticket)(?: Set)? Constraints:|Cluster Properties:.*|Resources Defaults:)\s*"
)


def read(lines: Sequence[str], file: str) -> Configuration:
    """Return what the lines tell; nothing where they are none of the two."""
    if any(_PCS.fullmatch(line) for line in lines):
        return configure_pcs.read(lines, file)
    return configure_crm.read(lines, file)
