"""Versions of the schedule: what the engine is asked, the draft that it answers, copies, and what a version breaks."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.calendars.invite import new_uid
from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import ScheduleStatus
from eventsapp.domain.worth import Weights, weights_from_dict
from eventsapp.models import (
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Meeting,
    Placement,
    Registration,
    Run,
    Schedule,
    Slot,
    Table,
    Unplaced,
)
from eventsapp.scheduling import checker
from eventsapp.scheduling import problem as asked
from eventsapp.scheduling import schedule as solved
from eventsapp.scheduling.rules import Rule
from eventsapp.services import audit, frames, requests

PairKey = frozenset[UUID]


class Paired(Protocol):
    """Anything of two registrations."""

    @property
    def a_id(self) -> Any:
        """The one that buys or asked."""

    @property
    def b_id(self) -> Any:
        """The other one."""


class Seat(NamedTuple):
    """A placement as plain values: what judging and drawing need, read without building a row of ours for each."""

    meeting_id: UUID
    a_id: UUID
    b_id: UUID
    slot_id: UUID
    table_id: UUID | None
    desk_a_id: UUID
    desk_b_id: UUID
    value: int
    is_pinned: bool


@dataclass(frozen=True)
class Near:
    """A part of a version: all meetings of some registrations, and all meetings in some slots.

    What a change of these registrations in these slots breaks shows here as it shows in the whole; and so does by how
    much the figures move that add up over meetings, desks or companies.
    """

    registration_ids: frozenset[UUID]
    slot_ids: frozenset[UUID]


# What the engine is asked ---------------------------------------------------------------------------------------------


def build_problem(
    event: Event, *, keep_published: bool = False, with_pins: bool = True, weights: Weights | None = None
) -> asked.Problem:
    """What the engine is asked about an event now; what is pinned in its current version stays where it is.

    With `keep_published` the first aim is to change as little as possible of what is published; without `with_pins` the
    engine may move what is pinned too. Meetings are worth what `weights` say, else what the event says now.
    """
    frame = frames.read(event)
    pairs = [
        pair for pair in requests.list_pairs(event, (), weights) if {pair.a.id, pair.b.id} <= frame.companies.keys()
    ]
    current = find_current(event) if with_pins else None
    pinned = {key_of(seat): seat for seat in list_seats(current) if seat.is_pinned} if current else {}
    asked_for = tuple(_requests(pairs, frame.slot_index, pinned).values())
    published = None
    if keep_published and event.published_schedule_id is not None:
        known = {request.id for request in asked_for}
        whole = asked.Problem(frame.problem_slots(event), (), asked_for)
        placed = meetings_of(whole, frame, list_seats(published_of(event)))
        published = tuple(meeting for meeting in placed if meeting.request in known and meeting.slot >= 0)
    return asked.Problem(
        slots=frame.problem_slots(event),
        companies=tuple(company for key, company in frame.companies.items() if key in frame.approved),
        requests=asked_for,
        tables=frame.problem_tables(),
        published=published,
    )


def _requests(
    pairs: Iterable[requests.Pair], slot_index: Mapping[UUID, int], pinned: Mapping[PairKey, Seat]
) -> dict[PairKey, asked.Request]:
    """The pairs as the engine is asked for them, with their conditions and pins."""
    pairs = list(pairs)
    names = {}
    if any(pair.after_ids for pair in pairs):
        names = {known: request_id(pair.a.id, pair.b.id) for pair in pairs for known in pair.request_ids}
    return {pair.key: _request(pair, pinned.get(pair.key), slot_index, names) for pair in pairs}


def _request(
    pair: requests.Pair, pinned: Seat | None, slot_index: Mapping[UUID, int], names: Mapping[UUID, str]
) -> asked.Request:
    a_id, b_id = text_of(pair.a.id), text_of(pair.b.id)
    request = asked.Request(
        f"{a_id}:{b_id}",
        a_id,
        b_id,
        pair.value,
        pair.is_must,
        slots=_slots_of(pair, slot_index),
        after=tuple(sorted({names[before] for before in pair.after_ids if before in names})),
    )
    if pinned is None or pinned.slot_id not in slot_index:
        return request
    pin = asked.Pin(slot_index[pinned.slot_id], str(pinned.table_id) if pinned.table_id else None)
    # The organizer pinned it: where the two are at odds, the pin counts, not the condition.
    slots = request.slots if request.slots is None or pin.slot in request.slots else None
    return replace(request, slots=slots, desks=_desks_of(pinned, request), pin=pin)


def _slots_of(pair: requests.Pair, slot_index: Mapping[UUID, int]) -> tuple[int, ...] | None:
    """The indexes of the only slots for a pair; slots that are gone bind nobody."""
    if pair.slot_ids is None:
        return None
    return tuple(sorted(slot_index[slot] for slot in pair.slot_ids if slot in slot_index)) or None


def request_id(a_id: UUID, b_id: UUID) -> str:
    """What the request of a pair is called in a problem."""
    return f"{text_of(a_id)}:{text_of(b_id)}"


@lru_cache(maxsize=16_384)
def text_of(key: UUID) -> str:
    """A key as text; remembered, since a judgement asks for that of each company and desk hundreds of times."""
    return str(key)


def pair_of(name: str) -> tuple[UUID, UUID]:
    """The two registrations behind the name of a request."""
    a_id, _, b_id = name.partition(":")
    return UUID(a_id), UUID(b_id)


def key_of(row: Paired) -> PairKey:
    """A pair whichever way round it is kept."""
    return frozenset({row.a_id, row.b_id})


# Versions -------------------------------------------------------------------------------------------------------------


def find_current(event: Event) -> Schedule | None:
    """The version in work: the newest draft when it is newer than what is published, else what is published."""
    query = (
        select(Schedule)
        .where(Schedule.event_id == event.id, Schedule.status.in_([ScheduleStatus.DRAFT, ScheduleStatus.PUBLISHED]))
        .order_by(Schedule.number.desc())
    )
    return db.session.scalars(query).first()


def find_published(event: Event) -> Schedule | None:
    """The version that everybody sees, or None."""
    return db.session.get(Schedule, event.published_schedule_id) if event.published_schedule_id else None


def published_of(event: Event) -> Schedule:
    """The version that everybody sees."""
    found = find_published(event)
    if found is None:
        raise DomainError("nothing_published")
    return found


def find_version(event: Event, number: int) -> Schedule | None:
    """A version by its number."""
    if not 0 < number < 2**31:
        return None
    return db.session.scalar(select(Schedule).where(Schedule.event_id == event.id, Schedule.number == number))


def list_versions(event: Event) -> list[tuple[Schedule, int]]:
    """All versions, newest first, each with its number of meetings."""
    held = (
        select(Placement.schedule_id, func.count().label("held"))
        .join(Schedule, Schedule.id == Placement.schedule_id)
        .where(Schedule.event_id == event.id)
        .group_by(Placement.schedule_id)
        .subquery()
    )
    query = (
        select(Schedule, func.coalesce(held.c.held, 0))
        .outerjoin(held, held.c.schedule_id == Schedule.id)
        .where(Schedule.event_id == event.id)
        .options(joinedload(Schedule.created_by), joinedload(Schedule.published_by), joinedload(Schedule.parent))
        .order_by(Schedule.number.desc())
    )
    return [(schedule, held) for schedule, held in db.session.execute(query)]


def list_pairs(schedule: Schedule, of: Collection[UUID] = ()) -> list[requests.Pair]:
    """The pairs that agree now, or those `of` some, valued as the version values them."""
    return requests.list_pairs(schedule.event, of, weights_from_dict(schedule.weights))


def list_placements(schedule: Schedule) -> list[Placement]:
    """The placements of a version with meeting, companies, slot and table, in time order.

    What many placements share is read once, in queries of its own, and found again in the session: joined to every
    row it would take four times as long.
    """
    event_id = schedule.event_id
    registrations = select(Registration).where(Registration.event_id == event_id)
    shared = [
        *db.session.scalars(registrations.options(joinedload(Registration.company))),
        *db.session.scalars(select(Slot).where(Slot.event_id == event_id)),
        *db.session.scalars(select(Table).where(Table.event_id == event_id)),
    ]
    query = select(Placement).where(Placement.schedule_id == schedule.id).options(joinedload(Placement.meeting))
    found = sorted(db.session.scalars(query), key=_in_time)
    for place in found:
        _ = place.meeting.a, place.meeting.b
    del shared  # held until here, so that the session still knew them
    return found


def list_seats(schedule: Schedule, near: Near | None = None) -> list[Seat]:
    """The placements of a version, or of a part of it, as plain values, in no order: one query, whatever its size."""
    query = (
        select(
            Placement.meeting_id,
            Meeting.a_id,
            Meeting.b_id,
            Placement.slot_id,
            Placement.table_id,
            Placement.desk_a_id,
            Placement.desk_b_id,
            Placement.value,
            Placement.is_pinned,
        )
        .join(Meeting, Meeting.id == Placement.meeting_id)
        .where(Placement.schedule_id == schedule.id)
    )
    if near is not None:
        ids = near.registration_ids
        query = query.where(or_(Meeting.a_id.in_(ids), Meeting.b_id.in_(ids), Placement.slot_id.in_(near.slot_ids)))
    return [Seat(*row) for row in db.session.execute(query)]


def count_changes(schedule: Schedule, seats: Iterable[Seat]) -> int:
    """How many meetings of a version are new, elsewhere or gone against what is published."""
    published = find_published(schedule.event)
    spot = {seat.meeting_id: seat[3:7] for seat in seats}
    old = {seat.meeting_id: seat[3:7] for seat in list_seats(published)} if published is not None else {}
    return sum(spot.get(key) != old.get(key) for key in spot.keys() | old.keys())


def seat_of(place: Placement) -> Seat:
    """A placement as plain values."""
    meeting = place.meeting
    return Seat(
        place.meeting_id, meeting.a_id, meeting.b_id, place.slot_id, place.table_id, place.desk_a_id, place.desk_b_id,
        place.value, place.is_pinned,
    )  # fmt: skip


def _in_time(place: Placement) -> tuple[datetime, int, UUID]:
    return place.slot.starts_at, place.table.position if place.table else -1, place.id


def list_some(schedule: Schedule, meeting_ids: Sequence[UUID]) -> list[Placement]:
    """The placements of some meetings of a version, in the order in which they are named: for a page of a list."""
    query = select(Placement).where(Placement.schedule_id == schedule.id, Placement.meeting_id.in_(meeting_ids))
    found = {place.meeting_id: place for place in db.session.scalars(query.options(*_SHOWN))}
    return [found[key] for key in meeting_ids if key in found]


def list_in_time(schedule: Schedule, meeting_ids: Sequence[UUID]) -> list[Placement]:
    """The placements of some meetings of a version, in time order."""
    return sorted(list_some(schedule, meeting_ids), key=_in_time)


def find_placement(schedule: Schedule, meeting_id: UUID) -> Placement | None:
    """Where a version puts a meeting, with companies, slot and table; None when it does not."""
    return _one(schedule, Placement.meeting_id == meeting_id)


def find_pair(schedule: Schedule, a_id: UUID, b_id: UUID) -> Placement | None:
    """Where a version puts a pair, whichever way round; None when it does not."""
    return _one(schedule, Placement.meeting.has(same_pair(Meeting, a_id, b_id)))


def _one(schedule: Schedule, condition: ColumnElement[bool]) -> Placement | None:
    query = select(Placement).where(Placement.schedule_id == schedule.id, condition)
    return db.session.scalar(query.options(*_SHOWN))


_SHOWN = (
    joinedload(Placement.meeting).joinedload(Meeting.a).joinedload(Registration.company),
    joinedload(Placement.meeting).joinedload(Meeting.b).joinedload(Registration.company),
    joinedload(Placement.slot),
    joinedload(Placement.table),
)


def same_pair(model: type[Meeting] | type[Unplaced], a_id: UUID, b_id: UUID) -> ColumnElement[bool]:
    """Rows of two registrations, whichever way round they are kept."""
    return or_((model.a_id == a_id) & (model.b_id == b_id), (model.a_id == b_id) & (model.b_id == a_id))


def people_of(place: Placement) -> dict[UUID, list[Delegate]]:
    """Who sits at a meeting, for each of its two registrations."""
    query = (
        select(Desk.registration_id, Delegate)
        .join(DeskDelegate, DeskDelegate.desk_id == Desk.id)
        .join(Delegate, Delegate.id == DeskDelegate.delegate_id)
        .where(Desk.id.in_([place.desk_a_id, place.desk_b_id]), Delegate.ended_at.is_(None))
        .order_by(DeskDelegate.position)
    )
    found: dict[UUID, list[Delegate]] = {}
    for registration_id, delegate in db.session.execute(query):
        found.setdefault(registration_id, []).append(delegate)
    return found


@dataclass(frozen=True)
class Missing:
    """A pair that agreed to meet and is not in a version; `not_considered` when the pair agreed later."""

    pair: requests.Pair
    reason: str
    detail: Mapping[str, Any]


def list_missing(
    schedule: Schedule, placements: Iterable[Placement | Seat], pairs: Sequence[requests.Pair] | None = None
) -> list[Missing]:
    """What a version leaves out of the pairs that agree now (given when at hand), with reasons; most valuable first."""
    rows = db.session.scalars(select(Unplaced).where(Unplaced.schedule_id == schedule.id))
    reasons = {key_of(row): row for row in rows}
    held = {key_of(place if isinstance(place, Seat) else place.meeting) for place in placements}
    found = []
    for pair in list_pairs(schedule) if pairs is None else pairs:
        if pair.key not in held:
            row = reasons.get(pair.key)
            found.append(Missing(pair, row.reason if row else "not_considered", row.detail if row else {}))
    return sorted(found, key=lambda missing: (-missing.pair.is_must, -missing.pair.value))


# Judging --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """A version as a problem and its meetings; `stale` are the requests that no longer stand."""

    problem: asked.Problem
    meetings: tuple[solved.Meeting, ...]
    stale: tuple[str, ...]
    frame: frames.Frame

    def violations(self) -> tuple[checker.Violation, ...]:
        """All broken rules by the independent checker; a meeting that nobody asks for any longer breaks one too."""
        gone = tuple(checker.Violation(Rule.KNOWN, (name,)) for name in self.stale)
        return (*gone, *checker.violations(self.problem, self.meetings))


def judge(
    schedule: Schedule,
    placements: Sequence[Placement | Seat] | None = None,
    pairs: Sequence[requests.Pair] | None = None,
    *,
    near: Near | None = None,
) -> Judged:
    """A version against the event as it is now, without pins: those bind the engine, not the organizer.

    `placements` and `pairs` are given when they are at hand. With `near` only a part of the version is read and judged;
    where the order of meetings is asked for, that part is the whole.
    """
    event = schedule.event
    near = None if near is None or requests.has_order(event) else near
    if placements is None:
        seats = list_seats(schedule, near)
    else:
        seats = [place if isinstance(place, Seat) else seat_of(place) for place in placements]
    if pairs is None:
        pairs = list_pairs(schedule, near.registration_ids if near else ())
    frame = frames.read(event)
    pairs = [pair for pair in pairs if pair.key <= frame.companies.keys()]
    standing = _requests(pairs, frame.slot_index, {})
    others = {key: _placed_request(seat) for seat in seats if (key := key_of(seat)) not in standing}
    seated = frame.approved.union(*others) if others else frame.approved
    problem = asked.Problem(
        slots=frame.problem_slots(event),
        companies=tuple(company for key, company in frame.companies.items() if key in seated),
        requests=(*standing.values(), *others.values()),
        tables=frame.problem_tables(),
    )
    # Of meetings that only share a slot with the part, the requests were not read: nothing is said about those.
    stale = tuple(found.id for key, found in others.items() if near is None or key & near.registration_ids)
    return Judged(problem, meetings_of(problem, frame, seats), stale, frame)


def _placed_request(seat: Seat) -> asked.Request:
    return asked.Request(request_id(seat.a_id, seat.b_id), text_of(seat.a_id), text_of(seat.b_id), seat.value)


def meetings_of(problem: asked.Problem, frame: frames.Frame, seats: Iterable[Seat]) -> tuple[solved.Meeting, ...]:
    """Placements in the words of a problem; one in a slot that is gone is told by an index outside of the problem."""
    by_name, slot_index, found = problem.request_by_id, frame.slot_index, []
    for seat in seats:
        request = (
            by_name.get(request_id(seat.a_id, seat.b_id))
            or by_name.get(request_id(seat.b_id, seat.a_id))
            or _placed_request(seat)
        )
        table = text_of(seat.table_id) if seat.table_id else None
        found.append(solved.Meeting(request.id, slot_index.get(seat.slot_id, -1), table, _desks_of(seat, request)))
    return tuple(found)


def _desks_of(seat: Seat, request: asked.Request) -> tuple[str, str]:
    desks = (text_of(seat.desk_a_id), text_of(seat.desk_b_id))
    return desks if text_of(seat.a_id) == request.a else (desks[1], desks[0])


# Writing --------------------------------------------------------------------------------------------------------------


def lock(event: Event) -> None:
    """Make writers of this event's versions wait for each other, and read it afresh."""
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update())
    db.session.refresh(event)


def store_draft(run: Run, problem: asked.Problem, outcome: solved.Outcome, *, now: datetime, host: str) -> Schedule:
    """A new draft from what the engine answered; `host` names the identities of new meetings. The event is locked."""
    event = run.event
    schedule = new_version(event, created_by_id=run.started_by_id, now=now, run_id=run.id)
    schedule.levels = [
        {"level": level.level, "value": level.value, "bound": level.bound, "optimal": level.optimal}
        for level in outcome.levels
    ]
    schedule.weights = dict(run.options.get("weights", {}))
    slots = frames.read(event).slots
    live = live_meetings(event)
    pinned = {request.id for request in problem.requests if request.pin.slot is not None}
    for held in outcome.meetings:
        a_id, b_id = pair_of(held.request)
        meeting = live.get(frozenset({a_id, b_id})) or new_meeting(event, a_id, b_id, now=now, host=host)
        desks = [UUID(desk) for desk in held.desks]
        if meeting.a_id != a_id:
            desks.reverse()
        db.session.add(
            Placement(
                schedule=schedule,
                meeting=meeting,
                slot_id=slots[held.slot].id,
                table_id=UUID(held.table) if held.table else None,
                desk_a_id=desks[0],
                desk_b_id=desks[1],
                value=problem.request_by_id[held.request].value,
                is_pinned=held.request in pinned,
            )
        )
    for left in outcome.unscheduled:
        a_id, b_id = pair_of(left.request)
        request = problem.request_by_id[left.request]
        db.session.add(
            Unplaced(
                schedule=schedule,
                a_id=a_id,
                b_id=b_id,
                value=request.value,
                is_must=request.must,
                reason=left.reason[:40],
                detail=dict(left.detail),
            )
        )
    db.session.flush()
    return schedule


def new_version(
    event: Event,
    *,
    created_by_id: UUID | None,
    now: datetime,
    run_id: UUID | None = None,
    parent: Schedule | None = None,
) -> Schedule:
    """An empty draft with the next number; the event is locked."""
    last = db.session.scalar(select(func.max(Schedule.number)).where(Schedule.event_id == event.id)) or 0
    schedule = Schedule(
        event=event, number=last + 1, run_id=run_id, parent=parent, created_by_id=created_by_id, created_at=now
    )
    db.session.add(schedule)
    db.session.flush()
    return schedule


def live_meetings(event: Event) -> dict[PairKey, Meeting]:
    """The meeting of each pair that has one which is not cancelled."""
    query = select(Meeting).where(Meeting.event_id == event.id, Meeting.cancelled_at.is_(None))
    return {key_of(meeting): meeting for meeting in db.session.scalars(query.order_by(Meeting.created_at))}


def find_live_meeting(event: Event, a_id: UUID, b_id: UUID) -> Meeting | None:
    """The meeting of a pair that is not cancelled, or None."""
    query = select(Meeting).where(
        Meeting.event_id == event.id, Meeting.cancelled_at.is_(None), same_pair(Meeting, a_id, b_id)
    )
    return db.session.scalars(query.order_by(Meeting.created_at.desc()).limit(1)).first()


def new_meeting(event: Event, a_id: UUID, b_id: UUID, *, now: datetime, host: str) -> Meeting:
    """A meeting of a pair with an identity of its own, which calendars keep for ever."""
    meeting = Meeting(event=event, a_id=a_id, b_id=b_id, uid=new_uid(host, secrets.SystemRandom()), created_at=now)
    db.session.add(meeting)
    return meeting


def copy(schedule: Schedule, *, actor: Actor, now: datetime, host: str) -> Schedule:
    """A new draft like an older version: the way to change or to bring back what was published."""
    require(actor, Permission.SCHEDULE_ADJUST, schedule.scope)
    event = schedule.event
    lock(event)
    draft = new_version(event, created_by_id=actor.account_id, now=now, run_id=schedule.run_id, parent=schedule)
    draft.levels, draft.weights = list(schedule.levels), dict(schedule.weights)
    live = live_meetings(event)
    for place in list_placements(schedule):
        meeting, desks = place.meeting, (place.desk_a_id, place.desk_b_id)
        if meeting.cancelled_at is not None:
            old = meeting
            meeting = live.get(key_of(old)) or new_meeting(event, old.a_id, old.b_id, now=now, host=host)
            desks = desks if meeting.a_id == old.a_id else (desks[1], desks[0])
        db.session.add(
            Placement(
                schedule=draft,
                meeting=meeting,
                slot_id=place.slot_id,
                table_id=place.table_id,
                desk_a_id=desks[0],
                desk_b_id=desks[1],
                value=place.value,
                is_pinned=place.is_pinned,
            )
        )
    for row in db.session.scalars(select(Unplaced).where(Unplaced.schedule_id == schedule.id)):
        db.session.add(
            Unplaced(
                schedule=draft,
                a_id=row.a_id,
                b_id=row.b_id,
                value=row.value,
                is_must=row.is_must,
                reason=row.reason,
                detail=row.detail,
            )
        )
    audit.record(actor, "schedule.copied", draft, at=now, number=draft.number, copied_from=schedule.number)
    return draft
