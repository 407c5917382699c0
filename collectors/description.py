"""Writes description.txt, the form that hb_report and crm report put on top of a bundle for whoever files a bug."""

from __future__ import annotations

import getpass
import os

from ha_report.bundle import Manifest

FORM = """\
Please edit this template and describe the issue/problem you
encountered. Then, post to your bug tracker, or send it to whoever
is to help you, together with the archive of this folder.

Date: {date}
By: ha-report {version}, as {user}@{host}
Subject: [short problem description]
Severity: [choose one] enhancement minor normal major critical blocking

Detailed description:
---
[...]
---

What was gathered
  window:  {begin} to {end}
  cluster: {cluster}
{nodes}
{missing}"""


def description(manifest: Manifest) -> str:
    """Return what description.txt is to hold."""
    missing = manifest.missing()
    return FORM.format(
        date=f"{manifest.created:%a %b %d %H:%M:%S %Z %Y}",
        version=manifest.version,
        user=_user(),
        host=os.uname().nodename,
        begin=manifest.begin.isoformat(sep=" ", timespec="seconds"),
        end=manifest.end.isoformat(sep=" ", timespec="seconds"),
        cluster=manifest.cluster or "unnamed",
        nodes="\n".join(f"  node:    {node.name}, {node.state}" for node in manifest.nodes),
        missing="".join(f"  missing: {line}\n" for line in missing),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid())
