"""Commands to paste, with real names, as Pacemaker's own tools, crm shell and pcs have them.

A line that begins with "$ " is a command.  Where nothing tells which shell the cluster has, both are given.
Sources: crm_resource(8) of Pacemaker 1.0 to 3.0, crm(8), pcs(8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ha_report.facts import VersionFacts
from ha_report.questions.knowledge import configurations

if TYPE_CHECKING:
    from ha_report.incident import Incident


def shells(incident: Incident) -> tuple[str, ...]:
    """Return the shells that this cluster has, "crm" and "pcs"; both where nothing tells."""
    found = {one.source_format for one in configurations(incident)} & {"crm", "pcs"}
    for one in incident.facts:
        if isinstance(one.facts, VersionFacts):
            found |= {shell for package, shell in (("crmsh", "crm"), ("pcs", "pcs")) if package in one.facts.packages}
    if is_1_0(incident):
        return ("crm",)  # pcs came with 1.1
    return tuple(sorted(found or {"crm", "pcs"}))


def is_1_0(incident: Incident) -> bool:
    """Say whether this is Pacemaker 1.0, whose tools spell some options their own way."""
    return (incident.cluster.versions.get("pacemaker") or "").startswith("1.0")


def cleanup(incident: Incident, resource: str, node: str | None) -> str:
    """Return the command that lifts the bar of failures from a resource."""
    if is_1_0(incident):
        return f"$ crm_resource -C -r {resource}" + (f" -H {node}" if node else "")
    return f"$ crm_resource --cleanup --resource {resource}" + (f" --node {node}" if node else "")


def set_parameter(incident: Incident, resource: str, name: str, value: str) -> tuple[str, ...]:
    """Return the commands that set a parameter of a resource, one a shell."""
    each = {
        "crm": f"$ crm resource param {resource} set {name} {value}",
        "pcs": f"$ pcs resource update {resource} {name}={value}",
    }
    return tuple(each[shell] for shell in shells(incident))


def set_timeout(incident: Incident, resource: str, operation: str, interval_s: str, seconds: int) -> tuple[str, ...]:
    """Return the commands that give an operation more time, one a shell."""
    interval = f" interval={interval_s}" if interval_s else ""
    each = {
        "crm": f"$ crm configure edit {resource}",
        "pcs": f"$ pcs resource update {resource} op {operation}{interval} timeout={seconds}s",
    }
    return tuple(each[shell] for shell in shells(incident))


def set_meta(incident: Incident, resource: str, name: str, value: str) -> tuple[str, ...]:
    """Return the commands that set a meta attribute of a resource, one a shell."""
    each = {
        "crm": f"$ crm resource meta {resource} set {name} {value}",
        "pcs": f"$ pcs resource meta {resource} {name}={value}",
    }
    return tuple(each[shell] for shell in shells(incident))


def set_default(incident: Incident, name: str, value: str) -> tuple[str, ...]:
    """Return the commands that set a meta attribute for all resources, one a shell."""
    each = {
        "crm": f"$ crm configure rsc_defaults {name}={value}",
        "pcs": f"$ pcs resource defaults update {name}={value}",
    }
    return tuple(each[shell] for shell in shells(incident))


def set_property(incident: Incident, name: str, value: str) -> tuple[str, ...]:
    """Return the commands that set a property of the cluster, one a shell."""
    each = {
        "crm": f"$ crm configure property {name}={value}",
        "pcs": f"$ pcs property set {name}={value}",
    }
    return tuple(each[shell] for shell in shells(incident))


def node_command(incident: Incident, verb: str, node: str) -> tuple[str, ...]:
    """Return the commands that change a node ("standby", "unstandby", "maintenance", ...), one a shell."""
    crm = {"unstandby": "online", "unmaintenance": "ready"}.get(verb, verb)
    each = {"crm": f"$ crm node {crm} {node}", "pcs": f"$ pcs node {verb} {node}"}
    return tuple(each[shell] for shell in shells(incident))


def add_monitor(incident: Incident, resource: str) -> tuple[str, ...]:
    """Return the commands that give a resource a recurring monitor, one a shell."""
    each = {
        "crm": f"$ crm configure monitor {resource} 10s:30s",
        "pcs": f"$ pcs resource op add {resource} monitor interval=10s timeout=30s",
    }
    return tuple(each[shell] for shell in shells(incident))


def move_monitor(incident: Incident, resource: str, role: str | None, seconds: int) -> tuple[str, ...]:
    """Return the commands that give a monitor an interval of one second more, one or two a shell."""
    told = f" role={role}" if role else ""
    each = {
        "crm": (f"$ crm configure edit {resource}",),
        "pcs": (
            f"$ pcs resource op remove {resource} monitor interval={seconds}s{told}",
            f"$ pcs resource op add {resource} monitor interval={seconds + 1}s{told}",
        ),
    }
    return tuple(line for shell in shells(incident) for line in each[shell])


def show_configuration(incident: Incident) -> tuple[str, ...]:
    """Return the commands that show the configuration, one a shell."""
    each = {"crm": "$ crm configure show", "pcs": "$ pcs config"}
    return tuple(each[shell] for shell in shells(incident))


def watch(incident: Incident) -> str:
    """Return the command that shows the state with inactive resources and fail counts."""
    return "$ crm_mon -1 -r -f" if is_1_0(incident) else "$ crm_mon -1rf"
