"""Who looks after which company: given by who directs the event, undone in one go, lost by who leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Permission, may
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import Preference, RegistrationStatus, Role, Side
from eventsapp.models import AuditEntry, Registration, Request
from eventsapp.services import liaisons, privacy_erasure, requests, team
from tests import make


def logged() -> list[tuple[str, str, str, str]]:
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.action == liaisons.CHANGED).order_by(AuditEntry.at))
    return [(row.actor_name, row.detail["company"], row.detail["before"], row.detail["after"]) for row in rows]


def held(*registrations: Registration) -> list[str]:
    return [row.liaison.name if row.liaison else "" for row in registrations]


def test_organizers_give_companies_to_somebody_and_take_it_back(context: Flask, now: datetime) -> None:
    event = make.event()
    org = event.organization
    boss = make.actor(make.organizer(org, Role.MANAGER, name="Laura"))
    rosa, eva = (make.organizer(org, Role.REVIEWER, name=name) for name in ("Rosa", "Eva"))
    make.organizer(org, Role.FLOOR)
    one, two, three = (make.registration(event, company=make.company(org, name=name)) for name in "ABC")
    foreign = make.registration(make.event())
    assert [account.name for account in liaisons.list_possible(event)] == ["Eva", "Laura", "Rosa"]
    assert liaisons.give(event, [one.id], eva.id, actor=boss, now=now)[0] == 1
    ids = [one.id, two.id, foreign.id, uuid4()]
    count, batch = liaisons.give(event, ids, rosa.id, actor=boss, now=now + timedelta(minutes=1))
    assert (count, held(one, two, three, foreign)) == (2, ["Rosa", "Rosa", "", ""])
    assert liaisons.give(event, ids, rosa.id, actor=boss, now=now)[0] == 0
    assert sorted(logged()) == [
        ("Laura", "A", "", "Eva"),
        ("Laura", "A", "Eva", "Rosa"),
        ("Laura", "B", "", "Rosa"),
    ]
    assert liaisons.list_own(event, make.actor(rosa)) == {one.id, two.id}
    liaisons.give(event, [two.id], eva.id, actor=boss, now=now + timedelta(minutes=2))
    assert liaisons.undo(event, batch, actor=boss, now=now + timedelta(minutes=3)) == 1
    assert held(one, two, three) == ["Eva", "Eva", ""]
    assert liaisons.undo(event, batch, actor=boss, now=now + timedelta(minutes=4)) == 0
    assert liaisons.undo(event, "nada", actor=boss, now=now) == 0


def test_only_who_directs_the_event_gives_and_only_to_who_looks_after_companies(context: Flask, now: datetime) -> None:
    event = make.event()
    row = make.registration(event)
    boss = make.actor(make.organizer(event.organization, Role.ADMIN))
    reviewer = make.organizer(event.organization, Role.REVIEWER)
    for account in (reviewer, make.account(is_admin=True), row.delegates[0].account):
        with pytest.raises(Forbidden):
            liaisons.give(event, [row.id], reviewer.id, actor=make.actor(account), now=now)
        with pytest.raises(Forbidden):
            liaisons.undo(event, "x", actor=make.actor(account), now=now)
    for nobody in (make.organizer(event.organization, Role.ANALYST), make.organizer(make.organization())):
        with pytest.raises(DomainError, match="no_such_liaison"):
            liaisons.give(event, [row.id], nobody.id, actor=boss, now=now)
    assert held(row) == [""]


def test_a_reviewer_asks_for_the_own_companies_alone(context: Flask, now: datetime) -> None:
    event = make.event()
    rosa = make.organizer(event.organization, Role.REVIEWER)
    mine, other = make.registration(event, Side.BUYER, liaison=rosa), make.registration(event)
    actor = make.actor(rosa)
    assert (may(actor, Permission.COMPANY_ACT_FOR, mine.scope), liaisons.scope_in(event, actor).liaison_id) == (
        True,
        rosa.id,
    )
    by_phone: dict[str, Any] = {"actor": actor, "now": now, "reason": "Por teléfono"}
    with pytest.raises(Forbidden):
        requests.ask(other, mine, Preference.WANT, **by_phone)
    requests.ask(mine, other, Preference.WANT, **by_phone)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "request.made")).one()
    assert (entry.account_id, entry.on_behalf_of, entry.reason) == (rosa.id, mine.company.name, "Por teléfono")
    liaisons.give(event, [mine.id], None, actor=make.actor(make.organizer(event.organization)), now=now)
    with pytest.raises(Forbidden):
        requests.withdraw(db.session.scalars(select(Request)).one(), **by_phone)


def test_who_leaves_the_team_leaves_its_companies(context: Flask, now: datetime) -> None:
    event, elsewhere = make.event(), make.event()
    org = event.organization
    admin, rosa = make.actor(make.organizer(org, Role.ADMIN, name="Laura")), make.organizer(org, Role.REVIEWER)
    mine = make.registration(event, status=RegistrationStatus.DRAFT, liaison=rosa)
    foreign = make.registration(elsewhere, liaison=rosa)
    team.give(org, rosa, {Role.MANAGER}, actor=admin, now=now)
    assert held(mine) == [rosa.name]
    team.give(org, rosa, {Role.FLOOR}, actor=admin, now=now)
    assert held(mine, foreign) == ["", rosa.name]
    assert logged() == [("Laura", mine.company.name, rosa.name, "")]
    mine.liaison = rosa
    team.give(org, rosa, set(), actor=admin, now=now)
    assert held(mine) == [""]


def test_who_takes_the_own_data_out_leaves_all_companies(context: Flask, now: datetime) -> None:
    rosa = make.organizer(make.organization(), Role.REVIEWER)
    row = make.registration(make.event(), liaison=rosa)
    privacy_erasure.block(rosa, actor=make.actor(rosa), now=now)
    assert held(row) == [""]
