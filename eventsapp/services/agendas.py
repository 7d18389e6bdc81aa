"""Agendas: the day of one person or of one company in what is published, on a page and as a calendar file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from eventsapp.calendars import build, invite, record
from eventsapp.calendars.invite import Person
from eventsapp.calendars.text import file_slug
from eventsapp.calendars.zones import writing_zone
from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.values import BlockKind, InvitationMethod, RegistrationStatus
from eventsapp.i18n import DEFAULT_LOCALE, force_locale
from eventsapp.models import (
    Block,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Invitation,
    Meeting,
    Placement,
    Registration,
    Schedule,
    Slot,
    Table,
)
from eventsapp.services import audit, meetings
from eventsapp.services.meetings import Part
from eventsapp.settings import Settings


@dataclass(frozen=True)
class Viewer:
    """Whose agenda is looked at: a registration and those of its desks that this person may see."""

    registration: Registration
    me: Delegate
    is_company_admin: bool

    @property
    def own_desks(self) -> list[Desk]:
        """The desks at which the person sits."""
        return [desk for desk in self.registration.desks if self.me in meetings.people(desk)]

    @property
    def desks(self) -> list[Desk]:
        """All desks that the person may see."""
        return list(self.registration.desks) if self.is_company_admin else self.own_desks


def find_viewer(registration: Registration, account_id: UUID | None) -> Viewer | None:
    """The person behind an account as a delegate of the registered company; None for strangers."""
    if account_id is None:
        return None
    query = select(Delegate).where(
        Delegate.company_id == registration.company_id,
        Delegate.account_id == account_id,
        Delegate.ended_at.is_(None),
    )
    mine = list(db.session.scalars(query))
    if not mine:
        return None
    seated = {delegate.id for desk in registration.desks for delegate in meetings.people(desk)}
    me = next((delegate for delegate in mine if delegate.id in seated), mine[0])
    return Viewer(registration, me, any(delegate.is_company_admin for delegate in mine))


def change_time_zone(delegate: Delegate, zone: str, *, actor: Actor, now: datetime) -> None:
    """By whose clock this person reads about meetings that are held by video."""
    require(actor, Permission.AGENDA_MANAGE, delegate.scope)
    delegate.time_zone = zone
    audit.record(actor, "delegate.time_zone_changed", delegate, at=now, zone=zone)


def find_registration(event: Event, company_ids: Iterable[UUID]) -> Registration | None:
    """The registration of one of these companies, an approved one first, with its desks and people."""
    query = (
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.company_id.in_(list(company_ids)),
        )
        .options(
            joinedload(Registration.company),
            selectinload(Registration.desks).selectinload(Desk.seats).joinedload(DeskDelegate.delegate),
        )
        .order_by(Registration.status != RegistrationStatus.APPROVED, Registration.created_at, Registration.id)
    )
    return db.session.scalars(query).first()


def find_published(event: Event) -> Schedule | None:
    """The version that everybody sees."""
    return db.session.get(Schedule, event.published_schedule_id) if event.published_schedule_id else None


def list_parts(schedule: Schedule, desks: Sequence[Desk]) -> list[Part]:
    """The meetings of these desks in a version, by time."""
    wanted = {desk.id for desk in desks}
    if not wanted:
        return []
    found = meetings.list_placements(schedule, or_(Placement.desk_a_id.in_(wanted), Placement.desk_b_id.in_(wanted)))
    return [part for place in found for part in meetings.parts(place) if part.own_desk.id in wanted]


def find_part(schedule: Schedule, meeting_id: UUID, desks: Sequence[Desk]) -> Part | None:
    """One meeting of these desks."""
    wanted = {desk.id for desk in desks}
    for place in meetings.list_placements(schedule, Placement.meeting_id == meeting_id):
        for part in meetings.parts(place):
            if part.own_desk.id in wanted:
                return part
    return None


def list_breaks(event: Event) -> list[Block]:
    """The breaks, meals and talks of an event, by time."""
    query = select(Block).where(Block.event_id == event.id, Block.kind != BlockKind.MEETINGS).order_by(Block.starts_at)
    return list(db.session.scalars(query))


def count_by_day(event: Event, parts: Iterable[Part], zone: ZoneInfo) -> dict[date, int]:
    """How many of these meetings are on each day of the event, by the clock of a zone."""
    counts = Counter(part.placement.slot.starts_at.astimezone(zone).date() for part in parts)
    days = sorted({slot.starts_at.astimezone(zone).date() for slot in event.slots} | set(counts))
    return {day: counts[day] for day in days}


def in_calendar(
    event: Event, schedule: Schedule, parts: Sequence[Part], settings: Settings, locale: str
) -> list[invite.Invitation]:
    """These meetings as calendar entries, with the identity that the mails to this side gave them."""
    told = _told(parts)
    organizer = Person(event.name, settings.mail_from)
    entries = []
    with force_locale(locale):
        for part in parts:
            seated = [delegate.id for delegate in meetings.people(part.own_desk)]
            last = max(
                (row for key in seated if (row := told.get((part.placement.meeting_id, key)))),
                key=lambda row: (row.sequence, row.stamped_at),
                default=None,
            )
            said = record.from_dict(last.content["invitation"]) if last else None
            entries.append(
                meetings.describe(
                    part,
                    event,
                    organizer=organizer,
                    base_url=settings.base_url,
                    now=said.last_modified if said else schedule.published_at or schedule.created_at,
                    locale=locale,
                    uid=said.uid if said else None,
                    sequence=said.sequence if said else 0,
                    zone=said.zone if said else _zone(event, part),
                )
            )
    return entries


def _zone(event: Event, part: Part) -> str:
    return meetings.zone_for(event, next(iter(meetings.people(part.own_desk)), None))


def agenda_file(event: Event, schedule: Schedule, parts: Sequence[Part], settings: Settings, locale: str) -> bytes:
    """A calendar file of all these meetings."""
    return build.agenda_file(in_calendar(event, schedule, parts, settings, locale), event.name)


def meeting_file(event: Event, schedule: Schedule, part: Part, settings: Settings, locale: str) -> bytes:
    """A calendar file of one meeting."""
    return build.meeting_file(in_calendar(event, schedule, [part], settings, locale)[0])


def export(event: Event, folder: Path, *, settings: Settings) -> list[Path]:
    """Write `<company>.ics` for every company that has meetings in what is published."""
    schedule = find_published(event)
    if schedule is None:
        return []
    by_company: dict[UUID, list[Part]] = {}
    for place in meetings.list_placements(schedule):
        for part in meetings.parts(place):
            by_company.setdefault(part.own.id, []).append(part)
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    for parts in by_company.values():
        own = parts[0].own
        name = file_slug(own.company.name, fallback=own.folio)
        name = f"{name}-{own.folio}" if name in written else name
        written[name] = folder / f"{name}.ics"
        written[name].write_bytes(agenda_file(event, schedule, parts, settings, DEFAULT_LOCALE))
    return list(written.values())


def stream_event(event: Event, schedule: Schedule, *, settings: Settings) -> Iterator[bytes]:
    """Every meeting of a version as one calendar, piece by piece, for the organizer.

    What is needed is read at once, a few bytes for each meeting: no transaction stays open while a slow client reads.
    """
    a, b = aliased(Registration), aliased(Registration)
    first, second = aliased(Company), aliased(Company)
    query = (
        select(
            Meeting.uid,
            Meeting.created_at,
            Slot.starts_at,
            Slot.ends_at,
            Table.label,
            Table.room,
            first.name,
            second.name,
        )
        .select_from(Placement)
        .join(Meeting, Meeting.id == Placement.meeting_id)
        .join(Slot, Slot.id == Placement.slot_id)
        .outerjoin(Table, Table.id == Placement.table_id)
        .join(a, a.id == Meeting.a_id)
        .join(first, first.id == a.company_id)
        .join(b, b.id == Meeting.b_id)
        .join(second, second.id == b.company_id)
        .where(Placement.schedule_id == schedule.id)
        .order_by(Slot.starts_at, Table.position, Meeting.uid)
    )
    rows: list[Any] = [tuple(row) for row in db.session.execute(query)]
    organizer = Person(event.name, settings.mail_from)
    changed, sequence = schedule.published_at or schedule.created_at, max((schedule.publication or 1) - 1, 0)
    zone, place = event.time_zone, ", ".join(filter(None, (event.venue, event.city)))
    used = {zone} if rows and writing_zone(zone, rows[0][2], rows[-1][3]) else set()

    def part(row: tuple[Any, ...]) -> bytes:
        uid, created, start, end, label, room, one, other = row
        table = str(_("Mesa %(table)s", table=label)) if label else ""
        return build.part(
            invite.Invitation(
                uid=uid,
                sequence=sequence,
                dtstamp=changed,
                created=created,
                last_modified=changed,
                start=start,
                end=end,
                zone=zone,
                summary=" · ".join(filter(None, (f"{one} / {other}", table))),
                location=", ".join(filter(None, (room, table, place))),
                organizer=organizer,
            )
        )

    return build.stream(map(part, rows), event.name, zone=zone, zones=used)


def _told(parts: Sequence[Part]) -> dict[tuple[UUID, UUID], Invitation]:
    """What the people of these sides were last invited to, by meeting and delegate."""
    asked = {part.placement.meeting_id for part in parts}
    query = select(Invitation).where(Invitation.method == InvitationMethod.REQUEST)
    if len(asked) > 500:
        event_id = parts[0].placement.meeting.event_id
        query = query.join(Meeting, Meeting.id == Invitation.meeting_id).where(Meeting.event_id == event_id)
    else:
        query = query.where(Invitation.meeting_id.in_(asked))
    return {(row.meeting_id, row.delegate_id): row for row in db.session.scalars(query)}
