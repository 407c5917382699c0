"""Puts together the program that runs on a node: settings, node.sh, and what items.py names."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from collectors import items
from collectors.items import Folder, Item

HERE = Path(__file__).parent
CAP_BYTES = 200 << 20


@dataclass(frozen=True)
class Window:
    """What is asked for: the span of time, and how much."""

    begin_s: int  # seconds since 1970, by the clock of who asks
    end_s: int
    asked_s: int  # when it is asked, by the same clock
    ha_logs: tuple[str, ...] = ()
    extra_logs: tuple[str, ...] = ()
    quick: bool = False
    nodes: tuple[str, ...] = ()  # that are asked, this one among them; what all know, one of them tells
    wait_s: int = 0  # let the cluster settle before the snapshot, at most so long
    cap_bytes: int = CAP_BYTES  # of one log


def program(window: Window, only: Collection[str] | None = None) -> str:
    """Return the program for a node; `only` names the items to take, None takes all.

    "logs" stands for all logs, and "NAME/" for a folder.
    """
    phases = {name: _chosen(rows, window.quick, only) for name, rows in items.PHASES.items()}
    if window.wait_s:
        phases = {"wait": (waiting(window.wait_s),), **phases}
    folders = [folder for folder in items.FOLDERS if only is None or f"{folder.name}/" in only]
    logs = only is None or "logs" in only
    return assembled(window, phases, _flow(phases, folders, logs=logs))


def discovery() -> str:
    """Return the program that gathers what tells which nodes there are."""
    return assembled(Window(0, 0, 0), {"discovery": items.DISCOVERY}, ["phase discovery"])


def waiting(seconds: int) -> Item:
    """Return the item that lets a running transition finish: crm_resource --wait, or the DC's own word of old."""
    return Item(
        "wait.txt",
        f"if crm_resource --help-all 2>&1 | grep -q -e '--wait'; then crm_resource --wait --timeout={seconds};\n"
        f"else n=0; while [ $n -lt {seconds} ]; do crmadmin -S \"$(crmadmin -D | sed 's/.*: //')\" | grep -q S_IDLE && exit 0;"
        " n=$((n + 1)); sleep 1; done; exit 124; fi",
        seconds + 5,
    )


def _chosen(rows: tuple[Item, ...], quick: bool, only: Collection[str] | None) -> tuple[Item, ...]:
    return tuple(row for row in rows if not (quick and row.slow) and (only is None or row.file in only))


def _flow(phases: dict[str, tuple[Item, ...]], folders: list[Folder], *, logs: bool) -> list[str]:
    """Return the lines that run the phases in their order."""
    lines = []
    for name, rows in phases.items():
        if name == "logs" and logs:
            lines.append("logs | compress")
        elif name == "folders" and folders:
            calls = [f"folder {one.name} {shlex.quote(one.path)} {one.most};" for one in folders]
            if any(one.name == items.TRACES for one in folders):
                calls.append(f"traces_elsewhere {items.CIB_ON_DISK};")
            lines.append("{ " + " ".join(calls) + " folders_told; } | compress")
        elif rows and name != "long":
            lines.append(f"phase {name}")
    if not phases.get("long"):
        return lines
    # What takes long begins first, and is there when the rest has been sent, but for what may take minutes.
    behind = len(lines) - (lines[-1:] == ["phase slow"])
    return ["early long", *lines[:behind], "late long", *lines[behind:]]


def assembled(window: Window, phases: dict[str, tuple[Item, ...]], flow: list[str]) -> str:
    """Return the program that runs the lines of `flow`, in which `phase NAME` takes the items of that phase."""
    parts = ["#!/bin/sh", *_settings(window), _text("window.sh"), _text("logs.sh"), _text("node.sh")]
    number = 0
    for name, rows in phases.items():
        listed = []
        for row in rows:
            number += 1
            parts.append(f"take_{number}() {{\n{row.command}\n}}")
            listed.append(f"    item {row.file} {row.limit_s} take_{number} {row.needs}".rstrip())
        if rows:
            parts.append("\n".join([f"items_{name}() {{", *listed, "}"]))
    parts.append("\n".join(["phases() {", *(f"    {line}" for line in flow or [":"]), "}", "main"]))
    return "\n\n".join(parts) + "\n"


def _settings(window: Window) -> list[str]:
    return [
        "\n".join(
            [
                f"from={window.begin_s} to={window.end_s} asked={window.asked_s} cap={window.cap_bytes}",
                f"nodes={shlex.quote(' '.join(window.nodes))}",
                f"ha_logs={shlex.quote(chr(10).join(window.ha_logs))}",
                f"extra_logs={shlex.quote(chr(10).join(window.extra_logs))}",
            ]
        )
    ]


def _text(name: str) -> str:
    """Return a file beside this one, less its first line, which names the shell."""
    return (HERE / name).read_text("utf-8").partition("\n")[2].strip()
