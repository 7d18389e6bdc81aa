"""What companies are by trade: the classes of INEGI's SCIAN 2023, read once from `data/`, found by code or by words.

The titles are official prose; `scian_words.csv` adds what a workshop calls its trade (estampado, galvanizado, zapatos).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from eventsapp.domain.matching import folded

CLASS_DIGITS = 6
MAX_SECONDARY = 5
MOST_FOUND = 20
LONG_WORD = 7
SPOKEN_WEIGHT = 1.5
SMALL_WORDS = frozenset({"a", "al", "con", "de", "del", "e", "el", "en", "la", "las", "los", "o", "para", "por", "y"})


@dataclass(frozen=True)
class Industry:
    """A class of the classification: six digits, its title, and the title of the branch that it belongs to."""

    code: str
    title: str
    branch: str


@dataclass(frozen=True)
class _Entry:
    """An industry with its words: those of its title, those that the trade uses for it, and those of all its levels."""

    industry: Industry
    own: tuple[str, ...]
    spoken: tuple[str, ...]
    all: tuple[str, ...]


@cache
def industries() -> dict[str, Industry]:
    """All classes by code, in the order of the catalogue."""
    titles = _titles()
    return {
        code: Industry(code, title, titles[code[:4]]) for code, title in titles.items() if len(code) == CLASS_DIGITS
    }


def search(text: str, most: int = MOST_FOUND) -> list[Industry]:
    """The classes whose code begins with the digits of a text, or that have all of its words; the closest first.

    Accents and case do not count, a word may be the beginning of one. Words of the title count more than those of the
    branch, the subsector and the sector.
    """
    if re.fullmatch(r"[\d ]+", text):
        digits = text.replace(" ", "")
        return [found for code, found in industries().items() if digits and code.startswith(digits)][:most]
    words = _words(text)
    if not words:
        return []
    scored = [(_score(entry, words), entry.industry) for entry in _entries()]
    best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].code))
    return [industry for _, industry in best[:most]]


def is_known(code: str) -> bool:
    """Is this a code of the catalogue, of any level?"""
    return code in _titles()


def nearest(code: str) -> Industry | None:
    """The class whose code is most like this one: it shares the most first digits, then it is the closest number.

    A code of an earlier edition mostly has its successor in the same branch; with fewer than three digits in common
    nothing is alike.
    """
    alike = [one for known, one in industries().items() if known.startswith(code[:3])] if len(code) > 2 else []
    return min(
        alike,
        key=lambda one: (-common_digits(one.code, code), abs(int(one.code) - int(code.ljust(6, "0")))),
        default=None,
    )


def common_digits(one: str | None, other: str | None) -> int:
    """How many first digits two codes share: two for a sector, six for the same class."""
    pairs = zip(one or "", other or "", strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one or ""), len(other or "")))


@cache
def _titles() -> dict[str, str]:
    return {row["code"]: row["title"] for row in _rows("scian2023.csv")}


@cache
def _entries() -> tuple[_Entry, ...]:
    titles, spoken = _titles(), {row["code"]: row["words"] for row in _rows("scian_words.csv")}
    return tuple(
        _Entry(
            industry,
            _words(industry.title),
            _words(spoken.get(code, "")),
            _words(" ".join((spoken.get(code, ""), *(titles[code[:n]] for n in range(2, CLASS_DIGITS + 1))))),
        )
        for code, industry in industries().items()
    )


def _score(entry: _Entry, words: tuple[str, ...]) -> float:
    """Nothing unless every word is there; then how many the trade and the title have, and how much of it they are."""
    if not all(_has(entry.all, word) for word in words):
        return 0
    own = sum(_has(entry.own, word) for word in words)
    spoken = sum(_has(entry.spoken, word) for word in words)
    return 1 + own + SPOKEN_WEIGHT * spoken + own / max(len(entry.own), 1)


def _has(known: tuple[str, ...], word: str) -> bool:
    """A longer word may also be the end of one: transporte, autotransporte."""
    if len(word) < LONG_WORD:
        return any(one.startswith(word) for one in known)
    return any(word in one for one in known)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("eventsapp.data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _words(text: str) -> tuple[str, ...]:
    """The words that mean something, without accents; the plural as the singular."""
    found = (word for word in re.findall(r"[a-z0-9]+", folded(text)) if word not in SMALL_WORDS)
    return tuple(dict.fromkeys(_singular(word) for word in found))


def _singular(word: str) -> str:
    for ending in ("es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
