"""The organizer's review: which registrations there are, and the decision on each, mailed to the company."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain import lifecycle
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Company, Event, Registration
from eventsapp.services import places
from eventsapp.services import registration_notes as notes

Status = RegistrationStatus


def count_by_status(event: Event) -> dict[Status, int]:
    """How many registrations stand where."""
    query = (
        select(Registration.status, func.count()).where(Registration.event_id == event.id).group_by(Registration.status)
    )
    found = {row[0]: row[1] for row in db.session.execute(query)}
    return {status: found.get(status, 0) for status in Status}


@dataclass(frozen=True)
class Found:
    """One page of registrations and how many there are in all."""

    rows: list[Registration]
    total: int


@dataclass(frozen=True)
class Filters:
    """Which registrations: empty values leave none out.

    `words` are looked for in name, legal name, city and folio; `liaison_id` looks after the company, or nobody does.
    """

    status: Status | None = None
    side: Side | None = None
    words: str = ""
    liaison_id: UUID | None = None
    is_unassigned: bool = False


EVERYTHING = Filters()
SORTS = ("name", "folio", "sent", "city")


def search(event: Event, filters: Filters = EVERYTHING, *, sort: str = "", page: int = 1, per_page: int = 25) -> Found:
    """One page of an event's registrations.

    Case and accents do not count, for searching and for sorting, which no database does alike: keys and names of all
    are read (5,000 rows, some milliseconds), the rows of the page alone in full.
    """
    query = (
        select(
            Registration.id,
            Registration.number,
            Registration.submitted_at,
            Company.name,
            Company.legal_name,
            Company.city,
        )
        .join(Company, Company.id == Registration.company_id)
        .where(*_conditions(event, filters))
    )
    wanted = folded(filters.words).split()
    keys = []
    for id_, number, sent, name, legal_name, city in db.session.execute(query):
        text = folded(f"{number:04d} {name} {legal_name} {city}")
        if all(word in text for word in wanted):
            order = {
                "name": (folded(name),),
                "city": (folded(city), folded(name)),
                "sent": (sent is None, sent.timestamp() if sent else 0.0),
            }
            keys.append((order.get(sort.lstrip("-"), ()), number, id_))
    keys.sort(key=lambda key: key[:2], reverse=sort.startswith("-"))
    ids = [id_ for _, _, id_ in keys[(page - 1) * per_page : page * per_page]]
    rows = db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(ids))
        .options(joinedload(Registration.company), joinedload(Registration.liaison))
    )
    by_id = {row.id: row for row in rows}
    return Found([by_id[id_] for id_ in ids], len(keys))


@dataclass(frozen=True)
class Neighbours:
    """The registrations before and after one, in the order in which they wait for review."""

    before: UUID | None
    after: UUID | None


def find_neighbours(registration: Registration) -> Neighbours:
    """Where to go from here; from one that does not wait on to the one that has waited longest."""
    query = (
        select(Registration.id)
        .where(Registration.event_id == registration.event_id, Registration.status == Status.SUBMITTED)
        .order_by(Registration.submitted_at, Registration.number)
    )
    waiting = list(db.session.scalars(query))
    if registration.id not in waiting:
        return Neighbours(None, waiting[0] if waiting else None)
    place = waiting.index(registration.id)
    return Neighbours(waiting[place - 1] if place else None, waiting[place + 1] if place + 1 < len(waiting) else None)


def approve(registration: Registration, *, actor: Actor, now: datetime) -> bool:
    """Accept a sent registration and tell the company; false when its side is full and it waits for a place."""
    require(actor, Permission.REGISTRATION_REVIEW, registration.scope)
    places.hold(registration.event)
    notes.hold(registration)
    lifecycle.registration(registration.status, "approve")
    _set_decision(registration, "", actor, now)
    return places.admit(registration, actor=actor, now=now)


def approve_all(event: Event, ids: Collection[UUID], *, actor: Actor, now: datetime) -> tuple[int, int]:
    """Accept those of these registrations that wait for review, as they came: how many take part, how many wait."""
    require(actor, Permission.REGISTRATION_REVIEW, event.scope)
    places.hold(event)
    query = (
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.id.in_(set(ids)),
            Registration.status == Status.SUBMITTED,
        )
        .order_by(Registration.submitted_at, Registration.number)
    )
    answers = [approve(registration, actor=actor, now=now) for registration in db.session.scalars(query).all()]
    return answers.count(True), answers.count(False)


def reject(registration: Registration, reason: str, *, actor: Actor, now: datetime) -> None:
    """Refuse a sent registration, with the reason that the company reads."""
    _decide(registration, "reject", reason, actor, now)
    notes.record(actor, "registration.rejected", registration, at=now, reason=reason)
    notes.tell("registration_rejected", registration, now)


def request_changes(registration: Registration, text: str, *, actor: Actor, now: datetime) -> None:
    """Give a sent registration back, with what the company should change."""
    _decide(registration, "request_changes", text, actor, now)
    notes.record(actor, "registration.changes_requested", registration, at=now, reason=text)
    notes.tell("registration_changes_requested", registration, now)


def cancel(registration: Registration, reason: str, *, actor: Actor, now: datetime) -> None:
    """End the participation of an approved company, with the reason that it reads; its place goes to the next in line.

    Its meetings stay as they were until the organizer repairs what is published.
    """
    require(actor, Permission.REGISTRATION_REVIEW, registration.scope)
    places.hold(registration.event)
    _decide(registration, "cancel", reason, actor, now)
    notes.record(actor, "registration.cancelled", registration, at=now, reason=reason)
    notes.tell("registration_cancelled", registration, now)
    places.fill(registration.event, now=now)


def limit_meetings(
    registration: Registration, fewest: int, most: int | None, priority: int, *, actor: Actor, now: datetime
) -> None:
    """How many meetings this company has at least and at most, and what its requests weigh beside those of others."""
    require(actor, Permission.EVENT_MANAGE, registration.event.scope)
    notes.hold(registration)
    if most is not None and fewest > most:
        raise DomainError("minimum_over_maximum")
    if (fewest, most, priority) == (registration.min_meetings, registration.max_meetings, registration.priority):
        return
    registration.min_meetings, registration.max_meetings, registration.priority = fewest, most, priority
    notes.touch(registration, now)
    notes.record(
        actor, "registration.limits_changed", registration, at=now, fewest=fewest, most=most, priority=priority
    )


def reopen(registration: Registration, *, actor: Actor, now: datetime) -> None:
    """Look at a refused registration once more."""
    require(actor, Permission.REGISTRATION_REVIEW, registration.scope)
    notes.hold(registration)
    if registration.status is not Status.REJECTED:
        raise DomainError("wrong_status")
    registration.status = lifecycle.registration(registration.status, "reopen")
    registration.decision_reason = ""
    notes.touch(registration, now)
    notes.record(actor, "registration.reopened", registration, at=now)


def _conditions(event: Event, filters: Filters) -> list[ColumnElement[bool]]:
    """What the filters ask of a registration, but the words."""
    conditions = [Registration.event_id == event.id]
    if filters.status is not None:
        conditions.append(Registration.status == filters.status)
    if filters.side is not None:
        conditions.append(Registration.side == filters.side)
    if filters.liaison_id is not None:
        conditions.append(Registration.liaison_id == filters.liaison_id)
    if filters.is_unassigned:
        conditions.append(Registration.liaison_id.is_(None))
    return conditions


def _decide(registration: Registration, action: str, reason: str, actor: Actor, now: datetime) -> None:
    require(actor, Permission.REGISTRATION_REVIEW, registration.scope)
    notes.hold(registration)
    registration.status = lifecycle.registration(registration.status, action)
    registration.waitlisted_at = None
    _set_decision(registration, reason, actor, now)


def _set_decision(registration: Registration, reason: str, actor: Actor, now: datetime) -> None:
    registration.decision_reason = reason
    registration.decided_at, registration.decided_by_id = now, actor.account_id
    notes.touch(registration, now)
