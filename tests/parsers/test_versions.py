"""Versions, as package managers, programs and the reports of other collectors tell them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ha_report.facts import Version
from ha_report.model import Source
from parsers import versions

ROWS = (*versions.PACKAGES, *versions.PROGRAMS)


def read(text):
    return versions.read(text.split("\n"), "file")


def told(text):
    return {name: version.version for name, version in read(text).packages.items()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.example)
def test_a_row_reads_its_own_example(row):
    name, version = row.expect
    assert read(row.example).packages == {name: Version(version, Source("file", 1))}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.example)
def test_no_row_before_it_claims_the_example(row):
    assert next(one for one in ROWS if re.fullmatch(one.regex, row.example)) == row


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("resource-agents\t1:4.12.0-2", {"resource-agents": "1:4.12.0-2"}),
        ("rc  heartbeat  1:3.0.6-13  amd64  removed, its configuration is left", {}),
        ("un  pacemaker  <none>  <none>  (no description available)", {}),
        ("hi  corosync:amd64  3.1.7-1  amd64  held back, and installed", {"corosync": "3.1.7-1"}),
        ("resource-agents 1 - amd64", {}),
        ("package heartbeat is not installed", {}),
        ("resource-agents: # Build version: baddb06c9720c8df3dadea42ad863d5948a6345f", {}),
        ("4.0.0+git.1543873923.0f9166fdresource-agents: UNKnown", {}),
        ("gpg-pubkey-1aa78495-3eb24301", {}),
        ("kernel-default-devel-5.3.18-24.noarch", {"kernel-default-devel": "5.3.18-24"}),
        (" Supporting v3.0.9:  generated-manpages ncurses", {}),
        ("This was mended in pacemaker 1.1.24, they say.", {}),
        (
            "added afterwards: cluster-glue 1.0.9 (git glue-1.0.9), resource-agents 3.9.2 (git v3.9.2)",
            {"cluster-glue": "1.0.9", "resource-agents": "3.9.2"},
        ),
    ],
)
def test_a_line_tells_what_is_installed_and_nothing_else(line, expected):
    assert told(line) == expected


def test_a_package_counts_before_its_program_wherever_it_stands():
    assert told(
        "Corosync Cluster Engine, version '3.1.7'\nCopyright (c) 2006-2021 Red Hat, Inc.\ncorosync\t3.1.7-1+deb12u2\n"
    ) == {"corosync": "3.1.7-1+deb12u2"}


def test_hb_reports_sysinfo_is_read():
    facts = read(
        "#####Cluster info:\nCRM Version: 1.0.12 (066152ee)\ncluster-glue: 1.0.9 (hash)\n\n#####Cluster related packages:\n"
        "heartbeat 3.0.5-1.1.el5 - CentOS x86_64\n\n#####System info:\nPlatform: Linux\nKernel release: 2.6.18-274.el5\n"
        "Architecture: x86_64\nDistribution: CentOS release 5.7 (Final)\n"
    )
    assert {name: one.version for name, one in facts.packages.items()} == {
        "pacemaker": "1.0.12",
        "cluster-glue": "1.0.9",
        "heartbeat": "3.0.5-1.1.el5",
    }
    assert facts.distribution == Version("CentOS release 5.7 (Final)", Source("file", 12))
    assert facts.kernel == Version("2.6.18-274.el5", Source("file", 10))


def test_a_distribution_that_the_collector_did_not_know_is_none():
    assert read("Distribution: None").distribution is None


def test_the_system_is_told_by_its_own_files():
    facts = read(
        'NAME="SLES"\nVERSION_ID="15.1"\nPRETTY_NAME="SUSE Linux Enterprise Server 15 SP1"\nLinux node01 4.12.14-110-default #1 SMP x86_64\n'
    )
    assert (facts.distribution.version, facts.kernel.version) == (
        "SUSE Linux Enterprise Server 15 SP1",
        "4.12.14-110-default",
    )
    assert facts.packages == {}


@pytest.mark.lab
@pytest.mark.parametrize(
    ("capture", "expected"),
    [
        (
            "captures/nic-missing",
            {"pacemaker": "2.1.5-1+deb12u1", "corosync": "3.1.7-1+deb12u2", "resource-agents": "1:4.12.0-2"},
        ),
        ("captures-eras/1.1.12/clone-fail", {"pacemaker": "1.1.12", "corosync": "3.1.7-1+deb12u2"}),
        ("captures-eras/3.0.2/clone-anon", {"pacemaker": "3.0.2"}),
        (
            "captures-eras/1.0.12-heartbeat/ip-nic-missing",
            {"pacemaker": "1.0.12", "heartbeat": "1:3.0.6-13+b2", "cluster-glue": "1.0.7", "resource-agents": "3.9.2"},
        ),
    ],
)
def test_the_versions_of_every_era_are_found(lab_captures, capture, expected):
    found = told((lab_captures.parent / capture / "node01/versions.txt").read_text())
    assert {name: found.get(name) for name in expected} == expected


REAL = [row.example for row in ROWS] + [
    "Kernel release: 5.1",
    "Linux a 5.1 b",
    "Distribution: x",
    "PRETTY_NAME=",
    'PRETTY_NAME="',
]
PIECES = sorted({piece for line in REAL for piece in re.findall(r"\w+|\s+|.", line)})
ANY_LINE = st.one_of(
    st.sampled_from(REAL), st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=10).map("".join)
)


@given(st.lists(ANY_LINE, max_size=20))
def test_any_text_can_be_read(lines):
    facts = versions.read(lines, "file")
    found = [*facts.packages.values(), *(one for one in (facts.distribution, facts.kernel) if one)]
    assert all(one.version and 0 < one.source.line <= len(lines) for one in found)
