"""What is around a change tells of it what the whole version tells: on random changes, with every rule in force."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from eventsapp.db import db, unit_of_work
from eventsapp.domain.errors import DomainError
from eventsapp.models import Desk, Meeting, Registration, Request, Schedule
from eventsapp.scheduling import checker
from eventsapp.services import adjustments, schedules, spots
from tests import boards, make
from tests.services.scheduling_bench import HOST
from tests.statements import counted

LEVELS = ("shortfall", "musts", "value", "fairness", "idle", "moves")


@pytest.fixture
def made(context: Flask) -> boards.Filled:
    """Six hosts, half of them without a table of their own, limits for some, absences: all rules have work."""
    with unit_of_work():
        made = boards.filled(buyers=6, suppliers=31, days=2, rounds=8, meetings=64, unplaced=8, absences=40)
        registrations = db.session.query(Registration).order_by(Registration.number).all()
        held = Counter(key for seat in schedules.list_seats(made.schedule) for key in (seat.a_id, seat.b_id))
        for registration in registrations[8:20]:
            registration.max_meetings = max(1, held[registration.id])
        for registration in registrations[:3]:
            registration.min_meetings = 12
        for desk in db.session.query(Desk).filter(Desk.registration_id.in_([one.id for one in registrations[3:6]])):
            desk.table_id = None
        db.session.flush()
        score = figures(made.schedule)
        made.schedule.levels = [
            {"level": level, "value": score.of(level), "bound": None, "optimal": False} for level in LEVELS
        ]
    return made


def figures(draft: Schedule) -> checker.Score:
    judged = schedules.judge(draft)
    return checker.score(judged.problem, judged.meetings)


def values(draft: Schedule) -> list[float]:
    return [level["value"] for level in draft.levels]


def told(judged: schedules.Judged, name: str, slot: int, table: str) -> tuple[spots.Verdict, object]:
    """The verdict on one place, and the sentence's code and names."""
    around = spots.Around.of(judged, name)
    verdict = around.at(slot, table)
    error = around.refusal(verdict, slot, table) if verdict.broken else None
    return verdict, error and (error.code, error.params)


def test_a_part_tells_of_every_place_what_the_whole_tells(made: boards.Filled) -> None:
    with unit_of_work():
        made.event.max_consecutive = 3
    chance, whole = random.Random(5), schedules.judge(made.schedule)
    kinds, held = set(), {meeting.request for meeting in whole.meetings}
    left = [request for request in whole.problem.requests if request.id not in held]
    for number in range(70):
        request = chance.choice(left if number % 3 == 0 else whole.problem.requests)
        slot, table = chance.randrange(len(whole.frame.slots)), chance.choice(whole.problem.tables or ()).id
        ids = frozenset({UUID(request.a), UUID(request.b)})
        near = schedules.Near(ids, frozenset({whole.frame.slots[slot].id}))
        part = schedules.judge(made.schedule, near=near)
        assert told(part, request.id, slot, table) == told(whole, request.id, slot, table)
        assert len(part.meetings) < len(whole.meetings)
        kinds |= {found.rule for found in told(whole, request.id, slot, table)[0].broken}
    assert {rule.value for rule in kinds} >= {"desk_busy", "available", "table_busy", "fixed_table", "max_meetings"}


def test_the_figures_after_any_changes_are_those_of_the_whole(made: boards.Filled, now: datetime) -> None:
    chance, draft, actor = random.Random(11), made.schedule, make.actor(made.organizer)
    done = dict.fromkeys(("move", "place", "unschedule", "swap", "undo", "redo"), 0)
    for _ in range(80):
        db.session.expire_all()
        places, missing = schedules.list_seats(draft), schedules.list_missing(draft, schedules.list_seats(draft))
        slot, table = chance.choice(made.event.slots), chance.choice([*made.event.tables, None])
        one, other = (db.session.get_one(Meeting, place.meeting_id) for place in chance.sample(places, 2))
        left = chance.choice(missing).pair if missing else None
        by: dict[str, Any] = {"edit": draft.edit, "actor": actor, "now": now, "host": HOST}
        acts: dict[str, Callable[[], object]] = {
            "move": partial(adjustments.move, draft, one, slot=slot, table=table, reason="por teléfono", **by),
            "swap": partial(adjustments.swap, draft, one, other, **by),
            "unschedule": partial(adjustments.unschedule, draft, one, other, **by),
            "undo": partial(adjustments.undo, draft, **by),
            "redo": partial(adjustments.redo, draft, **by),
        }
        if left is not None:
            acts["place"] = partial(adjustments.place, draft, left.a.id, left.b.id, slot=slot, table=table, **by)
        name = chance.choice([*acts, "move", "place"] if left is not None else [*acts])
        try:
            with unit_of_work():
                acts[name]()
        except DomainError:
            continue
        done[name] += 1
        whole = figures(draft)
        assert values(draft) == [whole.of(level) for level in LEVELS], name
        assert schedules.judge(draft).violations() == ()
    assert all(done.values()), done


def test_where_order_counts_the_part_is_the_whole(made: boards.Filled) -> None:
    near = schedules.Near(frozenset({made.event.registrations[0].id}), frozenset())
    part = schedules.judge(made.schedule, near=near)
    with unit_of_work():
        first, second = db.session.query(Request).order_by(Request.id).limit(2)
        second.after_ids = [str(first.id)]
    assert len(part.meetings) < len(schedules.judge(made.schedule).meetings)
    assert schedules.judge(made.schedule, near=near) == schedules.judge(made.schedule)


def test_a_move_asks_as_little_of_a_large_version_as_of_a_small_one(context: Flask, now: datetime) -> None:
    counts = []
    for meetings in (20, 60):
        with unit_of_work():
            made = boards.filled(buyers=6, suppliers=31, days=2, rounds=8, meetings=meetings, unplaced=0, absences=0)
        actor = make.actor(made.organizer)
        seats = sorted(schedules.list_seats(made.schedule), key=lambda seat: str(seat.meeting_id))
        seat = next(seat for seat in seats if not seat.is_pinned)
        meeting = db.session.get_one(Meeting, seat.meeting_id)
        place = next(spot for spot in adjustments.find_places(made.schedule, meeting.a_id, meeting.b_id).can)
        edit = made.schedule.edit
        db.session.expire_all()
        with counted(context) as statements, unit_of_work():
            adjustments.move(
                made.schedule, meeting, slot=place.slot, table=None, edit=edit, actor=actor, now=now, host=HOST
            )
        counts.append(len(statements))
    assert counts[0] == counts[1]
