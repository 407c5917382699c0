"""One page over all clusters of an index, with the worst clusters' own reports in folders beside it.

The page is made like that of a single incident: plain data, a template, one self-contained file whose
Content-Security-Policy allows its style sheets and nothing else.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jinja2

from ha_report.destination import NoScratch, exchange, refuse_links
from ha_report.diagnosis import findings_of
from ha_report.errors import DestinationInTheWay, UserError
from ha_report.fleet.query import Answer, Chosen, answer, asked, plain, ready
from ha_report.fleet.sources import opened
from ha_report.reading import read_incident
from ha_report.rules.known_issues import ISSUES, numbers
from reports import files, html
from reports.visible import encodable
from reports.words import count_of, list_of

if TYPE_CHECKING:
    from ha_report.incident import Incident

SCHEMA = "ha-report-fleet-page/1"
MARKER = "fleet.json"
TEMPLATES = Path(__file__).with_name("templates")
# An absolute path stays itself where html.asset looks for it.
STYLES = ("page.css", "cards.css", "tables.css", "print.css", str(TEMPLATES / "fleet.css"))
MOST_ROWS = 15  # of each table: the page is to be read, and `fleet query` has the rest
CHART_HEIGHT, BAR_WIDTH, BAR_STEP = 120, 28, 44  # units of the picture

UNREADABLE = "SELECT source, error FROM chosen_bundles WHERE error IS NOT NULL ORDER BY source"
TOTALS = """
SELECT count(DISTINCT cluster) FILTER (error IS NULL) AS clusters,
       count(*) FILTER (error IS NULL) AS bundles,
       count(*) FILTER (error IS NOT NULL) AS unreadable,
       min(first_time) AS first, max(last_time) AS last,
       (SELECT count(DISTINCT execution) FROM chosen_failures) AS failed_operations,
       (SELECT count(DISTINCT conclusion) FROM chosen_findings WHERE severity = 'error') AS errors
FROM chosen_bundles
"""
# The bundle of each cluster that tells most of what is wrong: the latest with a finding of severity error.
TELLING = """
SELECT cluster, arg_max(source, (errors > 0, failed_operations > 0, last_time, bundle)) AS source,
       arg_max(verdict, (errors > 0, failed_operations > 0, last_time, bundle)) AS verdict
FROM chosen_bundles WHERE error IS NULL GROUP BY cluster
"""


class Bar(NamedTuple):
    """A month of the trend, as the picture shows it."""

    month: str
    failures: int
    errors: int
    x: int
    height: float
    error_height: float


@dataclass(frozen=True)
class WorstCluster:
    """A cluster with what to look at first."""

    row: dict[str, Any]
    verdict: str | None
    source: str | None
    folder: str | None = None  # of its own report, relative to the page
    missing: str | None = None  # why there is none


@dataclass(frozen=True)
class Page:
    """All that the page shows; the rows of tables are by column."""

    totals: dict[str, Any]
    trend: list[dict[str, Any]]
    causes: list[dict[str, Any]]
    agents: list[dict[str, Any]]
    versions: list[dict[str, Any]]
    updates: list[dict[str, Any]]
    worst: list[WorstCluster]
    unreadable: list[dict[str, Any]]

    @property
    def bundled_versions(self) -> list[dict[str, Any]]:
        """The versions of the cluster's own packages: kernels would drown them."""
        return [row for row in self.versions if row["package"] not in ("kernel", "distribution")]

    @property
    def sentence(self) -> str:
        """What a reader in a hurry has to know."""
        failing = sum(1 for one in self.worst if one.row["errors"] or one.row["failed_operations"])
        if not failing:
            return f"Nothing failed in {count_of(self.totals['clusters'], 'cluster')}."
        cause = f"; most often: {self.causes[0]['rule']}" if self.causes else ""
        return f"{failing:,} of {count_of(self.totals['clusters'], 'cluster')} had failures{cause}."


def write(
    index: Path, dest: Path, chosen: Chosen, *, reports: int, force: bool, version: str, say: Callable[[str], None]
) -> Path:
    """Return the page, once all is in `dest`, a folder that is new, empty, or made by this.

    Raises DestinationInTheWay before anything is made.
    """
    refuse_what_is_in_the_way(dest, force=force)
    page = page_of(index, chosen)
    try:
        dest.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".ha-report-", dir=dest.parent, ignore_cleanup_errors=True) as scratch:
            made = Path(scratch, "page")
            made.mkdir()
            page = replace(page, worst=with_reports(page.worst, made, reports, version, say))
            (made / "index.html").write_text(render(page, version), encoding="utf-8")
            (made / MARKER).write_text(as_json(page, version), encoding="utf-8")
            exchange(made, dest) if dest.exists() else made.rename(dest)
    except OSError as error:
        raise files.cannot_write(dest, error) from error
    return dest / "index.html"


def refuse_what_is_in_the_way(dest: Path, *, force: bool) -> None:
    """Raise DestinationInTheWay unless `dest` may be written to."""
    refuse_links(dest)
    if not dest.exists() or (dest.is_dir() and not any(dest.iterdir())):
        return
    if not dest.is_dir() or not is_page(dest / MARKER):
        raise DestinationInTheWay(
            f"{dest} is no page of a fleet, so it is not replaced.\nChoose another folder with -o."
        )
    if not force:
        raise DestinationInTheWay(
            f"{dest} holds a page already.\nChoose another folder with -o, or replace that one with -Z/--force."
        )


def is_page(marker: Path) -> bool:
    """Return whether a file says that this program made the folder that it is in."""
    try:
        return bool(json.loads(marker.read_text("utf-8"))["schema"] == SCHEMA)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def page_of(index: Path, chosen: Chosen) -> Page:
    """Return what the page is to show."""
    with asked(index, chosen) as connection:

        def told(question: str) -> list[dict[str, Any]]:
            return by_column(answer(connection, ready()[question].sql, {"failing": True}))

        telling = {one["cluster"]: one for one in by_column(answer(connection, TELLING))}
        [totals] = by_column(answer(connection, TOTALS))
        return Page(
            totals=totals,
            trend=told("trend"),
            causes=told("top-causes"),
            agents=told("by-agent"),
            versions=[{**row, "issues": issues_of(row["package"], row["version"])} for row in told("by-version")],
            updates=told("after-update"),
            worst=[worst_cluster(row, telling.get(row["cluster"], {})) for row in told("by-cluster")],
            unreadable=by_column(answer(connection, UNREADABLE)),
        )


def by_column(told: Answer) -> list[dict[str, Any]]:
    """Return rows by column; times are aware."""
    return [
        {name: value.replace(tzinfo=timezone.utc) if isinstance(value, datetime) else value for name, value in pairs}
        for pairs in (zip(told.columns, row, strict=True) for row in told.rows)
    ]


def worst_cluster(row: dict[str, Any], telling: dict[str, Any]) -> WorstCluster:
    """Return a cluster without a report yet."""
    return WorstCluster(row, telling.get("verdict"), telling.get("source"))


def issues_of(package: str, version: str) -> list[str]:
    """Return the known bugs that a version has, as sentences; a distribution's own version may have fixes earlier."""
    own = numbers(version)
    return [
        f"{one.title} ({one.id}, fixed in {one.fixed})"
        for one in ISSUES
        if one.package == package and own and own < numbers(one.fixed) and (not one.first or own >= numbers(one.first))
    ]


def with_reports(
    worst: Sequence[WorstCluster], dest: Path, most: int, version: str, say: Callable[[str], None]
) -> list[WorstCluster]:
    """Return the clusters, the first of them with a report of their own below `dest`."""
    return [
        with_report(one, number, dest, version, say) if number <= most else one for number, one in enumerate(worst, 1)
    ]


def with_report(one: WorstCluster, number: int, dest: Path, version: str, say: Callable[[str], None]) -> WorstCluster:
    """Return a cluster with its own report; with the reason where its bundle cannot be read any more."""
    if one.source is None:
        return one
    if "***" in one.source:
        return replace(one, missing="its URL needs a password, which the index has not")
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", one.row["cluster"])[:60].strip(".-") or "cluster"
    folder = f"clusters/{number}-{name}"
    say(f"Reporting on {one.source}")
    try:
        with _read(one.source) as incident:
            files.write(incident, findings_of(incident), dest / folder, version=version, force=False)
    except _Unread:
        return replace(one, missing="its bundle is not there any more")
    except UserError:
        raise  # it could not be written: neither can the page
    except Exception as problem:  # noqa: BLE001 - what upsets one report must not take the page of all the others
        return replace(one, missing=f"{type(problem).__name__} while it was made")
    return replace(one, folder=folder)


class _Unread(Exception):  # no error: the page tells of it
    """A bundle is gone, or holds nothing any more."""


@contextmanager
def _read(source: str) -> Iterator[Incident]:
    with ExitStack() as stack:
        try:
            path = stack.enter_context(opened(source))
            incident, _ = stack.enter_context(read_incident([str(path)], None, lambda _line: None))
        except NoScratch:
            raise  # it is not the bundle's fault
        except UserError as problem:
            raise _Unread from problem
        yield incident


def bars(trend: Sequence[dict[str, Any]]) -> list[Bar]:
    """Return the months as bars, the highest as high as the picture."""
    most = max((max(row["failed_operations"], row["errors"]) for row in trend), default=0) or 1
    return [
        Bar(
            month=row["month"],
            failures=row["failed_operations"],
            errors=row["errors"],
            x=number * BAR_STEP,
            height=round(row["failed_operations"] * CHART_HEIGHT / most, 1),
            error_height=round(row["errors"] * CHART_HEIGHT / most, 1),
        )
        for number, row in enumerate(trend)
    ]


def render(page: Page, version: str) -> str:
    """Return the text of index.html."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=html.finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"thousands": "{:,}".format, "day": day, "listed": list_of, "counted": count_of}
    return encodable(
        made.get_template("fleet.html.j2").render(
            page=page,
            bars=bars(page.trend),
            height=CHART_HEIGHT,
            bar_width=BAR_WIDTH,
            step=BAR_STEP,
            most=MOST_ROWS,
            version=version,
            styles=[html.asset(name) for name in STYLES],
        )
    )


def day(time: datetime | None) -> str:
    """Return the day of a time."""
    return f"{time:%Y-%m-%d}" if time else "–"


def as_json(page: Page, version: str) -> str:
    """Return what fleet.json holds: all that the page shows, and what it leaves out of long tables."""
    told = {
        "schema": SCHEMA,
        "generator": {"name": "ha-report", "version": version},
        "totals": page.totals,
        "trend": page.trend,
        "causes": page.causes,
        "agents": page.agents,
        "versions": page.versions,
        "updates": page.updates,
        "clusters": [
            {**one.row, "verdict": one.verdict, "source": one.source, "report": one.folder} for one in page.worst
        ],
        "unreadable": page.unreadable,
    }
    return json.dumps(plain(told), ensure_ascii=False, indent=1) + "\n"
