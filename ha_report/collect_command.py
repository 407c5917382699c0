"""The command `collect`: gathers a bundle from the nodes of a cluster, and reports on it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ha_report import __version__, collect_options
from ha_report.collect_options import Options
from ha_report.destination import NoScratch, refuse_links, temporary_folder
from ha_report.errors import PARTIAL, DestinationInTheWay, UserError
from ha_report.garbage import uncollected

if TYPE_CHECKING:
    from collectors.collect import Gathering
    from collectors.redaction.masking import Redactor
    from collectors.ssh import Access
    from ha_report.bundle import Manifest


UNMASKED = "ha-report: secrets are not masked: look through the bundle before you give it to anybody."


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@collect_options.options
def collect(**options: Any) -> None:
    """Gather a bundle from the nodes of a cluster, and report on it.

    DEST is the folder for it, in the current folder unless it says otherwise; DEST.tar.xz beside it is
    what to attach to a bug report. Left out, it is ha-report-YYYYMMDD-HHMMSS. On the nodes nothing is needed
    but sh, tar and coreutils, and nothing is left there.

    \b
    ha-report collect -f 2pm                         from a node of the cluster
    ha-report collect -f "2007/9/5 12:30" -t 14:00 -n "node01 node02" incident
    ha-report collect --retry incident               node02 is up again
    """  # noqa: D301 - click takes the character itself for a paragraph that is to be left as it is
    _collect(Options(**options))


@uncollected()
def _collect(options: Options) -> None:
    """Ask, gather, report, pack, say."""
    with _access(options) as access:
        job = _retry(options) if options.retry else _fresh(options, access)
        if options.dry_run:
            _print_plan(job)
            return
        manifest = _gather(options, job, access)
    for line in manifest.missing():
        click.echo(f"ha-report: {line}", err=True)
    if manifest.missing():
        if any(node.state != "complete" for node in manifest.nodes):
            click.echo(f"When they are back: ha-report collect --retry {job.dest}", err=True)
        sys.exit(PARTIAL)


@dataclass
class Job:
    """What is to be done: which items of which nodes, within which window, into which folder."""

    dest: Path
    manifest: Manifest
    wanted: Mapping[str, Collection[str] | None]
    here: str | None
    asked: dict[str, Any]
    wait_s: int = 0

    @property
    def window(self) -> Any:
        """The window, as the program on a node wants it."""
        from collectors.program import Window  # noqa: PLC0415 - only where it is needed

        return Window(
            begin_s=int(self.manifest.begin.timestamp()),
            end_s=int(self.manifest.end.timestamp()),
            asked_s=int(datetime.now(timezone.utc).timestamp()),
            ha_logs=tuple(self.asked["ha_logs"]),
            extra_logs=tuple(self.asked["extra_logs"]),
            quick=self.asked["quick"],
            nodes=tuple(self.wanted),
            wait_s=self.wait_s,
            cap_bytes=self.asked["log_limit"] << 20,
        )


def _fresh(options: Options, access: Access) -> Job:
    """Return the job of a new bundle."""
    from collectors import place  # noqa: PLC0415 - only where it is needed
    from ha_report.bundle import Manifest  # noqa: PLC0415
    from ha_report.redact_command import map_of  # noqa: PLC0415

    now = datetime.now(timezone.utc).astimezone()
    begin, end = _window(options, now)
    if options.anonymize and not options.sanitize:
        raise click.UsageError("--anonymize masks secrets, too; leave out --no-redact.")
    dest = options.dest or Path(f"ha-report-{now:%Y%m%d-%H%M%S}")
    if options.anonymize:
        refuse_links(map_of(dest))
    if options.anonymize and map_of(dest).exists():
        raise DestinationInTheWay(f"{map_of(dest)} is there already.\nMove it, or choose another name for the bundle.")
    place.check(dest, place.archive_of(dest, options.archive) if options.archive else None, force=options.force)
    nodes, here, cluster = _nodes(options, access)
    asked = {
        "ha_logs": list(options.ha_logs), "extra_logs": list(options.extra_logs), "quick": options.quick,
        "log_limit": options.log_limit, "secrets": list(options.secrets), "sanitize": options.sanitize,
    }  # fmt: skip
    manifest = Manifest(__version__, options.cluster or cluster, begin, end, now, asked)
    return Job(dest, manifest, dict.fromkeys(nodes), here, asked, options.wait or 0)


def _retry(options: Options) -> Job:
    """Return the job that completes a bundle."""
    from collectors.collect import this_node  # noqa: PLC0415 - only where it is needed
    from ha_report import bundle  # noqa: PLC0415

    assert options.retry  # noqa: S101 - the caller looked
    refuse_links(options.retry)
    manifest = bundle.load(options.retry)
    wanted: dict[str, Collection[str] | None] = {}
    for node in manifest.nodes:
        lacking = {item.name for item in node.lacking()}
        if node.state == bundle.UNREACHABLE:
            wanted[node.name] = None
        elif lacking:
            wanted[node.name] = lacking
    if not wanted:
        raise UserError(f"Nothing is missing in {options.retry}.")
    here = next((node.name for node in manifest.nodes if node.over == "local"), None) or this_node()
    return Job(options.retry, manifest, wanted, here if here in wanted else None, manifest.asked)


def _window(options: Options, now: datetime) -> tuple[datetime, datetime]:
    from ha_report.times import parse_time  # noqa: PLC0415 - loads dateutil
    from ha_report.zones import local_zone  # noqa: PLC0415

    zone = options.zone or local_zone()
    moments = []
    for text, option in ((options.begin, "-f"), (options.end, "-t")):
        try:
            moments.append(parse_time(text, now, zone))
        except ValueError as error:
            raise click.BadParameter(f"{error}.", param_hint=option) from error
    begin, end = moments
    if begin >= min(end, now):
        raise click.UsageError(
            f"The window is empty: it begins {begin:%Y-%m-%d %H:%M:%S} and ends {end:%Y-%m-%d %H:%M:%S}."
        )
    return begin, min(end, now.astimezone(end.tzinfo))


def _nodes(options: Options, access: Access) -> tuple[tuple[str, ...], str | None, str | None]:
    """Return the nodes to gather from, which of them is this machine, and the cluster's name."""
    from collectors import nodes, ssh  # noqa: PLC0415 - only where it is needed
    from collectors.collect import this_node  # noqa: PLC0415

    here = this_node()
    if options.single:
        return (here,), here, None
    named = nodes.unique(ssh.check_name(name) for one in options.nodes for name in one.replace(",", " ").split())
    if named:
        return named, here if here in named else None, None
    found = nodes.discover(access, options.from_node)
    if not found.nodes:
        raise UserError(
            f"{options.from_node or 'This machine'} knows of no cluster.\n"
            "Name its nodes with -n, ask one of them with --from-node, or gather from this machine alone with -S."
        )
    for name in found.nodes:
        ssh.check_name(name)
    return found.nodes, here if here in found.nodes and not options.from_node else None, found.name


@contextmanager
def _access(options: Options) -> Iterator[Access]:
    """Give the way to the nodes; the script that tells ssh a password is there for as long only."""
    from collectors.ssh import Access, with_password  # noqa: PLC0415 - only where it is needed

    access = Access(
        options.ssh_command, options.ssh_config, options.user, options.ssh_options, options.ssh_timeout, options.sudo
    )  # fmt: skip
    if not options.ask_password:
        yield access
        return
    with temporary_folder() as folder:
        password = click.prompt("Password for the nodes", hide_input=True, err=True)
        yield replace(access, environment=with_password(password, str(folder)))


def _print_plan(job: Job) -> None:
    from collectors.program import program  # noqa: PLC0415 - only where it is needed

    for node, only in job.wanted.items():
        click.echo(
            f"# {node}: {'here' if node == job.here else 'over ssh'}"
            + (f", only {', '.join(sorted(only))}" if only else "")
        )
        if only:
            click.echo(program(job.window, only), nl=False)
    if None in job.wanted.values():
        click.echo(program(job.window), nl=False)


def _gather(options: Options, job: Job, access: Access) -> Manifest:
    """Gather into a private folder, report on it there, and bring it to its place."""
    from collectors import place  # noqa: PLC0415 - only where it is needed
    from collectors.collect import Gathering  # noqa: PLC0415
    from collectors.redaction.masking import Redactor  # noqa: PLC0415
    from collectors.stream import Limits  # noqa: PLC0415
    from ha_report.collect_progress import Board  # noqa: PLC0415

    redactor = Redactor(job.asked["secrets"]) if job.asked["sanitize"] else None
    if redactor is None:
        click.echo(UNMASKED, err=True)
    board = Board(list(job.wanted), terminal=sys.stderr.isatty(), quiet=options.quiet, verbose=options.verbose)
    if options.report:
        threading.Thread(target=_warm_up, daemon=True).start()
    limits = Limits(plain_bytes=options.node_limit << 20)
    gathering = Gathering(job.window, access, redactor, board.tell, job.here, limits)
    with place.staging(job.dest) as scratch:
        folder = scratch / "bundle"
        folder.mkdir(mode=0o700)
        _fill(job, gathering, scratch, folder)
        board.end()
        if options.anonymize:
            folder = _with_pseudonyms(redactor, scratch, folder, job)
        _finish(options, folder, job.dest)
    return job.manifest


def _finish(options: Options, folder: Path, dest: Path) -> None:
    """Report on the bundle in `folder`, bring it to its place, and pack it: what came, while the report is made."""
    from collectors import place  # noqa: PLC0415 - only where it is needed
    from collectors.packing import Packing  # noqa: PLC0415

    with ExitStack() as stack:
        archive = place.archive_of(dest, options.archive) if options.archive else None
        packing = Packing(folder, dest, archive) if archive else None
        if packing:
            stack.callback(packing.drop)
        try:
            if options.report:
                _report(options, folder, dest, quiet=options.quiet)
        except BaseException:
            for name in place.REPORT:  # half a report is none
                (folder / name).unlink(missing_ok=True)
            raise
        finally:
            if packing:
                packing.wait()
            place.settle(folder, dest)
        if packing:
            packing.finish()
            if not options.quiet:
                click.echo(f"Wrote {archive}.")


class _NoReport(UserError):
    """The bundle is there, and only the report is not."""

    exit_code = PARTIAL


def _with_pseudonyms(redactor: Redactor | None, scratch: Path, folder: Path, job: Job) -> Path:
    """Return a folder beside `folder` with the same bundle, of which nobody can tell whose it is."""
    from collectors import place  # noqa: PLC0415 - only where it is needed
    from collectors.redaction.masking import Redactor  # noqa: PLC0415
    from collectors.redaction.pseudonyms import Pseudonyms  # noqa: PLC0415
    from collectors.redaction.whole import Cleaning  # noqa: PLC0415
    from ha_report import bundle  # noqa: PLC0415
    from ha_report.redact_command import map_of  # noqa: PLC0415

    pseudonyms = Pseudonyms()
    for node in job.manifest.nodes:
        pseudonyms.learn_host(node.name.encode())
    (scratch / "nested").mkdir(mode=0o700)
    clean = scratch / "clean"
    try:
        Cleaning(redactor or Redactor(), pseudonyms, scratch / "nested").clean(folder, clean)
        bundle.write_private(map_of(job.dest), pseudonyms.as_json())
    except OSError as error:
        raise place.cannot_write(job.dest, error) from error
    return clean


def _fill(job: Job, gathering: Gathering, scratch: Path, folder: Path) -> None:
    """Gather the nodes, with what a bundle that is completed has of them, and say in the manifest how it went."""
    from collectors import merge, place  # noqa: PLC0415 - only where it is needed
    from collectors.description import description  # noqa: PLC0415
    from ha_report import bundle  # noqa: PLC0415
    from ha_report.collect_configuration import write_configuration  # noqa: PLC0415

    came = scratch / "came"
    completing = bool(job.manifest.nodes)
    try:
        records = gathering.run(job.wanted, came)
        if all(record.state == bundle.UNREACHABLE for record in records):
            _nothing_came(records, completing)
        if completing:
            place.copy_linked(job.dest, folder, leave=(*place.REPORT, bundle.MANIFEST))
        job.manifest.nodes = merge.merged(job.manifest.nodes, records, came, folder)
        write_configuration(folder, job.manifest)
        job.manifest.save(folder)
        if not completing:
            bundle.write_private(folder / bundle.DESCRIPTION, description(job.manifest))
    except OSError as error:
        raise place.cannot_write(job.dest, error) from error


def _nothing_came(records: list[Any], completing: bool) -> None:
    said = "\n".join(f"{record.name}: {record.problem}" for record in records)
    what = (
        "Nothing came that the bundle does not have"
        if completing
        else "Nothing came from any node, so there is no bundle"
    )
    raise UserError(f"{what}.\n{said}")


def _warm_up() -> None:
    """Load what the report needs while the nodes work: it takes a second, pandas alone a third of it."""
    import reports.files  # noqa: F401, PLC0415
    from ha_report.diagnosis import rules  # noqa: PLC0415
    from ha_report.reading import read_incident  # noqa: PLC0415

    rules()
    with suppress(UserError, OSError), temporary_folder() as folder:
        log = folder / "log"
        log.write_bytes(
            b"Nov 23 01:23:20 node01 pacemaker-controld[1]: notice: a line makes the reader compile its patterns\n"
        )
        with read_incident([str(log)], None, lambda _: None):
            pass


def _report(options: Options, folder: Path, dest: Path, *, quiet: bool) -> None:
    """Write the report on the bundle in `folder` into it."""
    from ha_report.diagnosis import findings_of  # noqa: PLC0415 - loads pandas
    from ha_report.errors import NothingToRead  # noqa: PLC0415
    from ha_report.reading import read_incident  # noqa: PLC0415
    from reports import files, page  # noqa: PLC0415

    try:
        with read_incident([str(folder)], options.zone, lambda _: None) as (incident, _):
            incident.sources = [str(dest)]
            report = page.build(incident, findings_of(incident), version=__version__)
            files.write_files(report, incident.events, folder, options.language)
    except NothingToRead:
        click.echo("ha-report: what came holds nothing to report on.", err=True)
        return
    except NoScratch as error:
        raise _NoReport(f"{dest} has no report. {error.message}") from error
    except OSError as error:
        # What came is worth more than the report, which `ha-report analyze` can make elsewhere.
        raise _NoReport(f"{dest} has no report: it could not be written: {error.strerror or error}.") from error
    if not quiet:
        failures = len(incident.failed_operations)
        click.echo(f"Wrote {dest / 'index.html'}: {failures} failed operation{'s' * (failures != 1)}.")
