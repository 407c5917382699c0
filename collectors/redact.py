r"""Masks secrets in what was gathered, before anybody reads it: the one place that every file passes.

Masked is the value of each name that looks secret (passw.*, as hb_report and crm report have it):
nvpairs and attributes of a CIB, `name=value` of crm and pcs configuration, of environment files and
of command lines.  Transition inputs are unpacked for it.
"""

from __future__ import annotations

import bz2
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECRET_NAMES = ("passw.*",)
MASK = b"******"
CONFIGURATION_BYTES = 64 << 20  # a CIB is far smaller; of logs, only those up to here are looked at


@dataclass
class Redactor:
    """Masks the values of the names that match one of `names`, regular expressions as hb_report takes them."""

    names: Sequence[str] = SECRET_NAMES
    _patterns: list[re.Pattern[bytes]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Inside a name, .* stands for characters of names; it would run on over the value.
        name = "|".join(f"(?:{one})".replace(".*", r"[\w.-]*") for one in self.names).encode()
        self._patterns = [
            re.compile(rb'\bname="(?P<name>[^"]*?(?:' + name + rb'))"[^<>]*?\bvalue="(?P<value>[^"]*)"'),
            re.compile(rb"(?P<name>(?:" + name + rb'))="(?P<value>[^"\n]*)"'),
            re.compile(rb"(?P<name>(?:" + name + rb"))=(?P<value>[^\s\"'<>\\]+)"),
        ]

    def mask(self, text: bytes) -> tuple[bytes, Counter[str]]:
        """Return `text` with its secrets masked, and how often each name was."""
        counts: Counter[str] = Counter()

        def masked(found: re.Match[bytes]) -> bytes:
            if found["value"] in (MASK, b""):
                return found[0]
            counts[found["name"].decode("ascii", "replace")] += 1
            begin, end = found.start("value") - found.start(), found.end("value") - found.start()
            return found[0][:begin] + MASK + found[0][end:]

        for pattern in self._patterns if self.names else ():
            text = pattern.sub(masked, text)
        return text, counts

    def mask_file(self, path: Path) -> dict[str, int]:
        """Mask the secrets in the file at `path`, and return how often each name was; its time stays."""
        if not self.names or path.stat().st_size > CONFIGURATION_BYTES:
            return {}
        packed = path.suffix == ".bz2"
        data = path.read_bytes()
        try:
            text = bz2.decompress(data) if packed else data
        except (OSError, ValueError):
            return {}  # not whole: nobody can read it either
        text, counts = self.mask(text)
        if counts:
            changed = path.stat().st_mtime
            path.write_bytes(bz2.compress(text) if packed else text)
            os.utime(path, (changed, changed))
        return dict(counts)
