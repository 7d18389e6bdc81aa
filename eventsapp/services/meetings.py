"""Meetings as one side sees them: whom it meets, where and when, and the same in the words of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from eventsapp.calendars import invite
from eventsapp.calendars.invite import InvalidInvitation, Person
from eventsapp.calendars.reply import zone_named
from eventsapp.calendars.text import clean_line
from eventsapp.db import db
from eventsapp.domain.local_time import zone_of_place
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import Modality, Side
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES
from eventsapp.models import Delegate, Desk, DeskDelegate, Event, Meeting, Placement, Registration, Schedule

ALARM_MINUTES = 10
MOST_TERMS = 6


@dataclass(frozen=True)
class Part:
    """One side of a placed meeting: who sits there, and whom they meet."""

    placement: Placement
    own: Registration
    other: Registration
    own_desk: Desk
    other_desk: Desk

    @property
    def other_side(self) -> Side:
        """The role of the counterpart in this meeting."""
        if self.other.side is not Side.BOTH:
            return self.other.side
        return Side.BUYER if self.other is self.placement.meeting.a else Side.SUPPLIER


def list_placements(schedule: Schedule, *only: ColumnElement[bool]) -> list[Placement]:
    """The placements of a version, or `only` some, with all that an invitation says, in time order."""
    meeting = joinedload(Placement.meeting)
    seats = [
        selectinload(desk)
        .selectinload(Desk.seats)
        .joinedload(DeskDelegate.delegate)
        .options(joinedload(Delegate.account), joinedload(Delegate.company))
        for desk in (Placement.desk_a, Placement.desk_b)
    ]
    query = (
        select(Placement)
        .where(Placement.schedule_id == schedule.id, *only)
        .options(
            meeting.joinedload(Meeting.a).joinedload(Registration.company),
            meeting.joinedload(Meeting.b).joinedload(Registration.company),
            joinedload(Placement.slot),
            joinedload(Placement.table),
            *seats,
        )
    )
    return sorted(db.session.scalars(query), key=lambda place: (place.slot.starts_at, str(place.id)))


def parts(placement: Placement) -> tuple[Part, Part]:
    """Both sides of a placed meeting."""
    meeting = placement.meeting
    return (
        Part(placement, meeting.a, meeting.b, placement.desk_a, placement.desk_b),
        Part(placement, meeting.b, meeting.a, placement.desk_b, placement.desk_a),
    )


def people(desk: Desk) -> list[Delegate]:
    """Who sits at a desk now, each once."""
    return list({seat.delegate_id: seat.delegate for seat in desk.seats if seat.delegate.ended_at is None}.values())


def language_of(delegate: Delegate) -> str:
    """The language in which a person reads: the one of the account, else the one given by the company."""
    wish = delegate.account.locale if delegate.account else delegate.locale
    return wish if wish in LOCALES else DEFAULT_LOCALE


def meeting_path(event: Event, meeting_id: UUID) -> str:
    """The page of a meeting."""
    return f"/e/{event.code}/reunion/{meeting_id}"


def describe(
    part: Part,
    event: Event,
    *,
    organizer: Person,
    base_url: str,
    now: datetime,
    locale: str,
    uid: str | None = None,
    sequence: int = 0,
    attendee: Person | None = None,
    zone: str | None = None,
) -> invite.Invitation:
    """A placed meeting as the calendar of this side shall show it, in the language that i18n holds.

    On site the clock of the venue counts; for a virtual meeting `zone` is the person's own.
    """
    placement = part.placement
    company = clean_line(part.other.company.name)
    table = placement.table.label if placement.table else ""
    summary = (
        _("Reunión con %(company)s · Mesa %(table)s", company=company, table=table)
        if table
        else _("Reunión con %(company)s", company=company)
    )
    link = base_url.rstrip("/") + meeting_path(event, placement.meeting_id)
    return invite.Invitation(
        uid=uid or placement.meeting.uid,
        sequence=sequence,
        dtstamp=now,
        created=placement.meeting.created_at,
        last_modified=now,
        start=placement.slot.starts_at,
        end=placement.slot.ends_at,
        zone=zone or event.time_zone,
        summary=summary,
        description="\n".join(filter(None, [_who(part), _about(part, locale), link])),
        location=_location(placement, event),
        url=link,
        conference=conference(placement, event),
        organizer=organizer,
        attendee=attendee,
        language=locale.replace("_", "-"),
        alarm_minutes=ALARM_MINUTES,
    )


def conference(placement: Placement, event: Event) -> str:
    """The address of the video call of a meeting; empty on site, and where none was given or none can be opened."""
    if event.modality is Modality.ON_SITE or placement.table is None:
        return ""
    link = placement.table.virtual_url
    return link if invite.is_link(link) else ""


def zone_for(event: Event, delegate: Delegate | None) -> str:
    """By whose clock a person reads about the meetings of an event: the venue's, or the own one when all is virtual."""
    if event.modality is not Modality.VIRTUAL or delegate is None:
        return event.time_zone
    company = delegate.company
    wishes = (delegate.time_zone, zone_of_place(company.country, company.state, company.city))
    return next((wish for wish in wishes if wish and zone_named(wish)), event.time_zone)


def _location(placement: Placement, event: Event) -> str:
    if event.modality is Modality.VIRTUAL:
        return ", ".join(filter(None, [str(_("Videollamada")), _table_in_room(placement)]))
    return ", ".join(filter(None, [_table_in_room(placement), event.venue, event.city]))


def mailbox(delegate: Delegate) -> Person | None:
    """The delegate as an address of a calendar; None when mail in ASCII cannot reach it."""
    local, _at, domain = delegate.email.strip().rpartition("@")
    try:
        return Person(delegate.name, f"{local}@{domain.encode('idna').decode('ascii')}")
    except (InvalidInvitation, UnicodeError):
        return None


def _who(part: Part) -> str:
    company = clean_line(part.other.company.name)
    names = [
        f"{delegate.name} ({delegate.job_title})" if delegate.job_title else delegate.name
        for delegate in people(part.other_desk)
    ]
    if not names:
        return str(_("Con %(company)s.", company=company))
    return str(_("Con %(people)s, %(company)s.", people=", ".join(map(clean_line, names)), company=company))


def _about(part: Part, locale: str) -> str:
    text = about(part.other, locale)
    if not text:
        return ""
    is_buyer = part.other_side is Side.BUYER
    return str(_("Busca: %(text)s", text=text) if is_buyer else _("Ofrece: %(text)s", text=text))


def about(registration: Registration, locale: str) -> str:
    """What a company seeks or offers: its own words, else the names of its terms."""
    return clean_line(registration.offer) or ", ".join(term_names(registration, locale)[:MOST_TERMS])


def term_names(registration: Registration, locale: str) -> list[str]:
    """The names of a registration's terms."""
    return [terms()[code].name(locale) for code in registration.terms if code in terms()]


def _table_in_room(placement: Placement) -> str:
    if placement.table is None:
        return ""
    table = _("Mesa %(table)s", table=placement.table.label)
    return f"{placement.table.room}, {table}" if placement.table.room else str(table)
