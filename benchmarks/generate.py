"""Makes logs of any size: real lines of the repository's captures, with moving times and numbers, among noise.

python benchmarks/generate.py syslog 1G /tmp/syslog        a machine's log: 10,000 of its lines are the cluster's
python benchmarks/generate.py detail 1G /tmp/pacemaker.log Pacemaker's own log: 8 % of its lines are events

A piece of some megabytes is built once; then it is written again and again, each time with the times of its lines,
and the numbers that Pacemaker counts (calls, transitions, pids), rewritten in place: half a gigabyte a second.
"""

import argparse
import os
import random
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the program itself tells which lines are events

from ha_report.model import InputFile  # noqa: E402 - found by the line above
from parsers.log import read_log  # noqa: E402
from parsers.log_reading import LogReading  # noqa: E402

BEGIN = datetime(2026, 9, 1, tzinfo=timezone.utc)
PIECE = 16 << 20
LINES_A_SECOND = 10
CLUSTER_LINES_A_GIGABYTE = 10_000
EVENT_SHARE = 0.08  # of the lines of a detail log
DETAIL = re.compile(
    rb"\w{3} \d\d [\d:]{8}(?:\.\d+)? (?P<host>\S+) (?P<program>[\w-]+) *\[(?P<pid>\d+)\] "
    rb"(?P<function>\([^)]*\)) \t(?P<level>\w+): (?P<message>.*)"
)
COUNTED = re.compile(rb"(?<=call=)\d+|(?<=call )\d+|(?<=ransition )\d+|(?<=cib-update=)\d+|(?<=pe-input-)\d+")
WIDTH, FIRST = 6, 100_000  # of a number that moves, all with equally many digits

STAMPS = {"detail": "%b %d %H:%M:%S", "bsd": "%b %e %H:%M:%S", "iso": "%Y-%m-%dT%H:%M:%S"}
FORMATS = {
    "detail": ("detail", b".%03d %s %-19s [%s] %s \t%s: %s\n"),
    "syslog": ("bsd", b" %s %s[%s]:%s\n"),
    "syslog-iso": ("iso", b".%06d+00:00 %s %s[%s]:%s\n"),
}

# What other programs write; {} is a number.  The last ones have words of the cluster's messages in them.
NOISE = """
sshd|Accepted publickey for backup from 192.0.2.{} port {} ssh2: ED25519 SHA256:q{}
sshd|Failed password for invalid user oracle from 198.51.100.{} port {} ssh2
sshd|pam_unix(sshd:session): session closed for user backup
CRON|(root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.hourly)
CRON|pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)
systemd|session-{}.scope: Deactivated successfully.
systemd|Started session-{}.scope - Session {} of User backup.
kernel|[{}.{}] audit: type=1400 audit(1795399295.{}:42): apparmor="ALLOWED" operation="open" profile="named"
kernel|[{}.{}] IN=bond0 OUT= MAC=52:54:00:00:00:{} SRC=192.0.2.{} DST=192.0.2.10 LEN=60 TTL=64 PROTO=TCP SPT={} DPT=22
postfix/smtpd|connect from mail.example.com[192.0.2.{}]
postfix/qmgr|{}A: from=<root@example.com>, size={}, nrcpt=1 (queue active)
chronyd|Selected source 192.0.2.{} (ntp{}.example.com)
snmpd|Connection from UDP: [192.0.2.{}]:{}->[192.0.2.10]:161
nginx|192.0.2.{} - - "GET /orders/{} HTTP/1.1" 200 {} "-" "curl/7.88.1"
postgres|[{}-1] LOG:  checkpoint complete: wrote {} buffers (0.{}%); 0 WAL file(s) added, 0 removed, 1 recycled
dhclient|DHCPACK of 192.0.2.{} from 192.0.2.1
java|INFO  [http-{}] com.example.Orders - order {} stored in {} ms
"""
DECOYS = """
systemd|Stopping user@{}.service - User Manager for UID {}...
java|WARN  [http-{}] com.example.Orders - upstream 192.0.2.{} timed out after {} ms
backup| error: file {} changed while it was read
postgres|[{}-1] LOG:  background worker "logical replication launcher" (PID {}) exited with exit code 1
"""
DECOY_SHARE = 0.003


class Told(NamedTuple):
    """What a daemon said in a capture."""

    host: bytes
    program: bytes
    pid: bytes
    function: bytes
    level: bytes
    message: bytes


class Piece:
    """Lines with the places of what moves in them."""

    def __init__(self, lines, stamp, a_second):
        text = b"".join(b"".join(line) for line in lines)
        self.stamp = stamp
        self.data = np.frombuffer(text, np.uint8).copy()
        self.lines = len(lines)
        begins = np.cumsum([0] + [len(head) + len(tail) for head, tail in lines[:-1]])
        self.second = (np.arange(len(lines)) / a_second).astype(int)
        self.stamps = begins[:, None] + np.arange(len(BEGIN.strftime(stamp)))
        found = [(match.start(), int(match[0])) for match in re.finditer(rb"(?<![\d.])1\d{5}(?=[^\d.])", text)]
        self.numbers = np.array([at for at, _ in found], int)[:, None] + np.arange(WIDTH)
        self.values = np.array([value for _, value in found], int)

    def at(self, number):
        """Return the bytes of the piece as the `number`th of a log."""
        begin = BEGIN + timedelta(seconds=number * self.seconds)
        moments = [(begin + timedelta(seconds=second)).strftime(self.stamp) for second in range(self.seconds)]
        table = np.frombuffer("".join(moments).encode(), np.uint8).reshape(self.seconds, -1)
        self.data[self.stamps] = table[self.second]
        moved = FIRST + (self.values - FIRST + number * 1_000) % (9 * FIRST)
        self.data[self.numbers] = moved[:, None] // 10 ** np.arange(WIDTH - 1, -1, -1) % 10 + ord("0")
        return self.data

    @property
    def seconds(self):
        """Return how long the piece lasts."""
        return int(self.second[-1]) + 1


def told_in(path):
    """Return what the daemons said in a capture's detail log."""
    found = (DETAIL.match(line) for line in path.read_bytes().splitlines())
    return [Told(*match.groups()) for match in found if match]


def incidents():
    """Return what was said in each incident of the rules' cases: nearly all are events."""
    told = [told_in(path) for path in sorted((ROOT / "tests/data/rules").rglob("pacemaker.log"))]
    return [incident for incident in told if incident]


def routine():
    """Return what was said when nothing happened: the lines of the demo's logs that no row of the program knows."""
    told = []
    for path in sorted((ROOT / "ha_report/demo").rglob("pacemaker.log")):
        reading = LogReading(InputFile(path.name))
        read_log(path, reading)
        lines = path.read_bytes().splitlines()
        quiet = [line for number, line in enumerate(lines, 1) if number not in set(reading.lines)]
        told += [Told(*match.groups()) for match in map(DETAIL.match, quiet) if match]
    return told


def noise_line(form, rng):
    """Return the program, the pid and the message of a line that is none of the cluster's."""
    program, _, message = form.partition("|")
    said = re.sub(r"\{\}", lambda _: str(rng.randrange(1, 90_000)), message)
    return program.encode(), b"%d" % rng.randrange(300, 99_999), b" " + said.encode()


def line_of(layout, told, place):
    """Return a cluster's line in two parts: room for the time, and the rest with the numbers that move made long."""
    stamp, form = FORMATS[layout]
    message = COUNTED.sub(lambda match: b"%d" % (FIRST + int(match[0]) % 1_000), told.message)
    if layout == "detail":
        rest = form % (
            place * 1_000 // LINES_A_SECOND,
            told.host,
            told.program,
            told.pid,
            told.function,
            told.level,
            message,
        )
    else:
        # As Pacemaker writes to syslog: without what follows the "|".
        said = b"  %s: %s" % (told.level, message.partition(b" | ")[0])
        rest = syslog_rest(layout, told.host, told.program, told.pid, said, place)
    return b" " * len(BEGIN.strftime(STAMPS[stamp])), rest


def syslog_rest(layout, host, program, pid, said, place):
    """Return a line of syslog, less its second."""
    parts = (host, program, pid, said)
    return FORMATS[layout][1] % ((place * 1_000_000 // LINES_A_SECOND, *parts) if layout == "syslog-iso" else parts)


def detail_piece(size, rng, share, a_second):
    """Return a piece of a detail log: incidents, with as many routine lines between as make `share` of it events."""
    known, quiet = incidents(), routine()
    lines, written = [], 0
    while written < size:
        for told in rng.choice(known):
            between = rng.choices(quiet, k=int(rng.expovariate(share / (1 - share)) + 0.5))
            for one in (*between, told):
                line = line_of("detail", one, len(lines) % LINES_A_SECOND)
                lines.append(line)
                written += sum(map(len, line))
    return Piece(lines, STAMPS["detail"], a_second)


def syslog_piece(layout, size, rng, wanted, a_second):
    """Return a piece of a machine's log, with `wanted` lines of the cluster in it."""
    stamp = " " * len(BEGIN.strftime(STAMPS[FORMATS[layout][0]]))
    noise, decoys = NOISE.strip().splitlines(), DECOYS.strip().splitlines()
    pool = []
    for number in range(20_000):
        forms = decoys if number % 1_000 < DECOY_SHARE * 1_000 else noise
        pool.append((stamp.encode(), b"node01", *noise_line(rng.choice(forms), rng)))
    cluster = [
        one for incident in rng.sample(incidents(), len(incidents())) for one in incident if one.level != b"info"
    ]
    lines, written, used = [], 0, 0
    while written < size:
        place = len(lines) % LINES_A_SECOND
        if written >= used * size / max(wanted, 1) and used < wanted:
            line = line_of(layout, cluster[used % len(cluster)], place)
            used += 1
        else:
            head, *rest = rng.choice(pool)
            line = head, syslog_rest(layout, *rest, place)
        lines.append(line)
        written += sum(map(len, line))
    return Piece(lines, STAMPS[FORMATS[layout][0]], a_second)


def generate(
    layout, size, path, *, cluster_lines=None, share=EVENT_SHARE, piece=PIECE, seed=7, a_second=LINES_A_SECOND
):
    """Write a log of `size` bytes and the rest of its last line; return its first and about its last second."""
    rng = random.Random(seed)  # noqa: S311 - the same log each time
    piece = min(piece, size)
    if layout == "detail":
        made = detail_piece(piece, rng, share, a_second)
    else:
        total = CLUSTER_LINES_A_GIGABYTE * size / (1 << 30) if cluster_lines is None else cluster_lines
        made = syslog_piece(layout, piece, rng, round(total * piece / size), a_second)
    number = 0
    with path.open("wb") as file:
        while file.tell() < size:
            file.write(whole_lines(made.at(number), size - file.tell()))
            number += 1
    end = BEGIN + timedelta(seconds=number * made.seconds)
    os.utime(path, (end.timestamp(), end.timestamp()))  # tells the year of its lines
    return BEGIN, end


def whole_lines(data, most):
    """Return the first lines of `data`: as many as have `most` bytes, and the one beyond."""
    text = memoryview(data)
    return text if len(text) <= most else text[: bytes(text[most - 1 :]).index(b"\n") + most]


def size_of(text):
    """Return the bytes that "100M" or "4G" mean."""
    units = {"K": 10, "M": 20, "G": 30}
    return int(text[:-1]) << units[text[-1]] if text[-1] in units else int(text)


def main():
    """Make one log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("format", choices=FORMATS)
    parser.add_argument("size", type=size_of)
    parser.add_argument("path", type=Path)
    parser.add_argument("--cluster-lines", type=int, help="of a machine's log; 10,000 a gigabyte if left out")
    parser.add_argument("--share", type=float, default=EVENT_SHARE, help="of events among the lines of a detail log")
    given = parser.parse_args()
    begin, end = generate(given.format, given.size, given.path, cluster_lines=given.cluster_lines, share=given.share)
    print(
        f"{given.path}: {given.path.stat().st_size / 1e6:.0f} MB, {begin:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"
    )


if __name__ == "__main__":
    main()
