"""The example event is the same each time, lopsided, and big enough to be believed."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from flask import Flask
from sqlalchemy import select

from eventsapp.cli import example
from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, RequestStatus, Side
from eventsapp.models import Company, Registration, Request


def test_the_example_is_what_it_promises(context: Flask, now: datetime) -> None:
    made = example.create(now=now, password_hash="-")
    db.session.commit()
    event = made.event
    sides = Counter((r.side, r.status) for r in event.registrations)
    statuses = Counter(db.session.scalars(select(Request.status)))
    assert sides == {
        (Side.BUYER, RegistrationStatus.APPROVED): 14,
        (Side.SUPPLIER, RegistrationStatus.APPROVED): 60,
        (Side.SUPPLIER, RegistrationStatus.SUBMITTED): 6,
    }
    assert sum(statuses.values()) == example.REQUESTS
    assert statuses[RequestStatus.ACCEPTED] >= 300
    assert len(event.slots) == 30
    assert len(event.tables) == sum(len(r.desks) for r in event.registrations if r.side is Side.BUYER)
    assert sum(len(r.desks) > 1 for r in event.registrations) >= 3
    names = list(db.session.scalars(select(Company.name)))
    assert len(names) == len(set(names))
    assert made.supplier.name != made.buyer.name


def test_the_example_is_the_same_each_time(context: Flask, now: datetime) -> None:
    def story() -> list[tuple[str, str, str]]:
        example.create(now=now, password_hash="-")
        rows = db.session.scalars(select(Request).join(Registration, Request.from_id == Registration.id)).all()
        told = sorted((r.from_registration.company.name, r.to_registration.company.name, r.status.value) for r in rows)
        db.session.rollback()
        return told

    assert story() == story()


def test_the_event_starts_on_a_tuesday_six_weeks_ahead() -> None:
    assert example.event_day(date(2026, 11, 21)) == date(2027, 1, 5)
    assert example.event_day(date(2027, 1, 1)) == date(2027, 2, 16)
