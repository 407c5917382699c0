"""What is configured, one setting a row: properties and defaults, then each resource, then the constraints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ha_report.questions.knowledge import configurations
from reports.shape import Setting
from reports.words import operation_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ha_report.facts import Configuration, ConfiguredOperation, ConfiguredResource
    from ha_report.incident import Incident

# hb_report and crm report mask these; a file that was taken by hand has them in the clear.
SECRET = re.compile(r"passw|secret|credential|private_?key", re.IGNORECASE)
MASKED = "******"


def settings_of(incident: Incident) -> tuple[Setting, ...]:
    """Return each setting as the latest file tells it that tells it at all."""
    latest: dict[tuple[str, str | None, str], Setting] = {}
    for configuration in configurations(incident):
        for setting in settings_in(configuration):
            latest.setdefault((setting.kind, setting.subject, setting.name), setting)
    return tuple(sorted((masked(one) for one in latest.values()), key=place_in_table))


def settings_in(configuration: Configuration) -> Iterator[Setting]:
    """Yield what one file tells."""
    for kind, values, sources in (
        ("property", configuration.properties, configuration.property_sources),
        ("resource default", configuration.rsc_defaults, configuration.rsc_default_sources),
        ("operation default", configuration.op_defaults, configuration.op_default_sources),
    ):
        yield from (Setting(kind, None, name, values[name], sources[name]) for name in values if name in sources)
    for resource in configuration.resources:
        yield from of_resource(resource)
    for one in configuration.constraints:
        yield Setting(one.kind, ", ".join(one.resources) or None, one.id or one.text, one.text, one.source)


def of_resource(resource: ConfiguredResource) -> Iterator[Setting]:
    """Yield what is configured for a resource; one without anything has its agent all the same."""
    yield Setting(resource.kind, resource.id, "agent" if resource.agent else "holds",
                  resource.agent or ", ".join(resource.children), resource.source)  # fmt: skip
    for name, value in resource.parameters.items():
        source = resource.parameter_sources.get(name, resource.source)
        yield Setting("parameter", resource.id, name, value, source)
    yield from (Setting("meta", resource.id, name, value, resource.source) for name, value in resource.meta.items())
    for operation in resource.operations:
        name = operation_of(operation.name, operation.interval_ms or None)
        named = f"{name} ({operation.role})" if operation.role else name
        yield Setting("operation", resource.id, named, ", ".join(details(operation)), operation.source)


def details(operation: ConfiguredOperation) -> Iterable[str]:
    """Yield how an operation is configured."""
    if operation.timeout_ms is not None:
        yield f"timeout {operation.timeout_ms / 1000:g} s"
    if operation.on_fail:
        yield f"on-fail {operation.on_fail}"
    yield from (f"{name} {value}" for name, value in operation.more.items())


def masked(setting: Setting) -> Setting:
    """Return a setting without what must not travel with a page that is mailed."""
    return setting._replace(value=MASKED) if SECRET.search(setting.name) else setting


def place_in_table(setting: Setting) -> tuple[int, str, int]:
    """Order what holds for all first, then resource by resource, constraints last."""
    order = ("property", "resource default", "operation default", "primitive", "group", "clone", "master", "bundle",
             "template", "parameter", "meta", "operation")  # fmt: skip
    place = order.index(setting.kind) if setting.kind in order else len(order)
    whole, constraint = setting.subject is None, place == len(order)
    return (2 if constraint else 0 if whole else 1), "" if constraint else setting.subject or "", place
