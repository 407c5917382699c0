"""Options that several commands have: each means the same everywhere, and is refused in the same words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

import click

from reports.language import LANGUAGES

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def together(*options: Decorator) -> Decorator:
    """Return options as one, in the order in which --help is to show them."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def zone_of(_context: click.Context | None, _parameter: click.Parameter | None, name: str | None) -> tzinfo | None:
    """Return the zone that the user names."""
    if name is None:
        return None
    from ha_report.zones import named_zone  # noqa: PLC0415 - loads dateutil

    zone = named_zone(name)
    if zone is None:
        raise click.BadParameter(
            f"{name!r} is no time zone; give one such as Asia/Tokyo, UTC or +09:00.", param_hint="--timezone"
        )
    return zone


def _zone_name(context: click.Context, parameter: click.Parameter, name: str | None) -> str | None:
    """Return the name, if it is that of a zone."""
    zone_of(context, parameter, name)
    return name


def timezone(otherwise: str, *, by_name: bool = False) -> Decorator:
    """Return --timezone; `by_name` gives the name, to be sent elsewhere, in place of the zone."""
    return click.option(
        "--timezone",
        "zone",
        callback=_zone_name if by_name else zone_of,
        metavar="ZONE",
        help=f"Zone of the times that have none. [default: {otherwise}]",
    )


language = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    envvar="HA_REPORT_LANG",
    show_envvar=True,
    help="Language of the report; report.json is English in any.",
)
unpack_limit = click.option(
    "--unpack-limit",
    type=click.IntRange(1),
    metavar="GB",
    help="What an archive may unpack to. [default: 20, and a thousand times its size]",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
