"""What is shown of companies and of what they seek: to everybody, and to companies that take part; never contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.registering import Consent
from eventsapp.domain.sourcing import CapabilityStatus, RequirementKind, RequirementStatus, Visibility
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Capability, Certificate, Company, Event, Registration, Requirement
from eventsapp.services.requirements import BUYERS

ALWAYS_SHOWN = ("kind", "terms", "must_certificates", "accepts_in_progress")
"""What every company that takes part may see of a published requirement: without it nobody could match."""


@dataclass(frozen=True)
class Entry:
    """Something that a buyer looks for, as everybody may see it: a requirement, or the terms of a registration.

    `company` is empty when the company did not allow its name to be shown.
    """

    company: str
    state: str
    clusters: tuple[str, ...]
    terms: tuple[str, ...]
    title: str = ""
    kind: RequirementKind | None = None
    text: str = ""
    requirement: Requirement | None = None


@dataclass(frozen=True)
class Directory:
    """The public entries of an event, and how many more requirements only companies that take part see."""

    entries: list[Entry]
    reserved: int


@dataclass(frozen=True)
class Profile:
    """A company at an event as another one may see it."""

    registration: Registration
    certificates: list[Certificate]
    requirements: list[Requirement]
    capabilities: list[Capability]


def read_public(event: Event) -> Directory:
    """What approved buyers look for, as everybody may see it; two statements.

    A buyer that published no requirement is shown with the terms of its registration.
    """
    listed = _published(event)
    open_to_all: dict[UUID, list[Requirement]] = {}
    for row in listed:
        open_to_all.setdefault(row.registration_id, [])
        if row.visibility is Visibility.PUBLIC:
            open_to_all[row.registration_id].append(row)
    entries: list[Entry] = []
    for buyer in _buyers(event):
        company = buyer.name if Consent.DIRECTORY in buyer.consents else ""
        known = (company, buyer.state, tuple(buyer.cluster_codes))
        if buyer.id not in open_to_all:
            entries.append(Entry(*known, tuple(buyer.terms), text=buyer.offer))
        for row in open_to_all.get(buyer.id, ()):
            entries.append(Entry(*known, tuple(row.terms), row.title, row.kind, row.description, row))
    shown = sum(map(len, open_to_all.values()))
    return Directory(entries, len(listed) - shown)


def find_profile(event: Event, registration_id: UUID) -> Profile | None:
    """An approved company of the event with what it published; five statements."""
    query = (
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.id == registration_id,
            Registration.status == RegistrationStatus.APPROVED,
        )
        .options(joinedload(Registration.company))
    )
    found = db.session.scalar(query)
    if found is None:
        return None
    company_id = found.company_id
    return Profile(
        found,
        _certificates(company_id),
        _requirements(found) if found.side is not Side.SUPPLIER else [],
        _capabilities(company_id) if found.side is not Side.BUYER else [],
    )


def is_detail_shown(requirement: Requirement, *, has_agreed: bool) -> bool:
    """May a company that takes part see the whole requirement, or only what is always shown?"""
    return requirement.visibility is not Visibility.REQUESTED or has_agreed


def _buyers(event: Event) -> list[Any]:
    columns = (
        Registration.id,
        Registration.terms,
        Registration.offer,
        Registration.consents,
        Company.name,
        Company.state,
        Company.cluster_codes,
    )
    query = (
        select(*columns)
        .join(Registration.company)
        .where(
            Registration.event_id == event.id,
            Registration.side.in_(BUYERS),
            Registration.status == RegistrationStatus.APPROVED,
        )
        .order_by(Registration.number)
    )
    return list(db.session.execute(query))


def _published(event: Event) -> list[Requirement]:
    query = (
        select(Requirement)
        .join(Requirement.registration)
        .where(
            Registration.event_id == event.id,
            Registration.side.in_(BUYERS),
            Registration.status == RegistrationStatus.APPROVED,
            Requirement.status == RequirementStatus.PUBLISHED,
        )
        .order_by(Requirement.number)
    )
    return list(db.session.scalars(query))


def _requirements(registration: Registration) -> list[Requirement]:
    query = select(Requirement).where(
        Requirement.registration_id == registration.id, Requirement.status == RequirementStatus.PUBLISHED
    )
    return list(db.session.scalars(query.order_by(Requirement.number)))


def _capabilities(company_id: UUID) -> list[Capability]:
    query = select(Capability).where(
        Capability.company_id == company_id, Capability.status == CapabilityStatus.PUBLISHED
    )
    return list(db.session.scalars(query.order_by(Capability.number)))


def _certificates(company_id: UUID) -> list[Certificate]:
    query = select(Certificate).where(Certificate.company_id == company_id, Certificate.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(Certificate.certification_code)))
