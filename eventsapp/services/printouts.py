"""Printouts: asked for by staff, prepared by the worker; what each kind of sheet says, as plain values in one language.

What is printed is the published version, or the draft in work, marked as such, while nothing is published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload, selectinload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import (
    BlockKind,
    Paper,
    PrintoutKind,
    PrintoutStatus,
    RegistrationStatus,
    ScheduleStatus,
)
from eventsapp.i18n import force_locale
from eventsapp.models import Block, Desk, DeskDelegate, Event, Placement, Printout, Registration, Schedule, Slot, Table
from eventsapp.printing.render import qr_code
from eventsapp.services import audit, badges, events, jobs, meetings, schedules, wording
from eventsapp.services.meetings import Part

FILES_FOR = timedelta(days=30)
MOST_DETAIL = 2000
ENDED = frozenset({PrintoutStatus.READY, PrintoutStatus.FAILED})
MOST_ROUNDS = 12  # side by side on a page of the board, so that a name can be read
WITHOUT_SCHEDULE = frozenset({PrintoutKind.BADGES, PrintoutKind.ATTENDANCE})

Row = dict[str, Any]


# Asking and keeping ---------------------------------------------------------------------------------------------------


def find(event: Event, number: int) -> Printout | None:
    """A printout of an event by its number."""
    if not 0 < number < 2**31:
        return None
    return db.session.scalar(select(Printout).where(Printout.event_id == event.id, Printout.number == number))


def list_for(event: Event, most: int = 30) -> list[Printout]:
    """The newest printouts of an event."""
    query = select(Printout).where(Printout.event_id == event.id).order_by(Printout.number.desc()).limit(most)
    return list(db.session.scalars(query.options(joinedload(Printout.created_by), joinedload(Printout.schedule))))


def find_version(event: Event) -> Schedule | None:
    """What would be printed now: the published version, else the draft in work."""
    return schedules.find_published(event) or schedules.find_current(event)


def start(event: Event, kind: PrintoutKind, *, paper: Paper, locale: str, actor: Actor, now: datetime) -> Printout:
    """Ask for a printout; the worker prepares it. `nothing_to_print` while there is no schedule to print."""
    require(actor, Permission.PRINTOUT_MAKE, event.scope)
    events.lock(event)
    version = find_version(event)
    if version is None and kind not in WITHOUT_SCHEDULE:
        raise DomainError("nothing_to_print")
    last = db.session.scalar(select(func.max(Printout.number)).where(Printout.event_id == event.id))
    made = Printout(
        event=event,
        number=(last or 0) + 1,
        kind=kind,
        paper=paper,
        locale=locale,
        schedule=version,
        created_by_id=actor.account_id,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    made.job = jobs.add("print", {"printout_id": str(made.id)}, at=now, organization_id=event.organization_id)
    audit.record(actor, "printout.started", made, at=now, kind=kind.value)
    return made


def begin(printout: Printout) -> None:
    """The worker has it in hand."""
    printout.status, printout.progress = PrintoutStatus.RUNNING, {}


def tell_drawing(printout: Printout) -> None:
    """What it says is gathered; the sheets are being drawn."""
    printout.progress = {"drawing": True}


def finish(printout: Printout, content: bytes, *, now: datetime) -> None:
    """Keep the file."""
    printout.status, printout.content, printout.size, printout.ended_at = (
        PrintoutStatus.READY,
        content,
        len(content),
        now,
    )


def fail(printout: Printout, reason: str, *, now: datetime, detail: str = "") -> None:
    """It could not be prepared, why, and what the technician reads."""
    if printout.status not in ENDED:
        printout.status, printout.error, printout.ended_at = PrintoutStatus.FAILED, reason[:1000], now
        printout.progress = {"technical": detail[:MOST_DETAIL]}


def drop_old_files(*, now: datetime) -> None:
    """Let go of files that were prepared long ago; that they were prepared stays."""
    old = (Printout.content.is_not(None), Printout.ended_at < now - FILES_FOR)
    db.session.execute(
        update(Printout).where(*old).values(content=None, size=None).execution_options(synchronize_session=False)
    )


# What the sheets say --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """What a printout is drawn from: the event, the placements of its version, and the day each belongs to."""

    event: Event
    zone: ZoneInfo
    placements: Sequence[Placement]
    registrations: Sequence[Registration]
    now: datetime

    def day(self, moment: datetime) -> date:
        """The day at the venue."""
        return moment.astimezone(self.zone).date()

    def hours(self, placement: Placement) -> str:
        """From when to when."""
        return wording.hours(placement.slot.starts_at, placement.slot.ends_at, self.zone)


def content_of(printout: Printout, *, base_url: str, now: datetime) -> Row:
    """All that a printout says, in its language, as values that JSON knows."""
    event, schedule = printout.event, printout.schedule
    with force_locale(printout.locale):
        source = Source(
            event=event,
            zone=event.zone,
            placements=meetings.list_placements(schedule) if schedule else (),
            registrations=_attending(event),
            now=now,
        )
        url = f"{base_url.rstrip('/')}/e/{event.code}"
        return {
            "title": title_of(printout.kind),
            "lang": printout.locale[:2],
            "paper": printout.paper.value,
            "event": event.name,
            "organizer": event.organization.name,
            "place": " · ".join(filter(None, (event.venue, _dates(source)))),
            "version": _version_words(schedule),
            "is_draft": schedule is not None and schedule.status is ScheduleStatus.DRAFT,
            "printed": _printed_words(source),
            "clock": _("Horas de %(city)s", city=wording.city(event.time_zone)),
            "url": url.removeprefix("https://").removeprefix("http://"),
            "url_qr": qr_code(url),
            "words": _words(),
            **CONTENT[printout.kind](source),
        }


def title_of(kind: PrintoutKind) -> str:
    """The name of a kind of sheet."""
    titles = {
        PrintoutKind.AGENDAS: _("Agendas por empresa"),
        PrintoutKind.BADGES: _("Gafetes"),
        PrintoutKind.SIGNS: _("Letreros de mesa"),
        PrintoutKind.ROUNDS: _("Listas por ronda"),
        PrintoutKind.ATTENDANCE: _("Lista de asistencia"),
        PrintoutKind.BOARD: _("Tablero completo"),
    }
    return str(titles[kind])


def _words() -> dict[str, str]:
    return {
        "page": _("Página"),
        "of": _("de"),
        "draft": _("Borrador"),
        "time": _("Hora"),
        "table": _("Mesa"),
        "with": _("Con quién"),
        "room": _("Salón"),
        "side_a": _("Recibe"),
        "side_b": _("Visita"),
        "company": _("Empresa"),
        "person": _("Persona"),
        "signature": _("Firma"),
        "key": _("Clave"),
        "no_meetings": _("Sin reuniones por ahora"),
        "no_people": _("Todavía no hay personas aprobadas"),
        "no_tables": _("Todavía no hay mesas"),
        "plan": _("Dónde están sus mesas"),
    }


def _version_words(schedule: Schedule | None) -> str:
    if schedule is None:
        return str(_("Sin horario"))
    if schedule.status is ScheduleStatus.DRAFT:
        return str(_("Borrador %(number)d", number=schedule.number))
    return str(_("Publicación %(number)d", number=schedule.publication or 0))


def _printed_words(source: Source) -> str:
    today, time = source.day(source.now), wording.clock(source.now, source.zone)
    day = wording.in_year(wording.day(source.now, source.zone), today.year)
    return str(_("Impreso el %(day)s a las %(time)s", day=day, time=time))


def _dates(source: Source) -> str:
    days = {source.day(slot.starts_at) for slot in source.event.slots}
    return wording.in_year(wording.days(days), max(days).year) if days else ""


def _agendas(source: Source) -> Row:
    parts: dict[UUID, list[Part]] = defaultdict(list)
    for placement in source.placements:
        for part in meetings.parts(placement):
            parts[part.own.id].append(part)
    pauses, rooms = _pauses(source), _rooms(source)
    return {
        "companies": [
            {
                "key": f"c{registration.number}",
                "name": registration.company.name,
                "folio": registration.folio,
                "role": wording.side(source.event, registration.side),
                "days": [
                    _agenda_day(source, list(of_day), pauses.get(day, []), rooms, len(registration.desks) > 1)
                    for day, of_day in groupby(
                        parts[registration.id], key=lambda part: source.day(part.placement.slot.starts_at)
                    )
                ],
            }
            for registration in source.registrations
            if parts[registration.id]
        ]
    }


def _agenda_day(
    source: Source, parts: list[Part], pauses: list[Block], rooms: dict[str, list[Table]], shows_desk: bool
) -> Row:
    first, last = parts[0].placement.slot.starts_at, parts[-1].placement.slot.ends_at
    rows = [(part.placement.slot.starts_at, _agenda_row(source, part, shows_desk)) for part in parts]
    rows += [(pause.starts_at, _pause_row(source, pause)) for pause in pauses if first <= pause.starts_at <= last]
    return {
        "title": wording.day(first, source.zone),
        "count": ngettext("%(num)s reunión", "%(num)s reuniones", len(parts)),
        "rows": [row for _starts, row in sorted(rows, key=lambda entry: entry[0])],
        "plans": _plans(rooms, {part.placement.table_id for part in parts}),
    }


def _rooms(source: Source) -> dict[str, list[Table]]:
    """The tables that stand in each room; those of a video call stand nowhere."""
    found: dict[str, list[Table]] = defaultdict(list)
    for table in source.event.tables:
        if not table.virtual_url:
            found[table.room].append(table)
    return found


def _plans(rooms: dict[str, list[Table]], own: set[UUID | None]) -> list[Row]:
    """The plan of each room where a company meets, with its tables marked."""
    return [
        {"room": room, "tables": [{"label": table.label, "is_own": table.id in own} for table in tables]}
        for room, tables in rooms.items()
        if own.intersection(table.id for table in tables)
    ]


def _agenda_row(source: Source, part: Part, shows_desk: bool) -> Row:
    table = part.placement.table
    return {
        "kind": "meeting",
        "time": source.hours(part.placement),
        "table": table.label if table else "–",
        "room": table.room if table else "",
        "company": part.other.company.name,
        "people": ", ".join(person.name for person in meetings.people(part.other_desk)),
        "desk": ", ".join(person.name for person in meetings.people(part.own_desk)) if shows_desk else "",
    }


def _pause_row(source: Source, pause: Block) -> Row:
    hours = wording.hours(pause.starts_at, pause.ends_at, source.zone)
    return {"kind": "pause", "time": hours, "title": pause.title or pause_word(pause.kind)}


def pause_word(kind: BlockKind) -> str:
    """What a stretch without meetings is for."""
    return str({BlockKind.LUNCH: _("Comida"), BlockKind.TALK: _("Plática")}.get(kind, _("Receso")))


def _pauses(source: Source) -> dict[date, list[Block]]:
    found: dict[date, list[Block]] = defaultdict(list)
    for block in source.event.blocks:
        if block.kind is not BlockKind.MEETINGS:
            found[source.day(block.starts_at)].append(block)
    return found


def _signs(source: Source) -> Row:
    at_table: dict[UUID, list[Placement]] = defaultdict(list)
    for placement in source.placements:
        if placement.table_id is not None:
            at_table[placement.table_id].append(placement)
    return {
        "tables": [
            {
                "label": table.label,
                "room": table.room,
                "company": _host(at_table[table.id]),
                "chairs": ngettext("%(num)s silla", "%(num)s sillas", table.chairs) if table.chairs else "",
                "count": ngettext("%(num)s reunión", "%(num)s reuniones", len(at_table[table.id])),
                "days": [
                    {
                        "title": wording.day(held[0].slot.starts_at, source.zone),
                        "rows": [{"time": source.hours(place), **_pair(place)} for place in held],
                    }
                    for _day, of_day in groupby(at_table[table.id], key=lambda place: source.day(place.slot.starts_at))
                    for held in [list(of_day)]
                ],
            }
            for table in source.event.tables
        ]
    }


def _host(placements: Sequence[Placement]) -> str:
    """The company that sits at a table all the time, if one does."""
    hosts = {place.meeting.a_id: place.meeting.a.company.name for place in placements}
    return next(iter(hosts.values())) if len(hosts) == 1 else ""


def _pair(place: Placement) -> Row:
    return {"a": place.meeting.a.company.name, "b": place.meeting.b.company.name}


def _rounds(source: Source) -> Row:
    held: dict[UUID, list[Placement]] = defaultdict(list)
    for placement in source.placements:
        held[placement.slot_id].append(placement)
    used = [slot for slot in source.event.slots if held[slot.id]]
    return {
        "rounds": [
            {
                "title": wording.hours(slot.starts_at, slot.ends_at, source.zone),
                "day": wording.day(slot.starts_at, source.zone),
                "count": ngettext("%(num)s reunión", "%(num)s reuniones", len(held[slot.id])),
                "rows": [
                    {"table": place.table.label if place.table else "–", **_pair(place)}
                    for place in sorted(held[slot.id], key=lambda place: place.table.position if place.table else -1)
                ],
            }
            for slot in used
        ]
    }


def _attendance(source: Source) -> Row:
    days = sorted({source.day(slot.starts_at) for slot in source.event.slots})
    moments = {source.day(slot.starts_at): slot.starts_at for slot in source.event.slots}
    people = sum(len(registration.delegates) for registration in source.registrations)
    return {
        "count": ngettext("%(num)s persona", "%(num)s personas", people),
        "days": [wording.short_day(moments[day], source.zone) for day in days],
        "people": [
            {
                "company": registration.company.name,
                "role": wording.side(source.event, registration.side),
                "name": person.name,
                "job": person.job_title,
            }
            for registration in source.registrations
            for person in registration.delegates
        ],
    }


def _badges(source: Source) -> Row:
    people = [person for registration in source.registrations for person in registration.delegates]
    keys = badges.keys_of(source.event, people, now=source.now)
    rows = _badge_rows(source)
    return {
        "badges": [
            {
                "name": person.name,
                "company": registration.company.name,
                "job": person.job_title,
                "role": wording.side(source.event, registration.side),
                "side": registration.side.value,
                "key": keys[person.id],
                "qr": qr_code(keys[person.id]),
                "rows": rows[person.id],
            }
            for registration in source.registrations
            for person in registration.delegates
        ]
    }


def _badge_rows(source: Source) -> dict[UUID, list[Row]]:
    """The agenda of each person for the back of the badge."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    days: dict[UUID, date] = {}
    for placement in source.placements:
        day = source.day(placement.slot.starts_at)
        for part in meetings.parts(placement):
            for person in meetings.people(part.own_desk):
                if days.get(person.id) != day:
                    days[person.id] = day
                    found[person.id].append(
                        {"kind": "day", "title": wording.short_day(placement.slot.starts_at, source.zone)}
                    )
                table = placement.table.label if placement.table else "–"
                found[person.id].append(
                    {
                        "kind": "meeting",
                        "time": wording.clock(placement.slot.starts_at, source.zone),
                        "table": table,
                        "company": part.other.company.name,
                    }
                )
    return found


def _board(source: Source) -> Row:
    held = {(place.slot_id, place.table_id): _pair(place) for place in source.placements}
    rooms = list(dict.fromkeys(table.room for table in source.event.tables))
    return {
        "pages": [
            {
                "title": f"{wording.day(slots[0].starts_at, source.zone)} · "
                f"{wording.hours(slots[0].starts_at, slots[-1].ends_at, source.zone)}",
                "room": room,
                "times": [wording.clock(slot.starts_at, source.zone) for slot in slots],
                "after_pause": [
                    at for at, (one, other) in enumerate(pairwise(slots), start=1) if one.block_id != other.block_id
                ],
                "rows": [
                    {"table": table.label, "cells": [held.get((slot.id, table.id)) for slot in slots]}
                    for table in source.event.tables
                    if table.room == room
                ],
            }
            for slots in _board_pages(source)
            for room in rooms
        ]
    }


def _board_pages(source: Source) -> list[list[Slot]]:
    """The rounds of each half-day, which ends at lunch or with the day; a long one takes several pages of equal width.

    A break or a talk does not end a half-day: the rounds around it stand side by side.
    """
    halves: list[list[Slot]] = []
    day = None
    for block in source.event.blocks:
        if block.kind is BlockKind.LUNCH or source.day(block.starts_at) != day:
            halves.append([])
        halves[-1].extend(block.slots)
        day = source.day(block.starts_at)
    return [
        half[len(half) * page // pages : len(half) * (page + 1) // pages]
        for half in halves
        for pages in [-(-len(half) // MOST_ROUNDS)]
        for page in range(pages)
    ]


def _attending(event: Event) -> list[Registration]:
    """The approved companies with their people, by name."""
    query = (
        select(Registration)
        .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.APPROVED)
        .options(
            joinedload(Registration.company),
            selectinload(Registration.desks).selectinload(Desk.seats).joinedload(DeskDelegate.delegate),
        )
    )
    return sorted(db.session.scalars(query), key=lambda one: (folded(one.company.name), one.number))


CONTENT: dict[PrintoutKind, Callable[[Source], Row]] = {
    PrintoutKind.AGENDAS: _agendas,
    PrintoutKind.BADGES: _badges,
    PrintoutKind.SIGNS: _signs,
    PrintoutKind.ROUNDS: _rounds,
    PrintoutKind.ATTENDANCE: _attendance,
    PrintoutKind.BOARD: _board,
}
