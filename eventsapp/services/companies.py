"""Companies and their delegates: what an organization knows of a company, and who speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.editions import require_seen
from eventsapp.domain.errors import DomainError
from eventsapp.models import Account, Company, Delegate, Desk, DeskDelegate, Organization
from eventsapp.services import accounts, audit


@dataclass(frozen=True)
class CompanyAnswers:
    """What a company says about itself."""

    name: str
    legal_name: str = ""
    tax_id: str = ""
    country: str = "MX"
    state: str = ""
    city: str = ""
    website: str = ""
    cluster_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class DelegateAnswers:
    """What a company says about one of its people."""

    name: str
    job_title: str = ""
    email: str = ""
    phone: str = ""


def answers_of(company: Company) -> CompanyAnswers:
    """What is stored of a company."""
    return CompanyAnswers(
        name=company.name,
        legal_name=company.legal_name,
        tax_id=company.tax_id,
        country=company.country,
        state=company.state,
        city=company.city,
        website=company.website,
        cluster_codes=tuple(company.cluster_codes),
    )


def delegate_answers_of(delegate: Delegate) -> DelegateAnswers:
    """What is stored of a delegate."""
    return DelegateAnswers(delegate.name, delegate.job_title, delegate.email, delegate.phone)


def list_of(account: Account, organization: Organization) -> list[Company]:
    """The companies that a person acts for, as this organization knows them."""
    query = (
        select(Company)
        .join(Delegate)
        .where(
            Delegate.account_id == account.id,
            Delegate.ended_at.is_(None),
            Company.organization_id == organization.id,
        )
        .order_by(Company.name, Company.id)
    )
    return list(db.session.scalars(query).unique())


def add(organization: Organization, name: str, account: Account, *, actor: Actor, now: datetime) -> Company:
    """Make a company and its first delegate, who administers it: the person who registers."""
    company = Company(organization=organization, name=name, created_at=now)
    db.session.add(company)
    person = Delegate(
        company=company,
        account=account,
        name=account.name,
        email=account.email,
        locale=account.locale,
        is_company_admin=True,
        created_at=now,
    )
    db.session.add(person)
    audit.record(actor, "company.added", company, at=now)
    return company


def change(company: Company, answers: CompanyAnswers, *, seen: str, actor: Actor, now: datetime) -> list[str]:
    """Store what a company says about itself, unless somebody stored something else since it was seen.

    Gives the names of the fields that changed.
    """
    require(actor, Permission.REGISTRATION_EDIT, company.scope)
    db.session.refresh(company, with_for_update=True)
    stored = answers_of(company)
    require_seen(seen, stored, typed=answers)
    changed = sorted(name for name, value in vars(answers).items() if getattr(stored, name) != value)
    for name in changed:
        value = getattr(answers, name)
        setattr(company, name, list(value) if isinstance(value, tuple) else value)
    if changed:
        audit.record(actor, "company.changed", company, at=now, fields=changed)
    return changed


def list_delegates(company: Company) -> list[Delegate]:
    """The people of a company today, the first one first."""
    query = (
        select(Delegate)
        .where(Delegate.company_id == company.id, Delegate.ended_at.is_(None))
        .order_by(Delegate.created_at, Delegate.id)
    )
    return list(db.session.scalars(query))


def list_admins(company: Company) -> list[Delegate]:
    """Who is written to about a company: those who administer it."""
    people = list_delegates(company)
    return [person for person in people if person.is_company_admin] or people[:1]


def add_delegate(company: Company, answers: DelegateAnswers, *, actor: Actor, now: datetime) -> Delegate:
    """Add a person; one who was there before comes back. `delegate_twice` when the address is on the list."""
    require(actor, Permission.REGISTRATION_EDIT, company.scope)
    _lock(company)
    known = _find_by_email(company, answers.email)
    if known is not None and known.ended_at is None:
        raise DomainError("delegate_twice")
    account = accounts.find_by_email(answers.email)
    person = known or Delegate(company=company, created_at=now)
    person.ended_at = None
    person.feed_digest = None  # a calendar that somebody kept from the last time ends
    _store(person, answers, account)
    db.session.add(person)
    audit.record(actor, "delegate.added", person, at=now)
    return person


def change_delegate(person: Delegate, answers: DelegateAnswers, *, seen: str, actor: Actor, now: datetime) -> None:
    """Store what a company says about a person. A new address is a new person to sign in: the account goes."""
    require(actor, Permission.REGISTRATION_EDIT, person.scope)
    _lock(person.company)
    db.session.refresh(person)
    stored = delegate_answers_of(person)
    require_seen(seen, stored, typed=answers)
    if answers == stored:
        return
    twin = _find_by_email(person.company, answers.email)
    if twin is not None and twin.id != person.id:
        raise DomainError("delegate_twice")
    if answers.email != stored.email and person.account_id == actor.account_id:
        raise DomainError("own_address")
    account = person.account
    if answers.email != stored.email:
        account = accounts.find_by_email(answers.email)
        person.feed_digest = None
        person.is_company_admin = False
    _store(person, answers, account)
    audit.record(actor, "delegate.changed", person, at=now)


def end_unseated(person: Delegate, *, actor: Actor, now: datetime) -> None:
    """End a person who sits at no desk any more; the account that administers the company stays."""
    seated = select(DeskDelegate.id).join(Desk).where(DeskDelegate.delegate_id == person.id)
    if person.is_company_admin or db.session.scalar(seated.limit(1)) is not None:
        return
    person.ended_at = now
    audit.record(actor, "delegate.ended", person, at=now)


def find_delegate(company: Company, delegate_id: UUID) -> Delegate | None:
    """A person of this company today."""
    query = select(Delegate).where(
        Delegate.company_id == company.id, Delegate.id == delegate_id, Delegate.ended_at.is_(None)
    )
    return db.session.scalar(query)


def _find_by_email(company: Company, email: str) -> Delegate | None:
    return db.session.scalar(select(Delegate).where(Delegate.company_id == company.id, Delegate.email == email))


def _store(person: Delegate, answers: DelegateAnswers, account: Account | None) -> None:
    """Whoever has shown that the address is theirs acts for the company as well."""
    person.account = account if account is not None and account.is_active else None
    if account is not None:
        person.locale = account.locale
    for name, value in vars(answers).items():
        setattr(person, name, value)


def _lock(company: Company) -> None:
    """Changes of the people of one company wait for each other."""
    db.session.refresh(company, with_for_update=True)
