"""The options of `collect`: hb_report's and crm report's letters where the meaning is the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

import click

from ha_report.options import language, quiet, timezone, together

WAIT_S = 60


@dataclass(frozen=True)
class Options:
    """What the command line says; the fields are named as the options."""

    dest: Path | None
    begin: str
    end: str
    zone: tzinfo | None
    nodes: tuple[str, ...]
    from_node: str | None
    single: bool
    cluster: str | None
    user: str | None
    ssh_options: tuple[str, ...]
    ssh_config: str | None
    ssh_command: str
    ssh_timeout: int
    sudo: bool
    ask_password: bool
    ha_logs: tuple[str, ...]
    extra_logs: tuple[str, ...]
    log_limit: int
    node_limit: int
    quick: bool
    wait: int | None
    secrets: tuple[str, ...]
    sanitize: bool
    anonymize: bool
    compress: bool
    ending: str
    force: bool
    retry: Path | None
    report: bool
    language: str
    dry_run: bool
    verbose: int
    quiet: bool

    @property
    def archive(self) -> str | None:
        """How the archive's name ends, None for no archive."""
        return self.ending if self.compress else None


def list_items(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the table of items."""
    if not wanted:
        return
    from collectors import items  # noqa: PLC0415 - only where it is needed

    for phase, rows in items.PHASES.items():
        for row in rows:
            click.echo(
                f"{row.file}  ({phase}, at most {row.limit_s} s{', not with -Q' if row.slow else ''})\n    {row.command}"
            )
        if phase == "logs":
            click.echo(
                "logs  (as corosync.conf, ha.cf, logd.cf and sysconfig name them, and where they usually are; cut to the window)"
            )
        if phase == "folders":
            for folder in items.FOLDERS:
                click.echo(
                    f"{folder.name}/  (files changed in the window, the newest {folder.most})\n    {folder.path}"
                )
    context.exit()


options = together(
    click.argument("dest", required=False, type=click.Path(path_type=Path)),
    click.option("-f", "--from", "begin", default="12H", show_default=True, metavar="TIME",
                 help='Begin of the window: 14:00, 2pm, "2007/9/5 12:30", 2d, 75H or 10M ago, ISO 8601.'),
    click.option("-t", "--to", "end", default="now", show_default=True, metavar="TIME", help="End of the window."),
    timezone("yours"),
    click.option("-n", "--nodes", "nodes", multiple=True, metavar='"NODE ..."',
                 help="Gather from these nodes; can be repeated. [default: those that the cluster has]"),
    click.option("--from-node", metavar="NODE", help="Ask this node which nodes there are, and not this machine."),
    click.option("-S", "--single-node", "single", is_flag=True, help="Gather from this machine only, without ssh."),
    click.option("--cluster", metavar="NAME", help="Name of the cluster in the bundle. [default: as the cluster tells]"),
    click.option("-u", "--user", metavar="USER", help="Log in to the nodes as USER."),
    click.option("-X", "--ssh-options", multiple=True, metavar="OPTIONS", help='More options for ssh, such as "-p 2222".'),
    click.option("-F", "--ssh-config", metavar="FILE", help="Configuration of ssh in place of ~/.ssh/config."),
    click.option("--ssh-command", default="ssh", show_default=True, metavar="COMMAND", help="What to run in place of ssh."),
    click.option("--ssh-timeout", default=6, show_default=True, type=click.IntRange(1, 600), metavar="SECONDS",
                 help="How long a node may take to answer."),
    click.option("--sudo", is_flag=True, help="Become root on the nodes with sudo, which must not ask for a password."),
    click.option("--ask-password", is_flag=True, help="Ask once for the password that ssh wants on the nodes."),
    click.option("-l", "--ha-log", "ha_logs", multiple=True, metavar="FILE", help="The cluster's log, if it is not found by itself."),
    click.option("-E", "--extra-log", "extra_logs", multiple=True, metavar="FILE", help="One more log; can be repeated."),
    click.option("--log-limit", default=200, show_default=True, type=click.IntRange(1), metavar="MB",
                 help="Of a log that is longer within the window, take the end only."),
    click.option("--node-limit", default=4096, show_default=True, type=click.IntRange(1), metavar="MB",
                 help="Take no more than this from one node, unpacked: what sends more is broken, or hostile."),
    click.option("-Q", "--quick", is_flag=True, help="Leave out what is slow: package verification, backtraces, blackbox."),
    click.option("--wait", is_flag=False, flag_value=WAIT_S, type=click.IntRange(1, 3600), metavar="[SECONDS]",
                 help=f"First let the cluster finish what it is doing, at most {WAIT_S} seconds or so many."),
    click.option("-p", "--secret", "secrets", multiple=True, metavar="PATTERN",
                 help="Mask the values of these names, too, beside passw.*, secret, token and the like; can be repeated."),
    click.option("-s", "--redact/--no-redact", "--sanitize/--no-sanitize", "sanitize", default=True,
                 help="Mask secrets in what is gathered, before anything is written. [default: yes]"),
    click.option("--anonymize", is_flag=True,
                 help="Give hosts, users, IP and MAC addresses pseudonyms, and write what is what into DEST.map.json."),
    click.option("-d", "--no-compress", "compress", flag_value=False, default=True, help="Leave a folder, and make no archive of it."),
    click.option("--archive", "ending", type=click.Choice(["xz", "gz", "zst"]), default="xz", show_default=True,
                 help="How to compress the archive."),
    click.option("-Z", "--force", is_flag=True, help="Replace a bundle that is already in DEST."),
    click.option("--retry", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="BUNDLE",
                 help="Fetch what is missing in BUNDLE, into the same bundle."),
    click.option("--no-report", "report", flag_value=False, default=True, help="Gather only."),
    language,
    click.option("--dry-run", is_flag=True, help="Print the nodes and the program that would run on them, and stop."),
    click.option("--list-items", is_flag=True, is_eager=True, expose_value=False, callback=list_items,
                 help="Print what is taken from a node, and stop."),
    click.option("-v", "--verbose", count=True, help="Tell of every item as it comes."),
    quiet,
)  # fmt: skip
