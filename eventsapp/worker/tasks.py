"""Carries out one job: claim, keep the lease alive beside the work, store the result under the fencing number, end.

Delivering a job twice, or to two workers, is harmless: the row decides.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from eventsapp.clock import now
from eventsapp.db import unit_of_work
from eventsapp.domain.errors import Conflict
from eventsapp.services import imports, jobs
from eventsapp.worker import importing, printing, solving
from eventsapp.worker.lease import Lease, Lost, Stopped, kept_alive

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handler:
    """A kind of job: what carries it out, and what ends its object when the job is given up (payload, reason, detail).

    A reason is a code that screens put into words: `worker_lost` or `crashed`.
    """

    work: Callable[[Lease], None]
    give_up: Callable[[Mapping[str, Any], str, str], None]


HANDLERS: Mapping[str, Handler] = {
    "solve": Handler(solving.solve, solving.give_up),
    imports.JOB_KIND: Handler(importing.work, importing.give_up),
    "print": Handler(printing.draw, printing.give_up),
}


def carry_out(app: Flask, job_id: UUID, worker: str, stopping: threading.Event) -> bool:
    """Carry out a job if it is still waiting; false when there was nothing to do. Never raises."""
    with app.app_context():
        try:
            with unit_of_work():
                job = jobs.claim(job_id, worker, now=now())
                if job is None:
                    return False
                lease = Lease(job.id, job.kind, dict(job.payload), worker, job.attempt, stopping)
            with kept_alive(app, lease):
                _work(lease)
        except SQLAlchemyError:
            # The lease runs out by itself, and the reaper puts the job back.
            log.exception("job %s: the database is away", job_id)
            return False
    return True


def reap() -> int:
    """Put the jobs of dead workers back, and end the objects of those that are given up; how many were given up."""
    with unit_of_work():
        lost = jobs.reap(now=now())
        for job in lost:
            log.error("job %s (%s) given up after %d attempts", job.id, job.kind, job.attempt)
            if job.kind in HANDLERS:
                HANDLERS[job.kind].give_up(job.payload, "worker_lost", "")
    return len(lost)


def _work(lease: Lease) -> None:
    log.info("job %s (%s), attempt %d", lease.job_id, lease.kind, lease.attempt)
    try:
        handler = HANDLERS.get(lease.kind)
        if handler is None:
            raise LookupError(f"no such kind of job: {lease.kind}")
        handler.work(lease)
    except (Lost, Conflict):
        log.warning("job %s is no longer ours; its result is dropped", lease.job_id)
    except Stopped:
        with unit_of_work():
            jobs.release(lease.job_id, lease.worker, lease.attempt)
    except SQLAlchemyError:
        raise
    except Exception as error:
        # Whatever a job does wrong, its row says so and the worker goes on.
        log.exception("job %s failed", lease.job_id)
        _fail(lease, f"{type(error).__name__}: {error}")


def _fail(lease: Lease, error: str) -> None:
    with unit_of_work():
        ended = jobs.finish(lease.job_id, lease.worker, lease.attempt, now=now(), error=error)
        if ended and lease.kind in HANDLERS:
            HANDLERS[lease.kind].give_up(lease.payload, "crashed", error)
