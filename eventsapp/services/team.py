"""The team of an organization: who works in it and in which roles. Somebody always administers it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.access import REVIEWERS, Actor, Permission, require
from eventsapp.domain.editions import require_seen
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import Role
from eventsapp.models import Account, Membership, Organization
from eventsapp.services import accounts, audit, liaisons, outbox

ORDER = tuple(Role)


@dataclass(frozen=True)
class Roles:
    """The roles of one person in one organization, in the order of the enum."""

    held: tuple[Role, ...] = ()

    @classmethod
    def of(cls, roles: Collection[Role]) -> Roles:
        """These roles, whatever order they come in."""
        return cls(tuple(role for role in ORDER if role in roles))


@dataclass(frozen=True)
class Member:
    """A person of a team."""

    account: Account
    roles: Roles


def list_of(organization: Organization) -> list[Member]:
    """Everybody who works in an organization, by name."""
    found: dict[Account, set[Role]] = {}
    query = select(Membership).where(Membership.organization_id == organization.id)
    for row in db.session.scalars(query.options(joinedload(Membership.account))):
        found.setdefault(row.account, set()).add(row.role)
    members = [Member(account, Roles.of(roles)) for account, roles in found.items()]
    return sorted(members, key=lambda member: (member.account.name.casefold(), member.account.email))


def find(organization: Organization, account_id: UUID) -> Member | None:
    """A person of a team."""
    return next((member for member in list_of(organization) if member.account.id == account_id), None)


def invite(
    organization: Organization,
    roles: Collection[Role],
    *,
    email: str,
    name: str,
    locale: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Account:
    """Give somebody access and say so by mail; an address without an account gets one that its mailbox opens."""
    require(actor, Permission.ORGANIZATION_MANAGE, organization.scope)
    account = accounts.known_or_new(email, name=name, locale=locale, now=now)
    if _roles_of(organization, account).held:
        raise DomainError("member_already", name=account.name)
    give(organization, account, roles, actor=actor, now=now, reason=reason)
    outbox.add(
        "team_invitation",
        key=f"team_invitation:{organization.id}:{account.id}:{uuid4().hex}",
        to_address=account.email,
        to_name=account.name,
        locale=account.locale,
        fields={"organization": organization.name, "by": actor.name},
        at=now,
    )
    return account


def give(
    organization: Organization,
    account: Account,
    roles: Collection[Role],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    seen: str | None = None,
) -> None:
    """Let a person have these roles and no others; without any, the person leaves the team. So do its companies
    when none of the roles looks after companies.

    `seen` is the mark of the roles that the form was filled in from; None leaves the check out.
    """
    require(actor, Permission.ORGANIZATION_MANAGE, organization.scope)
    db.session.refresh(organization, with_for_update=True)
    before, after = _roles_of(organization, account), Roles.of(roles)
    if seen is not None:
        require_seen(seen, before, typed=after)
    if before == after:
        return
    if Role.ADMIN in before.held and Role.ADMIN not in after.held:
        _require_other_admin(organization, account)
    for row in db.session.scalars(_memberships(organization, account)):
        if row.role not in after.held:
            db.session.delete(row)
    db.session.add_all(
        Membership(organization=organization, account=account, role=role, created_at=now)
        for role in after.held
        if role not in before.held
    )
    if not set(REVIEWERS) & set(after.held):
        liaisons.release(account, actor=actor, now=now, organization=organization)
    what = "member_changed" if before.held and after.held else "member_added" if after.held else "member_removed"
    audit.record(
        actor,
        f"organization.{what}",
        organization,
        at=now,
        reason=reason,
        account=str(account.id),
        name=account.name,
        before=[role.value for role in before.held],
        after=[role.value for role in after.held],
    )


def _memberships(organization: Organization, account: Account) -> Select[Membership]:
    return select(Membership).where(Membership.organization_id == organization.id, Membership.account_id == account.id)


def _roles_of(organization: Organization, account: Account) -> Roles:
    return Roles.of({row.role for row in db.session.scalars(_memberships(organization, account))})


def _require_other_admin(organization: Organization, account: Account) -> None:
    others = select(Membership.id).where(
        Membership.organization_id == organization.id,
        Membership.account_id != account.id,
        Membership.role == Role.ADMIN,
    )
    if db.session.scalar(others.limit(1)) is None:
        raise DomainError("last_team_admin", name=account.name)
