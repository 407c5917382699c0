"""What `ha-report collect` gathers holds no secret, and nobody else may read it."""

import gzip
import hashlib
import json
import os
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from ha_report.compressed import opened
from tests.collectors.conftest import COLLECT, ROOT, manifest_of, nodes_of


def test_only_the_user_may_read_it(collect):
    os.umask(0o022)
    assert collect("-n", "node01", "deep/down/x").returncode == 0
    for path in [collect.here / "deep/down/x.tar.xz", *(collect.here / "deep/down/x").rglob("*")]:
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_passwords_are_masked_in_what_is_gathered(collect, tmp_path):
    written = '<nvpair id="a" name="passwd" value="S3cret"/>\nparams passwd="S3cret two" login=admin\npassword=S3cret\n'
    (tmp_path / "extra.log").write_text(written)
    assert collect("-n", "node01", "-E", tmp_path / "extra.log", "-p", "log.n", "-d", "x").returncode == 0
    got = (collect.here / "x/node01/extra.log").read_text()
    assert "S3cret" not in got
    assert "admin" not in got
    assert got.startswith('<nvpair id="a" name="passwd" value="******"/>')
    [item] = [item for item in nodes_of(collect.here / "x")["node01"]["items"] if item["name"] == "extra.log"]
    assert item["redacted"] == {"passwd": 2, "password": 1, "login": 1}
    assert collect("-n", "node01", "-E", tmp_path / "extra.log", "--no-sanitize", "-d", "y").returncode == 0
    assert (collect.here / "y/node01/extra.log").read_text() == written


WITHIN = time.strftime("%b %d %H:%M:%S", time.localtime(time.time() - 60))  # a window of the last hours
PASSWORD = "Kx7.pQ2z&1"  # noqa: S105 - it is to be found nowhere
CIB = '<cib><configuration><nvpair id="f-passwd" name="passwd" value="Kx7.pQ2z&amp;1"/></configuration></cib>'


@pytest.fixture
def secretive(collect):
    """A node the CIB of which tells a password, which stands in logs that come before it and after it, packed and not."""
    (collect.fake / "bin/cibadmin").write_text(f"#!/bin/sh\necho '{CIB}'\necho 'cannot log in with {PASSWORD}' >&2\n")
    (collect.fake / "bin/cibadmin").chmod(0o755)
    (collect.fake / "bin/crm_mon").write_text(f"#!/bin/sh\necho 'fence: used {PASSWORD}'\n")
    (collect.fake / "bin/crm_mon").chmod(0o755)
    line = f"{WITHIN} node01 fence_ipmilan[9]: tried {PASSWORD} and Kx7.pQ2z%261\n"
    (collect.fake / "fence.log").write_text(line)
    (collect.fake / "fence.log.1.gz").write_bytes(gzip.compress(line.encode() * 100))
    return ["-n", "node01", "-E", collect.fake / "fence.log", "-E", collect.fake / "fence.log.1.gz"]


def holds(root, text):
    """Return the files below `root` that hold `text`, also packed ones."""
    found = []
    for path in filter(Path.is_file, root.rglob("*")):
        with opened(path) as file:
            if text.encode() in file.read():
                found.append(path.name)
    return found


def test_a_password_of_the_cib_is_masked_wherever_it_stands(collect, secretive):
    done = collect(*secretive, "x")
    assert done.returncode == 0, done.stderr
    for spelled in (PASSWORD, "Kx7.pQ2z"):
        assert holds(collect.here, spelled) == []
    with opened(collect.here / "x/node01/fence.log.1.gz") as file:
        assert file.read() == f"{WITHIN} node01 fence_ipmilan[9]: tried ****** and ******\n".encode() * 100
    items = {item["name"]: item for item in nodes_of(collect.here / "x")["node01"]["items"]}
    assert items["fence.log.1.gz"]["redacted"] == {"passwd": 200}
    assert items["cib.xml"]["problem"] == "cannot log in with ******"
    assert items["cib.xml"]["sha256"] == hashlib.sha256((collect.here / "x/node01/cib.xml").read_bytes()).hexdigest()


@pytest.mark.usefixtures("secretive")
def test_what_comes_later_is_masked_by_what_the_cib_tells_now(collect):
    """--retry asks for what was missing only; the CIB is asked again for its passwords, and stays as it was."""
    assert collect("-n", "node01", "x").returncode == 0
    before = (collect.here / "x/node01/cib.xml").stat()
    manifest = manifest_of(collect.here / "x")
    manifest["asked"]["extra_logs"] = [str(collect.fake / "fence.log")]
    manifest["nodes"][0]["items"].append({"name": "logs", "status": "failed"})
    (collect.here / "x/manifest.json").write_text(json.dumps(manifest))
    assert collect("--retry", "x", quick=False).returncode == 0
    assert (collect.here / "x/node01/fence.log").read_text().endswith("tried ****** and ******\n")
    assert (collect.here / "x/node01/cib.xml").stat().st_mtime == before.st_mtime
    assert holds(collect.here, PASSWORD) == []


def files_there(folder):
    """Return the files that are below `folder` at this moment; what the node itself puts into TMPDIR is not the bundle's."""
    return [Path(here, name) for here, _, names in os.walk(folder) for name in names if "/ha-report." not in here]


def bytes_of(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_no_file_on_the_disk_ever_holds_a_secret(collect, secretive):
    """Also when it is killed: what is left then is looked through."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "FAKE": str(collect.fake), "TMPDIR": str(collect.here)}
    environment["PATH"] = f"{collect.fake / 'bin'}:{os.environ['PATH']}"
    command = [sys.executable, "-c", COLLECT, "-Q", *map(str, secretive), "-d", "x"]
    leaked = []
    with subprocess.Popen(
        command, cwd=collect.here, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            leaked += [path for path in files_there(collect.here) if PASSWORD.encode() in bytes_of(path)]
    assert process.returncode == 0
    assert leaked == []


def test_not_to_mask_is_warned_of(collect, secretive):
    done = collect(*secretive, "--no-redact", "-d", "x")
    assert "secrets are not masked" in done.stderr
    assert "fence.log" in holds(collect.here / "x", PASSWORD)


def test_pseudonyms_are_told_in_a_file_beside_the_bundle_only(collect, secretive):
    assert collect(*secretive, "--anonymize", "x").returncode == 0
    told = json.loads((collect.here / "x.map.json").read_text())
    assert stat.S_IMODE((collect.here / "x.map.json").stat().st_mode) == 0o600
    assert told["hosts"]["node01"] == "host1"
    assert [node["name"] for node in manifest_of(collect.here / "x")["nodes"]] == ["host1"]
    assert (
        (collect.here / "x/host1/fence.log").read_text().endswith("host1 fence_ipmilan[9]: tried ****** and ******\n")
    )
    assert holds(collect.here / "x", "node01") == []
    with tarfile.open(collect.here / "x.tar.xz") as tar:
        assert not any("map" in name or "node01" in name for name in tar.getnames())
    assert collect(*secretive, "--anonymize", "-Z", "x").returncode == 1  # the map of the first one would be lost
