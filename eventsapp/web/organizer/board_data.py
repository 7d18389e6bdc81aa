"""The board as compact data: columns of small numbers instead of a row of words for each meeting.

Companies go by their number in the event, tables by their label and rounds by the minute in which they start, so that
no long keys travel. `decode` in `static/js/board/data.js` is the other end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import g
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.matching import affinity
from eventsapp.domain.values import BlockKind, ScheduleStatus
from eventsapp.models import Block, Delegate, Desk, DeskDelegate, Event, Registration, Schedule, Slot, Step
from eventsapp.services import presence, requests, schedules, steps
from eventsapp.services.schedules import Judged, Seat
from eventsapp.web.formats import clock, day, initials
from eventsapp.web.organizer import schedule_words
from eventsapp.web.templating import term_name
from eventsapp.web.words import BLOCK_KIND


def board(schedule: Schedule, *, can_adjust: bool, now: datetime) -> dict[str, Any]:
    """Everything that the page needs to draw a version and to tell what is possible, with the same few queries."""
    event = schedule.event
    seats, pairs = schedules.list_seats(schedule), schedules.list_pairs(schedule)
    judged = schedules.judge(schedule, seats, pairs)
    frame, problem = judged.frame, judged.problem
    companies = problem.companies
    index = {company.id: number for number, company in enumerate(companies)}
    desks = [desk for company in companies for desk in company.desks]
    desk_index = {desk.id: number for number, desk in enumerate(desks)}
    numbers = _numbers(event)
    table_index = {str(table.id): number for number, table in enumerate(frame.tables)}
    by_name = {schedules.request_id(pair.a.id, pair.b.id): pair for pair in pairs}
    asked = sorted(problem.requests, key=lambda item: (index[item.a], index[item.b]))
    pair_index = {request.id: number for number, request in enumerate(asked)}
    held = {meeting.request: meeting for meeting in judged.meetings}
    pinned = {seat.meeting_id for seat in seats if seat.is_pinned}
    names = {company.id: frame.names[UUID(company.id)] for company in companies}
    missing = schedules.list_missing(schedule, seats, pairs)
    published = event.published_schedule_id
    common = [_topic(by_name.get(request.id)) for request in asked]
    topics = sorted({"", *common})
    slot_count, people = len(frame.slots), _people(event)
    days = sorted({slot.starts_at.astimezone(event.zone).date() for slot in frame.slots})
    blocks = {block: number for number, block in enumerate(dict.fromkeys(slot.block for slot in problem.slots))}
    many = {company.id for company in companies if len(company.desks) > 1}
    persons: dict[str, int] = {}
    return {
        "number": schedule.number,
        "edit": schedule.edit,
        "draft": schedule.status is ScheduleStatus.DRAFT,
        "can": can_adjust,
        "told": published is not None,
        "now": _minute(now),
        "days": [[one.isoformat(), day(one)] for one in days],
        "slots": [
            [
                _minute(slot.starts_at),
                days.index(slot.starts_at.astimezone(event.zone).date()),
                blocks[problem.slots[number].block],
                clock(slot.starts_at),
                clock(slot.ends_at),
            ]
            for number, slot in enumerate(frame.slots)
        ],
        "breaks": _breaks(event, frame.slots),
        "tables": [[table.label, table.room] for table in frame.tables],
        "shut": {
            number: sorted(set(range(slot_count)) - set(frame.open_slots[table.id]))
            for number, table in enumerate(frame.tables)
            if table.id in frame.open_slots
        },
        "companies": {
            "number": [numbers[UUID(company.id)] for company in companies],
            "name": [names[company.id] for company in companies],
            "side": [company.side[0] for company in companies],
            "most": [company.max_meetings for company in companies],
            "day": [company.max_per_day for company in companies],
            "rest": [company.max_consecutive for company in companies],
            "desks": [len(company.desks) for company in companies],
        },
        "desks": {
            "away": {
                number: sorted(set(range(slot_count)) - set(desk.slots))
                for number, desk in enumerate(desks)
                if len(desk.slots) < slot_count
            },
            "table": [table_index.get(desk.table or "", -1) for desk in desks],
            "person": {
                number: persons.setdefault(desk.person, len(persons))
                for number, desk in enumerate(desks)
                if desk.person is not None
            },
            "people": [people[UUID(desk.id)] for desk in desks],
        },
        "topics": topics,
        "pairs": {
            "a": [index[request.a] for request in asked],
            "b": [index[request.b] for request in asked],
            "value": [request.value for request in asked],
            "level": [by_name[request.id].affinity if request.id in by_name else 1 for request in asked],
            "topic": [topics.index(topic) for topic in common],
            "slot": [held[request.id].slot if request.id in held else -1 for request in asked],
            "table": [
                table_index.get(held[request.id].table or "", -1) if request.id in held else -1 for request in asked
            ],
            "must": [number for number, request in enumerate(asked) if request.must],
            "stale": sorted(pair_index[name] for name in judged.stale),
            "slots": {pair_index[item.id]: list(item.slots) for item in asked if item.slots is not None},
            "after": {
                pair_index[item.id]: [pair_index[name] for name in item.after if name in pair_index]
                for item in asked
                if item.after
            },
            "desks": {
                pair_index[name]: [desk_index[desk] for desk in meeting.desks]
                for name, meeting in held.items()
                if many and {problem.request_by_id[name].a, problem.request_by_id[name].b} & many
            },
            "pinned": sorted(_index_of(seat, pair_index) for seat in seats if seat.meeting_id in pinned),
        },
        "left": {
            pair_index[schedules.request_id(found.pair.a.id, found.pair.b.id)]: _reason(found, names, judged)
            for found in missing
            if schedules.request_id(found.pair.a.id, found.pair.b.id) in pair_index
        },
        "clashes": [
            [schedule_words.violation(found, judged, names), [pair_index[name] for name in found.requests]]
            for found in judged.violations()
        ],
        "published": _published(schedule, pair_index, frame.slot_index, table_index),
        **state(schedule, now=now),
    }


def state(schedule: Schedule, *, now: datetime) -> dict[str, Any]:
    """What the person could take back or bring again, and who else is here."""
    is_draft = schedule.status is ScheduleStatus.DRAFT
    account_id = g.actor.account_id
    return {
        "undo": step_words(steps.find_undo(schedule, g.actor)) if is_draft else "",
        "redo": step_words(steps.find_redo(schedule, g.actor), again=True) if is_draft else "",
        "here": [[initials(name), name] for name in presence.list_names(schedule.event_id, account_id, now=now)]
        if account_id is not None
        else [],
    }


def step_words(step: Step | None, *, again: bool = False) -> str:
    """Which step an undo takes back, or a redo brings again; empty when there is none."""
    if step is None:
        return ""
    ids = [UUID(change[side]) for change in step.changes[:1] for side in ("a", "b")]
    found = db.session.scalars(select(Registration).where(Registration.id.in_(ids)))
    names = {str(registration.id): registration.company.name for registration in found}
    return schedule_words.step(step, names, again=again)


def list_changes(schedule: Schedule, found: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps as the page takes them in: who, when, and for each meeting where it now is."""
    event, found = schedule.event, list(found)
    if not found:
        return []
    numbers = {str(key): number for key, number in _numbers(event).items()}
    frame_slots = list(db.session.scalars(select(Slot).where(Slot.event_id == event.id)))
    minutes = {str(slot.id): _minute(slot.starts_at) for slot in frame_slots}
    labels = {str(table.id): table.label for table in event.tables}
    owners = select(Desk.id, Registration.number, Desk.number).join(Desk.registration)
    desks = {
        str(key): (company, number)
        for key, company, number in db.session.execute(owners.where(Registration.event_id == event.id))
    }

    def row(change: Mapping[str, Any], side: str) -> list[Any]:
        pair = [numbers[change["a"]], numbers[change["b"]]]
        place = change[side]["placement"]
        if place is None:
            left = change[side]["unplaced"] or {"reason": "", "detail": {}}
            return [*pair, None, schedule_words.reason(left["reason"], left["detail"], {})]
        seated = [desks[place["desks"][change[end]]][1] for end in ("a", "b")]
        return [*pair, [minutes[place["slot"]], labels.get(place["table"] or ""), seated, place["pinned"]]]

    return [
        {
            "edit": step.edit,
            "name": step.actor_name,
            "initials": initials(step.actor_name),
            "at": clock(step.at),
            "mine": step.account_id == g.actor.account_id,
            "changes": [row(change, "after") for change in step.changes],
            "opened": [
                [*desks[desk_id], minutes[slot_id], step.action != steps.UNDONE]
                for change in step.changes
                for desk_id, slot_id in change.get("opened", ())
            ],
        }
        for step in found
    ]


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _numbers(event: Event) -> dict[UUID, int]:
    query = select(Registration.id, Registration.number).where(Registration.event_id == event.id)
    return {key: number for key, number in db.session.execute(query)}  # noqa: C416 - rows are no pairs for mypy


def _people(event: Event) -> Counter[UUID]:
    """How many people sit at each desk, who would be told of a change."""
    query = (
        select(DeskDelegate.desk_id)
        .join(Desk, Desk.id == DeskDelegate.desk_id)
        .join(Registration, Registration.id == Desk.registration_id)
        .join(Delegate, Delegate.id == DeskDelegate.delegate_id)
        .where(Registration.event_id == event.id, Delegate.ended_at.is_(None))
    )
    return Counter(db.session.scalars(query))


def _breaks(event: Event, slots: Sequence[Slot]) -> list[list[Any]]:
    """Breaks by the slot before which they stand, with their name; those before the first or after the last are not."""
    query = select(Block).where(Block.event_id == event.id, Block.kind != BlockKind.MEETINGS).order_by(Block.starts_at)
    found = []
    for block in db.session.scalars(query):
        that_day = block.starts_at.astimezone(event.zone).date()
        same = [
            (number, slot)
            for number, slot in enumerate(slots)
            if slot.starts_at.astimezone(event.zone).date() == that_day
        ]
        after = next((number for number, slot in same if slot.starts_at >= block.starts_at), None)
        if after is not None and after != same[0][0]:
            found.append([after, block.title or str(BLOCK_KIND[block.kind])])
    return found


def _topic(pair: requests.Pair | None) -> str:
    """What the two have in common first, in words; empty when nothing."""
    shared = affinity(pair.a.terms, pair.b.terms).shared if pair is not None else ()
    return term_name(shared[0]) if shared else ""


def _index_of(seat: Seat, pair_index: Mapping[str, int]) -> int:
    found = pair_index.get(schedules.request_id(seat.a_id, seat.b_id))
    return found if found is not None else pair_index[schedules.request_id(seat.b_id, seat.a_id)]


def _reason(found: schedules.Missing, names: Mapping[str, str], judged: Judged) -> str:
    why = schedule_words.reason(found.reason, found.detail, names)
    fix = schedule_words.fix(found.detail, names, judged.problem)
    return f"{why} {fix}" if fix else why


def _published(
    schedule: Schedule,
    pair_index: Mapping[str, int],
    slot_index: Mapping[UUID, int],
    table_index: Mapping[str, int],
) -> dict[str, Any] | None:
    """Where what everybody sees puts each meeting, when this is a draft beside it; else nothing."""
    published = schedules.find_published(schedule.event)
    if published is None or published.id == schedule.id:
        return None
    found: dict[str, Any] = {"pair": [], "slot": [], "table": []}
    for seat in schedules.list_seats(published):
        name = schedules.request_id(seat.a_id, seat.b_id)
        number = pair_index.get(name, pair_index.get(schedules.request_id(seat.b_id, seat.a_id)))
        if number is None:
            continue
        found["pair"].append(number)
        found["slot"].append(slot_index.get(seat.slot_id, -1))
        found["table"].append(table_index.get(str(seat.table_id), -1))
    return found
