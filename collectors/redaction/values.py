"""Reads the value that stands behind a secret's name, in whatever syntax that is.

Known are shell words, INI, YAML, JSON, XML, the configurations of crm and pcs, corosync-cmapctl, and the logs that
quote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST = 4096  # bytes of a value; behind them it is none
NEAR = 400  # bytes before a value, in which a quote may be open


class Value(NamedTuple):
    """Where a value stands, and whether its syntax proves that it is one."""

    begin: int
    end: int
    sure: bool


# ---- behind a name: what may stand between it and its value

SEPARATOR = re.compile(
    rb"""(?P<close>\\{0,3}["']|&quot;)?\]?[ \t]{0,32}(?:\([a-z0-9]{1,8}\)[ \t]{0,8})?"""
    rb"""(?P<sign>=>|:=|==?|::(?=[ \t])|:(?![:/]))(?P<space>[ \t]{0,64})"""
)
ARGUMENT = re.compile(rb"""["']?,?[ \t]{1,16}(?=[^\s-])""")  # --password x, and "--password", "x" of a list
# crm_resource -p NAME -v x, crm_attribute -n NAME -U x
ASSIGNED = re.compile(
    rb"""["']?[ \t]{1,8}(?:-v|-U|-B|--(?:parameter-value|attr-value|update|update-both))[ \t=]{1,8}(?=[^\s-])"""
)
NEXT_LINE = re.compile(rb"""[ \t]*\r?\n\s{0,200}(?=")""")  # of JSON, which may break behind a colon
CALLED = re.compile(rb"""["'],[ \t]{0,8}(?=["'])""")  # define('DB_PASSWORD', 'x')
TUPLE = re.compile(rb""",[ \t]{0,8}(?:<<)?"(?P<value>[^"\n]{1,400})\"""")  # {password, "x"} of Erlang
LISTED = re.compile(
    rb"</(?P<tag>\w{1,20})>\s{0,80}<(?P=tag)>(?P<value>[^<>]{1,4096})<"
)  # <arg>--password</arg><arg>x</arg>
ESCAPED_ELEMENT = re.compile(rb"&gt;\s*(?P<value>[^<>\n]{1,4096}?)\s*&lt;/")
CHANGED = re.compile(
    rb"'\][^\n]{0,400}?@value=(?P<value>[^\n]{1,4096}?)(?=, @|$)", re.MULTILINE
)  # Pacemaker's CIB diff
ELEMENT = re.compile(rb"(?:[ \t][^<>]{0,200})?>\s*(?:<!\[CDATA\[)?(?P<value>[^<\]]{1,4096}?)\s*(?:\]\]>)?<")
# <property name="password">x</property>, <entry key="password"><value>x</value>, <key>password</key><string>x</string>
TEXT = re.compile(
    rb"""(?:["'][^<>]{0,200}>\s{0,80}(?:<value>|<string>)?|</[\w:-]{1,20}>\s{0,80}<(?:string|[\w:-]{0,12}value)>)(?:<!\[CDATA\[)?(?P<value>[^<>\]]{1,4096}?)(?:\]\]>)?</"""
)
BELOW = re.compile(
    rb"""["']?[ \t]*\r?\n[ \t]+value:[ \t]*["']?(?P<value>[^\s"']{1,4096})"""
)  # name: PASSWORD, value: x
TOLD = re.compile(
    rb"""[ \t](?:is|was|string|set to|changed to)[: \t]{1,8}["'`]?(?P<value>[^\s"'`]{4,400}[^\s"'`,.;:)])"""
)
DIRECTIVE = re.compile(
    rb"""[ \t]{1,64}(?:\d[ \t]|--(?:plaintext|iscrypted)[ \t])?(?:"(?P<dq>[^"\s][^"\n]{0,400})"|'(?P<sq>[^'\s][^'\n]{0,400})'|(?P<bare>[^\s"';=:]{1,400})[ \t]*(?:;|\r?\n|$|[ \t]#))"""
)
MEMBER = re.compile(rb""":[ \t\r\n]{0,64}"([^"\n]{1,400})\"""")

QUOTE = re.compile(rb"""(?<!\\)(?:''|""|["'])""")  # two are none: SQL writes one so inside others
RESULT = re.compile(rb"(?:^|[^\w-])(?:PASS|Pass|pass)$")  # "PASS: 3 of 4 tests"
ENDS = re.compile(rb"[\"']?[ \t]*;")
ODD_WORD = re.compile(rb"[ \t](?=[A-Za-z]*[\d!#$%&*+@^_~])([^\s\"'`(){}]{6,200}[^\s\"'`(){},.;:])(?=[\s,.;:]|$)")
AFTER_LOGIN = re.compile(rb"\b(?:login|user)[ \t]+\S+[ \t]+(?:\w+-)?$")
PARAMETER = re.compile(
    rb"\b(?:param|meta|utilization|attribute)[ \t][^\n]{1,120}[ \t]set[ \t]+$"
)  # crm resource param R set NAME x
TOLD_WITH = re.compile(rb"(?:with|using)[ \t](?:the[ \t])?$")
QUOTED_AFTER = re.compile(rb"(?i)(?:\bby|\buser|\bwith|\{|:)[ \t]+(?:\S+[ \t]+)?$")

# ---- values

ESCAPED_QUOTES = re.compile(rb"""(?P<quote>\\{1,3}["']|&quot;|&apos;|&#39;|&#34;)(?P<value>[^\n]{0,4096}?)(?P=quote)""")
DOUBLE = re.compile(rb'"((?:[^"\\\n]|\\[^\n]){0,4096})"')
SINGLE = re.compile(rb"'([^'\n]{0,4096})'")
# A word as a shell reads it, up to what separates arguments, fields of a URL or members of a list.
WORD = re.compile(
    rb"""(?:[^\s\0"'<>,;&|\\]|[,;&|](?![ \t\r\n\0]|$|[\w.-]{1,64}=|\w)|[,;|&](?=\w)(?![\w.-]{1,64}=)|\\[^\n]"""
    rb"""|"(?:[^"\\\n]|\\[^\n]){0,400}"|'[^'\n]{0,400}'){1,4096}"""
)
UNCLOSED = re.compile(
    rb"""["'](?P<value>[^\s"']{4,400})(?=(?:[ \t][^\n"']{0,400})?(?:\n|\Z))"""
)  # where a log cut off the rest
BRACES = re.compile(rb"\{([^{}\"'\n]{1,400})\}")  # PWD={x;y} of ODBC
BRACKETS = re.compile(rb"\[([^\[\]\"'\s=]{1,400})\]")
LINE = re.compile(rb"[^\r\n\0]{1,4096}")
COMMENT = re.compile(rb"[ \t]+[#\\][^\n]*$|[ \t]+$")
BLOCK = re.compile(rb"[|>][+-]?[ \t]*\r?\n(?P<value>(?:[ \t]+[^\n]*\r?\n?){1,100})")
PAIRS = {b")": b"(", b"]": b"[", b"}": b"{"}

# ---- pairs: <nvpair name="passwd" value="x"/>, {"name": "passwd", "value": "x"}

NAMED = re.compile(
    rb"""\b(?:[nN]ame|[kK]ey|k|attribute|attr|attr_name|param|parameter|field|property|label|env|var)\\{0,3}(?:["']|&quot;)?[ \t]*[=:][ \t]*"""
    rb"""(?:\\{0,3}["']|&quot;)[\w.:@-]{0,100}$"""
)
VALUE_BEHIND = re.compile(
    rb"""[^<>{}]{0,1000}?\b[vV]al(?:ue)?\\{0,3}(?:["']|&quot;)?[ \t]*[=:][ \t\r\n]*(?:(?P<esc>\\{1,3}["']|&quot;)(?P<escaped>.{0,4096}?)(?P=esc)|"(?P<dq>[^"<]{0,4096})"|'(?P<sq>[^'<]{0,4096})')"""
)
VALUE_BEFORE = re.compile(
    rb"""\b[vV]al(?:ue)?\\{0,3}(?:["']|&quot;)?[ \t]*[=:][ \t]*(?:(?P<esc>\\{1,3}["']|&quot;)(?P<escaped>[^<]{0,400}?)(?P=esc)|"(?P<dq>[^"<]{0,4096})"|'(?P<sq>[^'<]{0,4096})')[^<>{}]{0,400}$"""
)
# "(owner node ID 1) pass: vote from node01", "registration token: 9f93...": told of, and none.
MENTIONED = re.compile(rb"\) $|registration $")
QUOTED = ("escaped", "dq", "sq")


IN_ELEMENTS = (b'"', b"'", b"<key>", b"<name>", b"<param-name>", b"-name>")
IN_CALLS = re.compile(rb"""\w\(["']$""")
IN_LISTS = (b"name: ", b'name: "', b"name: '", b"key: ", b'key: "')


def of_name(text: bytes, begin: int, end: int) -> list[Value]:
    """Return the values of the name that stands from `begin` to `end`."""
    return [_within_quotes(text, value) for value in _of_name(text, begin, end)]


def _within_quotes(text: bytes, value: Value) -> Value:
    """Return the value as far as the quotes go in which it begins: -H 'X-Auth-Token: x' https://y."""
    told = text[value.begin : value.end]
    if b'"' not in told and b"'" not in told:
        return value
    opened, line = b"", max(0, text.rfind(b"\n", 0, value.begin) + 1, value.begin - NEAR)
    for sign in QUOTE.finditer(text, line, value.end):
        if sign.start() < value.begin:
            if sign[0] == opened:
                opened = b""
            elif not opened and len(sign[0]) == 1 and not text[max(line, sign.start() - 1) : sign.start()].isalnum():
                opened = sign[0]
        elif opened and sign[0] == opened:
            return value._replace(end=sign.start())
    return value


def _of_name(text: bytes, begin: int, end: int) -> list[Value]:
    """Return the values behind the name, or before it."""
    before = text[max(0, begin - 160) : begin]
    if NAMED.search(before) and (found := _of_pair(text, begin, end)):
        return found
    for pattern in _of_place(text, before, begin):
        if found_there := pattern.match(text, end):
            return [_stripped(text, *found_there.span("value"))]
    if IN_CALLS.search(before) and (called := CALLED.match(text, end)):
        return of_word(text, called.end())
    if assigned := ASSIGNED.match(text, end):
        return of_word(text, assigned.end())
    separator = SEPARATOR.match(text, end)
    if separator:
        return _behind(text, before, separator)
    if before.endswith((b"<", b"</")) or re.search(rb"<[\w-]{1,40}:$", before):
        element = ELEMENT.match(text, end)
        return [_stripped(text, *element.span("value"))] if element else []
    if before.endswith(b"-") or text[begin : begin + 1] == b"-":
        argument = ARGUMENT.match(text, end)
        return of_word(text, argument.end()) if argument else []
    return _of_directive(text, before, text[begin:end], end)


def _of_place(text: bytes, before: bytes, begin: int) -> Iterator[re.Pattern[bytes]]:
    """Yield what a value behind the name may look like, as what stands before the name tells."""
    yield CHANGED
    if before.endswith(IN_ELEMENTS):
        yield TEXT
    if before.endswith(IN_LISTS):
        yield BELOW
    if before.endswith(b"{"):
        yield TUPLE
    if before.endswith((b"&lt;", b":")):
        yield ESCAPED_ELEMENT
    if before.endswith((b">", b">--")) or (before.endswith(b">") and text[begin : begin + 1] == b"-"):
        yield LISTED


def of_word(text: bytes, begin: int) -> list[Value]:
    """Return the value that begins at `begin`: quoted, or one word."""
    for pattern, group in ((ESCAPED_QUOTES, "value"), (DOUBLE, 1), (SINGLE, 1)):
        found = pattern.match(text, begin)
        if found and not _goes_on(text, found.end()):
            return [Value(*found.span(group), sure=True)]
    if unclosed := UNCLOSED.match(text, begin):
        return [Value(*unclosed.span("value"), sure=True)]
    word = WORD.match(text, begin)
    if not word:
        return []
    end = word.end()
    while end > begin and (opening := PAIRS.get(text[end - 1 : end])) and opening not in text[begin:end]:
        end -= 1
    return [Value(begin, end, sure=False)]


def _goes_on(text: bytes, end: int) -> bool:
    """Return whether a word goes on behind its quotes, as in 'a'"b" and "a"b."""
    return bool(re.match(rb"""[\w"'$\\]""", text[end : end + 1]))


def _behind(text: bytes, before: bytes, separator: re.Match[bytes]) -> list[Value]:
    """Return the values behind a separator."""
    begin, begins_line = separator.end(), _line_begins(before)
    if separator["close"] and (next_line := NEXT_LINE.match(text, begin)):
        return of_word(text, next_line.end())
    first = text[begin : begin + 1]
    if whole := (BRACES if first == b"{" else BRACKETS).match(text, begin):
        return [Value(*whole.span(1), sure=True)]
    if first == b"{":
        end = text.find(b"}", begin, begin + MOST)
        return [Value(*one.span(1), sure=True) for one in MEMBER.finditer(text, begin, max(begin, end))]
    if block := BLOCK.match(text, begin):
        return [_stripped(text, *block.span("value"))] if begins_line else []
    if first == b"[":
        return [Value(*one.span(1), sure=True) for one in DOUBLE.finditer(text, begin, _line_end(text, begin))]
    spaced = begins_line and separator["space"] and first not in (b'"', b"'")
    if spaced and (line := LINE.match(text, begin)):
        if b" " in line[0] and RESULT.search(before + text[separator.start() - 4 : separator.start()]):
            return []
        kept = COMMENT.sub(b"", line[0])
        return [Value(begin, begin + len(kept), sure=True)]
    if MENTIONED.search(before) and separator["sign"] == b":" and not separator["close"]:
        return []
    sure = bool(separator["sign"] != b":" or separator["close"] or begins_line)
    return [one._replace(sure=one.sure or sure) for one in of_word(text, begin)]


def _of_pair(text: bytes, begin: int, end: int) -> list[Value]:
    found = VALUE_BEHIND.match(text, end)
    if not found:
        start = max(0, begin - MOST)
        # In a tag, a brace is a letter.
        opening = text.rfind(b"<", start, begin)
        if opening < 0 or text.find(b">", opening, begin) >= 0:
            opening = max(opening, text.rfind(b"{", start, begin), start)
        found = VALUE_BEFORE.search(text, opening, begin)
    if not found:
        return []
    return [Value(*found.span(group), sure=True) for group in QUOTED if found[group] is not None]


def _of_directive(text: bytes, before: bytes, name: bytes, end: int) -> list[Value]:
    """Return the value of `name value`, as drbd.conf, snmpd.conf, netrc and SQL have it, and of `name is value`."""
    told = TOLD.match(text, end)
    if told and not told["value"].isalpha():
        return [Value(*told.span("value"), sure=False)]
    if TOLD_WITH.search(before) and (word := _odd_word(text, end)):
        return [word]
    found = DIRECTIVE.match(text, end)
    if not found:
        return []
    group = next(one for one in ("dq", "sq", "bare") if found[one] is not None)
    ends = ENDS.match(text, found.end(group)) is not None
    alone = _line_begins(before) or AFTER_LOGIN.search(before) or PARAMETER.search(before)
    if alone or ends or (group != "bare" and (QUOTED_AFTER.search(before) or b"passw" in name.lower())):
        return [Value(*found.span(group), sure=group != "bare" or ends)]
    return []


def _odd_word(text: bytes, begin: int) -> Value | None:
    """Return the word that stands alone behind a name in a sentence, if it is none of a language."""
    found = ODD_WORD.match(text, begin)
    return Value(*found.span(1), sure=False) if found else None


def _line_begins(before: bytes) -> bool:
    """Return whether only what may stand before a setting stands between the line's beginning and the name."""
    line = before[before.rfind(b"\n") + 1 :]
    return bool(
        re.fullmatch(rb"[ \t]*(?:[-#;*][ \t]*|export[ \t]+|set[ \t]+|Environment=[\"']?)?[\w.\[\]\"' -]{0,80}", line)
    ) and (
        len(before) < 160 or b"\n" in before  # noqa: PLR2004 - as much as the caller cuts out
    )


def _line_end(text: bytes, begin: int) -> int:
    end = text.find(b"\n", begin, begin + MOST)
    return end if end >= 0 else min(len(text), begin + MOST)


def _stripped(text: bytes, begin: int, end: int) -> Value:
    """Return the value without the white space around it."""
    value = text[begin:end]
    begin += len(value) - len(value.lstrip())
    return Value(begin, begin + len(value.strip()), sure=True)
