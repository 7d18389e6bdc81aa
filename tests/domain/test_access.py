"""The policy in full: what each kind of person may do with what is theirs, and that nothing else is open to them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from eventsapp.domain.access import NOBODY, SYSTEM, Actor, Permission, Scope, may, require
from eventsapp.domain.errors import Forbidden
from eventsapp.domain.values import Role

P = Permission
ORGANIZATION, COMPANY, ME, COLLEAGUE = (UUID(int=n) for n in range(1, 5))
EVENT = Scope(ORGANIZATION)
REGISTRATION = Scope(ORGANIZATION, frozenset({COMPANY}), COLLEAGUE)
OWN_REGISTRATION = Scope(ORGANIZATION, frozenset({COMPANY}), ME)

PUBLIC = {P.PUBLIC_READ, P.PUBLIC_WRITE}
SIGNED_IN = PUBLIC | {P.ACCOUNT_USE}
READER = SIGNED_IN | {P.EVENT_READ}
FLOOR = READER | {P.REGISTRATION_READ, P.REGISTRATION_WALK_IN, P.SCHEDULE_READ, P.PRINTOUT_READ, P.PRINTOUT_MAKE}
REVIEWER = FLOOR | {
    P.COMPANY_READ, P.COMPANY_EDIT, P.CERTIFICATE_VERIFY, P.REGISTRATION_REVIEW, P.REQUEST_READ,
}  # fmt: skip
MANAGER = REVIEWER | {
    P.EVENT_CREATE, P.EVENT_MANAGE, P.COMPANY_ACT_FOR, P.SCHEDULE_SOLVE, P.SCHEDULE_ADJUST, P.SCHEDULE_PUBLISH,
    P.MAIL_READ, P.MAIL_WRITE, P.AUDIT_READ,
}  # fmt: skip
ADMIN = MANAGER | {P.ORGANIZATION_MANAGE}
ATTENDS = SIGNED_IN | {
    P.COMPANY_READ, P.REGISTRATION_READ, P.DESK_EDIT, P.REQUEST_READ, P.REQUEST_MAKE, P.AGENDA_READ, P.AGENDA_MANAGE,
}  # fmt: skip
COMPANY_ADMIN = ATTENDS | {P.COMPANY_EDIT, P.REGISTRATION_EDIT}


def staff(role: Role) -> Actor:
    return Actor(ME, "Laura", roles={ORGANIZATION: frozenset({role})})


PEOPLE = {
    "nobody": (NOBODY, PUBLIC),
    "signed in": (Actor(ME), SIGNED_IN),
    "platform": (Actor(ME, is_admin=True), SIGNED_IN | {P.ADMIN_MANAGE, P.ORGANIZATION_MANAGE}),
    "admin": (staff(Role.ADMIN), ADMIN),
    "manager": (staff(Role.MANAGER), MANAGER),
    "reviewer": (staff(Role.REVIEWER), REVIEWER),
    "floor": (staff(Role.FLOOR), FLOOR),
    "analyst": (staff(Role.ANALYST), READER),
    "observer": (staff(Role.OBSERVER), READER),
    "company admin": (Actor(ME, companies=frozenset({COMPANY}), administered=frozenset({COMPANY})), COMPANY_ADMIN),
    "representative": (Actor(ME, companies=frozenset({COMPANY})), ATTENDS),
    "system": (SYSTEM, PUBLIC | (ADMIN - SIGNED_IN) | {P.ADMIN_MANAGE}),
}


def allowed(actor: Actor, scope: Scope) -> set[Permission]:
    return {permission for permission in Permission if may(actor, permission, scope)}


@pytest.mark.parametrize("who", PEOPLE)
def test_each_person_may_exactly_this(who: str) -> None:
    actor, expected = PEOPLE[who]
    assert allowed(actor, REGISTRATION) == expected


def test_a_reviewer_acts_for_the_own_companies_alone() -> None:
    reviewer = staff(Role.REVIEWER)
    assert allowed(reviewer, OWN_REGISTRATION) - allowed(reviewer, REGISTRATION) == {P.COMPANY_ACT_FOR}
    assert not may(reviewer, P.COMPANY_ACT_FOR, EVENT)


@pytest.mark.parametrize("role", [Role.FLOOR, Role.ANALYST, Role.OBSERVER])
def test_a_liaison_without_the_role_acts_for_nobody(role: Role) -> None:
    assert not may(staff(role), P.COMPANY_ACT_FOR, OWN_REGISTRATION)


def test_the_role_counts_in_its_organization_alone() -> None:
    elsewhere = Scope(uuid4(), frozenset({uuid4()}), ME)
    for actor in (staff(Role.ADMIN), staff(Role.REVIEWER), PEOPLE["company admin"][0]):
        assert allowed(actor, elsewhere) == SIGNED_IN


def test_nobody_is_the_liaison_of_a_company_without_one() -> None:
    assert not may(NOBODY, P.COMPANY_ACT_FOR, Scope(ORGANIZATION, frozenset({COMPANY}), None))
    without_account = Actor(roles={ORGANIZATION: frozenset({Role.REVIEWER})})
    assert not may(without_account, P.COMPANY_ACT_FOR, EVENT)


def test_what_is_not_allowed_is_refused_by_name() -> None:
    with pytest.raises(Forbidden) as refused:
        require(PEOPLE["platform"][0], P.EVENT_READ, EVENT)
    assert refused.value.params == {"permission": "event:read"}
