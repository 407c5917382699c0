import json
from datetime import date

import pytest
from click.testing import CliRunner

from ha_report.cli import main
from tests.fleet.indexing import index
from tests.reports.elements import Page

HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202e"


def report(folder, dest, *options):
    return CliRunner().invoke(main, ["fleet", "report", str(folder), "-o", str(dest), *options])


def words(page):
    """Return the text of a page."""
    return " ".join(page.texts.values())


@pytest.fixture
def made(tmp_path, write_bundle):
    """An index of two clusters, and a broken bundle."""
    write_bundle("bundles/shop", day=date(2026, 9, 11))
    write_bundle("bundles/bank", cluster="bank", nodes=("bank1", "bank2"))
    (tmp_path / "bundles/broken.tar.gz").write_bytes(b"\x1f\x8b broken")
    index(tmp_path / "index", tmp_path / "bundles")
    return tmp_path / "index"


def test_the_page_tells_the_worst_clusters_with_their_own_reports(tmp_path, made):
    done = report(made, tmp_path / "page")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "page/index.html").read_text()
    told = json.loads((tmp_path / "page/fleet.json").read_text())
    assert "<h1>2 of 2 clusters had failures; most often: ipaddr2-no-route.</h1>" in page
    assert [one["report"] for one in told["clusters"]] == ["clusters/1-bank", "clusters/2-shop"]
    for one in told["clusters"]:
        assert f'href="{one["report"]}/index.html"' in page
        assert one["cluster"] in (tmp_path / "page" / one["report"] / "index.html").read_text()
    assert "broken.tar.gz" in page


def test_trend_causes_agents_and_versions_stand_on_it(tmp_path, made):
    report(made, tmp_path / "page", "--reports", "0")
    page = Page((tmp_path / "page/index.html").read_text())
    text = words(page)
    assert len(page.of("rect")) == 4, "two months, two bars each"
    assert (page.unbalanced, page.stack) == ([], [])
    for expected in ("2026-09", "2026-10", "ocf:heartbeat:IPaddr2", "[findif] failed", "2.1.5-1+deb12u1", "known bug"):
        assert expected in text
    assert "analyze" in text, "without a report, it says how to make one"


def test_the_page_is_one_file_that_runs_and_fetches_nothing(tmp_path, made):
    report(made, tmp_path / "page", "--reports", "0")
    page = Page((tmp_path / "page/index.html").read_text())
    [policy] = [attrs["content"] for attrs in page.of("meta") if attrs.get("http-equiv")]
    assert page.of("script") == []
    assert not [attrs for _, attrs in page.elements if "src" in attrs or "style" in attrs]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.count("sha256-") == len(page.of("style"))
    assert "unsafe" not in policy


def test_hostile_names_are_text(tmp_path, write_bundle):
    bundle = write_bundle("one")
    xml = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    for file in bundle.rglob("cib.xml"):
        file.write_text(file.read_text().replace('value="shop"', f'value="{xml}"'))
    for file in [*bundle.rglob("corosync.conf"), *bundle.rglob("pacemaker.log"), *bundle.rglob("crm_configure.txt")]:
        file.write_text("")
    index(tmp_path / "index", bundle)
    assert report(tmp_path / "index", tmp_path / "page").exit_code == 0
    text = (tmp_path / "page/index.html").read_text()
    assert Page(text).of("img") == []
    assert "<img src=x onerror=alert(1)>\"'&\\u202e" in words(Page(text))
    assert [path.name for path in (tmp_path / "page/clusters").iterdir()] == ["1-img-src-x-onerror-alert-1"]


def test_a_bundle_that_is_gone_leaves_a_note(tmp_path, made):
    (tmp_path / "bundles/bank").rename(tmp_path / "away")
    assert report(made, tmp_path / "page").exit_code == 0
    assert "none: its bundle is not there any more" in (tmp_path / "page/index.html").read_text()


def test_only_its_own_page_is_replaced_and_only_when_told(tmp_path, made):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter").write_text("x")
    refused = report(made, tmp_path / "mine", "--force")
    assert (refused.exit_code, (tmp_path / "mine/letter").read_text()) == (1, "x")
    assert report(made, tmp_path / "page", "--reports", "0").exit_code == 0
    assert report(made, tmp_path / "page", "--reports", "0").exit_code == 1
    assert report(made, tmp_path / "page", "--reports", "0", "--force").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundles", "index", "mine", "page"]


def test_an_index_without_failures_says_so(tmp_path):
    index(tmp_path / "index")
    assert report(tmp_path / "index", tmp_path / "page").exit_code == 0
    assert "Nothing failed in 0 clusters." in (tmp_path / "page/index.html").read_text()


def test_a_time_is_kept_to(tmp_path, made):
    report(made, tmp_path / "page", "--from", "2026-10-01", "--reports", "0", "-q")
    told = json.loads((tmp_path / "page/fleet.json").read_text())
    assert [one["month"] for one in told["trend"]] == ["2026-10"]
    assert [one["cluster"] for one in told["clusters"]] == ["bank"]
