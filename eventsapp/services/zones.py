"""Rooms and zones of an event, how many meetings each holds at once, and which tables stay in reserve for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain import rooms
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.rooms import Area, Spot
from eventsapp.models import Event, Table, Zone
from eventsapp.services import audit

MOST_MEETINGS = 1000


@dataclass(frozen=True)
class Space:
    """A room or a zone of it: its tables that are open, and how many meetings it holds at once (None: one a table)."""

    room: str
    zone: str
    tables: int
    capacity: int | None


def label(room: str, zone: str) -> str:
    """A zone with its room, as people find it."""
    return " · ".join(filter(None, (room, zone)))


def limits(event: Event) -> dict[Area, int]:
    """The rooms and zones with a limit, and what it is."""
    query = select(Zone.room, Zone.name, Zone.capacity).where(Zone.event_id == event.id)
    return {(room, name): most for room, name, most in db.session.execute(query)}


def list_spaces(event: Event) -> list[Space]:
    """Every room, each followed by its zones when it has some."""
    tables = list(db.session.scalars(select(Table).where(Table.event_id == event.id).order_by(Table.position)))
    known, counts = limits(event), Counter[Area]()
    for table in tables:
        for area in {(table.room, ""), (table.room, table.zone)}:
            counts[area] += not table.is_ending
    return [Space(room, zone, counts[room, zone], known.get((room, zone))) for room, zone in sorted(counts)]


def find_reserve(event: Event, tables: Iterable[Table], kept: Collection[str]) -> frozenset[UUID]:
    """The tables that are not closed for good and not used because their room or zone holds no more meetings; `kept`
    are never among them.
    """
    known = limits(event)
    return rooms.reserve(_spots(_lasting(tables), kept), known) if known else frozenset()


def find_open_slots(
    event: Event, starts: Sequence[datetime], tables: Sequence[Table], kept: Collection[str]
) -> dict[UUID, tuple[int, ...]]:
    """The slots, told by when they begin, in which a table can be used, for each table that is not for every slot: it
    is closed then, or stays in reserve because its room or zone holds no more meetings than the others that are open.
    """
    known = limits(event)
    found: dict[UUID, list[int]] = {table.id: [] for table in tables}
    reserves: dict[frozenset[UUID], frozenset[UUID]] = {}
    for index, start in enumerate(starts):
        there = [table for table in tables if table.is_open(start)]
        ids = frozenset(table.id for table in there)
        if ids not in reserves:
            reserves[ids] = rooms.reserve(_spots(there, kept), known) if known else frozenset()
        for key in ids - reserves[ids]:
            found[key].append(index)
    return {key: tuple(slots) for key, slots in found.items() if len(slots) < len(starts)}


def limit(event: Event, wanted: Mapping[Area, int | None], *, actor: Actor, now: datetime) -> int:
    """Say how many meetings rooms and zones hold at once, None for as many as there are tables; gives how many
    changed.
    """
    require(actor, Permission.EVENT_MANAGE, event.scope)
    db.session.refresh(event, with_for_update=True)
    rows = {(row.room, row.name): row for row in db.session.scalars(select(Zone).where(Zone.event_id == event.id))}
    changed = {area: most for area, most in wanted.items() if most != (rows[area].capacity if area in rows else None)}
    for area, most in changed.items():
        row = rows.get(area)
        if most is None and row is not None:
            db.session.delete(row)
        elif most is not None and row is not None:
            row.capacity = most
        elif most is not None:
            db.session.add(Zone(event_id=event.id, room=area[0], name=area[1], capacity=most))
    db.session.flush()
    for area, most in changed.items():
        audit.record(actor, "event.zone_limited", event, at=now, event=event, zone=label(*area), most=most)
    return len(changed)


def check_kept(event: Event, tables: Iterable[Table], kept: Collection[str]) -> None:
    """Refuse when the tables that somebody keeps are more than a room or zone holds at once."""
    known = limits(event)
    area = rooms.overfull(_spots(_lasting(tables), kept), known)
    if area is not None:
        raise DomainError("zone_full", zone=label(*area), most=known[area])


def widen(event: Event, room: str, zone: str, by: int) -> None:
    """Let a room and its zone hold more meetings, where they have a limit."""
    rows = select(Zone).where(Zone.event_id == event.id, Zone.room == room, Zone.name.in_({"", zone}))
    for row in db.session.scalars(rows):
        row.capacity += by


def _spots(tables: Iterable[Table], kept: Collection[str]) -> list[Spot]:
    return [Spot(table.id, table.room, table.zone, str(table.id) in kept) for table in tables]


def _lasting(tables: Iterable[Table]) -> list[Table]:
    return [table for table in tables if not table.is_ending]
