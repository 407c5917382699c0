"""Gives IP and MAC addresses pseudonyms that keep what a diagnosis reads from them.

Addresses of one network stay addresses of one network, of any prefix length that the bundle names; network and
broadcast addresses stay such; loopback, link-local, multicast and netmasks stay as they are, and private addresses
private.  After "Prefix-preserving IP address anonymization" (Xu, Fan, Ammar, Moon, 2002), with parts of several bits.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import itertools
import random
import re
from dataclasses import dataclass, field

IPV4 = re.compile(rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
IPV6 = re.compile(
    rb"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){1,7}(?::?[0-9A-Fa-f]{1,4}){0,7}(?:::)?(?![\w:])|(?<![\w:.])::(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4}(?![\w:])"
)
MAC = re.compile(rb"(?<![\w:-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![\w:-])")
PREFIX = re.compile(
    rb"(?:\d{1,3}\.){3}\d{1,3}/(\d{1,2})\b|\bcidr_netmask=[\"']?(\d{1,2})\b|name=\"cidr_netmask\"[^<>]*value=\"(\d{1,2})\""
)
NETMASK = re.compile(rb"\b(?:[Mm]ask[: ]+|netmask[ =\"]+)(255\.\d{1,3}\.\d{1,3}\.\d{1,3})\b")
KEPT_MACS = (b"000000000000", b"ffffffffffff")
MULTICAST = (b"3333", b"01005e", b"0180c2")


@dataclass
class Addresses:
    """The pseudonyms of one bundle; without `key` nobody can undo them, and it is in no file."""

    key: bytes
    boundaries: set[int] = field(default_factory=lambda: {8, 16, 24})  # where a prefix of IPv4 may end
    known: dict[bytes, bytes] = field(default_factory=dict)

    def learn(self, text: bytes) -> None:
        """Note the prefix lengths that `text` names."""
        for found in PREFIX.finditer(text):
            length = int(found[1] or found[2] or found[3])
            if 8 <= length <= 30:  # noqa: PLR2004 - longer ones name one address or two
                self.boundaries.add(length)
        for found in NETMASK.finditer(text):
            bits = "".join(f"{min(255, int(part)):08b}" for part in found[1].split(b"."))
            self.boundaries.add(min(30, max(8, bits.rstrip("0").count("1"))))

    def replaced(self, text: bytes) -> bytes:
        """Return `text` with all addresses replaced."""
        if b":" in text:
            text = MAC.sub(self._mac, text)
            text = IPV6.sub(self._address, text)
        return IPV4.sub(self._address, text)

    def _address(self, found: re.Match[bytes]) -> bytes:
        known = self.known.get(found[0])
        if known is None:
            known = self.known[found[0]] = self._pseudonym(found[0])
        return known

    def _pseudonym(self, told: bytes) -> bytes:
        try:
            address = ipaddress.ip_address(told.decode())
        except ValueError:
            return told
        if address.is_loopback or address.is_multicast or address.is_unspecified or address.is_link_local:
            return told if address.version == 4 or not address.is_link_local else self._ipv6(int(address), kept=64)  # noqa: PLR2004
        if address.version == 6:  # noqa: PLR2004
            return self._ipv6(int(address), kept=16)
        return told if told.startswith((b"255.", b"0.")) else self._ipv4(address)

    def _ipv4(self, address: ipaddress.IPv4Address) -> bytes:
        kept = 8
        if address.is_private:
            kept = next(
                (
                    length
                    for start, length in ((b"192.168.", 16), (b"172.", 12))
                    if str(address).encode().startswith(start)
                ),
                8,
            )
        places = sorted({place for place in self.boundaries if place > kept} | {kept, 32})
        bits = self._parts(int(address), 32, places, kept)
        return str(ipaddress.IPv4Address(bits)).encode()

    def _ipv6(self, number: int, kept: int) -> bytes:
        bits = self._parts(number, 128, [*range(kept, 128, 16), 128], kept)
        return str(ipaddress.IPv6Address(bits)).encode()

    def _parts(self, number: int, width: int, places: list[int], kept: int) -> int:
        """Return the number with the part between each two places replaced, by what depends on all before it."""
        result = number >> (width - kept)
        for begin, end in itertools.pairwise(places):
            part = (number >> (width - end)) & ((1 << (end - begin)) - 1)
            result = result << (end - begin) | self._permuted(
                part, end - begin, (width, begin, number >> (width - begin))
            )
        return result

    def _permuted(self, part: int, width: int, before: tuple[int, int, int]) -> int:
        """Return another value of `width` bits, one for each; all zeros and all ones stay: networks and broadcasts."""
        highest = (1 << width) - 1
        if part in (0, highest) or highest < 3:  # noqa: PLR2004 - two values, and both stay
            return part
        shuffled = _shuffled(hmac.new(self.key, repr(before).encode(), hashlib.sha256).digest(), width)
        return shuffled[part - 1] + 1 if shuffled else self._far(part, width, before)

    def _far(self, part: int, width: int, before: tuple[int, int, int]) -> int:
        """Return the same for a part that is too wide for a table: a Feistel network, walked until it stays inside."""
        half, low = width // 2, width - width // 2
        while True:
            left, right = part >> low, part & ((1 << low) - 1)
            for turn in range(4):
                mixed = hmac.new(self.key, repr((before, turn, right)).encode(), hashlib.sha256).digest()
                size = half if turn % 2 == 0 else low
                left, right = right, left ^ (int.from_bytes(mixed[:8], "big") & ((1 << size) - 1))
            part = left << low | right
            if part not in (0, (1 << width) - 1):
                return part

    def _mac(self, found: re.Match[bytes]) -> bytes:
        plain = re.sub(rb"[:-]", b"", found[0]).lower()
        if plain in KEPT_MACS or plain.startswith(MULTICAST):
            return found[0]
        made = b"02" + hmac.new(self.key, plain, hashlib.sha256).hexdigest()[:10].encode()
        sign = found[0][2:3]
        told = sign.join(made[place : place + 2] for place in range(0, 12, 2))
        self.known[found[0]] = told
        return told


def _shuffled(seed: bytes, width: int) -> list[int] | None:
    """Return all values but the first and the last in an order of their own, None if they are too many."""
    if width > 12:  # noqa: PLR2004 - 4096 of them are made in a millisecond
        return None
    order = list(range((1 << width) - 2))
    random.Random(seed).shuffle(order)  # noqa: S311 - the seed is the secret, and only a permutation is wanted
    return order
