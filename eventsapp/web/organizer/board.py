"""The schedule as a grid and as lists: which cell holds what, ready for the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.values import BlockKind
from eventsapp.models import Block, Company, Desk, Event, Placement, Registration, Slot, Table
from eventsapp.services.requests import Pair
from eventsapp.services.schedules import key_of
from eventsapp.web.formats import clock
from eventsapp.web.words import BLOCK_KIND


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


def grid(
    venue: Venue,
    day: date,
    placements: Sequence[Placement],
    pairs: Iterable[Pair],
    *,
    href: Callable[[Placement], str],
    changed: Collection[UUID] = (),
    clashing: Collection[UUID] = (),
    marked: Collection[UUID] = (),
) -> dict[str, Any]:
    """Columns and rows of one day for the kit's grid; sets of meetings say what is changed, clashing, marked."""
    slots = venue.slots_of(day)
    here = {slot.id for slot in slots}
    level = affinity_levels(pairs)
    held: dict[tuple[UUID | None, UUID], Placement] = {}
    for place in placements:
        if place.slot_id in here:
            held[place.table_id, place.slot_id] = place

    def cell(place: Placement, host: UUID | None) -> dict[str, Any]:
        return {
            "text": _partner(place, host),
            "title": f"{place.meeting.a.company.name} · {place.meeting.b.company.name}",
            "href": href(place),
            "affinity": level(place),
            "pinned": place.is_pinned,
            "new": place.meeting_id in changed,
            "clash": place.meeting_id in clashing,
            "marked": place.meeting_id in marked,
        }

    breaks = [block for block in venue.breaks if venue.day_of(block) == day]
    columns = _columns(venue, slots, breaks, held)
    rows = []
    for table in venue.tables:
        own = [held[table.id, slot.id] for slot in slots if (table.id, slot.id) in held]
        host = _host(own)
        cells: list[dict[str, Any] | None] = []
        for column in columns:
            found = held.get((table.id, column["slot"])) if column["kind"] == "slot" else None
            cells.append(cell(found, host) if found is not None else None)
        rows.append(
            {
                "number": table.label,
                "label": _host_name(own, host) or venue.hosts.get(table.id, ""),
                "total": len(own),
                "cells": cells,
            }
        )
    return {"columns": columns, "rows": rows, "taken": len(held), "room": len(slots) * len(venue.tables)}


def _columns(
    venue: Venue, slots: Sequence[Slot], breaks: Sequence[Block], held: Collection[tuple[UUID | None, UUID]]
) -> list[dict[str, Any]]:
    used = Counter(slot_id for _, slot_id in held)
    columns: list[dict[str, Any]] = []
    left = [block for block in breaks if slots and block.ends_at > slots[0].starts_at]
    for slot in slots:
        while left and left[0].starts_at < slot.starts_at:
            block = left.pop(0)
            columns.append({"kind": "break", "label": block.title or str(BLOCK_KIND[block.kind])})
        load = used[slot.id] / len(venue.tables) if venue.tables else 0
        columns.append({"kind": "slot", "label": clock(slot.starts_at), "load": load, "slot": slot.id})
    return columns


def _host(own: Sequence[Placement]) -> UUID | None:
    """The registration that sits at a table all day, when there is one."""
    common = [{place.meeting.a_id, place.meeting.b_id} for place in own]
    shared = set.intersection(*common) if common else set()
    if len(shared) == 1:
        return shared.pop()
    return own[0].meeting.a_id if shared else None


def _host_name(own: Sequence[Placement], host: UUID | None) -> str:
    if host is None:
        return ""
    meeting = own[0].meeting
    return meeting.a.company.name if meeting.a_id == host else meeting.b.company.name


def _partner(place: Placement, host: UUID | None) -> str:
    meeting = place.meeting
    if host == meeting.a_id:
        return meeting.b.company.name
    if host == meeting.b_id:
        return meeting.a.company.name
    return f"{meeting.a.company.name} · {meeting.b.company.name}"


def overview(event: Event, placements: Iterable[Placement], pairs: Iterable[Pair]) -> list[list[int]]:
    """The whole version as shades, a row for each table and a column for each round; 0 is free."""
    venue = Venue.of(event)
    level = affinity_levels(pairs)
    held = {(place.table_id, place.slot_id): level(place) for place in placements}
    return [[held.get((table.id, slot.id), 0) for slot in venue.slots] for table in venue.tables]
