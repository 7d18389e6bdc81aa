"""What happens to requests by itself: they expire, their receivers are reminded, and each morning told what waits.

Each morning, too, those who asked are told what expired without an answer. The worker calls these again and again.
Each is judged by rows alone, so that a second worker or a second call in the same minute changes and mails nothing.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain import deadlines, lifecycle
from eventsapp.domain.access import SYSTEM, Actor, Permission, require
from eventsapp.domain.values import EventStatus, RegistrationStatus, RequestStatus
from eventsapp.models import Delegate, DigestStop, Event, Registration, Request
from eventsapp.services import audit, request_mails
from eventsapp.services.request_mails import Kind
from eventsapp.services.requests import is_allowed

MORNING = time(8)
"""When the daily mails are written, at the venue."""
OLD_NEWS = timedelta(days=7)
"""What expired longer ago is told nobody."""


def expire(*, now: datetime) -> int:
    """End the requests that were not answered in time; how many."""
    query = (
        select(Request)
        .where(Request.status == RequestStatus.SENT, Request.expires_at <= now)
        .order_by(Request.id)
        .options(
            joinedload(Request.from_registration).joinedload(Registration.company),
            joinedload(Request.to_registration).joinedload(Registration.company),
        )
        .with_for_update(skip_locked=True, of=Request)
    )
    over = list(db.session.scalars(query))
    for request in over:
        request.status = lifecycle.request(request.status, "expire")
        names: dict[str, Any] = {
            "from_company": request.from_registration.company.name,
            "to_company": request.to_registration.company.name,
        }
        audit.record(SYSTEM, "request.expired", request, at=now, **names)
    return len(over)


def remind(*, now: datetime) -> int:
    """Write to those whose answer is due soon, one mail for all that are due; how many mails."""
    columns = (Request.id, Request.created_at, Request.expires_at, Request.reminded_at, Event.request_reminder_hours)
    waiting = select(*columns).join(Request.event).where(Request.status == RequestStatus.SENT, Request.expires_at > now)
    due = [row.id for row in db.session.execute(waiting) if _is_due(row.request_reminder_hours, row, now)]
    if not due:
        return 0
    query = _between_participants().where(Request.id.in_(due), Request.status == RequestStatus.SENT)
    found = list(
        db.session.scalars(
            query.with_for_update(skip_locked=True, of=Request).execution_options(populate_existing=True)
        )
    )
    found = [one for one in found if _is_due(one.event.request_reminder_hours, one, now)]
    for request in found:
        request.reminded_at = now
    return request_mails.write(Kind.REMINDER, found, now)


def tell_expired(*, now: datetime) -> int:
    """Tell those who asked what expired until this morning without an answer, once; how many mails."""
    mornings = {event.id: _morning(event, now) for event in _list_open()}
    past = {event_id: morning for event_id, morning in mornings.items() if morning <= now}
    if not past:
        return 0
    query = _between_participants().where(
        Request.event_id.in_(past),
        Request.status == RequestStatus.EXPIRED,
        Request.expires_at > now - OLD_NEWS,
        or_(Request.reminded_at.is_(None), Request.reminded_at < Request.expires_at),
    )
    found = list(db.session.scalars(query.with_for_update(skip_locked=True, of=Request)))
    found = [one for one in found if one.expires_at and one.expires_at <= past[one.event_id]]
    for request in found:
        request.reminded_at = now
    return request_mails.write(Kind.EXPIRED, found, now)


def send_digests(*, now: datetime) -> int:
    """Tell everybody who has requests to answer, from eight in the morning at the venue, once a day; how many mails."""
    events = [
        event for event in _list_open() if deadlines.are_requests_open(event, now) and _morning(event, now) <= now
    ]
    if not events:
        return 0
    query = _between_participants().where(
        Request.status == RequestStatus.SENT, Request.event_id.in_([event.id for event in events])
    )
    return request_mails.write(Kind.DIGEST, db.session.scalars(query).all(), now)


def is_stopped(delegate: Delegate) -> bool:
    """Does this person want no daily mail?"""
    return db.session.scalar(select(DigestStop.id).where(DigestStop.delegate_id == delegate.id)) is not None


def set_digest(delegate: Delegate, *, wanted: bool, actor: Actor, now: datetime) -> None:
    """Send a person the daily mail, or no more."""
    require(actor, Permission.REQUEST_MAKE, delegate.scope)
    db.session.refresh(delegate, with_for_update=True)
    known = db.session.scalar(select(DigestStop).where(DigestStop.delegate_id == delegate.id))
    if wanted is (known is None):
        return
    if known is not None:
        db.session.delete(known)
    else:
        db.session.add(DigestStop(delegate_id=delegate.id, created_at=now))
    audit.record(actor, "delegate.digest_changed", delegate, at=now, name=delegate.name, wanted=wanted)


def _list_open() -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.status == EventStatus.OPEN)))


def _morning(event: Event, now: datetime) -> datetime:
    """This day's morning at the venue."""
    return datetime.combine(now.astimezone(event.zone).date(), MORNING, event.zone)


def _is_due(reminder_hours: int, request: Any, now: datetime) -> bool:
    """Is its receiver to be reminded, and was not since?"""
    moment = deadlines.reminder_at(reminder_hours, asked_at=request.created_at, expires_at=request.expires_at, now=now)
    return moment is not None and (request.reminded_at is None or request.reminded_at < moment)


def _between_participants() -> Any:
    """Requests between companies that take part and may meet, those that expire first come first."""
    approved = select(Registration.id).where(Registration.status == RegistrationStatus.APPROVED)
    return (
        select(Request)
        .where(Request.from_id.in_(approved), Request.to_id.in_(approved), is_allowed())
        .order_by(Request.expires_at, Request.created_at, Request.id)
        .options(
            joinedload(Request.event),
            joinedload(Request.from_registration).joinedload(Registration.company),
            joinedload(Request.to_registration).joinedload(Registration.company),
        )
    )
