"""The mails about requests that nobody's click causes: what waits, what is due soon, what was never answered.

One mail for each person and event, whatever of its companies it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain import deadlines
from eventsapp.domain.values import Preference, RequestStatus
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from eventsapp.models import Company, Delegate, DigestStop, Event, OutboxMessage, Registration, Request
from eventsapp.services import outbox, wording
from eventsapp.services.matching import Field, read_field
from eventsapp.services.requests import NEVER

SHOWN = 5
SHOWN_TERMS = 3


class Kind(StrEnum):
    """What a mail says of its requests."""

    DIGEST = "request_digest"
    REMINDER = "request_reminder"
    EXPIRED = "request_expired"


@dataclass(frozen=True)
class Told:
    """A request as one of its companies is told of it."""

    request: Request

    @property
    def is_own(self) -> bool:
        """Is the company told that asked? Once it expired; until then the one that is asked."""
        return self.request.status is RequestStatus.EXPIRED

    @property
    def reader(self) -> Registration:
        """Who is told."""
        return self.request.from_registration if self.is_own else self.request.to_registration

    @property
    def other(self) -> Registration:
        """About whom."""
        return self.request.to_registration if self.is_own else self.request.from_registration


def write(kind: Kind, requests: Iterable[Request], now: datetime) -> int:
    """Put the mails about some requests into the outbox, without those already there; how many."""
    told = [Told(request) for request in requests]
    people = _list_people({one.reader.company_id for one in told})
    stopped = set(db.session.scalars(select(DigestStop.delegate_id))) if kind is Kind.DIGEST else set()
    by_person: dict[tuple[str, UUID], tuple[Delegate, list[Told]]] = {}
    for one in told:
        for person in people.get(one.reader.company_id, []):
            if person.id not in stopped:
                mine = by_person.setdefault((person.email.lower(), one.request.event_id), (person, []))
                mine[1].append(one)
    written = {_key(kind, person, found, now): (person, found) for person, found in by_person.values()}
    known = set(db.session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(list(written)))))
    new = {key: entry for key, entry in written.items() if key not in known}
    events = {found[0].request.event_id: found[0].request.event for _person, found in new.values()}
    fields = {event_id: read_field(event) for event_id, event in events.items()}
    outbox.add_all(
        _mail(kind, key, person, found, fields[found[0].request.event_id], now) for key, (person, found) in new.items()
    )
    return len(new)


def _by_urgency(told: list[Told]) -> list[Told]:
    return sorted(
        told, key=lambda one: (one.request.preference is not Preference.MUST, one.request.expires_at or NEVER)
    )


def _key(kind: Kind, person: Delegate, told: list[Told], now: datetime) -> str:
    """One mail a day; a reminder once for what it reminds of first."""
    first = _by_urgency(told)[0].request
    what: object = now.astimezone(first.event.zone).date()
    if kind is Kind.REMINDER:
        what = f"{first.id}:{first.reminded_at:%Y%m%d%H%M}"
    return f"{kind}:{first.event_id}:{person.email.lower()}:{what}"


def _mail(kind: Kind, key: str, person: Delegate, told: list[Told], parties: Field, now: datetime) -> OutboxMessage:
    event = told[0].request.event
    fields: dict[str, Any] = {
        "count": len(told),
        "more": max(0, len(told) - SHOWN),
        "requests": [_shown(one, parties) for one in _by_urgency(told)[:SHOWN]],
    }
    if kind is Kind.EXPIRED:
        is_open = deadlines.are_requests_open(event, now)
        fields["until"] = _moment(event.requests_close_at, event, person.locale) if is_open else ""
        fields["path"] = f"/e/{event.code}/solicitudes?ver=enviadas"
    else:
        first_end = min(one.request.expires_at or event.requests_close_at for one in told)
        fields["answer_by"] = _moment(first_end, event, person.locale)
        fields["path"] = f"/e/{event.code}/solicitudes"
    return outbox.message(
        kind,
        key=key,
        to_address=person.email,
        to_name=person.name,
        locale=person.locale,
        fields=fields,
        at=now,
        event=event,
    )


def _moment(moment: datetime, event: Event, locale: str) -> str:
    with force_locale(locale if locale in LOCALES else DEFAULT_LOCALE):
        return f"{wording.day(moment, event.zone)}, {wording.clock(moment, event.zone)}"


def _shown(one: Told, parties: Field) -> dict[str, Any]:
    """About whom, and why it matters: what both have in common; to who is asked also what the other one said."""
    fit = parties.affinity(one.reader.id, one.other.id)
    return {
        "company": one.other.company.name,
        "city": one.other.company.city,
        "level": fit.level,
        "shared": list(fit.shared[:SHOWN_TERMS]),
        "message": "" if one.is_own else one.request.message,
        "is_must": not one.is_own and one.request.preference is Preference.MUST,
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
