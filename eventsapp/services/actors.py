"""Who acts: the actor behind an account, with its roles and companies."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.domain.values import Role
from eventsapp.models import Account, Delegate, Membership


def actor_of(account: Account) -> Actor:
    """The actor behind an account: its roles and the companies it acts for."""
    roles: dict[UUID, frozenset[Role]] = {}
    query = select(Membership.organization_id, Membership.role).where(Membership.account_id == account.id)
    for organization_id, role in db.session.execute(query):
        roles[organization_id] = roles.get(organization_id, frozenset()) | {role}
    mine = select(Delegate.company_id, Delegate.is_company_admin).where(
        Delegate.account_id == account.id, Delegate.ended_at.is_(None)
    )
    companies = db.session.execute(mine).all()
    return Actor(
        account.id,
        account.name,
        account.is_admin,
        roles,
        frozenset(company_id for company_id, _ in companies),
        frozenset(company_id for company_id, is_admin in companies if is_admin),
    )
