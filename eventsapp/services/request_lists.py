"""The requests as companies and organizers list them, and the companies that few or none ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from eventsapp.db import db
from eventsapp.domain.matching import folded
from eventsapp.domain.values import Preference, RegistrationStatus, RequestStatus, Side
from eventsapp.models import Company, Delegate, Desk, DeskDelegate, Event, Registration, Request
from eventsapp.services.requests import ACTIVE, MOST, NEVER, is_allowed, is_asking, takes_part

FEW = 3
MOST_WORDS = 5


@dataclass(frozen=True)
class Participant:
    """An approved company, as lists name it."""

    id: UUID
    number: int
    name: str
    side: Side

    @property
    def label(self) -> str:
        """Name and folio: what makes it the only one."""
        return f"{self.name} · {self.number:04d}"


@dataclass(frozen=True)
class Filters:
    """What an organizer looks for; empty values filter nothing."""

    text: str = ""
    status: str = ""
    preference: str = ""
    asked_by: str = ""


@dataclass(frozen=True)
class Row:
    """A request as a list names it."""

    id: UUID
    from_name: str
    from_side: Side
    to_name: str
    to_side: Side
    preference: Preference
    status: RequestStatus
    created_at: datetime


def list_received(registration: Registration) -> list[Request]:
    """The requests that wait for the answer of a company, those that expire first come first."""
    waiting = (Request.to_id == registration.id, Request.status == RequestStatus.SENT, takes_part(Request.from_id))
    return sorted(_list(*waiting), key=lambda one: (one.expires_at or NEVER, one.preference is not Preference.MUST))


def list_sent(registration: Registration) -> list[Request]:
    """The requests that a company made, with what became of them: in its own order, then those that came to nothing."""
    found = _list(Request.from_id == registration.id, Request.status != RequestStatus.NOTED, is_asking())
    return sorted(found, key=lambda one: (one.status not in ACTIVE, one.rank or MOST))


def list_notes(registration: Registration) -> list[Request]:
    """What a company said for itself: whom it is available for, whom it never meets."""
    return _list(Request.from_id == registration.id, Request.status == RequestStatus.NOTED)


def list_answered(registration: Registration) -> list[Request]:
    """The requests that a company answered, and those that expired, which it can still accept."""
    answered = (RequestStatus.ACCEPTED, RequestStatus.DECLINED, RequestStatus.EXPIRED)
    return _list(Request.to_id == registration.id, Request.status.in_(answered))


def list_contacts(requests: Iterable[Request], *, of: Registration) -> dict[UUID, list[Delegate]]:
    """Who represents the other company, by its registration: only where a request is accepted."""
    ids = {
        request.to_id if request.from_id == of.id else request.from_id
        for request in requests
        if request.status is RequestStatus.ACCEPTED
    }
    query = (
        select(Desk.registration_id, Delegate)
        .join(Desk.seats)
        .join(DeskDelegate.delegate)
        .where(Desk.registration_id.in_(ids), Delegate.ended_at.is_(None))
        .order_by(Desk.number, DeskDelegate.position)
    )
    people: dict[UUID, list[Delegate]] = {}
    for registration_id, delegate in db.session.execute(query):
        known = people.setdefault(registration_id, [])
        if delegate not in known:
            known.append(delegate)
    return people


def list_participants(event: Event) -> list[Participant]:
    """The approved companies of an event by name."""
    query = (
        select(Registration.id, Registration.number, Company.name, Registration.side)
        .join(Registration.company)
        .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.APPROVED)
    )
    found = [Participant(*row) for row in db.session.execute(query)]
    return sorted(found, key=lambda one: (folded(one.name), one.number))


def find_participant(participants: list[Participant], typed: str) -> Participant | None:
    """The participant that was typed: name and folio, the folio, or a name that only one has."""
    wanted = folded(typed)
    folio = wanted.rpartition("·")[2].strip()
    number = int(folio) if folio.isascii() and folio.isdigit() and len(folio) < 9 else None
    numbered = [one for one in participants if one.number == number]
    named = [one for one in participants if folded(one.name) == wanted]
    found = numbered or named
    return found[0] if len(found) == 1 else None


def list_rows(event: Event, filters: Filters, *, offset: int = 0, limit: int = 25) -> list[Row]:
    """A stretch of the requests of an event that the filters let through, the latest first."""
    from_, to = aliased(Registration), aliased(Registration)
    asks, asked = aliased(Company), aliased(Company)
    columns = (Request.id, asks.name, from_.side, asked.name, to.side, Request.preference, Request.status)
    query = (
        select(*columns, Request.created_at)
        .join(from_, Request.from_id == from_.id)
        .join(asks, from_.company_id == asks.id)
        .join(to, Request.to_id == to.id)
        .join(asked, to.company_id == asked.id)
        .where(*_conditions(event, filters))
        .order_by(Request.created_at.desc(), Request.id)
    )
    if filters.status:
        query = query.where(Request.status == RequestStatus(filters.status))
    return [Row(*row) for row in db.session.execute(query.offset(offset).limit(limit))]


def count_by_status(event: Event, filters: Filters) -> Counter[RequestStatus]:
    """How many requests of each status the other filters let through."""
    query = select(Request.status, func.count()).where(*_conditions(event, filters)).group_by(Request.status)
    return Counter({row[0]: row[1] for row in db.session.execute(query)})


def list_lonely(event: Event) -> list[tuple[Participant, int]]:
    """The participants with fewer than `FEW` open requests, received or made, with how many; the loneliest first."""
    query = select(Request.from_id, Request.to_id).where(
        Request.event_id == event.id, Request.status.in_(ACTIVE), is_allowed()
    )
    known = Counter(key for row in db.session.execute(query) for key in row)
    lonely = [(one, known[one.id]) for one in list_participants(event) if known[one.id] < FEW]
    return sorted(lonely, key=lambda pair: pair[1])


def _list(*conditions: ColumnElement[bool]) -> list[Request]:
    query = (
        select(Request)
        .where(*conditions, is_allowed())
        .options(
            joinedload(Request.from_registration).joinedload(Registration.company),
            joinedload(Request.to_registration).joinedload(Registration.company),
            joinedload(Request.requirement),
            joinedload(Request.capability),
        )
        .order_by(Request.created_at.desc(), Request.id)
    )
    return list(db.session.scalars(query))


def _conditions(event: Event, filters: Filters) -> list[ColumnElement[bool]]:
    """All filters but the status. Every word of the text stands in one of the two names, without accents and case."""
    found = [Request.event_id == event.id]
    if filters.preference:
        found.append(Request.preference == Preference(filters.preference))
    if filters.asked_by:
        side = Side(filters.asked_by)
        of_side = select(Registration.id).where(Registration.event_id == event.id, Registration.side == side)
        found.append(Request.from_id.in_(of_side))
    words = folded(filters.text).split()[:MOST_WORDS]
    if words:
        query = select(Registration.id, Company.name).join(Registration.company)
        names = [(row[0], folded(row[1])) for row in db.session.execute(query.where(Registration.event_id == event.id))]
        for word in words:
            ids = [key for key, name in names if word in name]
            found.append(or_(Request.from_id.in_(ids), Request.to_id.in_(ids)))
    return found
