"""A bundle in which secrets of many kinds are hidden comes out without one of them, and a clean one unchanged."""

import json
import os
import re
import sys
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

import seeded
import strangers

from ha_report.cli import main
from ha_report.compressed import opened


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return seeded.make(tmp_path_factory.mktemp("seeded") / "bundle")


@pytest.fixture(scope="module", params=[seeded, strangers], ids=lambda one: one.__name__)
def each(request, tmp_path_factory):
    return request.param.make(tmp_path_factory.mktemp("seeded") / "bundle")


def run(*arguments, status=(0,)):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code in status, done.output + done.stderr
    return done


def contents(root):
    """Yield what all files hold, as it is, unpacked and, of archives in them, every member."""
    for path in filter(Path.is_file, root.rglob("*")):
        yield path.name, path.read_bytes()
        with opened(path) as file:
            yield path.name, file.read()
        if ".tar" in path.name:
            with tarfile.open(path) as tar:
                yield from ((member.name, tar.extractfile(member).read()) for member in tar if member.isfile())


def leaks(root, secrets):
    texts = list(contents(root))
    return sorted(
        {
            (kind, secret, name)
            for kind, secret in secrets
            for spelled in seeded.traces(secret)
            for name, text in texts
            if spelled.encode() in text
        }
    )


def test_the_bundle_is_what_it_should_be(each):
    files = [path for path in each.folder.rglob("*") if path.is_file()]
    assert len(each.secrets) >= 60
    assert len({kind for kind, _ in each.secrets}) >= 20
    assert len(files) >= 30
    assert {secret for _, secret in each.secrets} <= {one[1] for one in leaks(each.folder, each.secrets)} | {
        secret for kind, secret in each.secrets if kind in ("authkey", "keytab")
    }


def test_redact_leaves_not_one_secret_in_a_folder_or_an_archive_or_a_page(each, tmp_path):
    run("redact", each.folder, tmp_path / "clean")
    assert leaks(tmp_path / "clean", each.secrets) == []
    run("redact", each.folder, tmp_path / "packed.tar.xz")
    run("analyze", tmp_path / "clean", "-o", tmp_path / "report", status=(0, 1, 3))
    run("redact", "--anonymize", tmp_path / "packed.tar.xz", tmp_path / "again.tar.gz")
    assert leaks(tmp_path, each.secrets) == []


def test_what_was_masked_is_told_and_never_the_value(bundle, tmp_path):
    run("redact", bundle.folder, tmp_path / "clean")
    told = json.loads((tmp_path / "clean/redaction.json").read_text())
    assert {"file": "node01/drbd.conf", "name": "shared-secret", "count": 2} in told["redacted"]
    files = {str(path.relative_to(bundle.folder)) for path in bundle.folder.rglob("*") if path.is_file()}
    silent = files - {row["file"] for row in told["redacted"]} - {"node01/ha.cf", "node02/crm_report.tar.bz2"}
    assert silent == set()


def test_what_is_no_secret_stays(bundle, tmp_path):
    run("redact", bundle.folder, tmp_path / "clean")
    assert "token: 3000\n" in (tmp_path / "clean/node01/corosync.conf").read_text()
    assert "keyfile: /etc/corosync/authkey" in (tmp_path / "clean/node01/corosync.conf").read_text()
    assert "login=root" in (tmp_path / "clean/node01/crm_configure.txt").read_text()
    lines = (tmp_path / "clean/node02/messages").read_text().splitlines()
    assert all(re.match(r"Nov 23 02:01:\d\d node01 app\[\d+\]: ", line) for line in lines)


def everything_told(source, out):
    run("analyze", source, "-o", out, "-q", status=(0, 3))
    told = json.loads((out / "report.json").read_text())
    return {
        key: told[key]
        for key in (
            "cluster",
            "nodes",
            "resources",
            "failed_operations",
            "findings",
            "timeline",
            "placement",
            "downtime",
        )
    }


CAPTURES = ["nic-missing", "fence-fail", "quorum-loss", "stop-block", "split-brain", "promote-fail", "node-kill"]


@pytest.mark.lab
@pytest.mark.parametrize("name", CAPTURES)
def test_of_a_clean_bundle_nothing_is_masked_that_the_diagnosis_needs(lab_captures, tmp_path, name):
    run("redact", lab_captures / name, tmp_path / "clean")
    assert everything_told(lab_captures / name, tmp_path / "a") == everything_told(tmp_path / "clean", tmp_path / "b")


def without_places(rows):
    """Of an archive in a bundle the files may come in another order, and a line then be quoted from another of them."""
    return sorted(
        json.dumps({key: one[key] for key in one.keys() - {"sources", "evidence"}}, sort_keys=True) for one in rows
    )


@pytest.mark.corpus
def test_of_strangers_bundles_nothing_is_masked_that_the_diagnosis_needs(corpus, tmp_path):
    """All cases at once: of each folder what it tells, before and after."""
    for case in sorted(one for one in corpus.iterdir() if one.is_dir()):
        done = CliRunner().invoke(main, ["analyze", str(case), "-o", str(tmp_path / "a" / case.name), "-q"])
        if done.exit_code not in (0, 3):
            continue
        run("redact", case, tmp_path / "clean" / case.name, "-q", status=(0, 3))
        before = json.loads((tmp_path / "a" / case.name / "report.json").read_text())
        after = everything_told(tmp_path / "clean" / case.name, tmp_path / "b" / case.name)
        assert without_places(before["failed_operations"]) == without_places(after["failed_operations"]), case.name
        assert without_places(before["findings"]) == without_places(after["findings"]), case.name


def test_collect_leaves_not_one_secret_on_the_disk(each, tmp_path, monkeypatch):
    """Every file of the bundle is a log of the node; the CIB comes from its cluster."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/cibadmin").write_text(f"#!/bin/sh\nexec cat {next(each.folder.rglob('cib.xml'))}\n")
    (tmp_path / "bin/cibadmin").chmod(0o755)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    files = [path for path in sorted(each.folder.rglob("*")) if path.is_file() and path.name != "cib.xml"]
    logs = [word for path in files for word in ("-E", path)]
    done = run("collect", "-S", "-Q", "-f", "2000-01-01", "-t", "now", *logs, "x", status=(0, 3))
    assert done.exit_code == 0, done.stderr
    [node] = json.loads((tmp_path / "here/x/manifest.json").read_text())["nodes"]
    came = {item["name"] for item in node["items"] if item["bytes"]}
    assert {path.name for path in files} <= came
    assert leaks(tmp_path / "here", each.secrets) == []
