"""The score of a requirement and a capability: its parts, the gate of certificates, levels and the index."""

from __future__ import annotations

import random
from uuid import UUID

import pytest

from eventsapp.domain.matching import affinity
from eventsapp.domain.scoring import (
    WEIGHTS,
    Aspect,
    Firm,
    Index,
    Need,
    Offer,
    Part,
    best,
    covers,
    distance_km,
    level_of,
    match,
    nearest_km,
    ranked,
)
from eventsapp.domain.sourcing import Unit
from eventsapp.domain.values import Verification

ONE, TWO = UUID(int=1), UUID(int=2)
SILAO, LEON = (20.944, -101.427), (21.122, -101.682)


def parts_of(need: Need, offer: Offer) -> dict[Aspect, float | None]:
    found = match(need, offer)
    assert found is not None
    return {part.aspect: part.share for part in found.parts}


def test_weights_make_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100


def test_nothing_in_common_is_no_match() -> None:
    assert match(Need(ONE, ("a",)), Offer(TWO, ("b",))) is None
    assert match(Need(ONE, ()), Offer(TWO, ())) is None


def test_every_part_is_shown_and_adds_its_points() -> None:
    need = Need(
        ONE,
        ("a", "b"),
        monthly=1000,
        unit=Unit.PIECES,
        musts=frozenset({"IATF-16949"}),
        preferred=frozenset({"ISO-14001", "ISO-45001"}),
        classes=("336370",),
        sizes=frozenset({"small"}),
        languages=frozenset({"en"}),
        max_km=100,
        points=(SILAO,),
    )
    firm = Firm(
        held=frozenset({"IATF-16949", "ISO-14001"}),
        scian=("332810",),
        size="small",
        languages=frozenset({"es", "en"}),
        points=(LEON,),
    )
    offer = Offer(TWO, ("b",), monthly_free=500, unit=Unit.PIECES, verification=Verification.SITE_VISITED, firm=firm)
    found = match(need, offer)
    assert found is not None
    assert found.parts == (
        Part(Aspect.TERMS, 0.5),
        Part(Aspect.CAPACITY, 0.5),
        Part(Aspect.DISTANCE, 1.0),
        Part(Aspect.PREFERRED, 0.5),
        Part(Aspect.CLASS, 2 / 6),
        Part(Aspect.SIZE, 1.0),
        Part(Aspect.LANGUAGE, 1.0),
        Part(Aspect.VERIFICATION, 1.0),
    )
    assert (found.score, found.open_score, found.level) == (62, 62, 4)
    assert (found.shared, found.missing) == (("b",), ())


def test_only_what_the_buyer_asks_counts() -> None:
    assert parts_of(Need(ONE, ("a",)), Offer(TWO, ("a",), firm=Firm(size="large", languages=frozenset({"de"})))) == {
        Aspect.TERMS: 1.0,
        Aspect.VERIFICATION: 0.4,
    }


def test_what_is_asked_and_not_told_counts_half() -> None:
    need = Need(
        ONE,
        ("a",),
        monthly=10,
        unit=Unit.TONNES,
        classes=("33",),
        sizes=frozenset({"micro"}),
        languages=frozenset({"ja"}),
        max_km=50,
        points=(SILAO,),
    )
    untold = parts_of(need, Offer(TWO, ("a",)))
    assert untold == {
        Aspect.TERMS: 1.0,
        Aspect.CAPACITY: None,
        Aspect.DISTANCE: None,
        Aspect.CLASS: None,
        Aspect.SIZE: None,
        Aspect.LANGUAGE: None,
        Aspect.VERIFICATION: 0.4,
    }
    assert Part(Aspect.CAPACITY, None).points == 7.5


def test_capacity_in_another_unit_is_not_compared() -> None:
    need = Need(ONE, ("a",), monthly=10, unit=Unit.TONNES)
    assert parts_of(need, Offer(TWO, ("a",), monthly_free=10_000, unit=Unit.PIECES))[Aspect.CAPACITY] is None
    assert parts_of(need, Offer(TWO, ("a",), monthly_free=0, unit=Unit.TONNES))[Aspect.CAPACITY] == 0
    assert parts_of(need, Offer(TWO, ("a",), monthly_free=99, unit=Unit.TONNES))[Aspect.CAPACITY] == 1


def test_distance_falls_to_nothing_at_twice_what_is_wanted() -> None:
    assert round(distance_km(SILAO, LEON)) == 33

    def nearness(most: int) -> float | None:
        return parts_of(Need(ONE, ("a",), max_km=most, points=(SILAO,)), Offer(TWO, ("a",), firm=Firm(points=(LEON,))))[
            Aspect.DISTANCE
        ]

    assert nearness(40) == 1.0
    assert nearness(22) == pytest.approx(2 - 33.08 / 22, abs=0.01)
    assert nearness(10) == 0.0


def test_without_points_the_same_state_is_near_and_another_is_not_known() -> None:
    need = Need(ONE, ("a",), max_km=100, state="Guanajuato")
    assert parts_of(need, Offer(TWO, ("a",), firm=Firm(state="Guanajuato")))[Aspect.DISTANCE] == 1.0
    assert parts_of(need, Offer(TWO, ("a",), firm=Firm(state="Jalisco")))[Aspect.DISTANCE] is None


def test_the_nearest_places_of_both_count() -> None:
    tijuana = (32.53, -117.03)
    need = Need(ONE, ("a",), max_km=40, points=(tijuana, SILAO))
    assert parts_of(need, Offer(TWO, ("a",), firm=Firm(points=(tijuana,))))[Aspect.DISTANCE] == 1.0
    assert parts_of(need, Offer(TWO, ("a",), firm=Firm(points=((48.78, 9.18), LEON))))[Aspect.DISTANCE] == 1.0
    assert parts_of(need, Offer(TWO, ("a",), firm=Firm(points=((48.78, 9.18),))))[Aspect.DISTANCE] == 0.0
    assert nearest_km(need, Firm()) is None


@pytest.mark.parametrize(
    ("wanted", "has", "share"),
    [("336370", "336370", 1.0), ("336370", "336310", 4 / 6), ("33", "332710", 1.0), ("3363", "337000", 0.5)],
)
def test_class_counts_by_its_common_beginning(wanted: str, has: str, share: float) -> None:
    offer = Offer(TWO, ("a",), firm=Firm(scian=(has,)))
    assert parts_of(Need(ONE, ("a",), classes=(wanted,)), offer)[Aspect.CLASS] == pytest.approx(share)


def test_one_common_digit_of_a_class_says_nothing() -> None:
    offer = Offer(TWO, ("a",), firm=Firm(scian=("311110",)))
    assert parts_of(Need(ONE, ("a",), classes=("336370",)), offer)[Aspect.CLASS] == 0


def test_a_missing_must_certificate_closes_the_gate_and_is_named() -> None:
    need = Need(ONE, ("a",), musts=frozenset({"NADCAP", "AS-9100"}))
    found = match(need, Offer(TWO, ("a",), firm=Firm(held=frozenset({"AS-9100"}))))
    assert found is not None
    assert (found.score, found.level, found.missing) == (25, 2, ("NADCAP",))
    assert found.open_score == 95


def test_a_certificate_in_progress_passes_only_where_the_buyer_accepts_it() -> None:
    firm = Firm(in_progress=frozenset({"IATF-16949"}))
    strict = match(Need(ONE, ("a",), musts=frozenset({"IATF-16949"})), Offer(TWO, ("a",), firm=firm))
    kind = match(
        Need(ONE, ("a",), musts=frozenset({"IATF-16949"}), accepts_in_progress=True), Offer(TWO, ("a",), firm=firm)
    )
    assert strict is not None
    assert kind is not None
    assert (strict.missing, kind.missing) == (("IATF-16949",), ())
    assert kind.score > strict.score


def test_levels_are_quarters() -> None:
    assert [level_of(score) for score in (0, 1, 25, 26, 50, 51, 75, 76, 100)] == [1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_general_terms_give_the_level_that_affinity_gives() -> None:
    rng = random.Random(4)
    for _ in range(500):
        mine, theirs = (tuple(rng.sample("abcdefghij", rng.randint(1, 10))) for _ in "xy")
        found = match(Need(ONE, mine, is_general=True), Offer(TWO, theirs, is_general=True))
        expected = affinity(mine, theirs)
        assert (found.level if found else 1, found.shared if found else ()) == (expected.level, expected.shared)


def test_what_a_capability_describes_is_not_compared_by_the_general_offer() -> None:
    described = (frozenset("a"), frozenset("b"))
    general = Offer(TWO, ("a", "b", "c"), is_general=True, described=described)
    assert match(Need(ONE, ("a",)), general) is None
    assert not covers(Need(ONE, ("a",)), general)
    assert covers(Need(ONE, ("a", "b")), general)
    found = match(Need(ONE, ("a", "b")), general)
    assert found is not None
    assert found.shared == ("a", "b")


def test_half_the_volume_is_enough_to_cover_and_less_is_not() -> None:
    need = Need(ONE, ("a",), monthly=100, unit=Unit.SETS)
    free = [(50, True), (49, False), (None, True)]
    assert [covers(need, Offer(TWO, ("a",), monthly_free=each, unit=Unit.SETS)) for each, _ in free] == [
        expected for _, expected in free
    ]


def test_the_index_finds_what_comparing_each_with_each_finds() -> None:
    rng = random.Random(7)
    codes = [f"t{n}" for n in range(12)]
    needs = [Need(UUID(int=n), tuple(rng.sample(codes, rng.randint(1, 3)))) for n in range(40)]
    offers = [Offer(UUID(int=1000 + n), tuple(rng.sample(codes, rng.randint(1, 3)))) for n in range(60)]
    index = Index(offers)
    for need in needs:
        plain = [found for offer in offers if (found := match(need, offer))]
        by_index = sorted(index.matches(need), key=lambda found: found.offer.key)
        assert by_index == plain


def test_the_best_of_closed_gates_is_the_one_that_fits_otherwise() -> None:
    need = Need(ONE, ("a", "b"), musts=frozenset({"X"}))
    near, far = (match(need, Offer(UUID(int=n), terms)) for n, terms in ((5, ("a", "b")), (6, ("a",))))
    assert near is not None
    assert far is not None
    assert ranked([far, near]) == [near, far]
    assert best([far, near]) == near
    assert best([]) is None
