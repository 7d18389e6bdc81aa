"""Exclusions: two companies of an event that must not meet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import ExclusionReason
from eventsapp.models import Event, Exclusion, Registration
from eventsapp.services import audit
from eventsapp.services.requests import ordered


def add(one: Registration, other: Registration, reason: ExclusionReason, *, actor: Actor, now: datetime) -> Exclusion:
    """Keep two companies apart: they no longer see each other, and requests between them count no more."""
    event = one.event
    require(actor, Permission.EVENT_MANAGE, event.scope)
    if one.id == other.id or one.event_id != other.event_id:
        raise DomainError("cannot_exclude")
    a_id, b_id = ordered(one.id, other.id)
    made = Exclusion(event_id=event.id, a_id=a_id, b_id=b_id, reason=reason, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise DomainError("already_excluded") from error
    names = {"a": made.a.company.name, "b": made.b.company.name}
    audit.record(actor, "exclusion.added", event, at=now, event=event, why=reason.value, **names)
    return made


def remove(exclusion: Exclusion, *, actor: Actor, now: datetime) -> None:
    """Let two companies meet again; requests made before count again."""
    event = exclusion.a.event
    require(actor, Permission.EVENT_MANAGE, event.scope)
    names = {"a": exclusion.a.company.name, "b": exclusion.b.company.name}
    db.session.delete(exclusion)
    audit.record(actor, "exclusion.removed", event, at=now, event=event, **names)


def list_for(event: Event) -> list[Exclusion]:
    """The pairs that must not meet, the latest first."""
    query = (
        select(Exclusion)
        .where(Exclusion.event_id == event.id)
        .options(
            joinedload(Exclusion.a).joinedload(Registration.company),
            joinedload(Exclusion.b).joinedload(Registration.company),
        )
        .order_by(Exclusion.created_at.desc(), Exclusion.id)
    )
    return list(db.session.scalars(query))
