"""Brings the catalogues of reports/locale up to date: extract what is said, merge it in, compile.

Run it by `make translations`, then translate what stands empty in the .po files and run it again.  What is said stands
in the templates in `_()` and `ngettext()`, in Python as the first argument of Phrase and of a Language, and in tables
of which `tables()` tells.
"""
# ruff: noqa: INP001, T201 - a script beside the pages that are made of the program, no package

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

# A script finds what stands beside it, and not the packages.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ha_report import phrase
from ha_report.questions import story
from ha_report.questions.symptoms import symptoms
from ha_report.rules.known_issues import ISSUES
from reports import markdown, plot, text, verdict, words
from reports.language import DOMAIN, LANGUAGES, LOCALE

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "Phrase": None, "say": None, "counted": (1, 2)}
METHODS = [("reports/templates/difference.html.j2", "ignore"), ("reports/templates/fleet*", "ignore"),
           ("reports/templates/**.j2", "jinja2"), ("reports/**.py", "python"), ("ha_report/**.py", "python")]  # fmt: skip
COUNTED = ("file", "operation", "ping", "time")  # nouns that rules count
CONFIDENCES, SEVERITIES = ("certain", "likely", "possible"), ("error", "warning", "notice")


def tables() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Yield where it stands and what is said, for what no call holds."""
    yield "ha_report/phrase.py", phrase.UNTOLD
    yield from (("ha_report/questions/story.py", said) for said in story.SENTENCES.values())
    yield from (("reports/words.py", said) for said in (*words.FAILED.values(), words.FAILED_OTHERWISE))
    yield from (
        ("reports/verdict.py", pair) for pair in (*verdict.SEVERE.values(), verdict.NO_FAILURE, verdict.NO_CLUSTER)
    )
    yield from (("reports/plot.py", said) for said in plot.MEANING.values())
    yield from (("reports/markdown.py", said) for said in (*CONFIDENCES, *SEVERITIES, "yes", "no", markdown.MORE_STEPS))
    yield from (
        ("reports/text.py", pair)
        for name, pair in vars(text).items()
        if name.startswith("MORE_") and name != "MORE_LANES"
    )


def concluded() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Yield what the rows of rules and symptoms say."""
    for row in symptoms():
        yield from ((f"ha_report/symptoms ({row.id})", said) for said in row.sentences)
    for issue in ISSUES:
        yield from (("ha_report/rules/known_issues.py", said) for said in (issue.title, issue.effect))
    yield from (("ha_report/rules", (f"{{count}} {noun}", f"{{count}} {noun}s")) for noun in COUNTED)


def extracted() -> Catalog:
    """Return all that is said, with the places where."""
    found = Catalog(project="ha-report", charset="utf-8", fuzzy=False)
    options = {"jinja2": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}
    told = extract_from_dir(ROOT, METHODS, options, KEYWORDS, comment_tags=("Translators:",))
    for name, _line, message, comments, _context in told:
        # No line numbers: every change of a file would change the catalogues.
        found.add(message, locations=[(name, None)], auto_comments=comments)
    for place, message in (*tables(), *concluded()):
        found.add(message, locations=[(place, None)])
    return found


def path_of(language: str) -> Path:
    """Return the catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def merged(language: str, said: Catalog) -> Catalog:
    """Return the catalogue of a language with all that is said; what is said no more is dropped."""
    path = path_of(language)
    known = read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    known.update(said, no_fuzzy_matching=True, update_creation_date=False)
    known.obsolete.clear()
    known.project, known.fuzzy = "ha-report", False
    known.header_comment = (
        f"# What ha-report says, in {known.locale.get_language_name('en')}; written by `make translations`."
    )
    return known


def written(catalogue: Catalog) -> bytes:
    """Return the text of a catalogue."""
    out = BytesIO()
    write_po(out, catalogue, width=0, sort_output=True, omit_header=False, include_previous=False)
    return out.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def is_translated(message: Message) -> bool:
    """Say whether a message has all its translations."""
    return bool(message.string) and all([message.string] if isinstance(message.string, str) else message.string)


def main() -> None:
    """Write the catalogues, and say what is not translated yet."""
    said = extracted()
    for language in LANGUAGES[1:]:
        catalogue = merged(language, said)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        left = sum(not is_translated(message) for message in catalogue if message.id)
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {left} not translated")


if __name__ == "__main__":
    main()
