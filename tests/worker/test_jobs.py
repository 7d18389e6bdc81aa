"""Jobs on both databases: one claims, the fencing number decides who may write, the silent are reaped."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import JobState
from eventsapp.models import Job
from eventsapp.services import jobs
from eventsapp.worker import runner, tasks
from eventsapp.worker.lease import Lease, kept_alive

LATER = jobs.SILENT_AFTER + timedelta(seconds=1)


def queued(now: datetime, kind: str = "solve", count: int = 1) -> list[UUID]:
    with unit_of_work():
        return [jobs.add(kind, {}, at=now + timedelta(seconds=n)).id for n in range(count)]


def state(job_id: UUID) -> tuple[JobState, str | None, int, str]:
    db.session.rollback()
    job = db.session.get_one(Job, job_id, populate_existing=True)
    return job.state, job.worker, job.attempt, job.error


def test_a_job_is_claimed_once(context: Flask, now: datetime) -> None:
    (job_id,) = queued(now)
    with unit_of_work():
        assert jobs.claim(job_id, "one", now=now) is not None
    with unit_of_work():
        assert jobs.claim(job_id, "two", now=now) is None
    assert state(job_id) == (JobState.RUNNING, "one", 1, "")


def test_twelve_jobs_delivered_to_three_workers_are_each_done_once(app: Flask, now: datetime) -> None:
    with app.app_context():
        waiting = queued(now, count=12)
    claims: list[tuple[UUID, str]] = []
    start = threading.Barrier(3)

    def work(name: str) -> None:
        start.wait()
        with app.app_context():
            for job_id in waiting:
                with unit_of_work():
                    job = jobs.claim(job_id, name, now=now)
                    attempt = job.attempt if job else 0
                if job is not None:
                    claims.append((job_id, name))
                    with unit_of_work():
                        assert jobs.finish(job_id, name, attempt, now=now)

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(job_id for job_id, _ in claims) == sorted(waiting)
    with app.app_context():
        assert set(db.session.scalars(select(Job.state))) == {JobState.DONE}


def test_a_silent_worker_loses_the_job_and_can_write_nothing_any_more(context: Flask, now: datetime) -> None:
    (job_id,) = queued(now)
    with unit_of_work():
        jobs.claim(job_id, "paused", now=now)
    with unit_of_work():
        assert jobs.reap(now=now + jobs.SILENT_AFTER) == []
    assert state(job_id)[0] is JobState.RUNNING
    with unit_of_work():
        assert jobs.reap(now=now + LATER) == []
    assert state(job_id) == (JobState.QUEUED, None, 1, "")
    with unit_of_work():
        jobs.claim(job_id, "second", now=now + LATER)
    with unit_of_work():
        assert not jobs.beat(job_id, "paused", 1, now=now)
        assert not jobs.finish(job_id, "paused", 1, now=now)
        assert not jobs.release(job_id, "paused", 1)
        assert not jobs.is_mine(job_id, "paused", 1)
        # The same worker name with the number of an older claim is refused as well.
        assert not jobs.finish(job_id, "second", 1, now=now)
        assert jobs.is_mine(job_id, "second", 2)
        assert jobs.finish(job_id, "second", 2, now=now)
    assert state(job_id) == (JobState.DONE, "second", 2, "")


def test_a_job_that_killed_three_workers_is_given_up(context: Flask, now: datetime) -> None:
    (job_id,) = queued(now)
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        with unit_of_work():
            assert jobs.claim(job_id, f"worker {attempt}", now=now) is not None
        with unit_of_work():
            lost = jobs.reap(now=now + LATER)
            assert [job.id for job in lost] == ([job_id] if attempt == jobs.MAX_ATTEMPTS else [])
    assert state(job_id) == (JobState.FAILED, "worker 3", 3, jobs.LOST)


def test_a_job_given_back_by_a_worker_that_stops_waits_for_another(context: Flask, now: datetime) -> None:
    (job_id,) = queued(now)
    with unit_of_work():
        jobs.claim(job_id, "one", now=now)
    with unit_of_work():
        assert jobs.release(job_id, "one", 1)
    with unit_of_work():
        assert jobs.list_queued() == [job_id]
        assert jobs.claim(job_id, "two", now=now) is not None
    assert state(job_id)[2] == 2


def test_the_heart_beats_hears_wishes_and_notices_the_loss(app: Flask, now: datetime) -> None:
    with app.app_context():
        (job_id,) = queued(now)
        with unit_of_work():
            jobs.claim(job_id, "one", now=now)
        lease = Lease(job_id, "solve", {}, "one", 1, threading.Event())
        with kept_alive(app, lease):
            with unit_of_work():
                db.session.execute(update(Job).where(Job.id == job_id).values(wanted="keep"))
            wait_until(lambda: lease.wanted == "keep")
            db.session.rollback()
            assert db.session.get_one(Job, job_id, populate_existing=True).beat_at != now
            with unit_of_work():
                db.session.execute(update(Job).where(Job.id == job_id).values(attempt=2))
            assert lease.lost.wait(10)


def test_a_job_of_an_unknown_kind_fails_with_words(app: Flask, now: datetime) -> None:
    with app.app_context():
        (job_id,) = queued(now, kind="brew coffee")
    runner.run_until_idle(app)
    with app.app_context():
        assert state(job_id)[0] is JobState.FAILED
        assert state(job_id)[3] == "LookupError: no such kind of job: brew coffee"


def test_a_delivery_of_a_job_that_is_gone_does_nothing(app: Flask) -> None:
    assert not tasks.carry_out(app, UUID(int=7), "one", threading.Event())


def wait_until(condition: object, seconds: float = 20) -> None:
    """Look again and again until it is so; fail after a while."""
    import time

    deadline = time.monotonic() + seconds
    assert callable(condition)
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        threading.Event().wait(0.02)
