"""Bundles that lie elsewhere, by fsspec: what is there, and a copy of one of them.

A listing is a stranger's word: no name in it leads out of the folder that the copy goes to.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from ha_report.errors import UserError
from ha_report.fleet.extras import extra

# What tells that a file changed, in the words of one file system or another.
CHANGED = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "md5Hash", "created")


class There(NamedTuple):
    """A bundle that lies elsewhere."""

    url: str
    stamp: str | None  # None: nothing tells whether it changed
    size_bytes: int | None


class _Listed(NamedTuple):
    path: str  # without the protocol
    info: dict[str, Any]


def bundles(url: str, archive: re.Pattern[str], whole: re.Pattern[str], of_a_node: re.Pattern[str]) -> list[There]:
    """Return the bundles at a URL, which may be a pattern; the patterns tell them by the names in them."""
    system, path = _system(url)
    try:
        named = sorted(system.glob(path)) if re.search(r"[*\[]", path) else [path]
        found: list[There] = []
        for one in named:
            if not system.isdir(one):
                found.append(_there(system, url, one, [_Listed(one, system.info(one))]))
                continue
            listed = [_Listed(name, info) for name, info in sorted(system.find(one, detail=True).items())]
            for root, own in _grouped(one, listed, archive, whole, of_a_node).items():
                found.append(_there(system, url, root, own))
    except Exception as problem:  # a kind of place has errors of its own: botocore's, paramiko's, aiohttp's
        raise _cannot_be_read(url, problem) from problem
    return found


def _grouped(
    top: str, listed: Iterable[_Listed], archive: re.Pattern[str], whole: re.Pattern[str], of_a_node: re.Pattern[str]
) -> dict[str, list[_Listed]]:
    """Return the files by the bundle that they are of: an archive, or the outermost folder that is one."""
    files = list(listed)
    roots: set[PurePosixPath] = set()
    for one in files:
        parents = _below(top, one.path).parts
        for depth, part in enumerate(parents):
            if whole.match(part):
                roots.add(PurePosixPath(*parents[:depth]))
                break
            if of_a_node.match(part):
                roots.add(PurePosixPath(*parents[: max(depth - 1, 0)]))
                break
    grouped: dict[str, list[_Listed]] = defaultdict(list)
    for one in files:
        own = _below(top, one.path)
        above = [folder for folder in reversed(own.parents) if folder in roots]
        if above:
            # No path of its own: an https:// one has two slashes in it.
            grouped["/".join((top.rstrip("/"), *above[0].parts)) or "/"].append(one)
        elif archive.search(one.path):
            grouped[one.path].append(one)
    return dict(grouped)


def _there(system: Any, url: str, root: str, files: list[_Listed]) -> There:
    digest, certain, size = hashlib.blake2b(digest_size=16), True, 0
    for one in files:
        told = [f"{key}={one.info[key]}" for key in CHANGED if one.info.get(key)]
        certain = certain and bool(told)
        digest.update(f"{one.path}\0{one.info.get('size')}\0{told}\0".encode())
        size += one.info.get("size") or 0
    # Of a chain ("zip://a::s3://b") only the first part is replaced: the rest says where that lies.
    chain = url.partition("::")[2]
    whole = system.unstrip_protocol(root) + (f"::{chain}" if chain else "")
    same = root == system._strip_protocol(url)  # noqa: SLF001 - fsspec's own name for it; a public one is not there
    return There(url if same else _with_login(url, whole), digest.hexdigest() if certain else None, size or None)


def _with_login(given: str, found: str) -> str:
    """Return the URL that was found, with user, password and port of the one that was given."""
    start, _, rest = given.partition("://")
    host, _, _ = rest.partition("/")
    if "@" not in host:
        return found
    bare = found.partition("://")[2]
    path = bare.removeprefix(host) if bare.startswith(host) else f"/{bare.lstrip('/')}"
    return f"{start}://{host}{path}"


def fetched(url: str, folder: Path) -> Path:
    """Return a copy of a bundle, in `folder`."""
    system, path = _system(url)
    if not system.isdir(path):
        copy = folder / (PurePosixPath(path).name or "bundle")
        system.get_file(path, str(copy))
        return copy
    top = folder / (PurePosixPath(path).name or "bundle")
    for name in system.find(path):
        copy = top / _below(path, name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        system.get_file(name, str(copy))
    return top


def _below(top: str, path: str) -> PurePosixPath:
    """Return a path as it stands below `top`; what would climb out keeps its last part alone."""
    own = PurePosixPath(path.removeprefix(top).lstrip("/"))
    return PurePosixPath(own.name) if own.is_absolute() or ".." in own.parts else own


def _system(url: str) -> tuple[Any, str]:
    fsspec = extra("fsspec.core")
    try:
        system, path = fsspec.url_to_fs(url)
    except (ImportError, ValueError) as problem:
        raise UserError(
            f"{_bare(url.partition('?')[0])}: {problem}.\nInstall what fsspec needs for this kind of URL."
        ) from problem
    except Exception as problem:  # as above: who is not let in, or finds nobody there
        raise _cannot_be_read(url, problem) from problem
    return system, path


def _cannot_be_read(url: str, problem: Exception) -> UserError:
    words = _bare(str(problem).strip().rstrip(".")) or type(problem).__name__
    return UserError(f"{_bare(url.partition('?')[0])}: {words}.\nGive a URL that can be read.")


def _bare(text: str) -> str:
    """Return a text as far as a message may have it: without who logs in."""
    return re.sub(r"//[^/@\s]*@", "//", text)
