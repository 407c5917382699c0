"""Tells how a secret may be spelled: what was read means, and in what forms the same may stand elsewhere.

Formats: RFC 3986 percent-encoding, RFC 4648 base64, XML 1.0 references, RFC 8259 JSON, POSIX XCU 2.2 quoting.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import quote_from_bytes, quote_plus, unquote_to_bytes

ESCAPED = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
CONTROL = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}
BASE64_AT_LEAST = 7  # characters that are sure; fewer stand in other text by chance
HEX_AT_LEAST = 10
URL_SAFE = ("", "/", "!*'()~", "/:@!$&'()*+,;=~")  # what this and that library leaves as it is
SHELL_SPECIAL = re.compile(rb"([^\w@%+=:,./-])")


def meanings(value: bytes) -> set[bytes]:
    """Return what `value` may mean, as it was read from a file of any kind; itself is one of them."""
    found = {value}
    for undo in (_from_xml, _without_backslashes, _without_quotes, unquote_to_bytes):
        found |= {undo(one) for one in tuple(found)}
    found |= {one.rstrip(b"=") for one in found if one.endswith(b"=")}  # what fills up base64 may be left out
    return {one for one in found if one.strip()}


def _from_xml(value: bytes) -> bytes:
    return (
        unescape(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        if b"&" in value
        else value
    )


def _without_backslashes(value: bytes) -> bytes:
    return ESCAPED.sub(_meant, value) if b"\\" in value else value


def _meant(found: re.Match[bytes]) -> bytes:
    text = found[0][1:]
    if len(text) > 1:
        code = int(text[1:], 16)
        return chr(code).encode("utf-8", "surrogatepass") if text[:1] == b"u" else bytes([code])
    return CONTROL.get(text, text)


def _without_quotes(value: bytes) -> bytes:
    """Return what a shell makes of a word: 'a'b"c" is abc."""
    if not re.search(rb"['\"]", value) or value.count(b"'") % 2 or value.count(b'"') % 2:
        return value
    return re.sub(rb"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"", lambda one: one[1] if one[1] is not None else one[2], value)


def spellings(secret: bytes) -> set[bytes]:
    """Return the forms in which `secret` may stand in a file, itself among them; base64_of has more."""
    found = {secret}
    for spell in _ESCAPES:
        found |= set(spell(secret))
    # One program escapes what another escaped: XML in JSON, a URL in XML.
    for one in tuple(found - {secret}):
        for spell in (_xml, _json, _url):
            found |= set(spell(one))
    found |= set(_hex(secret)) | set(_other(secret))
    return {one for one in found if one}


def _xml(secret: bytes) -> Iterator[bytes]:
    text = secret.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
    for more in ((), ((b">", b"&gt;"),), ((b">", b"&gt;"), (b'"', b"&quot;"))):
        for before, after in more:
            text = text.replace(before, after)
        yield text
    for apostrophe in (b"&apos;", b"&#39;", b"&#x27;"):
        yield text.replace(b"'", apostrophe)
    yield text.replace(b"&quot;", b"&#34;").replace(b"'", b"&#39;")


def _json(secret: bytes) -> Iterator[bytes]:
    text = secret.decode("utf-8", "surrogateescape")
    for ascii_only in (True, False):
        spelled = json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode("utf-8", "surrogateescape")
        yield spelled
        yield spelled.replace(b"/", b"\\/")
        yield spelled.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def _url(secret: bytes) -> Iterator[bytes]:
    for safe in URL_SAFE:
        spelled = quote_from_bytes(secret, safe).encode()
        yield spelled
        yield re.sub(rb"%[0-9A-F]{2}", lambda one: one[0].lower(), spelled)
    yield quote_plus(secret).encode()


def _shell(secret: bytes) -> Iterator[bytes]:
    yield secret.replace(b"'", b"'\\''")
    yield secret.replace(b"'", b"'\"'\"'")
    yield re.sub(rb'([\\"$`])', rb"\\\1", secret)
    yield re.sub(rb'([\\"$`!])', rb"\\\1", secret)
    yield SHELL_SPECIAL.sub(rb"\\\1", secret)
    yield re.sub(rb"([\\'])", rb"\\\1", secret)


def base64_of(secret: bytes) -> Iterator[bytes]:
    """Yield what is the same wherever the secret stands in what was encoded, by each of its three places."""
    for before in range(3):
        coded = base64.b64encode(bytes(before) + secret)
        begin, end = (0, 2, 3)[before], (before + len(secret)) * 8 // 6
        if end - begin >= BASE64_AT_LEAST or before == 0:
            yield coded[begin:end]
            yield coded[begin:end].translate(bytes.maketrans(b"+/", b"-_"))


def _hex(secret: bytes) -> Iterator[bytes]:
    if len(secret) * 2 >= HEX_AT_LEAST:
        yield secret.hex().encode()
        yield secret.hex().upper().encode()


def _other(secret: bytes) -> Iterator[bytes]:
    """Yield it in the two bytes a character that Windows writes, and in the one byte of old logs."""
    yield secret.decode("utf-8", "replace").encode("utf-16-le", "replace")
    if not secret.isascii():
        yield secret.decode("utf-8", "replace").encode("latin-1", "replace")


_ESCAPES: tuple[Callable[[bytes], Iterator[bytes]], ...] = (_xml, _json, _url, _shell)
