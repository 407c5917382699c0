"""Indexing without a scheduler: the same function for each bundle, in this process."""

from ha_report.fleet.analysis import Task, analyse
from ha_report.fleet.index import opened_for_writing
from ha_report.fleet.layout import Place
from ha_report.fleet.query import answer, asked, ready
from ha_report.fleet.sources import find


def index(folder, *given):
    """Bring an index up to date; return what was analysed."""
    with opened_for_writing(folder) as made:
        found = {one.name: one for source in given for one in find(str(source))}.values()
        todo = [one for one in found if not made.is_current(one)]
        done = [analyse(Task(one.url, one.name, one.stamp, made.alike(one))) for one in todo]
        made.add(done)
    return done


def ask(folder, question, *, chosen=None, **parameters):
    """Return the answer to a ready-made question, a dict for each row."""
    with asked(folder, *([chosen] if chosen else [])) as connection:
        told = answer(connection, ready()[question].sql, {"failing": True, **parameters})
    return [dict(zip(told.columns, row, strict=True)) for row in told.rows]


def sql(folder, text):
    """Return the rows of a SELECT."""
    with asked(folder) as connection:
        return answer(connection, text).rows


def rows_file(folder, table, cluster, month):
    return Place(cluster, month).file(folder, table)


def files_of(folder):
    """Return the contents of all files of an index."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}
