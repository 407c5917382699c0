"""The command that compares two bundles of one cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ha_report import __version__, options
from ha_report.destination import refuse_links, write_whole
from ha_report.errors import PARTIAL, DestinationInTheWay, UserError

if TYPE_CHECKING:
    from datetime import tzinfo

    from reports.difference import Difference


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("before")
@click.argument("after")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True,
              help="How it is told.")  # fmt: skip
@click.option("-o", "--output", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write it as an HTML page instead.")  # fmt: skip
@options.timezone("as the files tell, else yours")
@click.option("-Z", "--force", is_flag=True, help="Replace FILE.")
def diff(before: str, after: str, form: str, page: Path | None, zone: tzinfo | None, force: bool) -> None:
    """Say what changed between two bundles of one cluster.

    Compares findings, failed operations, versions, configuration, nodes, resources and where they run.  BEFORE and
    AFTER are whatever analyze takes.

    \b
    ha-report diff monday.tar.xz tuesday.tar.xz
    ha-report diff monday.tar.xz tuesday.tar.xz --format markdown
    ha-report diff monday.tar.xz tuesday.tar.xz -o changes.html
    """  # noqa: D301 - click wants the backspace itself
    _refuse_what_is_in_the_way(page, force)
    difference, missing = _compared(before, after, zone)
    if page is None:
        click.echo(_told(difference, form), nl=False)
    else:
        _write(page, difference)
        click.echo(f"Wrote {page}: {difference.sentence}")
    for line in missing:
        click.echo(f"ha-report: {line}", err=True)
    if missing:
        sys.exit(PARTIAL)


def _compared(before: str, after: str, zone: tzinfo | None) -> tuple[Difference, list[str]]:
    """Return what differs, and what could not be read."""
    from ha_report.diagnosis import findings_of  # noqa: PLC0415 - loads pandas
    from ha_report.reading import read_incident  # noqa: PLC0415 - loads the parsers
    from reports.difference import compare  # noqa: PLC0415

    with (
        read_incident([before], zone, lambda _line: None) as (first, missing),
        read_incident([after], zone, lambda _line: None) as (second, also_missing),
    ):
        found = (first, findings_of(first)), (second, findings_of(second))
        return compare(*found, version=__version__), [*missing, *also_missing]


def _told(difference: Difference, form: str) -> str:
    from reports import difference_text  # noqa: PLC0415 - only where it is needed

    if form == "markdown":
        return difference_text.markdown(difference)
    if form == "json":
        return difference_text.as_json(difference)
    return "".join(f"{line}\n" for line in difference_text.lines(difference, colour=sys.stdout.isatty()))


def _refuse_what_is_in_the_way(page: Path | None, force: bool) -> None:
    refuse_links(page)
    if page is not None and page.exists() and not force:
        raise DestinationInTheWay(
            f"{page} is there already.\nChoose another name with -o, or replace it with -Z/--force."
        )


def _write(page: Path, difference: Difference) -> None:
    from reports.difference_html import render  # noqa: PLC0415 - loads jinja2

    text = render(difference)
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        write_whole(page, text)
    except OSError as error:
        raise UserError(f"{page} could not be written: {error.strerror}.\nChoose another name with -o.") from error
