"""With --anonymize nobody can tell whose cluster it is, and the diagnosis is the same."""

import ipaddress
import json
import re
import stat

import hypothesis
import hypothesis.strategies as st
import pytest
from click.testing import CliRunner

from collectors.redaction.addresses import Addresses
from collectors.redaction.pseudonyms import Pseudonyms
from ha_report.cli import main

PRIVATE = [ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def addresses(*boundaries):
    found = Addresses(b"key")
    found.boundaries |= set(boundaries)
    return found


def mapped(found, address):
    return ipaddress.ip_address(found.replaced(str(address).encode()).decode())


@hypothesis.given(st.ip_addresses(v=4), st.integers(0, 2**12 - 1), st.sampled_from([8, 16, 20, 22, 24, 26, 28]))
def test_addresses_of_one_network_stay_so(address, other, length):
    found = addresses(length)
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    second = network[other % network.num_addresses]
    theirs = ipaddress.ip_network(f"{mapped(found, address)}/{length}", strict=False)
    assert mapped(found, second) in theirs
    assert mapped(found, network.network_address) == theirs.network_address
    assert mapped(found, network.broadcast_address) == theirs.broadcast_address
    assert [address in one for one in PRIVATE] == [mapped(found, address) in one for one in PRIVATE]


@hypothesis.given(st.lists(st.ip_addresses(), unique=True, max_size=8))
def test_two_addresses_never_become_one(several):
    found = addresses(24)
    assert len({mapped(found, address) for address in several}) == len(several)


@pytest.mark.parametrize("kept", ["127.0.0.1", "255.255.255.0", "224.0.0.18", "239.192.1.5", "169.254.1.1", "::1", "ff02::1", "1.1.24-5", "Version 2.1.5.1.2", "02:01:35", "ocf::heartbeat:IPaddr2", "ff:ff:ff:ff:ff:ff"])  # fmt: skip
def test_what_names_nobody_stays(kept):
    assert addresses().replaced(f"x {kept} y".encode()) == f"x {kept} y".encode()


def test_hosts_and_users_are_the_same_everywhere():
    found = Pseudonyms()
    found.learn("node/cib.xml", b'<node id="1" uname="kyoto-db01"/><node id="2" uname="OSAKA"/>')
    found.learn("node/hosts", b"10.1.2.3 kyoto-db01.corp.example.org kyoto-db01\n::1 localhost\n")
    found.learn_users(
        b"sshd[1]: Accepted publickey for tanaka from 10.1.2.9 port 22 ssh2\nsession opened for user root\n"
    )
    told = found.replaced(
        b"Nov 23 kyoto-db01 sshd: tanaka on osaka.corp.example.org, fence-kyoto-db01, root, kyoto-db012\n"
    )
    assert told == b"Nov 23 host1 sshd: user1 on host2.domain1.example, fence-host1, root, kyoto-db012\n"


CAPTURES = ["nic-missing", "split-brain", "stop-block", "fence-fail", "quorum-loss", "nic-none-one", "start-timeout"]


def diagnosis(source, out):
    done = CliRunner().invoke(main, ["analyze", str(source), "-o", str(out), "-q"])
    assert done.exit_code in (0, 3), done.output
    return json.loads((out / "report.json").read_text())


@pytest.mark.lab
@pytest.mark.parametrize("name", CAPTURES)
def test_the_diagnosis_of_a_bundle_with_pseudonyms_is_the_same(lab_captures, tmp_path, name):
    done = CliRunner().invoke(main, ["redact", "--anonymize", str(lab_captures / name), str(tmp_path / "clean")])
    assert done.exit_code == 0, done.output
    before, after = (
        diagnosis(lab_captures / name, tmp_path / "before"),
        diagnosis(tmp_path / "clean", tmp_path / "after"),
    )
    for what, key in (
        ("findings", "rule"),
        ("failed_operations", "operation"),
        ("resources", "id"),
        ("timeline", "kind"),
    ):
        assert [one[key] for one in before[what]] == [one[key] for one in after[what]], what
    pseudonyms = json.loads((tmp_path / "clean.map.json").read_text())
    assert stat.S_IMODE((tmp_path / "clean.map.json").stat().st_mode) == 0o600
    hosts = {pseudonyms["hosts"].get(node["name"], node["name"]) for node in before["nodes"]}
    assert hosts == {node["name"] for node in after["nodes"]}
    real = re.compile("|".join(rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])" for one in pseudonyms["hosts"]))
    for path in (tmp_path / "clean").rglob("*"):
        assert not real.search(path.name)
        if path.is_file() and path.suffix != ".bz2":
            assert not real.search(path.read_text("utf-8", "replace"))
