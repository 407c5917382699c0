"""Finds the symptom of a failure, and makes findings say its cause and remedy with the names of the case.

Only what the agent said in the failed operation itself counts; the rows are in `ha_report.symptoms`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

import ha_report.symptoms
from ha_report.model import Event, Evidence, Finding, Source
from ha_report.phrase import Phrase
from ha_report.questions.commands import set_meta, set_parameter, watch
from ha_report.questions.failures import Failure, lines_of_agent, said_by
from ha_report.questions.knowledge import agent_of, clean, listed, parameters_of, parents_of
from ha_report.questions.outside import beside, words_of
from ha_report.questions.stories import Why, cleanups, tell, told_as
from ha_report.symptom import Setting, Symptom
from ha_report.tables import rows_of

if TYPE_CHECKING:
    from ha_report.incident import Incident

_NAME = re.compile(r"\{(\w+)(?:\|([^{}]*))?\}")
_UNKNOWN = re.compile("\0(\\w+)\0")
_SETTERS = {"parameter": set_parameter, "meta": set_meta, "clone": set_meta}
_LINES_BESIDE = 3
_LOOKED_AT = 2048  # characters of what an agent said: more than a stack trace has; a crafted line has more


@lru_cache(maxsize=1)
def symptoms() -> tuple[Symptom, ...]:
    """Return every symptom there is, those of one agent before those of many."""
    found: tuple[Symptom, ...] = rows_of(ha_report.symptoms, "SYMPTOMS")
    return tuple(sorted(found, key=lambda row: any("*" in agent for agent in row.agents)))


@dataclass(frozen=True)
class Seen:
    """A symptom that was found, with what its words name."""

    symptom: Symptom
    groups: Mapping[str, str]
    agent_known: bool  # from the words alone another agent might be meant

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes two failures one cause: the same title."""
        return self.symptom.id, sentence(self.symptom.title, self.groups)

    @property
    def proof(self) -> str:
        """Return how sure the cause is."""
        return self.symptom.proof if self.agent_known or self.symptom.proof != "certain" else "likely"


def seen_in_words(
    agent: str | None, texts: Iterable[str], operation: str | None = None, rc: int | None = None
) -> Seen | None:
    """Return the symptom that what an agent said is of; rows stand with the more telling ones first.

    Where nothing tells the agent, one row alone may know the words, or else one that holds for every agent.
    """
    said = list(dict.fromkeys(clean(text)[:_LOOKED_AT] for text in texts if text))
    rows = _rows_for(agent, operation, rc) if said else ()
    found = ((row, match) for row in rows if (match := _first_match(row, said)))
    if agent is not None:
        return next((_seen(row, match, known=True) for row, match in found), None)
    every = list(found)
    alone = every if len(every) == 1 else [one for one in every if "ocf:*" in one[0].agents]
    return _seen(*alone[0], known=False) if alone else None


@lru_cache(maxsize=256)
def _rows_for(agent: str | None, operation: str | None, rc: int | None) -> tuple[Symptom, ...]:
    return tuple(row for row in symptoms() if _holds_for(row, agent, operation, rc))


def _first_match(row: Symptom, said: list[str]) -> re.Match[str] | None:
    return next((match for text in said if (match := row.pattern.search(text))), None)


def _seen(row: Symptom, match: re.Match[str], *, known: bool) -> Seen:
    return Seen(row, {name: value for name, value in match.groupdict().items() if value and "{" not in value}, known)


def _holds_for(row: Symptom, agent: str | None, operation: str | None, rc: int | None) -> bool:
    if agent is not None and not any(_is_agent(agent, wanted) for wanted in row.agents):
        return False
    if row.operations and operation is not None and operation not in row.operations:
        return False
    return not row.rcs or rc is None or rc in row.rcs


def _is_agent(agent: str, wanted: str) -> bool:
    """Say whether `agent` is the one that is wanted; a log may tell no more than its last part."""
    return fnmatchcase(agent, wanted) or (":" not in agent and agent == wanted.rpartition(":")[2])


def seen_in(incident: Incident, failure: Failure) -> Seen | None:
    """Return the symptom of a failure; None where its agent said nothing that is known."""
    lines = lines_of_agent(incident, failure)
    texts = [text for line in lines for text in (said_by(line), line.text)]
    agent = failure.agent or next((line.program for line in lines if line.kind == "agent-error"), None)
    seen = seen_in_words(agent, [*texts, failure.reason or ""], failure.operation, failure.rc)
    return seen if seen is None or seen.symptom.waits or not failure.timed_out else None


def tell_apart(
    incident: Incident,
    told: list[Failure],
    why: Callable[[list[Failure]], Why],
    also: Callable[[list[Failure]], Iterable[Failure]] = lambda _told: (),
) -> Iterator[Finding]:
    """Yield a finding for each cause among the failures `told`, in the words of its symptom where there is one."""
    for part in by_cause(incident, told):
        yield tell(incident, part, with_symptom(incident, part, why(part)), also(part))


def by_cause(incident: Incident, told: list[Failure]) -> list[list[Failure]]:
    """Return the failures, those of one symptom together; one of none goes with the first of the same answer."""
    parts: dict[object, list[Failure]] = {}
    silent: list[Failure] = []
    for failure in told:
        seen = seen_in(incident, failure)
        if seen is None:
            silent.append(failure)
        else:
            parts.setdefault(seen.key, []).append(failure)
    for failure in silent:
        alike = next((part for part in parts.values() if part[0].rc == failure.rc), None)
        parts.setdefault(None, []).append(failure) if alike is None else alike.append(failure)
    order = {id(failure): number for number, failure in enumerate(told)}
    return sorted(
        (sorted(part, key=lambda one: order[id(one)]) for part in parts.values()), key=lambda part: order[id(part[0])]
    )


def with_symptom(incident: Incident, told: list[Failure], why: Why) -> Why:
    """Return `why` in the words of the symptom of these failures, or as it is where they have none."""
    seen, first = next(((seen, one) for one in told if (seen := seen_in(incident, one))), (None, told[0]))
    if seen is None:
        return why
    nodes = listed(failure.node or Phrase("the node") for failure in told)
    names = names_of(incident, seen, first.resource, first.node, first.operation) | {"nodes": nodes}
    fault = sentence(seen.symptom.title, names)
    lines = lines_beside(incident, seen.symptom, told)
    title = told_as(told, fault)
    if first.timed_out:
        title = Phrase("{title}: {why}", title=why.title, why=fault)
    elif first.is_fence_device:
        title = Phrase("the fence device {title}", title=title)
    lift = why.remedy if first.timed_out else (Phrase("Then lift the bar:"), *cleanups(incident, told))
    return replace(
        why,
        symptom=seen.symptom.id,
        confidence=why.confidence if first.timed_out else seen.proof,
        title=title,
        cause=Phrase.joined([*cause_of(seen, names, lines), *why.outcome]),
        sources=(*_saying(incident, seen, told), *(Source(line.file, line.line) for line in lines), *why.sources),
        remedy=(*remedy_of(incident, seen.symptom, first.resource, names), *lift),
        verify=tuple(dict.fromkeys([*filled(seen.symptom.verify, names), watch(incident)])),
        references=references_of(seen.symptom),
    )


def cause_of(seen: Seen, names: Mapping[str, str], lines: Iterable[Evidence] = ()) -> Iterator[str]:
    """Yield the sentences that tell the cause."""
    yield sentence(seen.symptom.cause, names)
    for line in [*lines][:1]:
        yield Phrase("In the same half minute the log has: {line}.", line=words_of(line))


def references_of(row: Symptom) -> tuple[str, ...]:
    """Return where more is told, the versions that have the message first."""
    return (f"{row.id}: {row.versions}", *row.references)


def names_of(
    incident: Incident, seen: Seen, resource: str | None, node: str | None, operation: str = "operation"
) -> dict[str, str]:
    """Return what the names in a row's texts stand for."""
    parameters = dict(parameters_of(incident, resource) or {}) if resource else {}
    plain = {name: value for name, value in parameters.items() if value and not re.search(r"[{}\0]", value)}
    there = node or Phrase("the node")
    own = {"resource": resource or Phrase("the resource"), "node": there, "nodes": there, "operation": operation}
    return {**plain, **_of_device(incident, resource, plain), **own, **seen.groups}


def _of_device(incident: Incident, resource: str | None, parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the program of a fence device, and the plug it is most likely asked for."""
    agent = agent_of(incident, resource) if resource else None
    if agent is None or not agent.startswith("stonith:"):
        return {}
    plug = parameters.get("plug") or parameters.get("port") or parameters.get("pcmk_host_list", "").split(" ")[0]
    return {"agent": agent.partition(":")[2], "plug": plug}


def sentence(template: str, names: Mapping[str, str]) -> str:
    """Return a sentence with its names filled in; what nothing tells is "its NAME"."""
    return Phrase(template, **{name: value for name, value in names.items() if value})


def filled(lines: Iterable[str], names: Mapping[str, str]) -> Iterator[str]:
    """Yield sentences and commands with their names filled in, less commands that need a name that nothing tells."""
    for line in lines:
        if not line.startswith("$ "):
            yield sentence(line, names)
        elif not _UNKNOWN.search(whole := _filled_in(line, _quoted(names))):
            yield whole


def _quoted(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names as a shell takes them: what a log tells is to be pasted."""
    return {name: shlex.quote(value) if value else value for name, value in names.items()}


def _filled_in(template: str, names: Mapping[str, str]) -> str:
    """Return a template with its names filled in, the innermost first; one that nothing tells is marked."""
    while _NAME.search(template):
        template = _NAME.sub(
            lambda found: names.get(found[1]) or (f"\0{found[1]}\0" if found[2] is None else found[2]), template
        )
    return template


def remedy_of(incident: Incident, row: Symptom, resource: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what is to be done, with the commands that make a setting."""
    for one in row.remedy:
        if isinstance(one, Setting):
            name, value = (sentence(part, _quoted(names)) for part in (one.name, one.value))
            holder = next((parent.id for parent in parents_of(incident, resource)), resource)
            yield from _SETTERS[one.of](incident, holder if one.of == "clone" else resource, name, value)
        else:
            yield from filled([one], names)


def lines_beside(incident: Incident, row: Symptom, told: list[Failure]) -> list[Evidence]:
    """Return the lines of others that prove a symptom."""
    if row.beside is None:
        return []
    pattern = re.compile(row.beside)
    return [line for one in told for line in beside(incident, one.node, one.time_us, pattern)][:_LINES_BESIDE]


def _saying(incident: Incident, seen: Seen, told: list[Failure]) -> Iterator[Event]:
    """Yield for each failure the line that made the symptom known."""
    for failure in told:
        for line in lines_of_agent(incident, failure):
            if seen.symptom.pattern.search(said_by(line)) or seen.symptom.pattern.search(line.text):
                yield line
                break
