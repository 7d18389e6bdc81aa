"""The legal size class of a company: ten per cent of its workers and ninety of its sales, against a table of caps.

Acuerdo por el que se establece la estratificación de las micro, pequeñas y medianas empresas (DOF, 30 June 2009). The
table is data with dates of validity, because reforms are proposed. The score decides; workers outside the band of the
class are pointed out, they overrule nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from eventsapp.domain.values import SizeClass, SizeSector

WORKERS_WEIGHT = Decimal("0.1")
SALES_WEIGHT = Decimal("0.9")
MILLION = 1_000_000
MOST_WORKERS = 1_000_000
MOST_SALES = 10**13
"""Pesos a year: more than the largest company of the country."""

INDUSTRY = frozenset({"11", "21", "22", "23", "31", "32", "33"})
COMMERCE = frozenset({"43", "46"})


@dataclass(frozen=True)
class Band:
    """A row of the table: who is in this class of a sector while the table is valid."""

    valid_from: date
    valid_until: date | None
    sector: SizeSector
    size_class: SizeClass
    workers_from: int
    workers_to: int
    cap: Decimal

    def is_valid(self, on: date) -> bool:
        """Does the row hold on this day?"""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def has_workers(self, workers: int) -> bool:
        """Are the workers within the band of the class?"""
        return self.workers_from <= workers <= self.workers_to


@dataclass(frozen=True)
class Size:
    """What the table says: the class, the score behind it, and the band when the workers are outside of it."""

    size_class: SizeClass
    score: Decimal
    unlike: Band | None = None


@cache
def bands() -> tuple[Band, ...]:
    """The table, the smaller class of a sector first."""
    text = files("eventsapp.data").joinpath("size_classes.csv").read_text(encoding="utf-8")
    return tuple(
        Band(
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
            sector=SizeSector(row["sector"]),
            size_class=SizeClass(row["size_class"]),
            workers_from=int(row["workers_from"]),
            workers_to=int(row["workers_to"]),
            cap=Decimal(row["cap"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def score_of(workers: int, annual_sales_mxn: int) -> Decimal:
    """Ten per cent of the workers and ninety of the sales in millions of pesos."""
    return WORKERS_WEIGHT * workers + SALES_WEIGHT * annual_sales_mxn / MILLION


def size_of(sector: SizeSector | None, workers: int | None, annual_sales_mxn: int | None, on: date) -> Size | None:
    """The size of a company on a day; None while one of the three numbers is not known."""
    if sector is None or workers is None or annual_sales_mxn is None:
        return None
    score = score_of(workers, annual_sales_mxn)
    for band in bands():
        if band.sector is sector and band.is_valid(on) and score <= band.cap:
            return Size(band.size_class, score, None if band.has_workers(workers) else band)
    return Size(SizeClass.LARGE, score)


def sector_of(scian_code: str | None) -> SizeSector | None:
    """The sector that a SCIAN class belongs to; a proposal that the company may change."""
    if not scian_code:
        return None
    if scian_code[:2] in INDUSTRY:
        return SizeSector.INDUSTRY
    return SizeSector.COMMERCE if scian_code[:2] in COMMERCE else SizeSector.SERVICES
