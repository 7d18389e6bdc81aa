"""Affinity, who may meet whom, and which meetings are indispensable."""

from __future__ import annotations

import itertools

import pytest

from eventsapp.domain.matching import Affinity, affinity, folded, is_buyer_side, may_meet, must_meet
from eventsapp.domain.values import Preference, Side

MUST, WANT = Preference.MUST, Preference.WANT


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ([], [], Affinity(1, ())),
        (["a"], [], Affinity(1, ())),
        (["a", "b"], ["c"], Affinity(1, ())),
        (["a", "b", "c", "d"], ["d"], Affinity(5, ("d",))),
        (["a", "b", "c", "d"], ["d", "x", "y", "z", "w"], Affinity(2, ("d",))),
        (["c", "a", "b", "d"], ["a", "x", "c", "z"], Affinity(3, ("c", "a"))),
        (["a", "b", "c"], ["a", "b", "x"], Affinity(4, ("a", "b"))),
        (["a", "a"], ["a"], Affinity(5, ("a",))),
    ],
)
def test_affinity_is_the_share_of_the_shorter_list(mine: list[str], theirs: list[str], expected: Affinity) -> None:
    assert affinity(mine, theirs) == expected


def test_buyers_and_suppliers_meet_and_who_is_both_meets_everyone() -> None:
    allowed = {(one, other) for one in Side for other in Side if may_meet(one, other)}
    refused = {(Side.BUYER, Side.BUYER), (Side.SUPPLIER, Side.SUPPLIER)}
    assert allowed == set(itertools.product(Side, Side)) - refused


def test_who_is_both_sits_on_the_side_that_is_left() -> None:
    assert is_buyer_side(Side.BUYER, Side.SUPPLIER)
    assert is_buyer_side(Side.BOTH, Side.SUPPLIER)
    assert is_buyer_side(Side.BUYER, Side.BOTH)
    assert not is_buyer_side(Side.BOTH, Side.BUYER)
    assert not is_buyer_side(Side.SUPPLIER, Side.BOTH)


def test_a_suppliers_word_alone_does_not_bind() -> None:
    wishes = (None, WANT, MUST)
    binding = [(buyer, supplier) for buyer in wishes for supplier in wishes if must_meet(buyer, supplier)]
    assert binding == [(WANT, MUST), (MUST, None), (MUST, WANT), (MUST, MUST)]


def test_searching_forgets_accents_and_case() -> None:
    assert folded("GALVÁNICOS Weiß ﬁno") == "galvanicos weiss fino"
