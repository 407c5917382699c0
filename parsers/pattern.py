"""What a pattern row is: one message of one daemon, complete without code elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from ha_report.expressions import from_run_start

# What Pacemaker asks of an agent.  A closed list, since "migrate_to" holds the mark that parts the key.
OPERATION = r"start|stop|monitor|promote|demote|notify|migrate_to|migrate_from|reload|reload-agent|asyncmon|status|validate-all|meta-data"

# The operation key of every Pacemaker: "r_ip_start_0".  Resource names may hold underscores and digits
# themselves ("res_IPaddr2_1"), so the name takes as much as it can.
OPERATION_KEY = rf"(?P<resource>[^\s()\[\]]+)_(?P<operation>{OPERATION})_(?P<interval_ms>\d+)(?!\w)"

# A resource's name, which may end in an instance number: "p_state:1".
NAME = r"[^\s|,()'\"]+"


@dataclass(frozen=True)
class Pattern:
    """One message of one daemon.

    A row is complete without code elsewhere: tests/parsers/test_patterns.py reads `example`
    and `expect`, and fails a row that does not match its own example.
    """

    kind: str  # the event it makes; rows of several eras share one kind
    era: str  # the versions of the program that write it
    anchor: str  # literal text every such line holds: searched first, as regexes are slow
    regex: str  # searched only in messages that hold the anchor; group names are Event fields
    example: str  # a real message, less its time, host and program
    expect: dict[str, str] = field(default_factory=dict)  # exactly the groups that match

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """`regex`, compiled when a line needs it: most rows meet none, and all together take a third of a second."""
        return re.compile(from_run_start(self.regex))

    def match(self, text: str) -> dict[str, str] | None:
        """Return the named groups that took part in matching `text`, or None if this is another message."""
        if self.anchor not in text:
            return None
        found = self.compiled.search(text)
        return {name: value for name, value in found.groupdict().items() if value is not None} if found else None
