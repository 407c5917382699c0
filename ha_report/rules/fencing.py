"""Fencing that failed, or that was not there when it was needed.

Sources: daemons/fenced of Pacemaker 1.1 to 3.0, stonithd of 1.0, fence-agents' lib/fencing.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ha_report.model import Event, Finding
from ha_report.phrase import Phrase
from ha_report.questions.commands import cleanup, is_1_0, set_parameter, set_property, watch
from ha_report.questions.departures import Departure, departures
from ha_report.questions.failures import Failure, failures, result_lines, said_by
from ha_report.questions.fencings import Fencing, fencings
from ha_report.questions.knowledge import (
    SECOND,
    agent_of,
    between,
    clock,
    configurations,
    events_of,
    instant,
    listed,
    properties_of,
    property_source,
    quotes,
)
from ha_report.questions.stories import Why, joined, stories, where
from ha_report.questions.symptoms import (
    cause_of,
    names_of,
    references_of,
    remedy_of,
    seen_in_words,
    sentence,
    tell_apart,
)
from ha_report.questions.wording import answer, attempted, said_in_words
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

_HEAD = re.compile(r"^(?:\d{4}/\d\d/\d\d_[\d:]+\s+|Failed: |ERROR:? |\w+: (?=cannot|could)|external_\w+: )+")

# What the plugins of cluster-glue answer (include/stonith/stonith.h): fence_legacy prints no more than that.
_PLUGIN_ANSWERS = {
    1: Phrase("its configuration is wrong"),
    2: Phrase("the device cannot be reached, or refuses the login"),
    3: Phrase("a parameter is not valid"),
    4: Phrase("the device does not know the node"),
    5: Phrase("the reset failed"),
    6: Phrase("the device did not answer in time"),
    7: Phrase("the outlet is switched off"),
}


def fencing_failed(incident: Incident) -> Iterator[Finding]:
    """Say that a node could not be fenced, or a fence device does not work, and why.

    As long as a lost node is not fenced, the cluster must not start its resources elsewhere: nothing is recovered.
    """
    explained: set[int] = set()
    for one in fencings(incident):
        if one.tries:
            own = [failure for failure in failures(incident) if failure.is_fence_device]
            explained |= {id(failure) for failure in own}
            yield _not_fenced(incident, one, own)
    for told in stories(incident, lambda failure: failure.is_fence_device and id(failure) not in explained, whole=True):
        yield from tell_apart(incident, told, lambda part: _broken(incident, part))


def _words(one: Fencing) -> str | None:
    """Return what the device complains of."""
    for event in one.words:
        if event.kind == "fencing-plugin-failed" and event.pid is not None:
            return _PLUGIN_ANSWERS.get(event.rc or 0, Phrase("something strange happened"))
        text = _HEAD.sub("", event.text if event.kind == "fencing-plugin-failed" else said_by(event))
        if text and not text.isdigit():
            return text.rstrip(".")
    return next((line.status for line in one.device_lines if line.status), None)


def _not_fenced(incident: Incident, one: Fencing, devices_failed: list[Failure]) -> Finding:
    gone = next(
        (lost for lost in departures(incident) if lost.node == one.node and lost.time_us <= one.begin_us + 5 * SECOND),
        None,
    )
    device = one.devices[0] if one.devices else (devices_failed[0].resource if devices_failed else None)
    words = _words(one) or next(
        (said for failure in devices_failed if (said := said_in_words(incident, failure))), None
    )
    given_up = _given_up(incident, one)
    seen = seen_in_words(
        agent_of(incident, device) if device else None, [words or "", *(event.text for event in given_up)]
    )
    names = names_of(incident, seen, device, one.by or _asking(one), "fencing") | {"plug": one.node} if seen else {}
    why = (
        Phrase("{device}: {why}", device=device or Phrase("the device"), why=sentence(seen.symptom.title, names))
        if seen
        else (
            Phrase("{device} says: {words}", device=device, words=words)
            if device and words
            else words or (Phrase("{device} failed", device=device) if device else Phrase("no device worked"))
        )
    )
    lines = [line for failure in devices_failed for line in result_lines(incident, failure)]
    sources = [
        *one.words[:2],
        *given_up[:1],
        *one.device_lines[:1],
        *one.told[:1],
        *([gone.told[0], *gone.proof[:1]] if gone else []),
    ]
    return Finding(
        rule="fencing-failed",
        severity="warning" if one.done else "error",
        confidence=seen.proof if seen else "certain" if words and device else "likely",
        title=_not_fenced_title(one, gone, why),
        cause=Phrase.joined([*(cause_of(seen, names) if seen else ()), *_not_fenced_cause(one, gone)]),
        resource=device,
        node=one.node,
        time=instant(one.begin_us),
        evidence=joined(quotes(incident, sources), lines),
        remedy=(
            *(remedy_of(incident, seen.symptom, device or Phrase("the device"), names) if seen else ()),
            *_fence_remedy(incident, one, device),
        ),
        verify=(
            Phrase("Fencing must work by hand, and the history must show it:"),
            "$ stonith_admin --history '*'" if not is_1_0(incident) else "$ crm_mon -1 -rf",
        ),
        references=(
            *(references_of(seen.symptom) if seen else ()),
            "Pacemaker Explained: a node whose state is unknown is UNCLEAN until fenced",
        ),
        symptom=seen.symptom.id if seen else None,
    )


def _given_up(incident: Incident, one: Fencing) -> list[Event]:
    """Return the lines on giving up this very node; another may be given up at the same time."""
    near = between(events_of(incident, "fencing-given-up"), one.begin_us, one.end_us + 60 * SECOND)
    return [event for event in near if event.node == one.node]


def _not_fenced_title(one: Fencing, gone: Departure | None, why: str) -> Phrase:
    if one.done:
        return Phrase.counted(
            "{node} was fenced only after {count} failed try: {why}",
            "{node} was fenced only after {count} failed tries: {why}",
            one.tries,
            node=one.node,
            why=why,
        )
    if gone is not None:
        return Phrase("{node} was lost and could not be fenced: {why}", node=one.node, why=why)
    return Phrase("{node} could not be fenced: {why}", node=one.node, why=why)


def _asking(one: Fencing) -> str | None:
    """Return the node whose log has the device's words: it tried to fence."""
    return next((event.writer for event in (*one.words, *one.device_lines) if event.writer), None)


def _not_fenced_cause(one: Fencing, gone: Departure | None) -> Iterator[str]:
    if gone is not None:
        yield Phrase("{node} went at {time} without a shutdown.", node=one.node, time=clock(gone.time_us))
    if not one.done:
        tried = Phrase("{tries} times", tries=one.tries) if one.tries > 1 else Phrase("once")
        yield Phrase(
            "Fencing was tried {tried}, from {time} to {time2}.",
            tried=tried,
            time=clock(one.begin_us),
            time2=clock(one.end_us),
        )
        yield Phrase("{node} stays UNCLEAN, and what ran on it is not started elsewhere.", node=one.node)
    else:
        yield Phrase("It worked at {time}; until then nothing was recovered.", time=clock(one.end_us))


def _fence_remedy(incident: Incident, one: Fencing, device: str | None) -> tuple[str, ...]:
    agent = agent_of(incident, device) if device else None
    program = (agent or "").partition(":")[2]
    lines: list[str] = [
        Phrase("Mend the device {device|} (its address, credentials, network) and try it by hand:", device=device)
    ]
    if program.startswith("fence_"):
        lines.append(f"$ {program} --action=status --plug={one.node} --verbose")
    if device and any((line.status or "").startswith("Timed Out") for line in one.device_lines):
        lines.append(
            Phrase("If it works by hand and is only slow, give it more time, and stonith-timeout more than that:")
        )
        lines += set_parameter(incident, device, "pcmk_reboot_timeout", "120s")
    if is_1_0(incident):
        return (*lines, f"$ stonith -t {program or 'TYPE'} -S", Phrase("Only if {node} is known to be off, tell the cluster so:", node=one.node),
                f"$ crm node clearstate {one.node}")  # fmt: skip
    return (
        *lines,
        f"$ stonith_admin --reboot {one.node}",
        Phrase(
            "Only if you have seen that {node} is off, tell the cluster so, and its resources are started elsewhere:",
            node=one.node,
        ),
        f"$ stonith_admin --confirm {one.node}",
    )


def _broken(incident: Incident, told: list[Failure]) -> Why:
    failure = told[0]
    said = said_in_words(incident, failure)
    result = (
        Phrase("it did not answer in time")
        if failure.timed_out
        else Phrase("its agent answered {answer}", answer=answer(failure))
    )
    return Why(
        rule="fencing-failed",
        confidence="certain" if said else "likely",
        title=Phrase(
            "the fence device {resource} {attempted}{where}: {why}",
            resource=failure.resource,
            attempted=attempted(failure),
            where=where(told),
            why=said or result,
        ),
        cause=Phrase("A fence device whose monitor or start fails is most likely not able to fence when it is needed."),
        remedy=(
            Phrase("Mend the device (its address, credentials, network), then lift the bar:"),
            *dict.fromkeys(cleanup(incident, failure.resource, one.node) for one in told),
        ),
        verify=(watch(incident),),
    )


def fence_devices(incident: Incident) -> list[str]:
    """Return the fence devices that are configured."""
    named = [one.id for configuration in configurations(incident) for one in configuration.resources
             if (one.agent or "").startswith("stonith:")]  # fmt: skip
    named += [one.id for one in incident.resources if (one.agent or "").startswith("stonith:")]
    return list(dict.fromkeys(named))


def fencing_is_off(incident: Incident) -> bool:
    """Say whether the configuration turns fencing off."""
    properties = properties_of(incident)
    return properties.get("fencing-enabled", properties.get("stonith-enabled", "true")).lower() in (
        "false",
        "no",
        "off",
        "0",
    )


def fencing_unconfigured(incident: Incident) -> Iterator[Finding]:
    """Say that a node was lost while nothing could fence it, or nothing starts for want of a fence device."""
    lost = [one for one in departures(incident) if one.kind == "lost"]
    if fencing_is_off(incident) and lost:
        yield _nothing_fenced(incident, lost)
    elif (
        not fencing_is_off(incident)
        and next(configurations(incident), None) is not None
        and not fence_devices(incident)
        and not _has_started_any(incident)
    ):
        stopped = [one.id for one in incident.resources if one.role == "Stopped"]
        if stopped and len(stopped) == len(incident.resources):
            yield _nothing_starts(incident, stopped)


def _has_started_any(incident: Incident) -> bool:
    """Say whether the cluster tried to start anything: then it does not wait for a fence device."""
    tried = any(one.operation == "start" for one in failures(incident))
    return tried or any(one.operation == "start" for one in events_of(incident, "operation-result"))


def _nothing_fenced(incident: Incident, lost: list[Departure]) -> Finding:
    nodes = listed(one.node for one in lost)
    return Finding(
        rule="fencing-unconfigured",
        severity="warning",
        confidence="certain",
        title=Phrase.counted(
            "{nodes} was lost from sight, and fencing is off: nothing made sure that resources did not run twice",
            "{nodes} were lost from sight, and fencing is off: nothing made sure that resources did not run twice",
            len({one.node for one in lost}),
            nodes=nodes,
        ),
        cause=Phrase(
            "Without fencing the cluster takes a node that it does not see for one that runs nothing. A node"
            " that is only cut off goes on running its resources."
        ),
        node=lost[0].node,
        time=instant(lost[0].time_us),
        evidence=quotes(incident, [property_source(incident, "stonith-enabled", "fencing-enabled"), lost[0].told[0]]),
        remedy=(
            Phrase("Configure a fence device for each node, then turn fencing on:"),
            *set_property(incident, "stonith-enabled", "true"),
        ),
        verify=("$ stonith_admin --list-registered",),
        references=("Pacemaker Explained: fencing",),
    )


def _nothing_starts(incident: Incident, stopped: list[str]) -> Finding:
    source = property_source(incident, "stonith-enabled", "fencing-enabled")
    return Finding(
        rule="fencing-unconfigured",
        severity="error",
        confidence="likely",
        title=Phrase.counted(
            "{resources} is not started: fencing is on, and no fence device is configured",
            "{resources} are not started: fencing is on, and no fence device is configured",
            len(stopped),
            resources=listed(stopped[:4]),
        ),
        cause=Phrase(
            "With stonith-enabled=true, which is the default, the cluster starts nothing until a fence device is"
            " defined."
        ),
        resource=stopped[0],
        evidence=quotes(incident, [source]),
        remedy=(
            Phrase("Configure a fence device for each node; for a test alone, turn fencing off:"),
            *set_property(incident, "stonith-enabled", "false"),
        ),
        verify=("$ crm_verify --live-check --verbose",),
    )


RULES = (
    Rule(
        id="fencing-failed",
        find=fencing_failed,
        looks_at=(
            "results of fencing that are no success, and whether a later try worked",
            "which device was asked, what it answered and what its agent printed",
            "failed starts and monitors of fence devices",
            "that the node was lost before",
        ),
        example="Nov 23 02:07:18.379 node01 pacemaker-fenced    [90] (log_op_output) \tinfo: fence_halab_reboot_1of2[266] error"
        " output [ Failed: Unable to connect/login to fencing device ]",
        repeats=True,
    ),
    Rule(
        id="fencing-unconfigured",
        find=fencing_unconfigured,
        looks_at=(
            "stonith-enabled (fencing-enabled from 3.0.2 on), and the fence devices that are configured",
            "nodes that were lost from sight meanwhile; or resources none of which is started",
        ),
        example='        <nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="false"/>',
    ),
)
