"""Postal codes and the states they belong to; corporate groups by name."""

from __future__ import annotations

import pytest

from eventsapp.domain.contacts import postal_code
from eventsapp.domain.errors import DomainError
from eventsapp.domain.groups import are_same_group
from eventsapp.domain.places import STATES, state_of_postal_code


@pytest.mark.parametrize(
    ("text", "country", "stored"),
    [(" 36100 ", "MX", "36100"), ("", "MX", ""), ("sw1a 1aa", "GB", "SW1A 1AA"), ("x" * 50, "DE", "X" * 12)],
)
def test_postal_codes_that_can_be(text: str, country: str, stored: str) -> None:
    assert postal_code(text, country) == stored


@pytest.mark.parametrize("text", ["3610", "361000", "3610O", "３６１００", "-3610"])
def test_postal_codes_that_cannot_be(text: str) -> None:
    with pytest.raises(DomainError, match="bad_postal_code"):
        postal_code(text, "MX")


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("36100", "Guanajuato"),
        ("76000", "Querétaro"),
        ("20000", "Aguascalientes"),
        ("01000", "Ciudad de México"),
        ("17000", ""),
        ("", ""),
        ("AB", ""),
    ],
)
def test_a_postal_code_tells_its_state(code: str, state: str) -> None:
    assert state_of_postal_code(code) == state


def test_every_state_has_postal_codes() -> None:
    assert {state_of_postal_code(f"{n:02d}000") for n in range(100)} == {*STATES, ""}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Grupo Uno", "GRUPO  UNO", True),
        ("Kōsei Holdings", "kosei holdings", True),
        ("Krüger, A.G.", "Kruger A G", True),
        ("Grupo Uno", "Grupo Dos", False),
        ("", "", False),
        (" ", "", False),
    ],
)
def test_groups_by_name(one: str, other: str, same: bool) -> None:
    assert are_same_group(one, other) is same
