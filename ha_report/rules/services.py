"""What ran is gone: a recurring monitor found it not running, though the cluster had not stopped it.

Sources: OCF resource agent API (7, not running); words of the kernel's OOM killer, systemd and NetworkManager.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Event, Evidence, Finding, OcfRc, Source
from ha_report.phrase import Phrase
from ha_report.questions.attempts import is_address, other_stopped, sharing
from ha_report.questions.commands import watch
from ha_report.questions.failures import Failure
from ha_report.questions.gone_interfaces import is_gone, nic_that_is_not_there, start_without_nic
from ha_report.questions.knowledge import SECOND, between, clock, listed, parameters_of, results_of
from ha_report.questions.node_network import canonical_form
from ha_report.questions.outside import beside, words_of
from ha_report.questions.stories import Why, cleanups, stories, tell, where
from ha_report.questions.symptoms import tell_apart
from ha_report.questions.wording import said_in_words
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_KILLED = re.compile(
    r"Out of memory: Kill|oom-kill|Killed process \d+|Main process exited|segfault at|systemd\[1\]: Stopp(?:ed|ing) (?!.*(?:[Ss]ession|[Ss]lice|User))"
    r"|core dumped|Failed with result"
)
_NETWORK = re.compile(
    r"NetworkManager.*(?:deactivat|disconnect|removed|reapply|unmanaged)|dhclient|avahi-daemon.*Withdrawing address"
    r"|kernel: .*(?:link is (?:not ready|down)|Link is Down)|(?:network|networking)\.service|ifdown|ntpd.*Deleting interface"
    r"|systemd-networkd.*(?:Lost carrier|Removing)"
)
_WINDOW = 30 * SECOND


def address_removed(incident: Incident) -> Iterator[Finding]:
    """Say that somebody or something outside the cluster took the address away.

    The recurring monitor answers 7, and no stop of the cluster came before it.
    """
    for told in stories(incident, lambda failure: is_gone(failure) and is_address(failure)):
        if not _was_stopped(incident, told[0]) and start_without_nic(incident, told[0]) is None:
            yield tell(incident, told, _address(incident, told))


def service_died(incident: Incident) -> Iterator[Finding]:
    """Say that a service that the cluster had started no longer runs: killed, crashed, or stopped by somebody."""
    for told in stories(incident, lambda failure: is_gone(failure) and not is_address(failure)):
        if not told[0].is_remote_connection and not told[0].is_fence_device and not _was_stopped(incident, told[0]):
            yield from tell_apart(incident, told, lambda part: _service(incident, part))


def _operations(incident: Incident, failure: Failure) -> Iterator[Event]:
    """Yield the results of this resource on that node before the failure, the latest first."""
    if failure.time_us is not None:
        before = between(results_of(incident, failure.resource), 0, failure.time_us - 1)
        yield from (one for one in reversed(before) if one.node == failure.node)


def _was_stopped(incident: Incident, failure: Failure) -> bool:
    """Say whether the last thing that the cluster did to it there was to stop it."""
    wanted = ("start", "stop", "promote", "migrate_from")
    last = next((one for one in _operations(incident, failure) if one.operation in wanted), None)
    return last is not None and last.operation == "stop" and last.rc == OcfRc.OK


def _last_good(incident: Incident, failure: Failure) -> Event | None:
    """Return the line that tells that it last ran."""
    ran = ("start", "monitor", "promote")
    return next((one for one in _operations(incident, failure) if one.rc == OcfRc.OK and one.operation in ran), None)


def _address(incident: Incident, told: list[Failure]) -> Why:
    first = told[0]
    address = (parameters_of(incident, first.resource) or {}).get("ip")
    last, lines = _last_good(incident, first), beside(incident, first.node, first.time_us, _NETWORK)[:3]
    stopped = other_stopped(incident, first)
    shared = any(one.id == first.resource for several in sharing(incident).values() for one in several)
    node = listed(one.node or Phrase("its node") for one in told)
    cause = [
        Phrase(
            "The cluster had started it and did not stop it{since}: somebody, or something on {node}, removed it.",
            since=_since(last),
            node=node,
        )
    ]
    canonical = canonical_form(address)
    if canonical:
        cause.append(
            Phrase(
                "Or it is still there, and the agent does not find it: resource-agents before 4.4.0 look for"
                " {address} as it is written, and the kernel writes {canonical}.",
                address=address,
                canonical=canonical,
            )
        )
    nic = nic_that_is_not_there(incident, first)
    if nic:
        cause.append(Phrase("{node} has no interface {nic} any more.", node=node, nic=nic))
    if stopped:
        cause.append(
            Phrase(
                "Just before, the cluster stopped {other} there, and this address may have gone with that one.",
                other=stopped.resource,
            )
        )
    cause += [Phrase("In the same half minute the log has: {line}.", line=words_of(lines[0]))] if lines else []
    return Why(
        rule="address-removed-outside",
        confidence="certain" if last is not None and not (canonical or stopped or shared or nic) else "likely",
        title=Phrase(
            "{resource} failed its monitor{where}: {address} was gone, and the cluster had not removed it",
            resource=first.resource,
            where=where(told),
            address=Phrase("the address {address}", address=address) if address else Phrase("its address"),
        ),
        cause=Phrase.joined(cause),
        sources=(*(event for event in (last, stopped) if event), *(Source(line.file, line.line) for line in lines)),
        remedy=(
            (
                Phrase(
                    "Find out who removes addresses on {node}: a person (ip addr del, ifdown), NetworkManager, DHCP, a"
                    " restart of the network. Where another address of the interface went first, keep its secondaries:",
                    node=node,
                )
            ),
            "$ sysctl -w net.ipv4.conf.all.promote_secondaries=1",
            *_clear(incident, told),
        ),
        verify=(
            Phrase("On the node that runs {resource} this must show the address:", resource=first.resource),
            f"$ ip -o addr show to {address or 'ADDRESS'}",
        ),
        references=("IPaddr2: monitor answers 7 when the address is on no interface",),
    )


def _service(incident: Incident, told: list[Failure]) -> Why:
    first = told[0]
    last, lines = _last_good(incident, first), beside(incident, first.node, first.time_us, _KILLED)[:3]
    said = said_in_words(incident, first)
    how = _how(lines)
    return Why(
        rule="service-died",
        confidence="certain" if lines and how else "likely",
        title=Phrase(
            "{resource} failed its monitor{where}: it was no longer running", resource=first.resource, where=where(told)
        )
        + (Phrase(", {how}", how=how) if how else ""),
        cause=Phrase.joined(
            [
                Phrase("The cluster had started it and did not stop it{since}.", since=_since(last)),
                Phrase("The agent says: {said}.", said=said) if said else "",
                Phrase("In the same half minute the log has: {line}.", line=words_of(lines[0]))
                if lines
                else Phrase("Its own log must tell why it ended."),
            ]
        ),
        sources=(*([last] if last else []), *(Source(line.file, line.line) for line in lines)),
        remedy=(
            Phrase(
                "Read the service's own log on {node} around {time}, and the kernel's:",
                node=listed(one.node or Phrase("its node") for one in told),
                time=clock(first.time_us),
            ),
            f"$ journalctl --since '-2 hours' | grep -i -e oom -e segfault -e {first.resource}",
            *_clear(incident, told),
        ),
        verify=(watch(incident),),
        references=("OCF resource agent API: 7, OCF_NOT_RUNNING",),
    )


def _clear(incident: Incident, told: list[Failure]) -> tuple[str, ...]:
    """Return how to have the failure forgotten on each node that it happened on."""
    return (
        Phrase("Then clear the failure:"),
        *cleanups(incident, told),
    )


def _how(lines: list[Evidence]) -> str | None:
    text = " ".join(line.text for line in lines)
    if re.search(r"Out of memory|oom-kill", text):
        return Phrase("killed by the kernel for want of memory")
    if "segfault" in text or "core dumped" in text:
        return Phrase("it crashed")
    return Phrase("stopped by systemd") if re.search(r"systemd\[1\]: Stopp", text) else None


def _since(last: Event | None) -> str:
    return Phrase(" after {time}, when it ran", time=clock(last.time_us)) if last is not None else ""


RULES = (
    Rule(
        id="address-removed-outside",
        find=address_removed,
        looks_at=(
            "a recurring monitor of an address that answered 7 (not running)",
            "that the cluster started it there and did not stop it before",
            "lines of the kernel, NetworkManager, DHCP or the network service in the same half minute",
        ),
        example="Nov 23 02:02:17.047 node01 pacemaker-controld  [94] (log_executor_event) \tnotice: Result of monitor operation"
        " for r_ip on node01: not running | CIB update 25, graph action unconfirmed; call=11 key=r_ip_monitor_5000 rc=7",
    ),
    Rule(
        id="service-died",
        find=service_died,
        looks_at=(
            "a recurring monitor that answered 7 (not running), of anything but an address",
            "that the cluster started it there and did not stop it before",
            "lines of the OOM killer, of systemd, or of a crash in the same half minute",
        ),
        example="Apr 24 06:19:55 pm01 crmd[16352]:  notice: Result of monitor operation for prmPg on pm01: 7 (not running)",
    ),
)
