"""The log: every act is recorded in the transaction that carries it out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select

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
