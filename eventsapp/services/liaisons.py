"""Liaisons: who in an organizer's team looks after which company of an event.

A reviewer acts for the own companies alone (`domain.access`), so nobody takes a company: who directs the event gives
it. Who leaves the team, or keeps no role that looks after companies, leaves all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.domain.access import REVIEWERS, Actor, Permission, Scope, require
from eventsapp.domain.errors import DomainError
from eventsapp.models import Account, AuditEntry, Event, Membership, Organization, Registration
from eventsapp.services import registration_notes as notes

CHANGED = "registration.liaison_changed"
MOST_AT_ONCE = 100


def list_possible(event: Event) -> list[Account]:
    """Everybody in the team of an event who can look after companies, by name."""
    query = (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.organization_id == event.organization_id, Membership.role.in_(REVIEWERS))
        .distinct()
    )
    return sorted(db.session.scalars(query), key=lambda one: (one.name.casefold(), one.email))


def list_own(event: Event, actor: Actor) -> frozenset[UUID]:
    """The registrations of an event that the actor looks after."""
    if actor.account_id is None:
        return frozenset()
    query = select(Registration.id).where(
        Registration.event_id == event.id, Registration.liaison_id == actor.account_id
    )
    return frozenset(db.session.scalars(query))


def count_by_account(organization: Organization) -> dict[UUID, int]:
    """How many companies each person looks after, in all events of an organization."""
    query = (
        select(Registration.liaison_id, func.count())
        .join(Event, Event.id == Registration.event_id)
        .where(Event.organization_id == organization.id, Registration.liaison_id.is_not(None))
        .group_by(Registration.liaison_id)
    )
    return {account_id: count for account_id, count in db.session.execute(query) if account_id is not None}


def scope_in(event: Event, actor: Actor) -> Scope:
    """The scope of the companies of an event for which the actor looks after some: is there any to act for?"""
    return replace(event.scope, liaison_id=actor.account_id if list_own(event, actor) else None)


def give(
    event: Event, ids: Collection[UUID], liaison_id: UUID | None, *, actor: Actor, now: datetime
) -> tuple[int, str]:
    """Let somebody of the team look after these companies (None: nobody): how many changed, and how to undo it."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    liaison = _hold_possible(event, liaison_id) if liaison_id is not None else None
    batch = uuid4().hex
    changed = [row for row in _held(event, ids) if row.liaison_id != liaison_id]
    for row in changed:
        _set(row, liaison, batch, actor, now)
    return len(changed), batch


def undo(event: Event, batch: str, *, actor: Actor, now: datetime) -> int:
    """Take back what `give` did in one go, where nobody changed it since: how many companies."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    entries = select(AuditEntry).where(
        AuditEntry.event_id == event.id, AuditEntry.action == CHANGED, AuditEntry.account_id == actor.account_id
    )
    done = {
        entry.object_id: entry.detail
        for entry in db.session.scalars(entries.order_by(AuditEntry.at.desc()).limit(10 * MOST_AT_ONCE))
        if entry.detail["batch"] == batch
    }
    again = uuid4().hex
    possible = {str(account.id): account for account in list_possible(event)}
    taken_back = [row for row in _held(event, list(done)) if str(row.liaison_id or "") == done[row.id]["after_id"]]
    for row in taken_back:
        _set(row, possible.get(done[row.id]["before_id"]), again, actor, now)
    return len(taken_back)


def release(account: Account, *, actor: Actor, now: datetime, organization: Organization | None = None) -> int:
    """Let nobody look after the companies of somebody who leaves an organization, or all of them: how many."""
    query = select(Registration).where(Registration.liaison_id == account.id)
    if organization is not None:
        query = query.where(Registration.event_id.in_(select(Event.id).where(Event.organization_id == organization.id)))
    query = query.order_by(Registration.id).with_for_update()
    batch = uuid4().hex
    left = db.session.scalars(query.execution_options(populate_existing=True)).all()
    for row in left:
        _set(row, None, batch, actor, now)
    return len(left)


def _hold_possible(event: Event, account_id: UUID) -> Account:
    """Somebody who can look after companies, and cannot leave the team until this transaction ends."""
    db.session.refresh(event.organization, with_for_update={"read": True})
    found = next((one for one in list_possible(event) if one.id == account_id), None)
    if found is None:
        raise DomainError("no_such_liaison")
    return found


def _held(event: Event, ids: Collection[UUID]) -> Sequence[Registration]:
    """These registrations of an event, held in the order in which all writers hold them."""
    query = (
        select(Registration)
        .where(Registration.event_id == event.id, Registration.id.in_(ids))
        .order_by(Registration.id)
        .with_for_update()
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def _set(registration: Registration, liaison: Account | None, batch: str, actor: Actor, now: datetime) -> None:
    before = registration.liaison
    registration.liaison = liaison
    notes.record(
        actor,
        CHANGED,
        registration,
        at=now,
        before=before.name if before else "",
        before_id=str(before.id) if before else "",
        after=liaison.name if liaison else "",
        after_id=str(liaison.id) if liaison else "",
        batch=batch,
    )
