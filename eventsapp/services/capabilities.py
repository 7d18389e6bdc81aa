"""Capabilities of companies: what they make or do, written in two steps, published, taken back."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager

from eventsapp.db import db
from eventsapp.domain import sourcing
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.editions import edition, require_seen
from eventsapp.domain.errors import DomainError
from eventsapp.domain.sourcing import MAX_MACHINES, MAX_PER_OWNER, CapabilityStatus, Unit
from eventsapp.domain.values import EventStatus, RegistrationStatus, Side, Verification
from eventsapp.models import Capability, Company, Event, Registration
from eventsapp.services import audit
from eventsapp.services.requirements import COPY, MOST_TITLE, OUT, frozen, require_terms

SUPPLIERS = frozenset({Side.SUPPLIER, Side.BOTH})


@dataclass(frozen=True)
class OfferAnswers:
    """What the company makes or does: the part that every capability has."""

    title: str
    terms: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True)
class PlantAnswers:
    """With what, how much and how fast; `machines` holds one line for each kind of machine."""

    machines: tuple[str, ...] = ()
    monthly_capacity: int | None = None
    unit: Unit = Unit.PIECES
    utilisation_pct: int | None = None
    min_lot: int | None = None
    lead_time_days: int | None = None
    tolerance: str = ""
    materials: str = ""
    sectors: tuple[str, ...] = ()
    main_customers: str = ""


Answers = OfferAnswers | PlantAnswers
A = TypeVar("A", bound=Answers)


# Reading --------------------------------------------------------------------------------------------------------------


def answers_of(capability: Capability, kind: type[A]) -> A:
    """What is stored of one step."""
    stored: dict[str, Any] = {each.name: frozen(getattr(capability, each.name)) for each in fields(kind)}
    return kind(**stored)


def find(company: Company, capability_id: UUID) -> Capability | None:
    """A capability of this company, or None."""
    query = select(Capability).where(Capability.company_id == company.id, Capability.id == capability_id)
    return db.session.scalar(query)


def list_of(company: Company) -> list[Capability]:
    """The capabilities of a company, those taken back last, then by number."""
    query = select(Capability).where(Capability.company_id == company.id).order_by(Capability.number)
    gone = (CapabilityStatus.WITHDRAWN, CapabilityStatus.EXPIRED)
    return sorted(db.session.scalars(query), key=lambda one: one.status in gone)


def list_published(company: Company) -> list[Capability]:
    """What a company has published, by number."""
    return [one for one in list_of(company) if one.status is CapabilityStatus.PUBLISHED]


def may_have(registration: Registration) -> bool:
    """Does this registration supply, so that its company writes capabilities?"""
    return registration.side in SUPPLIERS


def can_edit(registration: Registration) -> bool:
    """May the company write capabilities through this event now?"""
    return registration.event.status is EventStatus.OPEN and registration.status not in OUT


# The company's side ---------------------------------------------------------------------------------------------------


def add(company: Company, answers: OfferAnswers, *, actor: Actor, now: datetime) -> Capability:
    """Begin a capability as a draft with the next number."""
    require(actor, Permission.REGISTRATION_EDIT, company.scope)
    require_terms(answers.terms)
    made = Capability(company=company, number=_next_number(company), saved_at=now, created_at=now)
    _store(made, answers)
    db.session.add(made)
    _record(actor, "capability.added", made, now)
    return made


def save(capability: Capability, answers: Answers, *, seen: str, actor: Actor, now: datetime) -> None:
    """Store one step; raises when somebody else saved the same step meanwhile.

    What somebody verified is as it was verified: a change of the first step makes it the company's word again.
    """
    require(actor, Permission.REGISTRATION_EDIT, capability.scope)
    db.session.refresh(capability, with_for_update=True)
    if isinstance(answers, OfferAnswers):
        require_terms(answers.terms)
    elif len(answers.machines) > MAX_MACHINES:
        raise DomainError("too_many_machines", most=MAX_MACHINES)
    stored = answers_of(capability, type(answers))
    require_seen(seen, stored, typed=answers)
    if stored == answers:
        return
    changed = [each.name for each in fields(answers) if getattr(stored, each.name) != getattr(answers, each.name)]
    _store(capability, answers)
    if "terms" in changed:
        capability.verification, capability.verified_by_id, capability.verified_at = Verification.DECLARED, None, None
    capability.saved_at = now
    _record(actor, "capability.changed", capability, now, fields=changed)


def duplicate(capability: Capability, *, actor: Actor, now: datetime) -> Capability:
    """A new draft with the same answers, ready to be changed."""
    company = capability.company
    require(actor, Permission.REGISTRATION_EDIT, company.scope)
    made = Capability(company=company, number=_next_number(company), saved_at=now, created_at=now)
    _store(made, answers_of(capability, OfferAnswers))
    _store(made, answers_of(capability, PlantAnswers))
    made.title = made.title[: MOST_TITLE - len(COPY)] + COPY
    db.session.add(made)
    _record(actor, "capability.duplicated", made, now, of=capability.number)
    return made


def publish(capability: Capability, *, actor: Actor, now: datetime) -> None:
    """Show it to the companies of the event."""
    _set(capability, "publish", "published", actor, now)
    capability.published_at = now


def withdraw(capability: Capability, *, actor: Actor, now: datetime) -> None:
    """Take it from the page."""
    _set(capability, "withdraw", "withdrawn", actor, now)


# The organizer's side -------------------------------------------------------------------------------------------------


def list_in(event: Event) -> list[Capability]:
    """What the companies of an event publish or published until it was hidden, by company and number."""
    query = select(Capability).where(*_at(event)).join(Capability.company).options(contains_eager(Capability.company))
    return list(db.session.scalars(query.order_by(Company.name, Company.id, Capability.number)))


def find_in(event: Event, capability_id: UUID) -> Capability | None:
    """One of `list_in`, or None."""
    return db.session.scalar(select(Capability).where(Capability.id == capability_id, *_at(event)))


def edition_of(capability: Capability) -> str:
    """The mark of all that the company says of it."""
    return edition(answers_of(capability, OfferAnswers)) + edition(answers_of(capability, PlantAnswers))


def verify(
    capability: Capability, verification: Verification, event: Event, *, seen: str, actor: Actor, now: datetime
) -> None:
    """Say how far somebody looked at what the company says; raises when it says something else meanwhile."""
    require(actor, Permission.CERTIFICATE_VERIFY, event.scope)
    db.session.refresh(capability, with_for_update=True)
    if seen != edition_of(capability):
        raise DomainError("capability_changed")
    capability.verification = verification
    capability.verified_by_id, capability.verified_at = actor.account_id, now
    _record(actor, "capability.verified", capability, now, verification=verification.value)


def hide(capability: Capability, note: str, event: Event, *, actor: Actor, now: datetime) -> None:
    """Take a published capability from the page and tell its company why; it can correct it meanwhile."""
    require(actor, Permission.CERTIFICATE_VERIFY, event.scope)
    db.session.refresh(capability, with_for_update=True)
    capability.status = sourcing.capability(capability.status, "hide")
    capability.review_note = note
    _record(actor, "capability.hidden", capability, now, reason=note)


def show(capability: Capability, event: Event, *, actor: Actor, now: datetime) -> None:
    """Put a hidden capability back on the page."""
    require(actor, Permission.CERTIFICATE_VERIFY, event.scope)
    db.session.refresh(capability, with_for_update=True)
    capability.status = sourcing.capability(capability.status, "show")
    capability.review_note = ""
    _record(actor, "capability.shown", capability, now)


# Inside ---------------------------------------------------------------------------------------------------------------


def _set(capability: Capability, action: str, done: str, actor: Actor, now: datetime) -> None:
    require(actor, Permission.REGISTRATION_EDIT, capability.scope)
    db.session.refresh(capability, with_for_update=True)
    if not capability.terms:
        raise DomainError("no_terms")
    capability.status = sourcing.capability(capability.status, action)
    _record(actor, f"capability.{done}", capability, now)


def _at(event: Event) -> list[ColumnElement[bool]]:
    """Those that are or were published, of companies that sent a registration as suppliers and still want in."""
    sent = select(Registration.company_id).where(
        Registration.event_id == event.id,
        Registration.side.in_(SUPPLIERS),
        Registration.status.not_in([RegistrationStatus.DRAFT, *OUT]),
    )
    return [
        Capability.company_id.in_(sent),
        Capability.status.in_([CapabilityStatus.PUBLISHED, CapabilityStatus.SUSPENDED]),
    ]


def _next_number(company: Company) -> int:
    db.session.refresh(company, with_for_update=True)
    query = select(func.count(), func.max(Capability.number)).where(Capability.company_id == company.id)
    count, last = db.session.execute(query).one()
    if count >= MAX_PER_OWNER:
        raise DomainError("too_many_capabilities", most=MAX_PER_OWNER)
    return (last or 0) + 1


def _store(capability: Capability, answers: Answers) -> None:
    for each in fields(answers):
        value = getattr(answers, each.name)
        setattr(capability, each.name, list(value) if isinstance(value, tuple) else value)


def _record(actor: Actor, action: str, capability: Capability, now: datetime, reason: str = "", **detail: Any) -> None:
    audit.record(
        actor,
        action,
        capability,
        at=now,
        reason=reason,
        number=capability.number,
        company=capability.company.name,
        **detail,
    )
