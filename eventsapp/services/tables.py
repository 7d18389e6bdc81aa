"""The tables of an event, which of them can be used, and the desks of buyers that keep one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count, islice
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.rooms import Area
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Desk, Event, Placement, Registration, Slot, Table
from eventsapp.models.registration import DeskDelegate
from eventsapp.services import audit, events, zones

MAX_TABLES = 1000
HOLDING_SIDES = (Side.BUYER, Side.BOTH)


def add(
    event: Event,
    amount: int,
    *,
    prefix: str = "",
    room: str = "",
    zone: str = "",
    chairs: int | None = None,
    actor: Actor,
    now: datetime,
) -> list[Table]:
    """Add tables, numbered on from those that are there: 1, 2, 3 or, with a prefix, A1, A2, A3."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    events.lock(event)
    known = list_all(event)
    if len(known) + amount > MAX_TABLES:
        raise DomainError("too_many_tables", most=MAX_TABLES)
    labels = {table.label for table in known}
    fresh = list(islice((label for n in count(1) if (label := f"{prefix}{n}") not in labels), amount))
    first = max((table.position for table in known), default=0) + 1
    made = [
        Table(event_id=event.id, label=label, room=room, zone=zone, chairs=chairs, position=first + index)
        for index, label in enumerate(fresh)
    ]
    db.session.add_all(made)
    audit.record(actor, "event.tables_added", event, at=now, event=event, amount=amount, first=fresh[0], last=fresh[-1])
    return made


def change(
    event: Event,
    table: Table,
    *,
    label: str,
    room: str,
    zone: str,
    chairs: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a table another label, room, zone or number of chairs."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    before = table.label
    try:
        with db.session.begin_nested():
            table.label, table.room, table.zone, table.chairs = label, room, zone, chairs
    except IntegrityError as error:
        raise DomainError("label_taken", label=label) from error
    audit.record(actor, "event.table_changed", event, at=now, event=event, before=before, after=label, room=room)
    zones.check_kept(event, list_all(event), list_kept(event))


def limit_zones(event: Event, wanted: Mapping[Area, int | None], *, actor: Actor, now: datetime) -> None:
    """Say how many meetings rooms and zones hold at once, not fewer than the tables there that somebody keeps."""
    zones.limit(event, wanted, actor=actor, now=now)
    zones.check_kept(event, list_all(event), list_kept(event))


def close(event: Event, table: Table, *, actor: Actor, now: datetime) -> None:
    """Take a table out of use that was lost on site: from now on nobody meets there until it is opened again."""
    require(actor, Permission.SCHEDULE_ADJUST, event.scope)
    events.lock(event)
    if not table.is_lost(now):
        table.closed_at, table.closed_until = now, None
        audit.record(actor, "event.table_closed", event, at=now, event=event, label=table.label)


def close_for(
    event: Event, chosen: Sequence[Table], since: datetime, until: datetime | None, *, actor: Actor, now: datetime
) -> None:
    """Close tables for the rounds that begin from some moment on, and before another one where there is one."""
    require(actor, Permission.SCHEDULE_ADJUST, event.scope)
    if until is not None and since >= until:
        raise ValueError(f"tables cannot be closed from {since} until {until}")
    events.lock(event)
    for table in chosen:
        table.closed_at, table.closed_until = since, until
    audit.record(
        actor, "event.tables_closed", event, at=now, event=event, label=", ".join(table.label for table in chosen),
        since=since.isoformat(), until=until.isoformat() if until else None,
    )  # fmt: skip


def reopen(event: Event, table: Table, *, actor: Actor, now: datetime) -> None:
    """Use a table again that was lost."""
    require(actor, Permission.SCHEDULE_ADJUST, event.scope)
    events.lock(event)
    if table.closed_at is not None:
        table.closed_at = table.closed_until = None
        audit.record(actor, "event.table_opened", event, at=now, event=event, label=table.label)


def reopen_all(event: Event, *, actor: Actor, now: datetime) -> int:
    """Use every table again that was closed; gives how many were."""
    closed = [table for table in list_all(event) if table.closed_at is not None]
    for table in closed:
        reopen(event, table, actor=actor, now=now)
    return len(closed)


def remove(event: Event, table: Table, *, actor: Actor, now: datetime) -> None:
    """Take a table away; not when it is a buyer's or a schedule has meetings at it."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    used = select(exists().where(Placement.table_id == table.id) | exists().where(Desk.table_id == table.id))
    if db.session.scalar(used):
        raise DomainError("table_in_use", label=table.label)
    try:
        with db.session.begin_nested():
            db.session.delete(table)
    except IntegrityError as error:
        raise DomainError("table_in_use", label=table.label) from error
    audit.record(actor, "event.table_removed", event, at=now, event=event, label=table.label)


def list_all(event: Event) -> list[Table]:
    """The tables of an event in their order."""
    return list(db.session.scalars(select(Table).where(Table.event_id == event.id).order_by(Table.position)))


def list_used(event: Event) -> set[UUID]:
    """The tables that cannot be taken away: those of a buyer's desk or with meetings in a schedule."""
    placed = select(Placement.table_id).join(Table).where(Table.event_id == event.id).distinct()
    kept = select(Desk.table_id).join(Table).where(Table.event_id == event.id)
    return {table_id for query in (placed, kept) for table_id in db.session.scalars(query) if table_id}


def list_kept(event: Event) -> set[str]:
    """The tables that the desks of companies that take part keep, by their key in a problem."""
    query = (
        select(Desk.table_id)
        .join(Desk.registration)
        .where(
            Registration.event_id == event.id,
            Registration.status == RegistrationStatus.APPROVED,
            Desk.table_id.is_not(None),
        )
    )
    return {str(table_id) for table_id in db.session.scalars(query)}


def list_reserve(event: Event) -> frozenset[UUID]:
    """The tables that are not used because their room or zone holds no more meetings at once."""
    return zones.find_reserve(event, list_all(event), list_kept(event))


def count_stranded(event: Event) -> Counter[UUID]:
    """How many published meetings have a table that is closed by then, for each such table."""
    query = (
        select(Table.id)
        .join(Placement, Placement.table_id == Table.id)
        .join(Slot, Slot.id == Placement.slot_id)
        .where(
            Placement.schedule_id == event.published_schedule_id,
            Slot.starts_at >= Table.closed_at,
            or_(Table.closed_until.is_(None), Slot.starts_at < Table.closed_until),
        )
    )
    return Counter(db.session.scalars(query))


def list_desks(event: Event) -> list[Desk]:
    """The desks of approved buyers, by company, with who sits there."""
    query = (
        select(Desk)
        .join(Desk.registration)
        .where(
            Registration.event_id == event.id,
            Registration.status == RegistrationStatus.APPROVED,
            Registration.side.in_(HOLDING_SIDES),
        )
        .options(
            joinedload(Desk.registration).joinedload(Registration.company),
            joinedload(Desk.table),
            selectinload(Desk.seats).joinedload(DeskDelegate.delegate),
        )
        .order_by(Registration.number, Desk.number)
    )
    return list(db.session.scalars(query))


def find_crowded(desks: Iterable[Desk]) -> list[Desk]:
    """The desks that keep a table with fewer chairs than who sits there and one visitor need."""
    return [
        desk
        for desk in desks
        if desk.table is not None and desk.table.chairs is not None and len(desk.seats) + 1 > desk.table.chairs
    ]


def assign(event: Event, labels: dict[UUID, str], *, actor: Actor, now: datetime) -> int:
    """Give buyers' desks their tables by label, or none for an empty one; gives how many changed.

    A table holds one meeting at a time, so two desks never keep the same one.
    """
    require(actor, Permission.EVENT_MANAGE, event.scope)
    events.lock(event)
    by_label = {table.label: table for table in list_all(event)}
    desks = list_desks(event)
    wanted: dict[Desk, Table | None] = {}
    for desk in desks:
        label = labels.get(desk.id)
        if label and label not in by_label:
            raise DomainError("no_such_table", label=label)
        wanted[desk] = desk.table if label is None else by_label.get(label)
    kept = Counter(table.label for table in wanted.values() if table)
    label, times = kept.most_common(1)[0] if kept else ("", 0)
    if times > 1:
        raise DomainError("table_twice", label=label)
    changed = [desk for desk, table in wanted.items() if desk.table is not table]
    for desk in changed:
        desk.table = wanted[desk]
    db.session.flush()
    zones.check_kept(event, by_label.values(), list_kept(event))
    if changed:
        audit.record(actor, "event.desks_assigned", event, at=now, event=event, amount=len(changed))
    return len(changed)


def assign_in_order(event: Event, *, actor: Actor, now: datetime) -> int:
    """Give every buyer's desk without a table the next free one; gives how many got one."""
    desks = list_desks(event)
    taken = {desk.table_id for desk in desks} | list_reserve(event)
    free = iter([table for table in list_all(event) if table.id not in taken and table.closed_at is None])
    labels = {desk.id: table.label for desk, table in zip((d for d in desks if not d.table), free, strict=False)}
    return assign(event, labels, actor=actor, now=now)


def count_usable(event: Event) -> list[int]:
    """How many meetings can be held at once in each round: the tables that are neither closed then nor in reserve."""
    starts = list(db.session.scalars(select(Slot.starts_at).where(Slot.event_id == event.id).order_by(Slot.starts_at)))
    known = list_all(event)
    limited = zones.find_open_slots(event, starts, known, list_kept(event))
    busy = Counter(index for slots in limited.values() for index in slots)
    return [len(known) - len(limited) + busy[index] for index in range(len(starts))]
