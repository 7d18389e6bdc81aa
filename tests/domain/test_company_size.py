"""The legal size classes: the score decides, the band only warns, the table has dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from eventsapp.domain.company_size import bands, score_of, sector_of, size_of
from eventsapp.domain.values import SizeClass, SizeSector

TODAY = date(2027, 1, 20)
INDUSTRY, COMMERCE, SERVICES = SizeSector.INDUSTRY, SizeSector.COMMERCE, SizeSector.SERVICES
MILLION = 1_000_000


def sized(sector: SizeSector, workers: int, millions: str) -> tuple[SizeClass, bool]:
    """The class, and whether the workers are unlike it."""
    found = size_of(sector, workers, int(Decimal(millions) * MILLION), TODAY)
    assert found is not None
    return found.size_class, found.unlike is not None


@pytest.mark.parametrize(
    ("sector", "workers", "millions", "size_class", "is_unlike"),
    [
        (INDUSTRY, 0, "0", SizeClass.MICRO, False),
        (INDUSTRY, 10, "4", SizeClass.MICRO, False),  # 1 + 3.6: exactly the cap
        (INDUSTRY, 11, "4", SizeClass.SMALL, False),
        (INDUSTRY, 10, "4.01", SizeClass.SMALL, True),
        (INDUSTRY, 300, "20", SizeClass.SMALL, True),  # 30 + 18 = 48
        (INDUSTRY, 50, "100", SizeClass.SMALL, False),  # 95
        (INDUSTRY, 51, "100", SizeClass.MEDIUM, False),
        (INDUSTRY, 250, "250", SizeClass.MEDIUM, False),  # 250
        (INDUSTRY, 251, "250", SizeClass.LARGE, False),
        (COMMERCE, 30, "100", SizeClass.SMALL, False),  # 93
        (COMMERCE, 31, "100", SizeClass.MEDIUM, False),
        (COMMERCE, 100, "250", SizeClass.MEDIUM, False),  # 235
        (COMMERCE, 101, "250", SizeClass.LARGE, False),
        (SERVICES, 50, "100", SizeClass.SMALL, False),
        (SERVICES, 100, "250", SizeClass.MEDIUM, False),
        (SERVICES, 200, "100", SizeClass.MEDIUM, True),
        (SERVICES, 100_000, "90000", SizeClass.LARGE, False),
    ],
)
def test_the_score_decides(
    sector: SizeSector, workers: int, millions: str, size_class: SizeClass, is_unlike: bool
) -> None:
    assert sized(sector, workers, millions) == (size_class, is_unlike)


def test_the_score_is_exact() -> None:
    assert score_of(11, 4_010_000) == Decimal("4.709")


def test_without_a_number_there_is_no_class() -> None:
    assert size_of(None, 10, MILLION, TODAY) is None
    assert size_of(INDUSTRY, None, MILLION, TODAY) is None
    assert size_of(INDUSTRY, 10, None, TODAY) is None


def test_the_table_holds_three_classes_of_three_sectors_from_its_day_on() -> None:
    assert [(band.sector, band.size_class) for band in bands() if band.is_valid(TODAY)] == [
        (sector, size)
        for size in (SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM)
        for sector in (INDUSTRY, COMMERCE, SERVICES)
    ]
    assert not any(band.is_valid(date(2009, 6, 29)) for band in bands())


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("336370", INDUSTRY),
        ("236221", INDUSTRY),
        ("434311", COMMERCE),
        ("541330", SERVICES),
        (None, None),
        ("", None),
    ],
)
def test_the_class_of_the_trade_proposes_a_sector(code: str | None, sector: SizeSector | None) -> None:
    assert sector_of(code) == sector
