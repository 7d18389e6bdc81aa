"""The log: every act is recorded in the transaction that carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from eventsapp.db import db
from eventsapp.domain.access import Actor, Scope
from eventsapp.models import AuditEntry, Company, Event, Organization, Registration


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


def list_for(*object_ids: UUID, most: int = 50) -> list[AuditEntry]:
    """The latest entries about these objects, newest first."""
    query = select(AuditEntry).where(AuditEntry.object_id.in_(object_ids)).order_by(AuditEntry.at.desc()).limit(most)
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Filters:
    """Which entries of a log: empty values leave nothing out.

    `text` is looked for in names and the reason, `kind` is the kind of object, `since` and `until` bound the time.
    """

    text: str = ""
    kind: str = ""
    action: str = ""
    account_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_on_behalf: bool = False


EVERYTHING = Filters()
NAMED = ("company", "name", "label", "from_company", "to_company", "a", "b")
"""Where the details of an entry name a company, a person or a thing."""

MOST_COMPANIES = 100

Log = Event | Organization | None
"""Whose log: an event's; an organization's, without its events; or the platform's, of organizations and accounts."""


def list_of(log: Log, filters: Filters = EVERYTHING, *, offset: int = 0, limit: int = 25) -> list[AuditEntry]:
    """A stretch of a log, newest first."""
    query = select(AuditEntry).where(*_of(log, filters)).order_by(AuditEntry.at.desc(), AuditEntry.id)
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def count_of(log: Log, filters: Filters = EVERYTHING) -> int:
    """How many entries of a log the filters let through."""
    return db.session.scalar(select(func.count()).where(*_of(log, filters))) or 0


def list_actors(log: Log) -> list[tuple[UUID, str]]:
    """Everybody with an account who is in a log, by name."""
    query = (
        select(AuditEntry.account_id, func.max(AuditEntry.actor_name))
        .where(_is_in(log), AuditEntry.account_id.is_not(None))
        .group_by(AuditEntry.account_id)
    )
    found = [(account_id, name) for account_id, name in db.session.execute(query) if account_id is not None]
    return sorted(found, key=lambda row: row[1].casefold())


def list_acts(log: Log) -> list[tuple[str, str]]:
    """What was done in a log: the kinds of objects, each with the acts."""
    query = select(AuditEntry.object_kind, AuditEntry.action).where(_is_in(log)).distinct()
    return sorted((kind, action) for kind, action in db.session.execute(query))


def _is_in(log: Log) -> ColumnElement[bool]:
    if isinstance(log, Event):
        return AuditEntry.event_id == log.id
    if isinstance(log, Organization):
        return and_(AuditEntry.organization_id == log.id, AuditEntry.event_id.is_(None))
    return and_(AuditEntry.event_id.is_(None), AuditEntry.object_kind.in_(("organization", "account")))


def _of(log: Log, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [_is_in(log)]
    if filters.text:
        written = (AuditEntry.actor_name, AuditEntry.on_behalf_of, AuditEntry.reason)
        named = (AuditEntry.detail[name].as_string() for name in NAMED)
        found = [column.icontains(filters.text, autoescape=True) for column in (*written, *named)]
        conditions.append(or_(*found, *_of_companies(log, filters.text)))
    if filters.kind:
        conditions.append(AuditEntry.object_kind == filters.kind)
    if filters.action:
        conditions.append(AuditEntry.action == filters.action)
    if filters.account_id:
        conditions.append(AuditEntry.account_id == filters.account_id)
    if filters.since:
        conditions.append(AuditEntry.at >= filters.since)
    if filters.until:
        conditions.append(AuditEntry.at < filters.until)
    if filters.is_on_behalf:
        conditions.append(AuditEntry.on_behalf_of != "")
    return conditions


def _of_companies(log: Log, text: str) -> list[ColumnElement[bool]]:
    """Entries that name a company by its registration alone: what was done to it, and to its meetings by hand."""
    if not isinstance(log, Event):
        return []
    called = Company.name.icontains(text, autoescape=True)
    query = select(Registration.id).join(Company, Company.id == Registration.company_id)
    ids = list(db.session.scalars(query.where(Registration.event_id == log.id, called).limit(MOST_COMPANIES)))
    keys = [str(one) for one in ids]
    sides = (AuditEntry.detail[side].as_string().in_(keys) for side in ("a", "b"))
    return [AuditEntry.object_id.in_(ids), *sides] if ids else []
