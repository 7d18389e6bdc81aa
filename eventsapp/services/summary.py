"""What an organizer needs to know today: what waits, how full the event is, how registrations come in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from eventsapp.db import Base, db
from eventsapp.domain.values import OutboxState, RegistrationStatus, RequestStatus, ScheduleStatus, Side
from eventsapp.models import Event, OutboxMessage, Placement, Registration, Request, Schedule, Table, Unplaced
from eventsapp.services import requests, schedules, tables


@dataclass(frozen=True)
class Waiting:
    """What waits for the organizer; None where there is no schedule to speak of.

    `stranded` are published meetings whose table is closed by then.
    """

    to_review: int
    to_answer: int
    unplaced: int | None
    unpublished: int | None
    failed_mails: int
    bounced_mails: int
    stranded: int = 0


@dataclass(frozen=True)
class Capacity:
    """How many meetings each round of the event has room for, and how many are agreed."""

    usable: tuple[int, ...]
    whole: int
    agreed: int

    @property
    def slots(self) -> int:
        """How many rounds there are."""
        return len(self.usable)

    @property
    def tables(self) -> int:
        """How many tables can be used at once: in the round that has most, or at all while there is no round."""
        return max(self.usable, default=self.whole)

    @property
    def fewest(self) -> int:
        """How many tables can be used in the round that has fewest."""
        return min(self.usable, default=self.whole)

    @property
    def places(self) -> int:
        """How many meetings can be held in all rounds."""
        return sum(self.usable)


@dataclass(frozen=True)
class Numbers:
    """The key numbers: who takes part and what is wanted."""

    buyers: int
    suppliers: int
    registered: int
    asked: int
    accepted: int
    planned: int


def waiting(event: Event) -> Waiting:
    """What waits for the organizer of an event."""
    schedule = schedules.find_current(event)
    return Waiting(
        to_review=_count(Registration, Registration.event_id == event.id, _is(RegistrationStatus.SUBMITTED)),
        to_answer=_count(
            Request, Request.event_id == event.id, Request.status == RequestStatus.SENT, requests.is_allowed()
        ),
        unplaced=_count(Unplaced, Unplaced.schedule_id == schedule.id) if schedule else None,
        unpublished=_count_unpublished(event, schedule) if schedule else None,
        failed_mails=_count_mails(event, OutboxState.FAILED),
        bounced_mails=_count_mails(event, OutboxState.BOUNCED),
        stranded=tables.count_stranded(event).total(),
    )


def _count_mails(event: Event, state: OutboxState) -> int:
    return _count(OutboxMessage, OutboxMessage.event_id == event.id, OutboxMessage.state == state)


def capacity(event: Event) -> Capacity:
    """How many meetings an event has room for."""
    return Capacity(
        usable=tuple(tables.count_usable(event)),
        whole=_count(Table, Table.event_id == event.id),
        agreed=requests.count_agreed(event),
    )


def numbers(event: Event) -> Numbers:
    """The key numbers of an event."""
    sides: Counter[Side] = Counter()
    query = (
        select(Registration.side, func.count())
        .where(Registration.event_id == event.id, _is(RegistrationStatus.APPROVED))
        .group_by(Registration.side)
    )
    for side, amount in db.session.execute(query):
        sides[side] = amount
    schedule = schedules.find_current(event)
    open_requests = (Request.event_id == event.id, Request.status.in_(requests.ACTIVE))
    return Numbers(
        buyers=sides[Side.BUYER] + sides[Side.BOTH],
        suppliers=sides[Side.SUPPLIER] + sides[Side.BOTH],
        registered=sum(sides.values()),
        asked=_count(Request, *open_requests),
        accepted=_count(Request, Request.event_id == event.id, Request.status == RequestStatus.ACCEPTED),
        planned=_count(Placement, Placement.schedule_id == schedule.id) if schedule else 0,
    )


def registrations_by_day(event: Event, now: datetime) -> list[tuple[date, int]]:
    """How many registrations had been sent by the end of each day, from the first one to today or the closing day."""
    query = select(Registration.submitted_at).where(
        Registration.event_id == event.id, Registration.submitted_at.is_not(None)
    )
    days = Counter(at.astimezone(event.zone).date() for at in db.session.scalars(query) if at)
    if not days:
        return []
    last = max(max(days), min(now, event.registration_closes_at).astimezone(event.zone).date())
    total, curve, day = 0, [], min(days)
    while day <= last:
        total += days[day]
        curve.append((day, total))
        day += timedelta(days=1)
    return curve


def _count_unpublished(event: Event, schedule: Schedule) -> int:
    """How many meetings a draft places otherwise than what is published: new ones, moved ones and left out ones."""
    if schedule.status is ScheduleStatus.PUBLISHED:
        return 0
    drafted = _places(schedule.id)
    published = _places(event.published_schedule_id) if event.published_schedule_id else {}
    return sum(drafted.get(key) != published.get(key) for key in drafted.keys() | published.keys())


def _places(schedule_id: UUID) -> dict[UUID, tuple[UUID, UUID | None]]:
    query = select(Placement.meeting_id, Placement.slot_id, Placement.table_id).where(
        Placement.schedule_id == schedule_id
    )
    return {meeting_id: (slot_id, table_id) for meeting_id, slot_id, table_id in db.session.execute(query)}


def _is(status: RegistrationStatus) -> ColumnElement[bool]:
    return Registration.status == status


def _count(kind: type[Base], *conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind).where(*conditions)) or 0
