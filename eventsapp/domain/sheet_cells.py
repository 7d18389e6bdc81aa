"""How the cells of sheets are read: a text becomes a value or a problem, with what was probably meant."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache, lru_cache, partial
from heapq import nlargest
from importlib.resources import files
from itertools import pairwise
from typing import Any

from babel import Locale

from eventsapp.domain import scian
from eventsapp.domain.errors import DomainError
from eventsapp.domain.places import STATES
from eventsapp.domain.sheet_words import LANGUAGES, SIZE_CLASS, Words, key, meanings
from eventsapp.domain.taxonomy import clusters, terms

DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
LONGEST_SHOWN = 80
LIKELY = 5

Reader = Callable[[str], Any]


def text(most: int) -> Reader:
    """A line of text of at most `most` characters."""

    def read(raw: str) -> str:
        plain = " ".join(raw.split())
        if len(plain) > most:
            raise DomainError("cell_long", most=most)
        return plain

    return read


def choice(words: Words) -> Reader:
    """One of some values, by its words in Spanish or English or by its code."""
    return partial(_chosen, meanings(words))


def whole(least: int, most: int) -> Reader:
    """A whole number from `least` to `most`; separators of thousands and a currency sign are forgiven."""

    def read(raw: str) -> int:
        plain = re.sub(r"[\s,$]", "", raw)
        plain = re.sub(r"\.0+$", "", plain)
        if not re.fullmatch(r"-?\d{1,18}", plain) or not least <= int(plain) <= most:
            raise DomainError("cell_whole", least=least, most=most)
        return int(plain)

    return read


def day(raw: str) -> date:
    """A date: 2027-03-09 or 09/03/2027."""
    plain = raw.strip()[:10].strip()
    for pattern in DATES:
        try:
            found = datetime.strptime(plain, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if 2000 <= found.year <= 2100:
            return found
    raise DomainError("cell_date")


def several(one: Reader, most: int) -> Reader:
    """Several values, separated by `;`, `|` or line breaks (or by commas, where no value has one); each once."""

    def read(raw: str) -> list[str]:
        found: list[str] = []
        for piece in re.split(r"[;|\n]", raw):
            if piece.strip():
                found += _one_or_listed(one, piece)
        found = list(dict.fromkeys(found))
        if len(found) > most:
            raise DomainError("cell_many", most=most)
        return found

    return read


def _one_or_listed(one: Reader, piece: str) -> list[str]:
    try:
        return [one(piece)]
    except DomainError:
        if "," not in piece:
            raise
        return [one(part) for part in piece.split(",") if part.strip()]


def term(raw: str) -> str:
    """A process of the taxonomy, by its name or code."""
    return str(_chosen(_terms(), raw))


def cluster(raw: str) -> str:
    """A cluster, by its name or code."""
    return str(_chosen(_clusters(), raw))


def certificate(raw: str) -> str:
    """A certification, by its name or code."""
    return str(_chosen(_certificates(), raw))


def language(raw: str) -> str:
    """A language, by its name or code."""
    return str(_chosen(meanings(LANGUAGES), raw))


def country(raw: str) -> str:
    """A country, by its name or its ISO code."""
    return str(_chosen(_countries(), raw))


def size(raw: str) -> str:
    """A legal size class."""
    return str(_chosen(meanings(SIZE_CLASS), raw))


def scian_branch(raw: str) -> str:
    """A code of the SCIAN catalogue of any level, from a sector to a class."""
    plain = _digits(raw)
    if not re.fullmatch(r"\d{2,6}", plain):
        raise DomainError("cell_scian")
    if not scian.is_known(plain):
        raise _absent(plain)
    return plain


def scian_class(raw: str) -> str:
    """A class of the SCIAN catalogue; its title may follow. What is not there is refused with the nearest class."""
    plain = _digits(raw)
    if plain in scian.industries():
        return plain
    if re.fullmatch(r"\d{6}", plain):
        raise _absent(plain)
    meant = [] if plain.isdigit() else scian.search(plain[:LONGEST_SHOWN], 1)
    if meant:
        raise DomainError("cell_scian_meant", near=meant[0].code, title=meant[0].title)
    raise DomainError("cell_scian_class")


def _digits(raw: str) -> str:
    """The code that a cell begins with, or all of it: `332710`, `332710.0`, `332710 Maquinado de piezas`."""
    plain = " ".join(raw.split()).removesuffix(".0")
    found = re.match(r"(\d{2,6})(?: ?[-–·:.] ?| )\D", plain)
    return found[1] if found else plain


def _absent(code: str) -> DomainError:
    near = scian.nearest(code)
    if near is None:
        return DomainError("cell_scian_absent")
    return DomainError("cell_scian_near", near=near.code, title=near.title)


def postal_code(raw: str) -> str:
    """A postal code; four digits lost their leading zero to a spreadsheet."""
    plain = raw.strip().removesuffix(".0")
    if len(plain) > 12:
        raise DomainError("cell_long", most=12)
    return plain.zfill(5) if plain.isdigit() and len(plain) == 4 else plain


def state(raw: str) -> str:
    """A state of Mexico as the catalogue writes it, or any text."""
    return _states().get(key(raw)) or str(text(80)(raw))


def one_of(values: tuple[str, ...]) -> Reader:
    """One of some codes."""
    return partial(_chosen, {key(value): value for value in values})


def _chosen(words: Mapping[str, Any], raw: str) -> Any:
    wanted = key(raw)
    if wanted in words:
        return words[wanted]
    near = _near(wanted[:LONGEST_SHOWN], tuple(words))
    raise DomainError("cell_unknown_near", near=near) if near else DomainError("cell_unknown")


@lru_cache(maxsize=5_000)
def _near(wanted: str, known: tuple[str, ...]) -> str | None:
    """The word that was probably meant: compared in full are only those that share the most pairs of letters."""
    pairs = _pairs(wanted)
    likely = nlargest(LIKELY, known, key=lambda word: len(pairs & _pairs(word)))
    return next(iter(get_close_matches(wanted, likely, 1)), None)


@lru_cache(maxsize=5_000)
def _pairs(word: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(word)))


@cache
def _terms() -> dict[str, str]:
    return {key(word): term.code for term in terms().values() for word in (term.code, term.name_es, term.name_en)}


@cache
def _clusters() -> dict[str, str]:
    return {key(word): one.code for one in clusters().values() for word in (one.code, one.name_es, one.name_en)}


@cache
def _certificates() -> dict[str, str]:
    source = files("eventsapp.data").joinpath("certifications.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(source.splitlines()))
    return {key(word): row["code"] for row in rows for word in (row["code"], row["name"])}


@cache
def _states() -> dict[str, str]:
    return {key(name): name for name in STATES} | {"cdmx": "Ciudad de México", "edomex": "Estado de México"}


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for locale in ("es_MX", "en"):
        for code, name in Locale.parse(locale).territories.items():
            if re.fullmatch(r"[A-Z]{2}", code):
                names.setdefault(key(name), code)
                names.setdefault(key(code), code)
    return names | {"eua": "US", "usa": "US", "estados unidos": "US"}
