"""Who may do what: an enum of permissions and a table of plain predicates. Default deny."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from eventsapp.domain.errors import Forbidden
from eventsapp.domain.values import Role


class Permission(StrEnum):
    """`resource:action`; one that ends in `:read` never guards a write."""

    PUBLIC_READ = "public:read"
    PUBLIC_WRITE = "public:write"
    ACCOUNT_USE = "account:use"
    ORGANIZATION_MANAGE = "organization:manage"
    EVENT_CREATE = "event:create"
    EVENT_READ = "event:read"
    EVENT_MANAGE = "event:manage"
    COMPANY_READ = "company:read"
    COMPANY_EDIT = "company:edit"
    COMPANY_ACT_FOR = "company:act_for"
    CERTIFICATE_VERIFY = "certificate:verify"
    REGISTRATION_READ = "registration:read"
    REGISTRATION_EDIT = "registration:edit"
    REGISTRATION_REVIEW = "registration:review"
    REGISTRATION_WALK_IN = "registration:walk_in"
    DESK_EDIT = "desk:edit"
    REQUEST_READ = "request:read"
    REQUEST_MAKE = "request:make"
    SCHEDULE_READ = "schedule:read"
    SCHEDULE_SOLVE = "schedule:solve"
    SCHEDULE_ADJUST = "schedule:adjust"
    SCHEDULE_PUBLISH = "schedule:publish"
    AGENDA_READ = "agenda:read"
    AGENDA_MANAGE = "agenda:manage"
    PRINTOUT_READ = "printout:read"
    PRINTOUT_MAKE = "printout:make"
    MAIL_READ = "mail:read"
    MAIL_WRITE = "mail:write"
    AUDIT_READ = "audit:read"
    ADMIN_MANAGE = "admin:manage"


@dataclass(frozen=True)
class StandIn:
    """For which company at which event somebody of the team acts, and why; as the log says it."""

    event_id: UUID
    company_id: UUID
    company: str
    reason: str


@dataclass(frozen=True)
class Actor:
    """Who is asking: an account, its roles in organizations and the companies it acts for. Nobody has no account.

    `administered` are those of its companies whose answers and people it may change; for the others it has a desk.
    `is_admin` takes care of the platform: its organizations and who works in them, not their events. `is_system` is the
    application itself, which does what no person asked for. `acting` is set while somebody of the team stands in for a
    company.
    """

    account_id: UUID | None = None
    name: str = ""
    is_admin: bool = False
    roles: dict[UUID, frozenset[Role]] = field(default_factory=dict)
    companies: frozenset[UUID] = frozenset()
    administered: frozenset[UUID] = frozenset()
    is_system: bool = False
    acting: StandIn | None = None

    @property
    def is_signed_in(self) -> bool:
        """Is there an account behind this actor?"""
        return self.account_id is not None

    @property
    def is_standing_in(self) -> bool:
        """Does somebody of the team act for a company here? The dates that bind companies do not bind the team."""
        return self.acting is not None

    @property
    def is_staff(self) -> bool:
        """Is there an organization that this actor works in, or the platform?"""
        return self.is_admin or bool(self.roles)

    def has_role(self, organization_id: UUID | None, *roles: Role) -> bool:
        """Has the actor one of these roles in this organization?"""
        if organization_id is None:
            return False
        return bool(self.roles.get(organization_id, frozenset()) & set(roles))


def standing_in(actor: Actor, acting: StandIn) -> Actor:
    """The same person as somebody who administers that company, and nothing else: own roles and companies rest."""
    only = frozenset({acting.company_id})
    return replace(actor, is_admin=False, roles={}, companies=only, administered=only, acting=acting)


NOBODY = Actor()
SYSTEM = Actor(name="Encuentro", is_system=True)


@dataclass(frozen=True)
class Scope:
    """Whose an object is: its organization and, when it belongs to companies, those.

    `liaison_id` is the account in the team that looks after the company.
    """

    organization_id: UUID | None = None
    company_ids: frozenset[UUID] = frozenset()
    liaison_id: UUID | None = None


NOWHERE = Scope()

Predicate = Callable[[Actor, Scope], bool]

ORGANIZERS = (Role.ADMIN, Role.MANAGER)
REVIEWERS = (*ORGANIZERS, Role.REVIEWER)
ALL_STAFF = tuple(Role)


def _anybody(_actor: Actor, _scope: Scope) -> bool:
    return True


def _signed_in(actor: Actor, _scope: Scope) -> bool:
    return actor.is_signed_in


def _admin(actor: Actor, _scope: Scope) -> bool:
    return actor.is_admin or actor.is_system


def _staff(*roles: Role) -> Predicate:
    return lambda actor, scope: actor.is_system or actor.has_role(scope.organization_id, *roles)


def _liaison(actor: Actor, scope: Scope) -> bool:
    is_own = actor.is_signed_in and actor.account_id == scope.liaison_id
    return is_own and actor.has_role(scope.organization_id, Role.REVIEWER)


def _own_company(actor: Actor, scope: Scope) -> bool:
    return bool(actor.companies & scope.company_ids)


def _administered(actor: Actor, scope: Scope) -> bool:
    return bool(actor.administered & scope.company_ids)


def _either(*predicates: Predicate) -> Predicate:
    return lambda actor, scope: any(predicate(actor, scope) for predicate in predicates)


POLICY: dict[Permission, Predicate] = {
    Permission.PUBLIC_READ: _anybody,
    Permission.PUBLIC_WRITE: _anybody,
    Permission.ACCOUNT_USE: _signed_in,
    Permission.ORGANIZATION_MANAGE: _either(_admin, _staff(Role.ADMIN)),
    Permission.EVENT_CREATE: _staff(*ORGANIZERS),
    Permission.EVENT_READ: _staff(*ALL_STAFF),
    Permission.EVENT_MANAGE: _staff(*ORGANIZERS),
    Permission.COMPANY_READ: _either(_own_company, _staff(*REVIEWERS)),
    Permission.COMPANY_EDIT: _either(_administered, _staff(*REVIEWERS)),
    Permission.COMPANY_ACT_FOR: _either(_liaison, _staff(*ORGANIZERS)),
    Permission.CERTIFICATE_VERIFY: _staff(*REVIEWERS),
    Permission.REGISTRATION_READ: _either(_own_company, _staff(*REVIEWERS, Role.FLOOR)),
    Permission.REGISTRATION_EDIT: _administered,
    Permission.REGISTRATION_REVIEW: _staff(*REVIEWERS),
    Permission.REGISTRATION_WALK_IN: _staff(*REVIEWERS, Role.FLOOR),
    Permission.DESK_EDIT: _own_company,
    Permission.REQUEST_READ: _either(_own_company, _staff(*REVIEWERS)),
    Permission.REQUEST_MAKE: _own_company,
    Permission.SCHEDULE_READ: _staff(*REVIEWERS, Role.FLOOR),
    Permission.SCHEDULE_SOLVE: _staff(*ORGANIZERS),
    Permission.SCHEDULE_ADJUST: _staff(*ORGANIZERS),
    Permission.SCHEDULE_PUBLISH: _staff(*ORGANIZERS),
    Permission.AGENDA_READ: _own_company,
    Permission.AGENDA_MANAGE: _own_company,
    Permission.PRINTOUT_READ: _staff(*REVIEWERS, Role.FLOOR),
    Permission.PRINTOUT_MAKE: _staff(*REVIEWERS, Role.FLOOR),
    Permission.MAIL_READ: _staff(*ORGANIZERS),
    Permission.MAIL_WRITE: _staff(*ORGANIZERS),
    Permission.AUDIT_READ: _staff(*ORGANIZERS),
    Permission.ADMIN_MANAGE: _admin,
}


def may(actor: Actor, permission: Permission, scope: Scope = NOWHERE) -> bool:
    """May the actor do this to what belongs to `scope`?"""
    return POLICY[permission](actor, scope)


def require(actor: Actor, permission: Permission, scope: Scope = NOWHERE) -> None:
    """Raise `Forbidden` unless the actor may."""
    if not may(actor, permission, scope):
        raise Forbidden("forbidden", permission=permission.value)
