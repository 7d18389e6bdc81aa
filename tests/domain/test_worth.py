"""What a meeting is worth, and the steps in which an organizer lets its parts count for more or for less."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import Preference
from eventsapp.domain.worth import PARTS, RECOMMENDED, STEPS, Step, Weights, meeting_value, weights_from_dict

MUST, WANT, OPEN, NO = Preference.MUST, Preference.WANT, Preference.OPEN, Preference.NO


def test_no_addition_lifts_a_meeting_over_the_next_kind() -> None:
    extras = list(itertools.product(range(1, 6), range(-1, 10)))
    supplier = [meeting_value(None, wish, level=a, priority=p) for wish in (WANT, MUST) for a, p in extras]
    buyer = [meeting_value(wish, None, level=a, priority=p) for wish in (WANT, MUST) for a, p in extras]
    both = [
        meeting_value(one, other, level=a, priority=p)
        for one in (WANT, MUST)
        for other in (WANT, MUST)
        for a, p in extras
    ]
    assert (min(supplier), max(supplier)) == (150, 280)
    assert (min(buyer), max(buyer)) == (400, 560)
    assert (min(both), max(both)) == (800, 990)


def test_what_is_recommended_is_the_usual_step_of_every_part() -> None:
    assert {part: RECOMMENDED.step(part) for part in PARTS} == dict.fromkeys(PARTS, Step.USUAL)
    assert {part: STEPS[part][Step.USUAL] for part in PARTS} == RECOMMENDED.to_dict()


def test_the_steps_of_each_part_rise() -> None:
    assert tuple(STEPS) == PARTS
    for steps in STEPS.values():
        assert list(steps) == [step for step in Step if step in steps]
        assert list(steps.values()) == sorted(set(steps.values()))


def test_each_part_adds_its_points() -> None:
    weights = Weights(1200, 600, 450, 240, 120, 60, 40, 24, 16)
    worth = {
        "neither": meeting_value(OPEN, OPEN, level=1, priority=0, buyer_rank=1, weights=weights),
        "supplier": meeting_value(None, WANT, level=1, priority=0, weights=weights),
        "buyer": meeting_value(WANT, OPEN, level=1, priority=0, weights=weights),
        "both": meeting_value(WANT, WANT, level=1, priority=0, weights=weights),
        "musts": meeting_value(MUST, MUST, level=1, priority=0, weights=weights),
        "affinity": meeting_value(WANT, WANT, level=4, priority=0, weights=weights),
        "priority": meeting_value(WANT, WANT, level=1, priority=9, weights=weights),
        "ranks": meeting_value(WANT, WANT, level=1, priority=0, buyer_rank=2, supplier_rank=17, weights=weights),
        "veto": meeting_value(MUST, NO, level=5, priority=4, weights=weights),
    }
    assert worth == {
        "neither": 20,
        "supplier": 450,
        "buyer": 600,
        "both": 1200,
        "musts": 1560,
        "affinity": 1380,
        "priority": 1360,
        "ranks": 1223,
        "veto": 0,
    }


@pytest.mark.parametrize("changes", [{"both_asked": 500, "buyer_asked": 500}, {"both_asked": 500, "buyer_asked": 600}])
def test_both_asking_is_worth_more_than_one(changes: dict[str, int]) -> None:
    with pytest.raises(DomainError, match="both_worth_less"):
        replace(RECOMMENDED, **changes).check()
    replace(RECOMMENDED, buyer_asked=200, supplier_asked=450).check()


@pytest.mark.parametrize("points", [-1, 1, 16, 10**30])
def test_points_between_the_steps_are_none(points: int) -> None:
    with pytest.raises(ValueError, match="affinity"):
        replace(RECOMMENDED, affinity=points).check()


def test_weights_come_back_as_they_were_stored() -> None:
    chosen = replace(RECOMMENDED, affinity=60, supplier_rank=0)
    assert weights_from_dict(chosen.to_dict()) == chosen
    assert weights_from_dict({}) == RECOMMENDED


def test_points_that_are_no_step_any_longer_are_called_by_the_nearest_one() -> None:
    assert replace(RECOMMENDED, affinity=40).step("affinity") is Step.MORE
