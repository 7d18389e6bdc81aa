"""How routes find their objects: always through the event, so that foreign equals absent."""

from __future__ import annotations

from uuid import UUID

from flask import g
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.values import EventStatus
from eventsapp.models import Event, Registration


def event(event_code: str) -> Event | None:
    """The event with this code; the answer then speaks in its time zone."""
    if not event_code.isprintable():  # PostgreSQL takes no NUL
        return None
    found = db.session.scalar(select(Event).where(Event.code == event_code))
    if found is not None:
        g.time_zone = found.time_zone
    return found


def public_event(event_code: str) -> Event | None:
    """The event with this code when companies may see it."""
    found = event(event_code)
    return found if found is not None and found.status is not EventStatus.DRAFT else None


def registration_of_event(event_code: str, registration_id: UUID) -> Registration | None:
    """A registration, found through its event: for organizers."""
    found = event(event_code)
    if found is None:
        return None
    query = select(Registration).where(Registration.event_id == found.id, Registration.id == registration_id)
    return db.session.scalar(query)


def my_registration(event_code: str) -> Registration | None:
    """The registration of the actor's own company at this event: for company pages."""
    found = public_event(event_code)
    if found is None or not g.actor.companies:
        return None
    query = (
        select(Registration)
        .where(Registration.event_id == found.id, Registration.company_id.in_(g.actor.companies))
        .order_by(Registration.created_at)
    )
    return db.session.scalars(query).first()
