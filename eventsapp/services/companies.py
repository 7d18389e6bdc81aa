"""Companies and their delegates: what an organization knows of a company, and who speaks for it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.domain import coordinates, scian
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.company_size import size_of
from eventsapp.domain.editions import require_seen
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import (
    DecisionPower,
    Department,
    FileKind,
    Ownership,
    RegistrationStatus,
    SizeSector,
    Tier,
    TokenPurpose,
)
from eventsapp.models import Account, Company, Delegate, Desk, DeskDelegate, Organization, Registration
from eventsapp.services import accounts, audit, files, tokens
from eventsapp.services.files import Checked

MAX_CITIES = 300


@dataclass(frozen=True)
class CompanyAnswers:
    """Who a company is and where."""

    name: str
    legal_name: str = ""
    tax_id: str = ""
    country: str = "MX"
    state: str = ""
    city: str = ""
    website: str = ""
    cluster_codes: tuple[str, ...] = ()
    postal_code: str = ""


@dataclass(frozen=True)
class DescriptionAnswers:
    """A company in its own words."""

    description: str = ""


@dataclass(frozen=True)
class TradeAnswers:
    """What a company is by trade: a class of SCIAN."""

    scian_code: str | None = None


@dataclass(frozen=True)
class OtherTradesAnswers:
    """What a company does besides."""

    scian_secondary: tuple[str, ...] = ()


@dataclass(frozen=True)
class SupplyChainAnswers:
    """Where a company stands in the supply chain."""

    tier: Tier | None = None


@dataclass(frozen=True)
class SizeAnswers:
    """What the legal size class follows from."""

    size_sector: SizeSector | None = None
    workers: int | None = None
    annual_sales_mxn: int | None = None


@dataclass(frozen=True)
class OriginAnswers:
    """Since when a company is there and whose it is."""

    founded_year: int | None = None
    ownership: Ownership | None = None
    is_women_led: bool | None = None
    group_name: str = ""


@dataclass(frozen=True)
class PositionAnswers:
    """Where a company stands on the map, as it is typed."""

    position: str = ""


@dataclass(frozen=True)
class MarketAnswers:
    """Where a company sells and in which languages it works."""

    export_markets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClusterAnswers:
    """To which clusters a company belongs."""

    cluster_codes: tuple[str, ...] = ()


ProfileAnswers = (
    CompanyAnswers
    | ClusterAnswers
    | DescriptionAnswers
    | TradeAnswers
    | OtherTradesAnswers
    | SupplyChainAnswers
    | SizeAnswers
    | OriginAnswers
    | MarketAnswers
    | PositionAnswers
)
Answers = TypeVar("Answers", bound=ProfileAnswers)


@dataclass(frozen=True)
class DelegateAnswers:
    """What a company says about one of its people."""

    name: str
    job_title: str = ""
    email: str = ""
    phone: str = ""
    department: Department | None = None
    decision_power: DecisionPower | None = None
    languages: tuple[str, ...] = ()
    time_zone: str = ""
    accessibility_needs: str = ""


def answers_of(company: Company) -> CompanyAnswers:
    """Who a company is and where, as it is stored."""
    return stored_of(company, CompanyAnswers)


def stored_of(company: Company, kind: type[Answers]) -> Answers:
    """What is stored of one part of a company's profile."""
    return kind(**{part.name: _frozen(getattr(company, part.name)) for part in fields(kind)})


def delegate_answers_of(delegate: Delegate) -> DelegateAnswers:
    """What is stored of a delegate."""
    return DelegateAnswers(**{part.name: _frozen(getattr(delegate, part.name)) for part in fields(DelegateAnswers)})


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


def change(company: Company, answers: ProfileAnswers, *, seen: str, actor: Actor, now: datetime) -> list[str]:
    """Store one part of what a company says about itself, unless somebody stored something else since it was seen.

    Gives the names of the fields that changed. The legal size class follows from its three numbers.
    """
    require(actor, Permission.COMPANY_EDIT, company.scope)
    db.session.refresh(company, with_for_update=True)
    stored = stored_of(company, type(answers))
    require_seen(seen, stored, typed=answers)
    _require_known(company, answers)
    changed = sorted(name for name, value in vars(answers).items() if getattr(stored, name) != value)
    for name in changed:
        setattr(company, name, _thawed(getattr(answers, name)))
    if isinstance(answers, TradeAnswers):
        company.scian_secondary = [code for code in company.scian_secondary if code != company.scian_code]
    if isinstance(answers, SizeAnswers):
        size = size_of(company.size_sector, company.workers, company.annual_sales_mxn, now.date())
        company.size_class = size.size_class if size else None
    if changed:
        audit.record(actor, "company.changed", company, at=now, fields=changed)
    return changed


def change_logo(company: Company, checked: Checked | None, *, actor: Actor, now: datetime) -> None:
    """Store a checked logo in place of the one before, or none."""
    require(actor, Permission.COMPANY_EDIT, company.scope)
    lock(company)
    before = company.logo
    company.logo = files.keep(checked, company, FileKind.LOGO, actor=actor, now=now) if checked else None
    db.session.flush()
    if before is not None:
        db.session.delete(before)
    audit.record(actor, "company.logo_changed", company, at=now, has_logo=checked is not None)


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
    require(actor, Permission.COMPANY_EDIT, company.scope)
    lock(company)
    known = find_by_email(company, answers.email)
    if known is not None and known.ended_at is None:
        raise DomainError("delegate_twice")
    account = accounts.find_by_email(answers.email)
    person = known or Delegate(company=company, created_at=now)
    person.ended_at = None
    person.is_company_admin = False
    person.feed_digest = None  # a calendar that somebody kept from the last time ends
    _store(person, answers, account)
    db.session.add(person)
    audit.record(actor, "delegate.added", person, at=now)
    return person


def change_delegate(person: Delegate, answers: DelegateAnswers, *, seen: str, actor: Actor, now: datetime) -> None:
    """Store what a company says about a person, or the person alone. A new address is a new person to sign in: the
    account goes.
    """
    _require_self_or_admin(person, actor)
    lock(person.company)
    db.session.refresh(person)
    stored = delegate_answers_of(person)
    require_seen(seen, stored, typed=answers)
    if answers == stored:
        return
    twin = find_by_email(person.company, answers.email)
    if twin is not None and twin.id != person.id:
        raise DomainError("delegate_twice")
    if answers.email != stored.email and person.account_id is not None and person.account_id == actor.account_id:
        raise DomainError("own_address")
    account = person.account
    if answers.email != stored.email:
        if person.is_company_admin:
            raise DomainError("admin_address")
        account = accounts.find_by_email(answers.email)
        person.feed_digest = None
        person.invited_at = None
        tokens.revoke_for(person.id, TokenPurpose.JOIN_COMPANY, now=now)
    _store(person, answers, account)
    audit.record(actor, "delegate.changed", person, at=now)


def end_unseated(person: Delegate, *, actor: Actor, now: datetime) -> None:
    """End a person who sits at no desk any more; who administers the company or was invited into it stays."""
    seated = select(DeskDelegate.id).join(Desk).where(DeskDelegate.delegate_id == person.id)
    if person.is_company_admin or person.invited_at or db.session.scalar(seated.limit(1)) is not None:
        return
    person.ended_at = now
    audit.record(actor, "delegate.ended", person, at=now)


def list_cities(organization: Organization) -> list[tuple[str, str]]:
    """The towns of the companies that take part in its events, each with its state; the most frequent spelling of each.

    Only of companies that somebody looked at: what a stranger types is proposed to nobody.
    """
    counted = func.count()
    query = (
        select(Company.city, Company.state)
        .where(
            Company.organization_id == organization.id,
            Company.city != "",
            Company.registrations.any(Registration.status == RegistrationStatus.APPROVED),
        )
        .group_by(Company.city, Company.state)
        .order_by(counted.desc(), Company.city, Company.state)
        .limit(MAX_CITIES)
    )
    spelled: dict[tuple[str, str], tuple[str, str]] = {}
    for city, state in db.session.execute(query):
        spelled.setdefault((folded(city), folded(state)), (city, state))
    return sorted(spelled.values(), key=lambda place: (folded(place[0]), folded(place[1])))


def find_delegate(company: Company, delegate_id: UUID) -> Delegate | None:
    """A person of this company today."""
    query = select(Delegate).where(
        Delegate.company_id == company.id, Delegate.id == delegate_id, Delegate.ended_at.is_(None)
    )
    return db.session.scalar(query)


def find_by_email(company: Company, email: str) -> Delegate | None:
    """The person with this address, today's or one of the past."""
    return db.session.scalar(select(Delegate).where(Delegate.company_id == company.id, Delegate.email == email))


def lock(company: Company) -> None:
    """Changes of what belongs to one company wait for each other."""
    db.session.refresh(company, with_for_update=True)


def write_answers(person: Delegate, answers: DelegateAnswers) -> None:
    """Write down what is said about a person; who signs in as that person is another matter."""
    for name, value in vars(answers).items():
        setattr(person, name, _thawed(value))


def _store(person: Delegate, answers: DelegateAnswers, account: Account | None) -> None:
    """Whoever has shown that the address is theirs acts for the company as well."""
    person.account = account if account is not None and account.is_active else None
    if account is not None:
        person.locale = account.locale
    write_answers(person, answers)


def _require_self_or_admin(person: Delegate, actor: Actor) -> None:
    if person.account_id is None or person.account_id != actor.account_id:
        require(actor, Permission.COMPANY_EDIT, person.scope)


def _require_known(company: Company, answers: ProfileAnswers) -> None:
    """Classes of trade are those of the catalogue, each once; a position lies in the country of the company."""
    if isinstance(answers, PositionAnswers) and answers.position:
        coordinates.require_within(coordinates.parse(answers.position), company.country)
    if isinstance(answers, TradeAnswers):
        codes = [answers.scian_code] if answers.scian_code else []
    elif isinstance(answers, OtherTradesAnswers):
        codes = list(answers.scian_secondary)
        if len(set(codes) | {company.scian_code} - {None}) < len(codes) + bool(company.scian_code):
            raise DomainError("industry_twice")
        if len(codes) > scian.MAX_SECONDARY:
            raise DomainError("too_many_industries", most=scian.MAX_SECONDARY)
    else:
        return
    if any(code not in scian.industries() for code in codes):
        raise DomainError("unknown_industry")


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _thawed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
