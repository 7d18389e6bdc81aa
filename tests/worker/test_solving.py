"""Runs of the engine through real processes: stored once, stopped on demand, and lost by no death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import JobState, RunStatus, Side
from eventsapp.models import Job, Placement, Run, Schedule
from eventsapp.scheduling import archive, checker
from eventsapp.scheduling.comparison import is_better
from eventsapp.scheduling.problem import Company, Desk, Problem, Request, Slot, Table
from eventsapp.services import jobs, runs
from eventsapp.worker import runner, solving, tasks
from eventsapp.worker.solving import EngineFailed, memory_limit, run_engine
from tests import make
from tests.worker.processes import engine_of, held_engine_of, is_gone, wait_for, worker

pytestmark = pytest.mark.slow


def started(app: Flask) -> UUID:
    """A run that waits for a worker: two buyers and three suppliers who all want each other."""
    with app.app_context(), unit_of_work():
        event = make.event()
        buyers = [make.registration(event, Side.BUYER) for _ in range(2)]
        for supplier in [make.registration(event, Side.SUPPLIER) for _ in range(3)]:
            for buyer in buyers:
                make.request(supplier, buyer)
        manager = make.organizer(event.organization)
        return runs.start(event, seconds=20, seed=1, actor=make.actor(manager), now=datetime.now(UTC)).id


def found(app: Flask, run_id: UUID) -> tuple[RunStatus, JobState, int, int, int]:
    """The run, its job, the attempts, and how many schedules and placements there are."""
    with app.app_context():
        run = db.session.get_one(Run, run_id)
        assert run.job is not None
        schedules = db.session.scalar(select(func.count()).select_from(Schedule)) or 0
        placements = db.session.scalar(select(func.count()).select_from(Placement)) or 0
        return run.status, run.job.state, run.job.attempt, schedules, placements


def let_the_lease_run_out(app: Flask) -> None:
    """As if the worker had been silent for minutes."""
    with app.app_context(), unit_of_work():
        db.session.execute(update(Job).values(beat_at=datetime.now(UTC) - timedelta(minutes=5)))


DONE = (RunStatus.OPTIMAL, JobState.DONE)


def test_a_run_becomes_a_draft(app: Flask) -> None:
    run_id = started(app)
    runner.run_until_idle(app)
    assert found(app, run_id) == (*DONE, 1, 1, 6)


def test_a_worker_killed_in_the_middle_of_a_solve_loses_nothing(app: Flask) -> None:
    run_id = started(app)
    with worker(app, holds_engine=True) as first:
        engine = wait_for(lambda: held_engine_of(first.pid))
        wait_for(lambda: found(app, run_id)[0] is RunStatus.RUNNING)
        first.kill()
        first.wait()
        os.kill(engine, signal.SIGCONT)
        wait_for(lambda: is_gone(engine))  # a child dies with its parent
    assert found(app, run_id) == (RunStatus.RUNNING, JobState.RUNNING, 1, 0, 0)
    let_the_lease_run_out(app)
    with worker(app) as second:
        wait_for(lambda: found(app, run_id)[1] is JobState.DONE)
        assert found(app, run_id) == (*DONE, 2, 1, 6)
        second.terminate()
        assert second.wait(20) == 0


def test_the_late_result_of_a_paused_worker_is_refused(sqlite_app: Flask) -> None:
    run_id = started(sqlite_app)
    with worker(sqlite_app, holds_engine=True) as paused:
        engine = wait_for(lambda: held_engine_of(paused.pid))
        wait_for(lambda: found(sqlite_app, run_id)[1] is JobState.RUNNING)
        os.kill(paused.pid, signal.SIGSTOP)
        let_the_lease_run_out(sqlite_app)
        with worker(sqlite_app):
            wait_for(lambda: found(sqlite_app, run_id)[1] is JobState.DONE)
        assert found(sqlite_app, run_id) == (*DONE, 2, 1, 6)
        os.kill(paused.pid, signal.SIGCONT)
        os.kill(engine, signal.SIGCONT)
        wait_for(lambda: is_gone(engine))
        paused.terminate()
        assert paused.wait(20) == 0
    assert found(sqlite_app, run_id) == (*DONE, 2, 1, 6)


def test_a_worker_that_is_told_to_stop_gives_the_job_back(sqlite_app: Flask) -> None:
    run_id = started(sqlite_app)
    with worker(sqlite_app, holds_engine=True) as first:
        engine = wait_for(lambda: held_engine_of(first.pid))
        wait_for(lambda: found(sqlite_app, run_id)[0] is RunStatus.RUNNING)
        first.terminate()
        assert first.wait(20) == 0
        assert is_gone(engine)
    assert found(sqlite_app, run_id)[1:3] == (JobState.QUEUED, 1)
    runner.run_until_idle(sqlite_app)
    assert found(sqlite_app, run_id) == (*DONE, 2, 1, 6)


def test_a_run_that_kills_three_workers_has_failed_with_a_reason(sqlite_app: Flask) -> None:
    run_id = started(sqlite_app)
    for attempt in range(1, 4):
        with sqlite_app.app_context(), unit_of_work():
            job_id = db.session.get_one(Run, run_id).job_id
            assert job_id is not None
            assert jobs.claim(job_id, f"worker {attempt}", now=datetime.now(UTC)) is not None
        let_the_lease_run_out(sqlite_app)
        with sqlite_app.app_context():
            assert tasks.reap() == (attempt == 3)
    assert found(sqlite_app, run_id)[:3] == (RunStatus.FAILED, JobState.FAILED, 3)
    with sqlite_app.app_context():
        assert db.session.get_one(Run, run_id).error == "worker_lost"


def test_a_cancelled_run_stores_nothing(sqlite_app: Flask) -> None:
    run_id = started(sqlite_app)
    with worker(sqlite_app, holds_engine=True) as process:  # even when the engine does not answer
        engine = wait_for(lambda: held_engine_of(process.pid))
        wait_for(lambda: found(sqlite_app, run_id)[0] is RunStatus.RUNNING)
        with sqlite_app.app_context(), unit_of_work():
            run = db.session.get_one(Run, run_id)
            runs.stop(run, "cancel", actor=make.actor(make.organizer(run.event.organization)), now=datetime.now(UTC))
        asked = time.monotonic()
        wait_for(lambda: found(sqlite_app, run_id)[0] is RunStatus.CANCELLED)
        assert time.monotonic() - asked < solving.CANCEL_SECONDS + 5
        assert is_gone(engine)
    assert found(sqlite_app, run_id) == (RunStatus.CANCELLED, JobState.DONE, 1, 0, 0)


# The engine's process by itself ---------------------------------------------------------------------------------------


def problem(suppliers: int = 3) -> dict[str, Any]:
    start = datetime(2027, 3, 9, 15, tzinfo=UTC)
    slots = tuple(
        Slot(start + timedelta(minutes=25 * n), start + timedelta(minutes=25 * n + 20), "morning") for n in range(6)
    )
    every = tuple(range(6))
    buyer = Company("b", "buyer", (Desk("b-1", every),))
    others = tuple(Company(f"s{n}", "supplier", (Desk(f"s{n}-1", every),)) for n in range(suppliers))
    requests = tuple(Request(f"r{n}", "b", f"s{n}", 10) for n in range(suppliers))
    return archive.problem_to_dict(Problem(slots, (buyer, *others), requests, tables=(Table("1"), Table("2"))))


def task(**changes: Any) -> dict[str, Any]:
    return {"problem": problem(), "seconds": 5, "seed": 1, "workers": 1, "memory": memory_limit(), **changes}


def nothing() -> None:
    """Nobody wants anything."""


def test_the_engine_answers_with_progress_and_an_outcome() -> None:
    told: list[dict[str, Any]] = []
    outcome = run_engine(task(), ask=nothing, tell=told.append)
    assert archive.outcome_from_dict(outcome).status == "optimal"
    assert len(outcome["meetings"]) == 3
    assert told
    assert set(told[0]) == {"seconds", "limit", "phase", "placed", "asked", "value", "bound", "meetings"}


def test_a_search_stores_its_answers_on_the_way_and_never_ends_worse() -> None:
    kept: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    asked = task(problem=crowded(), seconds=16)
    outcome = run_engine(asked, ask=nothing, tell=told.append, keep=kept.append)
    problem = archive.problem_from_dict(asked["problem"])
    final = archive.outcome_from_dict(outcome)
    assert checker.verify(problem, final) == []
    for best in kept:
        first = archive.outcome_from_dict(best)
        assert checker.verify(problem, first) == []
        assert not is_better(first, final, problem.levels)
    values = [figures["value"] for figures in told if figures["placed"]]
    assert values == sorted(values)
    assert kept or final.status == "optimal"


def crowded() -> dict[str, Any]:
    """Everybody wants everybody, and there is not enough room."""
    start = datetime(2027, 3, 9, 15, tzinfo=UTC)
    slots = tuple(
        Slot(start + timedelta(minutes=25 * n), start + timedelta(minutes=25 * n + 20), "morning") for n in range(10)
    )
    every = tuple(range(10))
    buyers = tuple(Company(f"b{n}", "buyer", (Desk(f"b{n}-1", every),)) for n in range(8))
    suppliers = tuple(Company(f"s{n}", "supplier", (Desk(f"s{n}-1", every[n % 4 :]),)) for n in range(20))
    requests = tuple(
        Request(f"{b.id}{s.id}", b.id, s.id, 10 + (len(b.id + s.id) * i) % 7)
        for b in buyers
        for i, s in enumerate(suppliers)
    )
    tables = tuple(Table(str(n)) for n in range(6))
    return archive.problem_to_dict(Problem(slots, (*buyers, *suppliers), requests, tables=tables))


def test_an_engine_that_does_not_end_is_stopped() -> None:
    with pytest.raises(EngineFailed, match="engine_late"):
        run_engine(task(seconds=0), ask=nothing, tell=lambda _: None, grace=0)


def test_an_engine_without_memory_says_so() -> None:
    with pytest.raises(EngineFailed) as caught:
        run_engine(task(memory=40 * 2**20), ask=nothing, tell=lambda _: None)
    assert caught.value.code in {"engine_memory", "engine_crashed"}


def test_an_unusable_problem_is_refused_with_its_place() -> None:
    broken = problem()
    broken["requests"][0]["a"] = "nobody"
    with pytest.raises(EngineFailed) as caught:
        run_engine(task(problem=broken), ask=nothing, tell=lambda _: None)
    assert (caught.value.code, "requests[0]" in caught.value.detail) == ("problem_unusable", True)


def test_what_interrupts_the_waiting_ends_the_engine() -> None:
    class Enough(Exception):
        pass

    seen: list[int] = []

    def ask() -> None:
        engine = engine_of(os.getpid())
        if engine:
            seen.append(engine)
            raise Enough

    with pytest.raises(Enough):
        run_engine(task(), ask=ask, tell=lambda _: None)
    assert is_gone(seen[0])


def test_this_process_never_loads_the_engine() -> None:
    code = "import sys; import eventsapp.worker.runner; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
