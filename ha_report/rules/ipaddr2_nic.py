"""IPaddr2 with nic, and the interface that it names is not there.

Sources: heartbeat/findif.sh of resource-agents 3.9.4 to 4.18, tools/findif.c before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.attempts import Attempt, may_be_findif
from ha_report.questions.commands import cleanup
from ha_report.questions.failures import Failure
from ha_report.questions.failures import failures as all_failures
from ha_report.questions.gone_interfaces import attempts_without_nic, is_gone, start_without_nic
from ha_report.questions.knowledge import clock, listed, resource_of
from ha_report.questions.node_network import last_networks
from ha_report.questions.stories import Why, stories, tell, told_as
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident


def no_nic(incident: Incident) -> Iterator[Finding]:
    """Say that nic names an interface that the node does not have.

    The agent answers 6 (not configured), which the cluster takes as fatal everywhere: a node that has the
    interface is not even tried.
    """
    for told in stories(incident, may_be_findif):
        attempts = attempts_without_nic(incident, told)
        if attempts:
            yield _no_nic_finding(incident, attempts)


def _no_nic_finding(incident: Incident, attempts: list[Attempt]) -> Finding:
    failures = [attempt.failure for attempt in attempts]
    first = attempts[0]
    went = [one for one in all_failures(incident) if is_gone(one) and start_without_nic(incident, one) in failures]
    nic = first.missing_nic or first.nic or "nic"
    named = listed(failure.node or Phrase("the node") for failure in failures)
    sure = any(attempt.missing_nic for attempt in attempts) or bool(first.lacks_nic and first.findif_failed)
    here = [name for name, _ in first.network.in_segment(first.address)] if first.network and first.address else []
    why = Why(
        rule="ipaddr2-nic-missing",
        confidence="certain" if sure else "likely",
        title=told_as(
            failures,
            Phrase.counted(
                "{nodes} has no interface {nic}, which nic names",
                "{nodes} have no interface {nic}, which nic names",
                len(failures),
                nodes=named,
                nic=nic,
            ),
        ),
        cause=Phrase.joined(
            [
                *_no_nic_cause(incident, first, nic, here),
                *(
                    [Phrase("It was there before: the address went with it at {time}.", time=clock(went[0].time_us))]
                    if went
                    else []
                ),
            ]
        ),
        sources=tuple(_no_nic_sources(incident, first)),
        remedy=(*(_bring_back(nic, went[0]) if went else ()), *_no_nic_remedy(incident, attempts, nic, here)),
        verify=(Phrase("On each node this must show the interface, up:"), f"$ ip link show {nic}"),
        references=("findif.sh of resource-agents: an interface that does not exist is OCF_ERR_CONFIGURED (6)",),
    )
    return tell(incident, [*went, *failures], why)


def _no_nic_cause(incident: Incident, attempt: Attempt, nic: str, here: list[str]) -> Iterator[str]:
    node = attempt.failure.node or Phrase("The node")
    if attempt.network is not None and attempt.network.names():
        yield Phrase("{node} has {names}.", node=node, names=listed(attempt.network.names()))
    if here:
        yield Phrase("In the segment of {address} its interface is {here}.", address=attempt.address, here=listed(here))
    having = [network.node for network in last_networks(incident) if nic in network.names()]
    others = [name for name in having if name != attempt.failure.node]
    if others:
        yield Phrase("{nic} exists on {others}.", nic=nic, others=listed(others))
    elif len(last_networks(incident)) > 1:
        yield Phrase("No node has {nic}.", nic=nic)


def _no_nic_sources(incident: Incident, attempt: Attempt) -> Iterator[Source]:
    resource = resource_of(incident, attempt.failure.resource)
    if resource is not None:
        yield resource.parameter_sources.get("nic", resource.source)
    if attempt.network is not None:
        yield from [one.source for one in attempt.network.interfaces if one.name != "lo"][:3]


def _bring_back(nic: str, went: Failure) -> tuple[str, ...]:
    node = went.node or Phrase("the node")
    return (
        Phrase("Bring {nic} back on {node}, and find out what took it away just before:", nic=nic, node=node),
        "$ ip link show",
        f"$ journalctl --since '-2 hours' | grep -i -e {nic}",
    )


def _no_nic_remedy(incident: Incident, attempts: list[Attempt], nic: str, here: list[str]) -> tuple[str, ...]:
    resource, nodes = attempts[0].failure.resource, dict.fromkeys(attempt.failure.node for attempt in attempts)
    lines: list[str] = [
        Phrase(
            "Give the interface the same name on every node, here {nic}{instead}, or leave nic out, so that each node"
            " takes the interface of the segment:",
            nic=nic,
            instead=Phrase(" instead of {interfaces}", interfaces=listed(here)) if here else "",
        )
    ]
    lines += [f"$ crm_resource --resource {resource} --delete-parameter nic", Phrase("Then lift the bar:")]
    return (*lines, *(cleanup(incident, resource, node) for node in nodes))


RULES = (
    Rule(
        id="ipaddr2-nic-missing",
        find=no_nic,
        looks_at=(
            "a failed start of IPaddr2 with rc 6 (2 of IPaddr)",
            'the agent\'s words: "Invalid interface name [NIC]", "Device NIC does not exist", "NIC: unknown interface"',
            "the parameter nic against the interfaces of that node, and of the others",
        ),
        example='Nov 23 02:01:53  IPaddr2(r_ip)[169]:    ERROR: Invalid interface name [eth1]: Device "eth1" does not exist.',
    ),
)
