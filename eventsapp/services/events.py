"""Events: created, set up, opened for companies; and in which phase each is."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain import deadlines
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.slots import MAX_DAYS, in_zone
from eventsapp.domain.values import (
    Axis,
    BlockKind,
    EventFormat,
    EventStatus,
    Phase,
    Programme,
    RegistrationStatus,
    ScheduleStatus,
    SideNames,
)
from eventsapp.models import Block, Event, Organization, Registration, Schedule, Table
from eventsapp.services import audit, places

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MIN_CODE, MAX_CODE = 3, 60
RESERVED_CODES = frozenset({"nuevo", "organizacion", "organizaciones"})


@dataclass(frozen=True)
class Details:
    """What the event is and where."""

    name: str
    description: str
    venue: str
    city: str
    time_zone: str
    contact_email: str


@dataclass(frozen=True)
class Dates:
    """When the event is held and when companies register and ask for meetings."""

    starts_at: datetime
    ends_at: datetime
    registration_opens_at: datetime
    registration_closes_at: datetime
    requests_open_at: datetime
    requests_close_at: datetime
    late_registration_until: datetime | None = None


@dataclass(frozen=True)
class Kind:
    """Which programme and axis the event belongs to, who meets whom, and what the two sides are called."""

    programme: Programme = Programme.BUSINESS_MEETINGS
    axis: Axis = Axis.NONE
    format: EventFormat = EventFormat.MANY_BUYERS
    sides: SideNames = SideNames.BUYER_SUPPLIER


@dataclass(frozen=True)
class Limits:
    """How many companies take part, how many meetings and requests each may have; None is no limit.

    From `freeze_hours` before the start what is published is only repaired; 0 is never. With `needs_second_person` a
    manager publishes what somebody else has endorsed.
    """

    buyer_places: int | None = None
    supplier_places: int | None = None
    buyer_max_meetings: int | None = None
    supplier_max_meetings: int | None = None
    supplier_min_meetings: int = 0
    max_consecutive: int | None = None
    buyer_request_quota: int = 40
    supplier_request_quota: int = 15
    freeze_hours: int = 48
    needs_second_person: bool = False


@dataclass(frozen=True)
class Answering:
    """How requests are answered: when they expire, when the receiver is reminded, and whose bind at once."""

    request_expiry_hours: int = 72
    request_reminder_hours: int = 24
    buyer_requests_binding: bool = False


@dataclass(frozen=True)
class Rounds:
    """How long a round is, and the pause to change tables after it."""

    slot_minutes: int = 20
    changeover_minutes: int = 5


Settings = Details | Dates | Kind | Limits | Answering


def create(
    organization: Organization,
    *,
    code: str,
    details: Details,
    dates: Dates,
    limits: Limits,
    rounds: Rounds,
    actor: Actor,
    now: datetime,
    kind: Kind = Kind(),
) -> Event:
    """Add an event in preparation; without a code it gets one from its name."""
    require(actor, Permission.EVENT_CREATE, organization.scope)
    _check_dates(dates)
    _check_limits(limits)
    values = {**asdict(details), **asdict(dates), **asdict(limits), **asdict(rounds), **asdict(kind)}
    made = Event(organization_id=organization.id, code=_usable(code, details.name), created_at=now, **values)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise DomainError("code_taken") from error
    audit.record(actor, "event.created", made, at=now, event=made, code=made.code)
    return made


def suggested_code(name: str) -> str:
    """A code made from a name: lower case, without accents, words joined by hyphens; free when it was looked for."""
    words = re.findall(r"[a-z0-9]+", folded(name))
    base = "-".join(words)[: MAX_CODE - 4].strip("-")
    base = base if len(base) >= MIN_CODE else f"evento-{base}".strip("-")
    taken = set(db.session.scalars(select(Event.code).where(Event.code.startswith(base, autoescape=True))))
    if base not in taken | RESERVED_CODES:
        return base
    return next(code for n in count(2) if (code := f"{base}-{n}") not in taken)


def change_details(event: Event, details: Details, *, version: int, actor: Actor, now: datetime) -> None:
    """Change what the event is and where; a new time zone keeps the hours that clocks show.

    With blocks the zone stays: their hours were set for it.
    """
    _require_current(event, version, actor)
    if details.time_zone != event.time_zone:
        if event.blocks:
            raise DomainError("zone_has_blocks")
        old, new = event.zone, ZoneInfo(details.time_zone)
        for name in Dates.__dataclass_fields__:
            if (instant := getattr(event, name)) is not None:
                setattr(event, name, in_zone(instant, old, new))
    _apply(event, details, "event.details_changed", actor, now)


def change_dates(event: Event, dates: Dates, *, version: int, actor: Actor, now: datetime) -> None:
    """Change when the event and its phases are; every block stays inside."""
    _require_current(event, version, actor)
    _check_dates(dates)
    if any(block.starts_at < dates.starts_at or block.ends_at > dates.ends_at for block in event.blocks):
        raise DomainError("blocks_outside")
    _apply(event, dates, "event.dates_changed", actor, now)


def change_limits(event: Event, limits: Limits, *, version: int, actor: Actor, now: datetime) -> None:
    """Change how many take part and how much each may have; what was given before stays.

    More places go to those who wait for one.
    """
    _require_current(event, version, actor)
    _check_limits(limits)
    _apply(event, limits, "event.limits_changed", actor, now)
    db.session.flush()
    places.hold(event)
    places.fill(event, now=now)


def change_kind(event: Event, kind: Kind, *, version: int, actor: Actor, now: datetime) -> None:
    """Change programme, axis, format and the names of the sides."""
    _require_current(event, version, actor)
    _apply(event, kind, "event.kind_changed", actor, now)


def change_answering(event: Event, answering: Answering, *, version: int, actor: Actor, now: datetime) -> None:
    """Change how requests are answered; those that wait keep the date that they were given."""
    _require_current(event, version, actor)
    if answering.request_reminder_hours >= answering.request_expiry_hours:
        raise DomainError("reminder_after_expiry")
    _apply(event, answering, "event.answering_changed", actor, now)


def open_to_companies(event: Event, *, actor: Actor, now: datetime) -> None:
    """Show the event to companies; it needs a block of meetings and a table."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    _require_status(event, EventStatus.DRAFT, "open")
    missing = list_missing(event)
    if missing:
        raise DomainError(missing[0])
    event.status = EventStatus.OPEN
    audit.record(actor, "event.opened", event, at=now, event=event)


def return_to_preparation(event: Event, *, actor: Actor, now: datetime) -> None:
    """Hide the event from companies again; not once a schedule is published."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    _require_status(event, EventStatus.OPEN, "return")
    if event.published_schedule_id is not None:
        raise DomainError("already_published")
    event.status = EventStatus.DRAFT
    audit.record(actor, "event.returned_to_preparation", event, at=now, event=event)


def list_missing(event: Event) -> list[str]:
    """What keeps an event from opening: `no_meeting_block`, `no_table`."""
    has_block = exists().where(Block.event_id == event.id, Block.kind == BlockKind.MEETINGS)
    has_table = exists().where(Table.event_id == event.id)
    block, table = db.session.execute(select(has_block, has_table)).one()
    return [code for code, there in (("no_meeting_block", block), ("no_table", table)) if not there]


def list_for(actor: Actor) -> list[Event]:
    """The events of the organizations that the actor works in, the latest first."""
    query = select(Event).where(Event.organization_id.in_(actor.roles)).options(joinedload(Event.organization))
    return list(db.session.scalars(query.order_by(Event.starts_at.desc(), Event.code)))


def find_phase(event: Event, now: datetime) -> Phase:
    """The phase in which the event is."""
    at_work = (ScheduleStatus.DRAFT, ScheduleStatus.PUBLISHED)
    has_schedule = exists().where(Schedule.event_id == event.id, Schedule.status.in_(at_work))
    return deadlines.phase(event, now, has_schedule=bool(db.session.scalar(select(has_schedule))))


def count_to_review(event: Event) -> int:
    """How many registrations wait for the organizer."""
    waiting = (Registration.event_id == event.id, Registration.status == RegistrationStatus.SUBMITTED)
    return db.session.scalar(select(func.count()).where(*waiting)) or 0


def count_approved(events: list[Event]) -> dict[Event, int]:
    """How many companies take part in each event."""
    ids = [event.id for event in events]
    query = (
        select(Registration.event_id, func.count())
        .where(Registration.event_id.in_(ids), Registration.status == RegistrationStatus.APPROVED)
        .group_by(Registration.event_id)
    )
    counts = {row[0]: row[1] for row in db.session.execute(query)}
    return {event: counts.get(event.id, 0) for event in events}


def lock(event: Event) -> None:
    """Let nobody else change the frame of the event until this transaction ends."""
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update())


def _require_current(event: Event, version: int, actor: Actor) -> None:
    require(actor, Permission.EVENT_MANAGE, event.scope)
    if event.version != version:
        raise Conflict("changed_meanwhile")


def _require_status(event: Event, status: EventStatus, action: str) -> None:
    if event.status is not status:
        raise DomainError("wrong_status", status=event.status.value, action=action)


def change_rules(
    event: Event,
    aims: list[dict[str, Any]],
    weights: dict[str, int],
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change what the runs of the event pursue and what a meeting is worth; both are checked by who knows them."""
    _require_current(event, version, actor)
    for name, action, after in (
        ("aims", "event.aims_changed", aims),
        ("weights", "event.weights_changed", weights),
    ):
        before = getattr(event, name)
        if before != after:
            setattr(event, name, after)
            audit.record(actor, action, event, at=now, event=event, was=before, now_is=after)


def _apply(event: Event, values: Settings, action: str, actor: Actor, now: datetime) -> None:
    changed = [name for name, value in asdict(values).items() if getattr(event, name) != value]
    for name in changed:
        setattr(event, name, getattr(values, name))
    if changed:
        audit.record(actor, action, event, at=now, event=event, changed=changed)


def _usable(code: str, name: str) -> str:
    if not code:
        return suggested_code(name)
    if code in RESERVED_CODES or not MIN_CODE <= len(code) <= MAX_CODE or not CODE.fullmatch(code):
        raise DomainError("code_malformed")
    return code


def _check_dates(dates: Dates) -> None:
    if dates.starts_at >= dates.ends_at:
        raise DomainError("event_out_of_order")
    if dates.ends_at - dates.starts_at > timedelta(days=MAX_DAYS):
        raise DomainError("event_too_long", days=MAX_DAYS)
    if dates.registration_opens_at >= dates.registration_closes_at:
        raise DomainError("registration_out_of_order")
    if dates.registration_closes_at > dates.ends_at:
        raise DomainError("registration_after_event")
    late = dates.late_registration_until
    if late is not None and not dates.registration_closes_at < late <= dates.ends_at:
        raise DomainError("late_out_of_order")
    if dates.requests_open_at >= dates.requests_close_at:
        raise DomainError("requests_out_of_order")
    if dates.requests_close_at > dates.ends_at:
        raise DomainError("requests_after_event")


def _check_limits(limits: Limits) -> None:
    most = limits.supplier_max_meetings
    if most is not None and limits.supplier_min_meetings > most:
        raise DomainError("minimum_over_maximum")
