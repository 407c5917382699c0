"""What a user can mend: each error says what was found, then what would do.

Everything else is a bug and keeps its traceback; a bad *line* is never an exception, it is
counted and shown in the report.  The exit statuses are those of `ha-report --help`.
"""

import click


class UserError(click.ClickException):
    """A mistake in what was asked, or something in its way.  Exit status 1."""


class NothingToRead(UserError):
    """No source held anything that could be read."""


class DestinationInTheWay(UserError):
    """DEST exists and ha-report did not make it, or may not replace it."""


PARTIAL = 3  # exit status: what came is written, and what is missing is named
CHECK_FAILED = 4  # exit status of --check: a finding of severity error exists
