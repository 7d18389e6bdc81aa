"""An event as the engine and the judge see it: slots, tables and desks by index and text key, without the solver.

The keys in a problem are the UUIDs of our rows as text; the request of a pair is called "a:b".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Absence, Company, Desk, DeskDelegate, Event, Registration, Slot, Table
from eventsapp.scheduling import problem as asked
from eventsapp.services import zones


@dataclass(frozen=True)
class Frame:
    """The slots and tables of an event, every company that may sit in it, and the names by registration.

    `open_slots` has the tables that are not for every slot, with the slots in which meetings may be held at them.
    """

    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]
    companies: Mapping[UUID, asked.Company]
    approved: frozenset[UUID]
    names: Mapping[UUID, str]
    open_slots: Mapping[UUID, tuple[int, ...]] = field(default_factory=dict)

    @property
    def slot_index(self) -> dict[UUID, int]:
        """The index of each slot in a problem."""
        return {slot.id: index for index, slot in enumerate(self.slots)}

    def problem_slots(self, event: Event) -> tuple[asked.Slot, ...]:
        """The slots in the event's zone, so that a day is a day at the venue."""
        zone = event.zone
        return tuple(
            asked.Slot(slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone), str(slot.block_id))
            for slot in self.slots
        )

    def problem_tables(self) -> tuple[asked.Table, ...]:
        """The tables, each in its zone and in the slots in which it is open."""
        return tuple(
            asked.Table(str(table.id), zones.label(table.room, table.zone) or None, self.open_slots.get(table.id))
            for table in self.tables
        )

    def count_tables(self, slot: int) -> int:
        """How many meetings have a table in a slot."""
        return sum(slot in self.open_slots.get(table.id, (slot,)) for table in self.tables)


def read(event: Event) -> Frame:
    """The frame of an event, with the same few queries whatever its size."""
    slots = tuple(db.session.scalars(select(Slot).where(Slot.event_id == event.id).order_by(Slot.starts_at)))
    tables = tuple(db.session.scalars(select(Table).where(Table.event_id == event.id).order_by(Table.position)))
    query = select(*_READ).join(Registration.company).where(Registration.event_id == event.id)
    registrations = db.session.execute(query.order_by(Registration.number)).all()
    desks = _desks(event, slots, {table.id for table in tables if table.closed_at})
    companies = {
        registration.id: _company(event, registration, desks[registration.id])
        for registration in registrations
        if registration.id in desks
    }
    approved = {found.id for found in registrations if found.status is RegistrationStatus.APPROVED}
    names = {registration.id: registration.name for registration in registrations}
    kept = {desk.table for key in approved & desks.keys() for desk in desks[key] if desk.table}
    open_slots = zones.find_open_slots(event, [slot.starts_at for slot in slots], tables, kept)
    return Frame(slots, tables, companies, frozenset(approved), names, open_slots)


_READ = (
    Registration.id,
    Registration.side,
    Registration.status,
    Registration.min_meetings,
    Registration.max_meetings,
    Company.name,
)


class Limited(Protocol):
    """A registration as far as its limits go: the row of ours, or some of its columns."""

    side: Any
    min_meetings: Any
    max_meetings: Any


def limits(event: Event, registration: Limited) -> tuple[int, int | None]:
    """The fewest and the most meetings of a registration: its own, else those of the event for its side."""
    by_side = {
        Side.BUYER: event.buyer_max_meetings,
        Side.SUPPLIER: event.supplier_max_meetings,
        Side.BOTH: _larger(event.buyer_max_meetings, event.supplier_max_meetings),
    }
    most = registration.max_meetings if registration.max_meetings is not None else by_side[registration.side]
    least = registration.min_meetings
    if registration.side is Side.SUPPLIER:
        least = max(least, event.supplier_min_meetings)
    return (least if most is None else min(least, most)), most


def shared_people(seats: Mapping[UUID, Collection[UUID]]) -> dict[UUID, UUID]:
    """The person of each desk that shares a delegate with another one, directly or through a third desk."""
    leader: dict[UUID, UUID] = {}

    def head(delegate: UUID) -> UUID:
        while leader.setdefault(delegate, delegate) != delegate:
            delegate = leader[delegate]
        return delegate

    for delegates in seats.values():
        first, *others = delegates
        for other in others:
            leader[head(other)] = head(first)
    person = {desk: head(next(iter(delegates))) for desk, delegates in seats.items()}
    desks_of = Counter(person.values())
    return {desk: found for desk, found in person.items() if desks_of[found] > 1}


def _larger(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _company(event: Event, registration: Any, desks: tuple[asked.Desk, ...]) -> asked.Company:
    least, most = limits(event, registration)
    return asked.Company(
        id=str(registration.id),
        side=registration.side.value,
        desks=desks,
        min_meetings=least,
        max_meetings=most,
        max_consecutive=event.max_consecutive,
    )


def _desks(event: Event, slots: Iterable[Slot], closed: Collection[UUID]) -> dict[UUID, tuple[asked.Desk, ...]]:
    """The desks of each registration, with the slots in which nobody is absent; who lost a table sits anywhere."""
    of_event = (Desk.registration_id == Registration.id, Registration.event_id == event.id)
    seats: dict[UUID, list[UUID]] = {}
    query = select(DeskDelegate.desk_id, DeskDelegate.delegate_id).join(Desk).join(Registration).where(*of_event)
    for desk_id, delegate_id in db.session.execute(query.order_by(DeskDelegate.position, DeskDelegate.delegate_id)):
        seats.setdefault(desk_id, []).append(delegate_id)
    people = shared_people(seats)
    absent: dict[UUID, list[tuple[datetime, datetime]]] = {}
    away = select(Absence.desk_id, Absence.starts_at, Absence.ends_at).join(Desk).join(Registration).where(*of_event)
    for desk_id, starts_at, ends_at in db.session.execute(away):
        absent.setdefault(desk_id, []).append((starts_at, ends_at))
    times = [(slot.starts_at, slot.ends_at) for slot in slots]
    whole = tuple(range(len(times)))
    rows = select(Desk.id, Desk.registration_id, Desk.table_id).join(Registration).where(*of_event)
    found: dict[UUID, list[asked.Desk]] = {}
    for desk_id, registration_id, table_id in db.session.execute(rows.order_by(Desk.number)):
        gone = absent.get(desk_id, ())
        free = (
            tuple(
                index
                for index, (starts_at, ends_at) in enumerate(times)
                if not any(begin < ends_at and end > starts_at for begin, end in gone)
            )
            if gone
            else whole
        )
        person = people.get(desk_id)
        own = str(table_id) if table_id and table_id not in closed else None
        desk = asked.Desk(str(desk_id), free, own, str(person) if person else None)
        found.setdefault(registration_id, []).append(desk)
    return {registration_id: tuple(desks) for registration_id, desks in found.items()}
