"""Companies that come to the venue without a registration: staff takes them in at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.registering import Step
from eventsapp.domain.taxonomy import unknown_terms
from eventsapp.domain.values import EventStatus, RegistrationSource, RegistrationStatus, Side
from eventsapp.models import Company, Delegate, Desk, DeskDelegate, Event, Registration
from eventsapp.services import accounts, audit, places
from eventsapp.services import registration_notes as notes
from eventsapp.services.companies import DelegateAnswers
from eventsapp.services.registrations import next_number

GONE = frozenset({RegistrationStatus.REJECTED, RegistrationStatus.WITHDRAWN, RegistrationStatus.DRAFT})


@dataclass(frozen=True)
class WalkIn:
    """What is asked at the door: the company and one of its people."""

    company: str
    side: Side
    person: DelegateAnswers
    terms: tuple[str, ...] = ()


def register(event: Event, answers: WalkIn, *, actor: Actor, now: datetime) -> Registration:
    """Take a company in: approved at once when its side has a place, else on the waiting list.

    A company that the organization knows by this name is the same one; a registration that it never sent, withdrew,
    or that was not accepted becomes this one.
    """
    require(actor, Permission.REGISTRATION_WALK_IN, event.scope)
    places.hold(event)
    if event.status is not EventStatus.OPEN or now >= event.ends_at:
        raise DomainError("event_ended")
    if unknown_terms(list(answers.terms)):
        raise DomainError("unknown_terms")
    company = _find_company(event.organization_id, answers.company) or _add_company(event, answers, actor, now)
    query = select(Registration).where(Registration.event_id == event.id, Registration.company_id == company.id)
    known = db.session.scalar(query)
    if known is not None and known.status not in GONE:
        raise DomainError("already_registered", company=company.name, folio=known.folio)
    person = _find_or_add_person(company, answers.person, actor, now)
    registration = known or Registration(
        event=event, company=company, number=next_number(event), saved_at=now, created_at=now
    )
    registration.side, registration.status = answers.side, RegistrationStatus.SUBMITTED
    registration.source, registration.submitted_at = RegistrationSource.WALK_IN, now
    registration.decided_at, registration.decided_by_id = now, actor.account_id
    registration.decision_reason = ""
    registration.terms = list(dict.fromkeys(answers.terms)) or registration.terms or []
    registration.steps_done = [step.value for step in Step]
    db.session.add(registration)
    db.session.flush()
    _seat(registration, person)
    notes.record(actor, "registration.walked_in", registration, at=now, side=answers.side.value)
    places.admit(registration, actor=actor, now=now)
    return registration


def list_companies(organization_id: UUID) -> Sequence[str]:
    """The names of the companies that an organization knows, for suggestions at the door."""
    query = select(Company.name).where(Company.organization_id == organization_id).distinct()
    return sorted(db.session.scalars(query), key=folded)


def _find_company(organization_id: UUID, name: str) -> Company | None:
    """The one company of the organization with this name, without accents and case; with two, none is meant."""
    query = select(Company.id, Company.name).where(Company.organization_id == organization_id)
    wanted = folded(name).split()
    ids = [row[0] for row in db.session.execute(query) if folded(row[1]).split() == wanted]
    return db.session.get(Company, ids[0]) if len(ids) == 1 else None


def _add_company(event: Event, answers: WalkIn, actor: Actor, now: datetime) -> Company:
    company = Company(organization_id=event.organization_id, name=answers.company, created_at=now)
    db.session.add(company)
    db.session.flush()
    audit.record(actor, "company.added", company, at=now)
    return company


def _find_or_add_person(company: Company, answers: DelegateAnswers, actor: Actor, now: datetime) -> Delegate:
    """The person with this address, who comes back when it had left. The first of a company administers it."""
    query = select(Delegate).where(Delegate.company_id == company.id, Delegate.email == answers.email)
    known = db.session.scalar(query)
    if known is not None:
        known.ended_at = None
        return known
    account = accounts.find_by_email(answers.email)
    person = Delegate(
        company=company,
        account=account if account is not None and account.is_active else None,
        is_company_admin=not company.delegates,
        created_at=now,
        **vars(answers),
    )
    db.session.add(person)
    db.session.flush()
    audit.record(actor, "delegate.added", person, at=now)
    return person


def _seat(registration: Registration, person: Delegate) -> None:
    if not registration.desks:
        registration.desks.append(Desk(number=1))
    desk = registration.desks[0]
    if all(seat.delegate_id != person.id for seat in desk.seats):
        desk.seats.append(DeskDelegate(delegate=person, position=len(desk.seats)))
    db.session.flush()
