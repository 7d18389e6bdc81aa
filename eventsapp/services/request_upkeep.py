"""What happens to requests by itself: they expire, their receivers are reminded, and each morning told what waits.

The worker calls these again and again. Each is judged by rows alone, so that a second worker or a second call in the
same minute changes and mails nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain import lifecycle
from eventsapp.domain.access import SYSTEM, Actor, Permission, require
from eventsapp.domain.values import EventStatus, Preference, RegistrationStatus, RequestStatus
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from eventsapp.models import Company, Delegate, DigestStop, Event, OutboxMessage, Registration, Request
from eventsapp.services import audit, outbox, wording
from eventsapp.services.matching import Field, read_field
from eventsapp.services.requests import NEVER, is_allowed

DIGEST = "request_digest"
REMINDER = "request_reminder"
DIGEST_HOUR = 8
SHOWN = 5
SHOWN_TERMS = 3


def expire(*, now: datetime) -> int:
    """End the requests that were not answered in time; how many."""
    query = (
        select(Request)
        .where(Request.status == RequestStatus.SENT, Request.expires_at <= now)
        .order_by(Request.id)
        .with_for_update(skip_locked=True, of=Request)
    )
    over = list(db.session.scalars(query))
    for request in over:
        request.status = lifecycle.request(request.status, "expire")
        audit.record(SYSTEM, "request.expired", request, at=now)
    return len(over)


def remind(*, now: datetime) -> int:
    """Write to those whose answer is due soon, once for each request, one mail for all that are due; how many mails."""
    query = (
        _waiting()
        .where(Request.reminded_at.is_(None), Request.expires_at > now)
        .with_for_update(skip_locked=True, of=Request)
    )
    due = [one for one in db.session.scalars(query) if one.expires_at and one.expires_at <= now + _notice(one.event)]
    for request in due:
        request.reminded_at = now
    return _write(REMINDER, due, now)


def send_digests(*, now: datetime) -> int:
    """Tell everybody who has requests to answer, from eight in the morning at the venue, once a day; how many mails."""
    events = [event for event in _list_open(now) if now.astimezone(event.zone).hour >= DIGEST_HOUR]
    if not events:
        return 0
    query = _waiting().where(Request.event_id.in_([event.id for event in events]))
    return _write(DIGEST, db.session.scalars(query).all(), now)


def is_stopped(delegate: Delegate) -> bool:
    """Does this person want no daily mail?"""
    return db.session.scalar(select(DigestStop.id).where(DigestStop.delegate_id == delegate.id)) is not None


def set_digest(delegate: Delegate, *, wanted: bool, actor: Actor, now: datetime) -> None:
    """Send a person the daily mail, or no more."""
    require(actor, Permission.REQUEST_MAKE, delegate.scope)
    db.session.refresh(delegate, with_for_update=True)
    known = db.session.scalar(select(DigestStop).where(DigestStop.delegate_id == delegate.id))
    if wanted and known is not None:
        db.session.delete(known)
    elif not wanted and known is None:
        db.session.add(DigestStop(delegate_id=delegate.id, created_at=now))
    db.session.flush()


def _list_open(now: datetime) -> list[Event]:
    query = select(Event).where(
        Event.status == EventStatus.OPEN, Event.requests_open_at <= now, Event.requests_close_at > now
    )
    return list(db.session.scalars(query))


def _waiting() -> Any:
    """The requests that wait for an answer between companies that take part, those that expire first come first."""
    approved = select(Registration.id).where(Registration.status == RegistrationStatus.APPROVED)
    return (
        select(Request)
        .where(
            Request.status == RequestStatus.SENT,
            Request.from_id.in_(approved),
            Request.to_id.in_(approved),
            is_allowed(),
        )
        .order_by(Request.expires_at, Request.created_at, Request.id)
        .options(
            joinedload(Request.event),
            joinedload(Request.from_registration).joinedload(Registration.company),
            joinedload(Request.to_registration).joinedload(Registration.company),
        )
    )


def _notice(event: Event) -> timedelta:
    return timedelta(hours=event.request_reminder_hours)


def _write(kind: str, requests: Iterable[Request], now: datetime) -> int:
    """One mail for each person and event, whatever of its companies is asked; those who want none get none."""
    by_receiver: dict[UUID, list[Request]] = {}
    for request in requests:
        by_receiver.setdefault(request.to_id, []).append(request)
    people = _list_people({found[0].to_registration.company_id for found in by_receiver.values()})
    stopped = set(db.session.scalars(select(DigestStop.delegate_id))) if kind == DIGEST else set()
    by_person: dict[tuple[str, UUID], tuple[Delegate, list[Request]]] = {}
    for found in by_receiver.values():
        for person in people.get(found[0].to_registration.company_id, []):
            if person.id not in stopped:
                mine = by_person.setdefault((person.email.lower(), found[0].event_id), (person, []))
                mine[1].extend(found)
    written = {_key(kind, person, found, now): (person, found) for person, found in by_person.values()}
    known = set(db.session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(list(written)))))
    new = {key: entry for key, entry in written.items() if key not in known}
    events = {found[0].event_id: found[0].event for _person, found in new.values()}
    fields = {event_id: read_field(event) for event_id, event in events.items()}
    outbox.add_all(
        [_mail(kind, key, person, found, fields[found[0].event_id], now) for key, (person, found) in new.items()]
    )
    return len(new)


def _by_urgency(requests: list[Request]) -> list[Request]:
    return sorted(requests, key=lambda one: (one.preference is not Preference.MUST, one.expires_at or NEVER))


def _key(kind: str, person: Delegate, requests: list[Request], now: datetime) -> str:
    """One mail a day; a reminder once for what it reminds of first."""
    event = requests[0].event
    first = _by_urgency(requests)[0].id if kind == REMINDER else now.astimezone(event.zone).date()
    return f"{kind}:{event.id}:{person.email.lower()}:{first}"


def _mail(
    kind: str, key: str, person: Delegate, requests: list[Request], parties: Field, now: datetime
) -> OutboxMessage:
    event = requests[0].event
    first_end = min(one.expires_at or event.requests_close_at for one in requests)
    requests = _by_urgency(requests)
    return outbox.message(
        kind,
        key=key,
        to_address=person.email,
        to_name=person.name,
        locale=person.locale,
        fields={
            "count": len(requests),
            "more": max(0, len(requests) - SHOWN),
            "requests": [_shown(one, parties) for one in requests[:SHOWN]],
            "answer_by": _moment(first_end, event, person.locale),
            "path": f"/e/{event.code}/solicitudes",
        },
        at=now,
        event=event,
    )


def _moment(moment: datetime, event: Event, locale: str) -> str:
    with force_locale(locale if locale in LOCALES else DEFAULT_LOCALE):
        return f"{wording.day(moment, event.zone)}, {wording.clock(moment, event.zone)}"


def _shown(request: Request, parties: Field) -> dict[str, Any]:
    """Who asks, and why it matters: what both have in common, and the message."""
    asks, asked = request.from_registration, request.to_registration
    fit = parties.affinity(asked.id, asks.id)
    return {
        "company": asks.company.name,
        "city": asks.company.city,
        "level": fit.level,
        "shared": list(fit.shared[:SHOWN_TERMS]),
        "message": request.message,
        "is_must": request.preference is Preference.MUST,
    }


def _list_people(company_ids: Collection[UUID]) -> dict[UUID, list[Delegate]]:
    """Who answers for each company: its administrators, else the first of its people."""
    query = (
        select(Delegate)
        .join(Company, Company.id == Delegate.company_id)
        .where(Delegate.company_id.in_(company_ids), Delegate.ended_at.is_(None))
        .order_by(Delegate.created_at, Delegate.id)
    )
    found: dict[UUID, list[Delegate]] = {}
    for person in db.session.scalars(query):
        found.setdefault(person.company_id, []).append(person)
    return {key: [one for one in people if one.is_company_admin] or people[:1] for key, people in found.items()}
