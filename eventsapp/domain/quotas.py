"""How many requests a company may have open, and how many companies of a side take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import Side


class Limits(Protocol):
    """The request quotas of an event."""

    buyer_request_quota: int
    supplier_request_quota: int


def quota(limits: Limits, side: Side) -> int:
    """How many open requests a company of this side may have; who is both has the larger quota."""
    if side is Side.BOTH:
        return max(limits.buyer_request_quota, limits.supplier_request_quota)
    return limits.buyer_request_quota if side is Side.BUYER else limits.supplier_request_quota


def remaining(limits: Limits, side: Side, used: int) -> int:
    """How many requests are left; never under zero, also after a quota was lowered."""
    return max(0, quota(limits, side) - used)


def require_room(limits: Limits, side: Side, used: int) -> None:
    """Raise `quota_reached` unless one more request fits."""
    if not remaining(limits, side, used):
        raise DomainError("quota_reached", quota=quota(limits, side))


class Places(Protocol):
    """How many companies of a side take part; None is no limit."""

    buyer_places: int | None
    supplier_places: int | None


def has_place(places: Places, side: Side, taken: Mapping[Side, int]) -> bool:
    """Is there a place for one more company of this side? Who is both takes a place on each side.

    `taken` counts those who take part by their own side.
    """
    limits = {Side.BUYER: places.buyer_places, Side.SUPPLIER: places.supplier_places}
    wanted = [side] if side is not Side.BOTH else [Side.BUYER, Side.SUPPLIER]
    both = taken.get(Side.BOTH, 0)
    return all((limit := limits[one]) is None or taken.get(one, 0) + both < limit for one in wanted)
