"""The commands for many clusters: index what there is, ask the index, report on it.

What they need is an extra (pyarrow, duckdb, dask, fsspec) and is imported inside the commands.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ha_report import __version__, options
from ha_report.errors import PARTIAL, UserError

if TYPE_CHECKING:
    from ha_report.fleet.analysis import Analysed
    from ha_report.fleet.query import Answer, Chosen
    from ha_report.fleet.sources import Found

AT_ONCE = 200  # bundles, after which what came of them is written: so much is held, however many there are
EACH_PERCENT = 10  # without a terminal, a line of progress each


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def fleet() -> None:
    """Index many clusters' bundles, and ask what they have in common.

    Needs more than a plain install: pip install 'ha-report[fleet]'
    """


@fleet.command()
@click.argument("sources", nargs=-1, required=True, metavar="DIR|GLOB|URL...")
@click.option("--into", "folder", required=True, type=click.Path(path_type=Path), metavar="INDEX",
              help="Folder of the index; made if it is not there.")  # fmt: skip
@click.option("--scheduler", "address", metavar="ADDRESS",
              help="Use the workers of a Dask scheduler, such as tcp://host:8786. [default: this machine's cores]")  # fmt: skip
@click.option("--processes", type=click.IntRange(1), metavar="N", help="On this machine. [default: one a core]")
@options.timezone("as the files tell, else the worker's", by_name=True)
@click.option("--again", is_flag=True, help="Analyse also what did not change, as after an update of ha-report.")
@options.quiet
def index(
    sources: tuple[str, ...],
    folder: Path,
    address: str | None,
    processes: int | None,
    zone: str | None,
    again: bool,
    quiet: bool,
) -> None:
    """Analyse bundles and write what they tell into an index.

    A DIR may be a bundle or hold any number of them; a URL is whatever fsspec opens: s3://, sftp://, https://, ...
    Bundles that did not change since the last time are left alone.  One that cannot be read is a row with its error.

    \b
    ha-report fleet index /srv/bundles --into index
    ha-report fleet index 's3://support/2026-*/*.tar.xz' --into index --scheduler tcp://dask:8786
    """  # noqa: D301 - click wants the backspace itself
    from ha_report.fleet.extras import require  # noqa: PLC0415 - only where it is needed
    from ha_report.fleet.index import opened_for_writing  # noqa: PLC0415 - loads pyarrow

    require("pyarrow", "distributed")  # what lacks is said before anything is done
    with opened_for_writing(folder) as made:
        found = _found(sources)
        todo = [one for one in found if again or not made.is_current(one)]
        tasks = [(one, () if again else made.alike(one)) for one in todo]
        broken = known = 0
        with _progress(len(todo), quiet) as step:
            for batch in _batches(step(_results(tasks, zone, address, processes)), made.add):
                broken += sum(one.error is not None for one in batch)
                known += sum(one.known for one in batch)
    if not quiet:
        unchanged = len(found) - len(todo) + known
        left = f", {unchanged:,} unchanged" if unchanged else ""
        failed = f", {broken:,} of them could not be read" if broken else ""
        click.echo(f"{folder}: {len(found) - unchanged:,} analysed{failed}{left}.")
    if broken:
        sys.exit(PARTIAL)


def _found(sources: Sequence[str]) -> list[Found]:
    from ha_report.fleet.sources import find  # noqa: PLC0415 - only where it is needed

    return list({one.name: one for given in sources for one in find(given)}.values())


def _results(
    todo: Sequence[tuple[Found, tuple[str, ...]]], zone: str | None, address: str | None, processes: int | None
) -> Iterator[Analysed]:
    """Yield what comes of sources, each with the bundles that it may be."""
    if not todo:
        return
    from ha_report.fleet.analysis import Task  # noqa: PLC0415 - loads the parsers
    from ha_report.fleet.schedule import analysed  # noqa: PLC0415 - loads Dask

    tasks = (Task(one.url, one.name, one.stamp, known, zone) for one, known in todo)
    yield from analysed(tasks, address=address, processes=processes)


def _batches(results: Iterable[Analysed], write: Callable[[Sequence[Analysed]], None]) -> Iterator[list[Analysed]]:
    """Yield what came, once it is written; an end before its time (Ctrl-C) loses nothing that had come."""
    batch: list[Analysed] = []
    try:
        for one in results:
            batch.append(one)
            if len(batch) == AT_ONCE:
                full, batch = batch, []  # what could not be written is not tried again at the end
                write(full)
                yield full
    finally:
        write(batch)
    yield batch


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[Iterable[Analysed]], Iterable[Analysed]]]:
    """Give what shows how far it is: a bar on a terminal, a line now and then elsewhere."""
    if quiet or not total:
        yield lambda results: results
    elif sys.stderr.isatty():
        with click.progressbar(length=total, label="Analysing", file=sys.stderr, show_pos=True) as bar:
            yield lambda results: _with_bar(results, bar)
    else:
        yield lambda results: _with_lines(results, total)


def _with_bar(results: Iterable[Analysed], bar: Any) -> Iterator[Analysed]:
    for one in results:
        bar.update(1)
        yield one


def _with_lines(results: Iterable[Analysed], total: int) -> Iterator[Analysed]:
    told = 0
    for number, one in enumerate(results, 1):
        share = number * 100 // total
        if share >= told + EACH_PERCENT:
            told = share - share % EACH_PERCENT
            click.echo(f"{number:,} of {total:,} bundles", err=True)
        yield one


def _moment(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    """Return the moment that `text` means; without a zone, that of the reader."""
    if text is None:
        return None
    from ha_report.times import parse_time  # noqa: PLC0415 - loads dateutil
    from ha_report.zones import local_zone  # noqa: PLC0415 - the same

    try:
        return parse_time(text, datetime.now(local_zone()), local_zone()).astimezone(timezone.utc)
    except ValueError as problem:
        raise click.BadParameter(f"{problem}.") from problem


@fleet.command()
@click.argument("folder", metavar="INDEX", type=click.Path(path_type=Path))
@click.argument("question", required=False, metavar="[QUESTION]")
@click.argument("bundle", required=False, metavar="[BUNDLE]")
@click.option("--sql", metavar="SELECT", help="Ask by SQL instead; docs/fleet.md has the tables.")
@click.option("--cluster", metavar="PATTERN", help="Only clusters whose name is like this: web*")
@click.option("--agent", metavar="AGENT", help="Only this agent: IPaddr2, or ocf:heartbeat:IPaddr2.")
@click.option("--operation", metavar="NAME", help="Only failures of this operation: start, stop, monitor, ...")
@click.option(
    "-f", "--from", "begin", metavar="TIME", callback=_moment, help="Only what happened since: 30d, 2026-10-01."
)
@click.option("-t", "--to", "end", metavar="TIME", callback=_moment, help="Only what happened until.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True,
              help="How the answer is written.")  # fmt: skip
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="The first rows alone.")
def query(
    folder: Path,
    question: str | None,
    bundle: str | None,
    sql: str | None,
    cluster: str | None,
    agent: str | None,
    operation: str | None,
    begin: datetime | None,
    end: datetime | None,
    form: str,
    limit: int | None,
) -> None:
    """Ask an index; without QUESTION, say what can be asked.

    "similar" takes a BUNDLE: one of the index (its source or hash, also in part), or the path of any other.

    \b
    ha-report fleet query index by-cluster --agent IPaddr2 --operation start --from 30d
    ha-report fleet query index after-update
    ha-report fleet query index similar hb_report-Mon-23-Nov-2026.tar.bz2
    ha-report fleet query index --sql 'SELECT cluster, count(*) FROM bundles GROUP BY cluster'
    """  # noqa: D301 - click wants the backspace itself
    from ha_report.fleet.answers import written  # noqa: PLC0415 - only where it is needed
    from ha_report.fleet.query import Chosen, ready  # noqa: PLC0415 - loads duckdb

    if (question is None) == (sql is None):
        if sql is not None:
            raise click.UsageError("give a QUESTION or --sql, not both.")
        click.echo("\n".join(f"{one.name:<14}{one.about}" for one in ready().values()))
        return
    if question is not None and question not in ready():
        raise click.BadParameter(f"{question!r} is none of them: {', '.join(ready())}.", param_hint="QUESTION")
    if (question == "similar") != (bundle is not None):
        raise click.UsageError("a BUNDLE is for the question similar, which needs one.")
    told = _answer(folder, question, bundle, sql, Chosen(cluster, agent, operation, begin, end))
    click.echo(written(told._replace(rows=told.rows[:limit]), form), nl=False)


def _answer(folder: Path, question: str | None, bundle: str | None, sql: str | None, chosen: Chosen) -> Answer:
    from ha_report.fleet.query import answer, asked, ready  # noqa: PLC0415 - loads duckdb

    text = sql or "" if question is None else ready()[question].sql
    with asked(folder, chosen, text) as connection:
        parameters = _bundle_parameters(connection, bundle) if bundle is not None else {}
        return answer(connection, text, {**parameters, "failing": True} if question is not None else None)


def _bundle_parameters(connection: Any, bundle: str) -> dict[str, Any]:
    """Return what the question about a bundle needs: its features, from the index or from the bundle itself."""
    from ha_report.fleet.query import bundle_named  # noqa: PLC0415 - loads duckdb

    known = bundle_named(connection, bundle)
    if known is None and Path(bundle).exists():
        known = _features_of(bundle)
    if known is None:
        raise UserError(f"{bundle} is neither a bundle of the index nor a path.\nGive its source, its hash, or a path.")
    if not known[1]:
        raise UserError(f"{bundle}: nothing failed in it, so that nothing is like it.")
    return {"bundle": known[0], "features": list(known[1])}


def _features_of(bundle: str) -> tuple[str, Sequence[str]]:
    from ha_report.fleet.analysis import Task, analyse  # noqa: PLC0415 - loads the parsers

    made = analyse(Task(bundle, bundle, None))
    if made.error:
        raise UserError(made.error)
    [row] = made.rows["bundles"]
    return made.bundle, row.features  # type: ignore[attr-defined]  # a row of `bundles` has them


@fleet.command()
@click.argument("folder", metavar="INDEX", type=click.Path(path_type=Path))
@click.option("-o", "--output", "dest", required=True, type=click.Path(path_type=Path), metavar="DEST",
              help="Folder to write the page into.")  # fmt: skip
@click.option(
    "-f", "--from", "begin", metavar="TIME", callback=_moment, help="Only what happened since: 30d, 2026-10-01."
)
@click.option("-t", "--to", "end", metavar="TIME", callback=_moment, help="Only what happened until.")
@click.option("--reports", type=click.IntRange(0), default=10, show_default=True, metavar="N",
              help="Worst clusters whose own reports are written, too, of what their bundles hold now.")  # fmt: skip
@click.option("-Z", "--force", is_flag=True, help="Replace a page that is already in DEST.")
@options.quiet
def report(
    folder: Path, dest: Path, begin: datetime | None, end: datetime | None, reports: int, force: bool, quiet: bool
) -> None:
    """Write one page over all clusters of an index: trend, causes, agents, versions, the worst clusters.

    \b
    ha-report fleet report index -o fleet
    """  # noqa: D301 - click wants the backspace itself
    from ha_report.fleet.query import Chosen  # noqa: PLC0415 - loads duckdb
    from ha_report.fleet.report import write  # noqa: PLC0415 - loads jinja2

    say = (lambda _line: None) if quiet else (lambda line: click.echo(line, err=True))
    page = write(
        folder, dest, Chosen(since=begin, until=end), reports=reports, force=force, version=__version__, say=say
    )
    if not quiet:
        click.echo(f"Wrote {page}.")
