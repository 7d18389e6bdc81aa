"""The sites of a company: plants, workshops, offices."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.domain import coordinates
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.editions import require_seen
from eventsapp.domain.errors import DomainError
from eventsapp.models import Certificate, Company, Site
from eventsapp.services import audit, companies

MAX_SITES = 30


@dataclass(frozen=True)
class SiteAnswers:
    """What a company says about one of its sites."""

    name: str
    address: str = ""
    country: str = "MX"
    state: str = ""
    city: str = ""
    postal_code: str = ""
    plant_area_m2: int | None = None
    shifts: int | None = None
    is_meeting_host: bool = False
    position: str = ""


def answers_of(site: Site) -> SiteAnswers:
    """What is stored of a site."""
    return SiteAnswers(**{part.name: getattr(site, part.name) for part in fields(SiteAnswers)})


def list_of(company: Company) -> list[Site]:
    """The sites of a company today, the first one first."""
    query = (
        select(Site).where(Site.company_id == company.id, Site.ended_at.is_(None)).order_by(Site.created_at, Site.id)
    )
    return list(db.session.scalars(query))


def find_of(company: Company, site_id: UUID) -> Site | None:
    """A site of this company today."""
    query = select(Site).where(Site.company_id == company.id, Site.id == site_id, Site.ended_at.is_(None))
    return db.session.scalar(query)


def add(company: Company, answers: SiteAnswers, *, actor: Actor, now: datetime) -> Site:
    """Add a site."""
    require(actor, Permission.COMPANY_EDIT, company.scope)
    companies.lock(company)
    _require_known(answers)
    if len(list_of(company)) >= MAX_SITES:
        raise DomainError("too_many_sites", most=MAX_SITES)
    site = Site(company=company, created_at=now, **vars(answers))
    db.session.add(site)
    audit.record(actor, "site.added", site, at=now, name=site.name)
    return site


def change(site: Site, answers: SiteAnswers, *, seen: str, actor: Actor, now: datetime) -> None:
    """Store what a company says about a site, unless somebody stored something else since it was seen."""
    require(actor, Permission.COMPANY_EDIT, site.scope)
    companies.lock(site.company)
    db.session.refresh(site)
    stored = answers_of(site)
    require_seen(seen, stored, typed=answers)
    _require_known(answers)
    if answers == stored:
        return
    for name, value in vars(answers).items():
        setattr(site, name, value)
    audit.record(actor, "site.changed", site, at=now, name=site.name)


def end(site: Site, *, actor: Actor, now: datetime) -> None:
    """A site that closed; not one that a certificate is for."""
    require(actor, Permission.COMPANY_EDIT, site.scope)
    companies.lock(site.company)
    used = select(func.count()).where(Certificate.site_id == site.id, Certificate.ended_at.is_(None))
    if db.session.scalar(used):
        raise DomainError("site_in_use", name=site.name)
    site.ended_at = now
    audit.record(actor, "site.ended", site, at=now, name=site.name)


def _require_known(answers: SiteAnswers) -> None:
    if answers.position:
        coordinates.require_within(coordinates.parse(answers.position), answers.country)
