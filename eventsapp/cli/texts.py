"""`texts`: collect the Spanish texts, report what has no English yet, and compile the catalogue."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "eventsapp" / "locale" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}, "**.txt": {"trimmed": "true", "silent": "false"}}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Only look, or write."""
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a text has no English")


def run(options: argparse.Namespace) -> int:
    """Bring the catalogue up to date, or say what it lacks."""
    catalogue = updated()
    lacking = missing(catalogue)
    for text in lacking:
        print(f"without English: {text!r}")
    if not options.check:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUE.open("wb") as file:
            write_po(file, catalogue, width=120, omit_header=False, sort_output=True, no_location=True)
        CATALOGUE.with_suffix(".mo").write_bytes(compiled(catalogue))
    print(f"{len(catalogue)} texts, {len(lacking)} without English")
    return 1 if lacking else 0


def updated() -> Catalog:
    """The English catalogue with the texts that code and templates have now."""
    template = Catalog(locale="en")
    for folder in (ROOT / "eventsapp", ROOT / "templates"):
        found = extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS, callback=None)
        for _file, _line, text, comments, context in found:
            template.add(text, auto_comments=comments, context=context)
    catalogue = Catalog(locale="en")
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as file:
            catalogue = read_po(file, locale="en")
    created, revised = catalogue.creation_date, catalogue.revision_date
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    # A new date at every run would change both files when no text did.
    catalogue.creation_date, catalogue.revision_date = created, revised
    return catalogue


def missing(catalogue: Catalog) -> list[str]:
    """The Spanish texts that have no English."""
    lacking = []
    for message in catalogue:
        english = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and (message.fuzzy or not all(english)):
            lacking.append(message.id[0] if isinstance(message.id, (tuple, list)) else message.id)
    return lacking


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()
