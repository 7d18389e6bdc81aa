"""Jobs: work for the worker, written as rows with their cause; claimed with a lease and a fencing number.

A claim raises `attempt`; whoever holds (worker, attempt) may write, everybody else changes nothing. So a job that is
delivered twice is carried out once, and a worker that was paused and taken for dead cannot store a late result.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Update, select, update

from eventsapp.db import db
from eventsapp.domain.values import JobState
from eventsapp.models import Job

SILENT_AFTER = timedelta(seconds=20)
MAX_ATTEMPTS = 3
LOST = "the worker died"


def add(
    kind: str, payload: dict[str, Any], *, at: datetime, key: str | None = None, organization_id: UUID | None = None
) -> Job:
    """Queue a job; it exists exactly when the transaction around it is committed."""
    job = Job(kind=kind, key=key, payload=payload, organization_id=organization_id, created_at=at)
    db.session.add(job)
    db.session.flush()
    return job


def list_queued(most: int = 100) -> list[UUID]:
    """The jobs that wait for a worker, oldest first."""
    query = select(Job.id).where(Job.state == JobState.QUEUED).order_by(Job.created_at, Job.id).limit(most)
    return list(db.session.scalars(query))


def claim(job_id: UUID, worker: str, *, now: datetime) -> Job | None:
    """Take a queued job, or None when somebody else was faster."""
    taken = _changed(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(state=JobState.RUNNING, worker=worker, attempt=Job.attempt + 1, beat_at=now)
    )
    return db.session.get(Job, job_id, populate_existing=True) if taken else None


def beat(job_id: UUID, worker: str, attempt: int, *, now: datetime) -> bool:
    """Show that the worker lives; false when the job is no longer its own."""
    return _changed(update(Job).where(*_mine(job_id, worker, attempt)).values(beat_at=now))


def find_wanted(job_id: UUID) -> str | None:
    """What somebody wants of a running job: `keep` the best so far, `cancel`, or nothing."""
    return db.session.scalar(select(Job.wanted).where(Job.id == job_id))


def is_mine(job_id: UUID, worker: str, attempt: int) -> bool:
    """Does this worker still hold the job?"""
    return db.session.scalar(select(Job.id).where(*_mine(job_id, worker, attempt))) is not None


def finish(job_id: UUID, worker: str, attempt: int, *, now: datetime, error: str = "") -> bool:
    """End a job, failed when there is an `error`; false, and nothing written, when it is no longer this worker's."""
    state = JobState.FAILED if error else JobState.DONE
    ended = update(Job).where(*_mine(job_id, worker, attempt)).values(state=state, ended_at=now, error=error[:2000])
    return _changed(ended)


def release(job_id: UUID, worker: str, attempt: int) -> bool:
    """Give a job back to the queue, because this worker is told to stop."""
    return _changed(
        update(Job).where(*_mine(job_id, worker, attempt)).values(state=JobState.QUEUED, worker=None, beat_at=None)
    )


def reap(*, now: datetime) -> list[Job]:
    """Put the jobs of silent workers back into the queue; give those that failed for good after three attempts."""
    silent = (Job.state == JobState.RUNNING, Job.beat_at < now - SILENT_AFTER)
    db.session.execute(
        update(Job).where(*silent, Job.attempt < MAX_ATTEMPTS).values(state=JobState.QUEUED, worker=None, beat_at=None)
    )
    lost = list(db.session.scalars(select(Job).where(*silent).with_for_update(skip_locked=True)))
    for job in lost:
        job.state, job.ended_at, job.error = JobState.FAILED, now, LOST
    return lost


def _mine(job_id: UUID, worker: str, attempt: int) -> tuple[ColumnElement[bool], ...]:
    return (Job.id == job_id, Job.state == JobState.RUNNING, Job.worker == worker, Job.attempt == attempt)


def _changed(statement: Update) -> bool:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
