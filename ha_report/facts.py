"""Nouns of what stands beside logs and snapshots: addresses, pings, configuration, membership, versions.

Standard library only.  Every row knows the place that tells it.  Unknown is None, never a guess; what a
field of `Source`s does not name was told nowhere.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from ha_report.model import Source


@dataclass(frozen=True)
class Interface:
    """A network interface of a node."""

    name: str
    up: bool | None  # set up by an administrator; says nothing of the cable
    mac: str | None  # lower case; None also for one that has none, such as lo
    mtu: int | None  # bytes
    source: Source
    carrier: bool | None = None  # the cable carries a signal


@dataclass(frozen=True)
class Address:
    """An address on an interface."""

    interface: str
    address: str
    prefix: int | None  # bits of the network part
    family: int  # 4 or 6
    secondary: bool | None  # another address of the same network came first; ifconfig does not tell
    scope: str | None  # "global", "link", "host", "site"
    label: str | None  # IPv4: "eth0:vip"; None where it is the interface's name
    source: Source


@dataclass(frozen=True)
class Route:
    """A row of the routing table."""

    destination: str  # network with its prefix, host, or "default"
    interface: str | None
    gateway: str | None  # None: the network is on the link
    scope: str | None  # "link", "global", "host"
    source_address: str | None  # that packets leave with
    source: Source


@dataclass(frozen=True)
class Neighbour:
    """What a node knows of another machine's hardware address (ARP, NDP)."""

    address: str
    interface: str | None
    mac: str | None  # lower case; None: nobody answered
    state: str | None  # "REACHABLE", "STALE", "FAILED", ...; arp -an does not tell
    source: Source


class Reply(NamedTuple):
    """An answer to one ping."""

    sequence: int
    time_ms: float | None  # there and back
    source: Source


@dataclass(frozen=True)
class Ping:
    """A series of pings to one address."""

    target: str  # the address where it is told, else the name
    replies: tuple[Reply, ...]
    lost_sequence: tuple[int, ...]  # numbers that should have been answered: a gap between answers, or told as lost
    late: tuple[Reply, ...]  # that took far longer than the others
    sent: int | None  # as the summary says
    received: int | None  # as the summary says
    interval_s: float | None  # between two pings; None: nothing tells
    source: Source


@dataclass(frozen=True)
class NetworkFacts:
    """What one file tells of a node's network."""

    interfaces: tuple[Interface, ...] = ()
    addresses: tuple[Address, ...] = ()
    routes: tuple[Route, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    pings: tuple[Ping, ...] = ()
    undecoded: tuple[Source, ...] = ()  # lines among understood ones that no rule of the reader knows


@dataclass(frozen=True)
class ConfiguredOperation:
    """An operation as configured for a resource."""

    name: str  # "start", "stop", "monitor", ...
    interval_ms: int | None  # 0 is a one-off, also where none is set; None: it cannot be read
    timeout_ms: int | None  # None: the default counts
    on_fail: str | None  # "restart", "block", "fence", ...; None: the default counts
    role: str | None  # that it is for: "Promoted", "Master", ...
    source: Source
    more: dict[str, str] = field(default_factory=dict)  # enabled, start-delay, OCF_CHECK_LEVEL, ...


@dataclass(frozen=True)
class ConfiguredResource:
    """A resource as configured: what stands in its template counts as its own."""

    id: str
    agent: str | None  # "ocf:heartbeat:IPaddr2"; None for what only holds others
    kind: str  # "primitive", "group", "clone", "master", "bundle", "template"
    parameters: dict[str, str]  # instance attributes; of a bundle those of its container and network
    meta: dict[str, str]
    operations: tuple[ConfiguredOperation, ...]
    children: tuple[str, ...]  # ids, in order; of a primitive none
    source: Source
    parameter_sources: dict[str, Source]
    by_rule: dict[str, tuple[str, ...]] = field(default_factory=dict)  # parameter -> values that a rule chooses from


@dataclass(frozen=True)
class Constraint:
    """Where, with what, after what or under which ticket resources may run."""

    id: str | None  # pcs tells ids only with --full
    kind: str  # "location", "colocation", "order", "ticket"
    score: str | None  # "INFINITY", "-INFINITY", "100"; of an order also its kind: "Mandatory", ...
    text: str  # as configured, on one line
    resources: tuple[str, ...]  # ids, in order
    node: str | None  # of a location, where its rule names one node or it has none
    source: Source


@dataclass(frozen=True)
class Configuration:
    """What one file tells of the cluster's configuration."""

    source_format: str  # "crm", "pcs", "cib"
    resources: tuple[ConfiguredResource, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    rsc_defaults: dict[str, str] = field(default_factory=dict)
    op_defaults: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)  # uname -> attribute -> value
    cluster_name: str | None = None
    property_sources: dict[str, Source] = field(default_factory=dict)
    rsc_default_sources: dict[str, Source] = field(default_factory=dict)
    op_default_sources: dict[str, Source] = field(default_factory=dict)
    undecoded: tuple[Source, ...] = ()  # lines that no rule of the reader understood


@dataclass(frozen=True)
class Member:
    """A node as the membership layer names it."""

    name: str | None
    id: int | None  # Heartbeat has none
    addresses: tuple[str, ...]  # of its rings or links, in their order
    votes: int | None
    source: Source


@dataclass(frozen=True)
class Link:
    """A path that the membership layer uses: a ring, a link, an interface of Heartbeat."""

    name: str  # number of the ring or link, or Heartbeat's interface
    peer: str | None  # the other end, by name or node id; None: told of the whole path
    address: str | None  # own address, network that it binds to, multicast group, or whom ucast speaks to
    state: str | None  # "connected", "disconnected", "localhost", "up", "dead", "FAULTY", ... as worded; None: not told
    source: Source


@dataclass(frozen=True)
class StackFacts:
    """What one file tells of the layer below Pacemaker; `sources` has the line of each field that is told."""

    source: Source  # where the file begins to tell
    stack: str | None = None  # "corosync", "heartbeat"
    cluster_name: str | None = None
    transport: str | None = None  # "knet", "udpu", "udp"; Heartbeat: "bcast", "ucast", ... several with blanks
    nodes: tuple[Member, ...] = ()
    links: tuple[Link, ...] = ()
    local_id: int | None = None  # node id of the node that was asked
    token_ms: int | None = None  # None: corosync's default counts
    deadtime_s: float | None = None  # Heartbeat
    quorate: bool | None = None
    expected_votes: int | None = None
    total_votes: int | None = None
    two_node: bool | None = None
    wait_for_all: bool | None = None
    logfile: str | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    undecoded: tuple[Source, ...] = ()


class Version(NamedTuple):
    """A version as written there: "2.1.5", "1:4.12.0-2", "1.1.23-1.el7"."""

    version: str
    source: Source


@dataclass(frozen=True)
class VersionFacts:
    """What one file tells of installed software."""

    packages: dict[str, Version] = field(default_factory=dict)  # "pacemaker", "cluster-glue", ... in lower case
    distribution: Version | None = None  # "Debian GNU/Linux 12 (bookworm)"
    kernel: Version | None = None  # "4.12.14-110-default"
