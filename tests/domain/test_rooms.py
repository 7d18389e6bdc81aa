"""Rooms and zones that hold fewer meetings than they have tables: which tables stay in reserve, exactly."""

from __future__ import annotations

from uuid import UUID

import pytest

from eventsapp.domain.rooms import Area, Spot, overfull, reserve

SPOTS = [
    Spot(UUID(int=1), "A", "Norte"),
    Spot(UUID(int=2), "A", "Norte"),
    Spot(UUID(int=3), "A", "Norte", is_kept=True),
    Spot(UUID(int=4), "A", "Sur"),
    Spot(UUID(int=5), "B", ""),
]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, set()),
        ({("A", ""): 9}, set()),
        ({("A", "Norte"): 2}, {2}),
        ({("A", "Norte"): 1}, {1, 2}),
        ({("A", ""): 3}, {4}),
        ({("A", ""): 2, ("A", "Norte"): 2}, {2, 4}),
        ({("B", ""): 1, ("C", ""): 1}, set()),
        ({("A", "Norte"): 1, ("A", ""): 1}, {1, 2, 4}),
    ],
)
def test_the_last_tables_that_nobody_keeps_stay_in_reserve(limits: dict[Area, int], expected: set[int]) -> None:
    assert reserve(SPOTS, limits) == {UUID(int=n) for n in expected}


def test_tables_that_somebody_keeps_are_never_in_reserve_even_when_too_many() -> None:
    kept = [Spot(UUID(int=n), "A", "", is_kept=True) for n in (1, 2, 3)]
    assert reserve(kept, {("A", ""): 2}) == frozenset()
    assert (overfull(kept, {("A", ""): 2}), overfull(kept, {("A", ""): 3})) == (("A", ""), None)
    assert overfull(SPOTS, {("A", "Norte"): 1, ("B", ""): 1}) is None
