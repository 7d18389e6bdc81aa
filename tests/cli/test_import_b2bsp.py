"""A benchmark event keeps its conditions here: sessions, fixed and forbidden slots, precedences, tables."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from eventsapp.cli.import_b2bsp import create
from eventsapp.db import db, unit_of_work
from eventsapp.models import Event, Slot
from eventsapp.scheduling import checker, dzn
from eventsapp.scheduling.schedule import Meeting
from eventsapp.services import schedules

INSTANCE = """
nBusiness = 4; nMeetings = 4; nTables = 2; nTotalSlots = 4; nMorningSlots = 2;
requested = [|1, 2,1, |1, 3,3, |2, 4,2, |3, 4,3, |];
forbidden = [{0}, {0}, {4}, {}]; fixed = [0,0,3,0]; precedences = [{}, {1}, {}, {}];
"""


def test_conditions_reach_the_engine(context: Flask, now: datetime) -> None:
    with unit_of_work():
        event_id = create(dzn.parse(INSTANCE, fairness=None), "Foro", "importaciones", now=now)
    problem = schedules.build_problem(db.session.get_one(Event, event_id))
    by_number = sorted(problem.requests, key=lambda request: request.id)
    numbers = {str(r.id): r.number for r in db.session.get_one(Event, event_id).registrations}
    told = sorted(
        (
            tuple(sorted((numbers[request.a], numbers[request.b]))),
            tuple(request.slots) if request.slots is not None else None,
            len(request.after),
        )
        for request in by_number
    )
    assert told == [
        ((1, 2), (0, 1), 0),
        ((1, 3), (0, 1, 2), 1),
        ((2, 4), (2,), 0),
        ((3, 4), (0, 1, 2), 0),
    ]
    assert [len(block.slots) for block in db.session.get_one(Event, event_id).blocks] == [4]
    assert problem.tables is not None
    assert len(problem.tables) == 2


def test_a_move_outside_the_session_breaks_a_rule(context: Flask, now: datetime) -> None:
    with unit_of_work():
        event_id = create(dzn.parse(INSTANCE, fairness=None), "Foro", "importaciones", now=now)
    problem = schedules.build_problem(db.session.get_one(Event, event_id))
    morning = next(request for request in problem.requests if tuple(request.slots or ()) == (0, 1))
    desks = tuple(desk.id for c in problem.companies if c.id in {morning.a, morning.b} for desk in c.desks)
    assert problem.tables is not None
    broken = checker.violations(problem, [Meeting(morning.id, 3, problem.tables[0].id, desks)])
    assert len(broken) == 1


def test_what_cannot_be_kept_is_refused_whole(context: Flask, now: datetime) -> None:
    problem = dzn.parse(INSTANCE.replace("|2, 4,2,", "|2, 1,2,"), fairness=None)
    with pytest.raises(ValueError, match="two meetings of the same two participants"), unit_of_work():
        create(problem, "Foro", "importaciones", now=now)
    assert db.session.query(Event).count() == 0
    assert db.session.query(Slot).count() == 0
