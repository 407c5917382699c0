"""The first lines of crm_mon's output: stack, DC, version, quorum, and when it was taken."""

import re
from dataclasses import dataclass
from datetime import tzinfo

from ha_report.model import ClusterFacts
from parsers.local_time import read_time

_FACT = re.compile(
    r"(?P<name>Stack|Current DC|Version|Last updated|Cluster name|Using the original execution date of)\s?:(?:\s+(?P<value>.*))?"
)
# 3.0 tells beside the stack how pacemakerd is; "classic openais (with plugin)" is a name.
_DAEMON_STATE = re.compile(
    r" \((?:Pacemaker|Initializing|Waiting|Invalid|Remote|unknown)[^()]*(?:\([^()]*\)[^()]*)?\)$"
)
_DC_VERSION = re.compile(r"\(version ([^()]+)\)")

_KNOWN = re.compile(
    r"=====+|Last change:.*|Status of pacemakerd:.*"
    r"|\d+ nodes?(?: and \d+ resources?(?: instances?)?)? configured\b.*|\d+ (?:of \d+ )?resources?(?: instances?)? (?:configured|DISABLED)\b.*"
    r"|\*\*\* .*|Resource management is DISABLED.*|The cluster (?:will|has|is)\b.*|No (?:active |inactive )?resources"
    r"|WARNING: .*|No stonith devices and stonith-enabled is not false|(?:Ok|Warning): ?\d.*|CLUSTER (?:OK|WARN).*",
    re.IGNORECASE,
)
_BEGINNING = re.compile(
    r"=====+|Last updated:|Stack:|Cluster Summary:|Current cluster status:|Cluster name:|Status of pacemakerd:"
)


@dataclass
class Header:
    """What the header said so far."""

    name: str | None = None
    stack: str | None = None
    dc: str | None = None
    quorum: bool | None = None
    version: str | None = None
    time_us: int | None = None

    def facts(self) -> ClusterFacts:
        """Return what is kept of the cluster as a whole."""
        versions = {"pacemaker": self.version} if self.version else {}
        return ClusterFacts(self.name, self.stack, self.dc, self.quorum, versions)

    def take(self, bare: str, zone: tzinfo) -> bool:
        """Read a line of the header; say whether it is one."""
        found = _FACT.fullmatch(bare)
        if found is None:
            return _KNOWN.fullmatch(bare) is not None
        value = (found["value"] or "").strip()
        if found["name"] == "Current DC":
            self._take_dc(value)
        elif found["name"] in ("Last updated", "Using the original execution date of"):
            self.time_us = read_time(value, zone)
        elif value:
            self._take_name(found["name"], value)
        return True

    def _take_name(self, name: str, value: str) -> None:
        if name == "Stack":
            self.stack = _DAEMON_STATE.sub("", value)
        elif name == "Version" and value[0].isdigit():
            self.version = value
        elif name == "Cluster name":
            self.name = value

    def _take_dc(self, value: str) -> None:
        name = value.partition(" ")[0]
        self.dc = None if name in ("", "NONE") else name
        if found := _DC_VERSION.search(value):
            self.version = None if found[1] == "unknown" else found[1]
        if found := re.search(r"partition (with|WITHOUT) quorum", value):
            self.quorum = found[1] == "with"


def begins_snapshot(bare: str) -> bool:
    """Say whether a line stands only at the top of an output: below it all is told anew."""
    return _BEGINNING.match(bare) is not None
