"""Publishing by two people: one endorses a draft as it stands, another publishes just that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.values import Role, ScheduleStatus
from eventsapp.models import Endorsement, Event, Schedule
from eventsapp.services import audit, schedules


def needs_second_person(event: Event, actor: Actor) -> bool:
    """May this actor publish only what somebody else has endorsed?

    Who administers the organization publishes alone, so that nobody waits for a person who is not there.
    """
    return event.needs_second_person and not actor.is_system and not actor.has_role(event.organization_id, Role.ADMIN)


def list_of(schedule: Schedule) -> list[Endorsement]:
    """Who endorses a draft as it stands, earliest first: an edit, or another publication, and it counts no more."""
    query = select(Endorsement).where(Endorsement.schedule_id == schedule.id, Endorsement.edit == schedule.edit)
    published = schedules.find_published(schedule.event)
    if published is not None and published.published_at is not None:
        query = query.where(Endorsement.at >= published.published_at)
    return list(db.session.scalars(query.order_by(Endorsement.at)))


def list_of_others(schedule: Schedule, actor: Actor) -> list[Endorsement]:
    """Who but the actor endorses a draft as it stands."""
    return [one for one in list_of(schedule) if one.account_id != actor.account_id]


def endorse(schedule: Schedule, *, actor: Actor, now: datetime, edit: int) -> None:
    """Say that a draft may be published as the actor saw it; said twice it is said once."""
    require(actor, Permission.SCHEDULE_PUBLISH, schedule.scope)
    schedules.lock(schedule.event)
    db.session.refresh(schedule)
    if schedule.status is not ScheduleStatus.DRAFT:
        raise DomainError("not_a_draft", number=schedule.number)
    if schedule.edit != edit:
        raise Conflict("draft_changed")
    _forget(schedule, actor)
    db.session.add(Endorsement(schedule_id=schedule.id, account_id=actor.account_id, edit=edit, at=now))
    audit.record(actor, "schedule.endorsed", schedule, at=now, number=schedule.number)


def take_back(schedule: Schedule, *, actor: Actor, now: datetime) -> None:
    """Endorse a draft no more."""
    require(actor, Permission.SCHEDULE_PUBLISH, schedule.scope)
    schedules.lock(schedule.event)
    if _forget(schedule, actor):
        audit.record(actor, "schedule.endorsement_taken_back", schedule, at=now, number=schedule.number)


def require_second_person(schedule: Schedule, actor: Actor) -> None:
    """Raise unless the actor may publish this draft: alone, or because somebody else endorses it as it stands."""
    if needs_second_person(schedule.event, actor) and not list_of_others(schedule, actor):
        raise DomainError("second_person_needed")


def _forget(schedule: Schedule, actor: Actor) -> bool:
    query = select(Endorsement).where(
        Endorsement.schedule_id == schedule.id, Endorsement.account_id == actor.account_id
    )
    said = db.session.scalars(query).all()
    for one in said:
        db.session.delete(one)
    db.session.flush()
    return bool(said)
