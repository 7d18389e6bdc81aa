"""The requests of an event as organizers list them, and the companies that few or none ask for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.matching import folded
from eventsapp.domain.values import Preference, RegistrationStatus, RequestStatus, Side
from eventsapp.models import Company, Event, Registration, Request
from eventsapp.services.requests import ACTIVE, is_allowed

FEW = 3


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


def list_rows(event: Event, filters: Filters) -> list[Row]:
    """The requests of an event that the filters let through, the latest first; two queries whatever the size."""
    query = select(Registration.id, Company.name, Registration.side).join(Registration.company)
    names = {
        key: (name, side) for key, name, side in db.session.execute(query.where(Registration.event_id == event.id))
    }
    columns = (Request.id, Request.from_id, Request.to_id, Request.preference, Request.status, Request.created_at)
    listed = select(*columns).where(Request.event_id == event.id).order_by(Request.created_at.desc(), Request.id)
    rows = [
        Row(key, *names[from_id], *names[to_id], preference, status, created_at)
        for key, from_id, to_id, preference, status, created_at in db.session.execute(listed)
    ]
    return [row for row in rows if _is_wanted(row, filters, folded(filters.text).split())]


def count_by_status(rows: list[Row]) -> Counter[RequestStatus]:
    """How many rows there are of each status."""
    return Counter(row.status for row in rows)


def list_lonely(event: Event) -> list[tuple[Participant, int]]:
    """The participants with fewer than `FEW` open requests, received or made, with how many; the loneliest first."""
    query = select(Request.from_id, Request.to_id).where(
        Request.event_id == event.id, Request.status.in_(ACTIVE), is_allowed()
    )
    known = Counter(key for row in db.session.execute(query) for key in row)
    lonely = [(one, known[one.id]) for one in list_participants(event) if known[one.id] < FEW]
    return sorted(lonely, key=lambda pair: pair[1])


def _is_wanted(row: Row, filters: Filters, words: list[str]) -> bool:
    return (
        (not filters.status or row.status == filters.status)
        and (not filters.preference or row.preference == filters.preference)
        and (not filters.asked_by or row.from_side == filters.asked_by)
        and (not words or all(word in folded(f"{row.from_name} {row.to_name}") for word in words))
    )
