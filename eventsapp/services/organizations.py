"""Organizations: what they are and whose events they hold; who works in them stands in `team`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from eventsapp.db import db
from eventsapp.domain.access import ORGANIZERS, Actor, Permission, require
from eventsapp.domain.editions import require_seen
from eventsapp.domain.errors import DomainError
from eventsapp.domain.taxonomy import clusters
from eventsapp.domain.values import OrganizationKind
from eventsapp.models import Organization
from eventsapp.services import audit


@dataclass(frozen=True)
class Profile:
    """What an organization is."""

    name: str
    kind: OrganizationKind
    state: str = ""
    cluster_code: str = ""


CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_CODE = 40


def create(
    *,
    code: str,
    name: str,
    kind: OrganizationKind,
    actor: Actor,
    now: datetime,
    state: str = "",
    cluster_code: str | None = None,
) -> Organization:
    """Add an organization; only for administrators of the platform."""
    require(actor, Permission.ADMIN_MANAGE)
    if len(code) > MAX_CODE or not CODE.fullmatch(code):
        raise DomainError("code_malformed")
    made = Organization(code=code, name=name, kind=kind, state=state, cluster_code=cluster_code, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise DomainError("code_taken") from error
    audit.record(actor, "organization.created", made, at=now, name=name)
    return made


def profile_of(organization: Organization) -> Profile:
    """What is stored of an organization."""
    return Profile(organization.name, organization.kind, organization.state, organization.cluster_code or "")


def change(organization: Organization, profile: Profile, *, seen: str, actor: Actor, now: datetime) -> None:
    """Change what an organization is, unless somebody changed it since it was seen."""
    require(actor, Permission.ORGANIZATION_MANAGE, organization.scope)
    db.session.refresh(organization, with_for_update=True)
    stored = profile_of(organization)
    require_seen(seen, stored, typed=profile)
    if profile.cluster_code and profile.cluster_code not in clusters():
        raise DomainError("unknown_cluster")
    changed = sorted(name for name, value in vars(profile).items() if getattr(stored, name) != value)
    organization.name, organization.kind, organization.state = profile.name, profile.kind, profile.state
    organization.cluster_code = profile.cluster_code or None
    if changed:
        audit.record(actor, "organization.changed", organization, at=now, fields=changed)


def find(code: str) -> Organization | None:
    """The organization with this code."""
    return db.session.scalar(select(Organization).where(Organization.code == code))


def list_for(actor: Actor) -> list[Organization]:
    """The organizations that the actor works in, or all for administrators of the platform, with their events."""
    query = select(Organization).options(selectinload(Organization.events)).order_by(Organization.name)
    if not actor.is_admin:
        query = query.where(Organization.id.in_(actor.roles))
    return list(db.session.scalars(query))


def list_creatable(actor: Actor) -> list[Organization]:
    """The organizations in which the actor may create events."""
    allowed = [key for key in actor.roles if actor.has_role(key, *ORGANIZERS)]
    query = select(Organization).where(Organization.id.in_(allowed)).order_by(Organization.name)
    return list(db.session.scalars(query))
