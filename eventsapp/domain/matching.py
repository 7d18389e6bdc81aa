"""Who fits whom, who may meet, and which meetings are indispensable. Pure rules, shown to users."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from eventsapp.domain.values import Preference, Side

LEVELS = 5
ASKING = frozenset({Preference.MUST, Preference.WANT})


@dataclass(frozen=True)
class Affinity:
    """How well two companies fit, 1 to 5, and the terms that say so."""

    level: int
    shared: tuple[str, ...]


def affinity(mine: Iterable[str], theirs: Iterable[str]) -> Affinity:
    """How well two lists of terms fit: the share of the shorter list that both have, in five levels.

    The shorter list counts, so that a specialist with one process fits a plant that needs that process completely.
    """
    first, second = list(dict.fromkeys(mine)), set(theirs)
    shared = tuple(code for code in first if code in second)
    if not shared:
        return Affinity(1, ())
    return Affinity(1 + ceil((LEVELS - 1) * len(shared) / min(len(first), len(second))), shared)


def may_meet(one: Side, other: Side) -> bool:
    """May companies of these sides ask each other? Buyers and suppliers; who is both, with everyone."""
    return one is not other or one is Side.BOTH


def is_buyer_side(one: Side, other: Side) -> bool:
    """Does `one` sit on the buyer's side of a meeting with `other`?"""
    return one is Side.BUYER or other is Side.SUPPLIER


def must_meet(buyer: Preference | None, supplier: Preference | None) -> bool:
    """Is the meeting indispensable? When the buyer says so, or when both asked and the supplier says so.

    A supplier's word alone does not bind: it would make every request of a supplier indispensable.
    """
    return buyer is Preference.MUST or (buyer in ASKING and supplier is Preference.MUST)


def folded(text: str) -> str:
    """Text without accents and case, for searching."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))
