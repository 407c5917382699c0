"""What the readers of crm, pcs and CIB configuration share: they gather, and the end is one `Configuration`.

Sources: Pacemaker Explained ("Resource Templates", "Rules"); lib/pengine/unpack.c and complex.c
(unpack_template) for what a template gives; lib/common/utils.c (crm_get_msec), iso8601.c for times.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ha_report.facts import Configuration, ConfiguredOperation, ConfiguredResource, Constraint
from ha_report.model import Source

MOST_IMPORTANT_SET = "cib-bootstrap-options"  # its values beat those of other property sets

_TIME = re.compile(r"\s*\+?(?P<number>\d{1,15})\s*(?P<unit>[A-Za-z]*)\s*")
_UNITS_US = {
    "us": 1,
    "usec": 1,
    "ms": 1000,
    "msec": 1000,
    "": 1_000_000,
    "s": 1_000_000,
    "sec": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "hr": 3_600_000_000,
}
_ISO_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,9})D)?(?:T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
_INFINITY = re.compile(r"(?P<sign>[+-]?)inf(?:inity)?", re.IGNORECASE)

_OPERATION_FIELDS = ("name", "interval", "timeout", "on-fail", "role", "id")


def milliseconds(text: str | None) -> int | None:
    """Return a time as the cluster reads it: a number without unit is seconds; None for any other text."""
    if found := _TIME.fullmatch(text or ""):
        unit = _UNITS_US.get(found["unit"].lower())
        return None if unit is None else int(found["number"]) * unit // 1000
    if (found := _ISO_DURATION.fullmatch(text or "")) and any(found.groups()):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
    return None


def full_score(text: str | None) -> str | None:
    """Return a score with its infinity spelled out, whatever the shell made of it."""
    found = _INFINITY.fullmatch(text or "")
    return f"{found['sign'].replace('+', '')}INFINITY" if found else text or None


def operation(name: str, told: dict[str, str], source: Source) -> ConfiguredOperation:
    """Return an operation from what is told of it, by the names that a CIB has for it."""
    return ConfiguredOperation(
        name,
        milliseconds(told.get("interval", "0")),
        milliseconds(told.get("timeout")),
        told.get("on-fail"),
        told.get("role"),
        source,
        {key: value for key, value in told.items() if key not in _OPERATION_FIELDS},
    )


@dataclass
class Settings:
    """Names and values: of two values of one name the first counts."""

    values: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    by_rule: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, name: str, value: str, source: Source, *, ruled: bool = False) -> None:
        """Add a value, or with `ruled` one that a rule may choose."""
        self.sources.setdefault(name, source)
        if ruled:
            self.by_rule[name] = (*self.by_rule.get(name, ()), value)
        elif name not in self.values:
            self.values[name] = value
            self.sources[name] = source

    def fill(self, other: "Settings") -> None:
        """Add what `other` has and these have not."""
        self.values = other.values | self.values
        self.by_rule = other.by_rule | self.by_rule
        self.sources = other.sources | self.sources


@dataclass
class Draft:
    """A resource under construction."""

    id: str
    kind: str
    source: Source
    agent: str | None = None
    template: str | None = None
    parameters: Settings = field(default_factory=Settings)
    meta: Settings = field(default_factory=Settings)
    operations: list[ConfiguredOperation] = field(default_factory=list)
    children: list[str] = field(default_factory=list)

    def inherit(self, template: "Draft") -> None:
        """Take from the template what is not set here; an operation by its name and role."""
        self.agent = self.agent or template.agent
        self.parameters.fill(template.parameters)
        self.meta.fill(template.meta)
        own = {(one.name, one.role) for one in self.operations}
        self.operations += [one for one in template.operations if (one.name, one.role) not in own]

    def finished(self) -> ConfiguredResource:
        """Return the resource."""
        return ConfiguredResource(
            self.id,
            self.agent,
            self.kind,
            self.parameters.values,
            self.meta.values,
            tuple(self.operations),
            tuple(self.children),
            self.source,
            self.parameters.sources,
            self.parameters.by_rule,
        )


@dataclass
class Gathered:
    """A configuration under construction."""

    source_format: str
    file: str
    drafts: dict[str, Draft] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    property_sets: list[tuple[str, Settings]] = field(default_factory=list)  # id, and what it holds
    rsc_defaults: Settings = field(default_factory=Settings)
    op_defaults: Settings = field(default_factory=Settings)
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    cluster_name: str | None = None
    undecoded: list[Source] = field(default_factory=list)

    def source(self, line: int) -> Source:
        """Return a place in the file."""
        return Source(self.file, line)

    def add(self, draft: Draft) -> Draft:
        """Add a resource: what is told again replaces what was told before."""
        self.drafts.pop(draft.id, None)
        self.drafts[draft.id] = draft
        return draft

    def finished(self) -> Configuration:
        """Return what was gathered."""
        for draft in self.drafts.values():
            if draft.template in self.drafts and self.drafts[draft.template].kind == "template":
                draft.inherit(self.drafts[draft.template])
        properties = _most_important_first(self.property_sets)
        return Configuration(
            self.source_format,
            tuple(draft.finished() for draft in self.drafts.values()),
            tuple(self.constraints),
            properties.values,
            self.rsc_defaults.values,
            self.op_defaults.values,
            self.nodes,
            self.cluster_name or properties.values.get("cluster-name"),
            properties.sources,
            self.rsc_defaults.sources,
            self.op_defaults.sources,
            tuple(self.undecoded),
        )


def _most_important_first(sets: Iterable[tuple[str, Settings]]) -> Settings:
    properties = Settings()
    for _, settings in sorted(sets, key=lambda one: one[0] != MOST_IMPORTANT_SET):
        properties.fill(settings)
    return properties


def role_less(text: str) -> str:
    """Return the id in `id:role`, `id:action` or `id:instance`."""
    return text.partition(":")[0]
