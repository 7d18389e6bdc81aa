"""Runs: started once, judged before they are stored, refused when they come late; on both databases."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import Conflict, DomainError, Forbidden
from eventsapp.domain.values import JobState, RequestStatus, Role, RunKind, RunStatus
from eventsapp.models import Absence, AuditEntry, Event, Job, Meeting, Placement, Request, Run, Schedule, Slot, Table
from eventsapp.scheduling import archive, checker
from eventsapp.scheduling.solve import solve
from eventsapp.services import adjustments, run_figures, runs, scenarios, schedules
from tests import make
from tests.races import both
from tests.services.scheduling_bench import HOST, Bench, claimed, solved_draft


@pytest.fixture
def bench(context: Flask) -> Bench:
    return Bench.make()


def start(bench: Bench, now: datetime, **changes: Any) -> Run:
    with unit_of_work():
        return runs.start(bench.event, **{"seconds": 10, "seed": 1, "actor": bench.actor, "now": now, **changes})


def refusal(act: Callable[[], object]) -> tuple[str, dict[str, object]]:
    with pytest.raises(DomainError) as caught, unit_of_work():
        act()
    return caught.value.code, caught.value.params


def test_a_run_is_a_row_with_its_problem_and_a_job(bench: Bench, now: datetime) -> None:
    run = start(bench, now, seconds=60, seed=7)
    assert (run.number, run.status, run.seconds, run.seed) == (1, RunStatus.QUEUED, 60, 7)
    assert archive.problem_from_dict(run.problem).requests == schedules.build_problem(bench.event).requests
    assert run.progress == {
        "asked": 8, "ceiling": 6, "companies": 6, "tables": 3, "slots": 3, "pinned": 0, "musts": 0, "wished_by": 6,
    }  # fmt: skip
    job = db.session.scalars(select(Job)).one()
    assert (job.id, job.kind, job.payload) == (run.job_id, "solve", {"run_id": str(run.id)})
    assert [entry.action for entry in db.session.scalars(select(AuditEntry))] == ["run.started"]


def test_only_organizers_start_runs(bench: Bench, now: datetime) -> None:
    for role in (Role.REVIEWER, Role.FLOOR, Role.OBSERVER):
        with unit_of_work():
            actor = make.actor(make.organizer(bench.event.organization, role))
        with pytest.raises(Forbidden):
            start(bench, now, actor=actor)
    with unit_of_work():
        stranger = make.actor(make.organizer(make.organization()))
    for actor in (stranger, Actor()):
        with pytest.raises(Forbidden):
            start(bench, now, actor=actor)
    assert db.session.scalar(select(func.count()).select_from(Run)) == 0


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"tables": 0}, "no_tables"),
        ({"buyers": 0, "suppliers": 0}, "no_companies"),
        ({"buyers": 0}, "no_requests"),
    ],
)
def test_what_cannot_be_solved_is_said_before_anybody_waits(
    context: Flask, now: datetime, spoil: dict[str, int], code: str
) -> None:
    bench = Bench.make(**spoil)  # type: ignore[arg-type]
    assert refusal(lambda: start(bench, now))[0] == code
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_an_event_without_rounds_is_not_solved(bench: Bench, now: datetime) -> None:
    with unit_of_work():
        db.session.execute(delete(Slot))
    assert refusal(lambda: start(bench, now))[0] == "no_slots"


@pytest.mark.parametrize(("seconds", "seed"), [(0, 1), (-5, 1), (3601, 1), (10, -1), (10, 2**31)])
def test_limits_of_time_and_seed(bench: Bench, now: datetime, seconds: int, seed: int) -> None:
    assert refusal(lambda: start(bench, now, seconds=seconds, seed=seed))[0] in ("run_seconds", "run_seed")


def test_one_run_at_a_time(bench: Bench, now: datetime) -> None:
    first = start(bench, now)
    assert refusal(lambda: start(bench, now)) == ("run_active", {"number": first.number})
    bench.work(first, now)
    assert start(bench, now).number == 2


def test_two_who_start_at_once_start_one_run(bench: Bench, now: datetime) -> None:
    event_id, actor = bench.event.id, bench.actor

    def begin() -> str:
        event = db.session.get_one(Event, event_id)
        with unit_of_work():
            return str(runs.start(event, seconds=10, seed=1, actor=actor, now=now).number)

    assert both(begin, begin) == ["1", "run_active"]
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_pin_that_is_no_longer_possible_is_named(bench: Bench, now: datetime) -> None:
    draft = solved_draft(bench, now)
    place = schedules.list_placements(draft)[0]
    with unit_of_work():
        adjustments.pin(draft, place.meeting, edit=draft.edit, actor=bench.actor, now=now, host=HOST)
        db.session.add(Absence(desk=place.desk_b, starts_at=place.slot.starts_at, ends_at=place.slot.ends_at))
    code, params = refusal(lambda: start(bench, now))
    at = place.slot.starts_at.astimezone(bench.event.zone)
    names = {"a": place.meeting.a.company.name, "b": place.meeting.b.company.name}
    assert (code, params) == ("pin_impossible", {**names, "at": at})


def test_progress_keeps_the_latest_and_a_thinned_curve(bench: Bench, now: datetime) -> None:
    run = bench.start(now)
    with unit_of_work():
        runs.begin(run, attempt=1, now=now)
        for step in range(1000):
            figures = {"seconds": step / 10, "limit": 100, "phase": "value", "placed": 1 + step // 200, "asked": 8,
                       "value": step, "bound": 2000, "meetings": 1}  # fmt: skip
            runs.progress(run, figures, now, attempt=1)
    latest = {name: run.progress[name] for name in ("seconds", "phase", "placed", "value", "bound", "told")}
    assert latest == {"seconds": 99.9, "phase": "value", "placed": 5, "value": 999, "bound": 2000, "told": 1000}
    assert run.status is RunStatus.RUNNING
    assert len(run.curve) <= run_figures.MAX_POINTS
    assert run.curve[0] == {"seconds": 0.0, "placed": 1, "value": 0, "bound": 2000}
    assert run.curve[-1] == {"seconds": 99.9, "placed": 5, "value": 999, "bound": 2000}
    times = [point["seconds"] for point in run.curve]
    assert times == sorted(set(times))


def test_a_finished_run_says_what_it_reached(bench: Bench, now: datetime) -> None:
    run, outcome = bench.solve(now)
    assert run.status is RunStatus.OPTIMAL
    assert run.outcome == outcome
    assert run.ended_at == now
    value = next(level for level in outcome["levels"] if level["level"] == "value")
    assert {name: run.progress[name] for name in ("placed", "value", "bound", "with_meetings", "musts_placed")} == {
        "placed": 6, "value": value["value"], "bound": value["bound"], "with_meetings": 6, "musts_placed": 0,
    }  # fmt: skip
    draft = runs.find_draft(run)
    assert draft is not None
    assert draft.number == 1


def changed(outcome: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    spoiled = copy.deepcopy(outcome)
    change(spoiled)
    return spoiled


TAMPERED: dict[str, Callable[[dict[str, Any]], object]] = {
    "two meetings of a desk at once": lambda o: o["meetings"][1].update(
        o["meetings"][0], request=o["meetings"][1]["request"]
    ),
    "everything in one slot": lambda o: [meeting.update(slot=0) for meeting in o["meetings"]],
    "an unknown request": lambda o: o["meetings"][0].update(request="nobody:nothing"),
    "an unknown table": lambda o: o["meetings"][0].update(table="nowhere"),
    "a slot that is not there": lambda o: o["meetings"][0].update(slot=99),
    "a meeting too many": lambda o: o["meetings"].append(o["meetings"][0]),
    "a value that is not true": lambda o: o["levels"][2].update(value=10**6, bound=10**6),
    "a reason forgotten": lambda o: o["unscheduled"].pop(),
    "a status that is not one": lambda o: o.update(status="wonderful"),
    "no meetings at all": lambda o: o.pop("meetings"),
    "another format": lambda o: o.update(format="other/1"),
    "a text for a slot": lambda o: o["meetings"][0].update(slot="0; DROP TABLE run"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_the_judge_refuses_never_becomes_a_draft(bench: Bench, now: datetime, name: str) -> None:
    run = bench.start(now)
    with unit_of_work():
        problem = runs.begin(run, attempt=1, now=now)
    outcome = archive.outcome_to_dict(solve(problem, seconds=10, seed=1, workers=1))
    with unit_of_work():
        assert runs.finish(run, changed(outcome, TAMPERED[name]), now, attempt=1, host=HOST) is None
    assert (run.status, run.error) == (RunStatus.FAILED, "checker_refused")
    assert run.progress["technical"]
    assert _count(Schedule) == _count(Placement) == _count(Meeting) == 0


def _count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_an_old_workers_late_result_is_refused(bench: Bench, now: datetime) -> None:
    run = bench.start(now)
    with unit_of_work():
        problem = runs.begin(run, attempt=1, now=now)
    outcome = archive.outcome_to_dict(solve(problem, seconds=10, seed=1, workers=1))
    claimed(run)
    with unit_of_work():
        runs.begin(run, attempt=2, now=now)
    with pytest.raises(Conflict), unit_of_work():
        runs.finish(run, outcome, now, attempt=1, host=HOST)
    assert (run.status, _count(Schedule)) == (RunStatus.RUNNING, 0)
    with unit_of_work():
        runs.progress(run, {"seconds": 9, "placed": 1, "value": 1, "bound": 1}, now, attempt=1)
        runs.finish(run, outcome, now, attempt=2, host=HOST)
    with pytest.raises(Conflict), unit_of_work():
        runs.finish(run, outcome, now, attempt=2, host=HOST)
    assert (run.status, _count(Schedule)) == (RunStatus.OPTIMAL, 1)


def test_stopping_keeps_the_best_found(bench: Bench, now: datetime) -> None:
    run = bench.start(now)
    with unit_of_work():
        problem = runs.begin(run, attempt=1, now=now)
    with unit_of_work():
        runs.stop(run, "keep", actor=bench.actor, now=now)
    assert run.job is not None
    assert run.job.wanted == "keep"
    outcome = archive.outcome_to_dict(solve(problem, seconds=10, seed=1, workers=1, stop=lambda: "keep"))
    with unit_of_work():
        assert runs.finish(run, outcome, now, attempt=1, host=HOST) is not None


def test_cancelling_stores_nothing_even_when_the_engine_was_faster(bench: Bench, now: datetime) -> None:
    run = bench.start(now)
    with unit_of_work():
        problem = runs.begin(run, attempt=1, now=now)
    outcome = archive.outcome_to_dict(solve(problem, seconds=10, seed=1, workers=1))
    with unit_of_work():
        runs.stop(run, "cancel", actor=bench.actor, now=now)
    with unit_of_work():
        runs.stop(run, "keep", actor=bench.actor, now=now)
    with unit_of_work():
        assert runs.finish(run, outcome, now, attempt=1, host=HOST) is None
    assert (run.status, _count(Schedule)) == (RunStatus.CANCELLED, 0)
    assert refusal(lambda: runs.stop(run, "keep", actor=bench.actor, now=now))[0] == "run_over"


def test_a_waiting_run_is_cancelled_at_once(bench: Bench, now: datetime) -> None:
    run = start(bench, now)
    with unit_of_work():
        runs.stop(run, "cancel", actor=bench.actor, now=now)
    assert run.job is not None
    assert (run.status, run.job.state, run.ended_at) == (RunStatus.CANCELLED, JobState.DONE, now)
    assert start(bench, now).number == 2


@pytest.mark.parametrize(
    ("status", "expected"),
    [("none", RunStatus.NO_SCHEDULE), ("infeasible", RunStatus.INFEASIBLE), ("cancelled", RunStatus.CANCELLED)],
)
def test_an_answer_without_meetings_is_no_draft(bench: Bench, now: datetime, status: str, expected: RunStatus) -> None:
    run = bench.start(now)
    with unit_of_work():
        runs.begin(run, attempt=1, now=now)
    answer = {
        "format": archive.SCHEDULE_FORMAT, "status": status, "meetings": [], "levels": [], "unscheduled": [],
        "seconds": 1.0, "seed": 1, "engine": "test", "prices": [], "detail": {},
    }  # fmt: skip
    with unit_of_work():
        assert runs.finish(run, answer, now, attempt=1, host=HOST) is None
    assert (run.status, _count(Schedule)) == (expected, 0)


def test_a_table_taken_away_meanwhile_is_a_reason_not_a_fault(bench: Bench, now: datetime) -> None:
    run = bench.start(now)
    with unit_of_work():
        problem = runs.begin(run, attempt=1, now=now)
    outcome = archive.outcome_to_dict(solve(problem, seconds=10, seed=1, workers=1))
    with unit_of_work():
        db.session.delete(db.session.scalars(select(Table)).first())
    with unit_of_work():
        assert runs.finish(run, outcome, now, attempt=1, host=HOST) is None
    assert (run.status, run.error, _count(Schedule)) == (RunStatus.FAILED, "data_changed", 0)


def test_a_failed_run_stays_failed(bench: Bench, now: datetime) -> None:
    run = bench.start(now)
    with unit_of_work():
        runs.fail(run, "engine_memory", now, detail="exit code -9")
    with unit_of_work():
        runs.fail(run, "worker_lost", now + timedelta(minutes=1))
        runs.progress(run, {"seconds": 1, "placed": 2, "value": 3, "bound": 4}, now)
    assert (run.status, run.error, run.ended_at) == (RunStatus.FAILED, "engine_memory", now)
    assert run.progress["technical"] == "exit code -9"


def test_a_second_run_can_keep_what_is_published(bench: Bench, now: datetime) -> None:
    draft = solved_draft(bench, now)
    bench.publish(draft, now)
    before = {(place.meeting_id, place.slot_id, place.table_id) for place in schedules.list_placements(draft)}
    with unit_of_work():
        late = make.registration(bench.event)
        make.request(bench.buyers[0], late)
    _run, outcome = bench.solve(now, seed=5, keep_published=True)
    assert outcome["levels"][0]["level"] == "changes"
    assert outcome["levels"][0]["value"] == 0
    second = schedules.find_current(bench.event)
    assert second is not None
    assert before <= {(place.meeting_id, place.slot_id, place.table_id) for place in schedules.list_placements(second)}


def test_from_the_freeze_time_on_only_a_search_is_refused(bench: Bench, now: datetime) -> None:
    """A draft before anything is published, scenarios, and an event that never freezes may still be solved."""
    near = bench.event.starts_at - timedelta(hours=48)
    draft = solved_draft(bench, near)
    bench.publish(draft, near)
    assert refusal(lambda: start(bench, near)) == ("frozen", {})
    assert start(bench, near - timedelta(seconds=1)).status is RunStatus.QUEUED
    run = runs.find_active(bench.event)
    assert run is not None
    with unit_of_work():
        runs.stop(run, "cancel", actor=bench.actor, now=near)
    with unit_of_work():
        scenario = scenarios.start(
            bench.event, scenarios.Change("table"), seconds=5, seed=1, actor=bench.actor, now=near
        )
        runs.stop(scenario, "cancel", actor=bench.actor, now=near)
    with unit_of_work():
        bench.event.freeze_hours = 0
    assert start(bench, near).kind is RunKind.SEARCH


def test_a_withdrawn_request_is_not_asked_again(bench: Bench, now: datetime) -> None:
    bench.solve(now)
    with unit_of_work():
        gone = db.session.scalars(select(Request)).first()
        assert gone is not None
        gone.status = RequestStatus.WITHDRAWN
        name = schedules.request_id(gone.from_id, gone.to_id)
    asked = {request.id for request in schedules.build_problem(bench.event).requests}
    assert name not in asked
    assert len(asked) == 7


# The best so far ------------------------------------------------------------------------------------------------------


def begun(bench: Bench, now: datetime) -> tuple[Run, dict[str, Any]]:
    """A run in progress, and a true answer to it."""
    run = bench.start(now)
    with unit_of_work():
        problem = runs.begin(run, attempt=1, now=now)
    return run, archive.outcome_to_dict(solve(problem, seconds=10, seed=1, workers=1))


def kept(run: Run, outcome: dict[str, Any], attempt: int = 1) -> bool:
    """Whether an answer on the way is stored, as the worker does it."""
    problem = archive.problem_from_dict(run.problem)
    answer = runs.judged(problem, outcome)
    return answer is not None and runs.keep_best(run, problem, answer, attempt=attempt)


@pytest.mark.parametrize("name", TAMPERED)
def test_what_the_judge_refuses_is_not_kept(bench: Bench, now: datetime, name: str) -> None:
    run, outcome = begun(bench, now)
    with unit_of_work():
        assert not kept(run, changed(outcome, TAMPERED[name]))
    assert (run.incumbent, run.progress.get("best")) == (None, None)


def test_only_a_better_answer_of_the_same_attempt_is_kept(bench: Bench, now: datetime) -> None:
    run, outcome = begun(bench, now)
    with unit_of_work():
        assert not kept(run, outcome, attempt=2)
        assert kept(run, outcome)
        assert not kept(run, outcome)
    assert run.progress["best"]["placed"] == 6
    assert not runs.offers_best(run, now)


def worse(outcome: dict[str, Any], problem: Any) -> dict[str, Any]:
    """A true answer with one meeting less."""
    gone = outcome["meetings"][-1]["request"]
    spoiled = copy.deepcopy(outcome)
    spoiled["meetings"].pop()
    spoiled["unscheduled"].append({"request": gone, "reason": "not_proven", "detail": {}})
    held = archive.outcome_from_dict({**spoiled, "levels": []}).meetings
    score = checker.score(problem, held)
    spoiled["levels"] = [
        {"level": level["level"], "value": score.of(level["level"]), "bound": None, "optimal": False}
        for level in outcome["levels"]
    ]
    spoiled["status"] = "feasible"
    return spoiled


def test_the_end_is_never_worse_than_what_was_kept(bench: Bench, now: datetime) -> None:
    run, outcome = begun(bench, now)
    with unit_of_work():
        kept(run, outcome)
    claimed(run)
    with unit_of_work():
        problem = runs.begin(run, attempt=2, now=now)
    assert runs.offers_best(run, now)
    with unit_of_work():
        draft = runs.finish(run, worse(outcome, problem), now, attempt=2, host=HOST)
    assert draft is not None
    assert len(schedules.list_placements(draft)) == 6
    assert (run.status, run.incumbent, run.progress["best"]) == (RunStatus.OPTIMAL, None, None)


def test_taking_the_best_ends_the_run_and_refuses_the_late_worker(bench: Bench, now: datetime) -> None:
    run, outcome = begun(bench, now)
    with unit_of_work():
        kept(run, outcome)
        assert run.job is not None
        run.job.beat_at = now - timedelta(minutes=1)
    assert refusal(lambda: runs.take_best(run, actor=Actor(), now=now, host=HOST))[0] == "forbidden"
    with unit_of_work():
        draft = runs.take_best(run, actor=bench.actor, now=now, host=HOST)
    assert draft is not None
    assert (run.status, run.job.state, len(schedules.list_placements(draft))) == (RunStatus.FEASIBLE, JobState.DONE, 6)
    with pytest.raises(Conflict), unit_of_work():
        runs.finish(run, outcome, now, attempt=1, host=HOST)
    assert refusal(lambda: runs.take_best(run, actor=bench.actor, now=now, host=HOST))[0] == "nothing_found_yet"
    assert _count(Schedule) == 1


def test_each_better_answer_replaces_the_one_before_and_the_curve_says_what_got_better(
    bench: Bench, now: datetime
) -> None:
    run, outcome = begun(bench, now)
    problem = archive.problem_from_dict(run.problem)
    figures = {"seconds": 1.0, "phase": "idle", "placed": 5, "value": 5, "bound": 9, "asked": 6, "limit": 60.0}
    with unit_of_work():
        runs.progress(run, figures, now, attempt=1)
        assert kept(run, worse(outcome, problem))
        first = run.progress["best"]
        runs.progress(run, {**figures, "seconds": 2.0, "placed": 6, "value": 6}, now, attempt=1)
        assert kept(run, outcome)
    best = run.progress["best"]
    assert (first["placed"], best["placed"], len(run.incumbent["meetings"])) == (5, 6, 6)  # type: ignore[index]
    assert [point["placed"] for point in run.curve] == [5, 5, 6, 6]
    assert run.curve[-1]["idle"] == best["idle"]
