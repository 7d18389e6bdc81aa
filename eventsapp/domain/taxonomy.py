"""What companies buy and make: the terms of the taxonomy and the clusters, read once from the files in `data/`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SHARED = "ALL"
MAX_TERMS = 10


@dataclass(frozen=True)
class Term:
    """A process, product or service; `cluster` is `ALL` or the code of its home cluster."""

    code: str
    cluster: str
    name_es: str
    name_en: str

    def name(self, language: str) -> str:
        """The name in a language: Spanish unless English is asked for."""
        return self.name_en if language.startswith("en") else self.name_es


@dataclass(frozen=True)
class Cluster:
    """An industrial cluster of Guanajuato or Aguascalientes."""

    code: str
    state: str
    name_es: str
    name_en: str
    sector: str

    def name(self, language: str) -> str:
        """The name in a language: Spanish unless English is asked for."""
        return self.name_en if language.startswith("en") else self.name_es


@cache
def terms() -> dict[str, Term]:
    """All terms by code, in the order of the file."""
    return {row["code"]: Term(**row) for row in _rows("taxonomy.csv")}


@cache
def clusters() -> dict[str, Cluster]:
    """All clusters by code, in the order of the file."""
    return {row["code"]: Cluster(**row) for row in _rows("clusters.csv")}


def unknown_terms(codes: list[str]) -> list[str]:
    """Those of `codes` that the taxonomy does not have."""
    return [code for code in codes if code not in terms()]


def _rows(name: str) -> list[dict[str, str]]:
    text = files("eventsapp.data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
