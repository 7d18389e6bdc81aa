"""Scenarios: tried without a trace and applied for good; on both databases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import Role, RunKind
from eventsapp.models import Absence, AuditEntry, Block, Desk, Run, Schedule, Slot, Table
from eventsapp.scheduling.problem import Level
from eventsapp.services import run_options, runs, scenarios, schedules
from eventsapp.services.scenarios import Change
from tests import make
from tests.services.scheduling_bench import HOST, Bench


@pytest.fixture
def bench(context: Flask) -> Bench:
    return Bench.make(slots=3, tables=1, ends_at=datetime.fromisoformat("2027-03-09T18:00:00-06:00"))


def tried(bench: Bench, change: Change, now: datetime) -> Run:
    with unit_of_work():
        run = scenarios.start(bench.event, change, seconds=10, seed=1, actor=bench.actor, now=now)
    bench.work(run, now)
    return run


def state(bench: Bench) -> list[Any]:
    """Everything that a scenario might change."""
    db.session.expire_all()
    return [
        db.session.scalars(select(Table.label).order_by(Table.position)).all(),
        db.session.scalars(select(Slot.starts_at).order_by(Slot.starts_at)).all(),
        db.session.scalars(select(Block.ends_at)).all(),
        db.session.scalars(select(Absence.starts_at)).all(),
        [registration.max_meetings for registration in (*bench.buyers, *bench.suppliers)],
        db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.at, AuditEntry.action)).all(),
    ]


def changes(bench: Bench) -> dict[str, Change]:
    block = db.session.scalars(select(Block)).one()
    desk = db.session.scalars(select(Desk).where(Desk.registration_id == bench.buyers[0].id)).one()
    slot = db.session.scalars(select(Slot).order_by(Slot.starts_at)).first()
    assert slot is not None
    return {
        "table": Change("table", 2),
        "half_hour": Change("half_hour", block_id=block.id),
        "desk_slot": Change("desk_slot", desk_id=desk.id, slot_id=slot.id),
        "meeting": Change("meeting", registration_id=bench.buyers[0].id),
        "levels": Change("levels", options=run_options.Options((Level("fairness"), Level("value", 0.05)))),
    }


def with_limits(bench: Bench) -> None:
    """Buyer 0 has at most one meeting, and is away in the first round."""
    with unit_of_work():
        bench.buyers[0].max_meetings = 1
        slot = db.session.scalars(select(Slot).order_by(Slot.starts_at)).first()
        desk = db.session.scalars(select(Desk).where(Desk.registration_id == bench.buyers[0].id)).one()
        assert slot is not None
        db.session.add(Absence(desk=desk, starts_at=slot.starts_at, ends_at=slot.ends_at))


@pytest.mark.parametrize("kind", scenarios.KINDS)
def test_a_scenario_leaves_no_trace_and_no_draft(bench: Bench, now: datetime, kind: str) -> None:
    with_limits(bench)
    bench.solve(now)
    before = state(bench)
    change = changes(bench)[kind]
    run = tried(bench, change, now)
    after = state(bench)
    assert after[:-1] == before[:-1]
    assert after[-1] == sorted([*before[-1], "run.finished", "run.started"])
    assert (run.kind, run.status in runs.WITH_SCHEDULE) == (RunKind.SCENARIO, True)
    assert len(db.session.scalars(select(Schedule)).all()) == 1
    assert scenarios.change_of(run) == change
    base = scenarios.base_of(run)
    assert base is not None
    assert base.number == 1


@pytest.mark.parametrize(("kind", "placed"), [("table", 6), ("half_hour", 4), ("meeting", 3)])
def test_what_a_scenario_says_is_what_applying_it_gives(bench: Bench, now: datetime, kind: str, placed: int) -> None:
    bench.solve(now)
    if kind == "meeting":
        with_limits(bench)
    run = tried(bench, changes(bench)[kind], now)
    assert run.progress["placed"] == placed
    with unit_of_work():
        applied = scenarios.apply(run, actor=bench.actor, now=now, host=HOST)
    assert isinstance(applied, Run)
    assert applied.kind is RunKind.SEARCH
    bench.work(applied, now)
    assert {name: applied.progress[name] for name in ("placed", "value", "idle")} == {
        name: run.progress[name] for name in ("placed", "value", "idle")
    }
    draft = runs.find_draft(applied)
    assert draft is not None
    assert len(schedules.list_placements(draft)) == placed


def test_other_aims_give_their_schedule_as_a_draft_once(bench: Bench, now: datetime) -> None:
    bench.solve(now)
    run = tried(bench, changes(bench)["levels"], now)
    with unit_of_work():
        first = scenarios.apply(run, actor=bench.actor, now=now, host=HOST)
    with unit_of_work():
        second = scenarios.apply(run, actor=bench.actor, now=now, host=HOST)
    assert isinstance(first, Schedule)
    assert (first.number, second) == (2, first)
    assert [level["level"] for level in first.levels] == ["fairness", "value"]


def test_changes_that_cannot_be_made_are_refused_in_words(bench: Bench, now: datetime) -> None:
    foreign = make.event(bench.event.organization)
    db.session.commit()
    block = db.session.scalars(select(Block).where(Block.event_id == foreign.id)).one()
    slot = db.session.scalars(select(Slot).where(Slot.event_id == bench.event.id)).first()
    desk = db.session.scalars(select(Desk)).first()
    assert slot is not None
    assert desk is not None
    refused = {
        "foreign block": (Change("half_hour", block_id=block.id), "change_gone"),
        "no block": (Change("half_hour"), "change_gone"),
        "already there": (Change("desk_slot", desk_id=desk.id, slot_id=slot.id), "change_gone"),
        "no limit to raise": (Change("meeting", registration_id=bench.buyers[0].id), "change_gone"),
        "too many tables": (Change("table", 1000), "change_too_large"),
        "no aim": (Change("levels", options=run_options.Options(())), "run_without_aim"),
    }
    for name, (change, code) in refused.items():
        with pytest.raises(DomainError) as caught, unit_of_work():
            scenarios.start(bench.event, change, seconds=10, seed=1, actor=bench.actor, now=now)
        assert (name, caught.value.code) == (name, code)
    assert db.session.scalars(select(Run)).all() == []


def test_only_organizers_try_and_apply(bench: Bench, now: datetime) -> None:
    bench.solve(now)
    run = tried(bench, Change("table"), now)
    with unit_of_work():
        reviewer = make.actor(make.organizer(bench.event.organization, Role.REVIEWER))
    with pytest.raises(Forbidden), unit_of_work():
        scenarios.start(bench.event, Change("table"), seconds=10, seed=1, actor=reviewer, now=now)
    with pytest.raises(Forbidden), unit_of_work():
        scenarios.apply(run, actor=reviewer, now=now, host=HOST)
