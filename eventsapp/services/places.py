"""The places of an event: who takes part, who waits, and who follows when a place frees.

Whoever gives or frees a place holds the event first, so that two who want the last place are judged one after the
other: one takes part, the other waits.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from eventsapp.db import db
from eventsapp.domain import lifecycle, quotas
from eventsapp.domain.access import SYSTEM, Actor
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Event, Registration
from eventsapp.services import registration_notes as notes

Status = RegistrationStatus


def hold(event: Event) -> None:
    """Let nobody else give or free a place of this event until this transaction ends; its limits are read anew."""
    db.session.flush()
    db.session.refresh(event, with_for_update=True)


def count_taken(event: Event) -> dict[Side, int]:
    """How many companies of each side take part."""
    query = (
        select(Registration.side, func.count())
        .where(Registration.event_id == event.id, Registration.status == Status.APPROVED)
        .group_by(Registration.side)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_waiting(event: Event) -> list[Registration]:
    """Those who wait for a place, the first in line first."""
    query = (
        select(Registration)
        .where(Registration.event_id == event.id, Registration.status == Status.WAITLISTED)
        .order_by(Registration.waitlisted_at, Registration.number)
        .options(selectinload(Registration.company))
    )
    return list(db.session.scalars(query))


def find_position(registration: Registration) -> int:
    """Where a company stands in the line of its side; the first is 1."""
    sides = {registration.side, Side.BOTH} if registration.side is not Side.BOTH else set(Side)
    line: list[UUID] = [one.id for one in list_waiting(registration.event) if one.side in sides]
    return line.index(registration.id) + 1


def admit(registration: Registration, *, actor: Actor, now: datetime) -> bool:
    """Let an accepted company take part, or wait when its side is full; call it with the event held, then this one."""
    if quotas.has_place(registration.event, registration.side, count_taken(registration.event)):
        registration.status = lifecycle.registration(registration.status, "approve")
        notes.touch(registration, now)
        notes.record(actor, "registration.approved", registration, at=now)
        notes.tell("registration_approved", registration, now)
        return True
    if registration.status is not Status.WAITLISTED:
        registration.status = lifecycle.registration(registration.status, "waitlist")
        registration.waitlisted_at = now
        notes.touch(registration, now)
        notes.record(actor, "registration.waitlisted", registration, at=now)
        notes.tell("registration_waitlisted", registration, now)
    return False


def fill(event: Event, *, now: datetime) -> list[Registration]:
    """Give free places to those who wait, first come first served; who got one. Call it with the event held.

    Who needs a place on a side that is full is passed over and keeps its turn.
    """
    taken = count_taken(event)
    promoted = []
    for registration in list_waiting(event):
        if not quotas.has_place(event, registration.side, taken):
            continue
        notes.hold(registration)
        registration.status = lifecycle.registration(registration.status, "approve")
        notes.touch(registration, now)
        notes.record(SYSTEM, "registration.promoted", registration, at=now)
        notes.tell("registration_promoted", registration, now)
        taken[registration.side] = taken.get(registration.side, 0) + 1
        promoted.append(registration)
    return promoted
