"""Positions on the map: every way in which people paste them, and what is none."""

from __future__ import annotations

import pytest

from eventsapp.domain import coordinates
from eventsapp.domain.coordinates import Point
from eventsapp.domain.errors import DomainError
from tests.hostile import TEXTS

LEON = Point(21.1236, -101.68)


@pytest.mark.parametrize(
    "text",
    [
        "21.1236, -101.68",
        "21.1236,-101.68",
        "  21.1236   -101.68 ",
        "(21.1236, -101.6800)",
        "21.1236; -101.68",
        "21.1236°, -101.68°",
        "21,1236; -101,68",
        "21,1236 -101,6800",
        "21.1236 N, 101.68 W",
        "21.1236° n 101.68° o",
        "101.68° O, 21.1236° N",
        "21°07'24.96\"N 101°40'48\"W",
        "21° 7' 24.96'' N, 101° 40′ 48″ O",
        "https://www.google.com/maps/@21.1236,-101.68,15z?entry=ttu",
        "https://www.google.com/maps/place/Planta/@21.2,-101.7,17z/data=!3m1!4b1!4m6!3d21.1236!4d-101.68",
        "https://maps.google.com/?q=21.1236,-101.68",
        "https://www.google.com/maps/search/?api=1&query=21.1236%2C-101.68",
        "https://www.openstreetmap.org/?mlat=21.1236&mlon=-101.68#map=15/21.1/-101.6",
        "https://www.openstreetmap.org/#map=15/21.1236/-101.68",
    ],
)
def test_one_position_in_many_ways(text: str) -> None:
    assert coordinates.parse(text) == LEON


@pytest.mark.parametrize(
    "text",
    [
        *TEXTS,
        "21.1236",
        "21.1236, ",
        "-101.68, 21.1236, 3",
        "-101.68, 21.1236",
        "91, 0",
        "0, 181",
        "21.1236 N, 101.68 S",
        "León, Guanajuato",
        "https://maps.app.goo.gl/AbCdEf",
        "1e3, 2",
        "21.1236, -101.68" + "0" * 20_000,
        "1," * 10_000,
        "1°" * 10_000,
    ],
)
def test_what_is_no_position(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        coordinates.parse(text)
    assert refused.value.code == "bad_coordinates"


def test_what_is_stored_is_typed_again() -> None:
    assert coordinates.written(*LEON) == "21.12360, -101.68000"
    assert coordinates.parse(coordinates.written(*LEON)) == LEON
    assert coordinates.written(None, None) == ""


def test_a_company_of_mexico_lies_in_mexico() -> None:
    coordinates.require_within(LEON, "MX")
    coordinates.require_within(Point(32.53, -117.03), "MX")  # Tijuana
    coordinates.require_within(Point(21.1, -86.75), "MX")  # Cancún
    coordinates.require_within(Point(48.78, 9.18), "DE")
    for wrong in (Point(21.1236, 101.68), Point(48.78, 9.18), Point(0, 0)):
        with pytest.raises(DomainError) as refused:
            coordinates.require_within(wrong, "MX")
        assert refused.value.code == "outside_mexico"
