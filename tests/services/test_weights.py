"""What a meeting is worth to an event: chosen by the organizer, taken by runs, and kept by what was made before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.values import RunKind
from eventsapp.domain.worth import RECOMMENDED, Weights
from eventsapp.models import AuditEntry, Registration, Schedule
from eventsapp.scheduling import archive, certificate
from eventsapp.scheduling.problem import DEFAULT_OBJECTIVE, Level
from eventsapp.scheduling.solve import solve
from eventsapp.services import (
    adjustments,
    certificates,
    event_copies,
    repairs,
    run_options,
    runs,
    scenarios,
    schedules,
)
from eventsapp.services.repairs import News
from eventsapp.services.scenarios import Change
from tests.services.scheduling_bench import HOST, Bench, solved_draft

CHOSEN = replace(RECOMMENDED, both_asked=1200, buyer_asked=600, supplier_asked=450)


@pytest.fixture
def bench(context: Flask) -> Bench:
    return Bench.make()


def choose(bench: Bench, weights: Weights, now: datetime, *, actor: Actor | None = None) -> None:
    with unit_of_work():
        run_options.set_for_event(
            bench.event, DEFAULT_OBJECTIVE, weights, version=bench.event.version, actor=actor or bench.actor, now=now
        )


def values(schedule: Schedule) -> set[int]:
    return {request.value for request in schedules.judge(schedule).problem.requests}


def figures(schedule: Schedule) -> dict[str, float]:
    return {level["level"]: level["value"] for level in certificates.build(schedule)["certificate"]["levels"]}


def test_runs_take_the_weights_of_the_event_and_say_so(bench: Bench, now: datetime) -> None:
    choose(bench, CHOSEN, now)
    run, _outcome = bench.solve(now)
    assert run.problem is not None
    assert {request["value"] for request in run.problem["requests"]} == {660}
    assert run_options.from_dict(run.options).weights == CHOSEN
    draft = schedules.find_current(bench.event)
    assert draft is not None
    assert draft.weights == CHOSEN.to_dict()
    data = certificates.read(bench.publish(draft, now))
    assert data["certificate"]["about"]["weights"] == CHOSEN.to_dict()
    assert {request["value"] for request in data["problem"]["requests"]} == {660}
    assert certificate.verified(data) == []


def test_what_was_made_before_keeps_its_values(bench: Bench, now: datetime) -> None:
    published = bench.publish(solved_draft(bench, now), now)
    run = published.run
    assert run is not None
    before = (values(published), figures(published), certificates.read(published), run.outcome)
    choose(bench, CHOSEN, now)
    db.session.expire_all()
    assert (values(published), figures(published), certificates.read(published), run.outcome) == before
    assert values(published) == {460}
    assert certificate.verified(certificates.read(published)) == []
    again = solve(archive.problem_from_dict(run.problem), seconds=10, seed=run.seed, workers=1)
    assert archive.outcome_to_dict(again)["meetings"] == before[3]["meetings"]
    assert {request.value for request in schedules.build_problem(bench.event).requests} == {660}


def test_a_copy_and_its_changes_by_hand_count_as_the_version_does(bench: Bench, now: datetime) -> None:
    published = bench.publish(solved_draft(bench, now), now)
    choose(bench, CHOSEN, now)
    with unit_of_work():
        draft = schedules.copy(published, actor=bench.actor, now=now, host=HOST)
    place = schedules.list_placements(draft)[0]
    with unit_of_work():
        adjustments.unschedule(draft, place.meeting, edit=draft.edit, actor=bench.actor, now=now, host=HOST)
    worth = {level["level"]: level["value"] for level in draft.levels}
    assert worth["value"] == figures(published)["value"] - 460
    assert {missing.pair.value for missing in schedules.list_missing(draft, schedules.list_seats(draft))} == {460}
    with unit_of_work():
        adjustments.place(
            draft, place.meeting.a_id, place.meeting.b_id, slot=place.slot, table=place.table, edit=draft.edit,
            actor=bench.actor, now=now, host=HOST,
        )  # fmt: skip
    assert {seat.value for seat in schedules.list_seats(draft)} == {460}


def test_scenarios_and_repairs_count_as_what_they_are_compared_with(bench: Bench, now: datetime) -> None:
    bench.publish(solved_draft(bench, now), now)
    choose(bench, CHOSEN, now)
    levels = (Level("fairness"), Level("value"))
    for change in (Change("table"), Change("levels", options=run_options.Options(levels))):
        with unit_of_work():
            tried = scenarios.start(bench.event, change, seconds=10, seed=1, actor=bench.actor, now=now)
        assert tried.problem is not None
        assert {request["value"] for request in tried.problem["requests"]} == {460}
        assert scenarios.change_of(tried).kind == change.kind
        bench.work(tried, now)
    with unit_of_work():
        gone = frozenset({bench.suppliers[0].id})
        repair = repairs.start(bench.event, News(cancelled=gone), seconds=10, seed=1, actor=bench.actor, now=now)
    assert repair.problem is not None
    assert repair.kind is RunKind.REPAIR
    assert {request["value"] for request in repair.problem["requests"]} == {460}
    bench.work(repair, now)
    with unit_of_work():
        draft = repairs.accept(repair, actor=bench.actor, now=now, host=HOST)
    assert draft.weights == RECOMMENDED.to_dict()


def test_a_run_from_before_there_were_weights_has_the_recommended_ones(bench: Bench, now: datetime) -> None:
    run, _outcome = bench.solve(now)
    stored = {name: value for name, value in run.options.items() if name != "weights"}
    assert run_options.from_dict(stored).weights == RECOMMENDED
    assert run_options.from_dict({}).weights == RECOMMENDED


def test_the_log_has_before_and_after_and_nothing_when_nothing_changed(bench: Bench, now: datetime) -> None:
    choose(bench, CHOSEN, now)
    choose(bench, CHOSEN, now)
    choose(bench, RECOMMENDED, now)
    assert bench.event.weights == {}
    query = select(AuditEntry).where(AuditEntry.action == "event.weights_changed").order_by(AuditEntry.at)
    said = [(entry.detail["was"], entry.detail["now_is"]) for entry in db.session.scalars(query)]
    assert sorted(said, key=str) == sorted([({}, CHOSEN.to_dict()), (CHOSEN.to_dict(), {})], key=str)


def test_a_copy_of_the_event_has_its_weights(bench: Bench, now: datetime) -> None:
    choose(bench, CHOSEN, now)
    with unit_of_work():
        other = event_copies.copy(
            bench.event, name="Otro", code="otro", first_day=date(2028, 3, 9), actor=bench.actor, now=now
        )
    assert run_options.of_event(other).weights == CHOSEN


def test_two_people_and_points_that_cannot_be_chosen_are_refused(bench: Bench, now: datetime) -> None:
    seen = bench.event.version
    choose(bench, CHOSEN, now)
    with pytest.raises(Conflict), unit_of_work():
        run_options.set_for_event(
            bench.event, DEFAULT_OBJECTIVE, RECOMMENDED, version=seen, actor=bench.actor, now=now
        )  # fmt: skip
    with pytest.raises(DomainError, match="both_worth_less"):
        choose(bench, replace(RECOMMENDED, both_asked=500, buyer_asked=600), now)
    with pytest.raises(ValueError, match="affinity"):
        choose(bench, replace(RECOMMENDED, affinity=10**9), now)
    assert run_options.of_event(bench.event).weights == CHOSEN


def test_what_an_organizer_wants_comes_out(context: Flask, now: datetime) -> None:
    """One round and one table: by the usual weights the buyer's wish wins, by others that of the better supplier."""
    bench = Bench.make(buyers=2, suppliers=1, slots=1, tables=1)
    asked, asking = bench.buyers
    supplier = bench.suppliers[0]
    with unit_of_work():
        db.session.get_one(Registration, asking.id).priority = 4
    choose(bench, replace(RECOMMENDED, priority=0), now)
    problem = schedules.build_problem(bench.event)
    assert len({request.value for request in problem.requests}) == 1
    choose(bench, replace(RECOMMENDED, priority=40), now)
    run, outcome = bench.solve(now)
    held = [meeting["request"] for meeting in outcome["meetings"]]
    assert held == [schedules.request_id(asking.id, supplier.id)]
    assert asked.priority == 0
    assert runs.find_draft(run) is not None
