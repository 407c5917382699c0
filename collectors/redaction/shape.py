"""A kind of secret that is known by its look, or by the command that it is an argument of.

A row is complete without code elsewhere, and proves itself: the tests mask its `example`, in which the secret
stands between « and ».
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# An argument as it stands on a command line: no option, and quoted or not.
ARG = rb"""(?:"(?P<a>[^"\n]{1,400})"|'(?P<b>[^'\n]{1,400})'|(?P<c>[^\s"'|;&<>\\,\])-][^\s"'|;<>\],]{0,400}))"""
LINE = rb"[^\n|;]{0,1000}?"  # what else stands on the line, up to the next command
UP_TO_ANOTHER = rb"(?:(?!ipmitool|snmp|ssh |curl )[^\n|;]){0,1000}?"  # and of a program that starts others
PROGRAM = rb"[\w.-]{0,60}"
# Between an option and its argument: a space, or what a list of quoted words has; or nothing, as with mysql -pSECRET.
APART, BESIDE, EITHER = rb"[\"']?,?[ \t=]*[ \t=,]", rb"(?=[^\s-])", rb"[\"']?,?[ \t=,]*"


@dataclass(frozen=True, eq=False)
class Shape:
    """A kind of secret; the named groups of its regular expression are the secrets."""

    name: str  # in the manifest
    triggers: tuple[bytes, ...]  # literal texts at which it is looked for
    regex: bytes  # matched where a trigger begins
    example: str
    needs: tuple[bytes, ...] = ()  # texts one of which stands a little behind it
    elsewhere: bool = True  # whether the same text is to be masked wherever it stands
    pattern: re.Pattern[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(self.regex, re.MULTILINE))


def option(
    name: str, programs: tuple[bytes, ...], options: tuple[bytes, ...], between: bytes, example: str, line: bytes = LINE
) -> Shape:
    """Return the row of an argument that follows one of `options` anywhere behind one of `programs`."""
    regex = PROGRAM + line + rb"(?<=[\s\"',\[])(?:" + b"|".join(options) + rb")" + between + ARG
    return Shape(name, programs, regex, example, needs=options)
