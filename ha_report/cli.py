"""The commands: read options, call one function each, say what came of it.  Only this module prints.

What is heavy (pandas, jinja2, the parsers) is imported inside the commands, so that --help answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ha_report import __version__, options
from ha_report.collect_command import collect
from ha_report.diff_command import diff
from ha_report.errors import CHECK_FAILED, PARTIAL
from ha_report.fleet_command import fleet
from ha_report.garbage import uncollected
from ha_report.redact_command import redact
from ha_report.rules_command import rules

if TYPE_CHECKING:
    from collectors.archive_source import Limits
    from ha_report.incident import Window

_EPILOG = """\b
Exit status:
  0  done
  1  could not be done; the message says what to do
  2  wrong command line
  3  done in part: something could not be read, and is named
  4  with --check only: a finding of severity error exists
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=_EPILOG)
@click.version_option(__version__, "-V", "--version", prog_name="ha-report")
def main() -> None:
    """Say what failed in a Pacemaker cluster, where, why, and what to do about it.

    Reads what a cluster left behind: bundles of hb_report, crm report and crm_report, logs,
    outputs of crm_mon, pcs status and crm status, from Heartbeat 3 to Pacemaker 3.
    """


_sources = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
_timezone = options.timezone("as the files tell, else yours")
_from = click.option(
    "-f",
    "--from",
    "begin",
    metavar="TIME",
    help='Leave out what was before: 14:00, 2d, 75H, "2026-11-23 14:00", ISO 8601.',
)
_to = click.option("-t", "--to", "end", metavar="TIME", help="Leave out what was after.")
_force = click.option("-Z", "--force", is_flag=True, help="Replace a report that is already in DEST.")
_jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    envvar="HA_REPORT_JOBS",
    show_envvar=True,
    help="How many processes read what is large. [default: one for each core]",
)
_reading = options.together(_from, _to, _timezone, options.language, options.unpack_limit, _jobs)


@main.command()
@_sources
@click.option("-o", "--output", "dest", type=click.Path(path_type=Path), metavar="DEST",
              help="Folder to write the report into. [default: SOURCE's name with -report, in the current folder]")  # fmt: skip
@_reading
@_force
@options.quiet
@uncollected()
def analyze(
    sources: tuple[str, ...],
    dest: Path | None,
    begin: str | None,
    end: str | None,
    zone: tzinfo | None,
    language: str,
    unpack_limit: int | None,
    jobs: int | None,
    force: bool,
    quiet: bool,
) -> None:
    """Report on bundles, log files and snapshots, all of one incident.

    A SOURCE is a folder or a tar archive that hb_report, crm report or crm_report made, one node's
    folder, a log, or an output of crm_mon, pcs status or crm status.  Files are known by their content.

    \b
    ha-report analyze hb_report-Mon-23-Nov-2026.tar.bz2
    ha-report analyze node01/ha-log node02/ha-log crm_mon.txt -o incident
    """  # noqa: D301 - click wants the backspace itself
    window = _window(begin, end, zone)
    _write(sources, dest or Path(_default_name(sources[0])), zone, force, quiet, window, language, unpack_limit, jobs)


@main.command()
@_sources
@_reading
@click.option("--check", is_flag=True, help="Exit with status 4 when a finding of severity error exists.")
@uncollected()
def show(
    sources: tuple[str, ...],
    begin: str | None,
    end: str | None,
    zone: tzinfo | None,
    language: str,
    unpack_limit: int | None,
    jobs: int | None,
    check: bool,
) -> None:
    """Tell the same in the terminal; nothing is written.

    \b
    ha-report show /var/log/pacemaker/pacemaker.log
    """  # noqa: D301 - click wants the backspace itself
    from ha_report.diagnosis import findings_of  # noqa: PLC0415 - loads pandas
    from ha_report.reading import read_incident  # noqa: PLC0415 - loads the parsers
    from reports import page, text  # noqa: PLC0415

    window = _window(begin, end, zone)
    tell = _progress if sys.stderr.isatty() else _silent
    with read_incident(sources, zone, tell, window, _limits(unpack_limit), jobs) as (incident, missing):
        findings = findings_of(incident)
        report = page.build(incident, findings, version=__version__)
    encoding = sys.stdout.encoding or "ascii"
    click.echo("\n".join(text.lines(report, colour=sys.stdout.isatty(), encoding=encoding, language=language)))
    if check and any(finding.severity == "error" for finding in findings):
        _name(missing)
        sys.exit(CHECK_FAILED)
    _end(missing)


@main.command()
@click.argument("dest", type=click.Path(path_type=Path), default=Path("ha-report-demo"))
@click.option(
    "--sample", default="nic", show_default=True, help="Which incident: nic, or heartbeat (the stack of 2011)."
)
@options.language
@_force
@options.quiet
@uncollected()
def demo(dest: Path, sample: str, language: str, force: bool, quiet: bool) -> None:
    """Report on a sample incident that ships with the program.

    nic: a virtual IP without nic that cannot start, because its node has no interface in the segment.
    heartbeat: Pacemaker 1.0.12 on Heartbeat 3, with three failures in a row.
    """
    from ha_report.demo import SAMPLES, path  # noqa: PLC0415 - only where it is needed

    if sample not in SAMPLES:
        raise click.BadParameter(f"{sample!r} is not one of: {', '.join(SAMPLES)}.", param_hint="--sample")
    _write((str(path(sample)),), dest, None, force, quiet, language=language)


def _window(begin: str | None, end: str | None, zone: tzinfo | None) -> Window:
    """Return the time from which and the time to which the report goes."""
    from ha_report.incident import Window  # noqa: PLC0415 - only where it is needed
    from ha_report.zones import local_zone  # noqa: PLC0415 - loads dateutil

    here = zone or local_zone()
    window = Window(_moment("--from", begin, here), _moment("--to", end, here))
    if window.begin_us is not None and window.end_us is not None and window.begin_us > window.end_us:
        raise click.BadParameter("it is after --to; give an earlier time.", param_hint="--from")
    return window


def _moment(option: str, text: str | None, zone: tzinfo) -> int | None:
    """Return the moment that `text` means, microseconds since 1970."""
    if text is None:
        return None
    from ha_report.times import parse_time  # noqa: PLC0415 - loads dateutil

    try:
        return round(parse_time(text, datetime.now(zone), zone).timestamp() * 1_000_000)
    except ValueError as problem:
        raise click.BadParameter(f"{problem}.", param_hint=option) from problem


def _write(
    sources: Sequence[str],
    dest: Path,
    zone: tzinfo | None,
    force: bool,
    quiet: bool,
    window: Window | None = None,
    language: str = "en",
    unpack_limit: int | None = None,
    jobs: int | None = None,
) -> None:
    """Read, think, write, say."""
    from ha_report.incident import ALL_TIMES  # noqa: PLC0415
    from ha_report.reading import read_incident  # noqa: PLC0415 - loads the parsers
    from reports import files  # noqa: PLC0415

    files.refuse_what_is_in_the_way(dest, force=force)
    tell, limits = _silent if quiet else _progress, _limits(unpack_limit)
    with read_incident(sources, zone, tell, window or ALL_TIMES, limits, jobs) as (incident, missing):
        from ha_report.diagnosis import findings_of  # noqa: PLC0415 - loads pandas, which reading may have done by now

        page = files.write(incident, findings_of(incident), dest, version=__version__, force=force, language=language)
    if not quiet:
        failures, nodes = len(incident.failed_operations), len(incident.nodes)
        click.echo(f"Wrote {page}: {_count(failures, 'failed operation')}, {_count(nodes, 'node')}.")
    _end(missing)


def _limits(gigabytes: int | None) -> Limits:
    """Return what an archive may grow to."""
    from collectors.archive_source import Limits, limits_of  # noqa: PLC0415 - only where it is needed

    return limits_of(gigabytes) if gigabytes else Limits()


def _silent(_line: str) -> None:
    """Say nothing."""


def _progress(line: str) -> None:
    click.echo(line, err=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _default_name(source: str) -> str:
    """Return the name of a source, less an archive's endings, with -report."""
    name = Path(source).resolve().name
    for ending in (".gz", ".bz2", ".xz", ".zst", ".tgz", ".tbz", ".txz", ".tar"):
        name = name.removesuffix(ending)
    return f"{name or 'incident'}-report"


def _name(missing: list[str]) -> None:
    """Say what could not be read."""
    for line in missing:
        click.echo(f"ha-report: {line}", err=True)


def _end(missing: list[str]) -> None:
    """Name what could not be read, and leave with the status that says so."""
    _name(missing)
    if missing:
        sys.exit(PARTIAL)


main.add_command(collect)
main.add_command(diff)
main.add_command(fleet)
main.add_command(redact)
main.add_command(rules)
