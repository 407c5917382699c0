"""Only who made a bundle or a report may read it, whatever the umask; and no name can be guessed and stood in the way."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from collectors import place
from ha_report.cli import main
from tests.archives import member, tar_of

LOG = "Nov 23 02:01:35 node01 fence[1]: password=Kx7.pQ2z\n" * 3 + (
    "Nov 23 02:01:35.575 node02 pacemaker-controld  [96] (log_executor_event) \tnotice: Result of start operation for r_ip on"
    " node02: error ([findif] failed) | CIB update 15, graph action confirmed; call=6 key=r_ip_start_0 rc=1\n"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bundle/node02/pengine").mkdir(parents=True)
    (tmp_path / "bundle/node02/pacemaker.log").write_text(LOG)
    (tmp_path / "bundle/node02/pengine/pe-input-1").write_text("<cib/>")
    return tmp_path


COMMANDS = {
    "analyze": ["analyze", "bundle", "-o", "out"],
    "redact": ["redact", "bundle", "out"],
    "redact to an archive": ["redact", "bundle", "out.tar.xz"],
    "anonymize": ["redact", "--anonymize", "bundle", "out"],
}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_only_the_user_may_read_what_is_written(here, command, umask):
    run = f"import os; os.umask({umask}); from ha_report.cli import main; main()"
    before = set(here.iterdir())
    done = subprocess.run(
        [sys.executable, "-c", run, *command],
        check=False, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip
    if umask == 0o777 and os.geteuid():  # nobody but root can write into what nobody may read
        return
    assert done.returncode == 0, done.stderr
    made = set(here.iterdir()) - before
    assert made
    for path in [*made, *(one for root in made for one in root.rglob("*"))]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, path
        if umask != 0o777:
            assert mode == (0o700 if path.is_dir() else 0o600), path


LINKED = COMMANDS | {
    "demo": ["demo", "out"],
    "collect": ["collect", "-S", "-Z", "out"],
}


@pytest.mark.parametrize("command", LINKED.values(), ids=LINKED)
@pytest.mark.parametrize("target", ["elsewhere", "nowhere", "file"])
def test_a_link_in_the_place_of_the_destination_is_refused(here, command, target):
    (here / "elsewhere").mkdir()
    (here / "file").write_text("mine")
    name = command[-1]
    (here / name).symlink_to(target)
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2
    assert (
        done.stderr == f"Error: {name} is a symbolic link, and nothing is written through one: choose another name.\n"
    )
    assert (here / name).is_symlink()
    assert list((here / "elsewhere").iterdir()) == []
    assert (here / "file").read_text() == "mine"
    assert not (here / "nowhere").exists()


def test_a_link_to_a_bundle_is_not_completed(here):
    (here / "out").symlink_to("bundle")
    done = CliRunner().invoke(main, ["collect", "--retry", "out"])
    assert (done.exit_code, done.stderr.count("is a symbolic link")) == (2, 1)


def test_an_archive_and_a_map_are_not_written_through_a_link_either(here):
    (here / "out.tar.xz").symlink_to("mine")
    (here / "other.map.json").symlink_to("mine")
    for command in (["collect", "-S", "out"], ["redact", "--anonymize", "bundle", "other"]):
        done = CliRunner().invoke(main, command)
        assert (done.exit_code, done.stderr.count("is a symbolic link")) == (2, 1)
    assert not (here / "mine").exists()


def test_what_is_made_for_the_time_being_has_a_name_that_nobody_can_guess(here):
    names = set()
    for _ in range(3):
        with place.staging(here / "out") as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            names.add(folder.name)
    assert len(names) == 3
    assert not any(path.name.startswith(".out") for path in here.iterdir())


def test_an_archive_is_not_written_into_a_file_that_stood_ready(here):
    """Its former temporary name was the archive's with .part behind it: in /tmp anybody could own that file."""
    trap = here / ".out.tar.xz.part"
    trap.write_text("")
    assert CliRunner().invoke(main, ["redact", "bundle", "out.tar.xz"]).exit_code == 0
    assert trap.read_text() == ""


def test_an_archive_does_not_tell_who_made_it(here):
    import tarfile

    assert CliRunner().invoke(main, ["redact", "bundle", "out.tar.gz"]).exit_code == 0
    with tarfile.open(here / "out.tar.gz") as tar:
        assert {(one.uid, one.gid, one.uname, one.gname) for one in tar} == {(0, 0, "", "")}


@pytest.mark.parametrize("target", ["nowhere", "file"])
def test_a_comparison_is_not_written_through_a_link(here, target):
    (here / "file").write_text("mine")
    (here / "out").symlink_to(target)
    done = CliRunner().invoke(main, ["diff", "bundle", "bundle", "-Z", "-o", "out"])
    assert (done.exit_code, done.stderr.count("is a symbolic link")) == (2, 1)
    assert (here / "file").read_text() == "mine"


def test_what_is_no_bundle_is_not_called_clean(here):
    (here / "empty").mkdir()
    assert CliRunner().invoke(main, ["analyze", "bundle", "-o", "report"]).exit_code == 0
    for source, said in (("empty", "empty holds no files."), ("report", "report is a report, and no bundle.")):
        done = CliRunner().invoke(main, ["redact", source, "out"])
        assert (done.exit_code, done.stderr.splitlines()[0]) == (1, f"Error: {said}")
    assert not (here / "out").exists()


@pytest.fixture
def nobody(here):
    """Give a function that redacts as one who is not root, in a folder that anybody may enter."""
    assert CliRunner().invoke(main, ["redact", "bundle", "first"]).exit_code == 0  # loads what nobody may not read
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(here / "bundle", Path(folder, "bundle"))
        Path(folder, "mine").mkdir()
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)

        def redact(source):
            before = os.geteuid()
            if not before:
                os.seteuid(65534)
            try:
                return CliRunner().invoke(main, ["redact", str(source), f"{folder}/mine/out"])
            finally:
                os.seteuid(before)

        redact.folder = Path(folder)
        yield redact
        shutil.rmtree(Path(folder, "bundle"))


def test_a_source_that_may_not_be_read_is_called_so(nobody):
    for source in (nobody.folder / "bundle", nobody.folder / "bundle/node02/pacemaker.log"):
        source.chmod(0)
        done = nobody(source)
        source.chmod(0o777)
        assert (done.exit_code, done.stderr) == (1, f"Error: {source} could not be read: Permission denied.\n")
    os.mkfifo(nobody.folder / "pipe")
    assert "neither a folder nor a file" in nobody(nobody.folder / "pipe").stderr


def test_what_may_not_be_read_in_a_source_is_left_out_and_named(nobody):
    (nobody.folder / "bundle/node02/pengine").chmod(0)
    (nobody.folder / "bundle/node02/ha-log").write_text("secret")
    (nobody.folder / "bundle/node02/ha-log").chmod(0)
    done = nobody(nobody.folder / "bundle")
    (nobody.folder / "bundle/node02/pengine").chmod(0o777)
    assert (done.exit_code, "2 left out" in done.stdout) == (3, True)
    *named, warned = done.stderr.splitlines()
    assert named == [
        f"ha-report: node02/{name}: left out: it could not be read: Permission denied"
        for name in ("ha-log", "pengine/")
    ]
    assert "a secret that only such a file names may stand in the others" in warned


def test_of_what_nothing_could_be_taken_nothing_is_called_clean(here):
    (here / "bad.tar").write_bytes(tar_of(*(member(f"../x{n}") for n in range(150))))
    done = CliRunner().invoke(main, ["redact", "bad.tar", "out"])
    assert done.exit_code == 1
    assert done.stderr.startswith(
        "Error: Nothing of bad.tar could be taken, so there is nothing to clean.\n../x0: left out"
    )
    assert len(done.stderr.splitlines()) < 10
    (here / "most.tar").write_bytes(tar_of(*(member(f"../x{n}") for n in range(150)), member("log", b"x\n")))
    done = CliRunner().invoke(main, ["redact", "most.tar", "out"])
    assert (done.exit_code, done.stdout) == (3, "Wrote out: 0 secrets masked in 0 files; 150 left out.\n")
    assert done.stderr.splitlines()[-1] == "ha-report: 50 more are left out; redaction.json names them all"
