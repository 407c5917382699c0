"""The differences of two incidents as one self-contained page, of the same make as that of an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jinja2

from reports.difference_text import SIGNS
from reports.html import TEMPLATES, asset, finalized
from reports.visible import encodable

if TYPE_CHECKING:
    from reports.difference import Difference

STYLES = ("page.css", "cards.css", "tables.css", "difference.css", "print.css")


def render(difference: Difference) -> str:
    """Return the text of the page."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = made.get_template("difference.html.j2")
    return encodable(page.render(difference=difference, signs=SIGNS, styles=[asset(name) for name in STYLES]))
