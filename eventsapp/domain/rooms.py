"""Rooms and zones that hold fewer meetings at once than they have tables: which tables stay in reserve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

Area = tuple[str, str]
"""A room and one of its zones; the whole room where the zone is empty."""


@dataclass(frozen=True)
class Spot:
    """A table that is there, where it stands, and whether somebody keeps it."""

    id: UUID
    room: str
    zone: str
    is_kept: bool = False

    def is_in(self, area: Area) -> bool:
        """Does it stand in this room or zone?"""
        room, zone = area
        return self.room == room and zone in ("", self.zone)


def reserve(spots: Sequence[Spot], limits: Mapping[Area, int]) -> frozenset[UUID]:
    """The tables that are not used so that no limit is passed: the last ones that nobody keeps; zones come first."""
    found: set[UUID] = set()
    for area, most in sorted(limits.items(), key=lambda limit: (not limit[0][1], limit[0])):
        inside = [spot for spot in spots if spot.is_in(area) and spot.id not in found]
        free = [spot.id for spot in inside if not spot.is_kept]
        surplus = min(len(inside) - most, len(free))
        found.update(free[-surplus:] if surplus > 0 else ())
    return frozenset(found)


def overfull(spots: Iterable[Spot], limits: Mapping[Area, int]) -> Area | None:
    """A room or zone whose kept tables alone pass its limit, or None."""
    kept = [spot for spot in spots if spot.is_kept]
    return next((area for area, most in sorted(limits.items()) if sum(s.is_in(area) for s in kept) > most), None)
