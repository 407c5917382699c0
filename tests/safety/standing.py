"""Holds that what stands under a final name is whole, whatever happened while it was written."""

import json
import tarfile
from pathlib import Path

from ha_report import bundle


def check(folder):
    """Hold that all that stands under a final name is whole; return the names."""
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    for name in names:
        path = folder / name
        if ".tar." in name:
            with tarfile.open(path) as tar:
                assert len([tar.extractfile(one).read() for one in tar if one.isfile()]) > 1
        elif name.endswith(".html"):
            assert path.read_text().rstrip().endswith("</html>")
        elif (path / "fleet.json").exists():
            assert json.loads((path / "fleet.json").read_text())["schema"]
            assert (path / "index.html").read_text().rstrip().endswith("</html>")
            assert check(path / "clusters")
        elif (path / "report.json").exists() or (path / "index.html").exists():
            assert json.loads((path / "report.json").read_text())["schema"]
            assert (path / "index.html").read_text().rstrip().endswith("</html>")
            assert (path / "events.csv").read_text().endswith("\n")
            assert (path / "report.md").read_text().endswith("\n")
        if (path / bundle.MANIFEST).exists():
            bundle.load(path)
        if (path / "sources.parquet").exists():
            check_index(path)
    return names


def check_index(folder):
    """Hold that each table can be read, and that all that is told to be there is."""
    import pyarrow.parquet as pq

    rows = {
        path: pq.ParquetFile(path).read(use_threads=False).to_pylist()
        for path in folder.rglob("*.parquet")
        if not path.name.startswith(".")
    }
    there = {row["bundle"] for path, found in rows.items() if "bundles" in path.parts for row in found}
    assert {row["bundle"] for row in rows[folder / "sources.parquet"]} <= there


def nothing_leaked(folder, secret):
    for path in filter(Path.is_file, folder.rglob("*")):
        assert secret not in path.read_bytes(), path
