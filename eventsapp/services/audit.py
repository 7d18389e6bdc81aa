"""The log: every act is recorded in the transaction that carries it out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from eventsapp.db import db
from eventsapp.domain.access import Actor, Scope
from eventsapp.models import AuditEntry, Event


class Recorded(Protocol):
    """What can be acted on: a row that knows whose it is."""

    id: Any
    __tablename__: str

    @property
    def scope(self) -> Scope:
        """Whose this is."""


def record(
    actor: Actor,
    action: str,
    subject: Recorded,
    *,
    at: datetime,
    event: Event | None = None,
    reason: str = "",
    on_behalf_of: str = "",
    **detail: Any,
) -> None:
    """Write down who did what to which object, when and why; `detail` holds no secret and no confidential value."""
    db.session.flush()
    db.session.add(
        AuditEntry(
            at=at,
            organization_id=subject.scope.organization_id,
            event_id=event.id if event else getattr(subject, "event_id", None),
            account_id=actor.account_id,
            actor_name=actor.name,
            action=action,
            object_kind=subject.__tablename__,
            object_id=subject.id,
            on_behalf_of=on_behalf_of,
            reason=reason,
            detail=detail,
        )
    )


def list_for(object_id: UUID, most: int = 50) -> list[AuditEntry]:
    """The latest entries about one object, newest first."""
    query = select(AuditEntry).where(AuditEntry.object_id == object_id).order_by(AuditEntry.at.desc()).limit(most)
    return list(db.session.scalars(query))


def list_of(
    event: Event, *, text: str = "", kind: str = "", is_on_behalf: bool = False, offset: int = 0, limit: int = 25
) -> list[AuditEntry]:
    """A stretch of the log of an event, newest first; see `count_of` for the filters."""
    query = (
        select(AuditEntry).where(*_of(event, text, kind, is_on_behalf)).order_by(AuditEntry.at.desc(), AuditEntry.id)
    )
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def count_of(event: Event, *, text: str = "", kind: str = "", is_on_behalf: bool = False) -> int:
    """How many entries the log of an event has: with a text in a name or the reason, on one kind of object, done for
    companies.
    """
    return db.session.scalar(select(func.count()).where(*_of(event, text, kind, is_on_behalf))) or 0


def _of(event: Event, text: str, kind: str, is_on_behalf: bool) -> list[ColumnElement[bool]]:
    conditions = [AuditEntry.event_id == event.id]
    if text:
        named = (AuditEntry.actor_name, AuditEntry.on_behalf_of, AuditEntry.reason)
        conditions.append(or_(*(column.icontains(text, autoescape=True) for column in named)))
    if kind:
        conditions.append(AuditEntry.object_kind == kind)
    if is_on_behalf:
        conditions.append(AuditEntry.on_behalf_of != "")
    return conditions
