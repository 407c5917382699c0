import json
import os
import tarfile
from datetime import date

import pytest

from ha_report.errors import UserError
from ha_report.fleet import analysis
from ha_report.fleet.layout import arrow_schema
from ha_report.fleet.rows import TABLES
from tests.fleet.indexing import ask, files_of, index, rows_file, sql


def read(folder, table, cluster="shop", month="2026-10"):
    import pyarrow.parquet as pq

    return pq.read_table(rows_file(folder, table, cluster, month), partitioning=None).to_pylist()


def test_a_bundle_becomes_rows_of_every_table(tmp_path, write_bundle):
    index(tmp_path / "index", write_bundle("one"))
    [bundle] = read(tmp_path / "index", "bundles")
    [failed] = read(tmp_path / "index", "failed_operations")
    first, *_ = read(tmp_path / "index", "findings")
    assert bundle["nodes"] == ["shop1", "shop2"]
    assert (bundle["failed_operations"], bundle["error"]) == (1, None)
    assert (failed["agent"], failed["operation"], failed["node"], failed["rc"]) == (
        "ocf:heartbeat:IPaddr2", "start", "shop2", 1,
    )  # fmt: skip
    assert failed["time"].isoformat().startswith("2026-10-05T02:01:35")
    assert (first["rank"], first["rule"], first["agent"]) == (1, "ipaddr2-no-route", "ocf:heartbeat:IPaddr2")
    assert {"pacemaker", "corosync"} <= {row["package"] for row in read(tmp_path / "index", "versions")}
    assert sum(row["events"] for row in read(tmp_path / "index", "events")) == bundle["events"] > 100
    assert "shop1/corosync.conf" in {row["path"] for row in read(tmp_path / "index", "inputs")}


@pytest.mark.parametrize("table", TABLES)
def test_the_files_have_the_columns_that_the_rows_say(tmp_path, write_bundle, table):
    import pyarrow.parquet as pq

    index(tmp_path / "index", write_bundle("one"))
    assert pq.read_schema(rows_file(tmp_path / "index", table, "shop", "2026-10")).equals(arrow_schema(TABLES[table]))


def test_pandas_reads_the_dataset_with_its_partitions(tmp_path, write_bundle):
    import pandas as pd

    index(tmp_path / "index", write_bundle("one"), write_bundle("two", cluster="bank", day=date(2026, 9, 1)))
    frame = pd.read_parquet(tmp_path / "index/failed_operations")
    assert set(zip(frame["cluster"], frame["month"], strict=True)) == {("shop", "2026-10"), ("bank", "2026-09")}


def test_a_second_run_reads_nothing(tmp_path, write_bundle):
    """Names, sizes and times are looked at alone: what changed without changing them would not be seen."""
    log = write_bundle("one") / "shop1/ha-log"
    index(tmp_path / "index", tmp_path / "one")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "index").rglob("*.parquet")}
    times = log.stat()
    log.write_bytes(b"x" * times.st_size)
    os.utime(log, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert index(tmp_path / "index", tmp_path / "one") == []
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_a_bundle_that_was_only_touched_is_hashed_and_not_analysed(tmp_path, write_bundle):
    bundle = write_bundle("one")
    index(tmp_path / "index", bundle)
    os.utime(bundle / "shop1/ha-log", (0, 0))
    [again] = index(tmp_path / "index", bundle)
    assert (again.known, again.rows) == (True, {})
    assert index(tmp_path / "index", bundle) == []


def test_a_bundle_that_was_moved_is_not_analysed(tmp_path, write_bundle):
    bundle = write_bundle("one")
    index(tmp_path / "index", bundle)
    bundle.rename(tmp_path / "elsewhere")
    [again] = index(tmp_path / "index", tmp_path / "elsewhere")
    assert again.known
    assert sql(tmp_path / "index", "SELECT count(*) FROM bundles") == [(1,)]


def test_what_a_changed_bundle_told_before_is_gone(tmp_path, write_bundle):
    """It moves to another cluster's folder, and of the old one no row is left."""
    bundle = write_bundle("one")
    index(tmp_path / "index", bundle)
    for file in bundle.rglob("*"):
        if file.is_file():
            file.unlink()
    write_bundle("one", cluster="bank", day=date(2026, 9, 1))
    index(tmp_path / "index", bundle)
    assert sql(tmp_path / "index", "SELECT DISTINCT cluster FROM events") == [("bank",)]
    assert sql(tmp_path / "index", "SELECT cluster, month FROM bundles") == [("bank", "2026-09")]
    assert not rows_file(tmp_path / "index", "bundles", "shop", "2026-10").exists()


def test_a_copy_elsewhere_counts_once_and_outlives_the_first(tmp_path, write_bundle):
    one, two = write_bundle("one"), write_bundle("two")
    index(tmp_path / "index", one, two)
    assert sql(tmp_path / "index", "SELECT count(*) FROM bundles") == [(1,)]
    (two / "shop1/ha-log").write_text("")
    index(tmp_path / "index", two)
    assert sql(tmp_path / "index", "SELECT count(*) FROM bundles") == [(2,)]


def test_the_order_in_which_bundles_come_makes_no_difference(tmp_path, write_bundle):
    bundles = [write_bundle(f"b{day}", day=date(2026, 10, day)) for day in (11, 12, 13)]
    index(tmp_path / "forward", *bundles)
    for bundle in reversed(bundles):
        index(tmp_path / "backward", bundle)
    assert files_of(tmp_path / "forward") == files_of(tmp_path / "backward")


def test_an_archive_is_a_bundle_like_its_folder(tmp_path, write_bundle):
    bundle = write_bundle("one")
    with tarfile.open(tmp_path / "one.tar.gz", "w:gz") as archive:
        archive.add(bundle, "one")
    index(tmp_path / "index", tmp_path / "one.tar.gz")
    assert [row["verdict_rule"] for row in read(tmp_path / "index", "bundles")] == ["ipaddr2-no-route"]


def test_a_bundle_elsewhere_is_read_by_fsspec(tmp_path, write_bundle):
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    try:
        system.put(str(write_bundle("one")), "/b/one", recursive=True)
        [done] = index(tmp_path / "index", "memory://b")
        assert (done.name, done.cluster, done.error) == ("memory:///b/one", "shop", None)
        assert index(tmp_path / "index", "memory://b") == []
    finally:
        system.rm("/", recursive=True)


def test_a_broken_bundle_is_a_row_with_its_error(tmp_path, write_bundle):
    (tmp_path / "broken.tar.gz").write_bytes(b"\x1f\x8b" + bytes(100))
    index(tmp_path / "index", tmp_path / "broken.tar.gz", write_bundle("one"))
    rows = sql(tmp_path / "index", "SELECT cluster, error FROM bundles WHERE error IS NOT NULL")
    assert len(rows) == 1
    assert rows[0][0] == "unknown"
    assert str(tmp_path / "broken.tar.gz") in rows[0][1]
    assert sql(tmp_path / "index", "SELECT count(*) FROM bundles WHERE error IS NULL") == [(1,)]
    assert index(tmp_path / "index", tmp_path / "broken.tar.gz") == [], "what did not change is not tried again"


def test_a_bundle_that_upsets_the_program_is_a_row_that_tells_where(tmp_path, write_bundle, monkeypatch):
    """A bug in a rule must not end the run of a thousand bundles."""

    def upset(_incident):
        raise ZeroDivisionError("none of them")

    monkeypatch.setattr(analysis, "findings_of", upset)
    [done] = index(tmp_path / "index", write_bundle("one"))
    assert done.error.startswith("ZeroDivisionError: none of them (test_index.py:")


def test_a_bundle_that_is_gone_is_tried_again(tmp_path, write_bundle):
    bundle = write_bundle("one")
    missing = analysis.analyse(analysis.Task(str(tmp_path / "gone"), "gone", "stamp"))
    assert "No such file" in missing.error
    assert missing.stamp is None
    assert index(tmp_path / "index", bundle)[0].error is None


HOSTILE = {
    "a slash": "web/../../prod",
    "a name like a partition": "month=2026-01",
    "quotes": 'it\'s "prod"',
    "Japanese": "本番クラスタ",
    "a number": "0042",
    "what hive takes for nothing": "__HIVE_DEFAULT_PARTITION__",
    "percent": "50%2Foff",
    "longer than a file name": "x" * 400,
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_cluster_is_asked_for_by_the_name_that_it_gave_itself(tmp_path, write_bundle, name):
    xml = name.replace("&", "&amp;").replace('"', "&quot;")
    bundle = write_bundle("one")
    for file in bundle.rglob("cib.xml"):
        file.write_text(file.read_text().replace('value="shop"', f'value="{xml}"'))
    for file in [*bundle.rglob("corosync.conf"), *bundle.rglob("pacemaker.log"), *bundle.rglob("crm_configure.txt")]:
        file.write_text("")
    index(tmp_path / "index", bundle)
    [row] = ask(tmp_path / "index", "by-cluster")
    assert row["cluster"] == name or row["cluster"].startswith("x" * 150 + "")
    assert row["failed_operations"] == 1
    assert {path.relative_to(tmp_path / "index").parts[1][:8] for path in tmp_path.rglob("rows.parquet")} == {
        "cluster="
    }


def test_a_cluster_without_a_name_of_its_own_is_called_by_its_nodes(tmp_path, write_bundle):
    """hacluster is what tools write: two of them are not one cluster."""
    index(tmp_path / "index", write_bundle("one", cluster="hacluster"))
    assert sql(tmp_path / "index", "SELECT cluster FROM bundles") == [("shop1+shop2",)]


def test_a_folder_that_holds_other_things_is_left_alone(tmp_path, write_bundle):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter").write_text("x")
    with pytest.raises(UserError, match="no index"):
        index(tmp_path / "mine", write_bundle("one"))
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter"]


def test_an_index_of_another_version_is_refused(tmp_path, write_bundle):
    index(tmp_path / "index", write_bundle("one"))
    (tmp_path / "index/ha-report-fleet.json").write_text(json.dumps({"schema": "ha-report-fleet/99"}))
    with pytest.raises(UserError, match="ha-report-fleet/99"):
        index(tmp_path / "index", tmp_path / "one")


def test_what_could_not_be_written_changes_nothing(tmp_path, write_bundle):
    """A folder stands where the list of sources is to be written first; all tables are written by then."""
    index(tmp_path / "index", write_bundle("one"))
    before = files_of(tmp_path / "index")
    (tmp_path / "index/.sources.parquet.draft").mkdir()
    with pytest.raises(UserError, match="could not be written"):
        index(tmp_path / "index", write_bundle("two", day=date(2026, 10, 6)))
    assert files_of(tmp_path / "index") == before
    (tmp_path / "index/.sources.parquet.draft").rmdir()
    index(tmp_path / "index", tmp_path / "two")
    assert sql(tmp_path / "index", "SELECT count(*) FROM bundles") == [(2,)]


@pytest.mark.parametrize("name", ["sources.parquet", "bundles/cluster=shop/month=2026-10/rows.parquet"])
def test_a_damaged_index_is_called_so(tmp_path, write_bundle, name):
    index(tmp_path / "index", write_bundle("one"))
    (tmp_path / "index" / name).write_bytes(b"PAR1")
    with pytest.raises(UserError, match="is damaged"):
        index(tmp_path / "index", write_bundle("two", day=date(2026, 10, 6)))


def test_a_damaged_table_cannot_be_asked(tmp_path, write_bundle):
    index(tmp_path / "index", write_bundle("one"))
    rows_file(tmp_path / "index", "bundles", "shop", "2026-10").write_bytes(b"PAR1")
    with pytest.raises(UserError, match="is damaged"):
        sql(tmp_path / "index", "SELECT count(*) FROM bundles")


def test_two_cannot_write_at_once(tmp_path, write_bundle):
    from ha_report.fleet.index import opened_for_writing

    with opened_for_writing(tmp_path / "index"), pytest.raises(UserError, match="another ha-report"):
        index(tmp_path / "index", write_bundle("one"))


def test_only_its_owner_may_look_into_an_index(tmp_path, write_bundle):
    index(tmp_path / "index", write_bundle("one"))
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700
