"""Demand per round: spread over what is common, limited by the desks, against the tables that are there."""

from __future__ import annotations

import pytest

from eventsapp.domain.demand import RoundNeed, spread


@pytest.mark.parametrize(
    ("pairs", "rounds", "expected"),
    [
        ([], 2, [0.0, 0.0]),
        ([[0], [0], [0, 1]], 2, [2.5, 0.5]),
        ([[], [1]], 2, [0.0, 1.0]),
        ([[0, 1, 2, 3]] * 4, 4, [1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_every_pair_weighs_one_in_all(pairs: list[list[int]], rounds: int, expected: list[float]) -> None:
    assert spread(pairs, rounds) == expected


@pytest.mark.parametrize(
    ("need", "wanted", "missing"),
    [
        (RoundNeed(24, 60, 30.0, 12), 24, 12),  # 24 buyers at most, 12 tables: "faltan 12 mesas"
        (RoundNeed(24, 60, 10.2, 12), 11, 0),
        (RoundNeed(24, 3, 30.0, 2), 3, 1),
        (RoundNeed(0, 60, 0.0, 0), 0, 0),
        (RoundNeed(5, 5, 3.0000000001, 3), 3, 0),
    ],
)
def test_a_round_wants_no_more_tables_than_desks_could_fill(need: RoundNeed, wanted: int, missing: int) -> None:
    assert (need.wanted, need.missing) == (wanted, missing)
