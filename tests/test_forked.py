"""What a second process does alongside is done when the context ends, and what it raises is raised there."""

import os
import signal
import sys

import pytest

from ha_report import forked
from ha_report.forked import alongside

WAYS = [False, pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="no safe fork"))]


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Whatever threads other tests left behind."""
    monkeypatch.setattr(forked, "active_count", lambda: 1)


@pytest.mark.parametrize("worth", WAYS)
def test_both_are_done(tmp_path, worth):
    with alongside(lambda: (tmp_path / "other").write_text(str(os.getpid())), worth=worth):
        (tmp_path / "own").write_text("")
    assert (tmp_path / "own").exists()
    assert ((tmp_path / "other").read_text() == str(os.getpid())) == (not worth)


@pytest.mark.parametrize("worth", WAYS)
def test_what_it_raises_is_raised_at_the_end(tmp_path, worth):
    done = []
    with pytest.raises(FileNotFoundError) as raised, alongside(lambda: (tmp_path / "a/b").write_text(""), worth=worth):
        done.append(1)
    assert done
    assert raised.value.filename == str(tmp_path / "a/b")
    assert raised.value.strerror == "No such file or directory"


@pytest.mark.skipif(sys.platform != "linux", reason="no safe fork")
def test_when_the_body_fails_nobody_works_on():
    made = []
    fork = forked.fork
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ZeroDivisionError):  # noqa: PT012
        patch.setattr(forked, "fork", lambda: made.append(fork()) or made[-1])
        with alongside(signal.pause, worth=True):
            raise ZeroDivisionError
    with pytest.raises(ChildProcessError):
        os.waitpid(made[0], os.WNOHANG)


def refused():
    raise BlockingIOError


def test_where_there_can_be_no_more_processes_it_is_done_here(tmp_path, monkeypatch):
    monkeypatch.setattr(forked, "fork", refused)
    with alongside(lambda: (tmp_path / "other").write_text(str(os.getpid())), worth=True):
        pass
    assert (tmp_path / "other").read_text() == str(os.getpid())


@pytest.mark.skipif(sys.platform != "linux", reason="no safe fork")
def test_one_that_is_killed_is_an_error():
    first = os.getpid()

    def die():
        assert os.getpid() != first
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(OSError, match="was killed"), alongside(die, worth=True):
        pass
