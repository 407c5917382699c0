"""A value that one file names as a secret is masked in every other, however it is spelled there."""

import base64
import io
import json
import shlex
import time
from collections import Counter
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import hypothesis
import hypothesis.strategies as st
import pytest

from collectors.redaction.masking import BEHIND, BLOCK, Redactor

SECRETS = [
    "Kx7.pQ2z",
    "a&b<c>\"d'e",
    "pä55wörd!",
    "with space 1",
    "100%$HOME;x",
    "back\\slash/9",
    "correcthorsebattery",
    "Tr0ub4dor&3",
]


def redactor(*secrets):
    known = Redactor()
    for secret in secrets:
        list(
            known.first(
                "cib.xml", io.BytesIO(f'<nvpair name="passwd" value={quoteattr(secret)}/>'.encode()).read, Counter()
            )
        )
    return known


def second_pass(known, data):
    return b"".join(known.second(io.BytesIO(data).read, Counter()))


def both_passes(known, data, name="messages"):
    return second_pass(known, b"".join(known.first(name, io.BytesIO(data).read, Counter())))


def spelled(secret):
    raw = secret.encode()
    yield "as it is", raw
    yield "XML", escape(secret).encode()
    yield "XML attribute", escape(secret, {'"': "&quot;", "'": "&apos;"}).encode()
    yield "XML, numbers", escape(secret, {'"': "&#34;", "'": "&#39;"}).encode()
    yield "URL", quote(secret, safe="").encode()
    yield "URL path", quote(secret).encode()
    yield "URL, lower case", quote(secret, safe="").replace("%2", "%2").lower().encode() if secret.islower() else raw
    yield "URL form", quote_plus(secret).encode()
    yield "JSON", json.dumps(secret)[1:-1].encode()
    yield "JSON, UTF-8", json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    yield "JSON in JSON", json.dumps(json.dumps(secret)[1:-1])[1:-1].encode()
    yield "shell", shlex.quote(secret).strip("'").encode()
    yield "shell, split by quotes", (secret[:3] + "''" + secret[3:]).encode() if secret.isalnum() else raw
    yield (
        "shell, two quotes",
        f"'{secret[:4]}'\"{secret[4:]}\"".encode() if "'" not in secret and '"' not in secret else raw,
    )
    yield "hex", raw.hex().encode()
    yield "hex, capitals", raw.hex().upper().encode()
    yield "UTF-16", secret.encode("utf-16-le")
    for before in range(3):
        coded = base64.b64encode(b"user:x"[: 3 + before] + raw + b"\n")
        yield f"base64, place {before}", coded
        yield f"base64 for URLs, place {before}", coded.translate(bytes.maketrans(b"+/", b"-_"))
    coded = base64.b64encode(raw + b"and what is behind it")
    yield "base64, over two lines", coded[:7] + b"\n" + coded[7:]


SPELLINGS = [(secret, how, text) for secret in SECRETS for how, text in spelled(secret)]


@pytest.mark.parametrize(
    ("secret", "text"),
    [(secret, text) for secret, _, text in SPELLINGS],
    ids=[f"{secret} {how}" for secret, how, _ in SPELLINGS],
)
def test_a_known_value_is_masked_however_it_is_spelled(secret, text):
    masked = second_pass(redactor(secret), b"Nov 23 02:01:35 node01 app[1]: got " + text + b" there\n")
    assert text not in masked
    assert masked.startswith(b"Nov 23 02:01:35 node01 app[1]: got")
    assert masked.endswith(b" there\n")


@pytest.mark.parametrize("common", ["root", "admin", "calvin"[:4], "hacluster", "password", "Stopped", "12345", "ab1"])
def test_a_common_or_short_value_is_masked_only_where_it_is_named(common):
    known = redactor(common)
    line = f"Nov 23 02:01:35 node01 app[1]: {common} did it\n".encode()
    assert second_pass(known, line) == line
    assert common.encode() not in both_passes(known, f'<nvpair name="passwd" value="{common}"/>'.encode())


def test_names_of_the_cluster_are_no_secrets_elsewhere():
    known = Redactor()
    cib = b'<cib><node uname="kyoto7"/><primitive id="vip_web"/><nvpair name="passwd" value="kyoto7"/><nvpair name="token" value="vip_web"/></cib>'
    assert b'"kyoto7"/>' in b"".join(known.first("cib.xml", io.BytesIO(cib).read, Counter()))
    line = b"Nov 23 02:01:35 kyoto7 crmd: vip_web started\n"
    assert second_pass(known, line) == line


def test_a_word_is_masked_as_a_word_and_not_inside_others():
    known = redactor("swordfish")
    assert second_pass(known, b"got swordfish, swordfishes") == b"got ******, swordfishes"


@pytest.mark.parametrize("place", [0, BLOCK - BEHIND - 3, BLOCK - 4, BLOCK, 2 * BLOCK - 9])
@pytest.mark.parametrize("filler", [b"x" * 79 + b"\n", b"y" * 80])
def test_secrets_are_found_across_the_ends_of_blocks(place, filler):
    """In lines, and in a line without an end."""
    before = (filler * (place // 80 + 1))[:place]
    data = before + b" password=Kx7.pQ2zq got Kx7.pQ2zq\n" + filler * 20_000
    masked = both_passes(Redactor(), data)
    assert masked == before + b" password=****** got ******\n" + filler * 20_000


def test_a_key_across_the_ends_of_blocks_is_masked_as_a_whole():
    body = b"\n".join(base64.b64encode(bytes(range(n, n + 48))) for n in range(200))
    line = b"z" * 63 + b"\n"
    for place in range(BLOCK - BEHIND - 15_000, BLOCK + 1000, 8000):
        key = b"-----BEGIN RSA PRIVATE KEY-----\n" + body + b"\n-----END RSA PRIVATE KEY-----\n"
        data = line * (place // 64) + key + line * 5000
        masked = both_passes(Redactor(), data)
        assert not any(line in masked for line in body.split())


def test_of_a_secret_file_every_spelling_of_its_contents_is_known():
    known = Redactor()
    key = bytes(range(128, 256))
    assert b"".join(known.first("corosync/authkey", io.BytesIO(key).read, Counter())) == b"******\n"
    assert second_pass(known, b"key " + base64.b64encode(key)) == b"key ******"
    assert second_pass(known, b"key " + key.hex().encode()) == b"key ******"


def test_a_binary_file_keeps_its_length():
    known = redactor("Kx7.pQ2z")
    data = b"\0\1\2qb" + b"Kx7.pQ2z" + bytes(range(256))
    masked = both_passes(known, data)
    assert b"Kx7" not in masked
    assert len(masked) == len(data)


@hypothesis.given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=8, max_size=40), st.binary(max_size=9)
)
def test_any_value_of_a_cib_is_masked_wherever_it_stands(secret, before):
    hypothesis.assume(len(set(secret)) > 3 and any(one.isalnum() for one in secret) and "*" not in secret)
    hypothesis.assume(not secret.isdigit())
    known = redactor(secret)
    hypothesis.assume(known.known.bounded(secret.encode()) is not None)
    for text in (secret.encode(), quote(secret, safe="").encode(), json.dumps(secret)[1:-1].encode()):
        assert text not in second_pass(known, b"x " + text + b" y")
    coded = base64.b64encode(before + secret.encode() + b"zz")
    assert coded not in second_pass(known, b"x " + coded + b" y")


def test_logs_pass_at_the_speed_of_a_scan():
    """The bar is 150 MB/s; a machine that is busy with other things gets a third of it."""
    line = b"Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for r_ip on node02: ok | graph action confirmed; call=6 key=r_ip_start_0 rc=0\n"
    data = line * (32_000_000 // len(line))
    known = redactor(*SECRETS)
    begin = time.process_time()
    assert both_passes(known, data) == data
    assert len(data) / (time.process_time() - begin) > 50e6
