"""The people of a company: roles, invitations and who may do what, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import NOBODY, POLICY, Actor, Permission, Scope, may
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import RegistrationStatus, Role
from eventsapp.models import Account, Delegate, OutboxMessage, Registration, Token
from eventsapp.services import companies, people, registrations
from eventsapp.services.companies import DelegateAnswers
from eventsapp.services.people import Standing
from eventsapp.services.registrations import AvailabilityAnswers
from tests import make

LUIS = DelegateAnswers("Luis Peña", "Ventas", "luis@empresa.com", "+52 477 123 4567")


def registered(**values: object) -> tuple[Registration, Delegate, Actor]:
    """A company at an event, its first person and that person's actor."""
    registration = make.registration(make.event(), **values)  # type: ignore[arg-type]
    admin = registration.delegates[0]
    assert admin.account is not None
    return registration, admin, make.actor(admin.account)


def secret_of_last_mail() -> str:
    row = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "company_invitation").order_by(OutboxMessage.created_at)
    ).all()[-1]
    return str(row.fields["token"])


def invited(registration: Registration, actor: Actor, now: datetime, *, is_admin: bool = False) -> Delegate:
    return people.add(registration.company, LUIS, is_admin=is_admin, event=registration.event, actor=actor, now=now)


# Roles -----------------------------------------------------------------------------------------------------------

OWN = {
    Permission.COMPANY_READ,
    Permission.REGISTRATION_READ,
    Permission.DESK_EDIT,
    Permission.REQUEST_READ,
    Permission.REQUEST_MAKE,
    Permission.AGENDA_READ,
    Permission.AGENDA_MANAGE,
}
ADMINISTERED = {Permission.COMPANY_EDIT, Permission.REGISTRATION_EDIT}


def test_the_role_matrix(context: Flask, now: datetime) -> None:
    registration, _, admin = registered(desks=2)
    attends = registration.delegates[1].account
    assert attends is not None
    stranger = make.registration(registration.event).delegates[0].account
    assert stranger is not None
    scope = registration.scope
    guarded = OWN | ADMINISTERED | {Permission.CERTIFICATE_VERIFY}

    def allowed(actor: Actor) -> set[Permission]:
        return {permission for permission in guarded if may(actor, permission, scope)}

    org = registration.event.organization
    assert allowed(admin) == OWN | ADMINISTERED
    assert allowed(make.actor(attends)) == OWN
    assert allowed(make.actor(stranger)) == set()
    assert allowed(NOBODY) == set()
    reviewer = {
        Permission.COMPANY_READ,
        Permission.COMPANY_EDIT,
        Permission.CERTIFICATE_VERIFY,
        Permission.REGISTRATION_READ,
        Permission.REQUEST_READ,
    }
    expected = dict.fromkeys((Role.ADMIN, Role.MANAGER, Role.REVIEWER), reviewer)
    expected[Role.FLOOR] = {Permission.REGISTRATION_READ}
    expected[Role.ANALYST] = expected[Role.OBSERVER] = set()
    assert {role: allowed(make.actor(make.organizer(org, role))) for role in Role} == expected
    foreign = make.organizer(make.organization(), Role.ADMIN)
    assert allowed(make.actor(foreign)) == set()


def test_a_company_of_nobody_is_administered_by_nobody() -> None:
    nowhere = Actor(administered=frozenset())
    assert [p for p in POLICY if p in ADMINISTERED and may(nowhere, p, Scope())] == []


def test_who_only_attends_changes_no_company(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered(desks=2)
    attends = make.actor(registration.delegates[1].account)  # type: ignore[arg-type]
    company = registration.company
    acts = (
        lambda: companies.change(company, companies.answers_of(company), seen="", actor=attends, now=now),
        lambda: companies.add_delegate(company, LUIS, actor=attends, now=now),
        lambda: companies.change_delegate(admin, companies.delegate_answers_of(admin), seen="", actor=attends, now=now),
        lambda: companies.change_logo(company, None, actor=attends, now=now),
        lambda: invited(registration, attends, now),
        lambda: people.invite(admin, registration.event, actor=attends, now=now),
        lambda: people.withdraw_invitation(admin, actor=attends, now=now),
        lambda: people.give_role(registration.delegates[1], is_admin=True, actor=attends, now=now),
        lambda: people.end(admin, actor=attends, now=now),
        lambda: registrations.withdraw(registration, actor=attends, now=now),
    )
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_who_only_attends_changes_the_own_data(context: Flask, now: datetime) -> None:
    registration, _, _ = registered(desks=2)
    person = registration.delegates[1]
    actor = make.actor(person.account)  # type: ignore[arg-type]
    stored = companies.delegate_answers_of(person)
    answers = DelegateAnswers(stored.name, "Calidad", stored.email, "+52 477 000 0000", languages=("es", "en"))
    companies.change_delegate(person, answers, seen=edition(stored), actor=actor, now=now)
    assert companies.delegate_answers_of(person) == answers
    moved = DelegateAnswers(stored.name, "Calidad", "otra@empresa.com", "+52 477 000 0000")
    with pytest.raises(DomainError, match="own_address"):
        companies.change_delegate(person, moved, seen=edition(answers), actor=actor, now=now)


def test_who_only_attends_speaks_for_the_own_desk(context: Flask, now: datetime) -> None:
    registration, _, _ = registered(desks=2)
    actor = make.actor(registration.desks[1].seats[0].delegate.account)  # type: ignore[arg-type]
    stored = registrations.availability_of(registration)
    slots = [slot.id for slot in registration.event.slots]
    answers = AvailabilityAnswers({1: tuple(slots[:1]), 2: tuple(slots[:2])})
    registrations.save_availability(registration, answers, seen=edition(stored), actor=actor, now=now)
    assert registrations.availability_of(registration).slot_ids == {1: tuple(slots), 2: tuple(slots[:2])}


def test_who_has_no_desk_says_nothing_of_availability(context: Flask, now: datetime) -> None:
    registration, _, admin = registered()
    invited(registration, admin, now)
    joined = people.accept(secret_of_last_mail(), now=now)
    stored = registrations.availability_of(registration)
    with pytest.raises(Forbidden):
        registrations.save_availability(
            registration, stored, seen=edition(stored), actor=make.actor(joined.account), now=now
        )


def test_the_last_admin_stays(context: Flask, now: datetime) -> None:
    registration, admin, actor = registered(desks=2)
    other = registration.delegates[1]
    for act in (
        lambda: people.give_role(admin, is_admin=False, actor=actor, now=now),
        lambda: people.end(admin, actor=actor, now=now),
    ):
        with pytest.raises(DomainError, match="last_admin"):
            act()
    people.give_role(other, is_admin=True, actor=actor, now=now)
    people.give_role(admin, is_admin=False, actor=actor, now=now)
    assert (admin.is_company_admin, other.is_company_admin) == (False, True)


def test_an_invited_admin_who_has_not_joined_is_not_another_admin(context: Flask, now: datetime) -> None:
    registration, admin, actor = registered()
    invited(registration, actor, now, is_admin=True)
    with pytest.raises(DomainError, match="last_admin"):
        people.give_role(admin, is_admin=False, actor=actor, now=now)


def test_somebody_who_leaves_leaves_the_desk_too(context: Flask, now: datetime) -> None:
    registration, _, actor = registered(desks=2)
    alone = registration.delegates[1]
    with pytest.raises(DomainError, match="desk_would_be_empty"):
        people.end(alone, actor=actor, now=now)
    registrations.seat_delegate(registration, alone, actor=actor, now=now)
    registration.status = RegistrationStatus.WITHDRAWN
    db.session.flush()
    people.end(alone, actor=actor, now=now)
    assert (alone.ended_at, alone.feed_digest) == (now, None)
    assert registration.company_id not in make.actor(alone.account).companies  # type: ignore[arg-type]


# Invitations -----------------------------------------------------------------------------------------------------


def test_an_invitation_makes_a_new_account(context: Flask, now: datetime) -> None:
    registration, _, actor = registered()
    person = invited(registration, actor, now)
    assert (people.standing_of(person, now), person.account) == (Standing.INVITED, None)
    secret = secret_of_last_mail()
    assert people.find_invited(secret, now=now) is person
    welcome = people.accept(secret, now=now)
    account = welcome.account
    assert (welcome.is_new, account.email, account.is_active, account.password_hash) == (True, LUIS.email, True, None)
    assert (people.standing_of(person, now), person.is_company_admin) == (Standing.ACTIVE, False)
    assert make.actor(account).companies == {registration.company_id}
    assert make.actor(account).administered == frozenset()
    with pytest.raises(DomainError, match="link_expired"):
        people.accept(secret, now=now)


def test_an_invitation_finds_the_account_that_is_there(context: Flask, now: datetime) -> None:
    registration, _, actor = registered()
    account = make.account(email=LUIS.email, password_hash="x")
    person = invited(registration, actor, now, is_admin=True)
    assert person.account is None  # nobody is put into a company without saying yes
    welcome = people.accept(secret_of_last_mail(), now=now)
    assert (welcome.is_new, welcome.account.id, account.password_hash) == (False, account.id, "x")
    assert make.actor(account).administered == {registration.company_id}


def test_a_password_that_a_stranger_prepared_is_dropped(context: Flask, now: datetime) -> None:
    registration, _, actor = registered()
    account = make.account(email=LUIS.email, password_hash="stranger", email_confirmed_at=None)
    invited(registration, actor, now)
    welcome = people.accept(secret_of_last_mail(), now=now)
    assert (welcome.account.id, welcome.is_new, account.password_hash) == (account.id, True, None)


def test_an_invitation_ends_after_seven_days(context: Flask, now: datetime) -> None:
    registration, _, actor = registered()
    person = invited(registration, actor, now)
    later = now + timedelta(days=7)
    assert people.standing_of(person, later) is Standing.EXPIRED
    assert people.find_invited(secret_of_last_mail(), now=later) is None
    with pytest.raises(DomainError, match="link_expired"):
        people.accept(secret_of_last_mail(), now=later)
    assert db.session.scalar(select(Account).where(Account.email == LUIS.email)) is None


def test_a_withdrawn_invitation_opens_nothing(context: Flask, now: datetime) -> None:
    registration, _, actor = registered()
    person = invited(registration, actor, now, is_admin=True)
    secret = secret_of_last_mail()
    people.withdraw_invitation(person, actor=actor, now=now)
    assert (person.ended_at, person.is_company_admin) == (now, False)
    with pytest.raises(DomainError, match="link_expired"):
        people.accept(secret, now=now)
    again = invited(registration, actor, now)
    assert (again.id, again.ended_at) == (person.id, None)
    assert people.accept(secret_of_last_mail(), now=now).person.id == person.id


def test_sent_again_the_older_link_ends(context: Flask, now: datetime) -> None:
    registration, _, actor = registered()
    person = invited(registration, actor, now)
    old = secret_of_last_mail()
    later = now + timedelta(days=8)
    people.invite(person, registration.event, actor=actor, now=later)
    assert people.find_invited(old, now=now) is None
    assert people.find_invited(secret_of_last_mail(), now=later) is person
    assert people.standing_of(person, later) is Standing.INVITED
    people.accept(secret_of_last_mail(), now=later)
    for act in (
        lambda: people.invite(person, registration.event, actor=actor, now=later),
        lambda: people.withdraw_invitation(person, actor=actor, now=later),
    ):
        with pytest.raises(DomainError, match="already_joined"):
            act()


def test_nobody_is_invited_twice_and_a_person_removed_cannot_come_in(context: Flask, now: datetime) -> None:
    registration, _, actor = registered()
    person = invited(registration, actor, now)
    with pytest.raises(DomainError, match="delegate_twice"):
        invited(registration, actor, now)
    secret = secret_of_last_mail()
    people.end(person, actor=actor, now=now)
    assert people.find_invited(secret, now=now) is None
    assert db.session.scalars(select(Token).where(Token.used_at.is_(None))).all() == []


def test_a_new_address_ends_the_invitation_to_the_old_one(context: Flask, now: datetime) -> None:
    registration, _, actor = registered()
    person = invited(registration, actor, now)
    secret = secret_of_last_mail()
    moved = DelegateAnswers("Luis Peña", "Ventas", "otro@empresa.com", LUIS.phone)
    companies.change_delegate(person, moved, seen=edition(LUIS), actor=actor, now=now)
    assert people.find_invited(secret, now=now) is None
    assert people.standing_of(person, now) is Standing.LISTED
