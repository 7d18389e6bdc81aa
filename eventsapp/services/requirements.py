"""Requirements of buyers: written in steps, published, closed with the reason, taken from the page by an organizer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain import sourcing
from eventsapp.domain.access import SYSTEM, Actor, Permission, require
from eventsapp.domain.editions import require_seen
from eventsapp.domain.errors import DomainError
from eventsapp.domain.sourcing import (
    MAX_CERTIFICATES,
    MAX_PER_OWNER,
    MAX_TERMS_EACH,
    CloseReason,
    CurrentSource,
    RequirementKind,
    RequirementStatus,
    Tooling,
    Unit,
    Urgency,
    ValueBand,
    Visibility,
)
from eventsapp.domain.taxonomy import unknown_terms
from eventsapp.domain.values import EventStatus, RegistrationStatus, Side
from eventsapp.models import Event, Registration, Requirement
from eventsapp.services import audit

BUYERS = frozenset({Side.BUYER, Side.BOTH})
OUT = frozenset({RegistrationStatus.REJECTED, RegistrationStatus.WITHDRAWN})
ENDED = frozenset(
    {
        RequirementStatus.COVERED,
        RequirementStatus.CLOSED_NO_SUPPLIER,
        RequirementStatus.WITHDRAWN,
        RequirementStatus.EXPIRED,
    }
)
COPY = " (2)"
MOST_TITLE = 160


@dataclass(frozen=True)
class WhatAnswers:
    """What is looked for: the part that every requirement has."""

    title: str
    kind: RequirementKind
    terms: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True)
class VolumeAnswers:
    """Of what material and size, how much and for how much."""

    material: str = ""
    dimensions: str = ""
    annual_quantity: int | None = None
    unit: Unit = Unit.PIECES
    lot_size: int | None = None
    value_band: ValueBand | None = None
    currency: str = "MXN"
    tooling: Tooling | None = None
    drawing_available: bool = False
    nda_needed: bool = False


@dataclass(frozen=True)
class DeliveryAnswers:
    """When and where, and how it is bought today."""

    urgency: Urgency | None = None
    target_start: date | None = None
    sample_date: date | None = None
    delivery_state: str = ""
    delivery_city: str = ""
    incoterm: str = ""
    payment_days: int | None = None
    current_source: CurrentSource | None = None
    import_country: str = ""


@dataclass(frozen=True)
class SupplierAnswers:
    """What a supplier must be and have."""

    must_certificates: tuple[str, ...] = ()
    accepts_in_progress: bool = False
    preferred_certificates: tuple[str, ...] = ()
    size_wanted: tuple[str, ...] = ()
    scian_wanted: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    max_distance_km: int | None = None


Answers = WhatAnswers | VolumeAnswers | DeliveryAnswers | SupplierAnswers
A = TypeVar("A", bound=Answers)
STEPS: tuple[type[Answers], ...] = (WhatAnswers, VolumeAnswers, DeliveryAnswers, SupplierAnswers)


# Reading --------------------------------------------------------------------------------------------------------------


def answers_of(requirement: Requirement, kind: type[A]) -> A:
    """What is stored of one step."""
    stored: dict[str, Any] = {each.name: frozen(getattr(requirement, each.name)) for each in fields(kind)}
    return kind(**stored)


def find(registration: Registration, requirement_id: UUID) -> Requirement | None:
    """A requirement of this registration, or None."""
    query = select(Requirement).where(Requirement.registration_id == registration.id, Requirement.id == requirement_id)
    return db.session.scalar(query)


def find_in(event: Event, requirement_id: UUID) -> Requirement | None:
    """A requirement of anybody at this event: for organizers."""
    query = (
        select(Requirement)
        .join(Requirement.registration)
        .where(Registration.event_id == event.id, Requirement.id == requirement_id)
        .options(joinedload(Requirement.registration).joinedload(Registration.company))
    )
    return db.session.scalar(query)


def list_of(registration: Registration) -> list[Requirement]:
    """The requirements of a registration, those that are open first and then by number."""
    query = select(Requirement).where(Requirement.registration_id == registration.id).order_by(Requirement.number)
    return sorted(db.session.scalars(query), key=lambda one: one.status in ENDED)


def list_published(registration: Registration) -> list[Requirement]:
    """What a registration has published, by number."""
    return [one for one in list_of(registration) if one.status is RequirementStatus.PUBLISHED]


def list_in(event: Event) -> list[Requirement]:
    """All requirements of an event but drafts, by registration and number: for organizers."""
    query = (
        select(Requirement)
        .join(Requirement.registration)
        .where(Registration.event_id == event.id, Requirement.status != RequirementStatus.DRAFT)
        .options(joinedload(Requirement.registration).joinedload(Registration.company))
        .order_by(Registration.number, Requirement.number)
    )
    return list(db.session.scalars(query))


def may_have(registration: Registration) -> bool:
    """Does this registration buy, so that it can have requirements?"""
    return registration.side in BUYERS


def can_edit(registration: Registration) -> bool:
    """May the company write requirements at this event now?"""
    return registration.event.status is EventStatus.OPEN and registration.status not in OUT


# The company's side ---------------------------------------------------------------------------------------------------


def add(registration: Registration, answers: WhatAnswers, *, actor: Actor, now: datetime) -> Requirement:
    """Begin a requirement as a draft with the next number."""
    _permit(registration, actor)
    _check(answers)
    made = Requirement(registration=registration, number=_next_number(registration), saved_at=now, created_at=now)
    _store(made, answers)
    db.session.add(made)
    _record(actor, "requirement.added", made, now)
    return made


def save(requirement: Requirement, answers: Answers, *, seen: str, actor: Actor, now: datetime) -> None:
    """Store one step; raises when somebody else saved the same step meanwhile."""
    _permit(requirement.registration, actor)
    db.session.refresh(requirement, with_for_update=True)
    _check(answers)
    stored = answers_of(requirement, type(answers))
    require_seen(seen, stored, typed=answers)
    if stored != answers:
        _store(requirement, answers)
        requirement.saved_at = now
        _record(actor, "requirement.changed", requirement, now, fields=_changed(stored, answers))


def duplicate(requirement: Requirement, *, actor: Actor, now: datetime) -> Requirement:
    """A new draft with the same answers, ready to be changed."""
    registration = requirement.registration
    _permit(registration, actor)
    made = Requirement(registration=registration, number=_next_number(registration), saved_at=now, created_at=now)
    for kind in STEPS:
        _store(made, answers_of(requirement, kind))
    made.title = made.title[: MOST_TITLE - len(COPY)] + COPY
    made.visibility = requirement.visibility
    db.session.add(made)
    _record(actor, "requirement.duplicated", made, now, of=requirement.number)
    return made


def publish(requirement: Requirement, visibility: Visibility, *, actor: Actor, now: datetime) -> None:
    """Show it to those whom `visibility` names; a published one gets the new visibility."""
    _permit(requirement.registration, actor)
    db.session.refresh(requirement, with_for_update=True)
    if not requirement.terms:
        raise DomainError("no_terms")
    if requirement.target_start and requirement.target_start < _last_start(now):
        raise DomainError("target_passed")
    if requirement.status is not RequirementStatus.PUBLISHED:
        requirement.status = sourcing.requirement(requirement.status, "publish")
        requirement.published_at = now
        requirement.close_reason, requirement.close_text, requirement.closed_at = None, "", None
    requirement.visibility = visibility
    _record(actor, "requirement.published", requirement, now, visibility=visibility.value)


def unpublish(requirement: Requirement, *, actor: Actor, now: datetime) -> None:
    """Take it back to a draft."""
    _permit(requirement.registration, actor)
    db.session.refresh(requirement, with_for_update=True)
    requirement.status = sourcing.requirement(requirement.status, "unpublish")
    _record(actor, "requirement.unpublished", requirement, now)


def close(requirement: Requirement, why: CloseReason, text: str = "", *, actor: Actor, now: datetime) -> None:
    """End it; the reason says whether it is covered, withdrawn, or closed for want of a supplier."""
    _permit(requirement.registration, actor)
    db.session.refresh(requirement, with_for_update=True)
    requirement.status = sourcing.ended(requirement.status, why)
    requirement.close_reason, requirement.close_text, requirement.closed_at = why, text, now
    _record(actor, "requirement.closed", requirement, now, why=why.value)


# The organizer's side -------------------------------------------------------------------------------------------------


def hide(requirement: Requirement, note: str, *, actor: Actor, now: datetime) -> None:
    """Take a published requirement from the page and tell its company why; it can correct it meanwhile."""
    require(actor, Permission.REGISTRATION_REVIEW, requirement.scope)
    db.session.refresh(requirement, with_for_update=True)
    requirement.status = sourcing.requirement(requirement.status, "hide")
    requirement.review_note = note
    _record(actor, "requirement.hidden", requirement, now, reason=note)


def show(requirement: Requirement, *, actor: Actor, now: datetime) -> None:
    """Put a hidden requirement back on the page."""
    require(actor, Permission.REGISTRATION_REVIEW, requirement.scope)
    db.session.refresh(requirement, with_for_update=True)
    requirement.status = sourcing.requirement(requirement.status, "show")
    requirement.review_note = ""
    _record(actor, "requirement.shown", requirement, now)


# By itself ------------------------------------------------------------------------------------------------------------


def expire(*, now: datetime) -> int:
    """End the published requirements whose event is over, or whose supply should have begun before; how many."""
    published = select(Requirement).join(Requirement.registration).join(Registration.event)
    due = published.where(
        Requirement.status == RequirementStatus.PUBLISHED,
        or_(Event.ends_at <= now, Requirement.target_start < _last_start(now)),
    )
    over = list(db.session.scalars(due.order_by(Requirement.id).with_for_update(skip_locked=True, of=Requirement)))
    for requirement in over:
        requirement.status = sourcing.requirement(requirement.status, "expire")
        requirement.closed_at = now
        _record(SYSTEM, "requirement.expired", requirement, now)
    return len(over)


# Inside ---------------------------------------------------------------------------------------------------------------


def _last_start(now: datetime) -> date:
    """The earliest start of supply that is not over yet in any zone of the country."""
    return now.date() - timedelta(days=1)


def _permit(registration: Registration, actor: Actor) -> None:
    require(actor, Permission.REGISTRATION_EDIT, registration.scope)
    if not may_have(registration) or not can_edit(registration):
        raise DomainError("sourcing_closed")


def _check(answers: Answers) -> None:
    """The bounds that hold whatever door the answers come through."""
    if isinstance(answers, WhatAnswers):
        require_terms(answers.terms)
    if isinstance(answers, SupplierAnswers) and (
        max(len(answers.must_certificates), len(answers.preferred_certificates)) > MAX_CERTIFICATES
    ):
        raise DomainError("too_many_certificates", most=MAX_CERTIFICATES)


def require_terms(codes: Collection[str]) -> None:
    """Raise unless there are one to six terms, all of the taxonomy."""
    if not codes:
        raise DomainError("no_terms")
    if len(codes) > MAX_TERMS_EACH:
        raise DomainError("too_many_terms", most=MAX_TERMS_EACH)
    if unknown_terms(list(codes)):
        raise DomainError("unknown_terms")


def _next_number(registration: Registration) -> int:
    db.session.refresh(registration, with_for_update=True)
    query = select(func.count(), func.max(Requirement.number)).where(Requirement.registration_id == registration.id)
    count, last = db.session.execute(query).one()
    if count >= MAX_PER_OWNER:
        raise DomainError("too_many_requirements", most=MAX_PER_OWNER)
    return (last or 0) + 1


def _store(requirement: Requirement, answers: Answers) -> None:
    for each in fields(answers):
        value = getattr(answers, each.name)
        setattr(requirement, each.name, list(value) if isinstance(value, tuple) else value)


def _changed(stored: Answers, answers: Answers) -> list[str]:
    return [each.name for each in fields(answers) if getattr(stored, each.name) != getattr(answers, each.name)]


def frozen(value: Any) -> Any:
    """A stored list as the tuple that answers hold."""
    return tuple(value) if isinstance(value, list) else value


def _record(actor: Actor, action: str, requirement: Requirement, now: datetime, **detail: Any) -> None:
    reason = detail.pop("reason", "")
    audit.record(
        actor,
        action,
        requirement,
        at=now,
        event=requirement.registration.event,
        reason=reason,
        number=requirement.number,
        company=requirement.registration.company.name,
        **detail,
    )
