"""Where bundles lie: folders, globs and URLs; what is a bundle among what is there, and how it is brought here.

Everything beyond this machine's files goes through fsspec, whose own settings hold the credentials
(https://filesystem-spec.readthedocs.io): s3://, sftp://, https://, ... with their packages installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from ha_report.destination import temporary_folder
from ha_report.errors import NothingToRead, UserError
from ha_report.fleet import remote

CHUNK = 1 << 20
SECRET = re.compile(r"sig|token|key|secret|passw|credential|auth", re.IGNORECASE)
ARCHIVE = re.compile(r"\.(?:tar(?:\.(?:gz|bz2|xz|zst))?|tgz|tbz2?|txz|tzst)$", re.IGNORECASE)
# Names that stand right in a bundle, and in nothing else.
WHOLE = re.compile(r"manifest\.json|description\.txt|analysis\.txt|report\.summary|basic-environment\.txt|sos_commands")
# Names that stand in a node's folder: what has a folder with one of these in it is a bundle.
OF_A_NODE = re.compile(
    r"(?:ha-log|ha-debug|pacemaker\.log|corosync\.log|messages|syslog|journal|cluster-log|cib\.(?:xml|txt)|crm_mon"
    r"|crm_configure|pcs[_-]|sysinfo|corosync\.conf|ha\.cf)"
)


@dataclass(frozen=True)
class Found:
    """A bundle as it lies there."""

    url: str  # a path of this machine, or a URL, with its password if it has one
    name: str  # the same without
    stamp: str | None  # of the names, sizes and times of its files; None: nothing tells
    size_bytes: int | None


@dataclass(frozen=True)
class Contents:
    """What a bundle holds."""

    sha256: str
    size_bytes: int
    files: int


def find(given: str) -> Iterator[Found]:
    """Yield the bundles at a path, glob or URL, in order of their names; raises UserError where there is none."""
    if "://" in given or "::" in given:
        yield from _found_remotely(given)
        return
    pattern = has_magic(given) and not Path(given).exists()
    paths = sorted(glob(given, recursive=True)) if pattern else [given]  # noqa: PTH207 - pathlib takes no absolute pattern
    found = [bundle for path in paths for bundle in _bundles(Path(path))]
    if not found:
        raise NothingToRead(f"{given}: no bundle there.\nGive a bundle, a folder of bundles, a pattern, or a URL.")
    yield from map(_found, dict.fromkeys(found))


def _found_remotely(url: str) -> Iterator[Found]:
    bundles = remote.bundles(url, ARCHIVE, WHOLE, OF_A_NODE)
    if not bundles:
        raise NothingToRead(f"{shown(url)}: no bundle there.\nGive a bundle, a folder of bundles, or a pattern.")
    for bundle in bundles:
        yield Found(bundle.url, shown(bundle.url), bundle.stamp, bundle.size_bytes)


def _bundles(path: Path) -> Iterator[Path]:
    """Yield what is a bundle at or below `path`, which itself may be anything that was named."""
    if path.is_dir():
        yield from _in_folder(path)
    elif path.exists():
        yield path
    else:
        raise UserError(f"{path}: no such file or folder.\nGive a bundle, a folder of bundles, a pattern, or a URL.")


def _in_folder(folder: Path) -> Iterator[Path]:
    """Yield the folder if it is a bundle, else the archives and bundles in it."""
    entries = _entries(folder)
    inside = {entry: _entries(Path(entry)) for entry in entries if entry.is_dir(follow_symlinks=False)}
    names = [entry.name for entry in entries]
    if is_bundle(names, [[entry.name for entry in below] for below in inside.values()]):
        yield folder
        return
    for entry in entries:
        if entry in inside:
            yield from _in_folder(Path(entry))
        elif ARCHIVE.search(entry.name) and entry.is_file():
            yield Path(entry)


def is_bundle(names: list[str], below: list[list[str]]) -> bool:
    """Say whether a folder that holds `names`, and folders with the names `below`, is a bundle or a node's folder."""
    if any(WHOLE.match(name) or OF_A_NODE.match(name) for name in names):
        return True
    return any(any(map(OF_A_NODE.match, inside)) and not any(map(WHOLE.match, inside)) for inside in below)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []  # what may not be looked into is no bundle that can be read


def _found(path: Path) -> Found:
    digest = hashlib.blake2b(digest_size=16)
    size = 0
    for name, status in _files(path):
        digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
        size += status.st_size if stat.S_ISREG(status.st_mode) else 0
    absolute = os.path.abspath(path)  # noqa: PTH100 - pathlib leaves ".." in
    return Found(absolute, _encodable(absolute), digest.hexdigest(), size)


def _files(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield name and status of what is in a folder at any depth, links as such, in order; of a file, itself."""
    if not path.is_dir():
        yield "", path.stat()
        return
    waiting = [""]
    while waiting:
        below = waiting.pop()
        for entry in _entries(path / below):
            name = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            else:
                yield name, entry.stat(follow_symlinks=False)


def contents_of(path: Path) -> Contents:
    """Return the hash of a file, or of the names and contents of all that a folder holds, and how much that is."""
    if not path.is_dir():
        with path.open("rb") as file:
            return Contents(_sha256(file), path.stat().st_size, 1)
    digest, size, files = hashlib.sha256(), 0, 0
    for name, status in _files(path):
        digest.update(f"{name}\0{_told_by(path / name, status)}\0".encode("utf-8", "surrogateescape"))
        if stat.S_ISREG(status.st_mode):
            size, files = size + status.st_size, files + 1
    return Contents(digest.hexdigest(), size, files)


def _told_by(path: Path, status: os.stat_result) -> str:
    """Return what tells the contents of a file, link or device; a fifo is not opened, as that would wait for ever."""
    try:
        if stat.S_ISLNK(status.st_mode):
            return f"link {path.readlink()}"
        if not stat.S_ISREG(status.st_mode):
            return "not an ordinary file"
        with path.open("rb") as file:
            return _sha256(file)
    except OSError as problem:
        return problem.strerror or "cannot be read"


def _sha256(file: object) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):  # type: ignore[attr-defined]  # hashlib.file_digest is of Python 3.11
        digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def opened(url: str) -> Iterator[Path]:
    """Give the bundle as a path of this machine, for as long as the context lasts."""
    if "://" not in url and "::" not in url:
        yield Path(url)
        return
    with temporary_folder("ha-report-fleet-") as folder:
        yield remote.fetched(url, folder)


def shown(url: str) -> str:
    """Return a URL without its password, and without what gives access in its query."""
    if "::" in url:
        return "::".join(map(shown, url.split("::")))
    parts = urlsplit(url)
    login, at, _ = parts.netloc.rpartition("@")
    if ":" in login:
        url = url.replace(login + at, f"{login.partition(':')[0]}:***@", 1)
    if SECRET.search(parts.query):
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        masked = [(name, "***" if SECRET.search(name) else value) for name, value in pairs]
        url = url.replace(parts.query, urlencode(masked, safe="*", quote_via=quote), 1)
    return _encodable(url)


def _encodable(text: str) -> str:
    r"""Return a name that can be written as UTF-8, a byte that is none as \xff."""
    return text.encode("utf-8", "backslashreplace").decode()
