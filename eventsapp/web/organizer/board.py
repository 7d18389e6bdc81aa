"""The venue of an event as pages need it, and a version as a picture of shades."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.values import BlockKind
from eventsapp.models import Block, Company, Desk, Event, Placement, Registration, Slot, Table
from eventsapp.services.requests import Pair
from eventsapp.services.schedules import key_of


@dataclass(frozen=True)
class Venue:
    """The days, rounds, breaks and tables of an event, and the companies to which tables are fixed."""

    event: Event
    slots: tuple[Slot, ...]
    breaks: tuple[Block, ...]
    tables: tuple[Table, ...]
    hosts: Mapping[UUID, str]

    @classmethod
    def of(cls, event: Event) -> Venue:
        """Read with four queries."""
        slots = select(Slot).where(Slot.event_id == event.id).order_by(Slot.starts_at)
        blocks = select(Block).where(Block.event_id == event.id, Block.kind != BlockKind.MEETINGS)
        tables = select(Table).where(Table.event_id == event.id).order_by(Table.position)
        hosts = (
            select(Desk.table_id, Company.name)
            .join(Registration, Desk.registration_id == Registration.id)
            .join(Company, Registration.company_id == Company.id)
            .where(Registration.event_id == event.id, Desk.table_id.is_not(None))
        )
        return cls(
            event,
            tuple(db.session.scalars(slots)),
            tuple(db.session.scalars(blocks.order_by(Block.starts_at))),
            tuple(db.session.scalars(tables)),
            {table_id: name for table_id, name in db.session.execute(hosts) if table_id is not None},
        )

    @property
    def days(self) -> list[date]:
        """The days that have rounds."""
        return sorted({self.day_of(slot) for slot in self.slots})

    def day_of(self, slot: Slot | Block) -> date:
        """The day at the venue."""
        return slot.starts_at.astimezone(self.event.zone).date()

    def slots_of(self, day: date) -> list[Slot]:
        """The rounds of a day."""
        return [slot for slot in self.slots if self.day_of(slot) == day]


def affinity_levels(pairs: Iterable[Pair]) -> Callable[[Placement], int]:
    """From a placement to the affinity of its two companies, 1 to 5; the lowest when nobody asks for it any longer."""
    known = {frozenset({pair.a.id, pair.b.id}): pair.affinity for pair in pairs}
    return lambda place: known.get(key_of(place.meeting), 1)


def overview(event: Event, placements: Iterable[Placement], pairs: Iterable[Pair]) -> list[list[int]]:
    """The whole version as shades, a row for each table and a column for each round; 0 is free."""
    venue = Venue.of(event)
    level = affinity_levels(pairs)
    held = {(place.table_id, place.slot_id): level(place) for place in placements}
    return [[held.get((table.id, slot.id), 0) for slot in venue.slots] for table in venue.tables]
