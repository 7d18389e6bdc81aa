"""The log: every act is recorded in the transaction that carries it out."""

from __future__ import annotations

from dataclasses import dataclass
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
    """Write down who did what to which object, when and why; `detail` holds no secret and no confidential value.

    Who stands in for a company does everything on its behalf, at that event and for the reason given at the start.
    """
    db.session.flush()
    acting = actor.acting
    event_id = event.id if event else getattr(subject, "event_id", None)
    db.session.add(
        AuditEntry(
            at=at,
            organization_id=subject.scope.organization_id,
            event_id=event_id or (acting.event_id if acting else None),
            account_id=actor.account_id,
            actor_name=actor.name,
            action=action,
            object_kind=subject.__tablename__,
            object_id=subject.id,
            on_behalf_of=on_behalf_of or (acting.company if acting else ""),
            reason=reason or (acting.reason if acting else ""),
            detail=detail,
        )
    )


def list_for(object_id: UUID, most: int = 50) -> list[AuditEntry]:
    """The latest entries about one object, newest first."""
    query = select(AuditEntry).where(AuditEntry.object_id == object_id).order_by(AuditEntry.at.desc()).limit(most)
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Filters:
    """Which entries of a log: empty values leave nothing out.

    `text` is looked for in names and the reason, `kind` is the kind of object, `since` and `until` bound the time.
    """

    text: str = ""
    kind: str = ""
    account_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_on_behalf: bool = False


EVERYTHING = Filters()


def list_of(event: Event, filters: Filters = EVERYTHING, *, offset: int = 0, limit: int = 25) -> list[AuditEntry]:
    """A stretch of the log of an event, newest first."""
    query = select(AuditEntry).where(*_of(event, filters)).order_by(AuditEntry.at.desc(), AuditEntry.id)
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def count_of(event: Event, filters: Filters = EVERYTHING) -> int:
    """How many entries of the log of an event the filters let through."""
    return db.session.scalar(select(func.count()).where(*_of(event, filters))) or 0


def list_actors(event: Event) -> list[tuple[UUID, str]]:
    """Everybody with an account who did something in an event, by name."""
    query = (
        select(AuditEntry.account_id, func.max(AuditEntry.actor_name))
        .where(AuditEntry.event_id == event.id, AuditEntry.account_id.is_not(None))
        .group_by(AuditEntry.account_id)
    )
    found = [(account_id, name) for account_id, name in db.session.execute(query) if account_id is not None]
    return sorted(found, key=lambda row: row[1].casefold())


def _of(event: Event, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [AuditEntry.event_id == event.id]
    if filters.text:
        named = (AuditEntry.actor_name, AuditEntry.on_behalf_of, AuditEntry.reason)
        conditions.append(or_(*(column.icontains(filters.text, autoescape=True) for column in named)))
    if filters.kind:
        conditions.append(AuditEntry.object_kind == filters.kind)
    if filters.account_id:
        conditions.append(AuditEntry.account_id == filters.account_id)
    if filters.since:
        conditions.append(AuditEntry.at >= filters.since)
    if filters.until:
        conditions.append(AuditEntry.at < filters.until)
    if filters.is_on_behalf:
        conditions.append(AuditEntry.on_behalf_of != "")
    return conditions
