"""The catalogue of SCIAN 2023 and the search in it."""

from __future__ import annotations

import pytest

from eventsapp.domain import scian
from eventsapp.domain.scian import MOST_FOUND, Industry, common_digits, industries, search
from tests import hostile


def test_the_catalogue_has_all_classes() -> None:
    assert len(industries()) == 1086
    assert industries()["336370"] == Industry(
        "336370",
        "Fabricación de piezas metálicas troqueladas para vehículos automotrices",
        "Fabricación de partes para vehículos automotores",
    )


def test_no_title_carries_a_mark_of_the_printed_edition() -> None:
    assert [title for title in scian._titles().values() if title[-1] in "TᵀÉX"] == []


def test_words_of_the_trade_stand_at_classes_that_exist() -> None:
    assert {row["code"] for row in scian._rows("scian_words.csv")} <= set(industries())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("336370", "336370"),
        ("33 63 70", "336370"),
        ("piezas metálicas vehículos", "336370"),
        ("PIEZAS METALICAS VEHICULOS", "336370"),
        ("vehiculo metalica", "336370"),
        ("estampado", "332110"),
        ("galvanizado", "332810"),
        ("maquinado cnc", "332710"),
        ("zapatos", "316211"),
        ("moldes", "333510"),
        ("autotransporte de carga general foráneo", "484129"),
        ("transporte carga general", "484119"),
    ],
)
def test_found_by_code_by_words_and_by_what_the_trade_says(text: str, first: str) -> None:
    assert search(text)[0].code == first


def test_a_beginning_of_a_code_gives_its_classes_in_order() -> None:
    codes = [found.code for found in search("3363")]
    assert codes == sorted(codes)
    assert len(codes) == 8
    assert {code[:4] for code in codes} == {"3363"}


def test_every_word_must_be_there() -> None:
    assert search("galvanizado zapatos") == []


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_any_text_is_an_answer(text: str) -> None:
    assert len(search(text)) <= MOST_FOUND


def test_what_says_nothing_finds_nothing() -> None:
    assert [search(text) for text in ("", "de la y", "  ", "¿?", "999999")] == [[]] * 5


@pytest.mark.parametrize(
    ("one", "other", "digits"),
    [("336370", "336370", 6), ("336370", "336390", 4), ("336370", "326194", 1), ("", "336370", 0), (None, None, 0)],
)
def test_digits_in_common(one: str | None, other: str | None, digits: int) -> None:
    assert common_digits(one, other) == digits
