"""Tar archives written by hand, also such as nobody would write by mistake."""

import io
import tarfile


def member(name, data=b"", mtime=1_300_000_000, **fields):
    """Return an entry and what it holds; `fields` are those of a TarInfo."""
    found = tarfile.TarInfo(name)
    found.size = len(data)
    found.mtime = mtime
    for key, value in fields.items():
        setattr(found, key, value)
    return found, data


def link(name, target, kind=tarfile.SYMTYPE):
    return member(name, type=kind, linkname=target)


def tar_of(*members, tar_format=tarfile.GNU_FORMAT):
    """Return the archive's bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tar_format) as tar:
        for found, data in members:
            tar.addfile(found, io.BytesIO(data))
    return buffer.getvalue()
