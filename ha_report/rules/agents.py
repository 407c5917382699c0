"""An agent, its program or its parameters are not as they have to be: rc 5, 2 and 6, or no agent at all.

Sources: OCF resource agent API; agents of resource-agents; `unpack_rsc_op()` of the scheduler for what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ha_report.model import Finding, OcfRc
from ha_report.phrase import Phrase
from ha_report.questions.attempts import attempt_of, is_address, is_link_down
from ha_report.questions.commands import cleanup, set_parameter
from ha_report.questions.failures import Failure, lines_of_agent, said_by
from ha_report.questions.knowledge import listed, parameters_of, resource_of
from ha_report.questions.node_network import ip_of
from ha_report.questions.stories import Why, stories, told_as
from ha_report.questions.symptoms import tell_apart
from ha_report.questions.wording import said_in_words
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_ABSENT = re.compile(
    r"(?P<program>[\w./+-]+(?: httpd)? program not found|couldn't find command: \S+|Cannot execute '[^']+'|\S+ not installed|"
    r"[\w./-]+: No such file or directory|\S+ not found or is not an executable)"
)
_COMMON = 4  # names and values this short stand in a sentence by chance
# Words of agents that tell which parameter is meant.
_PARAMETERS = (
    (re.compile(r"IP address \[(?P<value>[^\]]*)\] not valid"), "ip"),
    (re.compile(r"inet6? prefix is expected rather than \"(?P<value>[^\"/]*)"), "ip"),
    (re.compile(r"\(the (?P<name>\w+) parameter\) is mandatory"), None),
    (re.compile(r"[Ii]nvalid netmask specification \[(?P<value>[^\]]*)\]|Bogus netmask"), "cidr_netmask"),
    (re.compile(r"Invalid broadcast address \[(?P<value>[^\]]*)\]"), "broadcast"),
    (re.compile(r"'(?P<name>\w+)' parameter is mandatory"), None),
    (re.compile(r"unrecognized arp_sender value: (?P<value>\S+)"), "arp_sender"),
    (re.compile(r"[Ii]nvalid OCF_RESKEY_(?P<name>\w+)(?: \[(?P<value>[^\]]*)\])?"), None),
    (re.compile(r"Interface label \[(?P<value>[^\]]*)\] exceeds"), "iflabel"),
    (re.compile(r"Configuration file (?P<value>\S+) (?:not found|doesn't exist|does not exist)"), "configfile"),
    (re.compile(r"(?P<name>[a-z_]+) can't be empty"), None),
)


def agent_missing(incident: Incident) -> Iterator[Finding]:
    """Say that a program, or the agent itself, is not there on the node.

    rc 5 (not installed) keeps the resource away from that node alone; others are tried.
    """
    for told in stories(incident, _is_missing, whole=True):
        yield from tell_apart(incident, told, lambda part: _missing(incident, part))


def _is_missing(failure: Failure) -> bool:
    if failure.is_fence_device or failure.timed_out or failure.is_remote_connection:
        return False
    if is_link_down(failure) or (is_address(failure) and "findif" in (failure.reason or "")):
        return False  # resource-agents 4.17 answers 5 for a missing route or a link that is down
    return failure.rc == OcfRc.NOT_INSTALLED or (failure.first.status or "").lower() == "not installed"


def _missing(incident: Incident, told: list[Failure]) -> Why:
    first, nodes = told[0], listed(failure.node or Phrase("the node") for failure in told)
    lines = [event for failure in told for event in lines_of_agent(incident, failure)]
    said = next((found for event in lines if (found := _ABSENT.search(said_by(event) or event.text))), None)
    absent = said["program"] if said else said_in_words(incident, first)
    no_agent = (first.first.status or "").lower() == "not installed"
    agent = first.agent or Phrase("of this resource")
    if no_agent:
        what = Phrase("the agent {agent} is not there", agent=agent)
        cause = Phrase("The agent {agent} is not there on {nodes}.", agent=agent, nodes=nodes)
    else:
        what = Phrase("what the agent needs is not installed")
        cause = Phrase("What the agent needs is not installed on {nodes}.", nodes=nodes)
    return Why(
        rule="agent-missing",
        confidence="certain" if absent or no_agent else "likely",
        title=told_as(told, absent or what),
        cause=cause,
        sources=tuple(event for event in lines if _ABSENT.search(said_by(event)))[:2],
        remedy=(
            Phrase(
                "Install it on {nodes}, the same version on every node that may run {resource}; then lift the bar:",
                nodes=nodes,
                resource=first.resource,
            ),
            *(cleanup(incident, first.resource, failure.node) for failure in told),
        ),
        verify=(
            Phrase("On {nodes}:", nodes=nodes),
            f"$ crm_resource --resource {first.resource} --validate",
            "$ crm_mon -1rf",
        ),
        references=("OCF resource agent API: 5, OCF_ERR_INSTALLED, is a hard error on that node",),
    )


def agent_misconfigured(incident: Incident) -> Iterator[Finding]:
    """Say that a parameter is invalid or missing.

    rc 6 (not configured) is fatal for the whole cluster, rc 2 (invalid parameter) on that node.
    """
    for told in stories(incident, lambda failure: _is_wrong(incident, failure), whole=True):
        yield from tell_apart(incident, told, lambda part: _misconfigured(incident, part))


def _is_wrong(incident: Incident, failure: Failure) -> bool:
    if failure.is_fence_device or failure.timed_out:
        return False
    if failure.rc not in (OcfRc.INVALID_PARAM, OcfRc.NOT_CONFIGURED):
        return False
    if not is_address(failure):
        return True
    attempt = attempt_of(incident, failure)
    if attempt.missing_nic is not None:
        return False
    return _named(incident, failure) is not None or not attempt.lacks_nic


def _named(incident: Incident, failure: Failure) -> tuple[str, str | None] | None:
    """Return the parameter that is wrong, and its value, as the agent or the configuration tells."""
    parameters = parameters_of(incident, failure.resource)
    for event in lines_of_agent(incident, failure):
        for pattern, name in _PARAMETERS:
            found = pattern.search(said_by(event)) or pattern.search(event.text)
            if found:
                groups = found.groupdict()
                return name or groups.get("name") or Phrase("a parameter"), groups.get("value")
        if (own := _mentioned(said_by(event), parameters)) is not None:
            return own
    address = (parameters or {}).get("ip")
    if is_address(failure) and parameters is not None:
        if address is None:
            return "ip", None
        if ip_of(address) is None:
            return "ip", address
    return _mentioned(failure.reason or "", parameters)


def _mentioned(text: str, parameters: Mapping[str, str] | None) -> tuple[str, str | None] | None:
    """Return the parameter whose name, or telling value, stands in what the agent said."""
    for name, value in (parameters or {}).items():
        if (len(name) > _COMMON and re.search(rf"\b{re.escape(name)}\b", text)) or (
            len(value) > _COMMON and value in text
        ):
            return name, value
    return None


def _misconfigured(incident: Incident, told: list[Failure]) -> Why:
    first = told[0]
    named = _named(incident, first)
    said = said_in_words(incident, first)
    blind = named is None and is_address(first)
    fault: str
    if blind:
        fault = Phrase("nic names no interface that is there, or ip, cidr_netmask or broadcast is not valid")
    elif named is None:
        fault = said or Phrase("a parameter is invalid or missing")
    elif named[1] is None:
        fault = (
            Phrase("its parameter {name} is not set", name=named[0])
            if not said or "mandatory" in said
            else Phrase("its parameter {name} is wrong", name=named[0])
        )
    else:
        fault = Phrase("{name}={value} is not valid", name=named[0], value=named[1])
    resource = resource_of(incident, first.resource)
    source = (
        (resource.parameter_sources.get(named[0] if named else "", resource.source),) if resource is not None else ()
    )
    return Why(
        rule="agent-misconfigured",
        confidence="possible" if blind else "certain" if named and named[0] != "a parameter" else "likely",
        title=told_as(told, fault),
        cause=Phrase("The agent says: {said}.", said=said)
        if said
        else Phrase("{agent} refuses its parameters.", agent=first.agent or Phrase("The agent")),
        sources=source,
        remedy=(
            Phrase("Correct the parameter, then lift the bar:"),
            *set_parameter(incident, first.resource, named[0] if named else "PARAMETER", "VALUE"),
            cleanup(incident, first.resource, None),
        ),
        verify=("$ crm_verify --live-check --verbose", f"$ crm_resource --resource {first.resource} --validate"),
        references=("OCF resource agent API: 6, OCF_ERR_CONFIGURED, is fatal for the whole cluster",),
    )


RULES = (
    Rule(
        id="agent-missing",
        find=agent_missing,
        looks_at=(
            "an operation that answered 5 (not installed), or that the executor could not run",
            "what the agent said is missing",
        ),
        example="Nov 23 02:08:23  apache(r_web)[213]:    ERROR: apache httpd program not found",
    ),
    Rule(
        id="agent-misconfigured",
        find=agent_misconfigured,
        looks_at=(
            "an operation that answered 2 (invalid parameter) or 6 (not configured)",
            "the parameter that the agent names, or that can be seen to be wrong, and its value",
        ),
        example="Nov 23 02:08:06  IPaddr2(r_ip)[200]:    ERROR: IP address [192.168.300.50] not valid.",
    ),
)
