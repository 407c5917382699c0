"""An agent, its program or its parameters are not as they have to be: rc 5, 2 and 6, or no agent at all.

Sources: OCF resource agent API; agents of resource-agents; `unpack_rsc_op()` of the scheduler for what follows.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ha_report.model import Finding, OcfRc
from ha_report.phrase import Phrase
from ha_report.questions.attempts import attempt_of, is_address, is_link_down
from ha_report.questions.commands import cleanup, set_parameter, watch
from ha_report.questions.failures import Failure, lines_of_agent, runs_elsewhere, said_by
from ha_report.questions.knowledge import listed, parameters_of, resource_of
from ha_report.questions.node_network import ip_of
from ha_report.questions.stories import Why, cleanups, stories, tell, told_as
from ha_report.questions.symptoms import tell_apart
from ha_report.questions.wording import said_in_words
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_ABSENT = re.compile(
    r"(?P<program>[\w./+-]+(?: httpd)? program not found|couldn't find command: \S+|Cannot execute '[^']+'|\S+ not installed|"
    r"[\w./-]+: No such file or directory|\S+ not found or is not an executable)"
)
# The file of the agent is there, and cannot be run: services_linux.c of Pacemaker 2.1 and later, of 1.1.
_NOT_EXECUTABLE = re.compile(r"unable to execute file|Cannot execute '[^']+': Permission denied")
_SPEAKS_OF_ABSENCE = re.compile(
    r"not found|not installed|not exist|n't exist|missing|[Nn]o \S+ (?:script|unit|binary|program)|No such"
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

    rc 5 (not installed) keeps the resource away from that node alone; others are tried.  So does an agent that is there
    and may not be executed.
    """
    for told in stories(incident, _is_missing, whole=True):
        barred = [failure for failure in told if _is_not_executable(failure)]
        if barred:
            yield tell(incident, barred, _not_executable(incident, barred))
        missing = [failure for failure in told if failure not in barred]
        spared = [failure for failure in missing if runs_elsewhere(incident, failure)]
        for part in (spared, [failure for failure in missing if failure not in spared]):
            if part:
                yield from tell_apart(incident, part, lambda alike: _missing(incident, alike))


def _is_missing(failure: Failure) -> bool:
    if failure.is_fence_device or failure.timed_out or failure.is_remote_connection:
        return False
    if is_link_down(failure) or (is_address(failure) and "findif" in (failure.reason or "")):
        return False  # resource-agents 4.17 answers 5 for a missing route or a link that is down
    absent = failure.rc == OcfRc.NOT_INSTALLED or (failure.first.status or "").lower() == "not installed"
    return absent or _is_not_executable(failure)


def _is_not_executable(failure: Failure) -> bool:
    return failure.rc in (OcfRc.INSUFFICIENT_PRIV, None) and bool(_NOT_EXECUTABLE.search(failure.reason or ""))


def _not_executable(incident: Incident, told: list[Failure]) -> Why:
    first, nodes = told[0], listed(failure.node or Phrase("the node") for failure in told)
    path = shlex.quote(_path(first.agent))
    return Why(
        rule="agent-missing",
        confidence="certain",
        title=told_as(
            told, Phrase("the agent {agent} cannot be executed", agent=first.agent or Phrase("of this resource"))
        ),
        cause=Phrase(
            "The agent's file is on {nodes}, but it may not be executed: it lost its permission, lies on a file system that is"
            " mounted noexec, or the interpreter of its first line is not there. What it ran may run on.",
            nodes=nodes,
        ),
        remedy=(
            Phrase("See on {nodes} what it lacks, and compare with a node where it works:", nodes=nodes),
            f"$ ls -lZ {path}; head -1 {path}",
            Phrase("Then lift the bar:"),
            *cleanups(incident, told),
        ),
        verify=(f"$ crm_resource --resource {first.resource} --force-check --verbose", watch(incident)),
        references=("OCF resource agent API: 4, OCF_ERR_PERM, is a hard error on that node",),
    )


def _path(agent: str | None) -> str:
    """Return where the file of an agent lies."""
    kind, _, name = (agent or "").partition(":")
    if kind == "ocf":
        return f"/usr/lib/ocf/resource.d/{name.replace(':', '/')}"
    return f"/etc/init.d/{name}" if kind == "lsb" else "/usr/lib/ocf/resource.d/PROVIDER/AGENT"


def _missing(incident: Incident, told: list[Failure]) -> Why:
    first, nodes = told[0], listed(failure.node or Phrase("the node") for failure in told)
    lines = [event for failure in told for event in lines_of_agent(incident, failure)]
    said = next((found for event in lines if (found := _ABSENT.search(said_by(event) or event.text))), None)
    absent = said["program"] if said else said_in_words(incident, first)
    no_agent = (first.first.status or "").lower() == "not installed"
    agent = first.agent or Phrase("of this resource")
    outcome = _elsewhere(first, nodes) if runs_elsewhere(incident, first) else ()
    other = absent is not None and not no_agent and not (said or _SPEAKS_OF_ABSENCE.search(absent))
    if no_agent:
        what = Phrase("the agent {agent} is not there", agent=agent)
        cause = Phrase("The agent {agent} is not there on {nodes}.", agent=agent, nodes=nodes)
    elif other:
        what = Phrase("its agent answered 5 (not installed)")
        cause = Phrase(
            "The agent answered 5 (not installed) on {nodes}, as agents also do for other things that a node lacks.",
            nodes=nodes,
        )
    else:
        what = Phrase("what the agent needs is not installed")
        cause = Phrase("What the agent needs is not installed on {nodes}.", nodes=nodes)
    return Why(
        rule="agent-missing",
        confidence="certain" if (absent or no_agent) and not other else "likely",
        title=told_as(told, absent or what),
        cause=Phrase.joined([cause, *outcome]),
        outcome=outcome,
        sources=tuple(event for event in lines if _ABSENT.search(said_by(event)))[:2],
        remedy=(
            Phrase("Mend what the agent complains of on {nodes}; then lift the bar:", nodes=nodes)
            if other
            else Phrase(
                "Install it on {nodes}, the same version on every node that may run {resource}; then lift the bar:",
                nodes=nodes,
                resource=first.resource,
            ),
            *cleanups(incident, told),
        ),
        verify=(
            Phrase("On {nodes}:", nodes=nodes),
            f"$ crm_resource --resource {first.resource} --validate",
            watch(incident),
        ),
        references=("OCF resource agent API: 5, OCF_ERR_INSTALLED, is a hard error on that node",),
    )


def _elsewhere(first: Failure, nodes: str) -> tuple[str, ...]:
    """Return that nothing is wrong if the node is not meant to run it."""
    return (
        Phrase(
            "Only a probe failed, and {resource} runs on another node. If {nodes} is never to run it, a location constraint with"
            " resource-discovery=never spares it the probe.",
            resource=first.resource,
            nodes=nodes,
        ),
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
            "an operation that answered 5 (not installed), or 4 because the executor could not run the agent",
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
