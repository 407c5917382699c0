"""Which of two cards beside each other is the shorter, so that a third one stands below that and the first screen holds all."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from reports.wrapping import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ha_report.model import Evidence, Finding

PROOF_COLUMNS, REMEDY_COLUMNS = 76, 62  # characters in a line of the cards, on a laptop
PLACE, LINE = 21, 23  # pixels: the name of a file, a line of a log with what stands around it
GAP = 13  # pixels between two lines of proof
SENTENCE, COMMAND = 23, 36  # pixels of a line of text, and of a command in its frame


def proof_is_longer(evidence: Iterable[Evidence], finding: Finding) -> bool:
    """Return whether the lines of proof take more room than what is to be done."""
    proof = sum(PLACE + GAP + LINE * rows(line.text, PROOF_COLUMNS) for line in evidence)
    texts = (*finding.remedy, *finding.verify, *((", ".join(finding.references),) if finding.references else ()))
    return proof > sum(
        COMMAND * rows(text, REMEDY_COLUMNS) if text.startswith("$ ") else SENTENCE * rows(text, REMEDY_COLUMNS) + 8
        for text in texts
    ) + 2 * SENTENCE * bool(finding.verify)


def rows(text: str, width: int) -> int:
    """Return how many lines a text takes."""
    return max(ceil(columns(text) / width), 1)
