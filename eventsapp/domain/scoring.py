"""How well what a supplier offers covers what a buyer needs: one score, made of parts that everybody may see.

Each part has a weight and a share from 0 to 1. Only what the buyer asks for counts, so that a short requirement can be
covered as fully as a long one:

    50 terms          the share of the asked terms that the offer has
    15 capacity       free capacity in a month against the volume wanted in a month
    10 distance       full within the wanted distance, nothing at twice that; the nearest places of both count
     5 preferred      the share of the certificates that the buyer prefers
     5 class          the common beginning of the SCIAN class and the wanted one
     5 size           the supplier has one of the wanted sizes
     5 language       both speak one of the wanted languages
     5 verification   how far somebody looked at what the supplier says

What a buyer asks and a supplier does not tell counts half: it is a question to be asked, not a fault. Without a common
term there is no match at all. A must-certificate is a gate: where one is missing the score is at most 25 (level 2) and
the missing ones are named, so that the match becomes something to develop; one in progress passes where the buyer
accepts that.

A score of 0 to 100 gives a level of 1 to 5 in equal steps: 1 without a common term, then one more for each quarter
begun. Terms that a company chose when it registered and did not describe further stand as a `general` need or offer;
between those the share is that of the shorter list, so that nobody loses by describing nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from math import asin, ceil, cos, radians, sin, sqrt
from operator import mul
from typing import NamedTuple
from uuid import UUID

from eventsapp.domain.scian import common_digits
from eventsapp.domain.sourcing import Unit
from eventsapp.domain.values import Verification

LEVELS = 5
GATE_CLOSED = 25
UNTOLD = 0.5
ENOUGH = 0.5
EARTH_KM = 6371.0
MONTHS = 12
SHORTEST_CLASS = 2

Point = tuple[float, float]


class Aspect(StrEnum):
    """What a part of the score looks at."""

    TERMS = "terms"
    CAPACITY = "capacity"
    DISTANCE = "distance"
    PREFERRED = "preferred"
    CLASS = "class"
    SIZE = "size"
    LANGUAGE = "language"
    VERIFICATION = "verification"


WEIGHTS = {
    Aspect.TERMS: 50,
    Aspect.CAPACITY: 15,
    Aspect.DISTANCE: 10,
    Aspect.PREFERRED: 5,
    Aspect.CLASS: 5,
    Aspect.SIZE: 5,
    Aspect.LANGUAGE: 5,
    Aspect.VERIFICATION: 5,
}
TRUST = {
    Verification.REJECTED: 0.0,
    Verification.DECLARED: 0.4,
    Verification.DOCUMENT_CHECKED: 0.8,
    Verification.SITE_VISITED: 1.0,
}


@dataclass(frozen=True)
class Need:
    """What a buyer looks for, as far as it is compared; a `general` one has its terms only."""

    key: UUID
    terms: tuple[str, ...]
    is_general: bool = False
    monthly: float | None = None
    unit: Unit | None = None
    musts: frozenset[str] = frozenset()
    preferred: frozenset[str] = frozenset()
    accepts_in_progress: bool = False
    classes: tuple[str, ...] = ()
    sizes: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    max_km: int | None = None
    points: tuple[Point, ...] = ()
    state: str = ""
    term_set: frozenset[str] = field(init=False, repr=False, compare=False)
    aspects: tuple[Aspect, ...] = field(init=False, repr=False, compare=False)
    weights: tuple[int, ...] = field(init=False, repr=False, compare=False)
    weight: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """The terms, for comparing, and what is looked at: only what the buyer asks for."""
        asked = (
            (Aspect.CAPACITY, self.monthly),
            (Aspect.DISTANCE, self.max_km),
            (Aspect.PREFERRED, self.preferred),
            (Aspect.CLASS, self.classes),
            (Aspect.SIZE, self.sizes),
            (Aspect.LANGUAGE, self.languages),
            (Aspect.VERIFICATION, not self.is_general),
        )
        aspects = (Aspect.TERMS, *[aspect for aspect, value in asked if value])
        weights = tuple([WEIGHTS[aspect] for aspect in aspects])
        object.__setattr__(self, "term_set", frozenset(self.terms))
        object.__setattr__(self, "aspects", aspects)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "weight", sum(weights))


@dataclass(frozen=True)
class Firm:
    """What is compared of a supplier, whatever it offers."""

    held: frozenset[str] = frozenset()
    in_progress: frozenset[str] = frozenset()
    scian: tuple[str, ...] = ()
    size: str = ""
    languages: frozenset[str] = frozenset()
    points: tuple[Point, ...] = ()
    state: str = ""


@dataclass(frozen=True)
class Offer:
    """What a supplier makes or does, as far as it is compared; a `general` one has its terms only.

    `described` are the terms of each capability beside a general offer: what one of them covers is compared by it, not
    by the general offer, which knows less.
    """

    key: UUID
    terms: tuple[str, ...]
    is_general: bool = False
    monthly_free: float | None = None
    unit: Unit | None = None
    verification: Verification = Verification.DECLARED
    described: tuple[frozenset[str], ...] = ()
    firm: Firm = field(default_factory=Firm)
    term_set: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """The terms, for comparing."""
        object.__setattr__(self, "term_set", frozenset(self.terms))


class Part(NamedTuple):
    """One part of a score: the share that is met, None when the supplier does not tell."""

    aspect: Aspect
    share: float | None

    @property
    def weight(self) -> int:
        """How much the part counts."""
        return WEIGHTS[self.aspect]

    @property
    def points(self) -> float:
        """What the part adds."""
        return self.weight * (UNTOLD if self.share is None else self.share)


class Match(NamedTuple):
    """How one offer covers one need: the score, the must-certificates missing, and the share of each part."""

    need: Need
    offer: Offer
    score: int
    open_score: int
    missing: tuple[str, ...]
    shares: tuple[float | None, ...]

    @property
    def level(self) -> int:
        """1 to 5."""
        return level_of(self.score)

    @property
    def shared(self) -> tuple[str, ...]:
        """The common terms."""
        return tuple([code for code in self.need.terms if code in self.offer.term_set])

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the score is made of, terms first."""
        return tuple(map(Part, self.need.aspects, self.shares))


def level_of(score: int) -> int:
    """The level of a score: 1 for nothing in common, then one more for each quarter begun."""
    return 1 + ceil((LEVELS - 1) * score / 100)


def match(need: Need, offer: Offer) -> Match | None:
    """How an offer covers a need; None without a common term, and where a capability says it better."""
    shared = need.term_set & offer.term_set
    if not shared or (offer.described and any(shared <= terms for terms in offer.described)):
        return None
    shares = _shares(need, offer, len(shared))
    points = sum(map(mul, need.weights, [UNTOLD if share is None else share for share in shares]))
    open_score = max(1, round(100 * points / need.weight))
    missing = missing_certificates(need, offer.firm)
    score = min(open_score, GATE_CLOSED) if missing else open_score
    return Match(need, offer, score, open_score, missing, shares)


def covers(need: Need, offer: Offer) -> bool:
    """Does an offer cover a need whole: all its terms, its must-certificates, and half the volume when that is told?"""
    if not need.term_set <= offer.term_set or missing_certificates(need, offer.firm):
        return False
    if any(need.term_set <= terms for terms in offer.described):
        return False
    capacity = _capacity(need, offer)
    return capacity is None or capacity >= ENOUGH


def missing_certificates(need: Need, firm: Firm) -> tuple[str, ...]:
    """The must-certificates that a supplier has not got, those in progress apart where the buyer accepts them."""
    if need.musts <= firm.held:
        return ()
    missing = need.musts - firm.held
    if need.accepts_in_progress:
        missing -= firm.in_progress
    return tuple(sorted(missing))


def best(matches: Iterable[Match]) -> Match | None:
    """The best of some matches, or None."""
    return max(matches, key=_rank, default=None)


def ranked(matches: Iterable[Match]) -> list[Match]:
    """Matches, the best first; of those behind a closed gate, the one that fits best otherwise."""
    return sorted(matches, key=_rank, reverse=True)


class Index:
    """Offers by their terms: only those that share a term with a need are ever looked at."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._by_term: dict[str, list[Offer]] = {}
        for offer in offers:
            for code in offer.term_set:
                self._by_term.setdefault(code, []).append(offer)

    def offers(self, need: Need) -> Iterable[Offer]:
        """The offers that share a term with a need, each once."""
        found = [self._by_term.get(code, ()) for code in need.term_set]
        return found[0] if len(found) == 1 else {id(offer): offer for offers in found for offer in offers}.values()

    def whole(self, need: Need) -> list[Offer]:
        """The offers that have all terms of a need."""
        fewest = min((self._by_term.get(code, []) for code in need.term_set), key=len, default=[])
        return [offer for offer in fewest if need.term_set <= offer.term_set]

    def matches(self, need: Need) -> Iterator[Match]:
        """How each offer that shares a term covers the need."""
        for offer in self.offers(need):
            found = match(need, offer)
            if found is not None:
                yield found


@lru_cache(maxsize=65536)
def distance_km(one: Point, other: Point) -> float:
    """The way between two points on the globe as the crow flies (haversine)."""
    (lat_1, lon_1), (lat_2, lon_2) = one, other
    half_lat, half_lon = radians(lat_2 - lat_1) / 2, radians(lon_2 - lon_1) / 2
    chord = sin(half_lat) ** 2 + cos(radians(lat_1)) * cos(radians(lat_2)) * sin(half_lon) ** 2
    return 2 * EARTH_KM * asin(sqrt(chord))


def nearest_km(need: Need, firm: Firm) -> float | None:
    """The shortest way between a place of the one and a place of the other; None when one side tells none."""
    return min((distance_km(one, other) for one in need.points for other in firm.points), default=None)


def _rank(found: Match) -> tuple[int, int, int]:
    return found.score, found.open_score, len(found.shared)


def _shares(need: Need, offer: Offer, shared: int) -> tuple[float | None, ...]:
    """How far each aspect of the need is met, in their order; None where the supplier does not tell."""
    if need.is_general:
        return (shared / min(len(need.term_set), len(offer.term_set)),)
    return (shared / len(need.term_set), *[SHARES[aspect](need, offer) for aspect in need.aspects[1:]])


def _capacity(need: Need, offer: Offer) -> float | None:
    if offer.monthly_free is None or offer.unit is not need.unit or not need.monthly:
        return None
    return min(1.0, offer.monthly_free / need.monthly)


def _nearness(need: Need, offer: Offer) -> float | None:
    firm = offer.firm
    if not need.max_km:
        return None
    km = nearest_km(need, firm)
    if km is None:
        return 1.0 if need.state and need.state == firm.state else None
    return max(0.0, min(1.0, 2 - km / need.max_km))


def _preferred(need: Need, offer: Offer) -> float:
    return len(need.preferred & offer.firm.held) / len(need.preferred)


def _class(need: Need, offer: Offer) -> float | None:
    return _kinship(need.classes, offer.firm.scian)


def _size(need: Need, offer: Offer) -> float | None:
    return float(offer.firm.size in need.sizes) if offer.firm.size else None


def _language(need: Need, offer: Offer) -> float | None:
    spoken = offer.firm.languages
    return float(not need.languages.isdisjoint(spoken)) if spoken else None


def _verification(_need: Need, offer: Offer) -> float:
    return TRUST[offer.verification]


SHARES: dict[Aspect, Callable[[Need, Offer], float | None]] = {
    Aspect.CAPACITY: _capacity,
    Aspect.DISTANCE: _nearness,
    Aspect.PREFERRED: _preferred,
    Aspect.CLASS: _class,
    Aspect.SIZE: _size,
    Aspect.LANGUAGE: _language,
    Aspect.VERIFICATION: _verification,
}
"""The share of each aspect but the terms, of which a match has its own count."""


@lru_cache(maxsize=65536)
def _kinship(wanted: tuple[str, ...], classes: tuple[str, ...]) -> float | None:
    if not classes:
        return None
    return max(_common(one, other) / len(one) for one in wanted for other in classes)


def _common(one: str, other: str) -> int:
    """How many digits two classes begin with together; a single one says nothing."""
    count = common_digits(one, other)
    return count if count >= SHORTEST_CLASS else 0
