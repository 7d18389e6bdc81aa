"""Who fits whom, and what a meeting is worth: from shared terms, sides and wishes. Pure rules, shown to users.

A meeting's value is a whole number up to 1000, made so that a meeting both sides asked for always beats one that only
the buyer asked for, and that one always beats one that only the supplier asked for:

    both asked 800 · only the buyer 400 · only the supplier 150 · neither asked, both are available 20
    + 60 when the buyer calls it indispensable, + 30 when the supplier does
    + 15 for each level of affinity above the first (at most 60); the level is told by `domain.scoring`
    + 10 for each point of priority of both (at most 40)
    + 6, 5, 4 … for the first ranks of the buyer's own order, + 4, 3, 2, 1 for those of the supplier's

The additions come to 200 at most, and to 100 where neither asked, less than any step between the four. A company that
is available (`open`) says yes when it is asked, and adds nothing to the value. A veto (`no`) of either side leaves no
meeting, whatever anybody asked: such a pair has no value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from eventsapp.domain.values import Preference, Side

LEVELS = 5
BOTH_ASKED, BUYER_ASKED, SUPPLIER_ASKED = 800, 400, 150
BUYER_MUST, SUPPLIER_MUST = 60, 30
BOTH_AVAILABLE = 20
PER_LEVEL, PER_PRIORITY, MOST_PRIORITY = 15, 10, 4
BUYER_RANK, SUPPLIER_RANK = 6, 4
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


def meeting_value(
    buyer: Preference | None,
    supplier: Preference | None,
    *,
    level: int,
    priority: int,
    buyer_rank: int | None = None,
    supplier_rank: int | None = None,
) -> int:
    """What a meeting is worth (see above): wish and rank of each side or None, affinity 1 to 5, priority of both."""
    if Preference.NO in (buyer, supplier):
        return 0
    wishes = BUYER_MUST * (buyer is Preference.MUST) + SUPPLIER_MUST * (supplier is Preference.MUST)
    ranks = _rank_value(buyer, buyer_rank, BUYER_RANK) + _rank_value(supplier, supplier_rank, SUPPLIER_RANK)
    fit = PER_LEVEL * (level - 1) + PER_PRIORITY * min(max(priority, 0), MOST_PRIORITY)
    return _asked_value(buyer in ASKING, supplier in ASKING) + wishes + ranks + fit


def _asked_value(buyer: bool, supplier: bool) -> int:
    if buyer and supplier:
        return BOTH_ASKED
    return BUYER_ASKED if buyer else SUPPLIER_ASKED if supplier else BOTH_AVAILABLE


def _rank_value(preference: Preference | None, rank: int | None, most: int) -> int:
    """The first rank adds the most, each further one a point less; who asked for nothing has no ranks."""
    return max(0, most + 1 - rank) if rank is not None and preference in ASKING else 0


def must_meet(buyer: Preference | None, supplier: Preference | None) -> bool:
    """Is the meeting indispensable? When the buyer says so, or when both asked and the supplier says so.

    A supplier's word alone does not bind: it would make every request of a supplier indispensable.
    """
    return buyer is Preference.MUST or (buyer in ASKING and supplier is Preference.MUST)


def folded(text: str) -> str:
    """Text without accents and case, for searching."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))
