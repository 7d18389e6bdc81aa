"""What may be done when: the dates of an event against an instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import EventStatus, Phase


class Dates(Protocol):
    """The dates of an event, as its table has them."""

    status: EventStatus
    registration_opens_at: datetime
    registration_closes_at: datetime
    late_registration_until: datetime | None
    requests_open_at: datetime
    requests_close_at: datetime
    starts_at: datetime
    ends_at: datetime


def phase(event: Dates, now: datetime, *, has_schedule: bool) -> Phase:
    """Which of the seven phases an event is in; `has_schedule`: is there a schedule, draft or published?"""
    if event.status is EventStatus.DRAFT or now < event.registration_opens_at:
        return Phase.PREPARATION
    if now >= event.ends_at:
        return Phase.RESULTS
    if now >= event.starts_at:
        return Phase.EVENT
    if has_schedule:
        return Phase.ADJUSTMENT
    if now < event.requests_open_at:
        return Phase.REGISTRATION
    if now < event.requests_close_at:
        return Phase.REQUESTS
    return Phase.SCHEDULING


def is_registration_open(event: Dates, now: datetime, *, is_team: bool = False) -> bool:
    """May companies start and send registrations? Also late, when the organizer allows it.

    Who acts for a company is of the team (`is_team`): only the end of the event binds the team.
    """
    if is_team:
        return event.status is EventStatus.OPEN
    return event.status is EventStatus.OPEN and event.registration_opens_at <= now < registration_ends_at(event)


def is_registration_late(event: Dates, now: datetime) -> bool:
    """Has registration closed and goes on for those who are late?"""
    return is_registration_open(event, now) and now >= event.registration_closes_at


def registration_ends_at(event: Dates) -> datetime:
    """When registration ends for everybody."""
    return max(event.registration_closes_at, event.late_registration_until or event.registration_closes_at)


class Freeze(Protocol):
    """From when what is published stands, as the table of events has it."""

    freeze_hours: int
    published_schedule_id: UUID | None
    starts_at: datetime


def is_frozen(event: Freeze, now: datetime) -> bool:
    """Is the published schedule so near to its start, or past it, that it is only repaired? Never with 0 hours."""
    if event.published_schedule_id is None or event.freeze_hours == 0:
        return False
    return now >= event.starts_at - timedelta(hours=event.freeze_hours)


class Expiry(Protocol):
    """How long a request waits for its answer, as the table of events has it."""

    request_expiry_hours: int
    requests_close_at: datetime


def request_expires_at(event: Expiry, now: datetime) -> datetime:
    """When a request that is made now expires: after the hours of the event, at the latest when requests close."""
    return min(now + timedelta(hours=event.request_expiry_hours), max(event.requests_close_at, now))


FIRST_REMINDER = timedelta(hours=72)


def reminder_at(reminder_hours: int, *, asked_at: datetime, expires_at: datetime, now: datetime) -> datetime | None:
    """When the receiver of a request was to be reminded last, until now; None before the first time.

    72 hours before it expires, when it waits longer than that, and again the hours of the event before; who is asked
    later than that is reminded at once.
    """
    last = max(asked_at, expires_at - timedelta(hours=reminder_hours))
    if now >= last:
        return last
    first = expires_at - FIRST_REMINDER
    return first if asked_at < first <= now else None


def are_requests_open(event: Dates, now: datetime, *, is_team: bool = False) -> bool:
    """May companies ask for meetings and answer? The team may, for a company, as long as the event is open."""
    if is_team:
        return event.status is EventStatus.OPEN
    return event.status is EventStatus.OPEN and event.requests_open_at <= now < event.requests_close_at


def require_registration_open(event: Dates, now: datetime, *, is_team: bool = False) -> None:
    """Raise `registration_closed` unless companies may register now."""
    if not is_registration_open(event, now, is_team=is_team):
        raise DomainError("registration_closed", closes_at=registration_ends_at(event))


def require_requests_open(event: Dates, now: datetime, *, is_team: bool = False) -> None:
    """Raise `requests_closed` unless companies may ask for meetings now."""
    if not are_requests_open(event, now, is_team=is_team):
        raise DomainError("requests_closed", opens_at=event.requests_open_at, closes_at=event.requests_close_at)
