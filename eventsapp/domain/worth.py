"""What a meeting is worth: from the wishes of both sides, how well they fit, and their priority. Pure rules.

Each part adds points, and the organizer of an event may let it count for more or for less, in a few named steps:

    both asked 800 · only the buyer 400 · only the supplier 150 · neither asked, both are available 20
    + 60 when the buyer calls it indispensable, + 30 when the supplier does
    + 15 for each level of affinity above the first; the level is told by `domain.scoring`
    + 10 for each point of priority of both, of which four count
    + 6, 5, 4 … for the first ranks of the buyer's own order, + 4, 3, 2, 1 for those of the supplier's

These are the points that are recommended. With them the additions come to 200 at most, and to 100 where neither asked,
less than any step between the four: a meeting that both asked for always beats one that only the buyer asked for, and
that one always beats one that only the supplier asked for. Whatever is chosen, both asking is worth more than one.

A company that is available (`open`) says yes when it is asked, and adds nothing to the value. A veto (`no`) of either
side leaves no meeting, whatever anybody asked: such a pair has no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import ASKING
from eventsapp.domain.values import Preference

BOTH_AVAILABLE = 20
MOST_PRIORITY = 4


class Step(StrEnum):
    """How much a part counts, in words."""

    NONE = "none"
    LITTLE = "little"
    USUAL = "usual"
    MORE = "more"
    MUCH = "much"


@dataclass(frozen=True)
class Weights:
    """The points of each part; the defaults are those that are recommended."""

    both_asked: int = 800
    buyer_asked: int = 400
    supplier_asked: int = 150
    buyer_must: int = 60
    supplier_must: int = 30
    affinity: int = 15
    priority: int = 10
    buyer_rank: int = 6
    supplier_rank: int = 4

    def check(self) -> None:
        """Raise `DomainError` unless these are points that can be chosen and both asking beats one asking."""
        for part, points in self.to_dict().items():
            if points not in STEPS[part].values():
                raise ValueError(f"no step of {part} is worth {points}")
        if self.both_asked <= max(self.buyer_asked, self.supplier_asked):
            raise DomainError("both_worth_less")

    def step(self, part: str) -> Step:
        """How much a part counts, in words: the nearest step, should the steps have changed since it was chosen."""
        points = getattr(self, part)
        return min(STEPS[part], key=lambda step: abs(STEPS[part][step] - points))

    def to_dict(self) -> dict[str, int]:
        """As stored with an event, a run and a version: the points of every part."""
        return asdict(self)


def _steps(none: int | None, *points: int) -> Mapping[Step, int]:
    """The points of each step; what cannot count for nothing has no such step."""
    named = dict(zip((Step.LITTLE, Step.USUAL, Step.MORE, Step.MUCH), points, strict=True))
    return named if none is None else {Step.NONE: none, **named}


RECOMMENDED = Weights()
PARTS = tuple(field.name for field in fields(Weights))
STEPS: Mapping[str, Mapping[Step, int]] = {
    "both_asked": _steps(None, 500, 800, 1000, 1200),
    "buyer_asked": _steps(None, 200, 400, 500, 600),
    "supplier_asked": _steps(None, 75, 150, 300, 450),
    "buyer_must": _steps(0, 30, 60, 120, 240),
    "supplier_must": _steps(0, 15, 30, 60, 120),
    "affinity": _steps(0, 8, 15, 30, 60),
    "priority": _steps(0, 5, 10, 20, 40),
    "buyer_rank": _steps(0, 3, 6, 12, 24),
    "supplier_rank": _steps(0, 2, 4, 8, 16),
}


def weights_from_dict(stored: Mapping[str, Any]) -> Weights:
    """Weights as they were stored; the recommended ones where none were."""
    return Weights(**stored)


def meeting_value(
    buyer: Preference | None,
    supplier: Preference | None,
    *,
    level: int,
    priority: int,
    buyer_rank: int | None = None,
    supplier_rank: int | None = None,
    weights: Weights = RECOMMENDED,
) -> int:
    """What a meeting is worth (see above): wish and rank of each side or None, affinity 1 to 5, priority of both."""
    if Preference.NO in (buyer, supplier):
        return 0
    musts = weights.buyer_must * (buyer is Preference.MUST) + weights.supplier_must * (supplier is Preference.MUST)
    ranks = _rank_value(buyer, buyer_rank, weights.buyer_rank) + _rank_value(
        supplier, supplier_rank, weights.supplier_rank
    )
    fit = weights.affinity * (level - 1) + weights.priority * min(max(priority, 0), MOST_PRIORITY)
    return _asked_value(buyer in ASKING, supplier in ASKING, weights) + musts + ranks + fit


def _asked_value(buyer: bool, supplier: bool, weights: Weights) -> int:
    if buyer and supplier:
        return weights.both_asked
    return weights.buyer_asked if buyer else weights.supplier_asked if supplier else BOTH_AVAILABLE


def _rank_value(preference: Preference | None, rank: int | None, most: int) -> int:
    """The first rank adds the most, each further one a point less; who asked for nothing has no ranks."""
    return max(0, most + 1 - rank) if rank is not None and preference in ASKING else 0
