"""The people of a company and what they may do: who administers it, who was invited, who left.

A company always has somebody who administers it. An invitation is a mailed secret that only its own address gets; until
it is accepted the person is on the list without an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.registering import MAX_DELEGATES
from eventsapp.domain.values import RegistrationStatus, TokenPurpose
from eventsapp.models import Account, Company, Delegate, Desk, DeskDelegate, Event, Registration, Token
from eventsapp.services import accounts, audit, companies, outbox, tokens
from eventsapp.services.companies import DelegateAnswers


class Standing(StrEnum):
    """How a person of a company stands with us."""

    ACTIVE = "active"
    INVITED = "invited"
    EXPIRED = "expired"
    LISTED = "listed"


@dataclass(frozen=True)
class Welcome:
    """Whom an accepted invitation let in; `is_new` when the account has no other way in yet."""

    person: Delegate
    account: Account
    is_new: bool


def list_of(company: Company) -> list[Delegate]:
    """The people of a company with their accounts, the first one first."""
    query = (
        select(Delegate)
        .where(Delegate.company_id == company.id, Delegate.ended_at.is_(None))
        .order_by(Delegate.created_at, Delegate.id)
        .options(joinedload(Delegate.account))
    )
    return list(db.session.scalars(query))


def standing_of(person: Delegate, now: datetime) -> Standing:
    """Has the person joined, is an invitation out, has it ended, or was there none?"""
    if person.account_id is not None:
        return Standing.ACTIVE
    if person.invited_at is None:
        return Standing.LISTED
    ends = person.invited_at + tokens.LASTS[TokenPurpose.JOIN_COMPANY]
    return Standing.INVITED if now < ends else Standing.EXPIRED


def add(
    company: Company, answers: DelegateAnswers, *, is_admin: bool, event: Event, actor: Actor, now: datetime
) -> Delegate:
    """Invite a colleague who is not on the list; one who left before comes back as somebody new."""
    require(actor, Permission.COMPANY_EDIT, company.scope)
    companies.lock(company)
    if len(companies.list_delegates(company)) >= MAX_DELEGATES:
        raise DomainError("too_many_delegates", most=MAX_DELEGATES)
    known = companies.find_by_email(company, answers.email)
    if known is not None and known.ended_at is None:
        raise DomainError("delegate_twice")
    person = known or Delegate(company=company, created_at=now)
    person.account, person.ended_at, person.feed_digest = None, None, None
    person.is_company_admin = is_admin
    companies.write_answers(person, answers)
    db.session.add(person)
    audit.record(actor, "delegate.added", person, at=now, event=event, name=person.name, is_admin=is_admin)
    _mail_invitation(person, event, actor, now)
    return person


def invite(person: Delegate, event: Event, *, actor: Actor, now: datetime) -> None:
    """Send an invitation to somebody who has not joined, or send it again; the older link ends."""
    require(actor, Permission.COMPANY_EDIT, person.scope)
    companies.lock(person.company)
    db.session.refresh(person)
    if person.account_id is not None:
        raise DomainError("already_joined", name=person.name)
    audit.record(actor, "delegate.invited", person, at=now, event=event, name=person.name)
    _mail_invitation(person, event, actor, now)


def withdraw_invitation(person: Delegate, *, actor: Actor, now: datetime) -> None:
    """Take an invitation back: its link ends. Somebody who sits at no desk leaves the list."""
    require(actor, Permission.COMPANY_EDIT, person.scope)
    companies.lock(person.company)
    db.session.refresh(person)
    if person.account_id is not None:
        raise DomainError("already_joined", name=person.name)
    tokens.revoke_for(person.id, TokenPurpose.JOIN_COMPANY, now=now)
    person.invited_at = None
    person.is_company_admin = False
    db.session.flush()
    audit.record(actor, "delegate.invitation_withdrawn", person, at=now, name=person.name)
    companies.end_unseated(person, actor=actor, now=now)


def find_invited(secret: str, *, now: datetime) -> Delegate | None:
    """Whom a mailed secret invites, while it is good."""
    token = tokens.find(secret, TokenPurpose.JOIN_COMPANY, now=now)
    return _invited_by(token) if token is not None else None


def accept(secret: str, *, now: datetime) -> Welcome:
    """Join the company with a mailed secret, with the account of that address or with a new one."""
    person = _invited_by(tokens.spend(secret, TokenPurpose.JOIN_COMPANY, now=now))
    if person is None:
        raise DomainError("link_expired")
    companies.lock(person.company)
    db.session.refresh(person)
    known = accounts.find_by_email(person.email)
    is_new = known is None or not known.is_active
    account = known
    if account is None or is_new:
        account = accounts.open_invited(person.email, name=person.name, locale=person.locale, now=now)
    person.account = account
    person.locale = account.locale
    actor = Actor(account.id, account.name)
    audit.record(actor, "delegate.joined", person, at=now, name=person.name)
    return Welcome(person, account, is_new)


def give_role(person: Delegate, *, is_admin: bool, actor: Actor, now: datetime) -> None:
    """Let a person administer the company, or only attend; somebody who has joined always administers it."""
    require(actor, Permission.COMPANY_EDIT, person.scope)
    companies.lock(person.company)
    db.session.refresh(person)
    if person.is_company_admin is is_admin:
        return
    if not is_admin:
        _require_other_admin(person)
    person.is_company_admin = is_admin
    audit.record(actor, "delegate.role_changed", person, at=now, name=person.name, is_admin=is_admin)


def end(person: Delegate, *, actor: Actor, now: datetime) -> None:
    """Take a person off the list: no more sign-in for this company, no desk, no calendar."""
    require(actor, Permission.COMPANY_EDIT, person.scope)
    companies.lock(person.company)
    db.session.refresh(person)
    if person.is_company_admin:
        _require_other_admin(person)
    _leave_desks(person, now)
    tokens.revoke_for(person.id, TokenPurpose.JOIN_COMPANY, now=now)
    person.ended_at, person.is_company_admin, person.feed_digest, person.invited_at = now, False, None, None
    audit.record(actor, "delegate.ended", person, at=now, name=person.name)


def _mail_invitation(person: Delegate, event: Event, actor: Actor, now: datetime) -> None:
    db.session.flush()
    tokens.revoke_for(person.id, TokenPurpose.JOIN_COMPANY, now=now)
    secret = tokens.issue(TokenPurpose.JOIN_COMPANY, accounts.find_by_email(person.email), now=now, object_id=person.id)
    person.invited_at = now
    outbox.add(
        "company_invitation",
        key=f"company_invitation:{person.id}:{uuid4().hex}",
        to_address=person.email,
        to_name=person.name,
        locale=person.locale,
        fields={"company": person.company.name, "by": actor.name, "token": secret},
        at=now,
        event=event,
    )


def _invited_by(token: Token) -> Delegate | None:
    query = (
        select(Delegate)
        .where(Delegate.id == token.object_id, Delegate.ended_at.is_(None))
        .options(joinedload(Delegate.company))
    )
    return db.session.scalar(query)


def _require_other_admin(person: Delegate) -> None:
    """Somebody else who has joined must administer the company."""
    others = select(Delegate.id).where(
        Delegate.company_id == person.company_id,
        Delegate.id != person.id,
        Delegate.ended_at.is_(None),
        Delegate.is_company_admin,
        Delegate.account_id.is_not(None),
    )
    if db.session.scalar(others.limit(1)) is None:
        raise DomainError("last_admin", name=person.name)


def _leave_desks(person: Delegate, now: datetime) -> None:
    """Leave the desks of events that are not over, unless one would be empty; past ones keep who sat there."""
    query = (
        select(Desk)
        .join(DeskDelegate, DeskDelegate.desk_id == Desk.id)
        .join(Registration, Registration.id == Desk.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .where(DeskDelegate.delegate_id == person.id, Event.ends_at > now)
        .options(joinedload(Desk.registration))
    )
    for desk in db.session.scalars(query).unique().all():
        is_over = desk.registration.status in {RegistrationStatus.REJECTED, RegistrationStatus.WITHDRAWN}
        if len(desk.seats) == 1 and not is_over:
            raise DomainError("desk_would_be_empty", name=person.name)
        desk.seats = [seat for seat in desk.seats if seat.delegate_id != person.id]
    db.session.flush()
