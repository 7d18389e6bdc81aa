"""Places: the last one, the waiting list, who follows; at once, with and without the lock, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import SYSTEM
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import RegistrationSource, RegistrationStatus, Role, Side
from eventsapp.models import Account, AuditEntry, Event, OutboxMessage, Registration
from eventsapp.services import events, places, registrations, reviews, walk_ins
from eventsapp.services.companies import DelegateAnswers
from eventsapp.services.walk_ins import WalkIn
from tests import make
from tests.races import both

Status = RegistrationStatus
SUPPLIERS = {"side": Side.SUPPLIER, "status": Status.SUBMITTED}


def submitted(event: Event, side: Side = Side.SUPPLIER) -> Registration:
    found: Registration = make.registration(event, side, status=Status.SUBMITTED)
    found.submitted_at = make.MADE_AT
    db.session.flush()
    return found


def kinds() -> list[str]:
    query = select(OutboxMessage.kind).where(OutboxMessage.kind != "registration_withdrawn")
    return list(db.session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.kind)))


def withdraw(registration: Registration, now: datetime) -> None:
    account = registration.delegates[0].account
    assert account is not None
    registrations.withdraw(registration, actor=make.actor(account), now=now)


def test_the_next_in_line_follows_when_a_place_frees(context: Flask, now: datetime) -> None:
    event = make.event(supplier_places=1)
    first, second, third = submitted(event), submitted(event), submitted(event)
    actor = make.actor(make.organizer(event.organization))
    answers = [
        reviews.approve(one, actor=actor, now=now + timedelta(minutes=minute))
        for one, minute in ((first, 0), (third, 1), (second, 2))
    ]
    assert answers == [True, False, False]
    assert [one.status for one in (first, second, third)] == [Status.APPROVED, Status.WAITLISTED, Status.WAITLISTED]
    assert [places.find_position(one) for one in (third, second)] == [1, 2]

    withdraw(first, now + timedelta(hours=1))
    assert [one.status for one in (first, second, third)] == [Status.WITHDRAWN, Status.WAITLISTED, Status.APPROVED]
    withdraw(second, now + timedelta(hours=2))
    assert (second.status, second.waitlisted_at) == (Status.WITHDRAWN, None)
    assert kinds() == [f"registration_{what}" for what in ("approved", "waitlisted", "waitlisted", "promoted")]
    promoted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "registration.promoted")).one()
    assert (promoted.actor_name, promoted.detail) == (SYSTEM.name, {"company": third.company.name})


def test_who_needs_a_side_that_is_full_is_passed_over(context: Flask, now: datetime) -> None:
    event = make.event(buyer_places=1, supplier_places=1)
    supplier, buyer = make.registration(event), make.registration(event, Side.BUYER)
    actor = make.actor(make.organizer(event.organization))
    both_sides, waits = submitted(event, Side.BOTH), submitted(event)
    assert [reviews.approve(one, actor=actor, now=now) for one in (both_sides, waits)] == [False, False]
    withdraw(supplier, now)
    assert [one.status for one in (both_sides, waits, buyer)] == [Status.WAITLISTED, Status.APPROVED, Status.APPROVED]


def test_more_places_go_to_those_who_wait(context: Flask, now: datetime) -> None:
    event = make.event(supplier_places=1)
    waiting = [submitted(event) for _ in range(3)]
    actor = make.actor(make.organizer(event.organization))
    assert reviews.approve_all(event, [one.id for one in waiting], actor=actor, now=now) == (1, 2)
    events.change_limits(event, events.Limits(supplier_places=2), version=event.version, actor=actor, now=now)
    assert [one.status for one in waiting] == [Status.APPROVED, Status.APPROVED, Status.WAITLISTED]
    reviews.reject(waiting[2], "No hay lugar", actor=actor, now=now)
    assert (waiting[2].status, waiting[2].waitlisted_at) == (Status.REJECTED, None)


def approving(id_: UUID, actor_id: UUID, now: datetime) -> Callable[[], str]:
    def act() -> str:
        with unit_of_work():
            account = db.session.get_one(Account, actor_id)
            took = reviews.approve(db.session.get_one(Registration, id_), actor=make.actor(account), now=now)
        return "in" if took else "waits"

    return act


def last_place(now: datetime) -> tuple[Callable[[], str], Callable[[], str], UUID]:
    """An event with one place and two companies for it."""
    with unit_of_work():
        event = make.event(supplier_places=1)
        ids = [submitted(event).id for _ in range(2)]
        organizer = make.organizer(event.organization).id
        event_id = event.id
    one, other = (approving(id_, organizer, now) for id_ in ids)
    return one, other, event_id


def test_two_take_the_last_place_and_one_gets_it(context: Flask, now: datetime) -> None:
    for _ in range(5):
        one, other, event_id = last_place(now)
        assert both(one, other) == ["in", "waits"]
        event = db.session.get_one(Event, event_id)
        assert (places.count_taken(event), len(places.list_waiting(event))) == ({Side.SUPPLIER: 1}, 1)


def test_without_the_lock_both_would_get_it(context: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is real: both count before either writes. SQLite writes one transaction at a time, whatever we lock."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: BEGIN IMMEDIATE is the lock, and a reader cannot become a second writer")
    one, other, event_id = last_place(now)
    counted = Barrier(2)
    count = places.count_taken

    def count_then_wait(event: Event) -> dict[Side, int]:
        taken = count(event)
        counted.wait(timeout=60)
        return taken

    monkeypatch.setattr(places, "hold", lambda _event: None)
    monkeypatch.setattr(places, "count_taken", count_then_wait)
    assert both(one, other) == ["in", "in"]
    assert count(db.session.get_one(Event, event_id)) == {Side.SUPPLIER: 2}


def test_two_withdraw_at_once_and_each_place_is_given_once(context: Flask, now: datetime) -> None:
    with unit_of_work():
        event = make.event(supplier_places=2)
        leaving = [make.registration(event) for _ in range(2)]
        for _ in range(3):
            waiting = make.registration(event, status=Status.WAITLISTED)
            waiting.waitlisted_at = make.MADE_AT
        ids, event_id = [one.id for one in leaving], event.id

    def leave(id_: UUID) -> Callable[[], str]:
        def act() -> str:
            with unit_of_work():
                withdraw(db.session.get_one(Registration, id_), now)
            return "left"

        return act

    assert both(*(leave(id_) for id_ in ids)) == ["left", "left"]
    event = db.session.get_one(Event, event_id)
    assert (places.count_taken(event), len(places.list_waiting(event))) == ({Side.SUPPLIER: 2}, 1)


# At the door ------------------------------------------------------------------------------------------------------

MARIA = DelegateAnswers("María Ríos", "Ventas", "maria@example.com", "477 123 4567")


def test_staff_takes_a_company_in_at_the_door(context: Flask, now: datetime) -> None:
    event = make.event()
    floor = make.actor(make.organizer(event.organization, Role.FLOOR))
    made = walk_ins.register(event, WalkIn("Tornillos León", Side.SUPPLIER, MARIA, ("ALL-020",)), actor=floor, now=now)
    assert (made.status, made.source, made.number, made.terms) == (
        Status.APPROVED,
        RegistrationSource.WALK_IN,
        1,
        ["ALL-020"],
    )
    [person] = made.delegates
    assert (person.name, person.email, person.is_company_admin) == ("María Ríos", "maria@example.com", True)
    assert kinds() == ["registration_approved"]
    with pytest.raises(DomainError) as twice:
        walk_ins.register(event, WalkIn("TORNILLOS  LEON", Side.SUPPLIER, MARIA), actor=floor, now=now)
    assert (twice.value.code, twice.value.params) == (
        "already_registered",
        {"company": "Tornillos León", "folio": "0001"},
    )
    analyst = make.actor(make.organizer(event.organization, Role.ANALYST))
    with pytest.raises(Forbidden):
        walk_ins.register(event, WalkIn("Otra", Side.SUPPLIER, MARIA), actor=analyst, now=now)


def test_a_draft_becomes_the_walk_in(context: Flask, now: datetime) -> None:
    event = make.event(supplier_places=1)
    draft = make.registration(event, status=Status.DRAFT)
    draft.company.name = "Resortes Ñu"
    floor = make.actor(make.organizer(event.organization))
    made = walk_ins.register(event, WalkIn("resortes nu", Side.SUPPLIER, MARIA), actor=floor, now=now)
    assert (made, made.status, len(made.delegates)) == (draft, Status.APPROVED, 2)
    late = walk_ins.register(
        event, WalkIn("Otra", Side.SUPPLIER, DelegateAnswers("Eva", email="eva@example.com")), actor=floor, now=now
    )
    assert late.status is Status.WAITLISTED
    with pytest.raises(DomainError) as over:
        walk_ins.register(event, WalkIn("Tarde", Side.BUYER, MARIA), actor=floor, now=event.ends_at)
    assert over.value.code == "event_ended"
