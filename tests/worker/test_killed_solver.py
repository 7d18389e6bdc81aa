"""kill -9 of the worker in a run, at every stage of it: nothing half done, and the best found so far is offered.

Twice in the usual tests; `ENCUENTRO_KILLS=20 pytest tests/worker/test_killed_solver.py` kills as often as one likes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eventsapp.db import db, unit_of_work
from eventsapp.domain.lifecycle import FINISHED_RUNS
from eventsapp.domain.values import JobState, Side
from eventsapp.models import Job, Placement, Run, Schedule
from eventsapp.services import runs, schedules
from tests import make
from tests.worker.processes import engine_of, is_gone, wait_for, worker

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("ENCUENTRO_KILLS", "2"))
HOST = "encuentro.example"
SECONDS = 15  # enough for a first answer to be stored while the engine goes on


def started(app: Flask) -> UUID:
    """A run over an event that takes the engine some time: everybody wants everybody, and time is short."""
    with app.app_context(), unit_of_work():
        event = make.event(slots=10, tables=6)
        buyers = [make.registration(event, Side.BUYER) for _ in range(8)]
        for supplier in [make.registration(event, Side.SUPPLIER) for _ in range(20)]:
            for buyer in buyers:
                make.request(supplier, buyer)
        manager = make.organizer(event.organization)
        return runs.start(event, seconds=SECONDS, seed=1, actor=make.actor(manager), now=datetime.now(UTC)).id


def seen(app: Flask, run_id: UUID, look: Callable[[Run], object]) -> Callable[[], object]:
    """A look at the run as it is stored now."""

    def now() -> object:
        with app.app_context():
            return look(db.session.get_one(Run, run_id))

    return now


MOMENTS: dict[str, Callable[[Run], object]] = {
    "claimed": lambda run: run.job is not None and run.job.state is JobState.RUNNING,
    "begun": lambda run: run.started_at,
    "first figures": lambda run: run.progress.get("told"),
    "first answer": lambda run: run.progress.get("best") or run.status in FINISHED_RUNS,
    "later answer": lambda run: (run.progress.get("best") or {}).get("seconds", 0) > 3 or run.status in FINISHED_RUNS,
    "last phase": lambda run: run.progress.get("phase") in {"idle", "moves", "reasons", "done"},
}


@pytest.mark.parametrize("number", range(KILLS))
def test_nothing_is_half_done(sqlite_app: Flask, number: int) -> None:
    app, moment = sqlite_app, [*MOMENTS][(number + 4) % len(MOMENTS)]
    run_id = started(app)
    with worker(app) as first:
        wait_for(seen(app, run_id, MOMENTS[moment]))
        engine = engine_of(first.pid)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        if engine is not None:
            wait_for(lambda: is_gone(engine))  # no engine works on for nobody
    check(app, run_id)
    with app.app_context(), unit_of_work():
        db.session.execute(update(Job).values(beat_at=datetime.now(UTC) - timedelta(minutes=5)))
    best = seen(app, run_id, lambda run: run.progress.get("best"))()
    offered = seen(app, run_id, lambda run: runs.offers_best(run, datetime.now(UTC)))()
    assert offered == (best is not None)  # whatever was stored before the end of the worker is offered
    if offered:
        with app.app_context(), unit_of_work():
            run = db.session.get_one(Run, run_id)
            manager = make.organizer(run.event.organization)
            draft = runs.take_best(run, actor=make.actor(manager), now=datetime.now(UTC), host=HOST)
            assert draft is not None
            kept = ("placed", "value", "fairness", "idle", "seconds")
            assert {name: run.progress[name] for name in kept} == {name: best[name] for name in kept}  # type: ignore[index]
    else:
        with worker(app) as second:
            wait_for(seen(app, run_id, lambda run: run.job is not None and run.job.state is JobState.DONE), 120)
            with suppress(ProcessLookupError):
                second.terminate()
            second.wait()
    assert check(app, run_id) > 0


def check(app: Flask, run_id: UUID) -> int:
    """Whole or nothing: no draft while the run is open, else one legal draft with all that the run says it placed."""
    with app.app_context():
        run = db.session.get_one(Run, run_id)
        drafts = db.session.scalars(select(Schedule)).all()
        placed = db.session.scalar(select(func.count()).select_from(Placement)) or 0
        if run.status not in FINISHED_RUNS:
            assert (drafts, placed) == ([], 0)
            return 0
        (draft,) = drafts
        assert (placed, run.job and run.job.state) == (run.progress["placed"], JobState.DONE)
        assert schedules.judge(draft).violations() == ()
        return placed
