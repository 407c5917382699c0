import csv
import io
import json
import runpy
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from ha_report.cli import main
from ha_report.errors import UserError
from ha_report.fleet.answers import written
from ha_report.fleet.query import Answer, Chosen, asked, ready
from ha_report.fleet.rows import TABLES
from tests.fleet.indexing import ask, index, sql


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An index of three clusters: two lack a route for an address, one had a node stopped."""
    folder = tmp_path_factory.mktemp("fleet")
    quiet = ROOT / "tests/data/rules/quiet/healthy"
    for cluster, day, capture in (
        ("shop", date(2026, 9, 5), DEMO),
        ("shop", date(2026, 10, 5), DEMO),
        ("bank", date(2026, 10, 6), DEMO),
        ("mail", date(2026, 10, 7), quiet),
    ):
        nodes = {f"node0{digit}": f"{cluster}{digit}" for digit in "123"}
        BENCH["bundle_of"](capture, folder / f"bundles/{cluster}-{day}", cluster, nodes, day)
    index(folder / "index", folder / "bundles")
    return folder


ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "ha_report/demo/nic"
BENCH = runpy.run_path(str(ROOT / "benchmarks/fleet.py"))


def query(*arguments):
    done = CliRunner().invoke(main, ["fleet", "query", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_top_causes_count_clusters_and_times(made):
    first, *_ = ask(made / "index", "top-causes")
    assert (first["rule"], first["clusters"], first["times"], first["such_as"]) == (
        "ipaddr2-no-route",
        2,
        3,
        "bank, shop",
    )
    assert f"{first['last']:%Y-%m-%d %H:%M:%S}" == "2026-10-06 02:01:35"


def test_by_agent_tells_the_usual_result(made):
    [row] = ask(made / "index", "by-agent")
    assert (row["agent"], row["operation"], row["failures"]) == ("ocf:heartbeat:IPaddr2", "start", 3)
    assert (row["usual_result"], row["usual_reason"]) == ("rc 1", "[findif] failed")


def test_which_clusters_had_ipaddr2_start_failures_last_month(made):
    chosen = Chosen(
        agent="IPaddr2",
        operation="start",
        since=datetime(2026, 10, 1, tzinfo=timezone.utc),
        until=datetime(2026, 11, 1, tzinfo=timezone.utc),
    )
    rows = ask(made / "index", "by-cluster", chosen=chosen)
    assert [(row["cluster"], row["failed_operations"]) for row in rows] == [("bank", 1), ("shop", 1)]
    assert ask(made / "index", "by-cluster", chosen=Chosen(agent="IPaddr2", operation="stop", until=chosen.since))[0][
        "failed_operations"
    ] == 0  # fmt: skip


def test_the_worst_cluster_comes_first(made):
    assert [row["cluster"] for row in ask(made / "index", "by-cluster")] == ["shop", "bank"]


def test_a_cluster_is_chosen_by_a_pattern(made):
    assert [row["cluster"] for row in ask(made / "index", "by-cluster", chosen=Chosen(cluster="b*"))] == ["bank"]


def test_the_trend_goes_month_by_month(made):
    rows = ask(made / "index", "trend")
    assert [(row["month"], row["clusters"], row["failed_operations"]) for row in rows] == [
        ("2026-09", 1, 1),
        ("2026-10", 2, 2),
    ]


def test_by_version_tells_failures_a_bundle(made):
    rows = {(row["package"], row["version"]): row for row in ask(made / "index", "by-version")}
    packaged, told_by_log = rows["pacemaker", "2.1.5-1+deb12u1"], rows["pacemaker", "2.1.5-a3f44794f94"]
    assert (packaged["clusters"], packaged["bundles"], packaged["failures_a_bundle"]) == (2, 3, 1.0)
    assert (told_by_log["clusters"], told_by_log["bundles"], told_by_log["failures_a_bundle"]) == (1, 1, 0.0)


def without_failures(bundle):
    """Leave in a bundle only what tells of no operation."""
    kept = ("corosync.conf", "corosync.log", "versions.txt", "date.txt")
    for file in bundle.rglob("*"):
        if file.is_file() and file.name not in kept:
            file.unlink()
    return bundle


def test_an_update_is_found_and_what_became_worse(tmp_path, write_bundle):
    before = without_failures(write_bundle("before", day=date(2026, 8, 11)))
    for file in before.rglob("versions.txt"):
        file.write_text(file.read_text().replace("2.1.5-1+deb12u1", "2.1.4-1"))
    index(tmp_path / "index", before, write_bundle("after", day=date(2026, 9, 11)))
    [update] = ask(tmp_path / "index", "after-update")
    assert (update["cluster"], update["package"]) == ("shop", "pacemaker")
    assert (update["before"], update["after"]) == ("2.1.4-1", "2.1.5-1+deb12u1")
    assert (update["failures_a_bundle_before"], update["failures_a_bundle_after"], update["worse_by"]) == (0, 1, 1)


def test_another_wording_of_a_version_is_no_update(tmp_path, write_bundle):
    """A log says 2.1.5-a3f44794f94 of what a list of packages calls 2.1.5-1+deb12u1."""
    early = write_bundle("early", day=date(2026, 8, 11))
    for file in early.rglob("versions.txt"):
        file.unlink()
    index(tmp_path / "index", early, write_bundle("late", day=date(2026, 9, 11)))
    assert {row[0] for row in sql(tmp_path / "index", "SELECT told_by FROM versions")} == {"package", "program"}
    assert ask(tmp_path / "index", "after-update") == []


def test_the_same_failure_in_two_bundles_counts_once(tmp_path, write_bundle):
    write_bundle("one")
    late = write_bundle("late")
    (late / "shop1/uptime.txt").write_text("a bundle that was gathered again, with another file in it")
    index(tmp_path / "index", tmp_path / "one", late)
    assert sql(tmp_path / "index", "SELECT count(*) FROM failed_operations") == [(2,)]
    [row] = ask(tmp_path / "index", "by-agent")
    assert row["failures"] == 1


def test_clusters_with_the_same_signature_are_similar(made):
    rows = json.loads(query(made / "index", "similar", "bank-2026-10-06", "--format", "json"))
    assert [(row["cluster"], row["likeness"], row["bundles"]) for row in rows] == [("shop", 1.0, 2)]
    assert rows[0]["shared"] == "finding ipaddr2-no-route IPaddr2; operation IPaddr2 start rc=1: [findif] failed"


def test_a_bundle_that_is_not_in_the_index_has_similar_ones_too(made, write_bundle):
    outside = write_bundle("outside", cluster="new", day=date(2026, 11, 1))
    assert [line.split()[:2] for line in query(made / "index", "similar", outside).splitlines()[1:]] == [
        ["shop", "1.0"],
        ["bank", "1.0"],
    ]


def test_a_name_that_means_two_bundles_is_refused(made):
    done = CliRunner().invoke(main, ["fleet", "query", str(made / "index"), "similar", ""])
    assert done.exit_code == 1
    assert "any of 4 bundles" in done.output


@pytest.mark.parametrize("name", ready())
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_every_question_has_an_answer_in_every_format(made, name, form):
    bundle = ["bank-2026-10-06"] if name == "similar" else []
    told = query(made / "index", name, *bundle, "--format", form)
    assert told
    if form == "json":
        assert all(isinstance(row, dict) for row in json.loads(told))


@pytest.mark.parametrize("name", sorted(set(ready()) - {"similar"}))
def test_every_question_may_be_put_to_an_empty_index(tmp_path, name):
    index(tmp_path / "index")
    assert ask(tmp_path / "index", name) == []


def test_without_a_question_it_says_what_can_be_asked(made):
    told = query(made / "index")
    assert all(f"{one.name} " in told and one.about in told for one in ready().values())


def test_sql_sees_every_table_with_its_partitions(made):
    for table, row_type in TABLES.items():
        with asked(made / "index") as connection:
            names = connection.table(table).columns
        assert names == [*row_type._fields, "cluster", "month"]


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("SELECT * FROM findings", {"findings"}),
        ('select * from "Findings" join VERSIONS using (bundle)', {"findings", "versions"}),
        ("SELECT * FROM chosen_failures, chosen_bundles", {"failed_operations", "bundles"}),
        ("SHOW TABLES", set(TABLES)),
    ],
)
def test_only_the_tables_that_a_question_names_are_looked_for(made, text, tables):
    with asked(made / "index", sql=text) as connection:
        assert {name for (name,) in connection.execute("SHOW TABLES").fetchall()} & set(TABLES) == tables
        connection.execute(text)


def test_the_folder_of_an_index_may_have_any_name(tmp_path, write_bundle):
    folder = tmp_path / "it's [my] *index*?"
    index(folder, write_bundle("one"))
    assert sql(folder, "SELECT count(*) FROM bundles") == [(1,)]


def test_times_are_in_utc_and_iso_8601(made):
    [row] = json.loads(query(made / "index", "--sql", "SELECT max(last_time) AS t FROM bundles", "--format", "json"))
    assert datetime.fromisoformat(row["t"]).utcoffset().total_seconds() == 0
    aware = "SELECT TIMESTAMPTZ '2026-11-01 00:00:00+09:00' AS t"
    assert json.loads(query(made / "index", "--sql", aware, "--format", "json")) == [{"t": "2026-10-31T15:00:00+00:00"}]


FORBIDDEN = {
    "another file": "SELECT * FROM read_text('/etc/hostname')",
    "writing": "COPY (SELECT 1) TO 'stolen.csv'",
    "two statements": "SELECT 1; SELECT 2",
    "settings": "SET memory_limit = '1GB'",
    "an extension": "INSTALL httpfs",
    "a mistake": "SELEC 1",
    "no such column": "SELECT colour FROM bundles",
}


@pytest.mark.parametrize("text", FORBIDDEN.values(), ids=FORBIDDEN)
def test_sql_may_do_no_more_than_read_the_index(made, text):
    done = CliRunner().invoke(main, ["fleet", "query", str(made / "index"), "--sql", text])
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert "Traceback" not in done.output


def test_no_cell_of_csv_is_a_formula():
    told = written(Answer(("cluster", "n"), [("=cmd|' /C calc'!A0", 1), ("@x", 2), ("plain", -3)]), "csv")
    rows = list(csv.reader(io.StringIO(told)))
    assert [row[0] for row in rows[1:]] == ["'=cmd|' /C calc'!A0", "'@x", "plain"]
    assert rows[3][1] == "-3", "a number is no formula"


def test_no_escape_reaches_the_terminal():
    told = written(Answer(("cluster",), [("\x1b[2Jgone\nnew line\u202e",)]), "table")
    assert told.splitlines() == ["cluster", "\\x1b[2Jgone new line\\u202e"]


def test_a_folder_that_is_no_index_is_refused(tmp_path):
    with pytest.raises(UserError, match="no index"):
        ask(tmp_path, "trend")
