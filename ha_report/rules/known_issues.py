"""Bugs of versions that this cluster runs: told when their symptom is there, else only for the gravest.

Sources: ChangeLogs of Pacemaker, corosync, resource-agents and cluster-glue; the issues that are named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ha_report.facts import VersionFacts
from ha_report.model import Evidence, Finding
from ha_report.numerals import whole_number
from ha_report.phrase import Phrase
from ha_report.questions.failures import Failure, failures, lines_of_agent, result_lines, said_by
from ha_report.questions.knowledge import events_of, quotes
from ha_report.questions.release_notes import NOTES, Note
from ha_report.rule import Rule

if TYPE_CHECKING:
    from ha_report.incident import Incident

Symptom = Callable[["Incident"], tuple[Evidence, ...]]


@dataclass(frozen=True)
class Issue:
    """A bug that a range of versions has."""

    id: str
    package: str
    first: str | None  # that has it; None: nobody knows
    fixed: str  # the first that does not
    title: str
    effect: str
    symptom: Symptom | None = None  # None: told as a notice wherever the version is found
    reference: str = ""


def _words(pattern: str, *kinds: str) -> Symptom:
    """Return the symptom that an event of `kinds` matches `pattern`."""
    regex = re.compile(pattern)
    return lambda incident: quotes(incident, [one for one in events_of(incident, *kinds) if regex.search(one.text)][:2])


def _failure(wanted: Callable[[Failure], bool], pattern: str) -> Symptom:
    """Return the symptom that an operation failed whose agent said what matches `pattern`."""
    regex = re.compile(pattern)

    def look(incident: Incident) -> tuple[Evidence, ...]:
        for one in failures(incident):
            said = [event for event in lines_of_agent(incident, one) if regex.search(said_by(event))]
            if wanted(one) and (said or regex.search(one.reason or "")):
                return (*quotes(incident, said[:2]), *result_lines(incident, one))
        return ()

    return look


def _any(_failure: Failure) -> bool:
    """Say that it does not matter what failed."""
    return True


ISSUES = (
    Issue("I-10", "resource-agents", "4.15.0", "4.17.0", "IPaddr2 gives up where more than one route matches",
          "findif counts the default route and policy routes, and decides for none.",
          _failure(_any, "More than 1 routes match"), "resource-agents issues 1963, 1976, 2001, 2109"),
    Issue("I-24", "resource-agents", "4.15.0", "4.15.1", "IPaddr2 refuses plain IPv4 addresses",
          "lvs_ipv6_addrlabel is on by default, and asks for IPv6.",
          _failure(_any, "lvs_ipv6_addrlabel|does not support lvs"), "ChangeLog of resource-agents 4.15.1"),
    Issue("I-25", "resource-agents", None, "4.4.0", "IPaddr2 does not find an IPv6 address again that is not written canonically",
          "The start works, and the monitor says at once that it is not running.",
          lambda incident: tuple(line for one in failures(incident) if one.operation == "monitor" and one.rc == 7  # noqa: PLR2004 - OCF_NOT_RUNNING
                                 and one.agent_type == "IPaddr2" and _odd_ipv6(incident, one) for line in result_lines(incident, one))[:1],
          "resource-agents issue 1357"),
    Issue("R-4", "resource-agents", "4.0.0", "4.2.0", "A collision of addresses is fatal for the whole cluster",
          "IPaddr2 answers 6 instead of 1, so that no other node is tried.",
          _failure(lambda one: one.rc == 6, "address collision"), "resource-agents pull request 1163"),  # noqa: PLR2004 - OCF_NOT_CONFIGURED
    Issue("GLUE-1.0.9", "cluster-glue", "1.0.8", "1.0.9", "external/ipmi is broken by a missing quote",
          "The plugin's script does not run, so that its fence devices neither start nor work.",
          _failure(lambda one: one.is_fence_device and "ipmi" in (one.agent or ""), "syntax error|unexpected EOF|not found"), "cluster-glue changeset d5af69d4"),
    Issue("K-8", "pacemaker", "1.1.0", "1.1.18", "crm_mon may show an exit reason that belongs to an earlier operation",
          "A failed action that has no reason of its own shows the one before.",
          lambda incident: tuple(line for one in failures(incident) if one.operation == "stop" and one.reason for line in result_lines(incident, one))[:1]
          if len({one.reason for one in failures(incident)}) < len(failures(incident)) else (), "ChangeLog of Pacemaker 1.1.18"),
    Issue("K-9", "pacemaker", "1.1.17", "2.0.0", "The scheduler crashes when it logs that it ignores failure-timeout",
          "pengine is started anew again and again.", _words("pengine", "daemon-died", "daemon-respawned"), "ChangeLog of Pacemaker 2.0.0"),
    Issue("K-11", "pacemaker", "2.0.0", "2.0.1", "A clone's notification to a stopped remote node blocks everything that follows",
          "The cluster seems to hang.", None, "ChangeLog of Pacemaker 2.0.1"),
    Issue("K-18", "pacemaker", "2.1.2", "2.1.3", "Remote nodes are fenced when their connection is merely stopped",
          "A clean stop of the connection ends in a reboot.",
          lambda incident: quotes(incident, [one for one in events_of(incident, "fencing-scheduled") if "emote" in one.text][:2]), "ChangeLog of Pacemaker 2.1.3"),
    Issue("K-19", "pacemaker", "2.1.1", "2.1.3", "The executor crashes on a notify operation", "A double free ends pacemaker-execd.",
          _words("execd", "daemon-died", "segfault"), "ChangeLog of Pacemaker 2.1.3"),
    Issue("K-23", "pacemaker", "2.1.5", "2.1.7", "The scheduler crashes on disabled recurring operations", "A double free ends pacemaker-schedulerd.",
          _words("schedulerd", "daemon-died", "segfault"), "ChangeLog of Pacemaker 2.1.7"),
    Issue("K-29", "pacemaker", "3.0.1", "3.0.2", "The CIB manager crashes on an XPath query", "cibadmin ends pacemaker-based.",
          _words("based", "daemon-died", "segfault"), "ChangeLog of Pacemaker 3.0.2"),
    Issue("C-8", "corosync", None, "3.1.9", "Timestamps of the token overflow on hosts that are up for long", "Warnings tell of tokens that were late by absurd times.",
          lambda incident: quotes(incident, [one for one in events_of(incident, "token-lost", "process-paused") if _absurd(one.value)][:2]), "ChangeLog of corosync 3.1.9"),
    Issue("C-9", "corosync", None, "3.1.10", "A packet can end corosync where traffic is not encrypted (CVE-2025-30472)", "corosync dies without a cluster's fault.",
          _words("corosync", "segfault", "daemon-died"), "CVE-2025-30472"),
)  # fmt: skip

_DIGITS = 9  # of a part of a version that are looked at
_WEEK_MS = 7 * 24 * 3600 * 1000


def _absurd(value: str | None) -> bool:
    return (whole_number((value or "").split(".")[0]) or 0) > _WEEK_MS


def _odd_ipv6(incident: Incident, failure: Failure) -> bool:
    from ha_report.questions.knowledge import parameters_of  # noqa: PLC0415 - one rule of many needs it
    from ha_report.questions.node_network import canonical_form  # noqa: PLC0415 - the same

    return canonical_form((parameters_of(incident, failure.resource) or {}).get("ip")) is not None


def known_issue(incident: Incident) -> Iterator[Finding]:
    """Say that a version in the cluster has a known bug whose symptom is there; the fixed version is the remedy.

    Bugs that leave no trace are listed together, one notice a package.
    """
    versions = _versions(incident)
    for issue in ISSUES:
        version = versions.get(issue.package)
        if version is None or not _affected(version[0], issue.first, issue.fixed):
            continue
        proof = issue.symptom(incident) if issue.symptom else ()
        if issue.symptom is None or proof:
            yield _finding(issue, version, proof)

    for package, version in sorted(versions.items()):
        notes = [note for note in NOTES if note.package == package and _affected(version[0], note.first, note.fixed)]
        if notes:
            yield _mended_since(package, version, notes)


def _mended_since(package: str, version: tuple[str, tuple[Evidence, ...]], notes: list[Note]) -> Finding:
    """Return what later versions of a package do better, though nothing here shows that it did harm."""
    newest = max((note.fixed for note in notes), key=numbers)
    return Finding(
        rule="known-issue",
        severity="notice",
        confidence="possible",
        title=Phrase.counted(
            "{package} {version} has {count} bug that later versions mend",
            "{package} {version} has {count} bugs that later versions mend",
            len(notes),
            package=package,
            version=version[0],
        ),
        cause=Phrase.joined(
            [
                *(Phrase("{what} (until {fixed}).", what=note.what, fixed=note.fixed) for note in notes),
                Phrase(
                    "Nothing in these files shows that one of them did harm; a distribution's own version may have the fix."
                ),
            ]
        ),
        evidence=version[1],
        remedy=(Phrase("Update {package} to {fixed} or later.", package=package, fixed=newest),),
        references=tuple(f"{note.id}: {package} {note.fixed}" for note in notes),
    )


def _versions(incident: Incident) -> dict[str, tuple[str, tuple[Evidence, ...]]]:
    """Return the version of each program that has known issues, and the line that tells it where one is known."""
    known = {one.package for one in (*ISSUES, *NOTES)}
    found: dict[str, tuple[str, tuple[Evidence, ...]]] = {}
    for one in incident.facts:
        if isinstance(one.facts, VersionFacts):
            for package in one.facts.packages.keys() & known - found.keys():
                version = one.facts.packages[package]
                found[package] = (version.version, quotes(incident, [version.source]))
    for program, text in incident.cluster.versions.items():
        found.setdefault(program, (text, ()))
    return found


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers that compare: "1:4.12.0-2" is (4, 12, 0)."""
    bare = re.split(r"[-+~]", version.rpartition(":")[2])[0]
    return tuple(int(part[:_DIGITS]) for part in re.findall(r"\d+", bare)[:3])


def _affected(version: str, first: str | None, fixed: str) -> bool:
    own = numbers(version)
    return bool(own) and own < numbers(fixed) and (first is None or own >= numbers(first))


def _finding(issue: Issue, version: tuple[str, tuple[Evidence, ...]], proof: tuple[Evidence, ...]) -> Finding:
    return Finding(
        rule="known-issue",
        severity="warning" if proof else "notice",
        confidence="likely" if proof else "possible",
        title=Phrase(
            "{package} {version} has a known bug: {title}",
            package=issue.package,
            version=version[0],
            title=Phrase(issue.title),
        ),
        cause=Phrase.joined(
            [
                Phrase(issue.effect),
                Phrase("Fixed in {fixed}. A distribution's own version may have the fix earlier.", fixed=issue.fixed),
            ]
        ),
        evidence=tuple(dict.fromkeys((*proof, *version[1]))),
        remedy=(Phrase("Update {package} to {fixed} or later.", package=issue.package, fixed=issue.fixed),),
        references=(f"{issue.id}: {issue.reference}",),
    )


RULES = (
    Rule(
        id="known-issue",
        find=known_issue,
        looks_at=(
            "versions of packages and programs, as the input tells them",
            "the symptom of each bug that these versions have; release notes of later versions for those that show none",
        ),
        example="resource-agents 4.16.0, and: ERROR: More than 1 routes match 192.168.200.50. Unable to decide which route to use.",
        advice=True,
    ),
)
