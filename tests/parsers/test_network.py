"""Addresses, routes and neighbours, of every program that prints them and of texts that lost their shape."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.facts import Address, Interface, Neighbour, Route
from ha_report.model import Source
from parsers import network
from parsers.network_ifconfig import prefix_of

SHARED = Path(__file__).resolve().parents[3] / "shared"
NODES = sorted((SHARED / "lab/captures").glob("*/node*/ip_addr.txt"))


def read(text):
    return network.read(text.split("\n"), "file")


def at(line):
    return Source("file", line)


IP_ADDR = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet6 ::1/128 scope host
2: eth1@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 66:97:51:35:2D:4A brd ff:ff:ff:ff:ff:ff link-netnsid 0
    inet 192.168.200.101/24 brd 192.168.200.255 scope global eth1
       valid_lft forever preferred_lft forever
    inet 192.168.200.50/24 brd 192.168.200.255 scope global secondary noprefixroute eth1:vip
    inet 10.9.0.1 peer 10.9.0.2/32 scope global eth1
    inet6 fe80::6497:51ff:fe35:2d4a/64 scope link
3: eth2: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc mq state DOWN
4: eth3: <BROADCAST,MULTICAST> mtu 1500 qdisc noop qlen 1000
"""
INTERFACES = (
    Interface("lo", up=True, mac=None, mtu=65536, source=at(1), carrier=True),
    Interface("eth1", up=True, mac="66:97:51:35:2d:4a", mtu=1500, source=at(6), carrier=True),
    Interface("eth2", up=True, mac=None, mtu=1500, source=at(13), carrier=False),
    Interface("eth3", up=False, mac=None, mtu=1500, source=at(14), carrier=None),
)
ADDRESSES = (
    Address("lo", "127.0.0.1", 8, 4, False, "host", None, at(3)),
    Address("lo", "::1", 128, 6, False, "host", None, at(5)),
    Address("eth1", "192.168.200.101", 24, 4, False, "global", None, at(8)),
    Address("eth1", "192.168.200.50", 24, 4, True, "global", "eth1:vip", at(10)),
    Address("eth1", "10.9.0.1", 32, 4, False, "global", None, at(11)),
    Address("eth1", "fe80::6497:51ff:fe35:2d4a", 64, 6, False, "link", None, at(12)),
)


def test_ip_addr_tells_interfaces_and_their_addresses():
    facts = read(IP_ADDR)
    assert facts.interfaces == INTERFACES
    assert facts.addresses == ADDRESSES
    assert facts.undecoded == ()


def test_indentation_tells_nothing():
    assert read("\n".join(line.strip() for line in IP_ADDR.split("\n"))) == read(IP_ADDR)


def addresses(text):
    """Each address without its place."""
    return [(one.interface, one.address, one.prefix, one.secondary, one.label) for one in read(text).addresses]


def test_one_line_an_address_tells_the_same():
    text = (
        "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n"
        "3: eth1    inet 192.168.200.50/24 scope global secondary eth1:vip\\       valid_lft 2sec preferred_lft 1sec\n"
        "3: eth1    inet6 2001:db8::5/64 scope global \\       valid_lft forever preferred_lft forever\n"
    )
    assert addresses(text) == [
        ("lo", "127.0.0.1", 8, False, None),
        ("eth1", "192.168.200.50", 24, True, "eth1:vip"),
        ("eth1", "2001:db8::5", 64, False, None),
    ]


def test_an_address_whose_interface_is_cut_off_is_that_of_its_label():
    assert addresses("inet 192.168.200.50/24 scope global secondary eth1:vip") == [
        ("eth1", "192.168.200.50", 24, True, "eth1:vip")
    ]


def test_the_brief_output_is_read():
    text = "d0@e0            UP             192.168.200.101/24 10.9.0.1 peer 10.9.0.2/32 fe80::1/64 \nd1               DOWN           \n"
    assert addresses(text) == [
        ("d0", "192.168.200.101", 24, None, None),
        ("d0", "10.9.0.1", 32, None, None),
        ("d0", "fe80::1", 64, None, None),
    ]
    assert [(one.name, one.up) for one in read(text).interfaces] == [("d0", True), ("d1", None)]


OLD_IFCONFIG = """\
eth0      Link encap:Ethernet  HWaddr 00:16:3E:39:91:00
 inet addr:192.168.28.121  Bcast:192.168.28.255  Mask:255.255.255.0
 inet6 addr: fe80::216:3eff:fe39:9100/64 Scope:Link
 UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1
 RX packets:851 errors:0 dropped:0 overruns:0 frame:0
 TX packets:431 errors:0 dropped:0 overruns:0 carrier:0
 collisions:0 txqueuelen:1000
 RX bytes:179548 (175.3 KiB)  TX bytes:96557 (94.2 KiB)

eth0:0    Link encap:Ethernet  HWaddr 00:16:3E:39:91:00
 inet addr:192.168.28.50  Bcast:192.168.28.255  Mask:255.255.255.0

eth1      Link encap:Ethernet  HWaddr 00:16:3E:39:91:01
 BROADCAST MULTICAST  MTU:1500  Metric:1
"""


def test_ifconfig_until_2012_is_read_without_its_indentation():
    facts = read(OLD_IFCONFIG)
    assert facts.interfaces == (
        Interface("eth0", up=True, mac="00:16:3e:39:91:00", mtu=1500, source=at(1), carrier=True),
        Interface("eth1", up=False, mac="00:16:3e:39:91:01", mtu=1500, source=at(13), carrier=None),
    )
    assert facts.addresses == (
        Address("eth0", "192.168.28.121", 24, 4, None, None, None, at(2)),
        Address("eth0", "fe80::216:3eff:fe39:9100", 64, 6, None, "link", None, at(3)),
        Address("eth0", "192.168.28.50", 24, 4, None, None, "eth0:0", at(11)),
    )
    assert facts.undecoded == ()


def test_ifconfig_in_japanese_tells_the_same():
    text = (
        "eth0      Link encap:イーサネット  ハードウェアアドレス 00:16:3E:39:91:00\n"
        "          inetアドレス:192.168.28.121  ブロードキャスト:192.168.28.255  マスク:255.255.255.0\n"
        "          inet6アドレス: fe80::216:3eff:fe39:9100/64 範囲:リンク\n"
        "          UP BROADCAST RUNNING MULTICAST  MTU:1500  メトリック:1\n"
        "          RXパケット:851 エラー:0 損失:0 オーバラン:0 フレーム:0\n"
        "          衝突(Collisions):0 TXキュー長:1000\n"
    )
    [interface] = read(text).interfaces
    assert (interface.up, interface.mac, interface.mtu) == (True, "00:16:3e:39:91:00", 1500)
    assert [(one.address, one.prefix, one.scope) for one in read(text).addresses] == [
        ("192.168.28.121", 24, None),
        ("fe80::216:3eff:fe39:9100", 64, "link"),
    ]


NEW_IFCONFIG = """\
eth1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 192.168.200.101  netmask 255.255.255.0  broadcast 0.0.0.0
        inet6 fe80::6497:51ff:fe35:2d4a  prefixlen 64  scopeid 0x20<link>
        ether 66:97:51:35:2d:4a  txqueuelen 1000  (Ethernet)
        RX packets 34  bytes 2904 (2.8 KiB)

eth1:vip: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 192.168.200.50  netmask 255.255.255.0  broadcast 0.0.0.0
"""


def test_ifconfig_since_2012_is_read():
    facts = read(NEW_IFCONFIG)
    assert facts.interfaces == (
        Interface("eth1", up=True, mac="66:97:51:35:2d:4a", mtu=1500, source=at(1), carrier=True),
    )
    assert [(one.address, one.label) for one in facts.addresses] == [
        ("192.168.200.101", None),
        ("fe80::6497:51ff:fe35:2d4a", None),
        ("192.168.200.50", "eth1:vip"),
    ]
    assert facts.undecoded == ()


def test_what_two_programs_tell_of_an_address_is_one_row():
    both = read(NEW_IFCONFIG + "+ ip addr list\n" + IP_ADDR)
    told = [one for one in both.addresses if one.address == "192.168.200.50"]
    assert told == [Address("eth1", "192.168.200.50", 24, 4, True, "global", "eth1:vip", at(8))]
    assert [one.name for one in both.interfaces] == ["eth1", "lo", "eth2", "eth3"]


@pytest.mark.lab
@pytest.mark.parametrize("path", NODES or [None], ids=lambda path: path and f"{path.parts[-3]}-{path.parts[-2]}")
def test_ip_and_ifconfig_of_a_node_agree(path):
    ip = read(path.read_text())
    ifconfig = read((path.parent / "ifconfig.txt").read_text()) if (path.parent / "ifconfig.txt").exists() else ip
    primary = {(one.interface, one.address, one.prefix, one.family) for one in ip.addresses if not one.secondary}
    assert {(one.interface, one.address, one.prefix, one.family) for one in ifconfig.addresses} == primary
    assert {(one.name, one.up, one.mac, one.mtu, one.carrier) for one in ifconfig.interfaces} == {
        (one.name, one.up, one.mac, one.mtu, one.carrier) for one in ip.interfaces
    }
    routes = read((path.parent / "ip_route.txt").read_text())
    assert {(one.interface, one.source_address) for one in routes.routes} <= {(one[0], one[1]) for one in primary}
    assert ip.undecoded == ifconfig.undecoded == routes.undecoded == ()


@pytest.mark.parametrize(
    ("mask", "prefix"),
    [
        ("255.255.255.0", 24),
        ("255.255.240.0", 20),
        ("0.0.0.0", 0),  # noqa: S104 - a netmask
        ("255.0.255.0", None),
        ("255.255.256.0", None),
        ("", None),
    ],
)
def test_a_netmask_is_a_prefix_where_it_is_one(mask, prefix):
    assert prefix_of(mask) == prefix


def test_routes_are_read_with_their_next_hops():
    text = (
        "default proto static \n\tnexthop via 192.168.200.1 dev eth0 weight 1 \n\tnexthop via 192.168.201.1 dev eth1 weight 1 \n"
        "10.9.0.2 dev eth0 proto kernel scope link src 10.9.0.1 \nblackhole 10.66.0.0/16 \n"
        "172.16.0.0/12 via 192.168.200.9 dev eth0 src 192.168.200.50 metric 50 \nfe80::/64 dev eth0 proto kernel metric 256 pref medium\n"
    )
    facts = read(text)
    assert facts.routes == (
        Route("default", "eth0", "192.168.200.1", None, None, at(2)),
        Route("default", "eth1", "192.168.201.1", None, None, at(3)),
        Route("10.9.0.2", "eth0", None, "link", "10.9.0.1", at(4)),
        Route("blackhole 10.66.0.0/16", None, None, None, None, at(5)),
        Route("172.16.0.0/12", "eth0", "192.168.200.9", None, "192.168.200.50", at(6)),
        Route("fe80::/64", "eth0", None, None, None, at(7)),
    )
    assert facts.undecoded == ()


def test_the_older_routing_table_is_read():
    text = (
        "Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n"
        "0.0.0.0         192.168.200.1   0.0.0.0         UG    0      0        0 eth0\n"
        "192.168.200.0   0.0.0.0         255.255.255.0   U     0      0        0 eth0\n"
        "10.67.0.0       -               255.255.0.0     !     0      -        0 -\n"
    )
    told = [(one.destination, one.interface, one.gateway) for one in read(text).routes]
    assert told == [
        ("default", "eth0", "192.168.200.1"),
        ("192.168.200.0/24", "eth0", None),
        ("unreachable 10.67.0.0/16", None, None),
    ]


def test_neighbours_are_read_of_ip_and_of_arp():
    text = (
        "192.168.100.102 dev eth0 lladdr EA:97:93:4b:ed:28 REACHABLE\n192.168.100.9 dev eth0  FAILED\n"
        "? (192.168.100.102) at ea:97:93:4b:ed:28 [ether] on eth0\n? (192.168.100.9) at <incomplete> on eth0\n"
        "192.168.200.8                    (incomplete)                              eth1\n"
    )
    facts = read(text)
    mac = "ea:97:93:4b:ed:28"
    assert facts.neighbours == (
        Neighbour("192.168.100.102", "eth0", mac, "REACHABLE", at(1)),
        Neighbour("192.168.100.9", "eth0", None, "FAILED", at(2)),
        Neighbour("192.168.100.102", "eth0", mac, None, at(3)),
        Neighbour("192.168.100.9", "eth0", None, None, at(4)),
        Neighbour("192.168.200.8", "eth1", None, None, at(5)),
    )
    assert facts.routes == ()


def test_a_line_that_is_not_known_among_others_is_told():
    assert read(
        "1: lo: <LOOPBACK,UP> mtu 16436\n what is this\n inet 127.0.0.1/8 scope host lo\nand this"
    ).undecoded == (at(2),)


def test_other_text_of_the_file_is_none_of_ours():
    text = (
        '##### run "ps axf"\n  PID TTY\n    1 ?  S  0:00 init\n\n##### run "ip -d addr"\n'
        + IP_ADDR
        + "\n##### next\nroot 1 0.0\n"
    )
    assert read(text).undecoded == ()
    assert len(read(text).interfaces) == len(INTERFACES)


PING = """\
PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.
64 bytes from 10.0.0.1: icmp_seq=15 ttl=64 time=0.169 ms
From 10.0.0.9 icmp_seq=3 Destination Host Unreachable
3 packets transmitted, 2 received, 33% packet loss, time 2004ms
"""
REAL_LINES = (IP_ADDR + OLD_IFCONFIG + NEW_IFCONFIG + PING).split("\n")
PIECES = sorted({piece for line in REAL_LINES for piece in re.findall(r"[A-Za-z0-9]+|\s+|.", line)})
ANY_LINE = st.one_of(
    st.sampled_from(REAL_LINES), st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
)


@given(st.lists(ANY_LINE, max_size=25))
def test_any_text_can_be_read(lines):
    facts = network.read(lines, "file")
    rows = (*facts.interfaces, *facts.addresses, *facts.routes, *facts.neighbours, *facts.pings)
    assert all(0 < row.source.line <= len(lines) for row in rows)
    assert all(0 < source.line <= len(lines) for source in facts.undecoded)
