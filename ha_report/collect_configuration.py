"""Writes the configuration as `crm configure show` would print it, from the CIB that came.

On a node crm takes a second to say what the CIB says, and many nodes have none.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from ha_report import bundle
from ha_report.bundle import ItemRecord

NAME = "crm_configure.txt"
CIB = "cib.xml"
BY_PCS = "pcs_config.txt"  # where pcs told it, people speak its language
COMMAND = f"ha-report, from {CIB}; in this folder the same: CIB_file=$PWD/{CIB} crm configure show"


def write_configuration(folder: Path, manifest: bundle.Manifest) -> None:
    """Write it into the folder of the DC, or else of the first node with a CIB; raises OSError."""
    nodes = [node for node in manifest.nodes if (folder / node.name / CIB).is_file()]
    if any((folder / node.name / told).is_file() for node in manifest.nodes for told in (NAME, BY_PCS)):
        return
    for node in sorted(nodes, key=lambda one: not (folder / one.name / "DC").is_file()):
        text = configuration(folder / node.name / CIB)
        if text:
            path = folder / node.name / NAME
            bundle.write_private(path, text)
            written = path.read_bytes()
            digest = hashlib.sha256(written).hexdigest()
            record = ItemRecord(NAME, bundle.OK, 0, len(written), digest, command=COMMAND)
            node.items = sorted([*node.items, record], key=lambda item: item.name)
            return


def configuration(cib: Path) -> str:
    """Return what crm would print; nothing where the CIB is damaged, as a part would look like the whole."""
    from parsers.xml_tree import parse  # noqa: PLC0415 - only where it is needed
    from reports.crm_syntax import crm_syntax  # noqa: PLC0415 - the same

    document = parse(cib.read_bytes())
    if document.root is None or document.error is not None or document.root.tag != "cib":
        return ""
    return crm_syntax(document.root.as_standard())
