"""Copies of events: the same frame on other days, at the same hours, across a change of clocks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from eventsapp.db import db
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import BlockKind, EventStatus, Role, Side
from eventsapp.models import Block, Event
from eventsapp.services import event_copies
from tests import make

TIJUANA = ZoneInfo("America/Tijuana")


def like(event: Event) -> tuple[object, ...]:
    """What a copy has in common with its original, as clocks at the venue show it."""
    first = event.first_day

    def when(instant: datetime | None) -> tuple[int, str] | None:
        if instant is None:
            return None
        local = instant.astimezone(event.zone)
        return (local.date() - first).days, f"{local:%H:%M}"

    dates = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "requests_open_at")
    plain = (
        "venue",
        "city",
        "time_zone",
        "slot_minutes",
        "buyer_request_quota",
        "programme",
        "sides",
        "buyer_places",
        "freeze_hours",
        "needs_second_person",
    )
    return (
        [when(getattr(event, name)) for name in (*dates, "requests_close_at", "late_registration_until")],
        [getattr(event, name) for name in (*plain, "request_expiry_hours", "buyer_requests_binding")],
        [(block.kind, block.title, when(block.starts_at), when(block.ends_at)) for block in event.blocks],
        [(when(slot.starts_at), when(slot.ends_at)) for slot in event.slots],
        [(table.label, table.room, table.position) for table in event.tables],
    )


def test_a_copy_has_the_frame_and_no_companies(context: Flask, now: datetime) -> None:
    event = make.event(
        slot_minutes=20,
        buyer_places=12,
        buyer_requests_binding=True,
        request_expiry_hours=48,
        freeze_hours=24,
        needs_second_person=True,
    )
    make.registration(event, Side.BUYER)
    db.session.add(
        Block(
            event=event,
            kind=BlockKind.LUNCH,
            title="Comida en el patio",
            starts_at=event.starts_at + timedelta(hours=5),
            ends_at=event.starts_at + timedelta(hours=6),
        )
    )
    db.session.flush()
    db.session.expire_all()
    actor = make.actor(make.organizer(event.organization))
    made = event_copies.copy(
        event, name="Edición 2028", code="edicion-2028", first_day=date(2028, 3, 7), actor=actor, now=now
    )
    db.session.flush()
    db.session.expire_all()
    assert like(made) == like(event)
    assert (made.name, made.code, made.status, made.first_day, made.registrations) == (
        "Edición 2028",
        "edicion-2028",
        EventStatus.DRAFT,
        date(2028, 3, 7),
        [],
    )


def test_hours_stay_across_a_change_of_clocks(context: Flask, now: datetime) -> None:
    """In Tijuana clocks change on 14 March 2027; nine stays nine."""
    starts = datetime(2027, 3, 9, 9, tzinfo=TIJUANA)
    event = make.event(time_zone=TIJUANA.key, starts_at=starts, ends_at=starts + timedelta(hours=9))
    for row in (*event.blocks, *event.slots):
        row.starts_at, row.ends_at = row.starts_at + timedelta(hours=2), row.ends_at + timedelta(hours=2)
    db.session.flush()
    actor = make.actor(make.organizer(event.organization))
    made = event_copies.copy(event, name="Abril", code="abril", first_day=date(2027, 4, 6), actor=actor, now=now)
    db.session.flush()
    db.session.expire_all()
    assert like(made) == like(event)
    assert made.starts_at.astimezone(TIJUANA).hour == 9


def test_a_taken_code_and_strangers_are_refused(context: Flask, now: datetime) -> None:
    event = make.event(code="bajio")
    actor = make.actor(make.organizer(event.organization))
    with pytest.raises(DomainError, match="code_taken"):
        event_copies.copy(event, name="Otra", code="bajio", first_day=date(2028, 1, 1), actor=actor, now=now)
    stranger = make.actor(make.organizer(make.organization(), Role.MANAGER))
    with pytest.raises(Forbidden):
        event_copies.copy(event, name="Otra", code="otra", first_day=date(2028, 1, 1), actor=stranger, now=now)
