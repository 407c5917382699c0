"""An address that came up without its neighbours being told.

Sources: `run_send_arp()` and `run_send_ua()` of heartbeat/IPaddr2, resource-agents 1.0 to 4.18.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.executions import base_name
from ha_report.model import Event, Finding
from ha_report.phrase import Phrase
from ha_report.questions.commands import set_parameter
from ha_report.questions.knowledge import events_of, instant, parameters_of, quotes, told_once
from ha_report.questions.symptoms import filled
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_UNTOLD = re.compile(
    r"Could not send (?P<what>gratuitous arps|ICMPv6 Unsolicited Neighbor Advertisements): rc=(?P<rc>\d+)"
)


def not_announced(incident: Incident) -> Iterator[Finding]:
    """Say that the neighbours were not told where an address is now: the start succeeded, and connections still fail.

    Other machines go on sending to the node that had it, until their ARP cache forgets it.
    """
    seen: set[tuple[str | None, str | None]] = set()
    for event in told_once(events_of(incident, "agent-error")):
        if _UNTOLD.search(event.text) and (event.resource, event.node) not in seen:
            seen.add((event.resource, event.node))
            yield _untold(incident, event)


def _untold(incident: Incident, event: Event) -> Finding:
    resource = base_name(event.resource) if event.resource else Phrase("an address")
    names = {name: value for name, value in (parameters_of(incident, resource) or {}).items() if value}
    found = _UNTOLD.search(event.text)
    rc = found["rc"] if found else "1"
    return Finding(
        rule="ipaddr2-not-announced",
        severity="warning",
        confidence="certain",
        title=Phrase(
            "{resource} came up on {node}, but its neighbours were not told (rc {rc}): they may still send elsewhere",
            resource=resource,
            node=event.node or Phrase("a node"),
            rc=rc,
        ),
        cause=Phrase(
            "The program that sends the announcement failed: another arping than the agent takes it for, no"
            " right to raw sockets, or an interface without a link. The agent goes on in spite of it."
        ),
        resource=event.resource,
        node=event.node,
        time=instant(event.time_us),
        evidence=quotes(incident, [event]),
        remedy=(
            Phrase("Send one by hand, and read what the program says; then choose one that works:"),
            *filled(["$ arping -U -c 3 -I {nic} {ip}"], names),
            *(set_parameter(incident, resource, "arp_sender", "iputils_arping") if event.resource else ()),
        ),
        verify=(
            Phrase("On another machine of the network the address must have the hardware address of its node:"),
            *filled(["$ ip neigh show {ip}"], names),
        ),
        references=("IPaddr2: arp_sender",),
    )


RULES = (
    Rule(
        id="ipaddr2-not-announced",
        find=not_announced,
        looks_at=(
            'the agent\'s words: "Could not send gratuitous arps", "Could not send ICMPv6 Unsolicited Neighbor Advertisements"',
            "the parameters nic and ip",
        ),
        example="Nov 23 02:01:37  IPaddr2(r_ip)[2240]:    ERROR: Could not send gratuitous arps: rc=1",
    ),
)
