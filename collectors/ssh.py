"""Starts the program on a node, over the user's own ssh or on this machine.  The only module with subprocess.

ssh is the user's: its configuration, agent, jump hosts and known hosts count, and no check of
it is weakened.  Sources: ssh(1), ssh_config(5), sudo(8).
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from ha_report.destination import NoScratch
from ha_report.errors import UserError

# What could be an option of ssh, or mean something to a shell on the way, is no node's name.
NODE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:%-]{0,252}")
# Prints the password that the user gave, and answers nothing else: a host key is the user's to accept.
ASKPASS = '#!/bin/sh\ncase $1 in *[Pp]assword*) printf "%s\\n" "$HA_REPORT_PASSWORD" ;; *) exit 1 ;; esac\n'
SHELL = "/bin/sh -s"


@dataclass(frozen=True)
class Access:
    """How nodes are reached."""

    command: str = "ssh"  # words, as a shell would split them
    config: str | None = None
    user: str | None = None
    options: tuple[str, ...] = ()  # of -X, each split as a shell would
    timeout_s: int = 6  # to connect
    sudo: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)  # for a password

    @property
    def patience_s(self) -> int:
        """How long to wait for the first word: a login takes its time, too."""
        return self.timeout_s + 4

    @property
    def asks_password(self) -> bool:
        """Whether ssh may ask: then our askpass answers."""
        return bool(self.environment)


class Session:
    """One run of the program."""

    def __init__(self, argv: list[str], environment: Mapping[str, str], said: IO[bytes]) -> None:
        self.said = said  # standard error, which is read at the end
        self.process = subprocess.Popen(  # noqa: S603 - argv is made below, of names that were looked at
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C is ours to pass on, after what came is safe
        )

    @property
    def output(self) -> int:
        """The descriptor to read from."""
        assert self.process.stdout  # noqa: S101 - a pipe was asked for
        return self.process.stdout.fileno()

    def feed(self, program: str) -> None:
        """Send the program.  Standard input stays open: its end tells the node that we are gone."""
        with contextlib.suppress(BrokenPipeError):
            assert self.process.stdin  # noqa: S101 - a pipe was asked for
            self.process.stdin.write(program.encode())
            self.process.stdin.flush()

    def end(self, grace_s: float = 0.0) -> tuple[int, str]:
        """Return the exit status and what was said on standard error, once the session has ended.

        After `grace_s` it is ended: the program on the node ends itself when its input does.
        """
        with contextlib.suppress(BrokenPipeError):
            assert self.process.stdin  # noqa: S101 - a pipe was asked for
            self.process.stdin.close()
        try:
            status = self.process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            try:
                status = self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
                status = self.process.wait()
        assert self.process.stdout  # noqa: S101 - a pipe was asked for
        self.process.stdout.close()
        self.said.seek(0)
        with self.said as said:
            return status, said.read(100_000).decode("utf-8", "replace")


def check_name(node: str) -> str:
    """Return `node` if it can be given to ssh; raises UserError."""
    if not NODE_NAME.fullmatch(node):
        raise UserError(
            f"{node!r} is no name of a node: only letters, digits and _ . : % - are, and no - in front.\nSee -n."
        )
    return node


def start(access: Access, node: str) -> Session:
    """Return the session with a remote node; raises UserError if there is no ssh here."""
    argv = remote(access, check_name(node))
    said = _room_for_words()
    try:
        return Session(argv, access.environment, said)
    except OSError as error:
        said.close()
        raise UserError(
            f"{argv[0]} could not be run: {error.strerror}.\nInstall ssh, or name yours with --ssh-command."
        ) from error


def start_here() -> Session:
    """Return a session on this machine."""
    return Session(SHELL.split(), {}, _room_for_words())


def _room_for_words() -> IO[bytes]:
    """Return the file for what a session says on standard error; raises NoScratch if there is no place for it."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise NoScratch(error) from error


def remote(access: Access, node: str) -> list[str]:
    """Return the command line for `node`; the user's options come first, as ssh takes the first of two."""
    argv = shlex.split(access.command)
    if access.config:
        argv += ["-F", access.config]
    for option in access.options:
        argv += shlex.split(option)
    if access.user:
        argv += ["-l", access.user]
    argv += ["-T", "-a", "-x", "-o", f"BatchMode={'no' if access.asks_password else 'yes'}"]
    argv += ["-o", f"ConnectTimeout={access.timeout_s}", "-o", "ServerAliveCountMax=2"]
    argv += ["-o", f"ServerAliveInterval={max(2, access.timeout_s // 2)}"]
    if access.asks_password:
        argv += ["-o", "NumberOfPasswordPrompts=1"]
    return [*argv, "--", node, f"exec sudo -n -- {SHELL}" if access.sudo else f"exec {SHELL}"]


def with_password(password: str, folder: str) -> dict[str, str]:
    """Return the environment by which ssh's own askpass gives `password`; the script for it is put into `folder`."""
    script = os.path.join(folder, "askpass")  # noqa: PTH118 - a string for the environment
    with os.fdopen(os.open(script, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700), "w") as file:
        file.write(ASKPASS)
    # Before OpenSSH 8.4 (SSH_ASKPASS_REQUIRE) ssh asks so only with a DISPLAY and without a terminal.
    return {
        "SSH_ASKPASS": script, "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": os.environ.get("DISPLAY", ":0"),
        "HA_REPORT_PASSWORD": password,
    }  # fmt: skip


# What ssh and sudo say, what it means, and what to do; the first that fits counts.
MEANINGS = (
    (r"REMOTE HOST IDENTIFICATION HAS CHANGED", "its host key is not the one that is known",
     "make sure that it is the same machine, then: ssh-keygen -R {node}"),
    (r"Host key verification failed", "its host key is not known here", "connect once by hand and compare the key: ssh {node}"),
    (r"a (?:terminal|password) is required|sudo: sorry|not in the sudoers|not allowed to execute|may not run sudo",
     "sudo wants a password, or does not allow it", "allow the user `sudo -n /bin/sh` there, or log in as root with -u root"),
    (r"sudo: (?:command )?not found", "there is no sudo", "log in as root with -u root, and leave out --sudo"),
    (r"Permission denied|Too many authentication failures", "ssh may not log in without a password",
     "set up a key with ssh-copy-id {node}, or give the password with --ask-password"),
    (r"Could not resolve hostname|Name or service not known", "its name is not known here", "add it to /etc/hosts or ~/.ssh/config"),
    (r"Connection refused", "no sshd answers (connection refused)", "start sshd there, or name its port in ~/.ssh/config"),
    (r"timed out|No route to host|Network is unreachable|not responding", "it does not answer", "is it up? try: ssh {node}"),
    (r"Bad configuration option|unknown option|Bad owner or permissions", "ssh does not accept its options", "see -X and -F"),
    (r"no room for a temporary folder", "it has no room left", "free some space there"),
    (r"Connection (?:closed|reset)|Broken pipe|lost connection|kex_exchange_identification", "the connection was lost", "is it rebooting?"),
)  # fmt: skip


def meaning(said: str, status: int, node: str) -> str:
    """Return why a session failed, in words that end with what to do."""
    for pattern, what, remedy in MEANINGS:
        if re.search(pattern, said):
            return f"{what}; {remedy.format(node=node)}"
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
    return last or f"the session ended with exit status {status}"
