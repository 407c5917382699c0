"""What all tests share: where the data beside the checkout lies, and which suites this machine can run.

A suite whose parts are missing is left out, and the last lines of a run say so.  With
--complete (`make test COMPLETE=1`, as CI runs it) leaving out one test is a failure.
"""

import os
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
OCF_AGENT = Path("/usr/lib/ocf/resource.d/heartbeat/IPaddr2")
CLUSTER_PROGRAMS = "pacemakerd crm_mon cibadmin corosync crm sshd rsyslogd ip ifconfig unshare nsenter".split()
ADMINS_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])

# The same examples in every run: a failure in CI is a failure here, too.
hypothesis.settings.register_profile("ha-report", derandomize=True, deadline=None)
hypothesis.settings.load_profile("ha-report")


def programs_missing(*names):
    missing = [name for name in names if not shutil.which(name, path=ADMINS_PATH)]
    return f"not found: {', '.join(missing)}" if missing else None


def cluster_missing():
    if os.geteuid():
        return "it needs root"
    if not OCF_AGENT.exists():
        return f"not found: {OCF_AGENT}"
    if subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], check=False).returncode:
        return "this machine gives root no namespaces"
    return programs_missing(*CLUSTER_PROGRAMS)


def folder_missing(folder):
    return None if folder.is_dir() else f"not found: {folder}"


class Suite(NamedTuple):
    """Tests that need more than Python."""

    marker: str
    what: str
    missing: object  # a function: what is not there, or None
    remedy: str


PACKAGES = "make system-packages (Debian and Ubuntu, as root)"
BESIDE = "they are no part of the project; its developers have them beside the checkout"
SUITES = (
    Suite("cluster", "a real cluster on this machine", cluster_missing, PACKAGES),
    Suite("browser", "the page in a real browser", lambda: programs_missing("chromium", "chromedriver"), PACKAGES),
    Suite("shellcheck", "the checks of shell files", lambda: programs_missing("shellcheck"), PACKAGES),
    Suite("corpus", "the corpus of strangers' clusters", lambda: folder_missing(SHARED / "corpus"), BESIDE),
    Suite("lab", "the lab's captures", lambda: folder_missing(SHARED / "lab"), BESIDE),
)
SUITE_OF_FIXTURE = {"corpus": "corpus", "lab_captures": "lab", "lab_eras": "lab"}
LEFT_OUT = pytest.StashKey[Counter]()  # reason -> number of tests


@pytest.fixture(scope="session")
def corpus():
    """The cases of strangers' clusters, a folder each."""
    return SHARED / "corpus" / "dev"


@pytest.fixture(scope="session")
def lab_captures():
    """Captures of the lab's own incidents, a folder each."""
    return SHARED / "lab" / "captures"


@pytest.fixture(scope="session")
def lab_eras():
    """Captures of other eras of Pacemaker, a folder each with a folder for each incident."""
    return SHARED / "lab" / "captures-eras"


@pytest.fixture
def ordinary_user(monkeypatch):
    """A folder to work in as a user who is not root; root may read and write everything."""
    nobody = 65_534
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.chdir(folder)
        if os.geteuid() != 0:
            yield Path(folder)
            return
        os.chown(folder, nobody, nobody)
        os.seteuid(nobody)
        yield Path(folder)
        os.seteuid(0)


def pytest_addoption(parser):
    parser.addoption("--complete", action="store_true", help="a test that is left out is a failure")


def pytest_configure(config):
    config.addinivalue_line("markers", "shellcheck: runs shellcheck")
    config.addinivalue_line("markers", "xdist_group: tests that one process runs, where several share the work")
    config.stash[LEFT_OUT] = Counter()


def pytest_collection_modifyitems(items):
    reasons = {suite.marker: reason for suite in SUITES if (reason := suite.missing())}
    remedies = {suite.marker: f"{suite.what}; {suite.remedy}" for suite in SUITES}
    for item in items:
        needed = {mark.name for mark in item.iter_markers()}
        needed |= {SUITE_OF_FIXTURE[name] for name in item.fixturenames if name in SUITE_OF_FIXTURE}
        for marker in sorted(needed & reasons.keys()):
            item.add_marker(pytest.mark.skip(reason=f"{remedies[marker]} ({reasons[marker]})"))
        # The tests of a file share what is costly to make; clusters beside each other would time each other out.
        item.add_marker(pytest.mark.xdist_group("cluster" if "cluster" in needed else str(item.path)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    note_if_left_out(item.config, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """A module can leave itself out as a whole."""
    report = yield
    note_if_left_out(collector.config, report)
    return report


def note_if_left_out(config, report):
    if report.skipped and not hasattr(report, "wasxfail"):
        config.stash[LEFT_OUT][report.longrepr[2].removeprefix("Skipped: ")] += 1


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left out"] = dict(session.config.stash[LEFT_OUT])
    if session.config.getoption("complete") and session.config.stash[LEFT_OUT] and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take over what a process that shared the work (pytest-xdist) left out."""
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left out", {}))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Say last of all what was left out."""
    left_out = config.stash.get(LEFT_OUT, None)
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if not terminal or not left_out:
        return
    complete = config.getoption("complete")
    terminal.write_line("Left out, which --complete does not allow:" if complete else "Left out:", yellow=True)
    for reason, count in left_out.items():
        terminal.write_line(f"  {count} test{'s' * (count > 1)}: {reason}")
