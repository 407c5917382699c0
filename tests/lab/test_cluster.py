"""From a real failure to the report: a cluster is brought up, breaks, and is read.

The cluster is corosync and Pacemaker as Debian ships them, two nodes in namespaces of this
machine (see `halab`).  Takes about half a minute.
"""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

pytestmark = pytest.mark.cluster

HALAB = Path(__file__).with_name("halab")
LAB = os.environ | {"HALAB_DIR": f"/run/halab-test-{os.getpid()}"}  # a lab of its own beside a developer's


def run(*command):
    """Return what `command` says on standard output, as bytes."""
    done = subprocess.run(
        list(map(str, command)), check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=180, env=LAB
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def lab():
    """A cluster whose r_ip, without nic, prefers the node that has no interface in its network."""

    def halab(*arguments):
        return run(HALAB, *arguments)

    try:
        halab("up", "--log-style", "bsd")
        halab("fail", "nic-none-one")
        yield halab
    finally:
        halab("down")


@pytest.fixture(scope="module")
def capture(lab, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab") / "capture"
    lab("capture", folder)
    return folder


def report_of(source, dest):
    run(sys.executable, "-m", "ha_report", "analyze", source, "-o", dest)
    return json.loads((dest / "report.json").read_text())


@pytest.fixture(scope="module")
def report(capture):
    return report_of(capture, capture.with_name("report"))


def failures_of(report):
    keys = ("resource", "operation", "interval_ms", "node", "rc", "exit_reason")
    return [tuple(failed[key] for key in keys) for failed in report["failed_operations"]]


THE_FAILED_START = [("r_ip", "start", 0, "node02", 1, "[findif] failed")]


def test_the_report_tells_exactly_the_start_that_failed(report):
    assert failures_of(report) == THE_FAILED_START


@pytest.mark.usefixtures("report")
def test_the_page_names_it(capture):
    page = (capture.with_name("report") / "index.html").read_text()
    assert "r_ip" in page
    assert "[findif] failed" in page


def test_the_evidence_is_the_line_that_the_cluster_wrote(report, capture):
    [failed] = report["failed_operations"]
    logged = [at for at in failed["sources"] if at["file"].endswith("node02/pacemaker.log")]
    lines = [(capture / at["file"]).read_text().splitlines()[at["line"] - 1] for at in logged]
    assert any("Result of start operation for r_ip on node02: error" in line for line in lines)


def test_the_report_tells_where_the_resource_runs_now(report):
    assert [(one["id"], one["role"], one["node"]) for one in report["resources"]] == [("r_ip", "Started", "node01")]
    assert {node["name"]: node["state"] for node in report["nodes"]} == {"node01": "online", "node02": "online"}


def test_what_crm_report_gathers_tells_the_same(lab, tmp_path):
    begin = datetime.now(timezone.utc) - timedelta(hours=1)
    lab("exec", "node01", "crm", "report", "-f", f"{begin:%Y-%m-%d %H:%M}", "/root/got")
    (tmp_path / "got.tar.bz2").write_bytes(lab("exec", "node01", "cat", "/root/got.tar.bz2"))
    assert failures_of(report_of(tmp_path / "got.tar.bz2", tmp_path / "report")) == THE_FAILED_START
