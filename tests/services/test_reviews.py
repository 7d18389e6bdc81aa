"""The organizer's review: searching, deciding, and what the company is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import RegistrationStatus, Role, Side
from eventsapp.mail import render
from eventsapp.models import AuditEntry, Event, OutboxMessage, Registration
from eventsapp.services import reviews
from eventsapp.services.reviews import Filters, Neighbours
from tests import make

Status = RegistrationStatus


def waiting(event: Event, name: str = "Galvánicos Lerma", **values: object) -> Registration:
    firm = make.company(event.organization, name=name, city="León")
    return make.registration(event, company=firm, status=Status.SUBMITTED, **values)


def mail() -> tuple[str, str, str]:
    [row] = db.session.scalars(select(OutboxMessage))
    return row.kind, row.to_address, row.fields["reason"]


def test_approve(context: Flask, now: datetime) -> None:
    registration = waiting(make.event())
    organizer = make.organizer(registration.event.organization, Role.REVIEWER)
    reviews.approve(registration, actor=make.actor(organizer), now=now)
    assert (registration.status, registration.decided_at, registration.decided_by_id) == (
        Status.APPROVED,
        now,
        organizer.id,
    )
    assert mail() == ("registration_approved", registration.delegates[0].email, "")
    [entry] = db.session.scalars(select(AuditEntry))
    assert (entry.action, entry.event_id, entry.detail) == (
        "registration.approved",
        registration.event_id,
        {"company": "Galvánicos Lerma"},
    )


def test_reject_then_look_again(context: Flask, now: datetime) -> None:
    registration = waiting(make.event())
    actor = make.actor(make.organizer(registration.event.organization))
    reviews.reject(registration, "No es del sector", actor=actor, now=now)
    assert (registration.status, registration.decision_reason) == (Status.REJECTED, "No es del sector")
    assert mail()[::2] == ("registration_rejected", "No es del sector")
    reviews.reopen(registration, actor=actor, now=now)
    assert (registration.status, registration.decision_reason) == (Status.SUBMITTED, "")


def test_ask_for_changes(context: Flask, now: datetime) -> None:
    registration = waiting(make.event())
    actor = make.actor(make.organizer(registration.event.organization))
    reviews.request_changes(registration, "Falta el RFC", actor=actor, now=now)
    assert registration.status is Status.CHANGES_REQUESTED
    assert mail()[::2] == ("registration_changes_requested", "Falta el RFC")


def test_a_decision_is_made_once(context: Flask, now: datetime) -> None:
    registration = waiting(make.event())
    actor = make.actor(make.organizer(registration.event.organization))
    reviews.approve(registration, actor=actor, now=now)
    for decide in (
        lambda: reviews.approve(registration, actor=actor, now=now),
        lambda: reviews.reject(registration, "x", actor=actor, now=now),
        lambda: reviews.reopen(registration, actor=actor, now=now),
    ):
        with pytest.raises(DomainError, match="wrong_status"):
            decide()


@pytest.mark.parametrize("role", [Role.FLOOR, Role.ANALYST, Role.OBSERVER])
def test_who_may_not_decide(context: Flask, now: datetime, role: Role) -> None:
    registration = waiting(make.event())
    staff = make.actor(make.organizer(registration.event.organization, role))
    foreign = make.actor(make.organizer(make.organization()))
    own = registration.delegates[0].account
    assert own is not None
    for actor in (staff, foreign, make.actor(own)):
        with pytest.raises(DomainError, match="forbidden"):
            reviews.approve(registration, actor=actor, now=now)


def test_many_at_once_those_that_wait_and_are_ours(context: Flask, now: datetime) -> None:
    event = make.event()
    one, two = waiting(event, "A"), waiting(event, "B")
    decided = make.registration(event, status=Status.REJECTED)
    foreign = waiting(make.event(), "C")
    actor = make.actor(make.organizer(event.organization))
    ids = [one.id, one.id, two.id, decided.id, foreign.id, uuid4()]
    assert reviews.approve_all(event, ids, actor=actor, now=now) == (2, 0)
    assert (one.status, two.status, decided.status, foreign.status) == (
        Status.APPROVED,
        Status.APPROVED,
        Status.REJECTED,
        Status.SUBMITTED,
    )
    assert reviews.approve_all(event, ids, actor=actor, now=now) == (0, 0)


def test_search_forgets_case_and_accents(context: Flask) -> None:
    event = make.event()
    lerma = waiting(event, "GALVÁNICOS Lerma")
    make.registration(event, Side.BUYER, company=make.company(event.organization, name="Ñandú Forjas", city="Silao"))
    waiting(make.event(), "Galvánicos ajenos")

    def names(sort: str = "", **filters: Any) -> list[str]:
        return [row.company.name for row in reviews.search(event, Filters(**filters), sort=sort).rows]

    assert names(words="galvanicos león") == ["GALVÁNICOS Lerma"]
    assert names(words="NANDU") == ["Ñandú Forjas"]
    assert names(words=lerma.folio) == ["GALVÁNICOS Lerma"]
    assert names(words="galvanicos silao") == []
    assert names(status=Status.SUBMITTED) == ["GALVÁNICOS Lerma"]
    assert names(side=Side.BUYER) == ["Ñandú Forjas"]
    lerma.liaison = make.organizer(event.organization)
    db.session.flush()
    assert names(liaison_id=lerma.liaison_id) == ["GALVÁNICOS Lerma"]
    assert names(is_unassigned=True) == ["Ñandú Forjas"]
    assert names(sort="name") == ["GALVÁNICOS Lerma", "Ñandú Forjas"]
    assert names(sort="-name") == ["Ñandú Forjas", "GALVÁNICOS Lerma"]
    for sort in ("city", "sent", "-sent", "folio", "x"):
        assert sorted(names(sort=sort)) == ["GALVÁNICOS Lerma", "Ñandú Forjas"]


def test_pages_hold_every_row_once(context: Flask) -> None:
    event = make.event()
    for number in range(7):
        make.registration(event, company=make.company(event.organization, name=f"Empresa {number % 3}"))
    pages = [reviews.search(event, sort="name", page=page, per_page=3) for page in (1, 2, 3, 4)]
    assert [len(page.rows) for page in pages] == [3, 3, 1, 0]
    assert {page.total for page in pages} == {7}
    assert len({row.id for page in pages for row in page.rows}) == 7


def test_counts_by_status(context: Flask) -> None:
    event = make.event()
    waiting(event)
    make.registration(event)
    make.registration(make.event())
    counts = reviews.count_by_status(event)
    assert {status: count for status, count in counts.items() if count} == {Status.SUBMITTED: 1, Status.APPROVED: 1}
    assert set(counts) == set(Status)


def test_before_and_after_among_those_that_wait(context: Flask, now: datetime) -> None:
    event = make.event()
    one, two, three = (waiting(event, name, submitted_at=now) for name in "ABC")
    waiting(make.event(), "Ajena", submitted_at=now)
    assert [reviews.find_neighbours(each) for each in (one, two, three)] == [
        Neighbours(None, two.id),
        Neighbours(one.id, three.id),
        Neighbours(two.id, None),
    ]
    two.status = Status.APPROVED
    assert reviews.find_neighbours(two) == Neighbours(None, one.id)
    one.status = three.status = Status.REJECTED
    assert reviews.find_neighbours(two) == Neighbours(None, None)


def test_the_organizer_ends_a_participation(context: Flask, now: datetime) -> None:
    event = make.event(supplier_places=1)
    taking = make.registration(event, company=make.company(event.organization, name="Galvánicos Lerma"))
    next_one = make.registration(event, status=Status.WAITLISTED, waitlisted_at=now)
    organizer = make.organizer(event.organization, Role.REVIEWER)
    reviews.cancel(taking, "No cumple las reglas", actor=make.actor(organizer), now=now)
    assert (taking.status, taking.decision_reason, taking.decided_by_id) == (
        Status.WITHDRAWN,
        "No cumple las reglas",
        organizer.id,
    )
    assert next_one.status is Status.APPROVED
    mails = {row.kind: row for row in db.session.scalars(select(OutboxMessage))}
    assert set(mails) == {"registration_cancelled", "registration_promoted"}
    told = render.render(mails["registration_cancelled"], base_url="https://encuentro.example")
    assert "Motivo: No cumple las reglas" in told.text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "registration.cancelled")).one()
    assert (entry.object_id, entry.reason) == (taking.id, "No cumple las reglas")


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.APPROVED])
def test_only_a_company_that_takes_part_is_cancelled(context: Flask, now: datetime, status: Status) -> None:
    registration = make.registration(make.event(), status=status)
    actor = make.actor(make.organizer(registration.event.organization))
    with pytest.raises(DomainError, match="wrong_status"):
        reviews.cancel(registration, "x", actor=actor, now=now)
