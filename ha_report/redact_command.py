"""The command `redact`: cleans a bundle that exists already, a peer's too, or a single file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ha_report import options
from ha_report.destination import refuse_links, temporary_folder, write_whole
from ha_report.errors import PARTIAL, DestinationInTheWay, NothingToRead, UserError

if TYPE_CHECKING:
    from collectors.redaction.pseudonyms import Pseudonyms
    from collectors.redaction.whole import Cleaning

ENDINGS = (".tar.xz", ".tar.gz", ".tar.zst", ".tar.bz2", ".tar")
ARCHIVES = (*ENDINGS, ".tgz", ".tbz", ".tbz2", ".txz", ".tzst")  # also where nothing in it can be read any more
MAP = ".map.json"
UNREAD = "ha-report: a secret that only such a file names may stand in the others: look through them before you give them away."
RECORD = "redaction.json"
MOST_NAMED, SHOWN = 100, 5  # lines on what is left out: of a bundle, and where nothing was taken


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", metavar="BUNDLE", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("-p", "--secret", "secrets", multiple=True, metavar="PATTERN",
              help="Mask the values of these names, too; can be repeated.")  # fmt: skip
@click.option("--anonymize", is_flag=True,
              help="Give hosts, users, IP and MAC addresses pseudonyms, and write what is what into OUT.map.json.")  # fmt: skip
@options.unpack_limit
@options.quiet
def redact(
    source: Path, out: Path, secrets: tuple[str, ...], anonymize: bool, unpack_limit: int | None, quiet: bool
) -> None:
    """Write BUNDLE anew without the secrets in it.

    BUNDLE is a folder or a tar archive, of ha-report or of hb_report, crm report, crm_report or sos. OUT is a new
    folder, or a new archive if it ends as one: .tar.xz, .tar.gz, .tar.zst, .tar.bz2, .tar. BUNDLE stays as it is.
    Any other file, such as a log, can be given in its place; OUT is a file then, too.

    \b
    ha-report redact hb_report-Mon.tar.bz2 clean.tar.xz
    ha-report redact --anonymize incident clean.tar.xz
    ha-report redact /var/log/pacemaker/pacemaker.log clean.log
    """  # noqa: D301 - click takes the character itself for a paragraph that is to be left as it is
    from collectors.archive_source import Limits, limits_of  # noqa: PLC0415 - only where it is needed
    from collectors.redaction.masking import Redactor  # noqa: PLC0415
    from collectors.redaction.pseudonyms import Pseudonyms  # noqa: PLC0415
    from collectors.redaction.whole import Cleaning  # noqa: PLC0415

    pseudonyms = Pseudonyms() if anonymize else None
    _refuse_what_is_there(out, pseudonyms)
    _refuse_what_cannot_be_read(source)
    try:
        with temporary_folder() as folder:
            cleaning = Cleaning(
                Redactor(secrets), pseudonyms, folder, limits_of(unpack_limit) if unpack_limit else Limits()
            )
            _clean(cleaning, source, out)
    except OSError as error:
        raise UserError(f"{out} could not be written: {error.strerror or error}.") from error
    _say(cleaning, out, quiet=quiet)


def _clean(cleaning: Cleaning, source: Path, out: Path) -> None:
    """Bring the clean bundle to its place, whole or not at all."""
    from collectors import packing, place  # noqa: PLC0415 - only where it is needed

    ending = next((one for one in ENDINGS if out.name.endswith(one)), "")
    with place.staging(out) as staged:
        root = source.resolve()
        if _is_archive(root):
            root = _unpacked(cleaning, source)
        _refuse_what_is_no_bundle(source, root, cleaning.left_out)
        folder = staged / (out.name.removesuffix(ending))
        cleaning.clean(root, folder)
        made = folder if root.is_dir() or ending else _only_file(folder, source, cleaning.left_out)
        try:
            _write_map(cleaning.pseudonyms, out)
            packing.pack(folder, out) if ending else place.settle(made, out)
        except BaseException:
            if cleaning.pseudonyms:
                with suppress(OSError):  # what went wrong before is what counts
                    map_of(out).unlink()
            raise


def _is_archive(source: Path) -> bool:
    """Return whether a tar archive is given, or what was one once."""
    from collectors.archive import HEAD_BYTES, is_archive  # noqa: PLC0415 - only where it is needed

    if source.is_dir():
        return False
    if source.name.lower().endswith(ARCHIVES):
        return True
    try:
        with source.open("rb") as file:
            return is_archive(file.read(HEAD_BYTES))
    except OSError as error:
        raise _cannot_read(source, error) from error


def _unpacked(cleaning: Cleaning, source: Path) -> Path:
    """Return the folder with what an archive holds; what could not be taken is noted."""
    from collectors.archive import unpack  # noqa: PLC0415 - only where it is needed

    try:
        done = unpack(source, cleaning.scratch / "bundle", cleaning.limits)
    except OSError as error:
        raise _cannot_read(source, error) from error
    cleaning.left_out |= {refusal.name: refusal.why for refusal in done.refused}
    if done.damage:
        cleaning.left_out[source.name] = f"a part: {done.damage}"
    return done.root


def _only_file(folder: Path, source: Path, left_out: Mapping[str, str]) -> Path:
    """Return the one file that was cleaned, beside the record."""
    made = [path for path in folder.iterdir() if path.name != RECORD]
    if not made:
        raise _nothing_taken(source, left_out)
    return made[0]


def _refuse_what_cannot_be_read(source: Path) -> None:
    try:
        if source.is_dir():
            next(source.iterdir(), None)
        elif source.is_file():
            source.open("rb").close()
        else:
            raise UserError(
                f"{source} is neither a folder nor a file.\nGive the folder or the tar archive of a bundle."
            )
    except OSError as error:
        raise _cannot_read(source, error) from error


def _cannot_read(source: Path, error: OSError) -> UserError:
    return UserError(f"{source} could not be read: {error.strerror or error}.")


def _refuse_what_is_no_bundle(source: Path, root: Path, left_out: Mapping[str, str]) -> None:
    """Raise NothingToRead where nothing would be left to clean."""
    from collectors import place  # noqa: PLC0415 - only where it is needed
    from collectors.redaction.whole import files_of  # noqa: PLC0415

    names = {name for path, name in files_of(root) if not path.is_symlink()}
    if not names and left_out:
        raise _nothing_taken(source, left_out)
    if not names:
        raise NothingToRead(f"{source} holds no files.\nGive the folder or the tar archive of a bundle.")
    if names <= {*place.REPORT}:
        raise NothingToRead(
            f"{source} is a report, and no bundle.\nClean the bundle that it was made of, and make it anew of that."
        )


def _nothing_taken(source: Path, left_out: Mapping[str, str]) -> NothingToRead:
    said = "\n".join(list(_named(left_out))[:SHOWN])
    return NothingToRead(f"Nothing of {source} could be taken, so there is nothing to clean.\n{said}")


def _refuse_what_is_there(out: Path, pseudonyms: Pseudonyms | None) -> None:
    for path in (out, map_of(out)) if pseudonyms else (out,):
        refuse_links(path)
        if path.exists():
            raise DestinationInTheWay(f"{path} is there already.\nChoose another name.")


def map_of(out: Path) -> Path:
    """Return where the map of a bundle's pseudonyms goes: beside it, never into it."""
    ending = next((one for one in ENDINGS if out.name.endswith(one)), "")
    return out.with_name(out.name.removesuffix(ending) + MAP)


def _write_map(pseudonyms: Pseudonyms | None, out: Path) -> None:
    if pseudonyms:
        write_whole(map_of(out), pseudonyms.as_json())


def _named(left_out: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each file that is left out, as far as anybody reads them."""
    from reports.visible import one_line  # noqa: PLC0415 - only where it is needed

    for file, why in sorted(left_out.items())[:MOST_NAMED]:
        yield f"{one_line(file)}: left out: {one_line(why)}"
    if len(left_out) > MOST_NAMED:
        yield f"{len(left_out) - MOST_NAMED} more are left out; {RECORD} names them all"


def _say(cleaning: Cleaning, out: Path, *, quiet: bool) -> None:
    masked = sum(sum(counts.values()) for counts in cleaning.redacted.values())
    if not quiet:
        lost = sum(not why.startswith("an earlier report") for why in cleaning.left_out.values())
        rest = f"; {lost} left out" if lost else ""
        click.echo(f"Wrote {out}: {masked} secrets masked in {len(cleaning.redacted)} files{rest}.")
        if cleaning.pseudonyms:
            click.echo(f"Wrote {map_of(out)}: what the pseudonyms stand for. Keep it to yourself.")
    for line in _named(cleaning.left_out):
        click.echo(f"ha-report: {line}", err=True)
    if cleaning.unread:
        click.echo(UNREAD, err=True)
    if any(not why.startswith("an earlier report") for why in cleaning.left_out.values()):
        sys.exit(PARTIAL)
